import { BridgeError, type Clock, type Timer } from '../runtime/index.js';
import { asBridgeFailure } from './as-bridge-failure.js';
import type { Delivery, DeliveryEnd, ReplyEmitter } from './delivery.js';
import { PieceQueue } from './piece-queue.js';
import type { HeardReply, SpokenPiece } from './reply-voice.js';
import { wholeLetters } from './word-places.js';

/** A stretch of a piece that is said in one go. */
export interface Sayable {
  /** As it is said. */
  readonly text: string;
  readonly language: string | undefined;
  readonly voice: string | undefined;
  /** How much of the piece is over when `text` up to `position` is. */
  sourceAt(position: number): number;
}

export interface SayOptions {
  /** Ends it; the call settles when it is silent. */
  readonly signal: AbortSignal;
  /** Its sound was made by this time. Text makes none. */
  readonly onSynthesized: (atMs: number) => void;
  /** It is heard from this time on. */
  readonly onStarted: (atMs: number) => void;
}

/** How far something is heard, and what tells it. */
export interface Reached {
  /** UTF-16 units of its text. */
  readonly to: number;
  readonly by: HeardReply['by'];
  readonly isEstimated: boolean;
}

/** Says one thing after the other, and cannot tell how far it is. */
export interface Sayer {
  readonly way: 'text' | 'synth';
  /** After a call to stop, it is still heard for so long. */
  readonly stopMs: number;
  /** What of a piece is to be said, in order; nothing, where it has no words. */
  plan(piece: SpokenPiece): Promise<readonly Sayable[]>;
  /** Resolves when it was heard. @throws {BridgeError}; the reason of the signal. */
  say(sayable: Sayable, from: number, options: SayOptions): Promise<void>;
  /** How far it is heard, so long after it began at `from`. */
  heardTo(sayable: Sayable, from: number, elapsedMs: number): Reached;
  /** Where to go on: the last border of a word. */
  resumeFrom(sayable: Sayable, position: number): number;
}

export interface SequentialDeliveryOptions {
  readonly clock: Clock;
  readonly events: ReplyEmitter;
  readonly sayer: Sayer;
}

/** What is being said, or was when it was silenced. */
interface Now {
  readonly sayable: Sayable;
  /** Where of it the attempt began. */
  from: number;
  startedAtMs: number | undefined;
  stoppedAtMs: number | undefined;
}

const TELL_EVERY_MS = 80;

/** A reply whose pieces are said one after the other by somebody who takes text: MMDAgent-EX's own voice, or a reader. */
export class SequentialDelivery implements Delivery {
  readonly ended: Promise<DeliveryEnd>;
  readonly #options: SequentialDeliveryOptions;
  readonly #queue = new PieceQueue();
  readonly #pieces: SpokenPiece[] = [];
  #heardPieces = 0;
  #startedPieces = 0;
  /** Of the piece after those, what was said whole. */
  #saidUnits = 0;
  #saidMs = 0;
  #now: Now | undefined;
  #attempt: AbortController | undefined;
  #attemptOver: Promise<void> = Promise.resolve();
  #mayGo = false;
  #isStopped = false;
  #wake: () => void = () => {};
  #hasSent = false;
  #isSoundHere = false;
  #hasStarted = false;
  #teller: Timer | undefined;
  /** What told the last position inside a piece. A piece is said in whole sentences, each of them heard whole, until there is one. */
  #reachedBy: Pick<Reached, 'by' | 'isEstimated'> = { by: 'whole', isEstimated: false };

  constructor(options: SequentialDeliveryOptions) {
    this.#options = options;
    this.ended = this.#run();
  }

  push(piece: SpokenPiece): Promise<void> {
    if (this.#queue.isEnded) return Promise.resolve();
    this.#pieces.push(piece);
    return this.#queue.push(piece);
  }

  end(): void {
    this.#queue.end();
  }

  go(): void {
    this.#mayGo = true;
    this.#wake();
  }

  async pause(): Promise<void> {
    this.#mayGo = false;
    this.#silence();
    await this.#attemptOver;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#queue.stop();
    this.#silence();
    this.#wake();
    await this.ended;
  }

  heard(): HeardReply {
    const pieces = this.#heardPieces;
    const piece = this.#pieces[pieces];
    const units = piece === undefined ? 0 : Math.min(piece.text.length, this.#units());
    const before = this.#pieces.slice(0, pieces).map(({ text }) => text);
    const text = `${before.join('')}${piece?.text.slice(0, units) ?? ''}`;
    const heardMs = this.#saidMs + this.#elapsedMs();
    if (units === 0) return { pieces, units, text, heardMs, by: 'whole' };
    const { by, isEstimated } = this.#reachedBy;
    return { pieces, units, text, heardMs, by, ...(isEstimated && { isEstimated }) };
  }

  async #run(): Promise<DeliveryEnd> {
    try {
      for await (const piece of this.#queue) {
        if (!(await this.#sayPiece(piece))) break;
      }
      return { reason: this.#isStopped ? 'cancelled' : 'completed' };
    } catch (error) {
      return { reason: 'failed', error: asBridgeFailure(error) };
    } finally {
      this.#teller?.cancel();
      this.#queue.stop();
    }
  }

  /** @returns false: it was stopped. */
  async #sayPiece(piece: SpokenPiece): Promise<boolean> {
    const sayables = await this.#options.sayer.plan(piece);
    for (const sayable of sayables) if (!(await this.#say(sayable))) return false;
    if (sayables.length === 0) {
      if (!(await this.#whenMayGo())) return false;
      this.#pieceStarted(this.#options.clock.nowMs());
    }
    this.#options.events.emit('pieceEnded', this.#heardPieces);
    this.#heardPieces++;
    this.#saidUnits = 0;
    return true;
  }

  /** @returns false: it was stopped. */
  async #say(sayable: Sayable): Promise<boolean> {
    const { sayer } = this.#options;
    const now: Now = { sayable, from: 0, startedAtMs: undefined, stoppedAtMs: undefined };
    this.#now = now;
    while (await this.#whenMayGo()) {
      const isWhole = await this.#attemptToSay(now);
      this.#saidMs += this.#elapsedMs();
      if (isWhole) {
        this.#now = undefined;
        this.#saidUnits = sayable.sourceAt(sayable.text.length);
        return true;
      }
      const heardTo = this.#position(now);
      now.from = sayer.resumeFrom(sayable, heardTo);
      this.#saidUnits = Math.max(this.#saidUnits, sayable.sourceAt(heardTo));
      now.startedAtMs = undefined;
      now.stoppedAtMs = undefined;
    }
    return false;
  }

  /** @returns false: it was silenced in the middle. */
  async #attemptToSay(now: Now): Promise<boolean> {
    const { sayer, clock, events } = this.#options;
    const attempt = new AbortController();
    this.#attempt = attempt;
    let over: () => void = () => {};
    this.#attemptOver = new Promise((resolve) => {
      over = resolve;
    });
    try {
      if (!this.#hasSent) {
        this.#hasSent = true;
        events.emit('sent', clock.nowMs());
      }
      await sayer.say(now.sayable, now.from, {
        signal: attempt.signal,
        onSynthesized: (atMs) => this.#synthesized(atMs),
        onStarted: (atMs) => this.#started(now, atMs),
      });
      return true;
    } catch (error) {
      // What failed while it was being silenced has failed all the same.
      if (!attempt.signal.aborted || (error instanceof BridgeError && error !== attempt.signal.reason))
        throw error;
      return false;
    } finally {
      this.#attempt = undefined;
      this.#teller?.cancel();
      over();
    }
  }

  #synthesized(atMs: number): void {
    if (this.#isSoundHere) return;
    this.#isSoundHere = true;
    this.#options.events.emit('synthesized', atMs);
  }

  #started(now: Now, atMs: number): void {
    if (now.startedAtMs !== undefined) return;
    now.startedAtMs = atMs;
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      this.#options.events.emit('started', atMs, this.#options.sayer.way);
    }
    this.#pieceStarted(atMs);
    this.#tellLater();
  }

  #pieceStarted(atMs: number): void {
    if (this.#startedPieces > this.#heardPieces) return;
    this.#options.events.emit('pieceStarted', this.#startedPieces++, atMs);
  }

  #silence(): void {
    if (this.#now !== undefined)
      this.#now.stoppedAtMs ??= this.#options.clock.nowMs() + this.#options.sayer.stopMs;
    this.#attempt?.abort();
  }

  /** @returns false: it was stopped. */
  async #whenMayGo(): Promise<boolean> {
    while (!this.#mayGo && !this.#isStopped)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return !this.#isStopped;
  }

  #elapsedMs(): number {
    const { startedAtMs, stoppedAtMs } = this.#now ?? {};
    if (startedAtMs === undefined) return 0;
    return Math.max(
      0,
      Math.min(this.#options.clock.nowMs(), stoppedAtMs ?? Number.POSITIVE_INFINITY) - startedAtMs,
    );
  }

  #position({ sayable, from }: Now): number {
    const elapsedMs = this.#elapsedMs();
    if (elapsedMs === 0) return from;
    const reached = this.#options.sayer.heardTo(sayable, from, elapsedMs);
    this.#reachedBy = reached;
    return wholeLetters(sayable.text, Math.max(from, reached.to));
  }

  #units(): number {
    const now = this.#now;
    if (now === undefined) return this.#saidUnits;
    const position = this.#position(now);
    return position === 0 ? this.#saidUnits : Math.max(this.#saidUnits, now.sayable.sourceAt(position));
  }

  #tellLater(): void {
    this.#teller?.cancel();
    this.#teller = this.#options.clock.after(TELL_EVERY_MS, () => {
      this.#options.events.emit('position', this.heard());
      this.#tellLater();
    });
  }
}
