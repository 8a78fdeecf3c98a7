import type { Clock, Timer } from '../runtime/index.js';
import { API_LIMITS } from './protocol.js';
import { encodeSoundFrame, SOUND_HEADER_BYTES, type SoundFrame } from './sound-frame.js';

/** Where frames go: one socket. */
export interface Carrier {
  /** What it was given and has not sent yet. */
  readonly bufferedBytes: number;
  /** @param done - called when it has left, or never will. */
  send(data: string | Uint8Array, done: () => void): void;
}

interface OutFrame {
  readonly seq: number;
  readonly atMs: number;
  readonly type: string;
  readonly channel: number;
  readonly turn: number;
  readonly data: string | Uint8Array;
  readonly bytes: number;
}

/** Of these only the newest counts: an unsent older one is thrown away for a reader that is behind. */
const SUPERSEDED: ReadonlySet<string> = new Set(['phase', 'partial', 'heard', 'speechHeard']);
/** Worth nothing when late: left out for a reader that is behind. */
const LATE_IS_VOID: ReadonlySet<string> = new Set(['lips']);
const REPLY_SOUND = 'sound';
/** So much is given to the socket at a time: what lies there cannot be taken back. */
const WINDOW_BYTES = 128 * 1024;

/**
 * All frames of one connection, numbered, on their way to its socket, and kept until the client says that they came.
 *
 * Bounds and what becomes of frames beyond them:
 * - sent, not acknowledged: 1 MiB or 30 s; the oldest are forgotten, and a client that comes back for them is told `gap`;
 * - while no socket is there the same, unsent ones included;
 * - unsent beyond 512 KiB: older `phase`, `partial`, `heard` give way to newer ones, `lips` are left out; of a turn that is cut, unsent
 *   sound is thrown away at once;
 * - unsent beyond 4 MiB: `onSlow`.
 */
export class Outbox {
  readonly #clock: Clock;
  readonly #onSlow: () => void;
  /** In order; those that were given to the carrier come first. */
  #frames: OutFrame[] = [];
  #sent = 0;
  #sentBytes = 0;
  #unsentBytes = 0;
  #seq = 0;
  /** Up to here frames are gone that nobody acknowledged. */
  #lostUpTo = 0;
  #carrier: Carrier | undefined;
  #expiry: Timer | undefined;

  constructor(clock: Clock, onSlow: () => void) {
    this.#clock = clock;
    this.#onSlow = onSlow;
  }

  get lastSeq(): number {
    return this.#seq;
  }

  get keptBytes(): number {
    return this.#sentBytes + this.#unsentBytes;
  }

  /** @param fields - JSON; `channel` and `turn` among them are looked at. @returns its number. */
  tell(type: string, fields: Readonly<Record<string, unknown>>): number {
    const seq = ++this.#seq;
    const { channel, turn } = fields;
    const data = JSON.stringify({ type, seq, ...fields });
    if (type === 'cut') this.#dropUnsent((frame) => isSoundOf(frame, Number(channel), Number(turn)));
    this.#push({
      seq,
      type,
      channel: Number(channel ?? 0),
      turn: Number(turn ?? 0),
      data,
      bytes: data.length,
    });
    return seq;
  }

  sound(frame: Omit<SoundFrame, 'seq' | 'kind'>): void {
    const { channel, turn, pcm } = frame;
    const seq = ++this.#seq;
    const data = encodeSoundFrame({ ...frame, seq, kind: 'reply' });
    this.#push({ seq, type: REPLY_SOUND, channel, turn, data, bytes: SOUND_HEADER_BYTES + pcm.byteLength });
  }

  /** Up to here all came. */
  acknowledge(seq: number): void {
    this.#forget((frame, index) => index < this.#sent && frame.seq <= seq);
  }

  /** Whether everything behind this frame is still there. */
  has(lastSeq: number): boolean {
    return lastSeq >= this.#lostUpTo && lastSeq <= this.#seq;
  }

  /** Goes on behind `lastSeq` on another socket. */
  attach(carrier: Carrier, lastSeq: number): void {
    this.#carrier = carrier;
    this.#sent = this.#frames.length;
    this.#forget(({ seq }) => seq <= lastSeq);
    this.#sent = 0;
    this.#unsentBytes += this.#sentBytes;
    this.#sentBytes = 0;
    this.#pump();
  }

  /** Nothing that was told so far is of any interest. */
  clear(): void {
    this.#frames = [];
    this.#sent = 0;
    this.#sentBytes = 0;
    this.#unsentBytes = 0;
    this.#lostUpTo = this.#seq;
  }

  detach(): void {
    this.#carrier = undefined;
    this.#prune();
  }

  close(): void {
    this.#carrier = undefined;
    this.clear();
    this.#expiry?.cancel();
    this.#expiry = undefined;
  }

  #push(frame: Omit<OutFrame, 'atMs'>): void {
    const isBehind = this.#carrier !== undefined && this.#unsentBytes > API_LIMITS.behindBytes;
    if (isBehind && LATE_IS_VOID.has(frame.type)) return;
    if (isBehind && SUPERSEDED.has(frame.type))
      this.#dropUnsent(({ type, channel }) => type === frame.type && channel === frame.channel);
    this.#frames.push({ ...frame, atMs: this.#clock.nowMs() });
    this.#unsentBytes += frame.bytes;
    this.#pump();
    this.#prune();
    this.#expiry ??= this.#clock.after(API_LIMITS.keptMs, () => this.#expire());
    if (this.#carrier !== undefined && this.#unsentBytes > API_LIMITS.unsentBytes) this.#onSlow();
  }

  #pump(): void {
    const carrier = this.#carrier;
    while (carrier !== undefined && carrier === this.#carrier && carrier.bufferedBytes < WINDOW_BYTES) {
      const frame = this.#frames[this.#sent];
      if (frame === undefined) return;
      this.#sent++;
      this.#sentBytes += frame.bytes;
      this.#unsentBytes -= frame.bytes;
      carrier.send(frame.data, () => {
        if (carrier === this.#carrier) this.#pump();
      });
    }
  }

  /** Forgets what is too much or too old, never what a socket that is there has still to send. */
  #prune(): void {
    const sinceMs = this.#clock.nowMs() - API_LIMITS.keptMs;
    const limit = this.#carrier === undefined ? this.#frames.length : this.#sent;
    let keptBytes = this.#carrier === undefined ? this.keptBytes : this.#sentBytes;
    let count = 0;
    for (; count < limit; count++) {
      const frame = this.#frames[count];
      if (frame === undefined || (keptBytes <= API_LIMITS.keptBytes && frame.atMs > sinceMs)) break;
      keptBytes -= frame.bytes;
      this.#lostUpTo = frame.seq;
    }
    if (count > 0) this.#forget((_, index) => index < count);
  }

  #expire(): void {
    this.#expiry = undefined;
    this.#prune();
    const [oldest] = this.#frames;
    if (oldest === undefined) return;
    const leftMs = oldest.atMs + API_LIMITS.keptMs - this.#clock.nowMs();
    // What a socket still has to send is older than that: it is looked at again later.
    this.#expiry = this.#clock.after(leftMs > 0 ? leftMs : API_LIMITS.keptMs, () => this.#expire());
  }

  #dropUnsent(isDropped: (frame: OutFrame) => boolean): void {
    if (this.#carrier === undefined || this.#sent === this.#frames.length) return;
    this.#forget((frame, index) => index >= this.#sent && isDropped(frame));
  }

  #forget(isForgotten: (frame: OutFrame, index: number) => boolean): void {
    let { sent, sentBytes, unsentBytes } = { sent: 0, sentBytes: 0, unsentBytes: 0 };
    this.#frames = this.#frames.filter((frame, index) => {
      if (isForgotten(frame, index)) return false;
      if (index < this.#sent) {
        sent++;
        sentBytes += frame.bytes;
      } else unsentBytes += frame.bytes;
      return true;
    });
    this.#sent = sent;
    this.#sentBytes = sentBytes;
    this.#unsentBytes = unsentBytes;
  }
}

function isSoundOf(frame: OutFrame, channel: number, turn: number): boolean {
  return frame.type === REPLY_SOUND && frame.channel === channel && frame.turn === turn;
}
