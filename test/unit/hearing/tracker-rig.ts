import type { HearingSettings } from '../../../src/hearing/hearing-settings.js';
import { DEFAULT_HEARING, type HearingEvents, type Utterance } from '../../../src/hearing/index.js';
import { PauseLearner } from '../../../src/hearing/pause-learner.js';
import { FRAME_MS, UtteranceTracker } from '../../../src/hearing/utterance-tracker.js';
import { Emitter } from '../../../src/runtime/index.js';

export const FRAME_BYTES = 640;

/** One told event: `began 1 @100`, time of the frame's end. */
export interface Told {
  readonly name: keyof HearingEvents;
  readonly utterance: Utterance;
  readonly how: string | undefined;
  readonly atMs: number;
}

export function recordEvents(events: Emitter<HearingEvents>, now: () => number): Told[] {
  const told: Told[] = [];
  const note =
    (name: keyof HearingEvents) =>
    (utterance: Utterance, how?: string): void => {
      told.push({ name, utterance, how, atMs: now() });
    };
  for (const name of ['began', 'lasted', 'paused', 'wentOn', 'ended', 'dropped'] as const)
    events.on(name, note(name));
  return told;
}

export const lines = (told: readonly Told[]): string[] =>
  told.map(
    ({ name, utterance, how, atMs }) =>
      `${name}${how === undefined ? '' : ` ${how}`} ${utterance.id} @${atMs}`,
  );

/** A tracker that is told which frames are voice: `#` voice, `k` a key that is taken for one, `.` silence; every frame holds its own number. */
export class TrackerRig {
  readonly events = new Emitter<HearingEvents>();
  readonly tracker: UtteranceTracker;
  readonly told: Told[];
  frames = 0;
  onsetFrames = 0;
  heldFrames = 0;
  /** A recorder whose clock is not ours. */
  stepMs = FRAME_MS;

  constructor(settings: Partial<HearingSettings> = {}) {
    const all = { ...DEFAULT_HEARING, pauseMs: { min: 300, max: 3000, fixed: 300 }, ...settings };
    this.tracker = new UtteranceTracker(all, this.events, new PauseLearner(all.pauseMs));
    this.told = recordEvents(this.events, () => this.frames * FRAME_MS);
  }

  take(pattern: string): this {
    for (const mark of pattern.replaceAll(' ', '')) {
      this.frames++;
      const endMs = this.frames * this.stepMs;
      const bytes = frameNumbered(this.frames);
      this.tracker.take({
        bytes,
        endMs,
        isVoice: mark !== '.',
        isVoiceLike: mark === '#',
        onsetFrames: this.onsetFrames,
        heldFrames: this.heldFrames,
      });
    }
    return this;
  }

  lines(): string[] {
    return lines(this.told);
  }

  /** The utterances that ended, in order. */
  ended(): readonly Utterance[] {
    return this.told.filter(({ name }) => name === 'ended').map(({ utterance }) => utterance);
  }
}

export function frameNumbered(number: number): Uint8Array {
  return new Uint8Array(new Int16Array(FRAME_BYTES / 2).fill(number).buffer);
}

/** The numbers of the frames that an utterance's sound consists of. */
export function numbersIn(pcm: Uint8Array): number[] {
  const samples = new Int16Array(pcm.slice().buffer);
  return Array.from({ length: samples.length / 320 }, (_, at) => samples[at * 320] ?? -1);
}

export async function readAll(sound: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of sound) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

export const range = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
