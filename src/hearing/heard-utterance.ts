import type { Utterance } from './utterance.js';
import { UtteranceSound } from './utterance-sound.js';

/** An utterance as its tracker writes it; everybody else sees an `Utterance`. */
export class HeardUtterance implements Utterance {
  readonly id: number;
  readonly sound = new UtteranceSound();
  /** Time of the first sample of its sound, pre-roll included. */
  readonly soundFromMs: number;
  startedAtMs: number;
  lastVoiceAtMs: number;
  voicedMs = 0;
  isEnded = false;
  /** Of its sound, up to the end of the last voiced frame: counted in samples, so that no jitter of times can clip a word. */
  voiceBytes = 0;
  /** Whether `lasted` was told. */
  hasLasted = false;
  /** Whether it goes on where another was cut. */
  readonly isContinued: boolean;

  constructor(
    id: number,
    times: { readonly soundFromMs: number; readonly startedAtMs: number },
    isContinued = false,
  ) {
    this.id = id;
    this.soundFromMs = times.soundFromMs;
    this.startedAtMs = times.startedAtMs;
    this.lastVoiceAtMs = times.startedAtMs;
    this.isContinued = isContinued;
  }

  addVoice(endMs: number, voicedMs: number): void {
    this.lastVoiceAtMs = endMs;
    this.voicedMs += voicedMs;
    this.voiceBytes = this.sound.keptBytes;
  }

  /** How long the sound is that ends at this moment. */
  lengthMs(endMs: number): number {
    return endMs - this.soundFromMs;
  }

  end(): void {
    this.isEnded = true;
    this.sound.end();
  }

  pcm(): Uint8Array {
    return this.sound.pcm();
  }

  stream(): AsyncIterable<Uint8Array> {
    return this.sound.stream();
  }
}
