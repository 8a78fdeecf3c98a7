import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BridgeError,
  type Clock,
  errorText,
  type Logger,
  RequestError,
  type Timer,
} from '../runtime/index.js';
import { ActiveSession } from './active-session.js';
import type { KeepSettings } from './keep-settings.js';
import type {
  KeptConversations,
  KeptSession,
  SessionAbout,
  SessionQuery,
  SessionRecord,
  SessionSummary,
} from './kept-conversations.js';
import { DAY_MS, sessionsToRemove } from './retention.js';
import { isSessionId } from './session-id.js';
import type { SessionStore } from './session-store.js';
import { findSounds } from './turn-sounds.js';
import { WriteGuard } from './write-guard.js';

export interface StoredConversationsParts {
  readonly settings: KeepSettings;
  readonly store: SessionStore;
  /** Undefined where nothing goes to the disk. */
  readonly folder: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
}

const DEFAULT_LIMIT = 100;
/** Disks answer several questions as soon as one. */
const LOOKS_AT_ONCE = 16;

/** Conversations in a store, with their recordings and the time they may stay. */
export class StoredConversations implements KeptConversations {
  readonly #parts: StoredConversationsParts;
  readonly #active = new Map<string, ActiveSession>();
  /** Sessions that are being opened again. */
  readonly #resuming = new Set<string>();
  readonly #words: WriteGuard;
  readonly #sounds: WriteGuard;
  #timer: Timer | undefined;
  #sweeping: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(parts: StoredConversationsParts) {
    this.#parts = parts;
    this.#words = new WriteGuard(parts.logger, 'words');
    this.#sounds = new WriteGuard(parts.logger, 'sound');
  }

  get store(): KeptConversations['store'] {
    return this.#parts.settings.store;
  }

  get recordings(): boolean {
    return this.#parts.settings.recordings;
  }

  /** Sweeps now and every day until `close`. */
  keepInLimits(): void {
    if (this.store === 'none') return;
    this.#sweeping = this.sweep().catch((error: unknown) => {
      const fields = { code: 'BRIDGE_ERR_KEPT', reason: errorText(error) };
      this.#parts.logger.warn(fields, 'Old conversations could not be removed');
    });
    this.#timer = this.#parts.clock.after(DAY_MS, () => this.keepInLimits());
  }

  begin(about: SessionAbout = {}): KeptSession {
    return this.#open(this.#parts.newId(), about);
  }

  async resume(id: string): Promise<KeptSession | undefined> {
    if (!isSessionId(id) || this.#active.has(id) || this.#resuming.has(id)) return undefined;
    this.#resuming.add(id);
    try {
      const session = await this.#tried('read', () => this.#parts.store.read(id));
      return session === undefined ? undefined : this.#open(id, session.about, session.records);
    } finally {
      this.#resuming.delete(id);
    }
  }

  async list(query: SessionQuery = {}): Promise<readonly SessionSummary[]> {
    const { user, conversation, limit = DEFAULT_LIMIT } = query;
    const found: SessionSummary[] = [];
    const ids = [...(await this.#tried('list', () => this.#parts.store.ids()))];
    while (ids.length > 0) {
      const some = ids.splice(0, LOOKS_AT_ONCE).map((id) => this.#summary(id));
      for (const session of await Promise.all(some)) {
        if (session === undefined) continue;
        if (user !== undefined && session.user !== user) continue;
        if (conversation !== undefined && session.conversation !== conversation) continue;
        found.push(session);
      }
    }
    return found.sort((a, b) => b.lastAtMs - a.lastAtMs).slice(0, limit);
  }

  async read(id: string): Promise<SessionRecord | undefined> {
    if (!isSessionId(id)) return undefined;
    return await this.#tried('read', async () => {
      const session = await this.#parts.store.read(id);
      if (session === undefined) return undefined;
      const { about, records, startedAtMs, lastAtMs, damagedLines } = session;
      const { folder } = this.#parts;
      const sounds = folder === undefined ? NO_SOUNDS : await findSounds(join(folder, id));
      const bytes = session.bytes + sounds.bytes;
      const summary = { id, ...about, startedAtMs, lastAtMs, turns: records.length, bytes };
      return { ...summary, records, recordings: sounds.recordings, damagedLines };
    });
  }

  async forget(id: string): Promise<boolean> {
    if (!isSessionId(id)) return false;
    const active = this.#active.get(id);
    await active?.forget();
    const { store, folder } = this.#parts;
    const wasThere = await this.#tried('remove', async () => {
      // Recordings first: should this end halfway, the words still say whose they were.
      if (folder !== undefined && this.store === 'sqlite')
        await rm(join(folder, id), { recursive: true, force: true });
      return await store.remove(id);
    });
    return wasThere || active !== undefined;
  }

  async forgetUser(user: string): Promise<number> {
    const ofUser = (await this.list({ user, limit: Number.POSITIVE_INFINITY })).map(({ id }) => id);
    const active = [...this.#active.values()].filter(({ about }) => about.user === user);
    const ids = new Set([...ofUser, ...active.map(({ id }) => id)]);
    for (const id of ids) await this.forget(id);
    return ids.size;
  }

  async sweep(): Promise<number> {
    const { settings, clock, logger } = this.#parts;
    const all = await this.list({ limit: Number.POSITIVE_INFINITY });
    const quiet = all.filter(({ id }) => !this.#active.has(id));
    const ids = sessionsToRemove(quiet, settings, clock.wallMs());
    // Somebody may have gone on with one meanwhile.
    for (const id of ids) if (!this.#active.has(id) && !this.#resuming.has(id)) await this.forget(id);
    if (ids.length > 0)
      logger.info({ removed: ids.length, left: all.length - ids.length }, 'Old conversations removed');
    return ids.length;
  }

  async flush(): Promise<void> {
    await this.#sweeping;
    await Promise.all([...this.#active.values()].map((session) => session.flush()));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#sweeping;
    await Promise.all([...this.#active.values()].map((session) => session.end()));
    await this.#parts.store.close().catch(() => {});
  }

  async #summary(id: string): Promise<SessionSummary | undefined> {
    const { store, folder } = this.#parts;
    return await this.#tried('read', async () => {
      const session = await store.summary(id);
      if (session === undefined) return undefined;
      const { about, ...known } = session;
      const sounds = folder === undefined ? NO_SOUNDS : await findSounds(join(folder, id));
      return { id, ...about, ...known, bytes: known.bytes + sounds.bytes };
    });
  }

  #open(id: string, about: SessionAbout, earlier?: ActiveSession['earlier']): ActiveSession {
    const { store, folder, clock, settings } = this.#parts;
    const session: ActiveSession = new ActiveSession({
      id,
      about,
      earlier,
      store,
      soundFolder: settings.recordings ? folder : undefined,
      clock,
      words: this.#words,
      sounds: this.#sounds,
      onEnd: () => this.#active.delete(id),
    });
    this.#active.set(id, session);
    return session;
  }

  async #tried<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof BridgeError) throw error;
      const { folder } = this.#parts;
      const advice = 'Check the rights of the folder and that the disk works';
      throw new RequestError(
        'BRIDGE_ERR_KEPT',
        `Expected to ${what} kept conversations in ${folder ?? 'memory'}, got: ${errorText(error)}. ${advice}`,
        { cause: error },
      );
    }
  }
}

const NO_SOUNDS = { recordings: [], bytes: 0 } as const;
