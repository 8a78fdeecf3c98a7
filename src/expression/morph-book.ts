import type { Clock } from '../runtime/index.js';
import { bindFace, unbindFace } from './peer-messages.js';
import { Schedule } from './schedule.js';

/** A morph that is bound: MMDAgent-EX takes it from us and not from the content's motions until it is unbound. */
interface Bound {
  readonly kind: string;
  readonly fadeMs: number;
  /** Takes the unbinding that is under way back. */
  readonly stay: () => void;
}

/**
 * Behind a fade, so that the last step of it is drawn before the morph is the content's again; also where the fade was handed over
 * to begin a little later.
 */
const SETTLE_MS = 300;

/**
 * Which morphs are bound, for what kind of cue: the next of a kind, or `undo`, lets go of what it does not hold itself.
 *
 * Letting go is a fade to 0 and then MODEL_UNBINDFACE, since that alone would jump. A morph that two kinds want belongs to the
 * later one.
 */
export class MorphBook {
  readonly #model: string;
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  readonly #send: (message: () => string) => void;
  readonly #bound = new Map<string, Bound>();

  constructor(model: string, clock: Clock, send: (message: () => string) => void) {
    this.#model = model;
    this.#clock = clock;
    this.#schedule = new Schedule(clock);
    this.#send = send;
  }

  /** Binds these and lets go of others of the kind. */
  set(kind: string, weights: Readonly<Record<string, number>>, fadeMs: number): void {
    this.undo(kind, new Set(Object.keys(weights)));
    for (const [morph, weight] of Object.entries(weights)) {
      this.#bound.get(morph)?.stay();
      this.#bound.set(morph, { kind, fadeMs, stay: () => {} });
      this.#send(() => bindFace(this.#model, morph, weight, fadeMs));
    }
  }

  /** Lets go of all of a kind but some. */
  undo(kind: string, but: ReadonlySet<string> = new Set()): void {
    for (const [morph, bound] of this.#bound) {
      if (bound.kind !== kind || but.has(morph)) continue;
      this.#send(() => bindFace(this.#model, morph, 0, bound.fadeMs));
      const stay = this.#schedule.at(this.#clock.nowMs() + bound.fadeMs + SETTLE_MS, () =>
        this.#unbind(morph),
      );
      this.#bound.set(morph, { ...bound, kind: '', stay });
    }
  }

  /** Lets go of everything at once. */
  close(): void {
    this.#schedule.clear();
    for (const morph of [...this.#bound.keys()]) this.#unbind(morph);
  }

  #unbind(morph: string): void {
    this.#bound.delete(morph);
    this.#send(() => unbindFace(this.#model, morph));
  }
}
