import { type LipPhoneme, lipTimeline } from './lip-timeline.js';
import { PAUSE_NAMES } from './pause-names.js';
import type { TimedPhoneme } from './timed-phoneme.js';
import { PhonemeList, shown, timingError } from './timing-error.js';

type Fields = Readonly<Record<string, unknown>>;

/** VOICEVOX makes sound in steps of 256 samples at 24 000 Hz. */
const STEPS_PER_SECOND = 24_000 / 256;
const UPSPEAK_SECONDS = 0.15;
/** A sound that is longer or shorter than its query says by more was not timed by the query. Resampling costs a sample or two. */
const TOLERANCE_MS = 1000 / STEPS_PER_SECOND / 2;

export interface VoicevoxOptions {
  /** As asked of the engine (`enable_interrogative_upspeak`): a question gets a rising vowel that is not in the query. @default true */
  readonly hasUpspeak?: boolean;
  /** Of the sound that the engine made, where it is known: what the query says is held against it. */
  readonly durationMs?: number;
}

export interface VoicevoxTimeline {
  /** Contiguous from 0 to the end of the sound, names of lip.txt. */
  readonly phonemes: readonly LipPhoneme[];
  /** The query gives lengths, and the sound is as long as they say. Else the whole was stretched to its length, and is an estimate. */
  readonly isExact: boolean;
}

/**
 * The time line of the sound that VOICEVOX, or an engine with its interface, makes of a query.
 *
 * AivisSpeech, COEIROINK and SHAREVOX may give lengths that mean nothing. Then the sound has another length: the phonemes are right,
 * their times estimated; better is to align them with the sound.
 *
 * @param query - as sent to `/synthesis`, parsed.
 * @throws {RequestError} BRIDGE_ERR_TIMING_FILE - it is no such query.
 * @source lipsync.md 7.1
 */
export function voicevoxTimeline(query: unknown, options: VoicevoxOptions = {}): VoicevoxTimeline {
  const spoken = readVoicevoxTimings(query, 'The VOICEVOX query', options.hasUpspeak ?? true);
  const spokenMs = spoken.at(-1)?.endMs ?? 0;
  const durationMs = options.durationMs ?? spokenMs;
  const isTimed =
    spoken.every(isPause) || spoken.some((piece) => !isPause(piece) && piece.endMs > piece.startMs);
  if (Math.abs(durationMs - spokenMs) <= TOLERANCE_MS || spokenMs === 0) {
    const isExact = isTimed && durationMs - spokenMs <= TOLERANCE_MS;
    return { phonemes: lipTimeline(spoken, { durationMs }), isExact };
  }
  const factor = durationMs / spokenMs;
  const stretched = spoken.map(({ phoneme, startMs, endMs }) => ({
    phoneme,
    startMs: startMs * factor,
    endMs: endMs * factor,
  }));
  return { phonemes: lipTimeline(stretched, { durationMs }), isExact: false };
}

function isPause({ phoneme }: TimedPhoneme): boolean {
  return PAUSE_NAMES.has(phoneme);
}

/** The accent phrases of a VOICEVOX query, if `value` is one. */
export function accentPhrases(value: unknown): readonly unknown[] | undefined {
  const list = isObject(value) ? field(value, 'accent_phrases') : undefined;
  return Array.isArray(list) ? list : undefined;
}

/**
 * The phonemes that VOICEVOX (or an engine with its interface) speaks for a query, as its engine times them: each length
 * divided by the speed, then rounded to whole steps. The rising vowel that it adds to a question is added too.
 *
 * AivisSpeech, COEIROINK and SHAREVOX give the same query with lengths that are placeholders: with those the timing is wrong.
 *
 * @param value - for which `accentPhrases` gave a list.
 * @param hasUpspeak - whether the engine lets questions rise, as it does unless told not to.
 * @throws {RequestError} BRIDGE_ERR_TIMING_FILE - naming the accent phrase and mora, counted from 1.
 * @source lipsync.md 7.1, verified there against voicevox_engine
 */
export function readVoicevoxTimings(
  value: unknown,
  name: string,
  hasUpspeak = true,
): readonly TimedPhoneme[] {
  const query = isObject(value) ? value : {};
  const phrases = accentPhrases(value);
  if (phrases === undefined)
    throw timingError(name, undefined, `expected "accent_phrases", got ${shown(value)}`);
  const spoken = new Spoken(name, numberOf(query, 'speedScale', 1, name, undefined));
  spoken.add('sil', numberOf(query, 'prePhonemeLength', 0.1, name, undefined), 'prePhonemeLength');
  for (const [index, phrase] of phrases.entries())
    addPhrase(spoken, phrase, { query, hasUpspeak, place: `accent phrase ${index + 1}`, name });
  spoken.add('sil', numberOf(query, 'postPhonemeLength', 0.1, name, undefined), 'postPhonemeLength');
  return spoken.list.done('moras');
}

/** Puts phonemes behind each other in whole steps. */
class Spoken {
  readonly list: PhonemeList;
  readonly #speed: number;
  #steps = 0;

  constructor(name: string, speed: number) {
    if (!(speed > 0)) throw timingError(name, undefined, `expected a speedScale above 0, got ${speed}`);
    this.list = new PhonemeList(name);
    this.#speed = speed;
  }

  add(phoneme: string, seconds: number, place: string): void {
    const startSteps = this.#steps;
    this.#steps += roundHalfEven((seconds / this.#speed) * STEPS_PER_SECOND);
    this.list.add(
      phoneme,
      (startSteps / STEPS_PER_SECOND) * 1000,
      (this.#steps / STEPS_PER_SECOND) * 1000,
      place,
    );
  }
}

interface PhraseContext {
  readonly query: Fields;
  readonly hasUpspeak: boolean;
  readonly place: string;
  readonly name: string;
}

function addPhrase(spoken: Spoken, phrase: unknown, context: PhraseContext): void {
  const { query, hasUpspeak, place, name } = context;
  const moras = isObject(phrase) ? phrase['moras'] : undefined;
  if (!isObject(phrase) || !Array.isArray(moras))
    throw timingError(name, place, `expected "moras", got ${shown(phrase)}`);
  let last: Fields | undefined;
  for (const [index, mora] of moras.entries()) {
    last = objectAt(mora, `${place}, mora ${index + 1}`, name);
    addMora(spoken, last, `${place}, mora ${index + 1}`, name);
  }
  const isQuestion = hasUpspeak && field(phrase, 'is_interrogative') === true;
  // A devoiced end has no pitch, and does not rise.
  if (isQuestion && last !== undefined && last['pitch'] !== 0)
    spoken.add(textOf(last, 'vowel', place, name), UPSPEAK_SECONDS, place);
  const pause = field(phrase, 'pause_mora');
  if (pause === undefined || pause === null) return;
  const own = numberOf(objectAt(pause, `${place}, pause`, name), 'vowel_length', 0, name, place);
  const seconds = numberOf(query, 'pauseLength', own, name, undefined);
  spoken.add('pau', seconds * numberOf(query, 'pauseLengthScale', 1, name, undefined), place);
}

function addMora(spoken: Spoken, mora: Fields, place: string, name: string): void {
  const consonant = mora['consonant'];
  if (typeof consonant === 'string' && consonant !== '')
    spoken.add(consonant, numberOf(mora, 'consonant_length', 0, name, place), place);
  spoken.add(
    textOf(mora, 'vowel', place, name),
    numberOf(mora, 'vowel_length', undefined, name, place),
    place,
  );
}

function objectAt(value: unknown, place: string, name: string): Fields {
  if (!isObject(value)) throw timingError(name, place, `expected an object, got ${shown(value)}`);
  return value;
}

function textOf(fields: Fields, key: string, place: string, name: string): string {
  const value = field(fields, key);
  if (typeof value === 'string') return value;
  throw timingError(name, place, `expected a text for "${key}", got ${shown(value)}`);
}

/** @param fallback - undefined: it must be there. */
function numberOf(
  fields: Fields,
  key: string,
  fallback: number | undefined,
  name: string,
  place: string | undefined,
): number {
  const value = field(fields, key) ?? fallback;
  if (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw timingError(name, place, `expected a number, 0 or more, for "${key}", got ${shown(value)}`);
}

/** The engine writes `vowel_length`, the editor's project files `vowelLength`. */
function field(fields: Fields, key: string): unknown {
  return fields[key] ?? fields[key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())];
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
