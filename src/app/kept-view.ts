import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { KeptPort, KeptSound } from '../api/index.js';
import { conversationsFolder, type KeptToLook, openToLook, type SessionSummary } from '../kept/index.js';
import type { Clock, Logger } from '../runtime/index.js';

export interface KeptViewOptions {
  /** Section `keep`. */
  readonly section: unknown;
  readonly stateFolder: string | undefined;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is kept on disk, for the console: opened when somebody first looks, and never written. */
export class KeptView implements KeptPort {
  readonly #options: KeptViewOptions;
  #opening: Promise<KeptToLook> | undefined;

  constructor(options: KeptViewOptions) {
    this.#options = options;
  }

  async list(limit: number): ReturnType<KeptPort['list']> {
    const { kept, isOff } = await this.#opened();
    const sessions = (await kept.list({ limit })).map(told);
    const { recordings } = kept;
    return { store: isOff ? 'none' : kept.store, isOff, recordings, sessions };
  }

  async read(id: string): ReturnType<KeptPort['read']> {
    const { kept } = await this.#opened();
    const found = await kept.read(id);
    if (found === undefined) return undefined;
    const { records, recordings, damagedLines } = found;
    return {
      ...told(found),
      records: records.map(({ turn, by, startedAtMs, user, reply, heard, outcome, error, trace }) => ({
        ...{ turn, by, startedAtMs, user, reply, heard, outcome },
        ...(error === undefined ? {} : { error }),
        trace: { ...trace },
      })),
      recordings: recordings.map(({ turn, side }) => ({ turn, side })),
      damagedLines,
    };
  }

  async sound(id: string, turn: number, side: 'user' | 'avatar'): Promise<KeptSound | undefined> {
    const { kept } = await this.#opened();
    const recordings = (await kept.read(id))?.recordings ?? [];
    const path = recordings.find((one) => one.turn === turn && one.side === side)?.path;
    const size = path === undefined ? undefined : await stat(path).catch(() => undefined);
    if (path === undefined || size === undefined) return undefined;
    return { bytes: size.size, open: (start, end) => createReadStream(path, { start, end }) };
  }

  /** Idempotent. */
  async close(): Promise<void> {
    const opened = await this.#opening?.catch(() => undefined);
    await opened?.kept.close();
  }

  #opened(): Promise<KeptToLook> {
    const { section, stateFolder, platform, clock, logger } = this.#options;
    this.#opening ??= openToLook(section, {
      clock,
      logger,
      defaultFolder: conversationsFolder(stateFolder, platform),
    }).catch((error: unknown) => {
      // Asked again, it is tried again.
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }
}

function told({
  id,
  user,
  lane,
  language,
  startedAtMs,
  lastAtMs,
  turns,
  bytes,
}: SessionSummary): SessionSummary {
  return {
    ...{ id, startedAtMs, lastAtMs, turns, bytes },
    ...(user === undefined ? {} : { user }),
    ...(lane === undefined ? {} : { lane }),
    ...(language === undefined ? {} : { language }),
  };
}
