/** A line of the conversation, as pages and files have it. */
export interface ChatLine {
  readonly role: 'user' | 'assistant';
  readonly content: string;
  /** Whether it was spoken: `content` is what was recognised, or ''. */
  readonly isAudio?: boolean;
  /** When, milliseconds since 1970. */
  readonly atMs: number;
}

const ID_CHARS = 10;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const MAX_LINES = 200;

/** A name for a conversation that nobody guesses: ten letters and digits, each as likely as any other. */
export function newChatId(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): string {
  let id = '';
  while (id.length < ID_CHARS) {
    // Bytes beyond the last whole round would make the first letters likelier.
    for (const byte of random(new Uint8Array(ID_CHARS)))
      if (byte < 256 - (256 % LETTERS.length) && id.length < ID_CHARS) id += LETTERS[byte % LETTERS.length];
  }
  return id;
}

/** The conversation's id and log, in this tab for as long as it is open, over changes of page too. */
export class KeptChat {
  readonly id: string;
  readonly #key: string;
  readonly #storage: Storage | undefined;
  readonly #lines: ChatLine[];

  /** @param storage - undefined, or one that throws: it is kept in memory only. */
  constructor(
    key: string,
    storage: Storage | undefined,
    random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array,
  ) {
    this.#key = key;
    this.#storage = storage;
    const kept = this.#read();
    this.id = kept?.id ?? newChatId(random);
    this.#lines = kept?.lines ?? [];
    if (kept === undefined) this.#write();
  }

  get lines(): readonly ChatLine[] {
    return this.#lines.map((line) => ({ ...line }));
  }

  add(line: ChatLine): void {
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
    this.#write();
  }

  /** For a file. */
  asJson(): string {
    return `${JSON.stringify({ id: this.id, messages: this.#lines }, null, 2)}\n`;
  }

  #read(): { id: string; lines: ChatLine[] } | undefined {
    try {
      const kept: unknown = JSON.parse(this.#storage?.getItem(this.#key) ?? '');
      if (typeof kept !== 'object' || kept === null) return undefined;
      const { id, lines } = kept as { id?: unknown; lines?: unknown };
      if (typeof id !== 'string' || !/^[A-Za-z0-9]{10}$/.test(id) || !Array.isArray(lines)) return undefined;
      return { id, lines: lines.filter(isLine) };
    } catch {
      return undefined;
    }
  }

  #write(): void {
    try {
      this.#storage?.setItem(this.#key, JSON.stringify({ id: this.id, lines: this.#lines }));
    } catch {
      // Full, or forbidden: it lasts as long as the page.
    }
  }
}

function isLine(value: unknown): value is ChatLine {
  if (typeof value !== 'object' || value === null) return false;
  const { role, content, atMs } = value as Record<string, unknown>;
  return (role === 'user' || role === 'assistant') && typeof content === 'string' && typeof atMs === 'number';
}
