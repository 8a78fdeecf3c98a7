import type { Utterance } from '../hearing/index.js';
import type { ToolSpec } from '../llm/index.js';
import type { RealtimeSession } from '../realtime/index.js';
import type { ToolBox } from '../tools/index.js';
import { EarlyTurn } from './early-turn.js';
import { RealtimeAnswer } from './realtime-answer.js';
import type { SaidElsewhere, SoundAnswer, SoundBrain, SoundQuestion } from './sound-brain.js';

export interface RealtimeBrainOptions {
  readonly session: RealtimeSession;
  /** What the session was opened with, to tell it only what is new. @default '' */
  readonly instructions?: string;
  readonly tools?: ToolBox | undefined;
  /** Requests in one turn: results of tools and pictures need one more each. @default 8 */
  readonly maxRounds?: number | undefined;
}

/**
 * A speech-to-speech model as the brain of a conversation: an utterance's sound goes in, the reply's sound comes out, and what was not
 * heard of it is forgotten by the model too. Turn taking stays with our own hearing.
 *
 * Before each request the session is told who the avatar is for this turn and which tools there are now, where that has changed.
 */
export class RealtimeBrain implements SoundBrain {
  readonly #options: RealtimeBrainOptions;
  #early: EarlyTurn | undefined;
  #told: string;

  constructor(options: RealtimeBrainOptions) {
    this.#options = options;
    this.#told = JSON.stringify([options.instructions ?? '', []]);
  }

  hear(utterance: Utterance): void {
    this.#early?.drop();
    this.#early = new EarlyTurn(this.#options.session, [utterance]);
  }

  unhear(utterance: Utterance): void {
    if (this.#early?.isOf(utterance) !== true) return;
    this.#early.drop();
    this.#early = undefined;
  }

  words(utterances: readonly Utterance[]): Promise<string | undefined> {
    if (this.#early?.isAllOf(utterances) !== true) {
      this.#early?.drop();
      this.#early = new EarlyTurn(this.#options.session, utterances);
    }
    return this.#early.write();
  }

  answer(question: SoundQuestion): SoundAnswer {
    const { utterances, images } = question;
    const early = this.#early;
    // Pictures go before the sound that is about them.
    const isEarly = early?.isAllOf(utterances) === true && images.length === 0;
    if (utterances.length > 0) {
      // One sound goes up at a time.
      if (!isEarly) early?.drop();
      this.#early = undefined;
    }
    const { session, tools, maxRounds = 8 } = this.#options;
    return new RealtimeAnswer({
      ...{ session, tools, maxRounds, question },
      early: isEarly ? early : undefined,
      tell: (instructions, specs) => this.#tell(instructions, specs),
    });
  }

  know({ user, reply }: SaidElsewhere): void {
    this.#options.session.know({
      said: [
        ...(user === '' ? [] : [{ role: 'user' as const, text: user }]),
        ...(reply === '' ? [] : [{ role: 'assistant' as const, text: reply }]),
      ],
    });
  }

  #tell(instructions: string, tools: readonly ToolSpec[]): void {
    const told = JSON.stringify([instructions, tools]);
    if (told === this.#told) return;
    this.#told = told;
    this.#options.session.update({ instructions, tools });
  }
}
