import type { MonoBlock, PcmFormat } from './pcm.js';

/** What the header says about the sound. */
export interface SoundDescription extends PcmFormat {
  readonly container: 'wav' | 'rf64' | 'mp3' | 'flac' | 'ogg' | 'webm' | 'raw';
  /** For example `s16le`, `mulaw`, `mp3`, `vorbis`, `opus`, `flac`. */
  readonly encoding: string;
}

/** What went wrong without ending the sound; grows while the blocks are read. */
export interface SoundFaults {
  /** The sound ended earlier than its header said, or in the middle of a sample. */
  truncated: boolean;
  /** Stretches that could not be decoded and were left out. */
  damagedParts: number;
}

/** One sound being read, once, front to back. */
export interface SoundReader {
  readonly description: SoundDescription;
  /** Length at the sound's own rate in ms, when the header tells it. */
  readonly durationMs: number | undefined;
  readonly faults: SoundFaults;
  /** Mono blocks at the source's rate; blocks may be empty. Frees every decoder when it ends or is left. */
  blocks(): AsyncGenerator<MonoBlock, void>;
}

export function noFaults(): SoundFaults {
  return { truncated: false, damagedParts: 0 };
}
