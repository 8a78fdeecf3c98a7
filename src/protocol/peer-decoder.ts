import { PEER_LINE_CUT_BYTES } from './limits.js';
import { type Message, parseMessage } from './message.js';

/** A message that MMDAgent-EX sent. */
export interface PeerMessage extends Message {
  /** The line without its newline, decoded leniently: invalid UTF-8 becomes U+FFFD. */
  readonly text: string;
  /** The peer cut the line at 2047 bytes; the last argument is not whole. */
  readonly isTruncated: boolean;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Reads what MMDAgent-EX sends: lines of `TYPE|ARG…`, split and joined anyhow by TCP or WebSocket frames.
 *
 * Total: every byte sequence gives messages, never an error, and at most 2047 bytes are held. A line that
 * reaches 2047 bytes was cut by the peer, which then glues the next message on: it is cut here at the same place,
 * so that the glued one is read whole.
 *
 * @source Plugin_Remote.cpp, MMDAGENT_MAXBUFLEN; measured echoes of lines from 2047 bytes.
 */
export class PeerDecoder {
  readonly #pending = new Uint8Array(PEER_LINE_CUT_BYTES);
  #pendingBytes = 0;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /** Bytes of an unfinished line: 0-2047. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Calls `onMessage` for each message that `bytes` completes, in order. `bytes` is not kept. */
  push(bytes: Uint8Array, onMessage: (message: PeerMessage) => void): void {
    let from = 0;
    while (from < bytes.byteLength) {
      const newline = bytes.indexOf(LINE_FEED, from);
      const end = newline === -1 ? bytes.byteLength : newline;
      const room = PEER_LINE_CUT_BYTES - this.#pendingBytes;
      if (end - from >= room) {
        // A full cut: take what fits; the rest of this piece is the next message.
        this.#pending.set(bytes.subarray(from, from + room), this.#pendingBytes);
        this.#pendingBytes += room;
        from += room;
        this.#flush(true, onMessage);
        if (from === newline) from++;
        continue;
      }
      this.#pending.set(bytes.subarray(from, end), this.#pendingBytes);
      this.#pendingBytes += end - from;
      if (newline === -1) return;
      from = newline + 1;
      this.#flush(false, onMessage);
    }
  }

  /** Forgets an unfinished line, as after a lost connection. */
  reset(): void {
    this.#pendingBytes = 0;
  }

  #flush(isTruncated: boolean, onMessage: (message: PeerMessage) => void): void {
    let length = this.#pendingBytes;
    this.#pendingBytes = 0;
    if (length > 0 && this.#pending[length - 1] === CARRIAGE_RETURN) length--;
    if (length === 0) return;
    const text = this.#decoder.decode(this.#pending.subarray(0, length));
    onMessage({ ...parseMessage(text), text, isTruncated });
  }
}
