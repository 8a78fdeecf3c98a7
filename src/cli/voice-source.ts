import { type Capture, type CaptureState, openCapture, systemHost } from '../devices/index.js';
import type { Clock } from '../runtime/index.js';
import type { CommandContext } from './context.js';

/**
 * Frames of 20 ms, s16le mono 16 000 Hz, in memory that is used again, and when their last byte arrived on the injected clock. Must not
 * throw.
 */
export type OnVoiceFrame = (frame: Uint8Array, capturedAtMs: number) => void;

/** Where a voice comes from. */
export interface VoiceSource {
  /** For people. */
  readonly label: string;
  /** Times that it had to be started again. */
  readonly restarts: number;
  /** Whether frames should be coming now. */
  readonly isRunning: boolean;
  /** Resolves when it has come to its end by itself, rejects when it failed for good; a microphone hardly does either. */
  readonly ended: Promise<void>;
  /** Once: frames come from now on. What a microphone heard before is left out, what waits on standard input comes first. */
  start(onFrame: OnVoiceFrame): void;
  /** No frame comes afterwards. Idempotent. */
  close(): Promise<void>;
}

export interface OpenVoiceOptions {
  readonly context: CommandContext;
  readonly clock: Clock;
  /** Gives up opening. A microphone that is open stays so until `close`. */
  readonly signal: AbortSignal;
  /** What a person should know: once an outage, and that it is over. */
  readonly say: (text: string) => void;
}

/**
 * The microphone that the settings name, kept running through its faults.
 *
 * @throws {DeviceError} why there is no sound from it.
 */
export async function openMicrophone(options: OpenVoiceOptions): Promise<VoiceSource> {
  const { context, clock, signal, say } = options;
  const { inputBackend, inputDevice } = context.resolved.config;
  // openCapture would also close an open microphone by it.
  const opening = new AbortController();
  const giveUp = (): void => opening.abort(signal.reason);
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  let onFrame: OnVoiceFrame = () => {};
  try {
    const capture = await openCapture({
      backend: inputBackend,
      device: inputDevice,
      onFrame: (frame, capturedAtMs) => onFrame(frame, capturedAtMs),
      clock,
      host: systemHost(context.io.env),
      signal: opening.signal,
    });
    return new Microphone(capture, say, (listener) => {
      onFrame = listener;
    });
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** Tells each outage once, and its end. */
class Microphone implements VoiceSource {
  readonly label: string;
  readonly ended: Promise<void>;
  readonly start: (onFrame: OnVoiceFrame) => void;
  readonly #capture: Capture;
  readonly #say: (text: string) => void;
  #restarts = 0;
  #isOut = false;

  constructor(capture: Capture, say: (text: string) => void, start: (onFrame: OnVoiceFrame) => void) {
    this.#capture = capture;
    this.#say = say;
    this.start = start;
    this.label = `${capture.device ?? 'the default microphone'} (${capture.backend})`;
    this.ended = new Promise((resolve, reject) => {
      capture.events.on('stateChange', (state) => {
        if (state.status !== 'closed') this.#changed(state);
        else if (state.error === undefined) resolve();
        else reject(state.error);
      });
    });
    this.ended.catch(() => {});
    capture.events.on('warning', ({ message }) => say(message));
  }

  get restarts(): number {
    return this.#restarts;
  }

  get isRunning(): boolean {
    return this.#capture.state.status === 'running';
  }

  close(): Promise<void> {
    return this.#capture.close();
  }

  #changed(state: CaptureState): void {
    if (state.status === 'restarting') {
      this.#restarts++;
      if (!this.#isOut)
        this.#say(`${state.error.message} (${state.error.code}). Trying again until it works`);
      this.#isOut = true;
    } else if (state.status === 'running' && this.#isOut) {
      this.#isOut = false;
      this.#say(`Sound comes from ${this.label} again`);
    }
  }
}
