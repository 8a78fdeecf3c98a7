import { randomUUID } from 'node:crypto';
import type { Chat, ChatPorts } from '../chat/index.js';
import type { Said, TurnHandle } from '../dialogue/index.js';
import { NOTICES, type Notice, noticeText, RequestError } from '../runtime/index.js';
import type { TalkEvent, TalkPicture, TalkQuestion, TalkSaid, TalkState, TellTalk } from '../server/index.js';
import { progressText } from '../tools/index.js';
import { PageEyes } from './page-eyes.js';
import { isSaid, ToldTurn, type TurnMark } from './told-turn.js';

/** What a conversation of a page adds to the ports of any. */
export type TalkHooks = {
  readonly [Name in 'tell' | 'getImageUrl' | 'isAddressed']: NonNullable<ChatPorts[Name]>;
};

export interface TalkOptions {
  readonly open: (hooks: TalkHooks) => Promise<Chat>;
  /** Whether words that MMDAgent-EX recognised are for this one. */
  readonly isAddressed: () => boolean;
  /** Tells whoever watches. @returns whether anybody does. */
  readonly news: TellTalk;
  /** Something happened: it is not idle. */
  readonly onAlive: () => void;
}

/** Told before anybody listens; what is beyond is dropped. */
const MAX_NOTICES = 20;
/** Older turns lose their marks. */
const MAX_MARKS = 400;

/** How things stand where there is no conversation. */
export const NO_TALK: TalkState = { event: 'state', talk: undefined, phase: 'idle', credits: [], said: [] };

/** One conversation of a page: opened with its first question, told to whoever asked, and to all who watch. */
export class Talk {
  readonly #id = randomUUID();
  readonly #options: TalkOptions;
  readonly #eyes: PageEyes;
  readonly #notices: TalkEvent[] = [];
  readonly #marks = new Map<number, TurnMark>();
  readonly #credits = new Set<string>();
  #opening: Promise<Chat> | undefined;
  #chat: Chat | undefined;
  /** Who asked the turn under way. */
  #tell: TellTalk | undefined;
  /** The question that the next turn answers. */
  #asking: TalkQuestion | undefined;
  #now: ToldTurn | undefined;
  #askingCount = 0;
  #asked = 0;
  #stoppedAt = 0;
  #isClosed = false;

  constructor(options: TalkOptions) {
    this.#options = options;
    this.#eyes = new PageEyes((id) => void options.news({ event: 'looked', id }));
  }

  /** Whether a turn is under way, or about to be. */
  get isBusy(): boolean {
    return this.#askingCount > 0 || this.#chat?.conversation.turn !== undefined;
  }

  get isOpen(): boolean {
    return this.#chat !== undefined;
  }

  said(): readonly TalkSaid[] {
    const messages = this.#chat?.conversation.messages() ?? [];
    const lines = messages.filter(({ role, by }) => role === 'assistant' || isSaid(by));
    const said = this.#withPictures(lines.map((line) => this.#line(line)));
    const now = this.#now;
    if (now === undefined || this.#chat?.conversation.turn?.turn !== now.turn) return said;
    // The history knows what was heard when the turn has ended.
    const ended = said.filter((one) => one.turn !== now.turn || one.role === 'user');
    const { turn, heard: text, reply } = now;
    if (text === '' && reply === '') return ended;
    return [...ended, { turn, role: 'assistant', text, reply, outcome: 'open' }];
  }

  /** For who comes to watch. */
  state(): TalkState {
    if (this.#chat === undefined) return NO_TALK;
    const [talk, phase, credits] = [this.#id, this.#chat.conversation.phase, [...this.#credits]];
    return { event: 'state', talk, phase, credits, ...openedBy(this.#chat), said: this.said() };
  }

  /** @throws {BridgeError} as `TalkerPort.ask`. */
  async ask(question: TalkQuestion, tell: TellTalk): Promise<void> {
    const number = ++this.#asked;
    this.#askingCount++;
    try {
      const isFirst = this.#opening === undefined;
      const chat = await this.#open();
      if (this.#isClosed) throw ended();
      if (isFirst)
        both(
          tell,
          this.#options.news,
        )({
          event: 'opened',
          talk: this.#id,
          ...openedBy(chat),
          said: this.said(),
        });
      if (number <= this.#stoppedAt) tell(neverBegun());
      else await this.#turn(chat, question, tell);
    } finally {
      this.#askingCount--;
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
        tell: (_text, notice) => this.#notice(notice),
        getImageUrl: (source, _metadata, signal) =>
          this.#eyes.look(source, (event) => this.#tellOne(event), signal),
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

  async #turn(chat: Chat, question: TalkQuestion, tell: TellTalk): Promise<void> {
    const { text, image } = question;
    // From the first moment of the turn, in which the phase changes.
    this.#tell = tell;
    this.#asking = question;
    try {
      const images = image === undefined ? [] : [image];
      await chat.conversation.ask({ text, images, by: 'typed' }).ended;
    } finally {
      if (this.#asking === question) this.#asking = undefined;
    }
  }

  #watch({ conversation, face }: Chat, emojiOf: (face: string) => string | undefined): void {
    const { events } = conversation;
    events.on('turn', (handle) => this.#begun(handle));
    events.on('phase', (phase) => this.#tellAll({ event: 'phase', phase }));
    events.on('credit', (credit) => {
      this.#credits.add(credit);
      this.#tellAll({ event: 'credit', credit });
    });
    events.on('warned', (_text, notice) => {
      // The voice's engines tell it themselves, with who failed and who speaks.
      if (notice.code !== 'voiceWarned') this.#notice(notice);
    });
    events.on('toolProgress', ({ turn, callId, name, value }) => {
      // Vendors count calls anew in every answer.
      const call = `${turn}:${callId}`;
      this.#tellAll({ event: 'toolProgress', call, name, text: progressText(value) });
    });
    events.on('error', ({ code, message }, stage) => this.#tellAll({ event: 'error', stage, code, message }));
    face.events.on('face', (name, lastsMs) =>
      this.#tellAll({ event: 'face', face: name, emoji: emojiOf(name), lastsMs }),
    );
  }

  /** Whoever began it. */
  #begun(handle: TurnHandle): void {
    const question = this.#asking;
    this.#asking = undefined;
    if (question === undefined) this.#tell = undefined;
    this.#options.onAlive();
    const tell = both(this.#tell, this.#options.news);
    const turn = new ToldTurn(handle, { talk: this.#id, question, tell });
    this.#now = turn;
    this.#keepMark(turn);
    for (const notice of this.#notices.splice(0)) tell(notice);
    void handle.ended.then((end) => {
      turn.ended(end);
      const isThere = this.#chat?.conversation.messages().some((one) => one.turn === turn.turn);
      if (end.outcome !== 'dropped' || isThere !== false || turn.mark.pictures > 0) return;
      tell({ event: 'gone', turn: turn.turn });
    });
  }

  #notice(notice: Notice): void {
    if (NOTICES[notice.code].kind === 'plan') return;
    const event: TalkEvent = { event: 'notice', ...notice, text: noticeText(notice) };
    if (this.#chat !== undefined && this.#tellAll(event)) return;
    if (this.#notices.length < MAX_NOTICES) this.#notices.push(event);
  }

  /** @returns whether somebody reads it. */
  #tellAll(event: TalkEvent): boolean {
    return both(this.#tell, this.#options.news)(event);
  }

  /** Who asked knows best. */
  #tellOne(event: TalkEvent): boolean {
    return this.#tell?.(event) === true || this.#options.news(event);
  }

  #line({ turn, role, text, outcome }: Said): TalkSaid {
    const { id, pictures = 0 } = (role === 'user' ? this.#marks.get(turn) : undefined) ?? {};
    return {
      ...{ turn, role, text, outcome },
      ...(id === undefined ? {} : { id }),
      ...(pictures === 0 ? {} : { pictures }),
    };
  }

  /** A picture without words stands in no history of words. */
  #withPictures(said: readonly TalkSaid[]): readonly TalkSaid[] {
    const known = new Set(said.filter(({ role }) => role === 'user').map(({ turn }) => turn));
    const wordless = [...this.#marks].filter(([turn, { pictures }]) => pictures > 0 && !known.has(turn));
    const added = wordless.map(([turn]): TalkSaid => {
      const isOpen = this.#chat?.conversation.turn?.turn === turn;
      const { outcome = isOpen ? 'open' : 'dropped' } = said.find((one) => one.turn === turn) ?? {};
      return this.#line({ turn, role: 'user', by: 'typed', text: '', outcome });
    });
    return added.length === 0 ? said : [...added, ...said].sort((one, other) => one.turn - other.turn);
  }

  #keepMark({ turn, mark }: ToldTurn): void {
    this.#marks.set(turn, mark);
    const [oldest = turn] = this.#marks.keys();
    if (this.#marks.size > MAX_MARKS) this.#marks.delete(oldest);
  }
}

function openedBy({ parts: { model, isDemonstration } }: Chat) {
  return { model, isDemonstration };
}

/** Tells both, whether the other reads it or not. */
function both(one: TellTalk | undefined, other: TellTalk): TellTalk {
  return (event) => {
    const isRead = one?.(event) === true;
    return other(event) || isRead;
  };
}

/** It was stopped while the conversation was being opened. */
function neverBegun(): TalkEvent {
  return { event: 'ended', turn: 0, outcome: 'dropped', heard: '', error: undefined, trace: {} };
}

function ended(): RequestError {
  return new RequestError('BRIDGE_ERR_TURN_REFUSED', 'The conversation has ended. Ask again.');
}
