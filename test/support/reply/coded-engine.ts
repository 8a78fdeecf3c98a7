import type { Clock } from '../../../src/runtime/index.js';
import type { SpeechPart, SpeechRequest, TellsTimings } from '../../../src/speech/index.js';
import { FakeEngine, type Script, type Step } from '../../unit/speech/around/fake-engine.js';

export const MS_PER_CHARACTER = 50;
const BASE = 2000;
const RATE_HZ = 16_000;

/** What it does besides speaking. */
export interface CodedScript {
  /** To the first sound. @default 100 */
  readonly latencyMs?: number;
  /** Sound per real millisecond; left out: all at once. */
  readonly speed?: number;
  /** Instead of the whole: what happens, and after how much of the sound. */
  readonly fault?: (text: string) => { readonly atMs: number; readonly step: Step } | undefined;
}

/**
 * An engine whose sound tells where in all that it said it belongs: each millisecond has a level of its own, 50 ms a character.
 */
export class CodedEngine extends FakeEngine {
  override readonly tells: TellsTimings;
  readonly #counter: { ms: number };

  constructor(name: string, clock: Clock, tells: TellsTimings, script: CodedScript = {}) {
    const counter = { ms: 0 };
    super(name, clock, coded(tells, script, counter));
    this.tells = tells;
    this.#counter = counter;
  }

  /** All that was asked of it, milliseconds. */
  get saidMs(): number {
    return this.#counter.ms;
  }
}

/** Milliseconds of sound, those from `fromMs` on of all that the engine says. */
export function codedSound(fromMs: number, ms: number): Uint8Array {
  const samples = new Int16Array((ms * RATE_HZ) / 1000);
  for (let index = 0; index < samples.length; index++)
    samples[index] = BASE + ((fromMs + Math.floor(index / 16)) % 8000);
  return new Uint8Array(samples.buffer);
}

/** Which milliseconds a sound holds, in order; where half of one is missing or faded it is left out. */
export function decodedMs(samples: Iterable<number>): number[] {
  const heard: number[] = [];
  let last: number | undefined;
  let count = 0;
  for (const sample of samples) {
    count = sample === last ? count + 1 : 1;
    last = sample;
    if (count === 9 && sample >= BASE) heard.push(sample - BASE);
  }
  return heard;
}

function coded(tells: TellsTimings, script: CodedScript, counter: { ms: number }): Script {
  const { latencyMs = 100, speed, fault } = script;
  return ({ text }: SpeechRequest): readonly Step[] => {
    const fromMs = counter.ms;
    const ms = text.length * MS_PER_CHARACTER;
    counter.ms += ms;
    const steps: Step[] = [latencyMs, { type: 'start', sampleRateHz: RATE_HZ }, ...timings(text, tells)];
    const broken = fault?.(text);
    for (let at = 0; at < ms; at += 50) {
      if (broken !== undefined && at >= broken.atMs) return [...steps, broken.step];
      steps.push({ type: 'sound', pcm: codedSound(fromMs + at, Math.min(50, ms - at)) });
      if (speed !== undefined) steps.push(50 / speed);
    }
    return steps;
  };
}

function timings(text: string, tells: TellsTimings): SpeechPart[] {
  const places = [...text].map((letter, index) => ({
    text: letter,
    startMs: index * MS_PER_CHARACTER,
    endMs: (index + 1) * MS_PER_CHARACTER,
    from: index,
    to: index + 1,
  }));
  if (tells === 'characters') return [{ type: 'characters', characters: places }];
  if (tells === 'words') {
    const words = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
      text: word,
      startMs: index * MS_PER_CHARACTER,
      endMs: (index + word.length) * MS_PER_CHARACTER,
      from: index,
      to: index + word.length,
    }));
    return [{ type: 'words', words }];
  }
  if (tells === 'phonemes') {
    const phonemes = places.map(({ startMs, endMs }) => ({ phoneme: 'a', startMs, endMs }));
    return [{ type: 'phonemes', phonemes, isExact: true }];
  }
  return [];
}
