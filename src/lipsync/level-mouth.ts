import type { LipEstimator, TimedPhoneme } from './timed-phoneme.js';

/** One way the mouth can be; the wider, the louder. */
interface Shape {
  readonly phoneme: string;
  /** It opens at this level or above, dB under the loud parts of the speech. */
  readonly fromDb: number;
}

const SAMPLE_RATE_HZ = 16_000;
const HOP_MS = 10;
const HOP_SAMPLES = (SAMPLE_RATE_HZ * HOP_MS) / 1000;
/** A shape must last so long to be shown: one frame of MMDAgent-EX. */
const MIN_HOPS = 4;
/** A shape that goes on is told at least so often. */
const TELL_HOPS = 5;
/** To go back to the narrower shape it must be so much quieter. */
const HYSTERESIS_DB = 3;
/** Quieter is silence in any case, dBFS. */
const SILENCE_DBFS = -60;
/** Loud parts are those that five in a hundred hops exceed. */
const LOUD_SHARE = 0.05;
/** Hops count half after so many: speakers and distances change. */
const HALF_LIFE_HOPS = 500;
const LOWEST_DBFS = -100;
/** Speech begins at about this; one loud hop alone must not make the rest quiet. */
const USUAL_LOUD_DBFS = -22;
const USUAL_HOPS = 4;

const SHAPES: readonly Shape[] = [
  { phoneme: 'sil', fromDb: Number.NEGATIVE_INFINITY },
  { phoneme: 't', fromDb: -30 },
  { phoneme: 'a', fromDb: -8 },
];

/**
 * A mouth that opens with the loudness: for sound of which nothing but the sound is known. It knows no vowels.
 *
 * Loudness is taken against the loud parts of the last seconds, so that gain does not matter; a shape is kept until the level
 * is clearly another, and at least one frame of MMDAgent-EX.
 */
export class LevelMouth implements LipEstimator {
  readonly lookAheadMs = HOP_MS * (MIN_HOPS + TELL_HOPS + 1);
  readonly #loudness = new LoudnessHistory();
  #squares = 0;
  #samples = 0;
  /** Of a sample that came in two pushes. */
  #oddByte: number | undefined;
  #lastDbfs = LOWEST_DBFS;
  #hop = 0;
  #shape = 0;
  /** Another shape since this hop; not shown yet. */
  #other: { readonly fromHop: number; shape: number } | undefined;
  #toldHop = 0;

  push(pcm: Uint8Array): readonly TimedPhoneme[] {
    const told: TimedPhoneme[] = [];
    let index = 0;
    if (this.#oddByte !== undefined && pcm.byteLength > 0) {
      this.#sample(this.#oddByte | ((pcm[0] ?? 0) << 8), told);
      this.#oddByte = undefined;
      index = 1;
    }
    for (; index + 1 < pcm.byteLength; index += 2)
      this.#sample((pcm[index] ?? 0) | ((pcm[index + 1] ?? 0) << 8), told);
    if (index < pcm.byteLength) this.#oddByte = pcm[index];
    return told;
  }

  end(): readonly TimedPhoneme[] {
    const told: TimedPhoneme[] = [];
    this.#tell(told, this.#hop);
    const endMs = this.#toldHop * HOP_MS;
    told.push({ phoneme: 'sil', startMs: endMs, endMs: endMs + MIN_HOPS * HOP_MS });
    return told;
  }

  #sample(unsigned: number, told: TimedPhoneme[]): void {
    const sample = (unsigned << 16) >> 16;
    this.#squares += sample * sample;
    if (++this.#samples < HOP_SAMPLES) return;
    const power = this.#squares / HOP_SAMPLES / 1_073_741_824;
    this.#squares = 0;
    this.#samples = 0;
    this.#hopEnded(Math.max(LOWEST_DBFS, 10 * Math.log10(power + 1e-12)), told);
  }

  #hopEnded(dbfs: number, told: TimedPhoneme[]): void {
    this.#loudness.add(dbfs);
    // The hop before counts too: one hop is shorter than a period of a deep voice.
    const levelDbfs = (dbfs + this.#lastDbfs) / 2;
    this.#lastDbfs = dbfs;
    const shape = levelDbfs < SILENCE_DBFS ? 0 : this.#shapeAt(levelDbfs - this.#loudness.loudDbfs);
    if (shape === this.#shape) this.#other = undefined;
    else if (this.#other === undefined) this.#other = { fromHop: this.#hop, shape };
    else this.#other.shape = shape;
    this.#hop++;
    if (this.#other !== undefined && this.#hop - this.#other.fromHop >= MIN_HOPS) {
      this.#tell(told, this.#other.fromHop);
      this.#shape = this.#other.shape;
      this.#other = undefined;
    }
    const certainHop = this.#other?.fromHop ?? this.#hop;
    if (certainHop - this.#toldHop >= TELL_HOPS) this.#tell(told, certainHop);
  }

  #shapeAt(relativeDb: number): number {
    let shape = 0;
    for (const [index, { fromDb }] of SHAPES.entries())
      if (relativeDb >= fromDb - (index <= this.#shape ? HYSTERESIS_DB : 0)) shape = index;
    return shape;
  }

  #tell(told: TimedPhoneme[], untilHop: number): void {
    if (untilHop <= this.#toldHop) return;
    const phoneme = SHAPES[this.#shape]?.phoneme ?? 'sil';
    told.push({ phoneme, startMs: this.#toldHop * HOP_MS, endMs: untilHop * HOP_MS });
    this.#toldHop = untilHop;
  }
}

/** How loud the loud parts are, from a histogram that forgets. */
class LoudnessHistory {
  readonly #bins = new Float64Array(-LOWEST_DBFS + 1);
  #total = USUAL_HOPS;
  #weight = 1;

  constructor() {
    this.#bins[USUAL_LOUD_DBFS - LOWEST_DBFS] = USUAL_HOPS;
  }

  /** Silence tells nothing of loudness. */
  add(dbfs: number): void {
    if (dbfs < SILENCE_DBFS) return;
    // New hops weigh more, which is the same as old ones weighing less.
    this.#weight *= 2 ** (1 / HALF_LIFE_HOPS);
    const bin = Math.min(this.#bins.length - 1, Math.round(dbfs - LOWEST_DBFS));
    this.#bins[bin] = (this.#bins[bin] ?? 0) + this.#weight;
    this.#total += this.#weight;
    if (this.#weight > 1e9) this.#scaleDown();
  }

  get loudDbfs(): number {
    let left = this.#total * LOUD_SHARE;
    for (let bin = this.#bins.length - 1; bin > 0; bin--) {
      left -= this.#bins[bin] ?? 0;
      if (left <= 0) return bin + LOWEST_DBFS;
    }
    return LOWEST_DBFS;
  }

  #scaleDown(): void {
    for (const [bin, weight] of this.#bins.entries()) this.#bins[bin] = weight / this.#weight;
    this.#total /= this.#weight;
    this.#weight = 1;
  }
}
