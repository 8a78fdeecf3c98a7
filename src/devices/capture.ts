import type { Clock, DeviceError, Emitter, Random } from '../runtime/index.js';
import type { DeviceHost } from './host.js';

/** Frames that capture gives: 20 ms of s16le mono at 16 000 Hz. */
export const CAPTURE_FRAME_BYTES = 640;

/**
 * Takes one frame of exactly CAPTURE_FRAME_BYTES; not kept after the call, the memory is used again. Must not throw.
 *
 * @param capturedAtMs - when the last byte of the frame arrived here, on the clock given to `openCapture`; the sound itself
 *   is older by what the program holds back (`Capture.leadMs`).
 */
export type FrameSink = (frame: Uint8Array, capturedAtMs: number) => void;

export type CaptureState =
  | { readonly status: 'starting' }
  | { readonly status: 'running' }
  /** Frames stopped; it is tried again at `retryInMs`. */
  | {
      readonly status: 'restarting';
      readonly error: DeviceError;
      readonly attempt: number;
      readonly retryInMs: number;
    }
  | { readonly status: 'closed'; readonly error: DeviceError | undefined };

export interface CaptureEvents {
  stateChange: [state: CaptureState];
  /** Something is wrong that frames do not stop for: digital silence (BRIDGE_ERR_DEVICE_SILENT), a drifting rate. Once each until it is over. */
  warning: [error: DeviceError];
}

/** A running microphone. Frames go to the sink it was opened with. */
export interface Capture {
  readonly backend: string;
  /** What the program was given as device; undefined: the system default. */
  readonly device: string | undefined;
  /** What the program itself holds back before a frame comes, milliseconds, as measured or documented. */
  readonly leadMs: number;
  readonly state: CaptureState;
  readonly events: Emitter<CaptureEvents>;
  /** Ends the program; resolves when it is gone. Idempotent. No frame comes afterwards. */
  close(): Promise<void>;
}

export interface OpenCaptureOptions {
  /** `auto`, or the name of a backend of this platform. @default 'auto' */
  readonly backend?: string | undefined;
  /**
   * Index, name, id, or a part of the name or id that fits only one device, as `listInputs` has them. Left out: the
   * system's default.
   */
  readonly device?: string | undefined;
  readonly onFrame: FrameSink;
  readonly clock: Clock;
  readonly host: DeviceHost;
  /** Spreads restarts in time. @default Math.random */
  readonly random?: Random | undefined;
  /** While opening: gives up, rejecting with its reason. Later: closes. */
  readonly signal?: AbortSignal | undefined;
  /** Restarts in a row, without 5 s of sound between them, after which the capture closes with the error. @default Infinity */
  readonly maxRestarts?: number | undefined;
}
