import { openSound, type RawFormat, VOICE_FRAME_BYTES } from '../audio/index.js';
import { type CaptureState, openCapture, systemHost } from '../devices/index.js';
import { anySignal, type Clock } from '../runtime/index.js';
import type { CommandContext } from './context.js';

/** Frames of 20 ms, s16le mono 16 000 Hz, in memory that is used again. Must not throw. */
export type OnVoiceFrame = (frame: Uint8Array) => void;

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
  /** Gives up opening; later it does nothing. */
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
  let onFrame: OnVoiceFrame = () => {};
  const opening = new AbortController();
  const stopOpening = (): void => opening.abort(signal.reason);
  if (signal.aborted) stopOpening();
  signal.addEventListener('abort', stopOpening, { once: true });
  const capture = await openCapture({
    backend: inputBackend,
    device: inputDevice,
    onFrame: (frame) => onFrame(frame),
    clock,
    host: systemHost(context.io.env),
    signal: opening.signal,
  }).finally(() => signal.removeEventListener('abort', stopOpening));
  const label = `${capture.device ?? 'the default microphone'} (${capture.backend})`;
  const outages = new Outages(label, say);
  capture.events.on('stateChange', (state) => outages.changed(state));
  capture.events.on('warning', ({ message }) => say(message));
  const ended = new Promise<void>((resolve, reject) => {
    capture.events.on('stateChange', (state) => {
      if (state.status !== 'closed') return;
      if (state.error === undefined) resolve();
      else reject(state.error);
    });
  });
  ended.catch(() => {});
  return {
    label,
    get restarts() {
      return outages.restarts;
    },
    get isRunning() {
      return capture.state.status === 'running';
    },
    ended,
    start: (listener) => {
      onFrame = listener;
    },
    close: () => capture.close(),
  };
}

/**
 * Raw PCM from standard input, passed on as it comes: whoever writes it sets the pace.
 *
 * @throws {RequestError} BRIDGE_ERR_AUDIO_EMPTY, BRIDGE_ERR_AUDIO_UNREADABLE
 */
export async function openVoiceInput(options: OpenVoiceOptions, rawFormat: RawFormat): Promise<VoiceSource> {
  const { context, signal } = options;
  const { stdin } = context.io;
  const closing = new AbortController();
  const over = anySignal(signal, closing.signal);
  const sound = await openSound(stdin, { rawFormat, name: 'standard input', signal: over }).catch(
    (error: unknown) => {
      stdin.destroy();
      throw error;
    },
  );
  let isRunning = true;
  let settle: (end: Promise<void>) => void = () => {};
  const ended = new Promise<void>((resolve) => {
    settle = resolve;
  });
  ended.catch(() => {});
  const passOn = async (onFrame: OnVoiceFrame): Promise<void> => {
    try {
      await passFrames(sound.frames(), (frame) => {
        if (!over.aborted) onFrame(frame);
      });
    } catch (error) {
      if (!over.aborted) throw error;
    } finally {
      isRunning = false;
    }
  };
  return {
    label: 'standard input',
    restarts: 0,
    get isRunning() {
      return isRunning;
    },
    ended,
    start: (onFrame) => settle(passOn(onFrame)),
    close: async () => {
      closing.abort();
      await sound.close();
      // Else its silence would keep the process alive.
      stdin.destroy();
    },
  };
}

/** Cuts sound into frames; a last one that is not full ends in silence. */
async function passFrames(blocks: AsyncIterable<Uint8Array>, onFrame: OnVoiceFrame): Promise<void> {
  const frame = new Uint8Array(VOICE_FRAME_BYTES);
  let filledBytes = 0;
  for await (const block of blocks) {
    for (let at = 0; at < block.byteLength; ) {
      const size = Math.min(VOICE_FRAME_BYTES - filledBytes, block.byteLength - at);
      frame.set(block.subarray(at, at + size), filledBytes);
      filledBytes += size;
      at += size;
      if (filledBytes < VOICE_FRAME_BYTES) continue;
      onFrame(frame);
      filledBytes = 0;
    }
  }
  if (filledBytes > 0) onFrame(frame.fill(0, filledBytes));
}

/** Tells each outage of a microphone once, and its end. */
class Outages {
  readonly #label: string;
  readonly #say: (text: string) => void;
  restarts = 0;
  #isOut = false;

  constructor(label: string, say: (text: string) => void) {
    this.#label = label;
    this.#say = say;
  }

  changed(state: CaptureState): void {
    if (state.status === 'restarting') {
      this.restarts++;
      if (!this.#isOut)
        this.#say(`${state.error.message} (${state.error.code}). Trying again until it works`);
      this.#isOut = true;
    } else if (state.status === 'running' && this.#isOut) {
      this.#isOut = false;
      this.#say(`Sound comes from ${this.#label} again`);
    }
  }
}
