import type { Cue, ReplyPiece } from '../expression/index.js';
import type { HeardReply, Reply } from '../reply/index.js';
import type { ResponseGuard } from '../tools/index.js';
import type { EntryPiece } from './history-entry.js';
import { Line } from './line.js';
import { VISION_CUE } from './ports.js';
import type { SinkBoard } from './sink-board.js';

export interface DeliveryOptions {
  readonly reply: Reply;
  readonly sinks: SinkBoard;
  readonly nowMs: () => number;
  /** Looks at pieces before they are spoken; undefined: nobody does. */
  readonly guard: ResponseGuard | undefined;
  /** Said when a guard that blocks has no words of its own. */
  readonly blockedText: string;
  readonly onPiece: (piece: ReplyPiece) => void;
  /** A guard ended the reply: the model need not go on. */
  readonly onBlocked: () => void;
}

/** A piece on its way from the model to the voice. */
interface LinedPiece {
  readonly piece: ReplyPiece;
  /** Its place in the history; undefined: not the model's words (an acknowledgement, an apology), and not part of it. */
  readonly entry: EntryPiece | undefined;
}

/** Japanese has no blanks between sentences. */
const ENDS_LATIN = /[\p{Script=Latin}\p{N}\p{Pd},.;:!?"')\]…]$/u;
const BEGINS_LATIN = /^[\p{Script=Latin}\p{N}]/u;

/**
 * Brings the pieces of one reply to the voice, strictly in order, and what hangs on them to the sinks when they are heard.
 *
 * Tags without words of their own wait for the next words; those at the end are fired when everything was heard.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #line = new Line<LinedPiece>();
  /** Cues of each piece that the voice has, by its number there. Heard ones are let go. */
  readonly #cues = new Map<number, readonly Cue[]>();
  readonly #leaving: (() => void)[] = [];
  #waiting: Cue[] = [];
  #pushed = 0;
  #spokenText = '';
  #isBlocked = false;
  #isOver = false;
  #isSorry = false;
  #shown = '';
  /** The first piece is an acknowledgement: so long in units, and in time, which is unknown until it was heard. */
  #acknowledged: { readonly units: number; readonly ms: number } | undefined;
  /** Where the apology begins: its piece, and its place in what was given to the voice. */
  #sorryAt: { readonly pieces: number; readonly units: number } | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    const { events } = options.reply;
    this.#leaving.push(
      events.on('pieceStarted', (index, atMs) => this.#fire(index, atMs)),
      events.on('pieceEnded', (index) => this.#timeAcknowledgement(index)),
      events.on('position', (heard) => this.#caption(heard)),
    );
  }

  /** How many pieces the voice was given. */
  get pushed(): number {
    return this.#pushed;
  }

  /** Everything the voice was given: what a microphone may hear of it. */
  get spokenText(): string {
    return this.#spokenText;
  }

  add(piece: ReplyPiece, entry: EntryPiece): void {
    if (!this.#isBlocked) this.#line.add({ piece, entry });
  }

  /** Shows that the words were heard, before the first of the reply. */
  addAcknowledgement(text: string): void {
    this.#addFiller(ENDS_LATIN.test(text) ? `${text} ` : text);
  }

  /** Tells the user that the reply failed, in place of what waits; nothing follows. */
  addSorry(text: string): void {
    this.#line.clear();
    this.#isSorry = true;
    if (text !== '') this.#addFiller(text);
    this.#line.end();
  }

  /**
   * Without the acknowledgement before it and the apology behind it: both are told to the user, and no part of the reply. Pieces are
   * counted as the voice counts them.
   */
  ofReply(heard: HeardReply): HeardReply {
    const { units = 0, ms = 0 } = this.#acknowledged ?? {};
    const heardMs = Math.max(0, heard.heardMs - ms);
    const sorry = this.#sorryAt;
    const cut = sorry !== undefined && heard.text.length > sorry.units ? sorry : undefined;
    const text = heard.text.slice(units, cut?.units);
    if (cut !== undefined) return { pieces: cut.pieces, units: 0, text, heardMs, by: 'whole' };
    if (text === '' && units > 0) return { ...heard, units: 0, text, heardMs, by: 'whole' };
    return { ...heard, text, heardMs };
  }

  /** What was heard of the acknowledgement; '' where there was none. */
  ofAcknowledgement({ text }: HeardReply): string {
    return text.slice(0, this.#acknowledged?.units ?? 0).trim();
  }

  /** No more pieces come. */
  end(): void {
    this.#line.end();
  }

  /**
   * Hands pieces on until the last one; the reply then ends by itself.
   *
   * @throws the reason of the turn's signal, from a guard.
   */
  async run(): Promise<void> {
    for await (const { piece, entry } of this.#line.read()) {
      if (this.#isOver) return;
      const said = entry === undefined ? piece : await this.#guarded(piece);
      if (this.#isOver) return;
      if (said !== undefined) await this.#speak(said, entry);
    }
    if (!this.#isOver) this.#options.reply.end();
  }

  /** The reply was heard to its end, or ended: cues without words may still be shown, late events not. */
  close(how: 'heard' | 'cut'): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const leave of this.#leaving.splice(0)) leave();
    this.#line.clear();
    this.#line.end();
    if (how === 'heard') for (const cue of this.#waiting) this.#show(cue, this.#options.nowMs());
    this.#waiting = [];
    this.#cues.clear();
  }

  async #guarded(piece: ReplyPiece): Promise<ReplyPiece | undefined> {
    const { guard } = this.#options;
    if (this.#isBlocked) return undefined;
    if (guard === undefined || piece.text.trim() === '') return piece;
    const outcome = await guard.piece(piece.text);
    if (outcome.action === 'pass') return piece;
    const tags = tagsOf(piece);
    if (outcome.action === 'replace') return { ...piece, text: outcome.text, raw: tags + outcome.text };
    this.#isBlocked = true;
    this.#line.clear();
    this.#options.onBlocked();
    const text = outcome.text ?? this.#options.blockedText;
    return text === '' ? undefined : { ...piece, text, raw: text, cues: [] };
  }

  async #speak(piece: ReplyPiece, entry: EntryPiece | undefined): Promise<void> {
    const { reply, onPiece } = this.#options;
    const isSpoken = piece.text.trim() !== '';
    const index = this.#pushed;
    if (entry !== undefined) {
      entry.raw = piece.raw;
      entry.text = piece.text;
      entry.spoken = isSpoken ? index : 'silent';
      this.#waiting.push(...piece.cues);
      onPiece(piece);
    }
    if (!isSpoken) return;
    const text = entry === undefined ? this.#apart(piece.text) : piece.text;
    if (entry === undefined && index === 0 && !this.#isSorry)
      this.#acknowledged = { units: text.length, ms: Number.POSITIVE_INFINITY };
    this.#pushed++;
    this.#spokenText += text;
    if (entry !== undefined) this.#cues.set(index, this.#waiting.splice(0));
    await reply.push({
      text,
      ...(piece.language === undefined ? {} : { language: piece.language }),
    });
  }

  /** Words that are not the model's, behind those that are. */
  #apart(text: string): string {
    if (this.#isSorry) this.#sorryAt = { pieces: this.#pushed, units: this.#spokenText.length };
    return apart(this.#spokenText, text);
  }

  #addFiller(text: string): void {
    const none = { index: -1, cues: [], language: undefined, endsSentence: true };
    this.#line.add({ piece: { ...none, raw: text, text }, entry: undefined });
  }

  #timeAcknowledgement(index: number): void {
    if (index > 0 || this.#acknowledged === undefined) return;
    this.#acknowledged = { ...this.#acknowledged, ms: this.#options.reply.heard().heardMs };
  }

  #fire(index: number, atMs: number): void {
    const cues = this.#cues.get(index) ?? [];
    this.#cues.delete(index);
    for (const cue of cues) this.#show(cue, atMs);
  }

  #show(cue: Cue, atMs: number): void {
    // A picture is taken, not shown.
    if (cue.name !== VISION_CUE) this.#options.sinks.cue(cue, atMs);
  }

  #caption({ text }: HeardReply): void {
    if (text === this.#shown) return;
    this.#shown = text;
    this.#options.sinks.caption(text, 'avatar');
  }
}

/** Words behind others that somebody else said. */
export function apart(before: string, text: string): string {
  return ENDS_LATIN.test(before) && BEGINS_LATIN.test(text) ? ` ${text}` : text;
}

/** The tags of a piece as they stood before its words. */
export function tagsOf(piece: ReplyPiece): string {
  return piece.cues.map(({ raw }) => raw).join('');
}
