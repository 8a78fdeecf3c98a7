import { SILENCE_DBFS } from '../audio/level.js';
import { byId } from './dom.js';
import { METER_MIN_DB, MeterBallistics, onScale } from './meter-ballistics.js';
import { moveBar, TOLD_EVERY_MS, tellLevel } from './meter-bar.js';
import type { MicSession } from './mic-session.js';
import type { Words } from './words.js';

const SILENT_MS = 3000;

/** The level of the microphone, what the gate makes of it, and whether it gives anything at all. Moves by transforms only. */
export class MicMeter {
  readonly #session: MicSession;
  readonly #words: Words;
  readonly #meter = byId('mic-meter');
  readonly #level = byId('mic-level');
  readonly #peak = byId('mic-peak');
  readonly #gate = byId('mic-gate');
  #ballistics = new MeterBallistics();
  #toldAtMs = 0;
  #soundAtMs = 0;
  #isSilent = false;

  constructor(session: MicSession, words: Words) {
    this.#session = session;
    this.#words = words;
  }

  /** Not one sample other than zero for a while: switched off by a key or by the system. */
  get isDigitallySilent(): boolean {
    return this.#isSilent;
  }

  /** Of an animation frame. */
  draw(nowMs: number): void {
    const { mic, feed } = this.#session;
    if (mic.status !== 'on') {
      this.#clear(nowMs);
      return;
    }
    const { levelDbfs, peakDbfs, thresholdDbfs, isOpen, isMuted } = this.#session.meter;
    // A look may fall between two frames: that says nothing about the microphone.
    if (peakDbfs > SILENCE_DBFS + feed.gainDb) this.#soundAtMs = nowMs;
    this.#isSilent = nowMs - this.#soundAtMs > SILENT_MS;
    const { level, peak, isHot } = this.#ballistics.look(levelDbfs, peakDbfs, nowMs);
    this.#meter.dataset['gate'] = isMuted ? 'muted' : isOpen ? 'open' : 'closed';
    this.#meter.dataset['hot'] = String(isHot);
    moveBar(this.#level, level);
    moveBar(this.#peak, peak);
    moveBar(this.#gate, thresholdDbfs === undefined ? 0 : onScale(thresholdDbfs));
    this.#tell(METER_MIN_DB * (1 - level), nowMs);
  }

  #clear(nowMs: number): void {
    this.#soundAtMs = nowMs;
    this.#isSilent = false;
    if (this.#meter.dataset['gate'] === 'off') return;
    this.#meter.dataset['gate'] = 'off';
    this.#meter.dataset['hot'] = 'false';
    this.#ballistics = new MeterBallistics();
    for (const part of [this.#level, this.#peak, this.#gate]) moveBar(part, 0);
    this.#tell(METER_MIN_DB, Number.POSITIVE_INFINITY);
    this.#toldAtMs = 0;
  }

  #tell(db: number, nowMs: number): void {
    if (nowMs - this.#toldAtMs < TOLD_EVERY_MS) return;
    this.#toldAtMs = nowMs;
    tellLevel(this.#meter, db, this.#words);
  }
}
