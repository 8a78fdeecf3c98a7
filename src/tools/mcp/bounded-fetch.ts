const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * A fetch whose answers end with an error when one message in them is too long: the whole body, or one event of a stream of events,
 * which may go on for ever.
 */
export function boundedFetch(
  fetch: typeof globalThis.fetch,
  maxMessageBytes: number,
): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.body === null) return response;
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const { status, statusText, headers } = response;
    const body = response.body.pipeThrough(limiter(maxMessageBytes, isStream));
    return new Response(body, { status, statusText, headers });
  };
}

function limiter(maxBytes: number, isStream: boolean): TransformStream<Uint8Array, Uint8Array> {
  let heldBytes = 0;
  let isLineEmpty = true;
  return new TransformStream({
    transform(bytes, controller) {
      heldBytes += bytes.byteLength;
      if (isStream) {
        // An event ends at an empty line.
        for (let at = 0; at < bytes.byteLength; at++) {
          const byte = bytes[at];
          if (byte === RETURN) continue;
          if (byte === NEWLINE && isLineEmpty) heldBytes = bytes.byteLength - at - 1;
          isLineEmpty = byte === NEWLINE;
        }
      }
      if (heldBytes > maxBytes)
        controller.error(new RangeError(`a message is longer than ${maxBytes} bytes`));
      else controller.enqueue(bytes);
    },
  });
}
