import { type Chat, type ChatPorts, type ChatSettings, openChat } from '../chat/index.js';
import type { BridgeClient } from '../client/index.js';
import { chatSection, defaultConfig, userConfigFolder } from '../config/index.js';
import {
  type Capture,
  type OpenCaptureOptions,
  openCapture,
  type PlaybackOptions,
  systemHost,
} from '../devices/index.js';
import type { Conversation, History, Question, TurnHandle } from '../dialogue/index.js';
import { type Clock, type Logger, SILENT_LOGGER } from '../runtime/index.js';
import type { SpeechSettings } from '../speech/index.js';
import { openPlaybackHere } from './playback-here.js';

/** How an avatar talks, and what a program adds to it. Sections are those of the settings file. */
export interface TalkOptions
  extends Omit<ChatSettings, 'hears' | 'speech'>,
    Pick<
      ChatPorts,
      | 'getDynamicTools'
      | 'getImageUrl'
      | 'guards'
      | 'memory'
      | 'hooks'
      | 'sinks'
      | 'recognizer'
      | 'synthesizer'
      | 'history'
      | 'tell'
    > {
  /** Listens to a microphone of this machine: `true` for the default one. @default false */
  readonly microphone?: boolean | Pick<OpenCaptureOptions, 'backend' | 'device'>;
  /** Where replies are heard that are played on this machine (`voice: { topology: 'local' }`). @default the system's */
  readonly loudspeaker?: Pick<PlaybackOptions, 'backend' | 'device' | 'volume'>;
  /** Whether `hear` will be given sound; with `microphone` it is. @default false */
  readonly hears?: boolean;
  /** The program's own tools for the model, besides those of section `tools`. */
  readonly ownTools?: ChatPorts['tools'];
  /** @default silent */
  readonly logger?: Logger;
}

/** A conversation with an avatar. Made by `Bridge.talk`. */
export class Talk {
  readonly #chat: Chat;
  readonly #capture: Capture | undefined;

  private constructor(chat: Chat, capture: Capture | undefined) {
    this.#chat = chat;
    this.#capture = capture;
  }

  /** @internal */
  static async open(
    client: BridgeClient,
    clock: Clock,
    speech: SpeechSettings,
    options: TalkOptions,
  ): Promise<Talk> {
    const { microphone = false, hears = false, ownTools, logger = SILENT_LOGGER, ...more } = options;
    const { loudspeaker, ...rest } = more;
    const { env } = process;
    const host = systemHost(env);
    const usual = chatSection(defaultConfig(), env, host.platform);
    const chat = await openChat(
      { ...usual, ...rest, speech: { ...usual.speech, ...speech }, hears: hears || microphone !== false },
      {
        ...rest,
        client,
        clock,
        env,
        host,
        logger,
        tools: ownTools,
        version: 'library',
        openPlayback: (playback) => openPlaybackHere({ ...loudspeaker, ...playback, clock, host }),
        stateFolder: userConfigFolder(env, host.platform),
      },
    );
    void chat.conversation.warmUp();
    if (microphone === false) return new Talk(chat, undefined);
    try {
      const capture = await openCapture({
        ...(microphone === true ? {} : microphone),
        clock,
        host,
        onFrame: (frame, capturedAtMs) => chat.conversation.hear(frame, capturedAtMs),
      });
      return new Talk(chat, capture);
    } catch (error) {
      await chat.close();
      throw error;
    }
  }

  /** Turns, phases, transcripts, errors; see `ConversationEvents`. */
  get events(): Conversation['events'] {
    return this.#chat.conversation.events;
  }

  /** What was said: another conversation that is given it goes on from there, and both remember what either hears. */
  get history(): History {
    return this.#chat.conversation.history;
  }

  /** Everything else: interruption, operator, history, push to talk. */
  get conversation(): Conversation {
    return this.#chat.conversation;
  }

  /** What takes part, where the time goes, what is kept. */
  get chat(): Chat {
    return this.#chat;
  }

  /**
   * A typed turn; ends the one under way.
   *
   * @throws {RequestError} BRIDGE_ERR_TURN_REFUSED
   */
  ask(text: string, question: Partial<Omit<Question, 'text'>> = {}): TurnHandle {
    return this.#chat.conversation.ask({ by: 'typed', ...question, text });
  }

  /** The avatar says this, and nothing is asked of the model. */
  say(text: string): TurnHandle {
    return this.#chat.conversation.say(text);
  }

  /** One frame of somebody's voice: 640 bytes, 20 ms of s16le mono 16 kHz, and when its last byte was captured, monotonic milliseconds. */
  hear(frame: Uint8Array, capturedAtMs: number): void {
    this.#chat.conversation.hear(frame, capturedAtMs);
  }

  interrupt(): void {
    this.#chat.conversation.interrupt();
  }

  /** Silence at once; lets go of microphone, engines and files. Idempotent. */
  async close(): Promise<void> {
    await this.#capture?.close();
    await this.#chat.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
