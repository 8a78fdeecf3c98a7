import type { LinkSpec, ResolvedConfig } from '../config/index.js';
import type { DaemonStatus } from '../control/index.js';
import type { Capture, DeviceHost, DeviceList, FrameSink, Playback } from '../devices/index.js';
import type { BridgeError, Clock } from '../runtime/index.js';
import type { Content } from './content/find-content.js';
import type { DoctorFiles } from './files.js';
import type { FindingArea } from './finding.js';
import type { MachineView } from './machine/machine-view.js';

/** A daemon as the doctor asks it; never started for that. */
export interface DaemonView {
  /** Another machine's, by --daemon URL. */
  readonly isRemote: boolean;
  status(): Promise<DaemonStatus>;
  /** Its wall clock less ours, and how far that may be off. */
  wallSkew(): Promise<{ readonly skewMs: number; readonly errorMs: number }>;
}

/** Microphones and loudspeakers as the doctor tries them. */
export interface DoctorSound {
  listInputs(): Promise<readonly DeviceList[]>;
  listOutputs(): Promise<readonly DeviceList[]>;
  /** @param device - id of an input; undefined: what the settings choose. @throws {DeviceError} */
  openCapture(device: string | undefined, onFrame: FrameSink, signal: AbortSignal): Promise<Capture>;
  /** What the settings choose. @throws {DeviceError} */
  openPlayback(signal: AbortSignal): Promise<Playback>;
  /** How many loudspeakers have been calibrated; undefined: not known. */
  calibratedCount(): Promise<number | undefined>;
}

/** What a doctor is told and given. */
export interface DoctorOptions {
  readonly host: DeviceHost;
  readonly files: DoctorFiles;
  readonly clock: Clock;
  readonly resolved: ResolvedConfig;
  /** Of this package. */
  readonly version: string;
  /** Without the leading v. */
  readonly nodeVersion: string;
  /** Full path of an .mdf or its folder. @default the one a running MMDAgent-EX was started with, if that can be seen */
  readonly content?: string | undefined;
  /** The daemon that runs, or why none could be asked; undefined: none runs. */
  readonly daemon?: DaemonView | BridgeError | undefined;
  /** Its functions stand for themselves, without `this`. Undefined: nothing is tried with sound. */
  readonly sound?: DoctorSound | undefined;
  /** Whether a tone may be played. @default true */
  readonly tone?: boolean;
  /** Called behind the last finding of an area. */
  readonly onAreaDone?: (area: FindingArea) => void;
  /** Ends it early; what is open is closed. */
  readonly signal?: AbortSignal;
}

/** A link to a real MMDAgent-EX. */
export type PeerLink = Exclude<LinkSpec, { readonly kind: 'simulator' }>;

/** What every check is run with. */
export interface DoctorContext extends DoctorOptions {
  readonly tone: boolean;
  readonly machine: MachineView;
  /** The links to a real MMDAgent-EX: those of the settings, or where these name none, those of the running daemon. */
  peerLinks(): Promise<readonly PeerLink[]>;
  /** Looks for the content when first asked. */
  findContent(): Promise<Content>;
  /** The daemon, if it answers, and its status; asked once. */
  daemonStatus(): Promise<DaemonStatus | undefined>;
}
