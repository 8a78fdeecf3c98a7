import type { TimelineItem } from './timeline.js';
import type { WallClock } from './wall-clock.js';

export interface Tier {
  /**
   * Of a recording: `sound`, `utterances`, `lips`, `sent`, `received`; where there is any: `lips MODEL`, `echoes`, `state`, `lost`. Of a
   * conversation: whatever it calls them.
   */
  readonly name: string;
  readonly kind: TimelineItem['kind'];
  /** Of lips. */
  readonly model?: string;
  /** Items on it. */
  readonly count: number;
}

export interface TimelineInfo {
  /** The daemon's monotonic clock at the beginning; undefined where it is not known, as in recordings of version 1. */
  readonly monotonicMs: number | undefined;
  /** Whole milliseconds; 1-2 behind the end of the last thing there is, so that instants at the very end have room. */
  readonly durationMs: number;
  readonly tiers: readonly Tier[];
}

/** What the writers write: items on tiers, read whenever they are asked for. */
export interface Timeline {
  readonly info: TimelineInfo;
  readonly wall: WallClock;
  /** All of it in one record, for the formats that have room for it. */
  readonly about: { readonly kind: string; readonly [name: string]: unknown };
  /** What is on a tier, by its start. */
  items(tier: Tier): AsyncGenerator<TimelineItem, void>;
  /** All tiers together, by their starts. */
  timeline(): AsyncGenerator<{ readonly tier: Tier; readonly item: TimelineItem }, void>;
}
