/** One value may be so long, in UTF-16 units: a few seconds of sound as base64 with their timings. */
const MAX_VALUE_LENGTH = 32 * 1024 * 1024;

/**
 * Takes the JSON objects out of a text that arrives in pieces: one a line, one behind the other, or as events with `data:` before
 * each. What stands between objects is skipped.
 */
export class JsonObjects {
  readonly #decoder = new TextDecoder();
  #text = '';
  /** How far `#text` was looked at, and what was found there. */
  #at = 0;
  #start = -1;
  #depth = 0;
  #isInString = false;

  /** @throws {SyntaxError} what looks like an object is none, or is too long. */
  push(bytes: Uint8Array): unknown[] {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    const values: unknown[] = [];
    let taken = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const end = this.#step(this.#text.charCodeAt(this.#at));
      if (!end) continue;
      values.push(JSON.parse(this.#text.slice(this.#start, this.#at + 1)));
      taken = this.#at + 1;
      this.#start = -1;
    }
    this.#forget(this.#start === -1 ? this.#text.length : Math.max(taken, this.#start));
    if (this.#text.length > MAX_VALUE_LENGTH) throw new SyntaxError('a JSON object without end');
    return values;
  }

  /** An object has begun and not ended. */
  get isInside(): boolean {
    return this.#depth > 0;
  }

  /** @returns true at the end of an object. */
  #step(code: number): boolean {
    if (this.#isInString) {
      // What is behind a backslash ends nothing; when it is yet to come, the next look begins behind it.
      if (code === BACKSLASH) this.#at++;
      else if (code === QUOTE) this.#isInString = false;
      return false;
    }
    if (code === OPEN) {
      if (this.#depth === 0) this.#start = this.#at;
      this.#depth++;
    } else if (this.#depth > 0 && code === QUOTE) this.#isInString = true;
    else if (this.#depth > 0 && code === CLOSE) {
      this.#depth--;
      return this.#depth === 0;
    }
    return false;
  }

  #forget(count: number): void {
    if (count === 0) return;
    this.#text = this.#text.slice(count);
    this.#at -= count;
    if (this.#start !== -1) this.#start -= count;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
