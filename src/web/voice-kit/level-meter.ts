import { VoiceLevel } from '../../audio/voice-level.js';
import { METER_MIN_DB, MeterBallistics } from '../meter-ballistics.js';
import type { Microphone } from '../microphone.js';

const TOLD_EVERY_MS = 500;

/** The level of the microphone as a bar. Moves by transforms only; screen readers hear of it twice a second at most. */
export class LevelMeter {
  readonly #meter: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #level = new VoiceLevel();
  readonly #ballistics = new MeterBallistics();
  #loudestDb = METER_MIN_DB;
  #toldAtMs = 0;

  constructor(mic: Pick<Microphone, 'events'>, meter: HTMLElement, bar: HTMLElement) {
    this.#meter = meter;
    this.#bar = bar;
    mic.events.on('frame', (samples) => {
      this.#level.measure(samples);
      this.#loudestDb = Math.max(this.#loudestDb, this.#level.levelDbfs);
    });
  }

  /** Of an animation frame. @param isOpen - what is said now is heard. */
  draw(nowMs: number, isOpen: boolean): void {
    const { level } = this.#ballistics.look(this.#loudestDb, this.#loudestDb, nowMs);
    this.#bar.style.transform = `translateX(${(100 * (level - 1)).toFixed(1)}%)`;
    this.#meter.dataset['open'] = String(isOpen);
    if (nowMs - this.#toldAtMs > TOLD_EVERY_MS) {
      this.#toldAtMs = nowMs;
      this.#meter.setAttribute('aria-valuenow', String(Math.round(METER_MIN_DB * (1 - level))));
    }
    this.#loudestDb = METER_MIN_DB;
  }
}
