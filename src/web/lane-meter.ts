import type { Events } from '../control/messages.js';
import { make } from './dom.js';
import { METER_MIN_DB, MeterBallistics } from './meter-ballistics.js';
import type { Words } from './words.js';

/** Screen readers hear of the level twice a second at most. */
const TOLD_EVERY_MS = 500;
/** A minute: nothing is streamed further ahead. */
const MAX_WAITING = 1500;
const SILENCE_DB = -120;

/** The level of what is streamed to an avatar, drawn when it is heard. Moves by transforms only. */
export class LaneMeter {
  readonly element = make('span', 'lane-meter');
  readonly #bar = make('span', 'lane-level');
  readonly #words: Words;
  readonly #ballistics = new MeterBallistics();
  readonly #waiting: { readonly dueMs: number; readonly levelDb: number }[] = [];
  #level = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(words: Words) {
    this.#words = words;
    this.element.append(this.#bar);
    this.element.setAttribute('role', 'meter');
    this.element.setAttribute('aria-valuemin', String(METER_MIN_DB));
    this.element.setAttribute('aria-valuemax', '0');
    this.#tell();
  }

  /** @param lane - for its name; in the language of the page. */
  name(lane: string): void {
    this.element.setAttribute('aria-label', this.#words.say('laneLevel', { lane }));
  }

  push({ startsInMs, stepMs, levelsDbfs }: Events['laneLevel'], nowMs: number): void {
    for (const [at, levelDb] of levelsDbfs.entries())
      this.#waiting.push({ dueMs: nowMs + startsInMs + at * stepMs, levelDb });
    if (this.#waiting.length > MAX_WAITING) this.#waiting.splice(0, this.#waiting.length - MAX_WAITING);
  }

  /** Of an animation frame. */
  draw(nowMs: number): void {
    let levelDb = SILENCE_DB;
    let due = 0;
    for (const one of this.#waiting) {
      if (one.dueMs > nowMs) break;
      levelDb = Math.max(levelDb, one.levelDb);
      due++;
    }
    this.#waiting.splice(0, due);
    const { level } = this.#ballistics.look(levelDb, levelDb, nowMs);
    if (level === this.#level) return;
    this.#level = level;
    this.#bar.style.transform = `translateX(${(100 * level - 100).toFixed(1)}%)`;
    if (level > 0 && nowMs - this.#toldAtMs < TOLD_EVERY_MS) return;
    this.#toldAtMs = nowMs;
    this.#tell();
  }

  #tell(): void {
    const db = String(Math.round(METER_MIN_DB * (1 - this.#level)));
    this.element.setAttribute('aria-valuenow', db);
    this.element.setAttribute('aria-valuetext', this.#words.say('micLevelText', { db }));
  }
}
