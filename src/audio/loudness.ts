/** Loudness and peak of a whole sound. */
export interface LoudnessMeasure {
  /** Integrated loudness in LUFS; undefined when all of it is below the absolute gate (silence). */
  readonly integratedLufs: number | undefined;
  /** Largest sample, linear, 1 = full scale. */
  readonly peak: number;
}

const ABSOLUTE_GATE_LUFS = -70;
const RELATIVE_GATE_LU = -10;
const OFFSET_LUFS = -0.691;
/** Histogram of block loudness: -70 to +30 LUFS in steps of 0.1 LU; memory does not grow with the sound. */
const BIN_LU = 0.1;
const BIN_COUNT = 1_000;
const STEPS_PER_BLOCK = 4;

/**
 * Integrated loudness of mono sound after ITU-R BS.1770-4: K-weighting, 400 ms blocks that overlap by 75 %,
 * absolute gate at -70 LUFS and relative gate at -10 LU.
 *
 * The one channel counts once, as the standard has it: a full-scale 997 Hz sine measures -3.0 LUFS. The relative
 * gate is exact to 0.1 LU because blocks are kept as a histogram. Sound shorter than one block is one block.
 */
export class LoudnessMeter {
  readonly #filter: KWeighting;
  readonly #stepSamples: number;
  readonly #steps: number[] = [];
  readonly #counts = new Float64Array(BIN_COUNT);
  readonly #energies = new Float64Array(BIN_COUNT);
  #blockCount = 0;
  #stepEnergy = 0;
  #stepFill = 0;
  #totalEnergy = 0;
  #totalSamples = 0;
  #peak = 0;

  constructor(sampleRateHz: number) {
    this.#filter = new KWeighting(sampleRateHz);
    this.#stepSamples = Math.round(sampleRateHz / 10);
  }

  push(samples: Float32Array): void {
    for (const sample of samples) {
      const size = Math.abs(sample);
      if (size > this.#peak) this.#peak = size;
      const weighted = this.#filter.next(sample);
      this.#stepEnergy += weighted * weighted;
      if (++this.#stepFill === this.#stepSamples) this.#endStep();
    }
  }

  /** The measure of everything pushed so far. */
  measure(): LoudnessMeasure {
    if (this.#blockCount === 0) {
      const samples = this.#totalSamples + this.#stepFill;
      const lufs =
        samples === 0 ? Number.NEGATIVE_INFINITY : toLufs((this.#totalEnergy + this.#stepEnergy) / samples);
      return { integratedLufs: lufs < ABSOLUTE_GATE_LUFS ? undefined : lufs, peak: this.#peak };
    }
    const ungated = this.#meanEnergyAbove(ABSOLUTE_GATE_LUFS);
    if (ungated === undefined) return { integratedLufs: undefined, peak: this.#peak };
    const gated = this.#meanEnergyAbove(toLufs(ungated) + RELATIVE_GATE_LU) ?? ungated;
    return { integratedLufs: toLufs(gated), peak: this.#peak };
  }

  #endStep(): void {
    this.#totalEnergy += this.#stepEnergy;
    this.#totalSamples += this.#stepFill;
    this.#steps.push(this.#stepEnergy / this.#stepSamples);
    this.#stepEnergy = 0;
    this.#stepFill = 0;
    if (this.#steps.length < STEPS_PER_BLOCK) return;
    const energy = this.#steps.reduce((sum, step) => sum + step, 0) / STEPS_PER_BLOCK;
    this.#steps.shift();
    this.#blockCount++;
    const bin = Math.floor((toLufs(energy) - ABSOLUTE_GATE_LUFS) / BIN_LU);
    if (!(bin >= 0)) return;
    const index = Math.min(bin, BIN_COUNT - 1);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#energies[index] = (this.#energies[index] ?? 0) + energy;
  }

  #meanEnergyAbove(gateLufs: number): number | undefined {
    const first = Math.max(0, Math.floor((gateLufs - ABSOLUTE_GATE_LUFS) / BIN_LU + 1e-9));
    let count = 0;
    let energy = 0;
    for (let index = first; index < BIN_COUNT; index++) {
      count += this.#counts[index] ?? 0;
      energy += this.#energies[index] ?? 0;
    }
    return count === 0 ? undefined : energy / count;
  }
}

function toLufs(meanSquare: number): number {
  return OFFSET_LUFS + 10 * Math.log10(meanSquare);
}

/** The two filters of BS.1770 (head shelf, then high pass), re-derived for any rate from their analogue values. */
class KWeighting {
  readonly #shelf: Biquad;
  readonly #highPass: Biquad;

  constructor(sampleRateHz: number) {
    const shelfK = Math.tan((Math.PI * 1681.974450955533) / sampleRateHz);
    const shelfQ = 0.7071752369554196;
    const high = 10 ** (3.999843853973347 / 20);
    const band = high ** 0.4996667741545416;
    const norm = 1 + shelfK / shelfQ + shelfK * shelfK;
    this.#shelf = new Biquad(
      [
        (high + (band * shelfK) / shelfQ + shelfK * shelfK) / norm,
        (2 * (shelfK * shelfK - high)) / norm,
        (high - (band * shelfK) / shelfQ + shelfK * shelfK) / norm,
      ],
      [(2 * (shelfK * shelfK - 1)) / norm, (1 - shelfK / shelfQ + shelfK * shelfK) / norm],
    );
    const passK = Math.tan((Math.PI * 38.13547087602444) / sampleRateHz);
    const passQ = 0.5003270373238773;
    const passNorm = 1 + passK / passQ + passK * passK;
    this.#highPass = new Biquad(
      [1, -2, 1],
      [(2 * (passK * passK - 1)) / passNorm, (1 - passK / passQ + passK * passK) / passNorm],
    );
  }

  next(sample: number): number {
    return this.#highPass.next(this.#shelf.next(sample));
  }
}

/** Transposed direct form II. */
class Biquad {
  readonly #b: readonly [number, number, number];
  readonly #a: readonly [number, number];
  #first = 0;
  #second = 0;

  constructor(b: readonly [number, number, number], a: readonly [number, number]) {
    this.#b = b;
    this.#a = a;
  }

  next(sample: number): number {
    const out = this.#b[0] * sample + this.#first;
    this.#first = this.#b[1] * sample - this.#a[0] * out + this.#second;
    this.#second = this.#b[2] * sample - this.#a[1] * out;
    return out;
  }
}
