import {
  RealtimeBrain,
  type SaidElsewhere,
  type SoundAnswer,
  type SoundBrain,
  type SoundQuestion,
} from '../dialogue/index.js';
import type { Utterance } from '../hearing/index.js';
import type { LlmUsage } from '../llm/index.js';
import type { RealtimeSession } from '../realtime/index.js';
import type { GivenPart } from '../reply/index.js';
import { isAbortError, orAborted } from '../runtime/index.js';
import type { ToolBox } from '../tools/index.js';

export interface LateBrainOptions {
  /** As in the settings. */
  readonly name: string;
  /** What a session is opened with: the system prompt, filled in. */
  readonly instructions: string;
  readonly tools?: ToolBox | undefined;
  /** Requests in one turn. @default 8 */
  readonly maxRounds?: number | undefined;
  /** Opens a session that knows what was said so far. @throws {ProviderError} BRIDGE_ERR_LLM_* */
  readonly open: () => Promise<RealtimeSession>;
}

interface Opened {
  readonly session: RealtimeSession;
  readonly brain: RealtimeBrain;
}

/** One session from the moment it is wanted. */
interface Line {
  readonly opened: Promise<Opened>;
  now: Opened | undefined;
  /** Under way: it is closed when it is given up and has none. */
  answers: number;
}

type Spent = Omit<LlmUsage, 'engine' | 'retries'>;

const NOTHING: Spent = { requests: 0, failures: 0, inputTokens: 0, outputTokens: 0 };

/**
 * A speech-to-speech model whose session is opened when it is needed, opened anew after it could not be, and given up when the
 * conversation forgets: what was said is known to a session as long as it lasts. One that is given up with an answer under way lasts to
 * the end of that.
 */
export class LateBrain implements SoundBrain {
  readonly #options: LateBrainOptions;
  #line: Line | undefined;
  /** Given up, with answers under way. */
  readonly #left = new Set<Line>();
  /** By sessions that are over, and by those that could not be opened. */
  #spent = NOTHING;
  #isClosed = false;

  constructor(options: LateBrainOptions) {
    this.#options = options;
  }

  /** So that the first turn need not wait. @throws {ProviderError} BRIDGE_ERR_LLM_*; the next turn tries again. */
  async prepare(): Promise<void> {
    await this.#current().opened;
  }

  answer(question: SoundQuestion): SoundAnswer {
    const line = this.#current();
    line.answers++;
    return new LateAnswer(this.#ask(question, line), question.signal, () => {
      line.answers--;
      if (line.answers === 0 && this.#left.has(line)) this.#leave(line);
    });
  }

  /** Only where a session is there: what is said meanwhile is taken whole. */
  hear(utterance: Utterance): void {
    this.#line?.now?.brain.hear(utterance);
  }

  unhear(utterance: Utterance): void {
    this.#line?.now?.brain.unhear(utterance);
  }

  async words(utterances: readonly Utterance[]): Promise<string | undefined> {
    try {
      const { brain } = await this.#current().opened;
      return await brain.words(utterances);
    } catch {
      // The answer will tell what is wrong.
      return undefined;
    }
  }

  /** A session that is opened later has it from the history. */
  know(said: SaidElsewhere): void {
    this.#line?.opened.then(
      ({ brain }) => brain.know(said),
      () => {},
    );
  }

  /** What was said is forgotten: the next turn is asked of a new session. */
  forget(): void {
    const line = this.#line;
    this.#line = undefined;
    if (line === undefined) return;
    this.#left.add(line);
    if (line.answers === 0) this.#leave(line);
  }

  usage(): LlmUsage {
    const spent = [this.#line, ...this.#left].map((line) => spentBy(line?.now)).reduce(sum, this.#spent);
    return { engine: this.#options.name, retries: 0, ...spent };
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.forget();
    for (const line of this.#left) this.#leave(line);
  }

  async #ask(question: SoundQuestion, line: Line): Promise<SoundAnswer> {
    const { brain } = await orAborted(line.opened, question.signal);
    question.signal.throwIfAborted();
    return brain.answer(question);
  }

  #current(): Line {
    if (this.#line !== undefined) return this.#line;
    const line: Line = { opened: this.#begin(), now: undefined, answers: 0 };
    this.#line = line;
    line.opened.then(
      (opened) => {
        line.now = opened;
      },
      (error: unknown) => {
        // What is missing may be there the next time.
        if (this.#line === line) this.#line = undefined;
        if (!isAbortError(error)) this.#spent = sum(this.#spent, { ...NOTHING, failures: 1 });
      },
    );
    return line;
  }

  async #begin(): Promise<Opened> {
    if (this.#isClosed) throw new DOMException('The conversation is closed', 'AbortError');
    const { open, tools, instructions, maxRounds } = this.#options;
    const session = await open();
    return { session, brain: new RealtimeBrain({ session, instructions, tools, maxRounds }) };
  }

  #leave(line: Line): void {
    this.#left.delete(line);
    this.#spent = sum(this.#spent, spentBy(line.now));
    void line.opened.then(
      ({ session }) => session.close(),
      () => {},
    );
  }
}

function spentBy(opened: Opened | undefined): Spent {
  if (opened === undefined) return NOTHING;
  const { responses, inputTokens, outputTokens } = opened.session.usage();
  return { requests: responses, failures: 0, inputTokens, outputTokens };
}

function sum(one: Spent, other: Spent): Spent {
  return {
    requests: one.requests + other.requests,
    failures: one.failures + other.failures,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
  };
}

/** An answer that can be listened to before it is asked for. */
class LateAnswer implements SoundAnswer {
  readonly sound: SoundAnswer['sound'];
  readonly userText: Promise<string | undefined>;
  readonly #asked: Promise<SoundAnswer>;
  #answer: SoundAnswer | undefined;
  #end: () => void = () => {};

  /** @param onOver - once: nothing more is wanted of the session. */
  constructor(asked: Promise<SoundAnswer>, signal: AbortSignal, onOver: () => void) {
    this.#asked = asked.then((answer) => {
      this.#answer = answer;
      return answer;
    });
    const ended = new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    if (signal.aborted) this.#end();
    signal.addEventListener('abort', this.#end, { once: true });
    this.#asked.catch(() => this.#end());
    this.sound = soundOf(this.#asked, () => this.#end());
    this.userText = this.#asked.then(
      ({ userText }) => userText,
      () => undefined,
    );
    // What the user said may be known later than what was answered.
    void Promise.allSettled([ended, this.userText]).then(onOver);
  }

  async truncate(heardMs: number): Promise<void> {
    // Within the call where it can be: the next turn must not come before it.
    const answer = this.#answer ?? (await this.#asked.catch(() => undefined));
    await answer?.truncate(heardMs);
  }

  async cancel(): Promise<void> {
    const answer = this.#answer ?? (await this.#asked.catch(() => undefined));
    await answer?.cancel();
    this.#end();
  }
}

async function* soundOf(asked: Promise<SoundAnswer>, onEnd: () => void): AsyncGenerator<GivenPart> {
  try {
    yield* (await asked).sound;
  } finally {
    onEnd();
  }
}
