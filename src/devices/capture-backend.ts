import type { ErrorCode } from '../runtime/index.js';
import type { Device } from './device.js';
import type { DeviceHost, SoundProgram } from './host.js';

/** Words of a program and what they mean. */
export interface FaultPattern {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** Counts only when a device was asked for: what the default is may change. @default false */
  readonly isNamedOnly?: boolean | undefined;
}

/** What a backend's own listing came to. */
export interface InputListing {
  readonly devices: readonly Device[];
  /** Why nothing could be listed; undefined when the list is complete. */
  readonly problem: string | undefined;
  /** Only what lists is missing: recording may work all the same. @default false */
  readonly isListerMissing?: boolean | undefined;
}

/** One program that records, on one platform. All of them give s16le mono at 16 000 Hz on standard output. */
export interface CaptureBackend {
  readonly name: string;
  /** What must be on PATH. */
  readonly program: string;
  /** What it holds back before sound comes out, milliseconds: its block, plus what it was measured to add. */
  readonly leadMs: number;
  /** The same where `stdbuf` (GNU) can make it write at once; left out: it does so anyway. */
  readonly unbufferedLeadMs?: number | undefined;
  /** @param device - an id of its own; undefined: the system's default. */
  readonly args: (device: string | undefined) => readonly string[];
  /** Looks at the installed version for what goes before `args`. */
  readonly firstArgs?: ((host: DeviceHost, path: string) => Promise<readonly string[]>) | undefined;
  /** Words on standard error that tell why it ended; the first that fits counts. */
  readonly faults: readonly FaultPattern[];
  /** Words on standard error that mean the sound is no good although it goes on: it is ended at once. */
  readonly alarms?: readonly FaultPattern[] | undefined;
  /** Lines on standard error that tell nothing. */
  readonly chatter?: RegExp | undefined;
  /** `auto` passes it by. @default false */
  readonly isByNameOnly?: boolean | undefined;
  /** It knows no default: the first of its list is taken when no device was asked for. @default false */
  readonly needsDevice?: boolean | undefined;
  /** Whether a device that is not in its list may still be one. @default where nothing could be listed: any; else: none */
  readonly takesUnlisted?: ((device: string) => boolean) | undefined;
  /** Left out: it cannot tell. */
  readonly list?: ((host: DeviceHost) => Promise<InputListing>) | undefined;
  /** For a program that is not spawned by us. Left out: `spawnTied`. */
  readonly start?:
    | ((path: string, device: string | undefined, host: DeviceHost) => Promise<SoundProgram>)
    | undefined;
}
