import { VoiceFeed, type VoiceFeedOptions } from '../audio/index.js';
import { type BridgeClient, LiveStream } from '../client/index.js';
import type { OpenParams } from '../control/index.js';
import { type Capture, type DeviceHost, type OpenCaptureOptions, openCapture } from '../devices/index.js';
import { type BridgeError, type Clock, Emitter, isAbortError } from '../runtime/index.js';

export interface MicrophoneOptions
  extends Pick<OpenParams, 'lane' | 'model' | 'mode' | 'leadMs' | 'readyTimeoutMs'>,
    Pick<OpenCaptureOptions, 'backend' | 'device'>,
    VoiceFeedOptions {
  /** Ends it when it fires. */
  readonly signal?: AbortSignal;
}

export interface MicrophoneEvents {
  /** What a person should know: the device or the avatar is away, and that it is back. */
  notice: [text: string];
}

/** A microphone of this machine on its way to an avatar; goes on through lost devices and lost avatars. Made by `Bridge.microphone`. */
export class Microphone {
  readonly events = new Emitter<MicrophoneEvents>();
  /** Gain, gate, mute, push-to-talk and meter, to be changed while it runs. */
  readonly feed: VoiceFeed;
  /** Settles once: with why it cannot go on (the daemon is gone), or undefined after `close`. Never rejects. */
  readonly ended: Promise<BridgeError | undefined>;
  readonly #capture: Capture;
  readonly #stream: LiveStream;
  #resolve: (error: BridgeError | undefined) => void = () => {};
  #closing: Promise<void> | undefined;

  private constructor(feed: VoiceFeed, capture: Capture, stream: LiveStream) {
    this.feed = feed;
    this.#capture = capture;
    this.#stream = stream;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** @internal */
  static async open(
    client: BridgeClient,
    clock: Clock,
    host: DeviceHost,
    options: MicrophoneOptions,
  ): Promise<Microphone> {
    const { backend, device, signal, gainDb, gate, isMuted, ...params } = options;
    const feed = new VoiceFeed({
      ...(gainDb === undefined ? {} : { gainDb }),
      ...(gate === undefined ? {} : { gate }),
      ...(isMuted === undefined ? {} : { isMuted }),
    });
    let microphone: Microphone | undefined;
    let stream: LiveStream | undefined;
    const say = (text: string): void => void microphone?.events.emit('notice', text);
    const capture = await openCapture({
      ...(backend === undefined ? {} : { backend }),
      ...(device === undefined ? {} : { device }),
      ...(signal === undefined ? {} : { signal }),
      clock,
      host,
      // Before the stream is open there is nobody to hear it.
      onFrame: (frame) => stream?.write(feed.pass(frame)),
    });
    try {
      stream = await LiveStream.open({ client, clock, params, say });
    } catch (error) {
      await capture.close();
      throw error;
    }
    microphone = new Microphone(feed, capture, stream);
    microphone.#watch(say, signal);
    return microphone;
  }

  get lane(): string {
    return this.#stream.lane;
  }

  /** From a frame's arrival here until it is heard, milliseconds; undefined while nothing is heard. */
  get lagMs(): number | undefined {
    return this.#stream.lagMs;
  }

  /** Lets go of the microphone; what was said is spoken to the end. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close(undefined);
    return this.#closing;
  }

  #watch(say: (text: string) => void, signal: AbortSignal | undefined): void {
    const { events } = this.#capture;
    let isAway = false;
    events.on('warning', (error) => say(error.message));
    events.on('stateChange', (state) => {
      if (state.status === 'restarting' && !isAway) {
        isAway = true;
        say(state.error.message);
      }
      if (state.status === 'running' && isAway) {
        isAway = false;
        say('The microphone is back');
      }
      if (state.status === 'closed' && state.error !== undefined) this.#closing ??= this.#close(state.error);
    });
    this.#stream.failed.catch((error: unknown) => {
      this.#closing ??= this.#close(isAbortError(error) ? undefined : (error as BridgeError));
    });
    const onAbort = (): void => void this.close();
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    void this.ended.then(() => signal?.removeEventListener('abort', onAbort));
  }

  async #close(error: BridgeError | undefined): Promise<void> {
    await this.#capture.close();
    await this.#stream.end();
    this.#resolve(error);
  }
}
