import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, errorText } from '../../runtime/index.js';
import type { SpeechPart } from '../synthesizer.js';
import { decodeEntry, encodeEntry } from './cache-entry.js';

const ENTRY = /^[0-9a-f]{64}\.speech$/;
const UNFINISHED = /^[0-9a-f]{64}\.[0-9a-f-]{36}\.part$/;
/** A process that writes an entry needs less; one that was killed never comes back. */
const ABANDONED_MS = 3_600_000;
/** Evicting goes on until this share is free, so that not every entry costs a look at all of them. */
const FREE_SHARE = 0.1;

export interface SpeechCacheOptions {
  readonly clock: Clock;
  readonly folder: string;
  /** All entries together. */
  readonly maxBytes: number;
  /** Told once when the folder cannot be used. */
  readonly warn: (text: string) => void;
}

/**
 * Answers of engines, kept on disk: one file each, in a folder only this user can read.
 *
 * Any number of processes may share the folder: an entry appears whole or not at all (written beside it, then renamed), and one
 * that vanishes under a reader is a miss. The longest unused go first; use is the file's time of change. A damaged entry is a
 * miss and is removed. A folder that cannot be used makes nothing fail.
 */
export class SpeechCache {
  readonly #options: SpeechCacheOptions;
  /** Undefined: not looked at yet. */
  #knownBytes: number | undefined;
  #pending: Promise<void> = Promise.resolve();
  #isBroken = false;

  constructor(options: SpeechCacheOptions) {
    this.#options = options;
  }

  /** The largest answer that is kept: an eighth of all, at most 32 MiB (memory holds it until it is whole). */
  get maxEntryBytes(): number {
    return Math.min(this.#options.maxBytes / 8, 33_554_432);
  }

  /** @returns undefined when it is not there. */
  async read(key: string): Promise<readonly SpeechPart[] | undefined> {
    const path = this.#pathOf(key);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) return undefined;
    const parts = decodeEntry(bytes);
    if (parts === undefined) {
      await unlink(path).catch(() => {});
      return undefined;
    }
    const now = new Date(this.#options.clock.wallMs());
    await utimes(path, now, now).catch(() => {});
    return parts;
  }

  /** Keeps an answer, some time soon; `whenIdle` tells when. */
  keep(key: string, parts: readonly SpeechPart[]): void {
    if (this.#isBroken) return;
    this.#pending = this.#pending.then(() => this.#write(key, parts)).catch((error) => this.#broken(error));
  }

  /** Resolves when everything given to `keep` is on disk. */
  async whenIdle(): Promise<void> {
    await this.#pending;
  }

  async #write(key: string, parts: readonly SpeechPart[]): Promise<void> {
    if (this.#isBroken) return;
    const bytes = encodeEntry(parts);
    if (bytes.byteLength > this.maxEntryBytes) return;
    const { folder, maxBytes, clock } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const part = join(folder, `${key}.${randomUUID()}.part`);
    try {
      const file = await open(part, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        const now = new Date(clock.wallMs());
        await file.utimes(now, now);
      } finally {
        await file.close();
      }
      await rename(part, this.#pathOf(key));
    } catch (error) {
      await unlink(part).catch(() => {});
      throw error;
    }
    this.#knownBytes = (this.#knownBytes ?? maxBytes) + bytes.byteLength;
    if (this.#knownBytes > maxBytes) await this.#evict();
  }

  async #evict(): Promise<void> {
    const { folder, maxBytes, clock } = this.#options;
    const entries: { path: string; bytes: number; usedMs: number }[] = [];
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (!ENTRY.test(name) && !UNFINISHED.test(name)) continue;
      const found = await stat(path).catch(() => undefined);
      if (found === undefined) continue;
      if (ENTRY.test(name)) entries.push({ path, bytes: found.size, usedMs: found.mtimeMs });
      else if (clock.wallMs() - found.mtimeMs > ABANDONED_MS) await unlink(path).catch(() => {});
    }
    let total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total > maxBytes) {
      entries.sort((a, b) => a.usedMs - b.usedMs);
      for (const { path, bytes } of entries) {
        if (total <= maxBytes * (1 - FREE_SHARE)) break;
        await unlink(path).catch(() => {});
        total -= bytes;
      }
    }
    this.#knownBytes = total;
  }

  #pathOf(key: string): string {
    return join(this.#options.folder, `${key}.speech`);
  }

  #broken(error: unknown): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#options.warn(`Speech is not kept for the next time: ${errorText(error)}`);
  }
}
