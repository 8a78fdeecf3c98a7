import { type Clock, ConfigError, type Timer } from '../runtime/index.js';
import { foldLetters, foldText } from './fold-text.js';

export interface WakeWordsOptions {
  /** What opens the conversation, however it is spelt: width, case, kana and punctuation count nothing. None: it is always open. */
  readonly words: readonly string[];
  /** How long it stays open after the last activity, milliseconds. @default 60000 */
  readonly timeoutMs?: number;
  /** `start`: nothing but a call or greeting may stand before the word. @default 'start' */
  readonly where?: 'start' | 'anywhere';
  /** Whether `text` of an answer is without the word. @default true */
  readonly strip?: boolean;
  readonly clock: Clock;
  /** Told when the conversation opens or closes. */
  readonly onChange?: (isOpen: boolean) => void;
}

export interface WakeAnswer {
  /** Whether it was said to the avatar: the conversation was open, or the word opened it. */
  readonly isMeant: boolean;
  /** Whether this text opened the conversation. */
  readonly woke: boolean;
  /** The wake word that was found, as it was given. */
  readonly word: string | undefined;
  /** What to answer: `rest` or, with `strip: false`, everything. */
  readonly text: string;
  /** Without the wake word and the call before it; '' when nothing else was said. */
  readonly rest: string;
}

/** A conversation that is asleep until it is called. */
export interface WakeWords {
  readonly isOpen: boolean;
  /** Judges a final transcript; one that is meant counts as activity. */
  hear(text: string): WakeAnswer;
  /** Something happened (a turn ended, somebody typed): the time counts anew; opens nothing. */
  touch(): void;
  /** A turn goes on: no time-out until `touch`. */
  hold(): void;
  /** Opens it without a word, as a key or a button does. */
  wake(): void;
  /** Closes it at once. */
  sleep(): void;
  /** Releases the timer. Idempotent. */
  close(): void;
}

const DEFAULT_TIMEOUT_MS = 60_000;
/** What people say before a name, folded. A greeting is content only when nothing else is said. */
const CALL =
  /^(?:ねえ+|ねぇ|おい|お|あの|えっと|えと|ええと|さあ|じゃあ|では|やあ|もしもし|すみません|すいません|hey|ok|okay|hi|um|uh|so|well|excuseme)*$/u;
const GREETING =
  /^(?:こんにちは|こんばんは|おはよう(?:ございます)?|hello|good(?:morning|afternoon|evening))$/u;
const LATIN = /[\p{Script=Latin}\p{N}]/u;
/** What hangs on a name. */
const BEHIND_NAME = /^(?:さん|さま|様|ちゃん|くん|君)?[\s、，,。．.!！?？:：;；・…~〜ー-]*/u;

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - a word without letters. */
export function createWakeWords(options: WakeWordsOptions): WakeWords {
  return new WordsThatWake(options);
}

class WordsThatWake implements WakeWords {
  readonly #options: WakeWordsOptions;
  readonly #words: readonly { readonly word: string; readonly letters: string }[];
  #isOpen: boolean;
  #timer: Timer | undefined;

  constructor(options: WakeWordsOptions) {
    this.#options = options;
    // The longest first: of メイ and メイちゃん the latter is what was said.
    this.#words = options.words
      .map((word) => ({ word, letters: foldLetters(word) }))
      .sort((a, b) => b.letters.length - a.letters.length);
    const empty = this.#words.find(({ letters }) => letters === '');
    if (empty !== undefined)
      throw new ConfigError(
        'BRIDGE_ERR_CONFIG_INVALID',
        `Expected wake words with letters in them, got ${JSON.stringify(empty.word)}. Change or remove it`,
      );
    this.#isOpen = this.#isAlwaysOpen;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  hear(text: string): WakeAnswer {
    const found = this.#find(text);
    const woke = !this.#isOpen && found !== undefined;
    if (woke) this.wake();
    else this.touch();
    const rest = found?.rest ?? text.trim();
    const stripped = this.#options.strip === false ? text.trim() : rest;
    return { isMeant: this.#isOpen, woke, word: found?.word, text: stripped, rest };
  }

  touch(): void {
    if (!this.#isOpen || this.#isAlwaysOpen) return;
    this.#timer?.cancel();
    const { clock, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    this.#timer = clock.after(timeoutMs, () => this.sleep());
  }

  hold(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  wake(): void {
    const wasOpen = this.#isOpen;
    this.#isOpen = true;
    this.touch();
    if (!wasOpen) this.#options.onChange?.(true);
  }

  sleep(): void {
    if (this.#isAlwaysOpen || !this.#isOpen) return;
    this.hold();
    this.#isOpen = false;
    this.#options.onChange?.(false);
  }

  close(): void {
    this.hold();
  }

  get #isAlwaysOpen(): boolean {
    return this.#words.length === 0;
  }

  #find(text: string): { readonly word: string; readonly rest: string } | undefined {
    const folded = foldText(text);
    const { letters, from, to } = folded;
    for (const { word, letters: wanted } of this.#words) {
      for (let at = letters.indexOf(wanted); at >= 0; at = letters.indexOf(wanted, at + 1)) {
        const [start, end] = [from[at] ?? 0, to[at + wanted.length - 1] ?? text.length];
        if (!isWholeWord(text, start, end)) continue;
        const before = letters.slice(0, at);
        const isCall = CALL.test(before) || GREETING.test(before);
        if (!isCall && this.#options.where !== 'anywhere') continue;
        return { word, rest: restOf(text, { start, end, isCall: isCall && before !== '' }) };
      }
    }
    return undefined;
  }
}

/** Inside a longer word of Latin letters it is another word: `mei` is not in `meister`. */
function isWholeWord(text: string, start: number, end: number): boolean {
  const touches = (outside: string | undefined, inside: string | undefined): boolean =>
    LATIN.test(outside ?? '') && LATIN.test(inside ?? '');
  return !touches(text[start - 1], text[start]) && !touches(text[end], text[end - 1]);
}

/** A call falls with the name; a greeting stays when nothing follows, for it is what was said. */
function restOf(
  text: string,
  { start, end, isCall }: { readonly start: number; readonly end: number; readonly isCall: boolean },
): string {
  const before = text
    .slice(0, start)
    .replace(/[\s、，,]+$/u, '')
    .trim();
  const behind = text.slice(end).replace(BEHIND_NAME, '').trim();
  if (before === '' || behind === '') {
    const isEmptyCall = behind === '' && CALL.test(foldLetters(before));
    return isEmptyCall ? '' : before + behind;
  }
  return isCall ? behind : `${before} ${behind}`;
}
