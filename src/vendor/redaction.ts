import { inOneLine } from '../runtime/index.js';

/** Letters in a row that are taken for a quotation of the text; kana and kanji say more with fewer. */
const QUOTED_LETTERS = 6;
const QUOTED_WIDE_LETTERS = 4;
/** Letters: longer than what is said at once. */
const LONG_TEXT = 1000;
const MAX_WORDS = 200;
const MASKED_KEY = /\S*\*{3,}\S*/g;

/** Options, headers and fields that hold secrets by their names. */
const SECRET = /key|token|secret|password|authorization|cookie/i;

export function isSecretName(name: string): boolean {
  return SECRET.test(name);
}

/** The key, and what stands in tables of headers and fields under a name that speaks of secrets. Placeholders are none. */
export function secretsIn(
  apiKey: string | undefined,
  ...tables: readonly Readonly<Record<string, unknown>>[]
): readonly string[] {
  const written = tables
    .flatMap((table) => Object.entries(table))
    .filter(([name]) => isSecretName(name))
    .map(([, value]) => String(value))
    .filter((value) => !/\{\s*\w+/.test(value));
  const bare = written.map((value) => value.replace(/^(Bearer|Basic|Token)\s+/i, ''));
  return [...(apiKey === undefined ? [] : [apiKey]), ...written, ...bare];
}

/**
 * Takes keys and what the vendor was given of the user's out of a vendor's words before they come into a message.
 *
 * Vendors quote: OpenAI repeats the first and last letters of a wrong key, others repeat the text that they refuse.
 */
export class Redaction {
  readonly #secrets: readonly string[];
  readonly #texts: readonly string[];

  /** @param texts - what was to be spoken or answered, if anything. */
  constructor(secrets: readonly string[], texts: string | readonly string[] = []) {
    const written = secrets.filter((secret) => secret.length >= 4);
    this.#secrets = [...new Set(written.flatMap((secret) => [secret, encodeURIComponent(secret)]))];
    this.#texts = typeof texts === 'string' ? [texts] : texts;
  }

  /** One line of at most 200 letters; empty when nothing is left. */
  apply(words: string): string {
    let line = words.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
    if (line.length > MAX_WORDS * 4) line = line.slice(0, MAX_WORDS * 4);
    for (const secret of this.#secrets) {
      line = line.replaceAll(secret, '[key]');
      if (secret.length >= 12) line = replaceFrom(line, secret.slice(0, 8));
    }
    line = this.#withoutQuotations(line.replace(MASKED_KEY, '[key]'));
    return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS - 1)}…` : line;
  }

  #withoutQuotations(line: string): string {
    const isQuoted = new Array<boolean>(line.length).fill(false);
    for (const text of this.#texts) {
      const given = inOneLine(text);
      const letters = quotedLetters(given);
      // The line is short and texts can be whole conversations: the line is cut up, not they.
      if (given !== '')
        for (const [at, window] of windowsOf(line, letters).entries())
          if (given.includes(window)) isQuoted.fill(true, at, at + letters);
    }
    return [...line.split('')].reduce(
      (kept, letter, at) => kept + (isQuoted[at] !== true ? letter : isQuoted[at - 1] === true ? '' : '…'),
      '',
    );
  }
}

/** How many letters in a row are a quotation: of a long text more, or every common word would be one. */
function quotedLetters(text: string): number {
  const isWide = /[^\u0000-\u02ff]/.test(text);
  const usual = isWide ? QUOTED_WIDE_LETTERS : QUOTED_LETTERS;
  return text.length > LONG_TEXT ? usual * 2 : Math.min(usual, Math.max(2, text.length));
}

function windowsOf(text: string, letters: number): string[] {
  const count = Math.max(0, text.length - letters + 1);
  return Array.from({ length: count }, (_, at) => text.slice(at, at + letters));
}

/** What begins like a key is a key up to the next blank. */
function replaceFrom(line: string, start: string): string {
  const [before = '', ...rest] = line.split(start);
  return before + rest.map((part) => `[key]${part.replace(/^\S*/, '')}`).join('');
}

/**
 * The sentence with which a vendor explains a failure, found where JSON interfaces put it; undefined for pages and for nothing.
 *
 * @param body - the first few thousand letters of the answer; may be cut in the middle.
 */
export function vendorWords(body: string): string | undefined {
  const text = body.trim();
  if (text === '' || text.startsWith('<')) return undefined;
  const value = parsed(text);
  if (value === undefined) return /^[[{]/.test(text) ? undefined : text;
  return sentenceIn(value, 0);
}

/** As JSON, or undefined. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** OpenAI and Google: error.message; FastAPI: detail or detail[0].msg; ElevenLabs: detail.message; VOICEVOX: message or text. */
const SENTENCE_KEYS = ['error', 'detail', 'message', 'msg', 'error_description', 'text', 'title'] as const;

function sentenceIn(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (depth > 4 || typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return sentenceIn(value[0], depth + 1);
  const fields = value as Readonly<Record<string, unknown>>;
  const order = depth === 0 ? SENTENCE_KEYS : ['message', 'msg', ...SENTENCE_KEYS];
  for (const key of order) {
    const sentence = sentenceIn(fields[key], depth + 1);
    if (sentence !== undefined) return sentence;
  }
  return undefined;
}
