import type { Utterance } from '../hearing/index.js';
import type { History } from './history.js';
import type { Heard } from './listener.js';
import type { Judge } from './ports.js';
import type { NewTurn } from './turn-plan.js';
import type { TurnRun } from './turn-run.js';

interface Carried {
  readonly text: string;
  readonly fromMs: number;
  readonly startedMs: number;
  /** Whose words they were; undefined: of an utterance that was cut. */
  readonly of: TurnRun | undefined;
  readonly sound: readonly Utterance[];
}

/**
 * Words of the user that were not answered and go on: of a turn that was overtaken before more than a sound of it was heard, or of an utterance
 * that was cut because it was long. They leave the history until they are part of a turn again.
 */
export class CarriedWords {
  readonly #judge: Judge;
  readonly #history: History;
  #carried: Carried | undefined;

  constructor(judge: Judge, history: History) {
    this.#judge = judge;
    this.#history = history;
  }

  get isEmpty(): boolean {
    return this.#carried === undefined;
  }

  /** With what was carried before them. */
  joined(words: string): string {
    return this.#carried === undefined ? words : this.#judge.join(this.#carried.text, words);
  }

  /** The user goes on with the words of this turn. */
  takeUp(turn: TurnRun): void {
    const { text, fromMs, startedMs = fromMs, sound = [] } = turn.plan;
    this.#history.remove(turn.entry);
    // Words of a cut utterance may be waiting still.
    this.#carried = {
      text: this.joined(text),
      fromMs,
      startedMs,
      of: turn,
      sound: [...(this.#carried?.sound ?? []), ...sound],
    };
  }

  /** An utterance was cut: `text` is all so far. */
  carry({ utterance }: Heard, text: string): void {
    this.#carried = {
      text,
      fromMs: utterance.lastVoiceAtMs,
      startedMs: this.#carried?.startedMs ?? utterance.startedAtMs,
      of: undefined,
      sound: [...(this.#carried?.sound ?? []), utterance],
    };
  }

  /** A turn of an utterance with all that was carried; `text` as `joined` gave it. */
  plan({ utterance }: Heard, text: string): NewTurn {
    const { metadata, parameters, images } = this.#carried?.of?.plan ?? {};
    return {
      by: 'voice',
      text,
      fromMs: utterance.lastVoiceAtMs,
      startedMs: this.#carried?.startedMs ?? utterance.startedAtMs,
      metadata,
      parameters,
      images,
      sound: [...(this.#carried?.sound ?? []), utterance],
    };
  }

  /** What was carried as a turn of its own, because nothing follows. */
  takeAlone(): NewTurn | undefined {
    const carried = this.#carried;
    this.#carried = undefined;
    if (carried === undefined) return undefined;
    const { text, fromMs, startedMs, of, sound } = carried;
    const { by = 'voice', metadata, parameters, images } = of?.plan ?? {};
    return { by, text, fromMs, startedMs, metadata, parameters, images, sound };
  }

  /** A turn of another kind comes: an overtaken turn stands in the history again, unanswered. */
  putBack(): void {
    const turn = this.#carried?.of;
    if (turn === undefined) return;
    this.#carried = undefined;
    this.#history.add(turn.entry);
  }

  clear(): void {
    this.#carried = undefined;
  }
}
