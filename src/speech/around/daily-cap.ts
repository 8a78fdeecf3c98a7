import { appendFile, mkdir, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, errorText, ProviderError } from '../../runtime/index.js';

const FILE = /^speech-usage-\d{4}-\d{2}-\d{2}\.log$/;

export interface DailyCapOptions {
  readonly clock: Clock;
  /** Characters for each engine and day (UTC); 0: no limit, nothing is kept. */
  readonly characters: number;
  /** Where the day's use is kept; undefined: in memory, for this process alone. */
  readonly folder: string | undefined;
  /** Told once when the file cannot be used. */
  readonly warn: (text: string) => void;
}

/**
 * Holds every engine to so many characters per day (UTC), over all processes of this user.
 *
 * One file per day, to which each request adds a line before it is sent; lines so short are written whole, so that processes
 * need no lock. Two processes that ask in the same instant may pass the limit together by one request each. A file that cannot
 * be used does not make the bridge dumb: the count then lives in this process.
 */
export class DailyCap {
  readonly #options: DailyCapOptions;
  #day = '';
  readonly #inMemory = new Map<string, number>();
  #isFileBroken = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DailyCapOptions) {
    this.#options = options;
  }

  /**
   * Counts a request that is about to be sent.
   *
   * @throws {ProviderError} BRIDGE_ERR_SPEECH_CAP - it would pass the limit; nothing is counted then.
   */
  reserve(engine: string, characters: number): Promise<void> {
    if (this.#options.characters === 0) return Promise.resolve();
    // One after the other: sentences are asked for side by side.
    const reserved = this.#last.then(() => this.#reserve(engine, characters));
    this.#last = reserved.catch(() => {});
    return reserved;
  }

  async #reserve(engine: string, characters: number): Promise<void> {
    const { clock, characters: limit } = this.#options;
    const day = new Date(clock.wallMs()).toISOString().slice(0, 10);
    await this.#turnTo(day);
    const used = (await this.#read(day)).get(engine) ?? 0;
    if (used + characters > limit) {
      throw new ProviderError(
        'BRIDGE_ERR_SPEECH_CAP',
        `${engine} was given ${used} characters on ${day} (UTC) and may have ${limit}; these are ${characters} more. Raise speechCapCharacters (--speech-cap-characters), or use another engine`,
        { provider: engine },
      );
    }
    this.#inMemory.set(engine, (this.#inMemory.get(engine) ?? 0) + characters);
    await this.#write(day, `${characters} ${engine}\n`);
  }

  async #turnTo(day: string): Promise<void> {
    if (this.#day === day) return;
    this.#day = day;
    this.#inMemory.clear();
    const { folder } = this.#options;
    if (folder === undefined) return;
    const old = (await readdir(folder).catch(() => [])).filter((name) => FILE.test(name));
    const path = this.#path(folder, day);
    for (const name of old.map((file) => join(folder, file)).filter((file) => file !== path)) {
      await unlink(name).catch(() => {});
    }
  }

  async #read(day: string): Promise<ReadonlyMap<string, number>> {
    const { folder } = this.#options;
    if (folder === undefined || this.#isFileBroken) return this.#inMemory;
    const text = await readFile(this.#path(folder, day), 'utf8').catch((error: unknown) => {
      if (!isMissing(error)) this.#broken(error);
      return '';
    });
    if (this.#isFileBroken) return this.#inMemory;
    const used = new Map<string, number>();
    for (const [, count = '0', engine = ''] of text.matchAll(/^(\d{1,15}) (.+)$/gm)) {
      used.set(engine, (used.get(engine) ?? 0) + Number(count));
    }
    return used;
  }

  async #write(day: string, line: string): Promise<void> {
    const { folder } = this.#options;
    if (folder === undefined || this.#isFileBroken) return;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await appendFile(this.#path(folder, day), line, { mode: 0o600 });
    } catch (error) {
      this.#broken(error);
    }
  }

  #path(folder: string, day: string): string {
    return join(folder, `speech-usage-${day}.log`);
  }

  #broken(error: unknown): void {
    if (this.#isFileBroken) return;
    this.#isFileBroken = true;
    this.#options.warn(
      `What speech engines were given today cannot be kept (${errorText(error)}): the limit counts this process alone`,
    );
  }
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ENOENT';
}
