import type { Chat, ChatPorts } from '../chat/index.js';
import type { TurnHandle } from '../dialogue/index.js';
import { type BridgeError, errorText, RequestError } from '../runtime/index.js';
import type { TalkEvent, TalkPicture, TalkQuestion, TalkSaid, TellTalk } from '../server/index.js';
import { PageEyes } from './page-eyes.js';

/** What a conversation of a page adds to the ports of any. */
export type TalkHooks = {
  readonly [Name in 'tell' | 'getImageUrl' | 'isAddressed']: NonNullable<ChatPorts[Name]>;
};

export interface TalkOptions {
  readonly open: (hooks: TalkHooks) => Promise<Chat>;
  /** Whether words that MMDAgent-EX recognised are for this one. */
  readonly isAddressed: () => boolean;
  /** Something happened: it is not idle. */
  readonly onAlive: () => void;
}

/** Who thinks and speaks when all goes as planned: `opened` tells the one, everybody hears the other. */
const PLANNED = /^(?!warning)[^:]* (?:thinks|speaks): /;
/** The model of the engine that needs no key; see room `llm`. */
const DEMONSTRATION = /\(demonstration\)$/;
/** Told before anybody listens; what is beyond is dropped. */
const MAX_NOTICES = 20;

/** One conversation of a page: opened with its first question, told to whoever asked last. */
export class Talk {
  readonly #options: TalkOptions;
  readonly #eyes = new PageEyes();
  readonly #notices: string[] = [];
  #opening: Promise<Chat> | undefined;
  #chat: Chat | undefined;
  #tell: TellTalk | undefined;
  /** What has been heard of the reply under way. */
  #sounding: { readonly turn: number; readonly text: string } | undefined;
  #asking = 0;
  #asked = 0;
  #stoppedAt = 0;
  #isClosed = false;

  constructor(options: TalkOptions) {
    this.#options = options;
  }

  /** Whether a turn is under way, or about to be. */
  get isBusy(): boolean {
    return this.#asking > 0 || this.#chat?.conversation.turn !== undefined;
  }

  get isOpen(): boolean {
    return this.#chat !== undefined;
  }

  said(): readonly TalkSaid[] {
    const messages = this.#chat?.conversation.messages() ?? [];
    const said = messages.map(({ turn, role, text, outcome }) => ({ turn, role, text, outcome }));
    const { turn = -1, text = '' } = this.#sounding ?? {};
    if (this.#chat?.conversation.turn?.turn !== turn) return said;
    // The history knows what was heard when the turn has ended.
    const ended = said.filter((one) => one.turn !== turn || one.role === 'user');
    return [...ended, { turn, role: 'assistant', text, outcome: 'open' }];
  }

  /** @throws {BridgeError} as `TalkerPort.ask`. */
  async ask(question: TalkQuestion, tell: TellTalk): Promise<void> {
    const number = ++this.#asked;
    this.#asking++;
    try {
      const isFirst = this.#opening === undefined;
      const chat = await this.#open();
      if (this.#isClosed) throw ended();
      if (isFirst) tell({ event: 'opened', ...openedBy(chat), said: this.said() });
      if (number <= this.#stoppedAt) tell(neverBegun());
      else await this.#turn(chat, question, tell);
    } finally {
      this.#asking--;
      if (this.#tell === tell) this.#tell = undefined;
      this.#options.onAlive();
    }
  }

  stop(): void {
    this.#stoppedAt = this.#asked;
    this.#chat?.conversation.interrupt();
  }

  /** @throws {RequestError} BRIDGE_ERR_VISION */
  give(picture: TalkPicture): void {
    this.#eyes.give(picture);
  }

  async forget(): Promise<void> {
    this.stop();
    const chat = await this.#opening?.catch(() => undefined);
    await chat?.forget();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const chat = await this.#opening?.catch(() => undefined);
    await chat?.close();
  }

  #open(): Promise<Chat> {
    this.#opening ??= this.#options
      .open({
        tell: (text) => this.#notice(text),
        getImageUrl: (source, _metadata, signal) => this.#eyes.look(source, this.#tell, signal),
        isAddressed: () => this.#options.isAddressed(),
      })
      .then(async (chat) => {
        const { emotionOf } = await import('../expression/index.js');
        this.#chat = chat;
        this.#watch(chat, (face) => emotionOf(face)?.emoji);
        return chat;
      })
      .catch((error: unknown) => {
        // What is missing may be there the next time.
        this.#opening = undefined;
        throw error;
      });
    return this.#opening;
  }

  async #turn(chat: Chat, { text, image }: TalkQuestion, tell: TellTalk): Promise<void> {
    const images = image === undefined ? [] : [image];
    // From the first moment of the turn, in which the phase changes.
    this.#tell = tell;
    const handle = chat.conversation.ask({ text, images, by: 'typed' });
    tell({ event: 'turn', turn: handle.turn });
    for (const notice of this.#notices.splice(0)) tell({ event: 'notice', text: notice });
    followTurn(handle, tell);
    const end = await handle.ended;
    const { turn, outcome, heard, error, trace } = end;
    tell({ event: 'ended', turn, outcome, heard, error: toldError(error), trace: { ...trace } });
  }

  #watch({ conversation, face }: Chat, emojiOf: (face: string) => string | undefined): void {
    const tell = (event: TalkEvent): void => void this.#tell?.(event);
    conversation.events.on('phase', (phase) => tell({ event: 'phase', phase }));
    conversation.events.on('credit', (credit) => tell({ event: 'credit', credit }));
    conversation.events.on('warned', (text) => this.#notice(text));
    conversation.events.on('error', ({ code, message }, stage) =>
      tell({ event: 'error', stage, code, message }),
    );
    conversation.events.on('turn', ({ turn, events }) => {
      this.#options.onAlive();
      events.on('heard', ({ text }) => {
        this.#sounding = { turn, text };
      });
    });
    face.events.on('face', (name, lastsMs) => {
      tell({ event: 'face', face: name, emoji: emojiOf(name), lastsMs });
    });
  }

  #notice(text: string): void {
    if (PLANNED.test(text)) return;
    if (this.#tell !== undefined) this.#tell({ event: 'notice', text });
    else if (this.#notices.length < MAX_NOTICES) this.#notices.push(text);
  }
}

function openedBy({ parts: { model } }: Chat) {
  return { model, isDemonstration: DEMONSTRATION.test(model) };
}

function followTurn({ events }: TurnHandle, tell: TellTalk): void {
  let heardText = '';
  events.on('started', (text) => void tell({ event: 'started', text }));
  events.on('chunk', ({ text, cues }) => {
    tell({ event: 'chunk', text, cues: cues.map(({ name, value }) => ({ name, value })) });
  });
  events.on('heard', ({ text }) => {
    if (text === heardText) return;
    const from = commonLength(heardText, text);
    heardText = text;
    tell({ event: 'heard', from, text: text.slice(from) });
  });
  events.on('tool', ({ name, stage, isError }) => {
    tell({ event: 'tool', name, stage, isError: isError === true });
  });
}

function commonLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

function toldError(
  error: BridgeError | undefined,
): { readonly code: string; readonly message: string } | undefined {
  return error === undefined ? undefined : { code: error.code, message: errorText(error) };
}

/** It was stopped while the conversation was being opened. */
function neverBegun(): TalkEvent {
  return { event: 'ended', turn: 0, outcome: 'dropped', heard: '', error: undefined, trace: {} };
}

function ended(): RequestError {
  return new RequestError('BRIDGE_ERR_TURN_REFUSED', 'The conversation has ended. Ask again.');
}
