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
const CHUNK = 200;
const MAX_QUERY_CHARS = 500;

/** One user's memories in memory, found by words. */
export class MemoryIndex {
  readonly #lines = new Map<number, MemoryLine>();
  readonly #timesMs = new Map<number, number>();
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
    this.#search.add(this.#taken(line));
  }

  /** Many, with breaths between, so that nothing else waits: thousands take a tenth of a second. */
  async addAll(lines: readonly MemoryLine[]): Promise<void> {
    await this.#search.addAllAsync(
      lines.map((line) => this.#taken(line)),
      { chunkSize: CHUNK },
    );
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
    const found = this.#search.search(query.slice(0, MAX_QUERY_CHARS));
    const ranked = found.map(({ id, score }) => ({
      id: Number(id),
      score: score * this.#youth(Number(id), nowMs),
    }));
    ranked.sort((a, b) => b.score - a.score);
    return ranked.slice(0, limit).flatMap(({ id }) => {
      const line = this.#lines.get(id);
      return line === undefined ? [] : [{ text: `User: ${line.user}\nYou: ${line.reply}`, at: line.at }];
    });
  }

  /** 1 for the old to 1.3 for what was said just now. */
  #youth(id: number, nowMs: number): number {
    const ageMs = nowMs - (this.#timesMs.get(id) ?? Number.NaN);
    return Number.isNaN(ageMs) ? 1 : 1 + YOUNG_BOOST * Math.exp(-Math.max(0, ageMs) / YOUNG_MS);
  }

  #taken(line: MemoryLine): Document {
    const id = this.#nextId++;
    this.#lines.set(id, line);
    this.#timesMs.set(id, Date.parse(line.at));
    return { id, user: line.user, reply: line.reply };
  }

  #remove(id: number): void {
    const line = this.#lines.get(id);
    if (line === undefined) return;
    this.#lines.delete(id);
    this.#timesMs.delete(id);
    this.#search.remove({ id, user: line.user, reply: line.reply });
  }
}
