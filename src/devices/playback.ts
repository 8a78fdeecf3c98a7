import type { DeviceError, Emitter } from '../runtime/index.js';

export interface PlaybackEvents {
  /** The device ran dry for want of sound; positions behind it are heard later than before. */
  underrun: [count: number];
  /** At most once, last. */
  closed: [error: DeviceError | undefined];
}

/**
 * A loudspeaker that is being played through, with a clock of its own: positions are milliseconds of the sound written so
 * far, silence included, and follow the device, not the wall.
 */
export interface Playback {
  readonly backend: string;
  readonly device: string | undefined;
  readonly sampleRateHz: number;
  /** How the clock knows where the sound is. */
  readonly clockKind: 'reported' | 'backpressure' | 'assumed';
  readonly underruns: number;
  /** Sound written and not heard yet, milliseconds: what `stop` costs at most. */
  readonly bufferedMs: number;
  readonly events: Emitter<PlaybackEvents>;
  /**
   * When a position is, was or will be heard, on the monotonic clock; undefined while nothing is known. Includes the
   * calibrated offset of the device.
   */
  heardAtMs(positionMs: number): number | undefined;
  /** What is heard at `nowMs`; 0 before the first sample. */
  positionMs(nowMs: number): number;
  /**
   * @param pcm - s16le mono at sampleRateHz, whole samples; copied.
   * @returns When there is room for more: the lead is kept, so this paces the caller by the device's clock.
   * @throws {DeviceError} it ended.
   */
  write(pcm: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** No more will be written; resolves when the last sample was heard. */
  end(): Promise<void>;
  /** Fades out within what is not heard yet, without a click, and ends. Returns the position up to which sound was heard. */
  stop(): Promise<number>;
  /** 0 … 1 of the sound's own amplitude; takes effect with what is written next, ramped. */
  setVolume(volume: number): void;
}
