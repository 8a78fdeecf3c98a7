/** What the input buffer of the peer turns its bytes into, in order. */
export type WireItem =
  | { readonly kind: 'verb'; readonly verb: SoundVerb }
  /** Payload of one sound chunk: a copy of `declaredBytes` bytes (a negative size gives none). */
  | { readonly kind: 'sound'; readonly payload: Uint8Array; readonly declaredBytes: number }
  /** One message without its line end. */
  | { readonly kind: 'line'; readonly line: Uint8Array }
  /** Survived, but no bridge should do it. */
  | { readonly kind: 'violation'; readonly rule: string; readonly text: string }
  /** Nothing after this is ever processed; the buffer only fills up. */
  | { readonly kind: 'wedge'; readonly rule: string; readonly text: string }
  /** The process ends with SIGSEGV. */
  | { readonly kind: 'crash'; readonly rule: string; readonly text: string }
  /** The bytes do not fit the buffer: the peer gives the connection up. */
  | { readonly kind: 'overflow'; readonly rule: string; readonly text: string };

export type SoundVerb = 'SNDSTRM' | 'SNDFILE' | 'SNDBRKS';

/** Usable bytes of the input buffer [peer-facts 6: 8191 without a newline drops the connection]. */
export const INPUT_BUFFER_BYTES = 8191;
/** A sound header and a sound verb are 7 bytes; anything that begins with `S` waits for as many. */
const HEADER_BYTES = 7;
/** Longest line seen to survive is 4096 bytes, 8000 crashed; between is not measured. */
const CRASH_LINE_BYTES = 8000;
/** From here on lines run, but overflow buffers of 2048 bytes. */
const OVERFLOWING_LINE_BYTES = 2048;

const LF = 0x0a;
const CR = 0x0d;
const LETTER_S = 0x53;
const VERBS: readonly SoundVerb[] = ['SNDSTRM', 'SNDFILE', 'SNDBRKS'];

/**
 * The peer's input buffer and its parser, faults included [peer-facts 6].
 *
 * One object stands for the whole program: all TCP clients share it, and its bytes survive a reconnect.
 * Pure and total: any bytes give items; after `wedge` or `crash` it only counts bytes.
 */
export class WireParser {
  readonly #buffer = new Uint8Array(INPUT_BUFFER_BYTES);
  #length = 0;
  #isStuck = false;
  #lastWasVerb = false;

  /** Bytes of an unfinished line or chunk, 0..8191. */
  get pendingBytes(): number {
    return this.#length;
  }

  /** True after a wedge or crash. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /**
   * Takes one TCP read (`stream`: the peer reads as much as fits, then again) or one WebSocket frame's payload
   * (`frame`: must fit at once). Bytes are copied.
   */
  push(bytes: Uint8Array, unit: 'stream' | 'frame'): WireItem[] {
    const items: WireItem[] = [];
    if (unit === 'frame' && bytes.length > INPUT_BUFFER_BYTES - this.#length) {
      const text = `frame of ${bytes.length} bytes with ${this.#length} pending exceeds ${INPUT_BUFFER_BYTES}`;
      items.push({ kind: 'overflow', rule: 'frame-too-large', text });
      return items;
    }
    let offset = 0;
    while (offset < bytes.length) {
      const room = INPUT_BUFFER_BYTES - this.#length;
      if (room === 0) break;
      const slice = bytes.subarray(offset, offset + room);
      this.#buffer.set(slice, this.#length);
      this.#length += slice.length;
      offset += slice.length;
      if (!this.#isStuck) this.#parse(items);
    }
    if (this.#length >= INPUT_BUFFER_BYTES) {
      items.push({ kind: 'overflow', rule: 'buffer-full', text: `${INPUT_BUFFER_BYTES} bytes pending` });
    }
    return items;
  }

  #parse(items: WireItem[]): void {
    while (this.#length > 0 && !this.#isStuck) {
      const before = this.#length;
      const first = this.#buffer[0];
      if (first === LF || first === CR) this.#stickAtNewline(items);
      else if (first === LETTER_S && this.#length < HEADER_BYTES) return;
      else if (this.#startsWith('SND')) this.#takeSound(items);
      else this.#takeLine(items);
      if (this.#length === before) return;
    }
  }

  #stickAtNewline(items: WireItem[]): void {
    this.#isStuck = true;
    const isAlone = this.#skipNewlinesFrom(0) === this.#length;
    if (isAlone && !this.#lastWasVerb) {
      items.push({ kind: 'crash', rule: 'lone-newline', text: 'a newline with no message before it' });
    } else {
      items.push({ kind: 'wedge', rule: 'leading-newline', text: 'the buffer begins with a newline' });
    }
  }

  #takeSound(items: WireItem[]): void {
    const header = latin1(this.#buffer.subarray(0, HEADER_BYTES));
    const verb = VERBS.find((name) => name === header);
    if (verb !== undefined) {
      items.push({ kind: 'verb', verb });
      const end = this.#skipNewlinesFrom(HEADER_BYTES);
      this.#lastWasVerb = end === HEADER_BYTES;
      this.#consume(end);
      return;
    }
    const digits = header.slice(3);
    const declaredBytes = leadingInteger(digits);
    if (!/^\d{4}$/.test(digits)) {
      items.push({ kind: 'violation', rule: 'sound-header', text: `sound header ${JSON.stringify(header)}` });
    }
    const end = HEADER_BYTES + declaredBytes;
    if (end <= 0) {
      this.#stick(
        items,
        'sound-header',
        `negative chunk size ${declaredBytes} (not measured: taken as endless)`,
      );
      return;
    }
    if (this.#length < end) return;
    items.push({
      kind: 'sound',
      payload: this.#buffer.slice(HEADER_BYTES, Math.max(HEADER_BYTES, end)),
      declaredBytes,
    });
    this.#lastWasVerb = false;
    this.#consume(end);
  }

  /** Finds the line end as the peer does: by UTF-8 lead byte, so a broken character can hide a newline. */
  #takeLine(items: WireItem[]): void {
    let at = 0;
    while (at < this.#length) {
      const byte = this.#buffer[at] ?? 0;
      if (byte === LF || byte === CR) {
        this.#takeLineOf(at, items);
        return;
      }
      if (byte >= 0xfe) {
        this.#stick(items, 'invalid-byte', 'FE or FF hides the line end');
        return;
      }
      const next = at + characterBytes(byte);
      if (this.#buffer.subarray(at, Math.min(next, this.#length)).includes(0)) {
        this.#stick(items, 'nul-byte', 'a NUL byte ends the search for the line end');
        return;
      }
      at = next;
    }
  }

  #takeLineOf(lineBytes: number, items: WireItem[]): void {
    if (lineBytes >= CRASH_LINE_BYTES) {
      this.#isStuck = true;
      items.push({ kind: 'crash', rule: 'line-too-long', text: `a line of ${lineBytes} bytes` });
      return;
    }
    const line = this.#buffer.slice(0, lineBytes);
    if (lineBytes >= OVERFLOWING_LINE_BYTES - 1) {
      items.push({ kind: 'violation', rule: 'line-over-2046', text: `a line of ${lineBytes} bytes` });
    }
    if (line.includes(LF)) {
      items.push({
        kind: 'violation',
        rule: 'newline-swallowed',
        text: 'a cut character swallowed a newline',
      });
    }
    items.push({ kind: 'line', line });
    this.#lastWasVerb = false;
    this.#consume(this.#skipNewlinesFrom(lineBytes));
  }

  #stick(items: WireItem[], rule: string, text: string): void {
    this.#isStuck = true;
    items.push({ kind: 'wedge', rule, text });
  }

  #skipNewlinesFrom(start: number): number {
    let end = start;
    while (end < this.#length && (this.#buffer[end] === LF || this.#buffer[end] === CR)) end++;
    return end;
  }

  #startsWith(text: string): boolean {
    for (let at = 0; at < text.length; at++) if (this.#buffer[at] !== text.charCodeAt(at)) return false;
    return this.#length >= HEADER_BYTES;
  }

  #consume(bytes: number): void {
    this.#buffer.copyWithin(0, bytes, this.#length);
    this.#length -= bytes;
  }
}

/** Bytes of a character by its first byte; a stray continuation byte counts as one. */
function characterBytes(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  if (lead < 0xf8) return 4;
  return lead < 0xfc ? 5 : 6;
}

/** As C's atoi: blanks, a sign, digits, then anything; 0 without digits. */
function leadingInteger(text: string): number {
  const match = /^\s*([+-]?\d+)/.exec(text);
  return match?.[1] === undefined ? 0 : Number.parseInt(match[1], 10);
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
