/** Iterates several at once and gives what comes first; one that throws ends them all. */
export async function* mergeCalls<C, T>(
  sources: readonly { readonly call: C; readonly outcomes: AsyncIterable<T> }[],
): AsyncGenerator<{ readonly call: C; readonly outcome: T }, void> {
  const iterators = sources.map(({ outcomes }) => outcomes[Symbol.asyncIterator]());
  const step = async (index: number) => ({ index, next: await iterators[index]?.next() });
  const pending = new Map(iterators.map((_, index) => [index, step(index)]));
  try {
    while (pending.size > 0) {
      const { index, next } = await Promise.race(pending.values());
      const source = sources[index];
      if (source === undefined || next === undefined || next.done === true) {
        pending.delete(index);
        continue;
      }
      pending.set(index, step(index));
      yield { call: source.call, outcome: next.value };
    }
  } finally {
    // Whoever asked for them ends them.
    for (const late of pending.values()) late.catch(() => {});
  }
}
