import type { Clock } from '../runtime/index.js';
import type { AvatarLink } from './avatar-link.js';
import type { Mouth } from './mouth.js';
import { SAMPLE_RATE_HZ, SoundPlayer } from './sound-player.js';
import type { SoundVerb } from './wire-parser.js';

export interface StreamedSoundOptions {
  readonly clock: Clock;
  readonly latencyMs: number;
  readonly mouth: Mouth;
  readonly hasModel: (alias: string) => boolean;
  readonly onPlayed: (pcm: Int16Array, atMs: number) => void;
  readonly onMouthMoving: () => void;
  readonly onViolation: (rule: string, text: string) => void;
}

/** In stream mode the mouth lags when the sound came with no lead or all at once [peer-facts-2 2.1: 100–200 ms]. */
const STREAM_LAG_MS = 110;
const NO_LEAD_SAMPLES = 0.04 * SAMPLE_RATE_HZ;
const AT_ONCE_SAMPLES = 2 * SAMPLE_RATE_HZ;

/** SND chunks to samples, samples to the player, and what is played to the automatic lip sync. */
export class StreamedSound {
  readonly player: SoundPlayer;
  readonly #options: StreamedSoundOptions;
  #source: AvatarLink | undefined;
  #isSegmentEnded = false;
  #isStarting = true;
  #hasPlayed = false;
  #lagMs = 0;

  constructor(options: StreamedSoundOptions) {
    this.#options = options;
    this.player = new SoundPlayer({
      clock: options.clock,
      latencyMs: options.latencyMs,
      onPlayed: (pcm, atMs) => this.#played(pcm, atMs),
      onDrained: (endAtMs) => {
        this.#isStarting = true;
        options.mouth.auto.endSound(endAtMs, this.#isSegmentEnded);
      },
    });
  }

  takeVerb(avatar: AvatarLink, verb: SoundVerb): void {
    avatar.setVerb(verb);
    if (verb !== 'SNDBRKS') return;
    const lost = this.player.discardResidue();
    if (lost > 0) this.#options.onViolation('partial-block', `SNDBRKS threw away the last ${lost} samples`);
    if (avatar.mode !== 'file') return;
    this.#isSegmentEnded = true;
    if (!this.player.isPlaying) this.#options.mouth.auto.endSegment();
  }

  /** Payload of one chunk, s16le; an odd last byte is dropped, so a byte stream cut oddly turns to noise. */
  takeChunk(avatar: AvatarLink, payload: Uint8Array): void {
    if (payload.length === 0) return;
    if (payload.length % 2 === 1)
      this.#options.onViolation('odd-chunk', `a chunk of ${payload.length} bytes: the rest is noise`);
    let samples = samplesOf(payload);
    const lost = avatar.takeEarlyLoss(samples.length, this.#options.clock.nowMs());
    samples = samples.subarray(lost);
    const alias = avatar.modelAlias;
    if (alias === undefined || !this.#options.hasModel(alias)) {
      if (avatar.shouldWarnNoModel())
        this.#options.onViolation('sound-without-model', 'sound before a model is set and loaded is dropped');
      return;
    }
    const stale = this.player.staleSamples;
    if (stale > 0 && this.#hasPlayed) {
      this.#options.onViolation(
        'partial-block',
        `the last ${stale} samples of an utterance are heard only now`,
      );
    }
    this.#hasPlayed = false;
    this.#source = avatar;
    this.#isSegmentEnded = false;
    const cut = this.player.push(samples);
    if (cut > 0) this.#options.onViolation('over-60-s', `${cut} samples beyond 60 s of buffer are lost`);
  }

  /** A block of a file or of the voice: heard like the stream, and moving the mouth if `hasLips`. */
  playClip(pcm: Int16Array, atMs: number, hasLips: boolean): void {
    this.#options.onPlayed(pcm, atMs);
    if (hasLips) this.#hear(pcm, atMs, 0);
  }

  #played(pcm: Int16Array, atMs: number): void {
    this.#hasPlayed = true;
    this.#options.onPlayed(pcm, atMs);
    if (this.#source?.movesMouth !== true) return;
    if (this.#isStarting) {
      const waiting = this.player.bufferedSamples;
      const isLagging =
        this.#source.mode === 'stream' && (waiting < NO_LEAD_SAMPLES || waiting > AT_ONCE_SAMPLES);
      this.#lagMs = isLagging ? STREAM_LAG_MS : 0;
      this.#isStarting = false;
    }
    this.#hear(pcm, atMs, this.#lagMs);
  }

  #hear(pcm: Int16Array, atMs: number, lagMs: number): void {
    this.#options.mouth.auto.hear(pcm, atMs, this.#options.mouth.weights, lagMs);
    this.#options.onMouthMoving();
  }
}

function samplesOf(payload: Uint8Array): Int16Array {
  const samples = new Int16Array(Math.floor(payload.length / 2));
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  for (let at = 0; at < samples.length; at++) samples[at] = view.getInt16(at * 2, true);
  return samples;
}
