import { LoudnessMeter } from '../../audio/index.js';
import { BoostLimiter } from './boost-limiter.js';
import { toFloats, toPcm16 } from './pcm16.js';

/** A voice needs no more; a recording that does is noise or silence. */
const MAX_BOOST_DB = 15;
const MAX_CUT_DB = 20;
/** One block of BS.1770; of less sound nobody can tell how loud it is. */
const MEASURABLE_MS = 400;
/** Slow enough not to be heard as pumping. */
const SLEW_DB_PER_S = 4;
/** Less of a difference is not worth touching the samples for. */
const UNHEARD_DB = 0.25;

/** How loud a voice was found to be. */
export interface VoiceLevel {
  readonly lufs: number;
  readonly seconds: number;
}

export interface LevelRideOptions {
  readonly sampleRateHz: number;
  readonly targetLufs: number;
  /** From earlier sentences of the same voice. */
  readonly known: VoiceLevel | undefined;
}

/**
 * Brings one sentence to the loudness of all, while it streams.
 *
 * A voice heard before gets one steady gain from its first sample. A new one begins as it is (or, where its first part alone is
 * long enough to be measured, with the right gain at once) and is led towards the target by at most 4 dB a second. No gain passes
 * +15 or -20 dB and nothing is cut off (`BoostLimiter`); a difference under 0.25 dB leaves every bit as it was.
 */
export class LevelRide {
  readonly #options: LevelRideOptions;
  readonly #meter: LoudnessMeter;
  readonly #limiter: BoostLimiter;
  #samples = 0;
  #gainDb: number | undefined;

  constructor(options: LevelRideOptions) {
    this.#options = options;
    this.#meter = new LoudnessMeter(options.sampleRateHz);
    this.#limiter = new BoostLimiter(options.sampleRateHz);
    if (options.known !== undefined) this.#gainDb = this.#gainFor(options.known.lufs);
  }

  /** @param pcm - s16le, whole samples. @returns As much sound, new or the same array. */
  push(pcm: Uint8Array): Uint8Array {
    const samples = toFloats(pcm);
    this.#meter.push(samples);
    this.#samples += samples.length;
    const isFirst = this.#gainDb === undefined;
    const wantedDb = this.#wantedDb();
    const reachDb = (SLEW_DB_PER_S * samples.length) / this.#options.sampleRateHz;
    const fromDb = this.#gainDb ?? wantedDb;
    const toDb = isFirst ? wantedDb : fromDb + Math.max(-reachDb, Math.min(reachDb, wantedDb - fromDb));
    this.#gainDb = toDb;
    if (fromDb === 0 && toDb === 0) return pcm;
    this.#limiter.apply(samples, 10 ** (fromDb / 20), 10 ** (toDb / 20));
    return toPcm16(samples);
  }

  /** How loud the sentence was by itself; undefined when too little was heard to tell. */
  measured(): VoiceLevel | undefined {
    const seconds = this.#samples / this.#options.sampleRateHz;
    const { integratedLufs } = this.#meter.measure();
    const isEnough = seconds * 1000 >= MEASURABLE_MS && integratedLufs !== undefined;
    return isEnough ? { lufs: integratedLufs, seconds } : undefined;
  }

  #wantedDb(): number {
    const { known } = this.#options;
    if (known !== undefined) return this.#gainFor(known.lufs);
    const found = this.measured();
    return found === undefined ? (this.#gainDb ?? 0) : this.#gainFor(found.lufs);
  }

  #gainFor(lufs: number): number {
    const db = Math.max(-MAX_CUT_DB, Math.min(MAX_BOOST_DB, this.#options.targetLufs - lufs));
    return Math.abs(db) < UNHEARD_DB ? 0 : db;
  }
}
