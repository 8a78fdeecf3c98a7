import { RealtimeBrain, type SoundAnswer, type SoundBrain, type SoundQuestion } from '../dialogue/index.js';
import type { Utterance } from '../hearing/index.js';
import type { LlmUsage } from '../llm/index.js';
import type { RealtimeSession } from '../realtime/index.js';
import { isAbortError, orAborted } from '../runtime/index.js';
import type { OfferedTools, ToolBox } from '../tools/index.js';

export interface LateBrainOptions {
  /** As in the settings. */
  readonly name: string;
  /** The system prompt, filled in. */
  readonly instructions: string;
  readonly tools?: ToolBox | undefined;
  /** Opens a session that knows what was said so far. @throws {ProviderError} BRIDGE_ERR_LLM_* */
  readonly open: () => Promise<RealtimeSession>;
}

interface Opened {
  readonly session: RealtimeSession;
  readonly brain: RealtimeBrain;
  /** What the session was told last, to tell it only what is new. */
  told: string;
}

type Spent = Omit<LlmUsage, 'engine' | 'retries'>;

const NOTHING: Spent = { requests: 0, failures: 0, inputTokens: 0, outputTokens: 0 };

/**
 * A speech-to-speech model whose session is opened when it is needed, opened anew after it could not be, and given up when the
 * conversation forgets: what was said is known to a session as long as it lasts.
 *
 * Before each turn the session is told which tools there are now.
 */
export class LateBrain implements SoundBrain {
  readonly #options: LateBrainOptions;
  #opened: Promise<Opened> | undefined;
  #now: Opened | undefined;
  /** By sessions that were given up, and by those that could not be opened. */
  #spent = NOTHING;
  #isClosed = false;

  constructor(options: LateBrainOptions) {
    this.#options = options;
  }

  /** So that the first turn need not wait. @throws {ProviderError} BRIDGE_ERR_LLM_*; the next turn tries again. */
  async prepare(): Promise<void> {
    await this.#open();
  }

  answer(question: SoundQuestion): SoundAnswer {
    return new LateAnswer(this.#ask(question));
  }

  /** Only where a session is there: what is said meanwhile is taken whole. */
  hear(utterance: Utterance): void {
    this.#now?.brain.hear(utterance);
  }

  unhear(utterance: Utterance): void {
    this.#now?.brain.unhear(utterance);
  }

  /** What was said is forgotten: the next turn is asked of a new session. */
  forget(): void {
    this.#spent = this.#sum();
    const opened = this.#opened;
    this.#opened = undefined;
    this.#now = undefined;
    void opened?.then(
      ({ session }) => session.close(),
      () => {},
    );
  }

  usage(): LlmUsage {
    return { engine: this.#options.name, retries: 0, ...this.#sum() };
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.forget();
  }

  async #ask(question: SoundQuestion): Promise<SoundAnswer> {
    const { tools } = this.#options;
    const { text, metadata, signal } = question;
    const opened = await orAborted(this.#open(), signal);
    const offered = await tools?.offered([{ role: 'user', text }], metadata, signal);
    signal.throwIfAborted();
    if (offered !== undefined) this.#tell(opened, offered);
    return opened.brain.answer(question);
  }

  #tell(opened: Opened, { specs, instructions }: OfferedTools): void {
    const told = JSON.stringify([specs, instructions]);
    if (told === opened.told) return;
    opened.told = told;
    opened.session.update({
      instructions: [this.#options.instructions, ...instructions].filter((text) => text !== '').join('\n\n'),
      tools: specs,
    });
  }

  async #open(): Promise<Opened> {
    this.#opened ??= this.#begin();
    const opening = this.#opened;
    try {
      const opened = await opening;
      if (this.#opened === opening) this.#now = opened;
      return opened;
    } catch (error) {
      // What is missing may be there the next time.
      if (this.#opened === opening) {
        this.#opened = undefined;
        if (!isAbortError(error)) this.#spent = { ...this.#spent, failures: this.#spent.failures + 1 };
      }
      throw error;
    }
  }

  async #begin(): Promise<Opened> {
    if (this.#isClosed) throw new DOMException('The conversation is closed', 'AbortError');
    const { open, tools } = this.#options;
    const session = await open();
    return { session, brain: new RealtimeBrain({ session, tools }), told: NO_TOOLS };
  }

  #sum(): Spent {
    if (this.#now === undefined) return this.#spent;
    const { responses, inputTokens, outputTokens } = this.#now.session.usage();
    return {
      requests: this.#spent.requests + responses,
      failures: this.#spent.failures,
      inputTokens: this.#spent.inputTokens + inputTokens,
      outputTokens: this.#spent.outputTokens + outputTokens,
    };
  }
}

const NO_TOOLS = JSON.stringify([[], []]);

/** An answer that can be listened to before it is asked for. */
class LateAnswer implements SoundAnswer {
  readonly given: SoundAnswer['given'];
  readonly userText: Promise<string | undefined>;
  readonly #asked: Promise<SoundAnswer>;
  #answer: SoundAnswer | undefined;

  constructor(asked: Promise<SoundAnswer>) {
    this.#asked = asked.then((answer) => {
      this.#answer = answer;
      return answer;
    });
    this.given = { sound: soundOf(this.#asked), transcript: transcriptOf(this.#asked) };
    this.userText = this.#asked.then(
      ({ userText }) => userText,
      () => undefined,
    );
  }

  async truncate(heardMs: number): Promise<void> {
    // Within the call where it can be: the next turn must not come before it.
    const answer = this.#answer ?? (await this.#asked.catch(() => undefined));
    await answer?.truncate(heardMs);
  }

  async cancel(): Promise<void> {
    const answer = this.#answer ?? (await this.#asked.catch(() => undefined));
    await answer?.cancel();
  }
}

async function* soundOf(asked: Promise<SoundAnswer>): AsyncGenerator<Sound> {
  yield* (await asked).given.sound;
}

type Sound = SoundAnswer['given']['sound'] extends AsyncIterable<infer T> ? T : never;

async function* transcriptOf(asked: Promise<SoundAnswer>): AsyncGenerator<string> {
  yield* (await asked).given.transcript;
}
