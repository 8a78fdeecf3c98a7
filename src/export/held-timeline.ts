import { mergeByStart } from './merge.js';
import type { Tier, Timeline, TimelineInfo } from './tier.js';
import type { TimelineItem } from './timeline.js';
import { WallClock } from './wall-clock.js';

export interface HeldTimelineOptions {
  /** All of it in one record, see `Timeline.about`. */
  readonly about: Timeline['about'];
  /** Wall clock of time 0, milliseconds since 1970. */
  readonly beginWallMs: number;
  /** The end of something that is on no tier, such as sound. @default 0 */
  readonly atLeastMs?: number;
  /** In their order on the page, empty ones too. */
  readonly tiers: readonly {
    readonly name: string;
    readonly kind: TimelineItem['kind'];
    /** By their starts. */
    readonly items: readonly TimelineItem[];
  }[];
}

/** A time line that is held in memory: a conversation's, which is short beside a recording of everything. */
export class HeldTimeline implements Timeline {
  readonly info: TimelineInfo;
  readonly wall: WallClock;
  readonly #options: HeldTimelineOptions;

  constructor(options: HeldTimelineOptions) {
    const { tiers, beginWallMs, atLeastMs = 0 } = options;
    this.#options = options;
    this.wall = new WallClock(beginWallMs);
    let endMs = atLeastMs;
    for (const { items } of tiers) for (const item of items) endMs = Math.max(endMs, item.endMs);
    this.info = {
      monotonicMs: undefined,
      durationMs: Math.ceil(endMs) + 1,
      tiers: tiers.map(({ name, kind, items }) => ({ name, kind, count: items.length })),
    };
  }

  get about(): Timeline['about'] {
    const { durationMs, tiers } = this.info;
    return { ...this.#options.about, durationMs, tiers };
  }

  async *items({ name }: Pick<Tier, 'name'>): AsyncGenerator<TimelineItem, void> {
    yield* this.#options.tiers.find((tier) => tier.name === name)?.items ?? [];
  }

  timeline(): AsyncGenerator<{ readonly tier: Tier; readonly item: TimelineItem }, void> {
    return mergeByStart(this.info.tiers.map((tier) => ({ tier, items: this.items(tier) })));
  }
}
