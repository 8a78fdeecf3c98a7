import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { type Clock, errorText, type Logger } from '../runtime/index.js';
import { fingerprintOf, hintOf, isKeyOf, isKeyShaped, type KeyEntry } from './access-key.js';
import { tooMuch } from './access-refusal.js';
import { type KeyFile, readKeyFile } from './key-file.js';

export interface KeyRingOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** @default what scrypt says */
  readonly isKeyOf?: (key: string, entry: KeyEntry) => Promise<boolean>;
}

/** So soon a key that was added or removed counts. */
const LOOK_AGAIN_MS = 2000;
/** scrypt works in Node's four threads, which files need too. */
const MAX_CHECKS = 2;
const MAX_WAITING = 64;

/**
 * The keys that open the gate, as their file has them now.
 *
 * A key is checked with scrypt once per process; after that it is known by its SHA-256, which is safe since a key has 256 random bits.
 * Keys of which no entry has the beginning are told wrong without scrypt. A file that cannot be read any more leaves the keys as they
 * were, and is warned of.
 */
export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #isKeyOf: (key: string, entry: KeyEntry) => Promise<boolean>;
  #file: KeyFile;
  #byFingerprint = new Map<string, KeyEntry>();
  /** SHA-256 of a key that was right, to the fingerprint of its entry: as many as there are entries, and a few that are gone. */
  readonly #verified = new Map<string, string>();
  readonly #underWay = new Map<string, Promise<KeyEntry | undefined>>();
  #checks = 0;
  readonly #waiting: (() => void)[] = [];
  #lookAgainMs: number;
  #look: Promise<void> | undefined;
  /** Told once. */
  #fault: string | undefined;

  /** @throws {BridgeError} BRIDGE_ERR_KEYS */
  static async open(options: KeyRingOptions): Promise<KeyRing> {
    return new KeyRing(options, await readKeyFile(options.path));
  }

  private constructor(options: KeyRingOptions, file: KeyFile) {
    this.#options = options;
    this.#isKeyOf = options.isKeyOf ?? isKeyOf;
    this.#lookAgainMs = options.clock.nowMs() + LOOK_AGAIN_MS;
    this.#file = file;
    this.#take(file);
  }

  get count(): number {
    return this.#byFingerprint.size;
  }

  /** Reads the file again when it is another, no more often than every two seconds. Never rejects. */
  async refresh(): Promise<void> {
    if (this.#look === undefined && this.#options.clock.nowMs() >= this.#lookAgainMs)
      this.#look = this.#lookAgain().finally(() => {
        this.#look = undefined;
      });
    await this.#look;
  }

  /** The entry of a key that was right before and is still there; does not wait. */
  known(key: string): KeyEntry | undefined {
    const fingerprint = this.#verified.get(digestOf(key));
    return fingerprint === undefined ? undefined : this.#byFingerprint.get(fingerprint);
  }

  /** The check of this key that is under way, if there is one: connections that open at the same moment share it. */
  underWay(key: string): Promise<KeyEntry | undefined> | undefined {
    return this.#underWay.get(digestOf(key));
  }

  /** @throws {AccessRefusal} 429 - too many keys wait to be checked. */
  async check(key: string): Promise<KeyEntry | undefined> {
    if (!isKeyShaped(key)) return undefined;
    return await this.#startCheck(key, digestOf(key));
  }

  /** The entry that has this fingerprint, as long as it is there. */
  entry(fingerprint: string): KeyEntry | undefined {
    return this.#byFingerprint.get(fingerprint);
  }

  #startCheck(key: string, digest: string): Promise<KeyEntry | undefined> {
    const hint = hintOf(key);
    const candidates = [...this.#byFingerprint.values()].filter((entry) => entry.hint === hint);
    if (candidates.length === 0) return Promise.resolve(undefined);
    if (this.#underWay.size >= MAX_WAITING) throw tooMuch('Too many keys are being checked', 1000);
    const check = this.#find(key, digest, candidates).finally(() => this.#underWay.delete(digest));
    this.#underWay.set(digest, check);
    return check;
  }

  async #find(key: string, digest: string, candidates: readonly KeyEntry[]): Promise<KeyEntry | undefined> {
    if (this.#checks >= MAX_CHECKS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#checks++;
    try {
      for (const entry of candidates) {
        if (!(await this.#isKeyOf(key, entry))) continue;
        const fingerprint = fingerprintOf(entry);
        // It may have been removed meanwhile.
        if (!this.#byFingerprint.has(fingerprint)) return undefined;
        this.#verified.set(digest, fingerprint);
        return entry;
      }
      return undefined;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#checks--;
      else next();
    }
  }

  async #lookAgain(): Promise<void> {
    const { path, clock, logger } = this.#options;
    try {
      const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      const stamp = found === undefined ? undefined : `${found.mtimeMs} ${found.size} ${found.ino}`;
      if (stamp === this.#file.stamp) return;
      this.#take(await readKeyFile(path));
      this.#fault = undefined;
      logger.info({ keys: this.count }, 'Keys read again');
    } catch (error) {
      const reason = errorText(error);
      if (reason !== this.#fault)
        logger.warn({ reason }, 'Keys could not be read again and stay as they were');
      this.#fault = reason;
    } finally {
      this.#lookAgainMs = clock.nowMs() + LOOK_AGAIN_MS;
    }
  }

  #take(file: KeyFile): void {
    this.#file = file;
    this.#byFingerprint = new Map(file.entries.map((entry) => [fingerprintOf(entry), entry]));
    for (const [digest, fingerprint] of this.#verified)
      if (!this.#byFingerprint.has(fingerprint)) this.#verified.delete(digest);
  }
}

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
