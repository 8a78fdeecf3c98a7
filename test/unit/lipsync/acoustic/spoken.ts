import { readFileSync } from 'node:fs';
import type { AlignableWord, LipEstimator, TimedPhoneme } from '../../../../src/lipsync/index.js';

export interface SpokenUtterance {
  readonly id: string;
  readonly lang: 'ja' | 'en';
  readonly text: string;
  readonly segments: readonly TimedPhoneme[];
}

const FOLDER = new URL('../../../../fixtures/lipsync/spoken/', import.meta.url);
const PAUSES: ReadonlySet<string> = new Set(['sil', 'pau', 'sp']);
/** Devoiced vowels as grapheme-to-phoneme gives them. */
const VOICED: Readonly<Record<string, string>> = { A: 'a', I: 'i', U: 'u', E: 'e', O: 'o' };
const VOWEL = /^([aiueoN]|aa|ae|ah|ao|aw|axr?|ay|eh|er|ey|ih|iy|ow|oy|uh|uw)$/;

/** Sentences with the place of each phoneme, as the engine itself tells it. */
export const SPOKEN: readonly SpokenUtterance[] = JSON.parse(
  readFileSync(new URL('truth.json', FOLDER), 'utf8'),
).utterances;

export function soundOf({ id }: SpokenUtterance): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${id}.wav`, FOLDER))).subarray(44);
}

/** What is said, without pauses; pieces that end with a vowel stand for words. */
export function wordsOf({ segments }: SpokenUtterance): AlignableWord[] {
  const words: string[][] = [];
  let word: string[] = [];
  for (const { phoneme } of segments) {
    if (PAUSES.has(phoneme)) continue;
    word.push(VOICED[phoneme] ?? phoneme);
    if (!VOWEL.test(VOICED[phoneme] ?? phoneme)) continue;
    words.push(word);
    word = [];
  }
  if (word.length > 0) words.push(word);
  return words.map((reading) => ({ readings: [reading] }));
}

/** Everything that an estimator tells of a sound that comes in blocks of this many bytes. */
export function toldOf(estimator: LipEstimator, pcm: Uint8Array, blockBytes = 640): TimedPhoneme[] {
  const told: TimedPhoneme[] = [];
  for (let at = 0; at < pcm.byteLength; at += blockBytes)
    told.push(...estimator.push(pcm.subarray(at, at + blockBytes)));
  return [...told, ...estimator.end()];
}

/** The name at each 10 ms. */
export function framesOf(phonemes: readonly TimedPhoneme[]): string[] {
  return phonemes.flatMap(({ phoneme, startMs, endMs }) =>
    Array.from({ length: Math.round(endMs / 10) - Math.round(startMs / 10) }, () => phoneme),
  );
}

/** Mouth shapes as they are scored: closed, five vowels, any other. @source lipsync.md 3 */
export function shapeOf(phoneme: string): string {
  for (const shape of SHAPES) if (shape.split(' ').includes(phoneme)) return shape;
  return 'other';
}

const SHAPES = [
  'sil pau sp cl N m my p py b by',
  'a aa ae ah aw ax axr ay',
  'i ih iy',
  'u uh uw',
  'e eh er ey',
  'o ao ow oy',
];

/** Share of the frames of speech whose mouth shape is right, 0 to 1. */
export function accuracyOf(utterance: SpokenUtterance, told: readonly TimedPhoneme[]): number {
  const truth = framesOf(utterance.segments).map(shapeOf);
  const got = framesOf(told).map(shapeOf);
  const speech = utterance.segments.filter(({ phoneme }) => !PAUSES.has(phoneme));
  const from = Math.max(0, Math.round((speech[0]?.startMs ?? 0) / 10) - 20);
  const to = Math.min(truth.length, Math.round((speech.at(-1)?.endMs ?? 0) / 10) + 20);
  const right = truth.slice(from, to).filter((shape, n) => shape === got[from + n]).length;
  return right / (to - from);
}
