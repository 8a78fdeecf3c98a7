import type {
  HeardReply,
  Reply,
  ReplyEnd,
  ReplyEvents,
  ReplyOptions,
  ReplyVoice,
  SpokenPiece,
} from '../../../src/reply/index.js';
import { type Clock, Emitter, RequestError, type Timer } from '../../../src/runtime/index.js';
import type { ScriptedFault } from './scripted-fault.js';

export interface ScriptedVoiceOptions {
  /** From a piece's text to its sound. @default 100 */
  readonly synthesisMs?: number;
  /** @default 100 */
  readonly msPerCharacter?: number;
}

/** One character of sound as it left. */
export interface SentUnit {
  readonly atMs: number;
  readonly reply: number;
  readonly text: string;
}

/** Pieces that may be ahead of what is heard. */
const PIECES_AHEAD = 3;

/** Speaks in time and without sound: every character that leaves is written down. */
export class ScriptedVoice implements ReplyVoice {
  readonly topology = 'stream';
  readonly sent: SentUnit[] = [];
  readonly replies: ScriptedVoiceReply[] = [];
  readonly faults: ScriptedFault[] = [];
  readonly clock: Clock;
  readonly synthesisMs: number;
  readonly msPerCharacter: number;

  constructor(clock: Clock, options: ScriptedVoiceOptions = {}) {
    this.clock = clock;
    this.synthesisMs = options.synthesisMs ?? 100;
    this.msPerCharacter = options.msPerCharacter ?? 100;
  }

  async prepare(): Promise<void> {}

  open(options: ReplyOptions = {}): ScriptedVoiceReply {
    const before = this.replies.at(-1)?.ended ?? Promise.resolve();
    const reply = new ScriptedVoiceReply(this, this.replies.length, options, before, this.faults.shift());
    this.replies.push(reply);
    return reply;
  }

  async close(): Promise<void> {
    for (const reply of this.replies) await reply.cancel();
  }

  /** All that left of one reply. */
  textOf(reply: number): string {
    return this.sent
      .filter((unit) => unit.reply === reply)
      .map(({ text }) => text)
      .join('');
  }
}

export class ScriptedVoiceReply implements Reply {
  readonly events = new Emitter<ReplyEvents>();
  readonly ended: Promise<ReplyEnd>;
  readonly pieces: SpokenPiece[] = [];
  readonly #voice: ScriptedVoice;
  readonly #number: number;
  readonly #fault: ScriptedFault | undefined;
  #resolve: (end: ReplyEnd) => void = () => {};
  #state: 'held' | 'open' | 'paused' | 'ended';
  #isFirst = false;
  #readyAtMs: number[] = [];
  #piece = 0;
  #unit = 0;
  #isWhole = false;
  #timer: Timer | undefined;
  #synthesis: Timer | undefined;
  #room: (() => void)[] = [];
  #hasSent = false;
  #isSounding = false;

  constructor(
    voice: ScriptedVoice,
    number: number,
    { isHeld = false }: ReplyOptions,
    before: Promise<unknown>,
    fault: ScriptedFault | undefined,
  ) {
    this.#voice = voice;
    this.#number = number;
    this.#fault = fault;
    this.#state = isHeld ? 'held' : 'open';
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    void before.then(() => {
      this.#isFirst = true;
      this.#play();
    });
  }

  get state(): string {
    return this.#state;
  }

  async push(piece: SpokenPiece): Promise<void> {
    if (this.#state === 'ended') return;
    this.pieces.push(piece);
    const lastMs = this.#readyAtMs.at(-1) ?? 0;
    const nowMs = this.#voice.clock.nowMs();
    this.#readyAtMs.push(Math.max(lastMs, nowMs) + this.#voice.synthesisMs);
    this.#synthesis ??= this.#voice.clock.after(this.#voice.synthesisMs, () =>
      this.events.emit('synthesized', this.#voice.clock.nowMs()),
    );
    if (this.#fault?.when === 'before' && this.#fault.kind !== 'stall') this.#fail();
    this.#play();
    while (this.pieces.length - this.#piece > PIECES_AHEAD && !this.#isEnded())
      await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  end(): void {
    this.#isWhole = true;
    this.#play();
  }

  release(): void {
    if (this.#state !== 'held') return;
    this.#state = 'open';
    this.#play();
  }

  pause(): void {
    if (this.#state !== 'open') return;
    this.#state = 'paused';
    // What left is heard.
    if (this.#isSounding) this.#unit++;
    this.#isSounding = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.events.emit('paused', this.heard());
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'open';
    this.events.emit('resumed');
    const piece = this.pieces[this.#piece];
    if (piece !== undefined && this.#unit >= piece.text.length) this.#step(piece);
    else this.#play();
  }

  async cancel(): Promise<ReplyEnd> {
    this.#end('cancelled');
    return this.ended;
  }

  heard(): HeardReply {
    const whole = this.pieces.slice(0, this.#piece).map(({ text }) => text);
    const part = this.pieces[this.#piece]?.text.slice(0, this.#unit) ?? '';
    const text = whole.join('') + part;
    const heardMs = text.length * this.#voice.msPerCharacter;
    return {
      pieces: this.#piece,
      units: part.length,
      text,
      heardMs,
      by: part === '' ? 'whole' : 'character',
    };
  }

  #play(): void {
    if (this.#state !== 'open' || !this.#isFirst || this.#timer !== undefined) return;
    if (this.#fault?.when === 'before' && this.#fault.kind === 'stall' && this.pieces.length > 0) return;
    const piece = this.pieces[this.#piece];
    if (piece === undefined) {
      if (!this.#isWhole) return;
      if (this.#fault?.when === 'after' && this.#fault.kind === 'stall') return;
      if (this.#fault?.when === 'after') this.#fail();
      else this.#end('completed');
      return;
    }
    const { clock, msPerCharacter } = this.#voice;
    const readyInMs = (this.#readyAtMs[this.#piece] ?? 0) - clock.nowMs();
    if (readyInMs > 0) {
      this.#timer = clock.after(readyInMs, () => {
        this.#timer = undefined;
        this.#play();
      });
      return;
    }
    if (this.#unit === 0) this.#begin();
    if (this.#isEnded()) return;
    const unit = piece.text[this.#unit] ?? '';
    this.#voice.sent.push({ atMs: clock.nowMs(), reply: this.#number, text: unit });
    this.events.emit('played', { pcm: new Uint8Array(2), atMs: clock.nowMs() });
    this.#isSounding = true;
    this.#timer = clock.after(msPerCharacter, () => {
      this.#timer = undefined;
      this.#isSounding = false;
      this.#unit++;
      this.#step(piece);
    });
  }

  #begin(): void {
    const nowMs = this.#voice.clock.nowMs();
    if (!this.#hasSent) {
      this.#hasSent = true;
      this.events.emit('sent', nowMs);
      this.events.emit('started', nowMs, 'own' as never);
    }
    this.events.emit('pieceStarted', this.#piece, nowMs);
    if (this.#fault?.when === 'during' && this.#fault.kind !== 'stall') this.#fail();
  }

  #step(piece: SpokenPiece): void {
    if (this.#fault?.when === 'during' && this.#fault.kind === 'stall') return;
    if (this.#unit >= piece.text.length) {
      const ended = this.#piece;
      this.#piece++;
      this.#unit = 0;
      this.events.emit('pieceEnded', ended);
      for (const resolve of this.#room.splice(0)) resolve();
    }
    if (this.#isEnded()) return;
    this.events.emit('position', this.heard());
    this.#play();
  }

  #fail(): void {
    const error = new RequestError('BRIDGE_ERR_SPEECH_FAILED', 'the voice broke');
    this.#end('failed', error);
  }

  #end(reason: ReplyEnd['reason'], error?: RequestError): void {
    if (this.#isEnded()) return;
    const heard = this.heard();
    // As a voice does: what had left is told when the rest is cut.
    if (this.#hasSent)
      this.events.emit('played', { pcm: new Uint8Array(4), atMs: this.#voice.clock.nowMs() });
    this.#state = 'ended';
    this.#timer?.cancel();
    this.#synthesis?.cancel();
    for (const resolve of this.#room.splice(0)) resolve();
    this.#resolve({ reason, heard, ...(error === undefined ? {} : { error }) });
  }

  #isEnded(): boolean {
    return this.#state === 'ended';
  }
}
