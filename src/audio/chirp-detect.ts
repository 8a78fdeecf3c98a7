/** One chirp found in a recording. */
export interface FoundChirp {
  /** Where it begins, milliseconds from the first sample of the recording; resolved below one sample. */
  readonly atMs: number;
  /** Likeness to the chirp, 0 … 1, loudness aside. */
  readonly likeness: number;
}

/** What a series of chirps came to. */
export interface ChirpDelay {
  /** Middle of heard - expected, milliseconds. */
  readonly delayMs: number;
  /** Half of the chirps lie within this much around the middle, milliseconds. */
  readonly spreadMs: number;
  readonly found: number;
  readonly expected: number;
  /** 0 … 1: how many were found, how alike and how close together. */
  readonly confidence: number;
}

/** Long enough to stand out of noise, short enough that an echo of the room comes behind it. */
export const CHIRP_MS = 30;
/** Swept through what every small loudspeaker and microphone passes, and 16 kHz recordings hold. */
const FROM_HZ = 1_000;
const TO_HZ = 5_000;
/** Irregular, so that a whole series fits in one way only. */
const GAPS_MS = [410, 530, 470, 610, 440, 570, 500, 650, 460, 540] as const;
/** Before the first: a device that wakes is not measured. */
const FIRST_MS = 700;
const TAIL_MS = 500;
/** White noise is below 0.3 with a chirp of 480 samples. */
const MIN_LIKENESS = 0.45;
/** What lies this far around a peak belongs to it. */
const LOBES_MS = 0.6;
/** Chirps of one series lie no further apart than this from where they are expected. */
const SAME_MS = 15;

/** One chirp with soft ends, full scale 1. */
export function chirp(sampleRateHz: number): Float32Array {
  const length = Math.round((sampleRateHz * CHIRP_MS) / 1000);
  return Float32Array.from({ length }, (_, index) => {
    const way = index / length;
    const cycles = ((FROM_HZ + ((TO_HZ - FROM_HZ) * way) / 2) * index) / sampleRateHz;
    return Math.sin(2 * Math.PI * cycles) * Math.sin(Math.PI * way) ** 2;
  });
}

/**
 * A series of chirps to play.
 *
 * @param amplitude - 0 … 1 of full scale.
 * @returns samples in -1 … 1, and where each chirp begins, milliseconds.
 */
export function chirpSeries(
  sampleRateHz: number,
  count: number,
  amplitude: number,
): { readonly samples: Float32Array; readonly onsetsMs: readonly number[] } {
  const onsets: number[] = [];
  let atMs = FIRST_MS;
  for (let index = 0; index < count; index++) {
    onsets.push(Math.round((atMs * sampleRateHz) / 1000));
    atMs += GAPS_MS[index % GAPS_MS.length] ?? 0;
  }
  const samples = new Float32Array(Math.round(((atMs + TAIL_MS) * sampleRateHz) / 1000));
  const one = chirp(sampleRateHz).map((value) => value * amplitude);
  for (const onset of onsets) samples.set(one, onset);
  return { samples, onsetsMs: onsets.map((onset) => (onset * 1000) / sampleRateHz) };
}

/**
 * Finds chirps by their likeness at every place (normalised cross-correlation), the place resolved below one sample. About 50 ms of work for 10 s at 16 kHz.
 *
 * @param recording - mono, any amplitude, at sampleRateHz of 12 000 or more.
 */
export function findChirps(recording: Float32Array, sampleRateHz: number): FoundChirp[] {
  const template = chirp(sampleRateHz);
  const scores = likenesses(recording, template);
  const found: FoundChirp[] = [];
  const apart = Math.round((sampleRateHz * 200) / 1000);
  let best = -1;
  const take = (): void => {
    if (best >= 0) found.push(peakAt(scores, best, sampleRateHz));
    best = -1;
  };
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at] ?? 0;
    if (best >= 0 && at - best > apart) take();
    if (score >= MIN_LIKENESS && score > (best < 0 ? 0 : (scores[best] ?? 0))) best = at;
  }
  take();
  return found;
}

/**
 * How much later than expected a series was heard.
 *
 * The series is laid over what was found at the one place where most chirps meet; each found chirp counts once, and what was found
 * elsewhere is noise.
 *
 * @param expectedMs - when each should have been heard.
 * @param heardMs - when each was found, on the same clock, with its likeness.
 * @returns undefined when fewer than half were found.
 */
export function chirpDelay(
  expectedMs: readonly number[],
  heardMs: readonly { readonly atMs: number; readonly likeness: number }[],
): ChirpDelay | undefined {
  let best: readonly { readonly delayMs: number; readonly likeness: number }[] = [];
  for (const expected of expectedMs) {
    for (const heard of heardMs) {
      const matches = matchesAt(heard.atMs - expected, expectedMs, heardMs);
      if (matches.length > best.length) best = matches;
    }
  }
  if (best.length === 0 || best.length * 2 < expectedMs.length) return undefined;
  const delayMs = median(best.map((match) => match.delayMs));
  const spreadMs = median(best.map((match) => Math.abs(match.delayMs - delayMs)));
  const likeness = median(best.map((match) => match.likeness));
  const closeness = Math.max(0, 1 - spreadMs / SAME_MS);
  return {
    delayMs,
    spreadMs,
    found: best.length,
    expected: expectedMs.length,
    confidence: (best.length / expectedMs.length) * likeness * closeness,
  };
}

function matchesAt(
  delayMs: number,
  expectedMs: readonly number[],
  heardMs: readonly { readonly atMs: number; readonly likeness: number }[],
): { readonly delayMs: number; readonly likeness: number }[] {
  return expectedMs.flatMap((expected) => {
    let closest: { readonly delayMs: number; readonly likeness: number } | undefined;
    for (const { atMs, likeness } of heardMs) {
      const own = atMs - expected;
      if (Math.abs(own - delayMs) > SAME_MS) continue;
      if (closest === undefined || Math.abs(own - delayMs) < Math.abs(closest.delayMs - delayMs)) {
        closest = { delayMs: own, likeness };
      }
    }
    return closest === undefined ? [] : [closest];
  });
}

/** Likeness at each place; sums run on so that each place costs one pass over the template. */
function likenesses(recording: Float32Array, template: Float32Array): Float32Array {
  const length = template.length;
  const templateEnergy = template.reduce((sum, value) => sum + value * value, 0);
  const scores = new Float32Array(Math.max(0, recording.length - length + 1));
  const energies = new Float64Array(recording.length + 1);
  for (let at = 0; at < recording.length; at++) {
    const value = recording[at] ?? 0;
    energies[at + 1] = (energies[at] ?? 0) + value * value;
  }
  for (let at = 0; at < scores.length; at++) {
    const energy = (energies[at + length] ?? 0) - (energies[at] ?? 0);
    // Digital silence, and what only rounding is left of.
    if (energy < 1e-9) continue;
    let dot = 0;
    for (let index = 0; index < length; index++) dot += (template[index] ?? 0) * (recording[at + index] ?? 0);
    // A loudspeaker or microphone with swapped poles turns it over.
    scores[at] = Math.abs(dot) / Math.sqrt(energy * templateEnergy);
  }
  return scores;
}

/**
 * Between samples the highest lobe of the likeness may be a neighbour of the true one, as lobes are 2.7 samples apart at 16 kHz; the
 * middle of all lobes is not moved by that.
 */
function peakAt(scores: Float32Array, at: number, sampleRateHz: number): FoundChirp {
  const reach = Math.round((sampleRateHz * LOBES_MS) / 1000);
  let middle = at;
  for (let round = 0; round < 3; round++) {
    let weights = 0;
    let sum = 0;
    const from = Math.round(middle) - reach;
    for (let index = from; index <= from + 2 * reach; index++) {
      const weight = (scores[index] ?? 0) ** 2;
      weights += weight;
      sum += weight * index;
    }
    middle = sum / weights;
  }
  return { atMs: (middle * 1000) / sampleRateHz, likeness: Math.min(1, scores[at] ?? 0) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
    : (sorted[Math.floor(middle)] ?? 0);
}
