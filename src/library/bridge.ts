import { type OpenSoundOptions, openSound, type SoundInput } from '../audio/index.js';
import { type BridgeClient, type ClientEvents, type SpeechHandle, subscribe } from '../client/index.js';
import type { DaemonStatus, OpenParams, SendParams, Topic } from '../control/index.js';
import { systemHost } from '../devices/index.js';
import { alphabetOf, DEFAULT_LIP_TABLE, PhonemeNames, type TimedPhoneme } from '../lipsync/index.js';
import { SystemClock } from '../runtime/index.js';
import { type LipsChoice, soundSpeech } from '../speaking/index.js';
import type { SpeechSettings } from '../speech/index.js';
import { type Lips, type LipsOptions, openLips } from './lips.js';
import { Microphone, type MicrophoneOptions } from './microphone.js';
import { Sayer, type SayOptions } from './say.js';
import { beginSpeech, type Speech, type SpokenOptions } from './speech.js';
import { Talk, type TalkOptions } from './talk.js';

/** What is played here is heard by people, who hear more than MMDAgent-EX does. */
const LOCAL_RATE_HZ = 48_000;

export interface PlayOptions
  extends SpokenOptions,
    Pick<OpenSoundOptions, 'rawFormat' | 'gainDb' | 'loudnessLufs'> {
  /**
   * As in `SpokenOptions`; of sound whose `phonemes` are not given `auto` is `peer`, and `own` listens to it. Tied messages that
   * are LIPSYNC_START move the mouth by themselves, and nothing else does.
   *
   * @default 'peer', and 'auto' with `phonemes`
   */
  readonly lips?: LipsChoice;
  /** What is said in it. Names of other alphabets (espeak, IPA) are told apart by these. */
  readonly phonemes?: readonly TimedPhoneme[];
}

/** A conversation with a daemon: makes avatars speak, sends messages, tells what happens. Made by `connect`. */
export class Bridge {
  readonly #client: BridgeClient;
  readonly #close: () => Promise<void>;
  readonly #clock = new SystemClock();
  readonly #sayer: Sayer;
  readonly #speech: SpeechSettings;

  /** @internal */
  constructor(client: BridgeClient, close: () => Promise<void>, speech: SpeechSettings = {}) {
    this.#client = client;
    this.#close = close;
    this.#speech = speech;
    this.#sayer = new Sayer(speech, this.#clock);
  }

  /**
   * Says a text, or one that is still being written (a piece is spoken as soon as it is a sentence), with lips.
   *
   * Without settings the engines are those of the `say` command: the first that has a key or a program, else the embedded voice.
   *
   * @throws {BridgeError} nothing was heard: BRIDGE_ERR_SPEECH_*, BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_BUSY
   */
  say(text: string | AsyncIterable<string>, options: SayOptions = {}): Promise<Speech> {
    return this.#sayer.say(this.#client, text, options);
  }

  /**
   * Begins a conversation: the avatar hears, thinks, speaks and can be interrupted. Without settings the model is the first with a key
   * in the environment, else the built-in demonstration.
   *
   * @throws {BridgeError} BRIDGE_ERR_CONFIG_INVALID, BRIDGE_ERR_LLM_ENGINE, BRIDGE_ERR_SPEECH_ENGINE, BRIDGE_ERR_DEVICE_*
   */
  talk(options: TalkOptions = {}): Promise<Talk> {
    return Talk.open(this.#client, this.#clock, this.#speech, options);
  }

  /**
   * Speaks a sound: a file's path, or the bytes of one (or of raw PCM, with `rawFormat`) as they come.
   *
   * Resolves when the avatar has taken it on; `ended` tells the rest.
   *
   * @throws {BridgeError} BRIDGE_ERR_AUDIO_*, BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_BUSY
   */
  async play(input: SoundInput, options: PlayOptions = {}): Promise<Speech> {
    const { rawFormat, gainDb, loudnessLufs, phonemes, ...spoken } = options;
    const lips = spoken.lips ?? (phonemes === undefined ? 'peer' : 'auto');
    const { signal, table } = spoken;
    const sampleRateHz = lips === 'local' ? LOCAL_RATE_HZ : undefined;
    const sound = await openSound(input, { rawFormat, gainDb, loudnessLufs, signal, sampleRateHz });
    const names = new PhonemeNames(
      table ?? DEFAULT_LIP_TABLE,
      alphabetOf((phonemes ?? []).map((p) => p.phoneme)),
    );
    const told = phonemes && names.map(phonemes);
    try {
      const speech = await beginSpeech(this.#client, this.#clock, soundSpeech(sound, told), {
        ...spoken,
        lips,
        knows: told === undefined ? 'sound' : 'phonemes',
      });
      void speech.ended.then(() => sound.close());
      return speech;
    } catch (error) {
      await sound.close();
      throw error;
    }
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
    return Microphone.open(this.#client, this.#clock, systemHost(process.env), options);
  }

  /**
   * Moves the lips of an avatar to sound that the caller plays, by `LIPSYNC_START`.
   *
   * @throws {BridgeError} BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_NOT_READY
   */
  lips(options: LipsOptions): Promise<Lips> {
    return openLips(this.#client, this.#clock, options);
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

  /**
   * Which events come: `messages` (both directions), `lanes`, `links`, `streams`, `levels` (RMS of what is streamed to avatars, every 40 ms).
   * Own speech is always told, and what conversations and lips of this bridge need comes too.
   */
  async subscribe(...topics: readonly Topic[]): Promise<void> {
    await subscribe(this.#client, this, topics);
  }

  /** @returns A function that removes the listener. */
  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: (...args: ClientEvents[Name]) => void,
  ): () => void {
    return this.#client.events.on(name, listener);
  }

  /** Ends this conversation; the daemon and its links go on (except when embedded: they end, after what is being said). */
  async close(): Promise<void> {
    await this.#close();
    await this.#sayer.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
