import type { Events } from '../control/messages.js';
import { make } from './dom.js';
import { METER_MIN_DB, MeterBallistics } from './meter-ballistics.js';
import { moveBar, TOLD_EVERY_MS, tellLevel } from './meter-bar.js';
import type { Words } from './words.js';

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
    if (this.#waiting.length === 0 && this.#level === 0) return;
    let levelDb = SILENCE_DB;
    let due = 0;
    for (const one of this.#waiting) {
      if (one.dueMs > nowMs) break;
      levelDb = Math.max(levelDb, one.levelDb);
      due++;
    }
    if (due > 0) this.#waiting.splice(0, due);
    const { level } = this.#ballistics.look(levelDb, levelDb, nowMs);
    if (level === this.#level) return;
    this.#level = level;
    moveBar(this.#bar, level);
    if (level > 0 && nowMs - this.#toldAtMs < TOLD_EVERY_MS) return;
    this.#toldAtMs = nowMs;
    this.#tell();
  }

  #tell(): void {
    tellLevel(this.element, METER_MIN_DB * (1 - this.#level), this.#words);
  }
}
