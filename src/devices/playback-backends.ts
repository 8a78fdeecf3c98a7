import type { FaultPattern } from './capture-backend.js';
import type { DeviceHost } from './host.js';
import type { Playback } from './playback.js';
import type { PlaybackClockOptions } from './playback-clock.js';

export type PlaybackBackendName = 'pacat' | 'pw-play' | 'aplay' | 'play' | 'ffplay';

/** What a player said about itself. */
export type PlayerWord =
  /** Sound heard so far, as the player counts it, milliseconds. */
  | { readonly kind: 'position'; readonly positionMs: number }
  /** The device is open and takes sound. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'underrun' }
  /** The sound goes on elsewhere, or goes on after it was held. */
  | { readonly kind: 'moved' };

/** Turns a player's stderr, one line (ended by \r or \n) at a time, into what it says. */
export type PlayerListener = (line: string) => PlayerWord | undefined;

export interface PlayerOptions {
  readonly device: string | undefined;
  readonly sampleRateHz: number;
  readonly platform: NodeJS.Platform;
}

/** One program that plays raw s16le mono from its standard input. */
export interface PlaybackBackend {
  readonly name: PlaybackBackendName;
  readonly platforms: readonly NodeJS.Platform[];
  readonly clockKind: Playback['clockKind'];
  /** The program does not run without this much sound ahead of what is heard, milliseconds. */
  readonly minLeadMs: number;
  /** True: a `ready` comes before any sound, so opening waits for it. */
  readonly tellsReady: boolean;
  /** False: it runs dry without a word, which is then found by the clock. */
  readonly tellsUnderrun: boolean;
  readonly clock: PlaybackClockOptions;
  /** Lines that tell nothing once it has ended. */
  readonly chatter: RegExp;
  /** Words on standard error that tell why it ended; the first that fits counts. */
  readonly faults: readonly FaultPattern[];
  argv(options: PlayerOptions): readonly string[];
  /** Environment that names the device, for programs without a flag for it. */
  env?(options: PlayerOptions): Readonly<Record<string, string>>;
  listener(): PlayerListener;
}

export const PACAT: PlaybackBackend = {
  name: 'pacat',
  platforms: ['linux', 'freebsd'],
  clockKind: 'reported',
  minLeadMs: 60,
  tellsReady: true,
  tellsUnderrun: true,
  clock: {},
  chatter: /^Time: /,
  faults: [
    { pattern: /Connection (failure|refused)|Connection terminated/, code: 'BRIDGE_ERR_DEVICE_FAILED' },
    { pattern: /No such entity|Invalid argument/, code: 'BRIDGE_ERR_DEVICE_UNKNOWN' },
    { pattern: /Entity killed|Device or resource gone|Entity is gone/i, code: 'BRIDGE_ERR_DEVICE_LOST' },
    { pattern: /busy/i, code: 'BRIDGE_ERR_DEVICE_BUSY' },
  ],
  argv: ({ device, sampleRateHz }) => [
    '--playback',
    '--verbose',
    '--raw',
    '--format=s16le',
    '--channels=1',
    `--rate=${sampleRateHz}`,
    '--latency-msec=40',
    '--client-name=mmdagent-bridge',
    '--stream-name=mmdagent-bridge',
    ...(device === undefined ? [] : [`--device=${device}`]),
  ],
  listener: () => (line) => {
    const time = /^Time: (\d+\.\d+) sec/.exec(line);
    if (time !== null) return { kind: 'position', positionMs: Number(time[1]) * 1000 };
    if (line.startsWith('Stream successfully created')) return { kind: 'ready' };
    if (line.startsWith('Stream underrun')) return { kind: 'underrun' };
    if (/^Stream (moved|device (suspended|resumed))/.test(line)) return { kind: 'moved' };
    return undefined;
  },
};

/** Best first, as measured: see test/bench/playback.js. */
export const PLAYBACK_BACKENDS: readonly PlaybackBackend[] = [PACAT];

/** Which of them this system can have, installed or not. */
export function backendsOf(platform: DeviceHost['platform']): readonly PlaybackBackend[] {
  return PLAYBACK_BACKENDS.filter(({ platforms }) => platforms.includes(platform));
}
