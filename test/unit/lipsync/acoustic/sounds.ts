import { type Random, seededRandom } from '../../../../src/runtime/index.js';

const RATE_HZ = 16_000;

/** s16le mono 16 kHz from samples of -1 to 1. */
export function pcmOf(samples: Float64Array): Uint8Array {
  const clipped = Int16Array.from(samples, (value) =>
    Math.round(Math.max(-32_768, Math.min(32_767, value * 32_768))),
  );
  return new Uint8Array(clipped.buffer);
}

export function tone(ms: number, hz: number, dbfs: number): Uint8Array {
  return pcmOf(
    atLevel(
      samplesOf(ms, (s) => Math.sin(2 * Math.PI * hz * s)),
      dbfs,
    ),
  );
}

/** White noise. */
export function noise(ms: number, dbfs: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return pcmOf(
    atLevel(
      samplesOf(ms, () => 2 * random() - 1),
      dbfs,
    ),
  );
}

/** Noise whose power falls by 3 dB per octave. */
export function pinkNoise(ms: number, dbfs: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const octaves = new Float64Array(12);
  let count = 0;
  const samples = samplesOf(ms, () => {
    count++;
    // Each octave is drawn half as often as the one above [Voss].
    for (let n = 0; n < octaves.length; n++) if (count % (1 << n) === 0) octaves[n] = 2 * random() - 1;
    return octaves.reduce((sum, value) => sum + value, 0);
  });
  return pcmOf(atLevel(samples, dbfs));
}

/** The mains: its frequency and harmonics that grow weaker. */
export function hum(ms: number, hz: number, dbfs: number): Uint8Array {
  const samples = samplesOf(ms, (s) => {
    let sum = 0;
    for (let n = 1; n <= 8; n++) sum += Math.sin(2 * Math.PI * hz * n * s + n * n) / n;
    return sum;
  });
  return pcmOf(atLevel(samples, dbfs));
}

/** Struck chords that ring out, one after the other, with a bass and a melody above. */
export function music(ms: number, dbfs: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const samples = new Float64Array((ms * RATE_HZ) / 1000);
  const roots = [0, 5, 7, 9, 2, 4].map((step) => 48 + step);
  for (let at = 0, n = 0; at < samples.length; at += RATE_HZ / 2, n++) {
    const root = roots[Math.floor(random() * roots.length)] ?? 48;
    for (const step of [-12, 0, 4, 7]) strike(samples, at, root + step, 1.5, 0.7);
    for (let beat = 0; beat < 2; beat++)
      strike(
        samples,
        at + (beat * RATE_HZ) / 4,
        root + 12 + ([0, 2, 4, 7, 9][Math.floor(random() * 5)] ?? 0),
        4,
        1,
      );
    if (n % 2 === 1) drum(samples, at, random);
  }
  return pcmOf(atLevel(samples, dbfs));
}

/** Organ: chords without decay. */
export function organ(ms: number, dbfs: number): Uint8Array {
  const chords = [
    [48, 55, 64, 72],
    [53, 57, 60, 69],
    [55, 59, 62, 67],
  ];
  const samples = samplesOf(ms, (s) => {
    let sum = 0;
    for (const key of chords[Math.floor(s) % chords.length] ?? [])
      for (const harmonic of [1, 2, 3, 4, 6, 8])
        sum += Math.sin(2 * Math.PI * hzOf(key) * harmonic * s) / harmonic;
    return sum;
  });
  return pcmOf(atLevel(samples, dbfs));
}

/** Keys of a keyboard, six per second: a click down and a weaker one up, each a few milliseconds of coloured noise. */
export function typing(ms: number, dbfs: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const samples = samplesOf(ms, () => 0.002 * (2 * random() - 1));
  for (let at = 1000; at < samples.length; at += Math.round(RATE_HZ * (0.08 + 0.18 * random()))) {
    click(samples, at, 1, random);
    click(samples, at + Math.round(RATE_HZ * (0.05 + 0.05 * random())), 0.4, random);
  }
  return pcmOf(atLevel(samples, dbfs));
}

function samplesOf(ms: number, at: (seconds: number) => number): Float64Array {
  return Float64Array.from({ length: (ms * RATE_HZ) / 1000 }, (_, n) => at(n / RATE_HZ));
}

/** The same sound at this mean level. */
function atLevel(samples: Float64Array, dbfs: number): Float64Array {
  const power = samples.reduce((sum, value) => sum + value * value, 0) / Math.max(1, samples.length);
  const gain = 10 ** (dbfs / 20) / Math.sqrt(power);
  return samples.map((value) => value * gain);
}

function hzOf(key: number): number {
  return 440 * 2 ** ((key - 69) / 12);
}

function strike(samples: Float64Array, at: number, key: number, decayPerSecond: number, gain: number): void {
  for (let n = 0; at + n < samples.length && n < 2 * RATE_HZ; n++) {
    const s = n / RATE_HZ;
    let value = 0;
    for (let harmonic = 1; harmonic <= 6; harmonic++)
      value +=
        (Math.sin(2 * Math.PI * hzOf(key) * harmonic * s) / harmonic ** 1.2) *
        Math.exp(-decayPerSecond * harmonic * s);
    samples[at + n] = (samples[at + n] ?? 0) + gain * value * Math.min(1, n / 50);
  }
}

function drum(samples: Float64Array, at: number, random: Random): void {
  for (let n = 0; at + n < samples.length && n < RATE_HZ / 5; n++)
    samples[at + n] = (samples[at + n] ?? 0) + 1.5 * (2 * random() - 1) * Math.exp(-n / 800);
}

function click(samples: Float64Array, at: number, gain: number, random: Random): void {
  const ringHz = 1500 + 3000 * random();
  for (let n = 0; at + n < samples.length && n < 400; n++)
    samples[at + n] =
      (samples[at + n] ?? 0) +
      gain *
        (0.6 * (2 * random() - 1) + 0.4 * Math.sin((2 * Math.PI * ringHz * n) / RATE_HZ)) *
        Math.exp(-n / 60);
}
