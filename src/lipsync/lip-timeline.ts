import type { Alphabet } from './alphabets.js';
import { DEFAULT_LIP_TABLE } from './default-lip-table.js';
import { PhonemeNames } from './phoneme-names.js';
import type { TimedPhoneme } from './timed-phoneme.js';

/** A phoneme of an engine's time line, with the names it could be as well where the engine's own does not tell. */
export interface LipPhoneme extends TimedPhoneme {
  readonly orElse?: readonly string[];
}

/** Where something begins to sound; it lasts until the next does. */
export interface PhonemeStart {
  readonly name: string;
  readonly startMs: number;
}

export interface LipTimelineOptions {
  /** What the names are. @default 'lip' */
  readonly alphabet?: Alphabet;
  /** Of the sound: what is beyond is cut, what is missing is silence. Left out: to the end of the last phoneme. */
  readonly durationMs?: number;
}

/** A gap so short is rounding. */
const MIN_GAP_MS = 1;
/** A phoneme so short is what sums of fractions leave. */
const MIN_PHONEME_MS = 1e-6;

/**
 * A time line as `speech` promises it: names of MMDAgent-EX's own lip.txt, in order, contiguous from 0 to the end of the sound.
 *
 * Borders are the engine's; only a gap below a millisecond is closed, by starting the later phoneme sooner, at the end by ending the
 * last one later. Phonemes that overlap end where the next begins; those without length are left out.
 *
 * @param phonemes - in the order of their starts.
 */
export function lipTimeline(phonemes: readonly LipPhoneme[], options: LipTimelineOptions = {}): LipPhoneme[] {
  const names = new PhonemeNames(DEFAULT_LIP_TABLE, options.alphabet);
  const limitMs = options.durationMs ?? Number.POSITIVE_INFINITY;
  const line: LipPhoneme[] = [];
  let atMs = 0;
  const silentUntil = (untilMs: number): void => {
    const last = line.at(-1);
    if (last?.phoneme === names.table.closedName) line[line.length - 1] = { ...last, endMs: untilMs };
    else line.push({ phoneme: names.table.closedName, startMs: atMs, endMs: untilMs });
    atMs = untilMs;
  };
  for (const [index, phoneme] of phonemes.entries()) {
    const nextMs = Math.max(phoneme.startMs, phonemes[index + 1]?.startMs ?? limitMs);
    const endMs = Math.min(phoneme.endMs, nextMs, limitMs);
    if (!(endMs - Math.max(atMs, phoneme.startMs) > MIN_PHONEME_MS)) continue;
    if (phoneme.startMs - atMs >= MIN_GAP_MS) silentUntil(phoneme.startMs);
    line.push(...named({ ...phoneme, startMs: atMs, endMs }, names));
    atMs = endMs;
  }
  const restMs = (options.durationMs ?? atMs) - atMs;
  const last = line.at(-1);
  if (last !== undefined && restMs < MIN_GAP_MS) line[line.length - 1] = { ...last, endMs: atMs + restMs };
  else if (restMs > 0) silentUntil(limitMs);
  return line;
}

/**
 * A time line from where things begin, as visemes and synthesis events tell it. Before the first is silence; the last lasts to the
 * end of the sound, or 100 ms where that is not known.
 */
export function timelineOfStarts(
  starts: readonly PhonemeStart[],
  options: LipTimelineOptions = {},
): LipPhoneme[] {
  const endMs = options.durationMs ?? (starts.at(-1)?.startMs ?? 0) + 100;
  return lipTimeline(
    starts.map(({ name, startMs }, index) => ({
      phoneme: name,
      startMs,
      endMs: starts[index + 1]?.startMs ?? Math.max(startMs, endMs),
    })),
    options,
  );
}

/**
 * The phoneme events of espeak-ng as a time line. Leaves out the names of languages, `(en)`, that it puts where it changes
 * between two; a name without letters is a pause.
 *
 * @param events - positions in one sound; espeak-ng counts anew with every call.
 * @source lipsync.md 7.3
 */
export function espeakTimeline(
  events: readonly PhonemeStart[],
  options: LipTimelineOptions = {},
): LipPhoneme[] {
  const phonemes = events.filter(({ name }) => !/^\(.*\)$/.test(name));
  return timelineOfStarts(phonemes, { alphabet: 'ipa', ...options });
}

function named(phoneme: LipPhoneme, names: PhonemeNames): LipPhoneme[] {
  const pieces = names.map([phoneme]);
  const { orElse } = phoneme;
  return orElse === undefined || pieces.length > 1 ? pieces : pieces.map((piece) => ({ ...piece, orElse }));
}
