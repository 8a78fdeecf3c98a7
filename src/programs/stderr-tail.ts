import { StringDecoder } from 'node:string_decoder';

/** What terminals take for colours and for clearing a line. */
export const ESCAPES = /\u001b\[[0-9;]*[A-Za-z]/g;
/** Enough for any message of a program. */
const TAIL_CHARS = 2048;

/** The end of what a program wrote on standard error, line by line; bounded, however much comes. */
export class StderrTail {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  readonly #chatter: RegExp | undefined;
  #unfinished = '';
  #lines = '';
  #totalBytes = 0;

  /**
   * @param onLine - every line but chatter, without its end; of an endless line its last part.
   * @param chatter - lines that tell nothing, such as a running clock.
   */
  constructor(onLine: (line: string) => void, chatter?: RegExp | undefined) {
    this.#onLine = onLine;
    this.#chatter = chatter;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** The last 2 KB without chatter, trimmed. */
  get text(): string {
    const last = this.#isChatter(this.#unfinished) ? '' : this.#unfinished;
    return (this.#lines + last).slice(-TAIL_CHARS).trim();
  }

  push(bytes: Buffer): void {
    this.#totalBytes += bytes.byteLength;
    const pieces = (this.#unfinished + this.#decoder.write(bytes)).replace(ESCAPES, '').split(/[\r\n]+/);
    this.#unfinished = (pieces.pop() ?? '').slice(-TAIL_CHARS);
    for (const line of pieces) {
      if (line === '' || this.#isChatter(line)) continue;
      this.#lines = `${this.#lines}${line}\n`.slice(-TAIL_CHARS);
      this.#onLine(line);
    }
  }

  #isChatter(line: string): boolean {
    return this.#chatter?.test(line) ?? false;
  }
}
