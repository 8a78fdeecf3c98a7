import type { Caller } from '../../../src/access/index.js';
import { Emitter, RequestError } from '../../../src/runtime/index.js';
import type {
  AskedTurn,
  Dictation,
  Session,
  SessionCue,
  SessionEvents,
  SessionPiece,
  SessionQuestion,
  Sessions,
  SessionTuning,
  SessionTurnEnd,
  SessionWish,
  SpokenSound,
} from '../../../src/sessions/index.js';

export interface PieceScript {
  readonly raw: string;
  readonly text?: string;
  readonly cues?: readonly Partial<SessionCue>[];
  /** Of sound, if the session gives any. @default 100 for words, else 0 */
  readonly ms?: number;
}

/** A session whose turns a test tells, step by step, or that answers every question with `reply`. */
export class FakeSession implements Session {
  readonly id: string;
  readonly wish: SessionWish;
  readonly events = new Emitter<SessionEvents>();
  phase: Session['phase'] = 'idle';
  isBusy = false;
  context: string;
  face = 'neutral';
  readonly isOperated = false;
  readonly asked: SessionQuestion[] = [];
  readonly heard: Uint8Array[] = [];
  readonly tunings: SessionTuning[] = [];
  readonly given: { id: string; picture: object }[] = [];
  readonly cancelled: number[] = [];
  interrupts = 0;
  forgets = 0;
  speechEnds = 0;
  holds = 0;
  isClosed = false;
  /** Thrown by `ask`. */
  refusal: Error | undefined;
  /** Run when a turn began; a test that leaves it out tells the turn itself. */
  reply: ((session: FakeSession, turn: number) => void) | undefined;
  #turns = 0;
  #index = 0;
  #atMs = 0;
  readonly #ends = new Map<number, (end: SessionTurnEnd) => void>();
  readonly #questions = new Map<number, string>();

  constructor(wish: SessionWish, id: string) {
    this.wish = wish;
    this.id = id;
    this.context = `context of ${wish.name}`;
    this.events.onListenerError = (error) => {
      throw error;
    };
  }

  async ask(question: SessionQuestion): Promise<AskedTurn> {
    this.asked.push(question);
    await undefined;
    if (this.refusal !== undefined) throw this.refusal;
    if (question.context !== undefined) this.context = question.context;
    const turn = this.begin(question.text, 'typed');
    const ended = new Promise<SessionTurnEnd>((resolve) => this.#ends.set(turn, resolve));
    this.reply?.(this, turn);
    return { turn, ended, cancel: () => this.#cancel(turn) };
  }

  /** @returns its number. */
  begin(text: string, by: 'typed' | 'voice' | 'avatar'): number {
    const turn = ++this.#turns;
    this.isBusy = true;
    this.#index = 0;
    this.#atMs = 0;
    this.#questions.set(turn, text);
    this.events.emit('turn', { turn, by, text, context: this.context });
    return turn;
  }

  piece(turn: number, { raw, text = raw, cues = [], ms = text.trim() === '' ? 0 : 100 }: PieceScript): void {
    const startMs = this.#atMs;
    this.#atMs += ms;
    this.events.emit('piece', this.#pieceOf(turn, { raw, text, cues }, startMs, ms));
  }

  /** Sound alone: what was thrown away, again. */
  again(turn: number, ms: number): void {
    this.events.emit('pieceAgain', this.#pieceOf(turn, { raw: '', text: '', cues: [] }, 0, ms));
  }

  finish(turn: number, raw: string, text = raw): void {
    this.events.emit('given', turn, raw, text);
    this.end(turn, { outcome: 'completed', reply: raw, heard: text });
  }

  end(turn: number, fields: Partial<SessionTurnEnd>): void {
    this.isBusy = false;
    const end: SessionTurnEnd = {
      turn,
      outcome: 'completed',
      context: this.context,
      user: this.#questions.get(turn) ?? '',
      reply: '',
      heard: '',
      error: undefined,
      trace: {},
      ...fields,
    };
    this.events.emit('ended', end);
    this.#ends.get(turn)?.(end);
  }

  hear(pcm: Uint8Array): void {
    this.heard.push(pcm);
  }

  tune(tuning: SessionTuning): void {
    this.tunings.push(tuning);
  }

  give(id: string, picture: { readonly image: string } | { readonly refused: string }): void {
    if ('image' in picture && !picture.image.startsWith('data:image/'))
      throw new RequestError('BRIDGE_ERR_USAGE', 'Expected a picture as data URL');
    this.given.push({ id, picture });
    this.events.emit('looked', id);
  }

  takeOver(): void {}

  handBack(): void {}

  interrupt(): void {
    this.interrupts++;
  }

  endOfSpeech(): void {
    this.speechEnds++;
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
    this.isClosed = true;
    this.events.emit('closed', 'asked');
  }

  async say(): Promise<AskedTurn> {
    throw new Error('not used');
  }

  async greet(): Promise<undefined> {
    return undefined;
  }

  press(): void {}
  release(): void {}
  played(): void {}
  messages(): readonly never[] {
    return [];
  }
  async forget(): Promise<void> {
    this.forgets++;
  }

  #cancel(turn: number): void {
    this.cancelled.push(turn);
    this.end(turn, { outcome: 'interrupted' });
  }

  #pieceOf(
    turn: number,
    { raw, text, cues }: { raw: string; text: string; cues: readonly Partial<SessionCue>[] },
    startMs: number,
    ms: number,
  ): SessionPiece {
    const { voice } = this.wish;
    const rateHz = voice.to === 'client' ? (voice.sampleRateHz ?? 24_000) : 0;
    return {
      turn,
      index: this.#index++,
      raw,
      text,
      cues: cues.map((cue) => ({ name: 'face', value: '', durationMs: undefined, attributes: {}, ...cue })),
      language: 'en',
      span: rateHz === 0 ? undefined : { startMs, endMs: startMs + ms },
      pcm: rateHz === 0 || ms === 0 ? undefined : new Uint8Array((rateHz * ms) / 500).fill(1),
    };
  }
}

/** Sessions of callers, and engines that hear and say what a test wants. */
export class FakeSessions implements Sessions {
  readonly personas: string[] = ['house', 'gene'];
  readonly opened: FakeSession[] = [];
  readonly dictations: FakeDictation[] = [];
  readonly transcribed: Uint8Array[] = [];
  /** What is heard in every sound. */
  words: string | Promise<string> = 'What did I say?';
  refusal: Error | undefined;
  reply: FakeSession['reply'];
  readonly #byName = new Map<string, FakeSession>();

  open(wish: SessionWish): FakeSession {
    if (this.refusal !== undefined) throw this.refusal;
    const key = `${wish.caller.id}\n${wish.name}`;
    const known = this.#byName.get(key);
    if (known !== undefined && !known.isClosed) return known;
    const session = new FakeSession(wish, `s${this.opened.length + 1}`);
    session.reply = this.reply;
    this.#byName.set(key, session);
    this.opened.push(session);
    return session;
  }

  /** The session that was opened last. */
  get last(): FakeSession {
    const last = this.opened.at(-1);
    if (last === undefined) throw new Error('No session was opened');
    return last;
  }

  find(caller: Caller, name: string): Session | undefined {
    return this.#byName.get(`${caller.id}\n${name}`);
  }

  list(): readonly never[] {
    return [];
  }

  byId(): undefined {
    return undefined;
  }

  async synthesize(text: string): Promise<SpokenSound> {
    if (this.refusal !== undefined) throw this.refusal;
    return { pcm: new Uint8Array(text.length * 2), sampleRateHz: 24_000 };
  }

  async transcribe(pcm: Uint8Array): Promise<string> {
    this.transcribed.push(pcm);
    return this.words;
  }

  async dictate(): Promise<FakeDictation> {
    if (this.refusal !== undefined) throw this.refusal;
    const dictation = new FakeDictation();
    this.dictations.push(dictation);
    return dictation;
  }
}

export class FakeDictation implements Dictation {
  readonly events: Dictation['events'] = new Emitter();
  readonly heard: Uint8Array[] = [];
  readonly tunings: object[] = [];
  isClosed = false;

  hear(pcm: Uint8Array): void {
    this.heard.push(pcm);
  }

  tune(tuning: object): void {
    this.tunings.push(tuning);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}
