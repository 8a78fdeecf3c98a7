import type { Caller } from '../../../src/access/index.js';
import { type Clock, Emitter, ProviderError, RequestError, sleep } from '../../../src/runtime/index.js';
import type {
  AskedTurn,
  Session,
  SessionEvents,
  SessionQuestion,
  Sessions,
  SessionTurnEnd,
  SessionWish,
  SpokenSound,
} from '../../../src/sessions/index.js';

/** How a question is answered. */
export interface Script {
  readonly pieces: readonly ScriptedPiece[];
  /** Before each piece. @default 0 */
  readonly gapMs?: number;
  /** Told instead of the rest, after the pieces. */
  readonly failure?: { readonly code: string; readonly message: string };
}

export interface ScriptedPiece {
  readonly text: string;
  /** Undefined: as long as the text; 0: nobody could speak it. */
  readonly soundMs?: number;
  readonly face?: string;
}

export interface ScriptedOptions {
  readonly clock: Clock;
  /** @default one piece for each sentence of `You said: …` */
  readonly reply?: (question: SessionQuestion, session: ScriptedSession) => Script;
  readonly transcribe?: (pcm: Uint8Array, signal: AbortSignal | undefined) => Promise<string> | string;
  /** Thrown by `open`. */
  readonly refuse?: () => Error | undefined;
}

/** Sessions that answer by a script and keep what they were asked: the port of every protocol, without any conversation behind it. */
export class ScriptedSessions implements Sessions {
  readonly personas = ['default'];
  /** What was made into sound. */
  readonly spoken: string[] = [];
  readonly opened = new Map<string, ScriptedSession>();
  readonly #options: ScriptedOptions;

  constructor(options: ScriptedOptions) {
    this.#options = options;
  }

  get all(): ScriptedSession[] {
    return [...this.opened.values()];
  }

  open(wish: SessionWish): ScriptedSession {
    const refusal = this.#options.refuse?.();
    if (refusal !== undefined) throw refusal;
    const key = `${wish.caller.id} ${wish.name}`;
    const session = this.opened.get(key) ?? new ScriptedSession(wish, this.#options);
    this.opened.set(key, session);
    return session;
  }

  find(caller: Caller, name: string): ScriptedSession | undefined {
    return this.opened.get(`${caller.id} ${name}`);
  }

  async transcribe(pcm: Uint8Array, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<string> {
    return (await this.#options.transcribe?.(pcm, signal)) ?? 'spoken words';
  }

  list(): never[] {
    return [];
  }

  byId(): undefined {
    return undefined;
  }

  /** As long as the script says of a piece with this text. */
  async synthesize(
    text: string,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<SpokenSound> {
    this.spoken.push(text);
    signal?.throwIfAborted();
    const soundMs = this.all.map(({ soundsMs }) => soundsMs.get(text)).find((ms) => ms !== undefined) ?? 0;
    if (soundMs === 0)
      throw new ProviderError('BRIDGE_ERR_SPEECH_BUSY', 'secret of the engine', { provider: 'x' });
    return { pcm: tone(soundMs, 24_000, 300 + (text.length % 10) * 40), sampleRateHz: 24_000 };
  }

  dictate(): never {
    throw new Error('not scripted');
  }
}

const NOTHING = { context: 'c', user: '', trace: {} } as const;

export class ScriptedSession implements Session {
  readonly id: string;
  readonly wish: SessionWish;
  readonly events = new Emitter<SessionEvents>();
  readonly phase = 'idle' as const;
  readonly face = 'neutral';
  readonly isOperated = false;
  readonly asked: SessionQuestion[] = [];
  /** How long a voice takes for a text. */
  readonly soundsMs = new Map<string, number>();
  /** As the model would read it. */
  readonly history: string[] = [];
  holds = 0;
  cancelled = 0;
  readonly #options: ScriptedOptions;
  #turn = 0;
  #last: Promise<unknown> = Promise.resolve();
  #running = 0;

  constructor(wish: SessionWish, options: ScriptedOptions) {
    this.wish = wish;
    this.id = `s-${wish.caller.id}-${wish.name}`;
    this.#options = options;
    for (const { role, text } of wish.said ?? []) this.history.push(`${role}: ${text}`);
  }

  get isBusy(): boolean {
    return this.#running > 0;
  }

  get context(): string {
    return `context of ${this.wish.name}`;
  }

  async ask(question: SessionQuestion): Promise<AskedTurn> {
    if (question.text === 'refused')
      throw new RequestError('BRIDGE_ERR_QUEUE_FULL', 'Too many conversations');
    this.asked.push(question);
    const before = this.#last;
    let settle: () => void = () => {};
    this.#last = new Promise<void>((resolve) => {
      settle = resolve;
    });
    if (question.ifBusy === 'queue') await before;
    const turn = ++this.#turn;
    const stop = new AbortController();
    this.#running++;
    const ended = this.#run(turn, question, stop.signal).finally(() => {
      this.#running--;
      settle();
    });
    return {
      turn,
      ended,
      cancel: () => {
        this.cancelled++;
        stop.abort();
      },
    };
  }

  async #run(turn: number, question: SessionQuestion, signal: AbortSignal): Promise<SessionTurnEnd> {
    const script = (this.#options.reply ?? echo)(question, this);
    this.history.push(`user: ${question.text}`);
    let text = '';
    const end = (outcome: SessionTurnEnd['outcome'], error?: SessionTurnEnd['error']): SessionTurnEnd => {
      this.history.push(`assistant: ${text}`);
      return { ...NOTHING, turn, outcome, user: question.text, reply: text, heard: text, error };
    };
    for (const [index, piece] of script.pieces.entries()) {
      try {
        await sleep(this.#options.clock, script.gapMs ?? 0, signal);
      } catch {
        return end('interrupted');
      }
      text += piece.text;
      this.#tell(turn, index, piece);
    }
    await Promise.resolve();
    if (script.failure !== undefined) return end('failed', script.failure);
    this.events.emit('given', turn, text, text.trim());
    return end('completed');
  }

  #tell(turn: number, index: number, { text, soundMs = 60 * text.length, face }: ScriptedPiece): void {
    this.soundsMs.set(text, soundMs);
    this.events.emit('piece', {
      turn,
      index,
      raw: text,
      text,
      cues: face === undefined ? [] : [{ name: 'face', value: face, durationMs: undefined, attributes: {} }],
      language: undefined,
      span: undefined,
      pcm: undefined,
    });
  }

  hold(): () => void {
    this.holds++;
    let isHeld = true;
    return () => {
      if (isHeld) this.holds--;
      isHeld = false;
    };
  }

  say(): never {
    throw new Error('not scripted');
  }
  greet(): never {
    throw new Error('not scripted');
  }
  hear(): void {}
  takeOver(): void {}

  handBack(): void {}

  endOfSpeech(): void {}
  press(): void {}
  release(): void {}
  interrupt(): void {}
  give(): void {}
  played(): void {}
  tune(): void {}
  messages(): never[] {
    return [];
  }
  async forget(): Promise<void> {}
  async close(): Promise<void> {}
}

function echo({ text }: SessionQuestion): Script {
  return { pieces: [{ text: 'You said: ', face: 'joy' }, { text: `${text}.` }] };
}

/** A soft tone, s16le mono. */
export function tone(lengthMs: number, rateHz: number, frequencyHz: number): Uint8Array {
  const samples = new Int16Array(Math.round((lengthMs * rateHz) / 1000));
  for (let n = 0; n < samples.length; n++)
    samples[n] = 3000 * Math.sin((2 * Math.PI * frequencyHz * n) / rateHz);
  return new Uint8Array(samples.buffer);
}
