import type { Clock } from '../runtime/index.js';
import { closingPart, type LipPart } from './lip-part.js';
import type { LipTable } from './lip-table.js';

/** A message that was handed over. */
export interface SentPart {
  readonly part: LipPart;
  /** When it takes over from what was before, on the clock. */
  readonly actAtMs: number;
  readonly isClosing: boolean;
}

export interface PartSenderOptions {
  readonly clock: Clock;
  readonly model: string;
  readonly table: LipTable;
  readonly send: (message: string, actAtMs: number | undefined) => Promise<void>;
  readonly onFailed: (sent: SentPart, error: unknown) => void;
}

/** Two messages at the same instant could leave in either order. */
const APART_MS = 5;
/** MMDAgent-EX shows a closed mouth 250 ms after `sil,50` takes over [peer-facts-2 2.4], one slow frame later at the latest. */
const CLOSES_WITHIN_MS = 300;

/**
 * What was handed over for one mouth, in order, and how it is closed.
 *
 * LIPSYNC_STOP alone leaves the mouth as it is, for ever. A motion that runs out on a vowel holds it open for 200 ms more and then
 * closes it, which is seen; so a mouth is always closed by a short motion that is closed. A part that is handed over cannot be
 * taken back: the closing message acts after it.
 *
 * @source morphs recorded for each frame of the running program: of `a,500` 0.41 stood until 600 ms, 0.00 from 760 ms on
 */
export class PartSender {
  readonly #options: PartSenderOptions;
  readonly #closing: LipPart;
  #last: SentPart | undefined;
  #before: SentPart | undefined;
  #hasLastFailed = false;
  #closeFailures = 0;
  /** Of the closing that was handed over last. */
  #closed: Promise<unknown> = Promise.resolve();

  /** @throws {ProtocolError} BRIDGE_ERR_MESSAGE_ARGUMENT - the model alias cannot stand in a message. */
  constructor(options: PartSenderOptions) {
    this.#options = options;
    this.#closing = closingPart(options.model, options.table);
  }

  get last(): SentPart | undefined {
    return this.#last;
  }

  /** The soonest a next message may act so as to come after all that were handed over. */
  get freeAtMs(): number {
    return this.#last === undefined ? Number.NEGATIVE_INFINITY : this.#last.actAtMs + APART_MS;
  }

  /** If nothing more is sent, the mouth stays open longer than its sound, or may for ever: what was to close it has failed. */
  get endsOpen(): boolean {
    if (this.#last === undefined) return false;
    return this.#hasLastFailed || !closes(this.#last);
  }

  /** Closings that failed since a message that did not. */
  get closeFailures(): number {
    return this.#closeFailures;
  }

  /** Whether a motion is under way then, or still to begin; else the mouth stands still, open or closed. */
  isMovingAt(timeMs: number): boolean {
    return this.#last !== undefined && endsAtMs(this.#last) > timeMs;
  }

  /** Whether nothing moves the mouth at that time and it is closed. */
  restsAt(timeMs: number): boolean {
    return !this.isMovingAt(timeMs) && !this.endsOpen;
  }

  /** When the mouth is closed and at rest if nothing more is sent; in the past where it is, or where it stays open. */
  get closedAtMs(): number {
    const last = this.#last;
    if (last === undefined || this.endsOpen) return Number.NEGATIVE_INFINITY;
    return last.isClosing ? last.actAtMs + CLOSES_WITHIN_MS : endsAtMs(last);
  }

  /** Resolves when it has left; never rejects. @returns false: it did not. */
  send(part: LipPart, actAtMs: number): Promise<boolean> {
    return this.#hand({ part, actAtMs, isClosing: false });
  }

  /**
   * Closes the mouth at `atMs`, or after what is on its way; and at `atMs` too, if the mouth is still open then. Resolves when
   * that has left or failed, at once where the mouth rests; never rejects. A closing that failed is sent again by the next call.
   */
  async close(atMs: number): Promise<void> {
    const fromMs = Math.max(atMs, this.#options.clock.nowMs());
    const last = this.#last;
    if (last === undefined || this.restsAt(fromMs)) return;
    if (!last.isClosing || this.#hasLastFailed) this.#closed = Promise.all(this.#closings(last, fromMs));
    await this.#closed;
  }

  #closings(last: SentPart, fromMs: number): Promise<boolean>[] {
    const before = this.#before;
    const sends: Promise<boolean>[] = [];
    const isPending = !last.isClosing && last.actAtMs > fromMs;
    if (isPending && before !== undefined && (endsAtMs(before) > fromMs || !closes(before)))
      sends.push(this.#post({ part: this.#closing, actAtMs: fromMs, isClosing: true }));
    const closeAtMs = Math.max(fromMs, this.freeAtMs);
    sends.push(this.#hand({ part: this.#closing, actAtMs: closeAtMs, isClosing: true }));
    return sends;
  }

  #hand(sent: SentPart): Promise<boolean> {
    this.#before = this.#last;
    this.#last = sent;
    this.#hasLastFailed = false;
    return this.#post(sent);
  }

  async #post(sent: SentPart): Promise<boolean> {
    try {
      await this.#options.send(sent.part.message, sent.actAtMs);
      this.#closeFailures = 0;
      return true;
    } catch (error) {
      if (sent === this.#last) this.#hasLastFailed = true;
      if (sent.isClosing) this.#closeFailures++;
      this.#options.onFailed(sent, error);
      return false;
    }
  }
}

/** When what is heard with it has been heard; MMDAgent-EX holds its last shape a little longer. */
export function heardEndMs({ part, actAtMs }: SentPart): number {
  return actAtMs + part.biasMs + part.leadInMs + part.endMs - part.startMs;
}

/** When its motion has run out. */
export function endsAtMs({ part, actAtMs }: SentPart): number {
  return actAtMs + part.lastsMs;
}

function closes({ part, isClosing }: SentPart): boolean {
  return isClosing || part.isClosedAtEnd;
}
