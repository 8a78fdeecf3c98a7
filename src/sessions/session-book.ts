import type { Caller, Role } from '../access/index.js';
import { type Clock, RequestError, type Timer } from '../runtime/index.js';
import { checkWish } from './check-wish.js';
import { Contexts } from './contexts.js';
import { Dictations } from './dictations.js';
import { Faults } from './faults.js';
import { Houses, type Personas } from './house.js';
import type {
  Dictation,
  Session,
  SessionFacts,
  Sessions,
  SessionVoice,
  SessionWish,
  SpokenSound,
  SynthesizeOptions,
  TranscribeOptions,
} from './session.js';
import { SpeechServices } from './speech-services.js';
import { TalkSession, type TalkSessionOptions } from './talk-session.js';

/** How many, and how long. */
export interface SessionLimits {
  /** In all. */
  readonly maxSessions: number;
  /** Of one caller. */
  readonly maxPerCaller: Readonly<Record<Role, number>>;
  /** One that no connection holds ends when it was quiet for so long, milliseconds. */
  readonly idleMs: number;
  /** One that is held frees what it can when it was quiet for so long. */
  readonly sleepMs: number;
  /** What was said is kept for so long behind its session. */
  readonly contextMs: number;
}

export const SESSION_LIMITS: SessionLimits = {
  maxSessions: 500,
  maxPerCaller: { visitor: 4, client: 200, operator: 500 },
  idleMs: 10 * 60_000,
  sleepMs: 5 * 60_000,
  contextMs: 60 * 60_000,
};

export interface SessionBookOptions
  extends Omit<TalkSessionOptions, 'houses' | 'contexts' | 'faults' | 'onClosed'> {
  readonly clock: Clock;
  readonly personas: Personas;
  readonly standardPersona: string;
  readonly limits?: Partial<SessionLimits> | undefined;
  /**
   * The avatar that a caller may speak on: the one that was asked for, or the one that is meant without a name.
   *
   * @throws {RequestError} BRIDGE_ERR_ACCESS
   * @default whichever was asked for
   */
  readonly laneFor?: ((caller: Caller, lane: string | undefined) => string | undefined) | undefined;
  /** A session was opened for the first time; for metrics. */
  readonly onOpened?: ((session: Session) => void) | undefined;
}

export interface SessionBook extends Sessions {
  /** Sessions that run take what has changed at their next turn. */
  replacePersonas(personas: Personas, standard: string): void;
  /** Silence, then everything ends. Idempotent. */
  close(): Promise<void>;
}

const SWEEP_MS = 15_000;
const CONTEXTS_PER_SESSION = 4;

/** All conversations of all callers, bounded in number and time. */
export function createSessions(options: SessionBookOptions): SessionBook {
  return new Book(options);
}

class Book implements SessionBook {
  readonly #options: SessionBookOptions;
  readonly #limits: SessionLimits;
  readonly #houses: Houses;
  readonly #contexts: Contexts;
  readonly #dictations: Dictations;
  readonly #speech: SpeechServices;
  readonly #faults: Faults;
  /** Those used last stand last. */
  readonly #sessions = new Map<string, TalkSession>();
  /** Of sessions that are not found any more, and still fall silent. */
  readonly #ending = new Set<Promise<void>>();
  #sweeper: Timer | undefined;
  #isClosed = false;

  constructor(options: SessionBookOptions) {
    this.#options = options;
    const { clock, personas, standardPersona: standard, ports, logger } = options;
    this.#limits = { ...SESSION_LIMITS, ...options.limits };
    this.#houses = new Houses({ personas, standard, ports, logger });
    this.#contexts = new Contexts({
      clock,
      max: this.#limits.maxSessions * CONTEXTS_PER_SESSION,
      idleMs: this.#limits.contextMs,
    });
    const faults = new Faults(logger);
    const houses = this.#houses;
    this.#faults = faults;
    this.#speech = new SpeechServices({ clock, houses, faults });
    this.#dictations = new Dictations({ clock, houses, faults, maxAtATime: this.#limits.maxSessions });
  }

  get personas(): readonly string[] {
    return this.#houses.names;
  }

  open(wish: SessionWish): Session {
    if (this.#isClosed) throw new RequestError('BRIDGE_ERR_TURN_REFUSED', 'The bridge is closing.');
    checkWish(wish);
    const key = keyOf(wish.caller, wish.name);
    const known = this.#sessions.get(key);
    if (known !== undefined) {
      this.#sessions.delete(key);
      this.#sessions.set(key, known);
      return known;
    }
    this.#houses.get(wish.persona);
    const voice = this.#voiceOf(wish);
    this.#makeRoom(wish.caller);
    const session = new TalkSession(
      { ...wish, voice },
      {
        ...this.#options,
        houses: this.#houses,
        contexts: this.#contexts,
        faults: this.#faults,
        onClosed: (one, ended) => this.#closed(key, one, ended),
      },
    );
    this.#sessions.set(key, session);
    this.#sweepLater();
    this.#options.onOpened?.(session);
    return session;
  }

  find(caller: Caller, name: string): Session | undefined {
    return this.#sessions.get(keyOf(caller, name));
  }

  list(caller: Caller): readonly SessionFacts[] {
    return [...this.#sessions.values()].filter((one) => isFor(caller, one)).map(({ facts }) => facts);
  }

  byId(caller: Caller, id: string): Session | undefined {
    return [...this.#sessions.values()].find((one) => one.id === id && isFor(caller, one));
  }

  synthesize(text: string, options: SynthesizeOptions): Promise<SpokenSound> {
    return this.#speech.synthesize(text, options);
  }

  transcribe(pcm: Uint8Array, options: TranscribeOptions): Promise<string> {
    return this.#speech.transcribe(pcm, options);
  }

  dictate(caller: Caller, options?: Pick<TranscribeOptions, 'language'>): Promise<Dictation> {
    return this.#dictations.open(caller, options);
  }

  replacePersonas(personas: Personas, standard: string): void {
    this.#houses.replace(personas, standard);
    for (const session of this.#sessions.values()) session.moveOn();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#sweeper?.cancel();
    await Promise.all([
      ...[...this.#sessions.values()].map((session) => session.end('shutdown')),
      ...this.#ending,
      this.#dictations.close(),
    ]);
    await this.#houses.close();
  }

  /** Whatever protocol it came by: not everybody who may converse may make an avatar speak. @throws {RequestError} BRIDGE_ERR_ACCESS */
  #voiceOf({ caller, voice }: SessionWish): SessionVoice {
    const { laneFor } = this.#options;
    return voice.to === 'avatar' && laneFor !== undefined
      ? { to: 'avatar', lane: laneFor(caller, voice.lane) }
      : voice;
  }

  #closed(key: string, session: TalkSession, ended: Promise<void>): void {
    if (this.#sessions.get(key) === session) this.#sessions.delete(key);
    this.#ending.add(ended);
    void ended.finally(() => this.#ending.delete(ended));
  }

  /** @throws {RequestError} BRIDGE_ERR_QUEUE_FULL */
  #makeRoom(caller: Caller): void {
    const { maxSessions, maxPerCaller } = this.#limits;
    const own = [...this.#sessions.values()].filter(({ wish }) => wish.caller.id === caller.id);
    const isTooManyOwn = own.length >= maxPerCaller[caller.role];
    if (!isTooManyOwn && this.#sessions.size < maxSessions) return;
    // A caller may displace its own only: nobody ends the conversation of another.
    const quiet =
      own.find((one) => !one.isBusy && !one.isHeld) ?? (isTooManyOwn ? undefined : this.#oldest());
    if (quiet === undefined)
      throw new RequestError(
        'BRIDGE_ERR_QUEUE_FULL',
        `${isTooManyOwn ? own.length : this.#sessions.size} sessions are open, and none of them is quiet. Close one, or try again later.`,
        { retryable: true },
      );
    void quiet.end('displaced');
  }

  /** That nobody holds, and that was quiet for a while. */
  #oldest(): TalkSession | undefined {
    return [...this.#sessions.values()].find(
      ({ isHeld, quietMs }) => !isHeld && quietMs > this.#limits.idleMs / 10,
    );
  }

  /** One timer for all. */
  #sweepLater(): void {
    this.#sweeper ??= this.#options.clock.after(SWEEP_MS, () => {
      this.#sweeper = undefined;
      this.#sweep();
      if (this.#sessions.size > 0) this.#sweepLater();
    });
  }

  #sweep(): void {
    const { idleMs, sleepMs } = this.#limits;
    for (const session of [...this.#sessions.values()]) {
      if (!session.isHeld && session.quietMs >= idleMs) void session.end('idle');
      else if (session.quietMs >= sleepMs) void session.sleep();
      else session.moveOn();
    }
    this.#contexts.sweep();
  }
}

function isFor(caller: Caller, { wish }: TalkSession): boolean {
  return caller.role === 'operator' || wish.caller.id === caller.id;
}

/** Neither holds control characters. */
function keyOf({ id }: Caller, name: string): string {
  return `${id}\n${name}`;
}
