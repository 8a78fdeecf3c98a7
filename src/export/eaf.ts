import { isInterval, itemValue } from './item-value.js';
import type { Tier, Timeline } from './tier.js';
import type { TimelineItem } from './timeline.js';

export interface EafOptions {
  /** The sound that fits the times (see `alignedWav`), as the file is to name it: relative to the EAF file. */
  readonly media?: string | undefined;
}

interface Annotation {
  /** Whole milliseconds. */
  readonly startMs: number;
  /** After startMs. */
  readonly endMs: number;
  readonly text: string;
}

/** ELAN has no points: what happens at one time is shown so long, or until the next. */
const MARK_MS = 50;
const SCHEMA = 'http://www.mpi.nl/tools/elan/EAFv3.0.xsd';
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/**
 * The session as an ELAN annotation document, EAF 3.0: one tier of alignable annotations for each of ours, in whole
 * milliseconds. On a tier nothing overlaps: what would begins where the one before ends, and is at least 1 ms long.
 *
 * EAF wants all times before all annotations: only the times are kept, 24 bytes for each item.
 */
export async function* eaf(session: Timeline, options: EafOptions = {}): AsyncGenerator<string, void> {
  const { info, wall } = session;
  yield* head(wall.wallIso(0), options.media, total(info.tiers));
  yield '    <TIME_ORDER>\n';
  yield* timeSlots(await annotationTimes(session));
  yield '    </TIME_ORDER>\n';
  let number = 0;
  for (const tier of info.tiers) {
    const type = isInterval(tier.kind) ? 'interval' : 'event';
    yield `    <TIER LINGUISTIC_TYPE_REF="${type}" TIER_ID="${xml(tier.name)}">\n`;
    for await (const { text } of annotations(session, tier)) {
      number++;
      const slots = `TIME_SLOT_REF1="ts${2 * number - 1}" TIME_SLOT_REF2="ts${2 * number}"`;
      yield `        <ANNOTATION>\n            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a${number}" ${slots}>\n`;
      yield `                <ANNOTATION_VALUE>${xml(text)}</ANNOTATION_VALUE>\n`;
      yield '            </ALIGNABLE_ANNOTATION>\n        </ANNOTATION>\n';
    }
    yield '    </TIER>\n';
  }
  for (const type of ['interval', 'event']) {
    yield `    <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="${type}" TIME_ALIGNABLE="true"/>\n`;
  }
  yield '</ANNOTATION_DOCUMENT>\n';
}

function* head(date: string, media: string | undefined, lastId: number): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<ANNOTATION_DOCUMENT AUTHOR="mmdagent-bridge" DATE="${date}" FORMAT="3.0" VERSION="3.0"`;
  yield ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="${SCHEMA}">\n`;
  yield '    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">\n';
  if (media !== undefined) {
    const url = xml(`./${media}`);
    yield `        <MEDIA_DESCRIPTOR MEDIA_URL="${url}" MIME_TYPE="audio/x-wav" RELATIVE_MEDIA_URL="${url}"/>\n`;
  }
  yield `        <PROPERTY NAME="lastUsedAnnotationId">${lastId}</PROPERTY>\n    </HEADER>\n`;
}

/** Start and end of every annotation, in the order of the file. */
async function annotationTimes(session: Timeline): Promise<Float64Array> {
  const times = new Float64Array(2 * total(session.info.tiers));
  let at = 0;
  for (const tier of session.info.tiers) {
    for await (const { startMs, endMs } of annotations(session, tier)) {
      times[at++] = startMs;
      times[at++] = endMs;
    }
  }
  return times.subarray(0, at);
}

/** By time, as ELAN writes them; each annotation has two of its own, or moving one would move others. */
function* timeSlots(times: Float64Array): Generator<string> {
  const order = Uint32Array.from(times, (_time, index) => index);
  order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  for (const index of order)
    yield `        <TIME_SLOT TIME_SLOT_ID="ts${index + 1}" TIME_VALUE="${times[index]}"/>\n`;
}

/** With one item of foresight: an instant lasts until the next. */
async function* annotations(session: Timeline, tier: Tier): AsyncGenerator<Annotation, void> {
  let before: TimelineItem | undefined;
  let freeMs = 0;
  const annotation = (item: TimelineItem, nextMs: number): Annotation => {
    const startMs = Math.max(freeMs, Math.round(item.startMs));
    const wantedMs = isInterval(item.kind) ? Math.round(item.endMs) : Math.min(startMs + MARK_MS, nextMs);
    freeMs = Math.max(startMs + 1, wantedMs);
    return { startMs, endMs: freeMs, text: itemValue(item) };
  };
  for await (const item of session.items(tier)) {
    if (before !== undefined) yield annotation(before, Math.round(item.startMs));
    before = item;
  }
  if (before !== undefined) yield annotation(before, Number.POSITIVE_INFINITY);
}

function total(tiers: readonly Tier[]): number {
  return tiers.reduce((sum, { count }) => sum + count, 0);
}

/** Characters that XML 1.0 cannot carry at all become U+FFFD. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replaceAll('\r', '&#13;');
}
