import { type OpenSoundOptions, openSound, type SoundInput } from '../audio/index.js';
import type { BridgeClient, ClientEvents, SpeechEnd, SpeechHandle } from '../client/index.js';
import type { DaemonStatus, OpenParams, SendParams, Topic } from '../control/index.js';
import { systemHost } from '../devices/index.js';
import { isAbortError, SystemClock } from '../runtime/index.js';
import { type Lips, type LipsOptions, openLips } from './lips.js';
import { Microphone, type MicrophoneOptions } from './microphone.js';

export interface PlayOptions
  extends Pick<OpenParams, 'lane' | 'model' | 'mode' | 'leadMs' | 'lips' | 'ifBusy' | 'readyTimeoutMs'>,
    Pick<OpenSoundOptions, 'rawFormat' | 'gainDb' | 'loudnessLufs'> {
  /** Interrupts the speech when it fires. */
  readonly signal?: AbortSignal;
  /** Messages that act when their position in the sound is heard. */
  readonly ties?: readonly { readonly atMs: number; readonly message: string }[];
}

/** Sound on its way through an avatar. */
export interface Speech {
  readonly lane: string;
  /** Settles once and never rejects; `failed` carries the error. */
  readonly ended: Promise<SpeechEnd>;
  /** Started, position, tied, ended. */
  readonly events: SpeechHandle['events'];
  /** Silence at once; what MMDAgent-EX already holds (the lead, 100 ms) is still heard. */
  interrupt(): Promise<void>;
}

/** A conversation with a daemon: makes avatars speak, sends messages, tells what happens. Made by `connect`. */
export class Bridge {
  readonly #client: BridgeClient;
  readonly #close: () => Promise<void>;

  /** @internal */
  constructor(client: BridgeClient, close: () => Promise<void>) {
    this.#client = client;
    this.#close = close;
  }

  /**
   * Speaks a sound: a file's path, or the bytes of one (or of raw PCM, with `rawFormat`) as they come.
   *
   * Resolves when the avatar has taken it on; `ended` tells the rest.
   *
   * @throws {BridgeError} BRIDGE_ERR_AUDIO_*, BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_BUSY
   */
  async play(input: SoundInput, options: PlayOptions = {}): Promise<Speech> {
    const { signal, ties, rawFormat, gainDb, loudnessLufs, ...open } = options;
    const sound = await openSound(input, { rawFormat, gainDb, loudnessLufs, signal });
    let handle: SpeechHandle;
    try {
      handle = await this.#client.open({ kind: 'recorded', ...open });
      for (const tie of ties ?? []) await handle.tie(tie);
    } catch (error) {
      await sound.close();
      throw error;
    }
    const interrupt = (): Promise<void> => handle.interrupt();
    const onAbort = (): void => void interrupt().catch(() => {});
    signal?.addEventListener('abort', onAbort, { once: true });
    const fed = this.#feed(sound, handle);
    const ended = Promise.all([handle.ended, fed]).then(([end, error]): SpeechEnd => {
      signal?.removeEventListener('abort', onAbort);
      return error === undefined ? end : { ...end, reason: 'failed', error };
    });
    return { lane: handle.lane, ended, events: handle.events, interrupt };
  }

  /**
   * Opens a stream for sound that the caller makes: s16le mono 16 kHz, by `write`, then `end`.
   *
   * @param options - `kind: 'live'` for sound that comes in real time (a microphone), else `recorded`.
   */
  open(options: OpenParams): Promise<SpeechHandle> {
    return this.#client.open(options);
  }

  /**
   * Passes a microphone of this machine on to an avatar, live, until it is closed.
   *
   * @throws {DeviceError} BRIDGE_ERR_DEVICE_*; {BridgeError} BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_BUSY
   */
  microphone(options: MicrophoneOptions = {}): Promise<Microphone> {
    return Microphone.open(this.#client, new SystemClock(), systemHost(process.env), options);
  }

  /**
   * Moves the lips of an avatar to sound that the caller plays, by `LIPSYNC_START`.
   *
   * @throws {BridgeError} BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_NOT_READY
   */
  lips(options: LipsOptions): Promise<Lips> {
    return openLips(this.#client, new SystemClock(), options);
  }

  /**
   * Sends one message of MMDAgent-EX's vocabulary: `TYPE|ARG|…`.
   *
   * @returns When it has left. @throws {BridgeError} BRIDGE_ERR_MESSAGE_*, BRIDGE_ERR_LANE_NOT_READY
   */
  async send(message: string, options: Omit<SendParams, 'message'> = {}): Promise<void> {
    await this.#client.request('send', { message, ...options });
  }

  /** Ends everything that is spoken or waits on a lane. */
  async interrupt(lane?: string): Promise<void> {
    await this.#client.request('interrupt', lane === undefined ? {} : { lane });
  }

  status(): Promise<DaemonStatus> {
    return this.#client.request('status', {});
  }

  /** Which events come: `messages` (both directions), `lanes`, `links`, `streams`. Own speech is always told. */
  async subscribe(...topics: readonly Topic[]): Promise<void> {
    await this.#client.request('subscribe', { topics });
  }

  /** @returns A function that removes the listener. */
  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: (...args: ClientEvents[Name]) => void,
  ): () => void {
    return this.#client.events.on(name, listener);
  }

  /** Ends this conversation; the daemon and its links go on (except when embedded: they end, after what is being said). */
  close(): Promise<void> {
    return this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Feeds the sound to its end; returns what went wrong with the source, if anything did. */
  async #feed(
    sound: Awaited<ReturnType<typeof openSound>>,
    handle: SpeechHandle,
  ): Promise<SpeechEnd['error']> {
    try {
      for await (const pcm of sound.frames()) {
        if (handle.isEnded) break;
        await handle.write(pcm);
      }
      await handle.end();
      return undefined;
    } catch (error) {
      await handle.interrupt().catch(() => {});
      return isAbortError(error) || handle.isEnded ? undefined : (error as SpeechEnd['error']);
    } finally {
      await sound.close();
    }
  }
}
