import type { Caller } from '../../src/access/index.js';
import { type Clock, Emitter, RequestError, type Timer } from '../../src/runtime/index.js';
import type {
  AskedTurn,
  Session,
  SessionEvents,
  SessionFacts,
  SessionLine,
  SessionQuestion,
  Sessions,
  SessionTuning,
  SessionTurnEnd,
  SessionWish,
} from '../../src/sessions/index.js';

const RATE_HZ = 24_000;
const STRETCH_MS = 100;
/** Louder than this is a voice, RMS of s16. */
const LOUD = 600;
const PAUSE_MS = 600;
const MIC_BYTES_PER_MS = 32;

export interface Manner {
  /** Of every reply. */
  replyMs: number;
  /** What the reply says, and with which face. */
  words: readonly string[];
  face: string;
  /** From the end of what was said to its turn. */
  understandsMs: number;
}

/**
 * A conversation as a page meets it, without engines: a voice is what is loud, a pause is found after 600 ms of quiet, and every reply
 * is a tone with lips, given faster than it is heard. It takes a client at its word about what is heard.
 */
export class ToneSession implements Session {
  readonly id: string;
  readonly wish: SessionWish;
  readonly events = new Emitter<SessionEvents>();
  readonly done: string[] = [];
  phase: Session['phase'] = 'idle';
  context = 'context';
  face = 'neutral';
  readonly isOperated = false;
  heardBytes = 0;
  readonly #clock: Clock;
  readonly #manner: Manner;
  #turn = 0;
  #isReplying = false;
  #isVoice = false;
  #quietMs = 0;
  #bargeIn = true;
  #ends: ((end: SessionTurnEnd) => void) | undefined;
  #next: Timer | undefined;
  #lines: SessionLine[] = [];

  constructor(id: string, wish: SessionWish, clock: Clock, manner: Manner) {
    this.id = id;
    this.wish = wish;
    this.#clock = clock;
    this.#manner = manner;
  }

  get isBusy(): boolean {
    return this.#isReplying;
  }

  get turns(): number {
    return this.#turn;
  }

  async ask({ text }: SessionQuestion): Promise<AskedTurn> {
    this.done.push(`ask ${text}`);
    if (text === 'refuse me') throw new RequestError('BRIDGE_ERR_TURN_REFUSED', 'A guard said no');
    return this.#begin('typed', text);
  }

  async say(text: string): Promise<AskedTurn> {
    return this.#begin('avatar', text);
  }

  async greet(): Promise<AskedTurn | undefined> {
    return undefined;
  }

  hear(pcm: Uint8Array): void {
    this.heardBytes += pcm.byteLength;
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    let squares = 0;
    for (let at = 0; at + 1 < pcm.byteLength; at += 2) squares += view.getInt16(at, true) ** 2;
    const isLoud = Math.sqrt((2 * squares) / pcm.byteLength) > LOUD;
    this.#quietMs = isLoud ? 0 : this.#quietMs + pcm.byteLength / MIC_BYTES_PER_MS;
    if (isLoud && !this.#isVoice) this.#voiceBegan();
    else if (this.#isVoice && this.#quietMs >= PAUSE_MS) this.endOfSpeech();
  }

  takeOver(): void {}

  handBack(): void {}

  endOfSpeech(): void {
    if (!this.#isVoice) return;
    this.done.push('endOfSpeech');
    this.#isVoice = false;
    this.events.emit('voice', false);
    this.events.emit('accepted');
    this.#clock.after(this.#manner.understandsMs, () => void this.#begin('voice', 'What I said'));
  }

  press(): void {}

  release(): void {}

  interrupt(): void {
    this.done.push('interrupt');
    this.#isVoice = false;
    this.#end('interrupted');
  }

  give(): void {}

  played(turn: number, heardMs: number): void {
    this.done.push(`played ${turn} ${Math.round(heardMs)}`);
    if (turn !== this.#turn || !this.#isReplying) return;
    const words = this.#manner.words.slice(
      0,
      Math.ceil((this.#manner.words.length * heardMs) / this.#manner.replyMs),
    );
    this.events.emit('heard', turn, words.join(' '));
    if (heardMs >= this.#manner.replyMs - 1) this.#end('completed');
  }

  tune({ bargeIn }: SessionTuning): void {
    this.#bargeIn = bargeIn ?? this.#bargeIn;
  }

  messages(): readonly SessionLine[] {
    return this.#lines;
  }

  async forget(): Promise<void> {
    this.done.push('forget');
    this.#lines = [];
    this.#end('interrupted');
  }

  hold(): () => void {
    return () => {};
  }

  async close(): Promise<void> {
    this.#next?.cancel();
    this.events.emit('closed', 'shutdown');
  }

  #voiceBegan(): void {
    if (this.#isReplying && !this.#bargeIn) return;
    this.#isVoice = true;
    this.events.emit('voice', true);
    this.events.emit('partial', 'What I');
    if (!this.#isReplying) return;
    this.events.emit('cut', this.#turn);
    this.#end('interrupted');
  }

  async #begin(by: 'typed' | 'voice' | 'avatar', text: string): Promise<AskedTurn> {
    if (this.#isReplying) this.events.emit('cut', this.#turn);
    this.#end('interrupted');
    const turn = ++this.#turn;
    this.#isReplying = true;
    this.#lines.push({ turn, role: 'user', text, outcome: 'completed' });
    const ended = new Promise<SessionTurnEnd>((resolve) => {
      this.#ends = resolve;
    });
    this.events.emit('turn', { turn, by, text, context: this.context });
    this.#next = this.#clock.after(200, () => this.#reply(turn, 0));
    return { turn, ended, cancel: () => this.interrupt() };
  }

  /** Twice as fast as it is heard. */
  #reply(turn: number, fromMs: number): void {
    const { replyMs, words, face } = this.#manner;
    if (fromMs === 0) {
      this.face = face;
      this.events.emit('face', face, replyMs);
      for (const [index, word] of words.entries())
        this.events.emit('piece', {
          ...{ turn, index, raw: `${word} `, text: `${word} `, cues: [], language: 'en', pcm: undefined },
          span: { startMs: 0, endMs: replyMs },
        });
    }
    const vowel = ['a', 'i', 'u', 'e', 'o'][(fromMs / STRETCH_MS) % 5] ?? 'a';
    this.events.emit('lips', turn, [{ phoneme: vowel, startMs: fromMs, endMs: fromMs + STRETCH_MS }]);
    this.events.emit('sound', { turn, fromMs, pcm: tone(fromMs), sampleRateHz: RATE_HZ });
    const nextMs = fromMs + STRETCH_MS;
    if (nextMs < replyMs) this.#next = this.#clock.after(STRETCH_MS / 2, () => this.#reply(turn, nextMs));
    else this.events.emit('given', turn, `${words.join(' ')} `, `${words.join(' ')} `);
  }

  #end(outcome: SessionTurnEnd['outcome']): void {
    if (!this.#isReplying) return;
    this.#isReplying = false;
    this.#next?.cancel();
    const reply = this.#manner.words.join(' ');
    this.#lines.push({ turn: this.#turn, role: 'assistant', text: reply, outcome });
    const end: SessionTurnEnd = {
      ...{ turn: this.#turn, outcome, context: this.context, user: '', reply, heard: reply },
      error: undefined,
      trace: {},
    };
    this.events.emit('ended', end);
    this.#ends?.(end);
  }
}

export class ToneSessions implements Sessions {
  readonly all: ToneSession[] = [];
  readonly personas = ['hana'];
  readonly manner: Manner = {
    replyMs: 2000,
    words: ['It', 'is', 'a', 'fine', 'day.'],
    face: 'joy',
    understandsMs: 150,
  };
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  open(wish: SessionWish): ToneSession {
    const known = this.find(wish.caller, wish.name);
    if (known !== undefined) return known;
    const session = new ToneSession(`s${this.all.length + 1}`, wish, this.#clock, this.manner);
    this.all.push(session);
    return session;
  }

  find(caller: Caller, name: string): ToneSession | undefined {
    return this.all.find(({ wish }) => wish.caller.id === caller.id && wish.name === name);
  }

  list(): readonly SessionFacts[] {
    return [];
  }

  byId(_caller: Caller, id: string): ToneSession | undefined {
    return this.all.find((session) => session.id === id);
  }

  /** The one that was opened last. */
  get last(): ToneSession {
    const last = this.all.at(-1);
    if (last === undefined) throw new Error('No session was opened');
    return last;
  }

  synthesize(): never {
    throw new Error('not asked for by this page');
  }

  transcribe(): never {
    throw new Error('not asked for by this page');
  }

  dictate(): never {
    throw new Error('not asked for by this page');
  }
}

function tone(fromMs: number): Uint8Array {
  const samples = (STRETCH_MS * RATE_HZ) / 1000;
  const first = (fromMs * RATE_HZ) / 1000;
  const pcm = new Int16Array(samples);
  for (let index = 0; index < samples; index++)
    pcm[index] = 6000 * Math.sin((2 * Math.PI * 220 * (first + index)) / RATE_HZ);
  return new Uint8Array(pcm.buffer);
}
