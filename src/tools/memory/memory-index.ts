import type MiniSearch from 'minisearch';
import { searchTerms } from '../search-terms.js';
import type { Memory } from './long-term-memory.js';
import type { MemoryLine } from './memory-lines.js';

interface Document {
  readonly id: number;
  readonly user: string;
  readonly reply: string;
}

/** A passage that is a month younger counts a little more, when both fit as well. */
const YOUNG_MS = 30 * 86_400_000;
const YOUNG_BOOST = 0.3;

/** One user's memories in memory, found by words. */
export class MemoryIndex {
  readonly #lines = new Map<number, MemoryLine>();
  readonly #search: MiniSearch<Document>;
  #nextId = 0;

  constructor(search: MiniSearch<Document>) {
    this.#search = search;
  }

  /** Loads the search with the first memory. */
  static async empty(): Promise<MemoryIndex> {
    const { default: MiniSearch } = await import('minisearch');
    return new MemoryIndex(
      new MiniSearch<Document>({
        fields: ['user', 'reply'],
        tokenize: searchTerms,
        // Done by `searchTerms`.
        processTerm: (term) => term,
        // What the user said is what is remembered of them.
        searchOptions: { boost: { user: 2 }, combineWith: 'OR' },
      }),
    );
  }

  get size(): number {
    return this.#lines.size;
  }

  /** Oldest first. */
  get lines(): readonly MemoryLine[] {
    return [...this.#lines.values()];
  }

  add(line: MemoryLine): void {
    const id = this.#nextId++;
    this.#lines.set(id, line);
    this.#search.add({ id, user: line.user, reply: line.reply });
  }

  /** Forgets the oldest until `size` are left. */
  shrink(size: number): void {
    for (const id of this.#lines.keys()) {
      if (this.#lines.size <= size) return;
      this.#remove(id);
    }
  }

  forget(session: string): void {
    for (const [id, line] of this.#lines) if (line.session === session) this.#remove(id);
  }

  find(query: string, limit: number, nowMs: number): readonly Memory[] {
    const found = this.#search.search(query, {
      boostDocument: (id) => {
        const ageMs = nowMs - Date.parse(this.#lines.get(Number(id))?.at ?? '');
        return Number.isNaN(ageMs) ? 1 : 1 + YOUNG_BOOST * Math.exp(-Math.max(0, ageMs) / YOUNG_MS);
      },
    });
    return found.slice(0, limit).flatMap(({ id }) => {
      const line = this.#lines.get(Number(id));
      return line === undefined ? [] : [{ text: `User: ${line.user}\nYou: ${line.reply}`, at: line.at }];
    });
  }

  #remove(id: number): void {
    const line = this.#lines.get(id);
    if (line === undefined) return;
    this.#lines.delete(id);
    this.#search.remove({ id, user: line.user, reply: line.reply });
  }
}
