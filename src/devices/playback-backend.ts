import type { FaultPattern, InputListing } from './capture-backend.js';
import type { DeviceHost } from './host.js';
import type { Playback } from './playback.js';
import type { PlaybackClockOptions } from './playback-clock.js';

export type PlaybackBackendName = 'pacat' | 'pw-play' | 'aplay' | 'play' | 'ffplay';

/** What a player said about itself. */
export type PlayerWord =
  /** Sound heard so far, silence at the beginning included, milliseconds. */
  | { readonly kind: 'position'; readonly positionMs: number }
  /** The device is open and takes sound. */
  | { readonly kind: 'ready' }
  /** The device begins to play, or goes on after it ran dry. */
  | { readonly kind: 'started'; readonly afterMs?: number | undefined }
  | { readonly kind: 'underrun' }
  /** The sound goes on elsewhere, or goes on after it was held. */
  | { readonly kind: 'moved' };

/** Turns a player's stderr, one line (ended by \r or \n) at a time, into what it says. */
export type PlayerListener = (line: string) => PlayerWord | undefined;

export interface PlayerOptions {
  /** An id of the backend's own; undefined: the system's default. */
  readonly device: string | undefined;
  readonly sampleRateHz: number;
  readonly leadMs: number;
}

/** One program that plays raw s16le mono from its standard input. */
export interface PlaybackBackend {
  readonly name: PlaybackBackendName;
  /** What must be on PATH. */
  readonly program: string;
  readonly clockKind: Playback['clockKind'];
  /** The program does not run without this much sound ahead of what is heard, milliseconds. */
  readonly minLeadMs: number;
  /** Silence before the first sound: the beginning is lost where a stream joins a running device. */
  readonly preRollMs: number;
  /** True: a `ready` comes before any sound, so opening waits for it. */
  readonly tellsReady: boolean;
  /** False: it runs dry without a word, which is then found by the clock. */
  readonly tellsUnderrun: boolean;
  readonly clock: PlaybackClockOptions;
  /** Lines that tell nothing once it has ended. */
  readonly chatter: RegExp;
  /** Words on standard error that tell why it ended; the first that fits counts. */
  readonly faults: readonly FaultPattern[];
  readonly args: (options: PlayerOptions) => readonly string[];
  /** Environment that names the device, for programs without a flag for it. */
  readonly env?: ((device: string | undefined) => Readonly<Record<string, string>>) | undefined;
  /** Its words come through a pipe late unless `stdbuf -oL` starts it. */
  readonly needsLineBuffer?: boolean | undefined;
  /** A new one for each run: some count lines. */
  readonly listen: (sampleRateHz: number) => PlayerListener;
  /** Left out: it cannot tell, and takes any name on trust. */
  readonly list?: ((host: DeviceHost) => Promise<InputListing>) | undefined;
  /** Whether a device that is not in its list may still be one. */
  readonly takesUnlisted?: ((device: string) => boolean) | undefined;
  /** Why no device can be chosen: the system's default is all there is. */
  readonly defaultOnly?: string | undefined;
}
