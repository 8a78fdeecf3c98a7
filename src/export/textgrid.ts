import { isInterval, itemValue } from './item-value.js';
import type { Tier, Timeline } from './tier.js';
import type { TimelineItem } from './timeline.js';

interface Labelled {
  readonly startS: number;
  readonly endS: number;
  readonly text: string;
}

interface Marked {
  readonly atS: number;
  readonly text: string;
}

/** Praat keeps one point for each time: those at the same time stand this far apart. */
const POINT_APART_S = 0.000_001;

/**
 * The session as a Praat TextGrid in the long text form, UTF-8: interval tiers `sound`, `utterances` and `lips`, point tiers for
 * messages. Time 0 is the beginning of the recording, the end that of the session. Praat wants a tier without holes and
 * overlaps: what nothing was on is an empty interval, what overlaps begins where the one before ends.
 *
 * Each tier is read twice, since its size comes first; nothing is kept.
 */
export async function* textGrid(session: Timeline): AsyncGenerator<string, void> {
  const { tiers, durationMs } = session.info;
  const xmax = seconds(durationMs);
  yield `File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0 \nxmax = ${xmax} \n`;
  yield `tiers? <exists> \nsize = ${tiers.length} \nitem []: \n`;
  for (const [index, tier] of tiers.entries()) {
    const isLasting = isInterval(tier.kind);
    yield `    item [${index + 1}]:\n        class = "${isLasting ? 'IntervalTier' : 'TextTier'}" \n`;
    yield `        name = ${quoted(tier.name)} \n        xmin = 0 \n        xmax = ${xmax} \n`;
    yield* isLasting ? intervalTier(session, tier, xmax) : pointTier(session, tier, xmax);
  }
}

async function* intervalTier(session: Timeline, tier: Tier, endS: number): AsyncGenerator<string, void> {
  let size = 0;
  for await (const _interval of gapless(session.items(tier), endS)) size++;
  yield `        intervals: size = ${size} \n`;
  let number = 0;
  for await (const { startS, endS: toS, text } of gapless(session.items(tier), endS)) {
    yield `        intervals [${++number}]:\n            xmin = ${startS} \n            xmax = ${toS} \n`;
    yield `            text = ${quoted(text)} \n`;
  }
}

async function* pointTier(session: Timeline, tier: Tier, endS: number): AsyncGenerator<string, void> {
  let size = 0;
  for await (const _point of points(session.items(tier), endS)) size++;
  yield `        points: size = ${size} \n`;
  let number = 0;
  for await (const { atS, text } of points(session.items(tier), endS)) {
    yield `        points [${++number}]:\n            number = ${atS} \n            mark = ${quoted(text)} \n`;
  }
}

async function* gapless(items: AsyncIterable<TimelineItem>, endS: number): AsyncGenerator<Labelled, void> {
  let freeS = 0;
  for await (const item of items) {
    const startS = Math.max(freeS, seconds(item.startMs));
    const toS = Math.min(endS, seconds(item.endMs));
    if (toS <= startS) continue;
    if (startS > freeS) yield { startS: freeS, endS: startS, text: '' };
    yield { startS, endS: toS, text: itemValue(item) };
    freeS = toS;
  }
  if (freeS < endS) yield { startS: freeS, endS, text: '' };
}

async function* points(items: AsyncIterable<TimelineItem>, endS: number): AsyncGenerator<Marked, void> {
  let freeS = 0;
  for await (const item of items) {
    const atS = Math.min(endS, Math.max(freeS, seconds(item.startMs)));
    yield { atS, text: itemValue(item) };
    freeS = millionths(atS + POINT_APART_S);
  }
}

/** Praat's own escape; a NUL would end the text. */
function quoted(text: string): string {
  return `"${text.replaceAll('\0', '\uFFFD').replaceAll('"', '""')}"`;
}

function seconds(ms: number): number {
  return millionths(ms / 1000);
}

function millionths(s: number): number {
  return Math.round(s * 1e6) / 1e6;
}
