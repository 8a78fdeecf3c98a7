import type { DeviceError, Emitter } from '../runtime/index.js';

/** Frames that capture gives: 20 ms of s16le mono at 16 000 Hz. */
export const CAPTURE_FRAME_BYTES = 640;

/** Takes one frame of exactly CAPTURE_FRAME_BYTES; not kept after the call, the memory is used again. */
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
