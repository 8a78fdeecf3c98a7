interface Expected {
  readonly text: string;
  readonly sentAtMs: number;
}

/** The slowest echo seen on a busy machine was 1.2 s; a program that loads a large model answers after minutes. */
const FORGET_AFTER_MS = 600_000;
const MAX_EXPECTED = 512;

/**
 * Recognises our own messages when they come back: MMDAgent-EX hands every message it is sent to all its peers,
 * the sender included, in order.
 */
export class EchoFilter {
  readonly #expected: Expected[] = [];

  sent(text: string, nowMs: number): void {
    this.#expected.push({ text, sentAtMs: nowMs });
    if (this.#expected.length > MAX_EXPECTED) this.#expected.shift();
  }

  /** The round trip in milliseconds when `text` is the echo of a message sent earlier, else undefined. */
  received(text: string, nowMs: number): number | undefined {
    while ((this.#expected[0]?.sentAtMs ?? nowMs) < nowMs - FORGET_AFTER_MS) this.#expected.shift();
    const index = this.#expected.findIndex((candidate) => candidate.text === text);
    const found = this.#expected[index];
    if (found === undefined) return undefined;
    this.#expected.splice(index, 1);
    return nowMs - found.sentAtMs;
  }
}
