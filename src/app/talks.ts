import type { Chat } from '../chat/index.js';
import { type Clock, RequestError, type Timer } from '../runtime/index.js';
import type {
  TalkEvent,
  TalkerPort,
  TalkPicture,
  TalkPlace,
  TalkQuestion,
  TalkSaid,
  TellTalk,
} from '../server/index.js';
import { NO_TALK, Talk, type TalkHooks } from './talk.js';

export interface TalksOptions {
  readonly clock: Clock;
  /** Opens a conversation with the avatar of this lane. */
  readonly open: (lane: string | undefined, hooks: TalkHooks) => Promise<Chat>;
  /** At a time; beyond, the one that was quiet longest ends. @default 16 */
  readonly max?: number;
  /** A conversation in which nothing happens for so long ends. @default 30 minutes */
  readonly idleMs?: number;
}

interface Entry {
  readonly place: TalkPlace;
  readonly talk: Talk;
  idle: Timer | undefined;
}

const MAX_TALKS = 16;
const IDLE_MS = 30 * 60_000;

/** The conversations of all pages, bounded in number and time. */
export class Talks implements TalkerPort {
  readonly #options: TalksOptions;
  /** Those used last stand last. */
  readonly #entries = new Map<string, Entry>();
  readonly #watchers = new Map<string, { readonly session: string; readonly tells: Set<TellTalk> }>();
  #isClosed = false;

  constructor(options: TalksOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  knows(session: string): boolean {
    const isWatching = [...this.#watchers.values()].some((one) => one.session === session);
    return isWatching || [...this.#entries.values()].some(({ place }) => place.session === session);
  }

  said(place: TalkPlace): readonly TalkSaid[] {
    return this.#entries.get(keyOf(place))?.talk.said() ?? [];
  }

  watch(place: TalkPlace, tell: TellTalk): () => void {
    const key = keyOf(place);
    if (!tell(this.#entries.get(key)?.talk.state() ?? NO_TALK) || this.#isClosed) return () => {};
    const { session } = place;
    const { tells } = this.#watchers.get(key) ?? { tells: new Set<TellTalk>() };
    this.#watchers.set(key, { session, tells });
    // The same function may watch twice.
    const own: TellTalk = (event) => tell(event);
    tells.add(own);
    return () => this.#leave(key, own);
  }

  async ask(place: TalkPlace, question: TalkQuestion, tell: TellTalk): Promise<void> {
    const { talk } = this.#used(place);
    try {
      await talk.ask(question, tell);
    } finally {
      // One that could not be opened is none.
      if (!talk.isOpen && !talk.isBusy) this.#end(keyOf(place), talk);
    }
  }

  stop(place: TalkPlace): void {
    this.#entries.get(keyOf(place))?.talk.stop();
  }

  give(place: TalkPlace, picture: TalkPicture): void {
    const entry = this.#entries.get(keyOf(place));
    if (entry === undefined)
      throw new RequestError('BRIDGE_ERR_VISION', 'There is no conversation that waits for a picture.');
    entry.talk.give(picture);
  }

  async forget(place: TalkPlace): Promise<void> {
    const key = keyOf(place);
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#drop(key, entry);
    // Without one, too: what pages show may be of one that has ended.
    this.#news(key, { event: 'forgotten' });
    if (entry === undefined) return;
    try {
      await entry.talk.forget();
    } finally {
      await entry.talk.close();
    }
  }

  /** Silence, then everything ends. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const entries = [...this.#entries];
    this.#watchers.clear();
    for (const [key, entry] of entries) this.#drop(key, entry);
    await Promise.all(entries.map(([, { talk }]) => talk.close()));
  }

  #used(place: TalkPlace): Entry {
    if (this.#isClosed) throw new RequestError('BRIDGE_ERR_TURN_REFUSED', 'The bridge is closing.');
    const key = keyOf(place);
    const entry = this.#entries.get(key) ?? this.#begun(key, place);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#restart(key, entry);
    return entry;
  }

  #begun(key: string, place: TalkPlace): Entry {
    this.#makeRoom();
    const talk = new Talk({
      open: (hooks) => this.#options.open(place.lane, hooks),
      // One that has ended must not speak into the next.
      news: (event) => this.#entries.get(key)?.talk === talk && this.#news(key, event),
      isAddressed: () => this.#newestOf(place.lane) === talk,
      onAlive: () => {
        const entry = this.#entries.get(key);
        if (entry?.talk === talk) this.#restart(key, entry);
      },
    });
    return { place, talk, idle: undefined };
  }

  /** Of those with the same avatar. */
  #newestOf(lane: string | undefined): Talk | undefined {
    return [...this.#entries.values()].findLast(({ place }) => place.lane === lane)?.talk;
  }

  /** @throws {RequestError} BRIDGE_ERR_QUEUE_FULL - every one of them speaks. */
  #makeRoom(): void {
    const { max = MAX_TALKS } = this.#options;
    if (this.#entries.size < max) return;
    const quiet = [...this.#entries].find(([, { talk }]) => !talk.isBusy);
    if (quiet === undefined)
      throw new RequestError(
        'BRIDGE_ERR_QUEUE_FULL',
        `${max} conversations are under way. Try again when one of them is quiet.`,
        { retryable: true },
      );
    const [key, { talk }] = quiet;
    this.#end(key, talk);
  }

  #restart(key: string, entry: Entry): void {
    const { clock, idleMs = IDLE_MS } = this.#options;
    entry.idle?.cancel();
    entry.idle = clock.after(idleMs, () => {
      if (entry.talk.isBusy) this.#restart(key, entry);
      else this.#end(key, entry.talk);
    });
  }

  #end(key: string, talk: Talk): void {
    const entry = this.#entries.get(key);
    if (entry?.talk !== talk) return;
    this.#drop(key, entry);
    this.#news(key, NO_TALK);
    void talk.close();
  }

  /** @returns whether somebody reads it. */
  #news(key: string, event: TalkEvent): boolean {
    const { tells } = this.#watchers.get(key) ?? {};
    const isRead = [...(tells ?? [])].map((tell) => {
      const isThere = tell(event);
      if (!isThere) this.#leave(key, tell);
      return isThere;
    });
    return isRead.includes(true);
  }

  #leave(key: string, tell: TellTalk): void {
    const { tells } = this.#watchers.get(key) ?? {};
    tells?.delete(tell);
    if (tells?.size === 0) this.#watchers.delete(key);
  }

  #drop(key: string, entry: Entry): void {
    entry.idle?.cancel();
    this.#entries.delete(key);
  }
}

/** Sessions hold no blanks. */
function keyOf({ session, lane }: TalkPlace): string {
  return lane === undefined ? session : `${session} ${lane}`;
}
