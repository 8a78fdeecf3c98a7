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
 * LIPSYNC_STOP alone leaves the mouth as it is, for ever; so a mouth is always closed by a short motion that is closed. A part
 * that is handed over cannot be taken back: the closing message acts after it.
 */
export class PartSender {
  readonly #options: PartSenderOptions;
  readonly #closing: LipPart;
  #last: SentPart | undefined;
  #before: SentPart | undefined;

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

  /** Whether nothing moves the mouth at that time and it is closed. */
  restsAt(timeMs: number): boolean {
    return this.#last === undefined || endsAtMs(this.#last) <= timeMs;
  }

  /** When the mouth is closed and at rest if nothing more is sent; in the past where it is. */
  get closedAtMs(): number {
    const last = this.#last;
    if (last === undefined) return Number.NEGATIVE_INFINITY;
    return last.isClosing ? last.actAtMs + CLOSES_WITHIN_MS : endsAtMs(last);
  }

  /** Resolves when it has left; never rejects. @returns false: it did not. */
  send(part: LipPart, actAtMs: number): Promise<boolean> {
    return this.#hand({ part, actAtMs, isClosing: false });
  }

  /**
   * Closes the mouth at `atMs`, or after what is on its way; and at `atMs` too, if the mouth is still open then. Resolves when
   * that has left, at once where nothing moves; never rejects.
   */
  async close(atMs: number): Promise<void> {
    const fromMs = Math.max(atMs, this.#options.clock.nowMs());
    const last = this.#last;
    if (last === undefined || last.isClosing || this.restsAt(fromMs)) return;
    const sends: Promise<boolean>[] = [];
    const isPending = last.actAtMs > fromMs;
    if (isPending && this.#before !== undefined && endsAtMs(this.#before) > fromMs) {
      sends.push(this.#post({ part: this.#closing, actAtMs: fromMs, isClosing: true }));
    }
    const closeAtMs = Math.max(fromMs, this.freeAtMs);
    sends.push(this.#hand({ part: this.#closing, actAtMs: closeAtMs, isClosing: true }));
    await Promise.all(sends);
  }

  #hand(sent: SentPart): Promise<boolean> {
    this.#before = this.#last;
    this.#last = sent;
    return this.#post(sent);
  }

  async #post(sent: SentPart): Promise<boolean> {
    try {
      await this.#options.send(sent.part.message, sent.actAtMs);
      return true;
    } catch (error) {
      this.#options.onFailed(sent, error);
      return false;
    }
  }
}

function endsAtMs({ part, actAtMs }: SentPart): number {
  return actAtMs + part.lastsMs;
}
