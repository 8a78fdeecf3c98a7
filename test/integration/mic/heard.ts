import { readFileSync } from 'node:fs';
import { fixturePath } from '../../support/audio-fixtures.js';

/** Samples of a 16 kHz mono WAV. */
export function wavSamples(path: string): Int16Array {
  const file = readFileSync(path);
  const at = file.indexOf('data') + 8;
  return Int16Array.from({ length: (file.length - at) >> 1 }, (_, n) => file.readInt16LE(at + 2 * n));
}

export function speech(): Int16Array {
  return wavSamples(fixturePath('speech-sample.wav'));
}

export interface Phrase {
  /** In samples of the speech. */
  readonly from: number;
  readonly to: number;
}

/** The stretches of speech that no pause interrupts: between pauses of 150 ms 45 dB below the loudest. */
export function phrases(samples: Int16Array): Phrase[] {
  const loudest = Math.max(...frames(samples).map(({ level }) => level));
  const found: { from: number; to: number }[] = [];
  for (const { from, level } of frames(samples)) {
    if (level < loudest - 45) continue;
    const last = found.at(-1);
    if (last !== undefined && from - last.to < 16 * 150) last.to = from + 160;
    else found.push({ from, to: from + 160 });
  }
  return found.filter(({ from, to }) => to - from > 16 * 100);
}

export interface PhraseHeard {
  /** Where it was found, in samples of what was heard. */
  readonly at: number;
  /** Signal to difference, dB; Infinity where every sample is the same. */
  readonly snrDb: number;
  /** Longest run of digital silence inside the phrase that was not there, milliseconds. */
  readonly gapMs: number;
}

/** Finds a phrase in what was heard, to the sample, and compares. */
export function findPhrase(
  samples: Int16Array,
  phrase: Phrase,
  heard: Int16Array,
  searchFrom: number,
): PhraseHeard {
  const wanted = samples.subarray(phrase.from, phrase.to);
  const at = bestMatch(wanted, heard, searchFrom);
  let signal = 0;
  let difference = 0;
  let run = 0;
  let longest = 0;
  for (const [n, value] of wanted.entries()) {
    const got = heard[at + n] ?? 0;
    signal += value * value;
    difference += (value - got) ** 2;
    // A voice crosses zero, but not for long.
    run = got === 0 && Math.abs(value) > 2 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return { at, snrDb: 10 * Math.log10(signal / difference), gapMs: longest / 16 };
}

/** By the loudest part of it: coarse steps would miss a waveform, so every sample is tried. */
function bestMatch(wanted: Int16Array, heard: Int16Array, searchFrom: number): number {
  const probeAt = loudestAt(wanted);
  const probe = wanted.subarray(probeAt, probeAt + 800);
  let best = { at: 0, error: Number.POSITIVE_INFINITY };
  for (let at = searchFrom; at + probe.length < heard.length; at++) {
    let error = 0;
    for (let n = 0; n < probe.length && error < best.error; n += 5)
      error += ((probe[n] ?? 0) - (heard[at + n] ?? 0)) ** 2;
    if (error < best.error) best = { at, error };
  }
  return best.at - probeAt;
}

function loudestAt(samples: Int16Array): number {
  const all = frames(samples);
  const loudest = all.reduce((most, frame) => (frame.level > most.level ? frame : most), {
    from: 0,
    level: -999,
  });
  return Math.max(0, Math.min(loudest.from, samples.length - 800));
}

function frames(samples: Int16Array): { from: number; level: number }[] {
  return Array.from({ length: Math.floor(samples.length / 160) }, (_, frame) => {
    const part = samples.subarray(frame * 160, frame * 160 + 160);
    const power = part.reduce((sum, value) => sum + value * value, 0) / 160;
    return { from: frame * 160, level: 10 * Math.log10(power + 1e-9) };
  });
}
