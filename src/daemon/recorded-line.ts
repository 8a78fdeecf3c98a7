/** Of the recordings this version writes. 1 had no version field, no utterances, no clocks and no times of hearing. */
export const RECORDING_VERSION = 2;

/**
 * A line of messages.jsonl, as it is written.
 *
 * Times named `…AtMs` and `heardToMs` count from the beginning of the recording on the daemon's monotonic clock; they may lie
 * ahead of the line's own `atMs`. `soundMs` is a position in sound.wav.
 */
export type RecordedLine =
  | {
      readonly atMs: 0;
      readonly kind: 'begin';
      readonly version: typeof RECORDING_VERSION;
      readonly lane: string;
      /** Alias of the lane's model; utterances may name others. */
      readonly model: string;
      /** The wall clock at `atMs`, ms since 1970. */
      readonly wallMs: number;
      /** The daemon's monotonic clock at `atMs`: tells apart, and aligns, what one daemon recorded. */
      readonly monotonicMs: number;
    }
  /** The wall clock was stepped or slewed: from here on it shows `wallMs` at `atMs`. */
  | { readonly atMs: number; readonly kind: 'clock'; readonly wallMs: number }
  /** Sound from `soundMs` on is heard, without a gap, from `heardAtMs` on, by the playout clock. */
  | {
      readonly atMs: number;
      readonly kind: 'sound';
      readonly soundMs: number;
      readonly heardAtMs: number;
    }
  | {
      readonly atMs: number;
      readonly kind: 'sent' | 'received' | 'echo';
      readonly soundMs: number;
      readonly text: string;
    }
  /** The first sample of an utterance left; it is heard at `heardAtMs`. */
  | {
      readonly atMs: number;
      readonly kind: 'started';
      readonly utterance: number;
      readonly source: UtteranceSource;
      readonly model: string;
      readonly heardAtMs: number;
    }
  /** `heardMs`: how much of its sound was heard, at last at `heardToMs`. Without a `started` before: nothing was. */
  | {
      readonly atMs: number;
      readonly kind: 'ended';
      readonly utterance: number;
      readonly reason: 'completed' | 'interrupted' | 'failed';
      readonly heardMs: number;
      readonly heardToMs: number;
      /** An error code of the bridge. */
      readonly error?: string;
    }
  /** What the lane's avatar can do changed; `disconnected`: what it had not played is not heard. */
  | { readonly atMs: number; readonly kind: 'state'; readonly status: string }
  /** The disk was too slow: so much is missing since the line before. Sound that is missing is missing in sound.wav too. */
  | {
      readonly atMs: number;
      readonly kind: 'lost';
      readonly lostLines: number;
      readonly lostSoundMs: number;
    }
  /** The recording was closed in order; sound.wav is so long. */
  | { readonly atMs: number; readonly kind: 'end'; readonly soundMs: number };

/** What the daemon streams from a source that can run ahead, from one that cannot, or what MMDAgent-EX plays by itself. */
export type UtteranceSource = 'recorded' | 'live' | 'file';
