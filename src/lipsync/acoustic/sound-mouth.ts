import type { LipEstimator, TimedPhoneme } from '../timed-phoneme.js';
import type { AcousticModel } from './acoustic-model.js';
import { FixedLagDecoder, LAG_FRAMES } from './fixed-lag-decoder.js';
import { FRAME_MS } from './log-mel.js';
import { MOUTH_SWITCH_PENALTY, MouthScores } from './mouth-scores.js';
import { PosteriorStream } from './posterior-stream.js';
import { RunTeller } from './run-teller.js';
import { ACOUSTIC_MODEL } from './weights.js';

export interface SoundMouthOptions {
  /** @default the committed one */
  readonly model?: AcousticModel;
  /** What goes on is told at least so often, milliseconds: shorter for less delay, longer for fewer pieces. @default 50 */
  readonly tellEveryMs?: number;
}

/** Every name that an estimate from sound may hold. */
export const ESTIMATED_PHONEMES: readonly string[] = ACOUSTIC_MODEL.classes;

/** How long the mouth is told to be closed behind the end. */
const CLOSING_MS = 40;

/**
 * Tells mouth shapes from sound alone, whoever speaks whatever language: for sound of which nothing but the sound is known.
 *
 * A small network hears each 10 ms with some 0.4 s before it and 67 ms from its start on, and the likeliest sequence that does not flicker is told. Gain does not
 * matter; silence, noise, hum and music keep the mouth closed. The same sound gives the same phonemes however it is cut.
 */
export class SoundMouth implements LipEstimator {
  readonly lookAheadMs: number;
  readonly tellsWithinMs: number;
  readonly #posteriors: PosteriorStream;
  readonly #scores: MouthScores;
  readonly #decoder: FixedLagDecoder;
  readonly #teller: RunTeller;

  constructor({ model, tellEveryMs = 50 }: SoundMouthOptions = {}) {
    this.#posteriors = new PosteriorStream((frame) => this.#hear(frame), model);
    const { classes, priors } = this.#posteriors;
    this.#scores = new MouthScores(classes, priors);
    this.#decoder = new FixedLagDecoder({
      classCount: classes.length,
      silence: classes.indexOf('sil'),
      switchPenalty: MOUTH_SWITCH_PENALTY,
    });
    this.#teller = new RunTeller(tellEveryMs);
    this.lookAheadMs = this.#posteriors.lookAheadMs + LAG_FRAMES * FRAME_MS;
    this.tellsWithinMs = this.lookAheadMs + this.#teller.delayMs;
  }

  push(pcm: Uint8Array): readonly TimedPhoneme[] {
    this.#posteriors.push(pcm);
    return this.#teller.take();
  }

  end(): readonly TimedPhoneme[] {
    this.#posteriors.end();
    for (const index of this.#decoder.end()) this.#add(index);
    this.#teller.end();
    this.#teller.close(CLOSING_MS);
    return this.#teller.take();
  }

  #hear(frame: Float32Array): void {
    const index = this.#decoder.push(this.#scores.of(frame));
    if (index !== undefined) this.#add(index);
  }

  #add(index: number): void {
    this.#teller.add(this.#posteriors.classes[index] ?? 'sil');
  }
}
