const OPENING: Readonly<Record<string, string>> = { '「': '」', '『': '』', '（': '）', '“': '”' };
/** Nobody quotes deeper. */
const MAX_OPEN = 8;

/** Which quotes and brackets are open. */
export class OpenQuotes {
  readonly #closers: string[];
  /** So many of them were left open by earlier pieces: sentences may end inside. */
  #carried: number;

  constructor(open: readonly string[]) {
    this.#closers = [...open];
    this.#carried = open.length;
  }

  get depth(): number {
    return this.#closers.length;
  }

  get closers(): readonly string[] {
    return this.#closers;
  }

  /** Whether sentences may end here. */
  get isOpen(): boolean {
    return this.depth <= this.#carried;
  }

  /** @returns Whether the letter opens or closes a quote. */
  step(text: string, at: number): boolean {
    const letter = text.charAt(at);
    if (letter === this.#closers.at(-1)) {
      this.#closers.pop();
      this.#carried = Math.min(this.#carried, this.depth);
      return true;
    }
    const closer = letter === '"' && opensQuote(text, at) ? '"' : OPENING[letter];
    if (closer !== undefined) this.#closers.push(closer);
    return closer !== undefined;
  }
}

/** What is open at `end`; a line break closes all, so that a forgotten bracket is forgotten. */
export function openQuotesAfter(text: string, end: number, open: readonly string[]): readonly string[] {
  let quotes = new OpenQuotes(open);
  for (let at = 0; at < end; at++) {
    if (text.charAt(at) === '\n') quotes = new OpenQuotes([]);
    else quotes.step(text, at);
  }
  return quotes.closers.slice(-MAX_OPEN);
}

/** A straight quote opens one before a word and not behind a digit or letter: `5"`, `word"`. */
function opensQuote(text: string, at: number): boolean {
  const next = text.charAt(at + 1);
  return /[^\s"”」』）)\]、。，！？!?.,:;]/.test(next) && !/[A-Za-z0-9]/.test(text.charAt(at - 1));
}
