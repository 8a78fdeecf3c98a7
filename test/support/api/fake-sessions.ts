import type { Caller } from '../../../src/access/index.js';
import { Emitter, RequestError } from '../../../src/runtime/index.js';
import type {
  AskedTurn,
  Dictation,
  Session,
  SessionEvents,
  SessionFacts,
  SessionLine,
  SessionQuestion,
  Sessions,
  SessionTuning,
  SessionTurnEnd,
  SessionWish,
  SpokenSound,
} from '../../../src/sessions/index.js';

/** What was done to a session, in order. */
export type Done = readonly [name: string, ...args: unknown[]];

/** A session that does what a test says: it notes what it is asked, and its events are emitted by the test. */
export class FakeSession implements Session {
  readonly id: string;
  readonly wish: SessionWish;
  readonly events = new Emitter<SessionEvents>();
  readonly done: Done[] = [];
  phase: Session['phase'] = 'idle';
  isBusy = false;
  context = 'context-1';
  face = 'neutral';
  isOperated = false;
  holds = 0;
  lines: SessionLine[] = [];
  turns = 0;
  /** Refuses the next turn. */
  refusal: Error | undefined;
  /** Turns begin when this settles. */
  gate: Promise<void> = Promise.resolve();
  readonly #ends = new Map<number, (end: SessionTurnEnd) => void>();

  constructor(id: string, wish: SessionWish) {
    this.id = id;
    this.wish = wish;
  }

  async ask(question: SessionQuestion): Promise<AskedTurn> {
    this.done.push(['ask', question]);
    return this.#begin();
  }

  async say(text: string, options?: object): Promise<AskedTurn> {
    this.done.push(['say', text, options]);
    return this.#begin();
  }

  async greet(): Promise<AskedTurn | undefined> {
    this.done.push(['greet']);
    return this.turns > 0 ? undefined : this.#begin();
  }

  hear(pcm: Uint8Array): void {
    this.done.push(['hear', [...pcm]]);
  }

  endOfSpeech(): void {
    this.done.push(['endOfSpeech']);
  }

  press(): void {
    this.done.push(['press']);
  }

  release(): void {
    this.done.push(['release']);
  }

  interrupt(): void {
    this.done.push(['interrupt']);
    this.isBusy = false;
  }

  takeOver(): void {
    this.done.push(['takeOver']);
    this.isOperated = true;
  }

  handBack(): void {
    this.done.push(['handBack']);
    this.isOperated = false;
  }

  give(id: string, picture: object): void {
    if (id === 'unknown')
      throw new RequestError('BRIDGE_ERR_VISION', 'Nothing with this number is waited for');
    this.done.push(['give', id, picture]);
  }

  played(turn: number, heardMs: number): void {
    this.done.push(['played', turn, heardMs]);
  }

  tune(tuning: SessionTuning): void {
    this.done.push(['tune', tuning]);
  }

  messages(): readonly SessionLine[] {
    return this.lines;
  }

  async forget(): Promise<void> {
    this.done.push(['forget']);
    this.lines = [];
  }

  hold(): () => void {
    this.holds++;
    let isHeld = true;
    return () => {
      if (isHeld) this.holds--;
      isHeld = false;
    };
  }

  async close(): Promise<void> {
    this.done.push(['close']);
    this.events.emit('closed', 'asked');
  }

  /** Ends a turn that was asked for. */
  end(turn: number, outcome: SessionTurnEnd['outcome'] = 'completed', reply = ''): void {
    this.isBusy = false;
    const end: SessionTurnEnd = {
      ...{ turn, outcome, context: this.context, user: 'asked', reply, heard: reply },
      error: undefined,
      trace: { firstToken: 12.5 },
    };
    this.events.emit('ended', end);
    this.#ends.get(turn)?.(end);
  }

  async #begin(): Promise<AskedTurn> {
    await this.gate;
    if (this.refusal !== undefined) throw this.refusal;
    const turn = ++this.turns;
    this.isBusy = true;
    const ended = new Promise<SessionTurnEnd>((resolve) => this.#ends.set(turn, resolve));
    this.events.emit('turn', { turn, by: 'typed', text: 'asked', context: this.context });
    return { turn, ended, cancel: () => this.done.push(['cancel', turn]) };
  }
}

/** Sessions of callers, kept apart as the port demands. */
export class FakeSessions implements Sessions {
  readonly all: FakeSession[] = [];
  readonly personas = ['hana', 'ken'];
  readonly heard: Uint8Array[] = [];
  max = 1000;

  open(wish: SessionWish): FakeSession {
    const known = this.#of(wish.caller, wish.name);
    if (known !== undefined) return known;
    if (this.all.length >= this.max)
      throw new RequestError('BRIDGE_ERR_QUEUE_FULL', 'Too many', { retryable: true });
    if (wish.persona !== undefined && !this.personas.includes(wish.persona))
      throw new RequestError('BRIDGE_ERR_TALK_UNKNOWN', 'No such persona');
    const session = new FakeSession(`s${this.all.length + 1}`, wish);
    session.events.on('closed', () => this.all.splice(this.all.indexOf(session), 1));
    this.all.push(session);
    return session;
  }

  find(caller: Caller, name: string): FakeSession | undefined {
    return this.#of(caller, name);
  }

  list(caller: Caller): readonly SessionFacts[] {
    return this.all.filter((one) => mayKnow(caller, one)).map(factsOf);
  }

  byId(caller: Caller, id: string): FakeSession | undefined {
    return this.all.find((one) => one.id === id && mayKnow(caller, one));
  }

  async synthesize(text: string): Promise<SpokenSound> {
    if (text === 'unspeakable') throw new RequestError('BRIDGE_ERR_SPEECH_TEXT', 'Nothing to be spoken');
    return { pcm: new Uint8Array([1, 0, 2, 0, 3, 0]), sampleRateHz: 24_000 };
  }

  async transcribe(pcm: Uint8Array): Promise<string> {
    this.heard.push(pcm);
    return 'words';
  }

  async dictate(): Promise<Dictation> {
    throw new Error('not asked for by this protocol');
  }

  /** The one that was opened last. */
  get last(): FakeSession {
    const last = this.all.at(-1);
    if (last === undefined) throw new Error('No session was opened');
    return last;
  }

  #of(caller: Caller, name: string): FakeSession | undefined {
    return this.all.find((one) => one.wish.caller.id === caller.id && one.wish.name === name);
  }
}

function mayKnow(caller: Caller, { wish }: FakeSession): boolean {
  return caller.role === 'operator' || wish.caller.id === caller.id;
}

function factsOf(session: FakeSession): SessionFacts {
  const { id, wish, phase } = session;
  const { name, by, user, persona = 'hana', voice } = wish;
  return {
    ...{ id, name, by, user, persona, voice, phase },
    caller: wish.caller.label,
    isHeld: session.holds > 0,
    isOperated: session.isOperated,
    turns: session.turns,
    sinceMs: 0,
    quietMs: 0,
  };
}
