import { OUTPUT_SAMPLE_RATE_HZ } from '../audio/pcm.js';
import type { Clock, Timer } from '../runtime/clock.js';
import { Emitter } from '../runtime/emitter.js';
import type { PlayError } from './play-error.js';

/** Which microphone, and what the browser may do to its sound: all off is what a recogniser and an avatar want. */
export interface MicChoice {
  /** Undefined: the browser's default. */
  readonly deviceId: string | undefined;
  readonly echoCancellation: boolean;
  readonly noiseSuppression: boolean;
  readonly autoGainControl: boolean;
}

export type MicState =
  | { readonly status: 'off' }
  /** The browser asks the user. */
  | { readonly status: 'asking' }
  | {
      readonly status: 'on';
      readonly label: string;
      readonly deviceId: string;
      /** Rate of the audio thread: 16 000, or what the browser insists on. */
      readonly rateHz: number;
      /** From the microphone to a frame, as the browser tells, milliseconds; frames of 20 ms included. */
      readonly captureMs: number;
    }
  /** It went away; it is opened again as soon as it can be. */
  | { readonly status: 'lost'; readonly error: PlayError }
  | { readonly status: 'failed'; readonly error: PlayError };

export interface MicEvents {
  stateChange: [state: MicState];
  /** 20 ms of s16 mono at 16 kHz, its own memory; `atMs` of the monotonic clock when it was complete. */
  frame: [samples: Int16Array<ArrayBuffer>, atMs: number];
}

interface Opened {
  readonly stream: MediaStream;
  readonly context: AudioContext;
  readonly node: AudioWorkletNode;
}

const FRAME_MS = 20;
const RETRY_MS = 1500;
/** An open microphone that gives nothing for so long is opened anew. */
const STALLED_MS = 3000;

/**
 * The browser's microphone as frames of 20 ms.
 *
 * | state         | start  | opened | refused | device gone or still | stop |
 * |---------------|--------|--------|---------|----------------------|------|
 * | off, failed   | asking | -      | -       | -                    | off  |
 * | asking        | asking | on     | failed  | -                    | off  |
 * | on            | asking | -      | -       | lost                 | off  |
 * | lost          | asking | on     | lost, tried again when devices change and every 1.5 s; refused by the user: failed | - | off |
 *
 * `off` holds nothing: its tracks are stopped, its audio thread is closed, the browser's sign of recording is gone.
 */
export class Microphone {
  readonly events = new Emitter<MicEvents>();
  readonly #clock: Clock;
  #state: MicState = { status: 'off' };
  #opened: Opened | undefined;
  /** Allowed, and not yet listened to. */
  #pending: MediaStream | undefined;
  #choice: MicChoice | undefined;
  /** Answers to earlier questions count for nothing. */
  #turn = 0;
  #retry: Timer | undefined;
  #watch: Timer | undefined;
  #frameAtMs = 0;
  #isPaused = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    // Not there on a page without TLS from another machine.
    navigator.mediaDevices?.addEventListener('devicechange', () => {
      if (this.#state.status === 'lost') void this.#open();
    });
  }

  get state(): MicState {
    return this.#state;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Deaf for a while, without being given back: the browser would ask the user again. No frames come meanwhile. */
  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
    for (const track of this.#opened?.stream.getTracks() ?? []) track.enabled = !isPaused;
  }

  /** Opens it, or opens another instead. Never rejects: see the state. */
  async start(choice: MicChoice): Promise<void> {
    this.#choice = choice;
    this.#release();
    this.#set({ status: 'asking' });
    await this.#open();
  }

  stop(): void {
    this.#choice = undefined;
    this.#release();
    this.#set({ status: 'off' });
  }

  async #open(): Promise<void> {
    const choice = this.#choice;
    if (choice === undefined) return;
    const turn = ++this.#turn;
    this.#retry?.cancel();
    try {
      const stream = await this.#ask(choice);
      if (turn !== this.#turn) return stopTracks(stream);
      this.#pending = stream;
      const opened = await listenTo(stream).catch((error: unknown) => {
        stopTracks(stream);
        throw error;
      });
      if (turn !== this.#turn) return close(opened);
      this.#pending = undefined;
      this.#begin(opened);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#pending = undefined;
      this.#refused(micError(error));
    }
  }

  /** A microphone that was chosen some other day and is not there: the default does, unless it was in use just now. */
  async #ask(choice: MicChoice): Promise<MediaStream> {
    try {
      return await askFor(choice);
    } catch (error) {
      const isGone = this.#state.status === 'asking' && micError(error).code === 'OverconstrainedError';
      if (!isGone || choice.deviceId === undefined) throw error;
      return askFor({ ...choice, deviceId: undefined });
    }
  }

  #begin(opened: Opened): void {
    this.#opened = opened;
    const { stream, context, node } = opened;
    const [track] = stream.getAudioTracks();
    const settings: MediaTrackSettings & { latency?: number } = track?.getSettings() ?? {};
    node.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      this.#frameAtMs = this.#clock.nowMs();
      if (!this.#isPaused) this.events.emit('frame', new Int16Array(data), this.#frameAtMs);
    };
    track?.addEventListener('ended', () => this.#lost(opened));
    // An interruption by the system, such as a call.
    context.addEventListener('statechange', () => {
      if (opened === this.#opened && context.state !== 'closed') context.resume().catch(() => {});
    });
    for (const opening of stream.getTracks()) opening.enabled = !this.#isPaused;
    this.#frameAtMs = this.#clock.nowMs();
    this.#watchFrames(opened);
    this.#set({
      status: 'on',
      label: track?.label ?? '',
      deviceId: settings.deviceId ?? '',
      rateHz: context.sampleRate,
      captureMs: 1000 * ((settings.latency ?? 0) + context.baseLatency) + FRAME_MS,
    });
  }

  #watchFrames(opened: Opened): void {
    this.#watch = this.#clock.after(STALLED_MS, () => {
      if (opened !== this.#opened) return;
      if (this.#clock.nowMs() - this.#frameAtMs >= STALLED_MS) this.#lost(opened);
      else this.#watchFrames(opened);
    });
  }

  #lost(opened: Opened): void {
    if (opened !== this.#opened) return;
    this.#release();
    this.#set({
      status: 'lost',
      error: { code: 'MicrophoneLost', message: 'The microphone gives no sound' },
    });
    this.#tryLater();
  }

  #refused(error: PlayError): void {
    // A device that was there once may come back; without permission nothing will.
    if (this.#state.status === 'lost' && error.code !== 'NotAllowedError') {
      this.#tryLater();
      return;
    }
    this.#choice = undefined;
    this.#set({ status: 'failed', error });
  }

  #tryLater(): void {
    this.#retry = this.#clock.after(RETRY_MS, () => void this.#open());
  }

  #release(): void {
    this.#turn++;
    this.#retry?.cancel();
    this.#watch?.cancel();
    // An audio thread can be long in coming; the browser's sign of recording goes at once all the same.
    if (this.#pending !== undefined) stopTracks(this.#pending);
    this.#pending = undefined;
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened !== undefined) close(opened);
  }

  #set(state: MicState): void {
    if (state.status === 'off' && this.#state.status === 'off') return;
    this.#state = state;
    this.events.emit('stateChange', state);
  }
}

function askFor({ deviceId, ...processing }: MicChoice): Promise<MediaStream> {
  // Browsers hide the microphone from pages that could be forged on their way.
  if (!isSecureContext || navigator.mediaDevices === undefined) {
    return Promise.reject({
      name: 'InsecureOrigin',
      message: `${location.origin} is not localhost and has no TLS`,
    });
  }
  const device = deviceId === undefined ? {} : { deviceId: { exact: deviceId } };
  return navigator.mediaDevices.getUserMedia({ audio: { ...device, ...processing, channelCount: 1 } });
}

async function listenTo(stream: MediaStream): Promise<Opened> {
  const { context, source } = connect(stream);
  try {
    await context.audioWorklet.addModule(new URL('mic-worklet.js', document.baseURI));
    const node = new AudioWorkletNode(context, 'mic', { channelCount: 1, channelCountMode: 'explicit' });
    // It gives silence; connected, so that every browser runs it.
    source.connect(node).connect(context.destination);
    await context.resume();
    return { stream, context, node };
  } catch (error) {
    await context.close().catch(() => {});
    throw error;
  }
}

/**
 * Without a loudspeaker, where the browser can (Chromium): one that runs dry tears holes into what is recorded. Measured with two
 * busy cores and PulseAudio: what arrived was 0.99 like what was said without it, 0.51 to 1.00 with it.
 */
const NO_LOUDSPEAKER: AudioContextOptions & { readonly sinkId: { readonly type: 'none' } } = {
  sinkId: { type: 'none' },
  latencyHint: 'balanced',
};

/** At 16 kHz, where the browser converts; Firefox takes a microphone only at its own rate, which the audio thread converts. */
function connect(stream: MediaStream): { context: AudioContext; source: MediaStreamAudioSourceNode } {
  const wanted = new AudioContext({ ...NO_LOUDSPEAKER, sampleRate: OUTPUT_SAMPLE_RATE_HZ });
  try {
    return { context: wanted, source: wanted.createMediaStreamSource(stream) };
  } catch {
    void wanted.close();
  }
  const context = new AudioContext(NO_LOUDSPEAKER);
  try {
    return { context, source: context.createMediaStreamSource(stream) };
  } catch (error) {
    void context.close();
    throw error;
  }
}

function close({ stream, context, node }: Opened): void {
  node.port.onmessage = null;
  stopTracks(stream);
  context.close().catch(() => {});
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** What a browser threw, by the name that the standard gives it. */
function micError(error: unknown): PlayError {
  if (typeof error === 'object' && error !== null && 'name' in error && 'message' in error)
    return { code: String(error.name), message: String(error.message) };
  return { code: 'AbortError', message: String(error) };
}
