import { RequestError } from '../runtime/index.js';
import { Answer } from './answer.js';
import type { Delivery } from './delivery.js';
import { givePieces } from './give-pieces.js';
import type { HistoryEntry } from './history-entry.js';
import { checkRequest } from './request-check.js';
import type { Services } from './services.js';
import { deferred, within } from './settled.js';
import { blockedText } from './sorry.js';
import type { Trace } from './trace.js';
import type { TurnPlan } from './turn-plan.js';
import type { TurnTeller } from './turn-teller.js';
import { UNWRITTEN } from './wordless-recognizer.js';

export interface TurnThoughtOptions {
  readonly services: Services;
  readonly plan: TurnPlan;
  readonly entry: HistoryEntry;
  readonly teller: TurnTeller;
  readonly trace: Trace;
  /** Of the turn. */
  readonly signal: AbortSignal;
  /** Of the model and its tools: fires earlier when only they must end. */
  readonly thinking: AbortSignal;
  /** Resolves when the turn is certain. */
  readonly certain: Promise<void>;
  readonly onAlive: () => void;
}

/** Where the words of one turn's reply come from: the model, somebody who gave them, or an operator. */
export class TurnThought {
  readonly #options: TurnThoughtOptions;
  readonly #operator = deferred<string | undefined>();
  #isWithModel = false;
  #isWithOperator = false;
  #isReworded = false;
  #parameters: Readonly<Record<string, string>>;

  constructor(options: TurnThoughtOptions) {
    this.#options = options;
    this.#parameters = options.plan.parameters ?? {};
  }

  /** Values of `{name}` in the system prompt, hooks' among them. */
  get parameters(): Readonly<Record<string, string>> {
    return this.#parameters;
  }

  /** A hook or guard put the question in other words. */
  get isReworded(): boolean {
    return this.#isReworded;
  }

  get waitsForOperator(): boolean {
    return this.#isWithOperator;
  }

  /** It waits for what has its own time limit: the model, its tools, the operator. */
  get waitsForOthers(): boolean {
    return this.#isWithModel || this.#isWithOperator;
  }

  /** The operator's words; undefined: the model shall answer. */
  answer(words: string | undefined): void {
    this.#operator.resolve(words);
  }

  /**
   * What is asked, after hooks and guards, and who answers.
   *
   * @returns a text when the model is not asked, with the error where that is a refusal.
   * @throws the signal's reason.
   */
  async question(): Promise<{ readonly given: string | undefined; readonly refused?: RequestError }> {
    const { plan, entry, teller, services, signal } = this.#options;
    if (plan.given !== undefined) {
      teller.start();
      return { given: plan.given };
    }
    if (!(await this.#knowsWords())) {
      teller.start();
      const say = blockedText(plan.text, services.settings.language);
      return { given: say, refused: refusal('the guards: nobody has written down what was said') };
    }
    const asked = entry.text;
    const checked = await checkRequest(services, teller.facts(), this.#parameters, {
      metadata: teller.about(),
      signal,
      blockedText: blockedText(plan.text, services.settings.language),
    });
    signal.throwIfAborted();
    this.#parameters = checked.parameters;
    this.#isReworded = checked.text !== asked;
    teller.metadata = checked.metadata;
    entry.text = checked.text;
    entry.images = checked.images;
    teller.start();
    if (checked.refused !== undefined) {
      const { say, by } = checked.refused;
      return { given: say, refused: refusal(by) };
    }
    return { given: services.isOperated() ? await this.#operatorsWords() : undefined };
  }

  /**
   * Everything that will be said, handed to the delivery.
   *
   * @throws {ProviderError} BRIDGE_ERR_LLM_*; the signal's reason.
   */
  async run(given: string | undefined, delivery: Delivery): Promise<void> {
    const { services, entry, teller, trace, thinking, certain, onAlive } = this.#options;
    const { ports, settings, history } = services;
    const reader = ports.openReader();
    const onPiece: Parameters<typeof givePieces>[1]['onPiece'] = (piece, kept) => {
      if (piece.text.trim() !== '') trace.mark('firstClause');
      delivery.add(piece, kept);
    };
    if (given !== undefined) {
      givePieces(given, { reader, entry, onPiece });
      return;
    }
    const answer = new Answer({
      clock: ports.clock,
      model: ports.model,
      reader,
      history,
      entry,
      settings,
      parameters: this.#parameters,
      metadata: teller.about(),
      signal: thinking,
      tools: ports.tools,
      eyes: ports.eyes,
      certain,
      onPiece,
      onText: (delta) => {
        onAlive();
        teller.text(delta);
      },
      onTool: (news) => {
        onAlive();
        teller.tool(news);
      },
      onVision: (source) => teller.vision(source),
      onFirstToken: () => trace.mark('firstToken'),
    });
    this.#isWithModel = true;
    try {
      await answer.run();
    } finally {
      this.#isWithModel = false;
    }
  }

  /**
   * Looks at the reply as a whole: what a guard makes of it is what the history keeps.
   *
   * @returns that; undefined: the reply as it is.
   */
  async checkWhole(): Promise<string | undefined> {
    const { services, plan, entry, teller, signal } = this.#options;
    const { guards } = services.ports;
    if (guards?.has('response') !== true || plan.given !== undefined) return undefined;
    const outcome = await guards.response(teller.about(), signal).whole(entry.reply());
    if (outcome.action === 'pass') return undefined;
    const text = outcome.text ?? '';
    entry.replaceReply(text);
    return text;
  }

  /**
   * Guards and hooks read words: of a voice that only a brain has heard they are awaited. What nobody has written down passes no guard.
   *
   * @throws the signal's reason.
   */
  async #knowsWords(): Promise<boolean> {
    const { services, entry, plan, signal } = this.#options;
    const { brain, guards, clock } = services.ports;
    const isGuarded = guards?.has('request') === true;
    const isRead = isGuarded || services.hooks.hasRequest;
    if (!isRead || services.isOperated() || !entry.text.includes(UNWRITTEN)) return true;
    const { recognitionMs } = services.settings.limits;
    this.#isWithModel = true;
    const words = await within(clock, recognitionMs, brain?.words?.(plan.sound ?? []) ?? NO_WORDS);
    this.#isWithModel = false;
    signal.throwIfAborted();
    if (words !== undefined) entry.text = words.trim();
    return words !== undefined || !isGuarded;
  }

  /** Undefined: the model answers, because it was handed back or the operator is away. */
  async #operatorsWords(): Promise<string | undefined> {
    const { ports, settings } = this.#options.services;
    this.#isWithOperator = true;
    const words = await within(ports.clock, settings.limits.operatorMs, this.#operator.promise);
    this.#isWithOperator = false;
    return words;
  }
}

const NO_WORDS = Promise.resolve(undefined);

function refusal(by: string): RequestError {
  return new RequestError('BRIDGE_ERR_GUARDRAIL', `The request was refused by ${by}. Ask something else.`);
}
