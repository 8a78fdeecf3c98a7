/** A fetch whose answers arrive in pieces of the sizes that `nextSize` gives, whatever the network did. */
export function rechunked(nextSize: () => number): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await globalThis.fetch(input, init);
    if (response.body === null) return response;
    const recut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        for (let at = 0; at < chunk.byteLength; ) {
          const size = Math.max(1, nextSize());
          controller.enqueue(chunk.slice(at, at + size));
          at += size;
        }
      },
    });
    return new Response(response.body.pipeThrough(recut), {
      status: response.status,
      headers: response.headers,
    });
  };
}
