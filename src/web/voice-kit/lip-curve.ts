import { DEFAULT_LIP_TABLE } from '../../lipsync/default-lip-table.js';
import type { TimedPhoneme } from '../../lipsync/timed-phoneme.js';
import { CLOSED, type MouthWeights } from '../mouth-track.js';

interface Key {
  readonly atMs: number;
  readonly mouth: MouthWeights;
}

/** Two motion frames of MMDAgent-EX. */
const RELEASE_MS = 2000 / 30;
/** What is left of a mouth that long before its phoneme ends. */
const RELEASED = 0.8;
/** Six frames: so long the last mouth goes on where nothing follows. */
const HOLD_MS = 200;
/** Half an hour of speech. */
const MAX_PHONEMES = 30_000;

/**
 * The mouth along one reply, as MMDAgent-EX makes it of phonemes: each mouth is whole at the start of its phoneme, 0.8 of itself two
 * frames before its end where it is longer than those, and goes straight from one to the next; the last closes within six frames. Not
 * rounded to frames, since nothing here is sent in whole ones. Pure.
 *
 * @source LipSync.cpp createMotion() of MMDAgent-EX at 9981469, as the simulator has it
 */
export class LipCurve {
  #phonemes: TimedPhoneme[] = [];
  /** Of the newest look, since looks mostly go on from there. */
  #index = 0;

  get isEmpty(): boolean {
    return this.#phonemes.length === 0;
  }

  /** In order; what is told of a stretch that was told before counts for nothing. */
  append(phonemes: readonly TimedPhoneme[]): void {
    for (const phoneme of phonemes) {
      if (this.#phonemes.length >= MAX_PHONEMES) return;
      const endMs = this.#phonemes.at(-1)?.endMs ?? 0;
      if (phoneme.endMs > endMs)
        this.#phonemes.push({ ...phoneme, startMs: Math.max(endMs, phoneme.startMs) });
    }
  }

  /** What is known from there on is told anew. */
  cutAt(positionMs: number): void {
    this.#phonemes = this.#phonemes
      .filter(({ startMs }) => startMs < positionMs)
      .map((phoneme) => ({ ...phoneme, endMs: Math.min(phoneme.endMs, positionMs) }));
    this.#index = 0;
  }

  at(positionMs: number): MouthWeights {
    const index = this.#find(positionMs);
    const phoneme = this.#phonemes[index];
    if (phoneme === undefined || positionMs < phoneme.startMs) return CLOSED;
    const mouth = mouthOf(phoneme.phoneme);
    const isLong = phoneme.endMs - phoneme.startMs > RELEASE_MS;
    const releaseMs = phoneme.endMs - RELEASE_MS;
    const from: Key = { atMs: phoneme.startMs, mouth };
    const released: Key = { atMs: releaseMs, mouth: blend(CLOSED, mouth, RELEASED) };
    if (isLong && positionMs < releaseMs) return between(from, released, positionMs);
    return between(isLong ? released : from, this.#after(index), positionMs);
  }

  #after(index: number): Key {
    const phoneme = this.#phonemes[index];
    const next = this.#phonemes[index + 1];
    const endMs = phoneme?.endMs ?? 0;
    if (next === undefined) return { atMs: endMs + HOLD_MS, mouth: CLOSED };
    // A gap is a closed mouth.
    return next.startMs - endMs > 1
      ? { atMs: endMs, mouth: CLOSED }
      : { atMs: next.startMs, mouth: mouthOf(next.phoneme) };
  }

  /** The phoneme that has begun last. */
  #find(positionMs: number): number {
    const { length } = this.#phonemes;
    if (this.#index >= length || (this.#phonemes[this.#index]?.startMs ?? 0) > positionMs) this.#index = 0;
    while (
      this.#index + 1 < length &&
      (this.#phonemes[this.#index + 1]?.startMs ?? Number.POSITIVE_INFINITY) <= positionMs
    )
      this.#index++;
    return this.#index;
  }
}

function mouthOf(phoneme: string): MouthWeights {
  const [a = 0, i = 0, u = 0, o = 0] = DEFAULT_LIP_TABLE.weightsOf(phoneme);
  return { a, i, u, o };
}

function between(from: Key, to: Key, positionMs: number): MouthWeights {
  const lengthMs = to.atMs - from.atMs;
  const part = lengthMs <= 0 ? 1 : Math.min(1, (positionMs - from.atMs) / lengthMs);
  return blend(from.mouth, to.mouth, part);
}

/** The mouth that lies so far between two. */
export function blend(from: MouthWeights, to: MouthWeights, part: number): MouthWeights {
  return {
    a: from.a + (to.a - from.a) * part,
    i: from.i + (to.i - from.i) * part,
    u: from.u + (to.u - from.u) * part,
    o: from.o + (to.o - from.o) * part,
  };
}
