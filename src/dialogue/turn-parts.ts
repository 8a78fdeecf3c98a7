import type { HeardReply, ReplyEnd } from '../reply/index.js';
import type { HistoryEntry } from './history-entry.js';
import type { Services } from './services.js';
import { SoundTurn } from './sound-turn.js';
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

/** What one turn is made of, opened as it is needed: a thought and a voice, or a turn of sound that asks a brain. */
export class TurnParts {
  readonly #options: TurnPartsOptions;
  #voice: TurnVoice | undefined;
  #thought: TurnThought | undefined;
  #sound: SoundTurn | undefined;

  constructor(options: TurnPartsOptions) {
    this.#options = options;
  }

  /** Undefined before it is opened. */
  get voice(): TurnVoice | undefined {
    return this.#voice;
  }

  /** Undefined: no brain has been asked. */
  get sound(): SoundTurn | undefined {
    return this.#sound;
  }

  /** Whether a brain that hears and speaks by itself answers what nobody else does. */
  get hasBrain(): boolean {
    const { services, plan } = this.#options;
    return services.ports.brain !== undefined && plan.given === undefined;
  }

  /** Others have their own time limits. */
  get waitsForOthers(): boolean {
    return this.#thought?.waitsForOthers === true || this.#sound?.exchange.isWithTools === true;
  }

  get waitsForOperator(): boolean {
    return this.#thought?.waitsForOperator === true;
  }

  /** @throws what the voice throws. */
  openVoice(): TurnVoice {
    const exchange = this.#sound?.exchange;
    const voice = new TurnVoice({ ...this.#options, given: exchange?.given });
    this.#voice = voice;
    exchange?.follow(voice.reply);
    return voice;
  }

  openThought(): TurnThought {
    this.#thought = new TurnThought({ ...this.#options, onAlive: this.#options.watch.onAlive });
    return this.#thought;
  }

  /** The brain is asked; `openVoice` then gives its sound. @param allow - lets a voice be heard when the turn may. */
  openSound(thought: TurnThought, allow: (voice: TurnVoice) => void): SoundTurn | undefined {
    const { brain } = this.#options.services.ports;
    if (brain === undefined) return undefined;
    this.#sound = new SoundTurn({
      ...this.#options,
      ...{ brain, thought },
      voice: () => this.#voice,
      onVoice: (voice) => {
        this.#voice = voice;
        allow(voice);
      },
    });
    return this.#sound;
  }

  /** The operator's words; undefined: the model shall answer. */
  answer(words: string | undefined): void {
    this.#thought?.answer(words);
  }

  /** What a microphone may hear of it. */
  get spokenText(): string {
    const spoken = this.#voice?.delivery.spokenText ?? '';
    return `${this.#sound?.exchange.text ?? ''}${spoken}`;
  }

  heard(): HeardReply | undefined {
    return this.#joined(this.#voice?.heard());
  }

  /** What of it is the reply. @param heard - as `heard` and `silence` give it. */
  ofReply(heard: HeardReply): HeardReply {
    return this.#sound?.isInstead === true ? heard : (this.#voice?.delivery.ofReply(heard) ?? heard);
  }

  /** A brain forgets what was not heard. */
  truncate(heardMs: number): void {
    void this.#sound?.exchange.truncate(heardMs);
  }

  /** A brain forgets the whole turn. */
  cancel(): void {
    void this.#sound?.exchange.cancel();
  }

  /** Everything ends within the call; see `TurnVoice.silence`. */
  async silence(): Promise<ReplyEnd | undefined> {
    const { teller, services, plan } = this.#options;
    teller.silence();
    this.answer('');
    this.#sound?.exchange.silence();
    // What the brain has heard ahead of its answer is no question to it.
    if (this.#sound === undefined)
      for (const utterance of plan.sound ?? []) services.ports.brain?.unhear?.(utterance);
    const end = await this.#voice?.silence();
    return end && { ...end, heard: this.#joined(end.heard) ?? end.heard };
  }

  #joined(heard: HeardReply | undefined): HeardReply | undefined {
    return this.#sound === undefined ? heard : this.#sound.joined(heard);
  }
}
