import type { Clock } from '../runtime/index.js';
import { motionAdd, motionDelete } from './peer-messages.js';
import { Schedule } from './schedule.js';
import type { MotionAction } from './settings.js';

interface Motion {
  readonly kind: string;
  readonly isPart: boolean;
  readonly isLoop: boolean;
}

/**
 * MOTION_DELETE acts on the next frame; until then the name is swapped and not started anew. Two frames at 15 a second, and as much
 * again for a deletion that was handed over to act a little later.
 */
const GONE_MS = 300;

/**
 * Which motions were started, so that they do not fight: a repeated one ends before the next of its kind, and one that should run
 * another way (repeated, whole body) under the name of an earlier one is started anew, since a swap keeps the way.
 *
 * @source MMDAgent.cpp addMotion(), MotionManager.cpp swapMotion(), getRunning(), deleteMotion()
 */
export class MotionBook {
  readonly #model: string;
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  readonly #send: (message: () => string) => void;
  /** By name; once-motions too, for nothing tells when they end. */
  readonly #motions = new Map<string, Motion>();
  /** Starts that wait for a name to be free. */
  readonly #starting = new Map<string, () => void>();

  constructor(model: string, clock: Clock, send: (message: () => string) => void) {
    this.#model = model;
    this.#clock = clock;
    this.#schedule = new Schedule(clock);
    this.#send = send;
  }

  start(kind: string, action: MotionAction): void {
    const motion: Motion = { kind, isPart: action.part !== false, isLoop: action.loop === true };
    const alias = action.alias ?? standardAlias(motion);
    const before = this.#motions.get(alias);
    this.undo(kind, alias);
    this.#starting.get(alias)?.();
    this.#starting.delete(alias);
    this.#motions.set(alias, motion);
    const add = (): void =>
      this.#send(() => motionAdd(this.#model, { alias, motion: action.motion, ...motion }));
    if (before === undefined || (before.isPart === motion.isPart && before.isLoop === motion.isLoop)) {
      add();
      return;
    }
    this.#send(() => motionDelete(this.#model, alias));
    const free = (): void => {
      this.#starting.delete(alias);
      add();
    };
    this.#starting.set(alias, this.#schedule.at(this.#clock.nowMs() + GONE_MS, free));
  }

  /** Ends the repeated motions of a kind. @param but - the name of one that goes on. */
  undo(kind: string, but?: string): void {
    for (const [alias, motion] of this.#motions) {
      if (motion.kind !== kind || !motion.isLoop || alias === but) continue;
      this.#motions.delete(alias);
      this.#starting.get(alias)?.();
      this.#starting.delete(alias);
      this.#send(() => motionDelete(this.#model, alias));
    }
  }

  close(): void {
    this.#schedule.clear();
    for (const { kind } of [...this.#motions.values()]) this.undo(kind);
    this.#motions.clear();
  }
}

/** `action` is the name that the ChatGPT document gives to what faces do; gestures must not end it. */
function standardAlias({ kind, isPart, isLoop }: Motion): string {
  return `${kind === 'face' ? 'action' : kind}${isPart ? '' : '-full'}${isLoop ? '-loop' : ''}`;
}
