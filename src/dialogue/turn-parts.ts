import type { HeardReply, ReplyEnd } from '../reply/index.js';
import type { HistoryEntry } from './history-entry.js';
import type { Services } from './services.js';
import { SoundExchange } from './sound-exchange.js';
import type { Trace } from './trace.js';
import type { TurnPlan } from './turn-plan.js';
import type { TurnTeller } from './turn-teller.js';
import { TurnThought } from './turn-thought.js';
import { TurnVoice, type TurnVoiceOptions } from './turn-voice.js';

export interface TurnPartsOptions extends Pick<TurnVoiceOptions, 'watch' | 'onBroken' | 'onBlocked'> {
  readonly services: Services;
  readonly plan: TurnPlan;
  readonly entry: HistoryEntry;
  readonly teller: TurnTeller;
  readonly trace: Trace;
  /** Of the turn. */
  readonly signal: AbortSignal;
  /** Of the model and its tools. */
  readonly thinking: AbortSignal;
  readonly certain: Promise<void>;
}

/** What one turn is made of, opened as it is needed: a thought, a voice, or an exchange of sound in place of the thought. */
export class TurnParts {
  readonly #options: TurnPartsOptions;
  #voice: TurnVoice | undefined;
  #thought: TurnThought | undefined;
  #exchange: SoundExchange | undefined;

  constructor(options: TurnPartsOptions) {
    this.#options = options;
  }

  /** Undefined before it is opened. */
  get voice(): TurnVoice | undefined {
    return this.#voice;
  }

  /** Whether a brain that hears and speaks by itself answers. */
  get isOfSound(): boolean {
    const { services, plan } = this.#options;
    return services.ports.brain !== undefined && plan.given === undefined && !services.isOperated();
  }

  /** Others have their own time limits. */
  get waitsForOthers(): boolean {
    return this.#thought?.waitsForOthers === true || this.#exchange?.isWithTools === true;
  }

  get waitsForOperator(): boolean {
    return this.#thought?.waitsForOperator === true;
  }

  /** @throws what the voice throws. */
  openVoice(): TurnVoice {
    this.#voice = new TurnVoice({ ...this.#options, given: this.#exchange?.given });
    return this.#voice;
  }

  openThought(): TurnThought {
    this.#thought = new TurnThought({ ...this.#options, onAlive: this.#options.watch.onAlive });
    return this.#thought;
  }

  /** The brain is asked; `openVoice` then gives its sound. */
  openExchange(): void {
    const { services, thinking, watch } = this.#options;
    const { brain } = services.ports;
    if (brain === undefined) return;
    this.#exchange = new SoundExchange({
      ...this.#options,
      brain,
      signal: thinking,
      onAlive: watch.onAlive,
    });
  }

  /** The operator's words; undefined: the model shall answer. */
  answer(words: string | undefined): void {
    this.#thought?.answer(words);
  }

  /** What a microphone may hear of it. */
  get spokenText(): string {
    return this.#exchange?.text ?? this.#voice?.delivery.spokenText ?? '';
  }

  heard(): HeardReply | undefined {
    return this.#voice?.heard();
  }

  /** A brain forgets what was not heard. */
  truncate(heardMs: number): void {
    void this.#exchange?.truncate(heardMs);
  }

  /** A brain forgets the whole turn. */
  cancel(): void {
    void this.#exchange?.cancel();
  }

  /** Everything ends within the call; see `TurnVoice.silence`. */
  silence(): Promise<ReplyEnd | undefined> {
    this.#options.teller.silence();
    this.answer('');
    return this.#voice?.silence() ?? Promise.resolve(undefined);
  }
}
