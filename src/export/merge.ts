import type { TimelineItem } from './timeline.js';

interface Source<Label> {
  readonly tier: Label;
  /** By its start. */
  readonly items: AsyncGenerator<TimelineItem, void>;
}

/** Merges tiers by the starts of their items; of equal ones the first tier's goes first. Holds one item of each. */
export async function* mergeByStart<Label>(
  sources: readonly Source<Label>[],
): AsyncGenerator<{ readonly tier: Label; readonly item: TimelineItem }, void> {
  const heads: { readonly source: Source<Label>; item: TimelineItem | undefined }[] = [];
  try {
    for (const source of sources) heads.push({ source, item: await nextOf(source) });
    for (;;) {
      const first = heads.reduce((best, head) =>
        (head.item?.startMs ?? Number.POSITIVE_INFINITY) < (best.item?.startMs ?? Number.POSITIVE_INFINITY)
          ? head
          : best,
      );
      if (first.item === undefined) return;
      yield { tier: first.source.tier, item: first.item };
      first.item = await nextOf(first.source);
    }
  } finally {
    for (const { items } of sources) await items.return();
  }
}

async function nextOf<Label>({ items }: Source<Label>): Promise<TimelineItem | undefined> {
  const { value, done } = await items.next();
  return done === true ? undefined : value;
}
