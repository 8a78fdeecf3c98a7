import type { Session, SessionPiece, SessionTool, SessionTurn, SessionTurnEnd } from '../sessions/index.js';
import { chunksOf, hasWordsOrSound, isWorthTelling, languageOf, soundChunks } from './chunk.js';
import { rateOf } from './ports.js';
import type { ReplyAudio } from './reply-audio.js';
import {
  type AvatarResponse,
  type AvatarResponseType,
  avatarResponse,
  type ResponseFields,
} from './response.js';
import { toolCall } from './tool-call.js';
import { endOf, REASONS } from './turn-end.js';

export interface LiveNarratorOptions {
  readonly session: Session;
  readonly sessionId: string;
  readonly userId: string;
  readonly audio: ReplyAudio;
  /** Whether the client wants to know when somebody is heard. */
  readonly tellsVoice: boolean;
  /** Whether the user's voice may end a reply. */
  readonly canBargeIn: () => boolean;
  readonly tell: (response: AvatarResponse) => void;
}

/** A turn that was begun and has not ended. */
interface OpenTurn {
  readonly context: string;
  raw: string;
  text: string;
  /** As a tag has set it for what follows. */
  language: string | undefined;
  hasFirst: boolean;
  isFinal: boolean;
  isCut: boolean;
  /** What came while the client had to be silent. */
  readonly held: SessionPiece[];
}

const MAX_HELD = 256;

/**
 * Tells a WebSocket client of AIAvatarKit what happens in its session:
 * `accepted` → `stop` → `start` → `chunk`, `tool_call`… → `final`, or `vision` and more chunks; `canceled` where nothing was said.
 *
 * Every turn has its `start`, and one end: `final`, `final` with `metadata.interrupted` (only if no other came), `error` or `cancelled`.
 * Between `stop` and what goes on after it no chunk of that turn is told.
 */
export class LiveNarrator {
  readonly #options: LiveNarratorOptions;
  readonly #turns = new Map<number, OpenTurn>();
  readonly #offs: (() => void)[];
  #isAccepted = false;
  /** Since the last chunk the client was told to be silent. */
  #isSilent = false;

  constructor(options: LiveNarratorOptions) {
    this.#options = options;
    const { events } = options.session;
    this.#offs = [
      events.on('voice', (isVoice) => {
        if (isVoice && options.tellsVoice) this.#tell('voiced');
      }),
      events.on('partial', (text) => this.#tell('info', { metadata: { partial_request_text: text } })),
      events.on('accepted', () => this.accepted()),
      events.on('ignored', (_text, why) => this.ignored(REASONS[why])),
      events.on('turn', (turn) => this.#begin(turn)),
      events.on('cut', (turn) => this.#cut(turn)),
      events.on('resumed', (turn) => this.#resume(turn)),
      events.on('piece', (piece) => this.#piece(piece)),
      events.on('pieceAgain', (piece) => this.#again(piece)),
      events.on('tool', (news) => this.#tool(news)),
      events.on('vision', ({ turn, source }) => this.#vision(turn, source)),
      events.on('given', (turn, raw, text) => this.#given(turn, raw, text)),
      events.on('ended', (end) => this.#ended(end)),
      events.on('credit', (credit) => this.#tell('info', { metadata: { credit } })),
      events.on('error', (error) => this.#warn(error)),
    ];
  }

  /** Tells no more. */
  leave(): void {
    for (const off of this.#offs) off();
    this.#turns.clear();
  }

  /** Something was asked: told once until its turn begins, or it was nothing. */
  accepted(): void {
    if (this.#isAccepted) return;
    this.#isAccepted = true;
    this.#tell('accepted', { metadata: { block_barge_in: !this.#options.canBargeIn() } });
  }

  ignored(reason: string): void {
    this.#isAccepted = false;
    this.#tell('canceled', { metadata: { reason } });
  }

  /** What was asked became no turn. */
  failed(): void {
    this.#isAccepted = false;
  }

  /** A turn goes on with a picture: to the client it is a new one. @param text - the words that came with it. */
  seen(text: string): void {
    this.accepted();
    this.#isAccepted = false;
    this.#tell('start', { metadata: { request_text: text, recognized_text: text } });
  }

  /** `error` ends the conversation of AIAvatarKit's Python client: that is for what ended a turn, or lets none begin. */
  #warn({
    stage,
    code,
    message,
  }: {
    readonly stage: string;
    readonly code: string;
    readonly message: string;
  }): void {
    if (stage === 'open') this.#tell('error', { metadata: { error: message, code } });
    else this.#tell('info', { metadata: { warning: message, stage, code } });
  }

  #begin({ turn, by, text, context }: SessionTurn): void {
    this.#turns.set(turn, {
      context,
      raw: '',
      text: '',
      language: undefined,
      hasFirst: false,
      isFinal: false,
      isCut: false,
      held: [],
    });
    if (by !== 'avatar' && by !== 'tool') this.accepted();
    this.#isAccepted = false;
    this.#silence(context);
    this.#tell('start', { metadata: { request_text: text, recognized_text: text } }, context);
  }

  #silence(context: string | undefined): void {
    if (!this.#isSilent) this.#tell('stop', {}, context);
    this.#isSilent = true;
  }

  #cut(turn: number): void {
    const open = this.#turns.get(turn);
    if (open === undefined || open.isCut) return;
    open.isCut = true;
    this.#silence(open.context);
  }

  #resume(turn: number): void {
    const open = this.#turns.get(turn);
    if (!open?.isCut) return;
    open.isCut = false;
    for (const piece of open.held.splice(0)) this.#piece(piece);
  }

  /** What the client threw away comes once more, as sound alone: its words stand there already. */
  #again(piece: SessionPiece): void {
    const open = this.#turns.get(piece.turn);
    const { audio, session } = this.#options;
    if (open === undefined || open.isCut || audio.kind === 'none') return;
    const options = { ids: this.#ids(open.context), audio, sampleRateHz: rateOf(session) };
    for (const chunk of soundChunks(piece.pcm, options)) this.#chunk(chunk);
  }

  #piece(piece: SessionPiece): void {
    const open = this.#turns.get(piece.turn);
    if (open === undefined || !isWorthTelling(piece)) return;
    if (open.isCut) {
      if (open.held.length < MAX_HELD) open.held.push(piece);
      return;
    }
    open.raw += piece.raw;
    open.text += piece.text;
    const isFirst = !open.hasFirst && hasWordsOrSound(piece);
    open.hasFirst ||= isFirst;
    const { audio, session } = this.#options;
    const ids = this.#ids(open.context);
    open.language = languageOf(piece) ?? open.language;
    const { language } = open;
    for (const chunk of chunksOf(piece, { ids, audio, sampleRateHz: rateOf(session), isFirst, language }))
      this.#chunk(chunk);
  }

  #chunk(chunk: AvatarResponse): void {
    this.#isSilent = false;
    this.#options.tell(chunk);
  }

  #tool(news: SessionTool): void {
    const open = this.#turns.get(news.turn);
    if (open === undefined || open.isFinal) return;
    this.#tell('tool_call', toolCall(news), open.context);
  }

  #vision(turn: number, source: string): void {
    const open = this.#turns.get(turn);
    if (open === undefined) return;
    this.#tell('vision', { text: open.raw, voice_text: open.text, metadata: { source } }, open.context);
  }

  #given(turn: number, raw: string, text: string): void {
    const open = this.#turns.get(turn);
    if (open === undefined || open.isFinal) return;
    open.isFinal = true;
    this.#tell('final', { text: raw, voice_text: text }, open.context);
  }

  #ended(end: SessionTurnEnd): void {
    const open = this.#turns.get(end.turn);
    this.#turns.delete(end.turn);
    // The end of a turn that was told to be over already is nothing to the client; nor is that of one it never heard of, if it was taken.
    const isUnheard = open === undefined && end.outcome !== 'failed' && end.outcome !== 'dropped';
    if (isUnheard || open?.isFinal === true) return;
    this.#isAccepted = false;
    const { type, fields } = endOf(end);
    this.#tell(type, fields, end.context);
  }

  #ids(context: string | undefined): { sessionId: string; userId: string; contextId: string | undefined } {
    const { sessionId, userId } = this.#options;
    return { sessionId, userId, contextId: context };
  }

  #tell(type: AvatarResponseType, fields: ResponseFields = {}, context?: string): void {
    const { session } = this.#options;
    this.#options.tell(avatarResponse(type, this.#ids(context ?? session.context), fields));
  }
}
