import { orAborted } from '../runtime/index.js';
import type { SpeechPart } from '../speech/index.js';
import { type GivenPart, type GivenSound, givenMs } from './given-sound.js';
import type { GivenText } from './given-text.js';

/** Sound that is taken before it can be heard: how much there is tells how the transcript lies over it. */
const MAX_AHEAD_MS = 120_000;

/** Sound of somebody else, taken as it comes, as an engine would give it. */
export async function* givenParts(
  { sound, transcript }: GivenSound,
  text: GivenText,
  signal: AbortSignal,
): AsyncGenerator<SpeechPart> {
  const ahead = new Ahead(sound, text, signal);
  void readTranscript(transcript, text, signal);
  let rateHz: number | undefined;
  for (;;) {
    const next = await ahead.next();
    if (next === undefined) return;
    if (next.sampleRateHz !== rateHz) {
      rateHz = next.sampleRateHz;
      yield { type: 'start', sampleRateHz: rateHz };
    }
    if (next.pcm.byteLength > 0) yield { type: 'sound', pcm: next.pcm };
  }
}

/** Reads ahead of who hears it, bounded. */
class Ahead {
  readonly #kept: GivenPart[] = [];
  #keptMs = 0;
  #end: 'open' | 'ended' | { readonly error: unknown } = 'open';
  #wake: () => void = () => {};
  readonly #signal: AbortSignal;

  constructor(sound: AsyncIterable<GivenPart>, text: GivenText, signal: AbortSignal) {
    this.#signal = signal;
    void this.#read(sound, text);
  }

  /** @returns undefined: it has ended. @throws what made the sound; the reason of the signal. */
  async next(): Promise<GivenPart | undefined> {
    for (;;) {
      this.#signal.throwIfAborted();
      const kept = this.#kept.shift();
      if (kept !== undefined) {
        this.#keptMs -= givenMs(kept);
        this.#wake();
        return kept;
      }
      if (this.#end === 'ended') return undefined;
      if (this.#end !== 'open') throw this.#end.error;
      await this.#change();
    }
  }

  async #read(sound: AsyncIterable<GivenPart>, text: GivenText): Promise<void> {
    const iterator = sound[Symbol.asyncIterator]();
    try {
      for (;;) {
        while (this.#keptMs > MAX_AHEAD_MS) await this.#change();
        const next = await orAborted(iterator.next(), this.#signal);
        if (next.done === true) break;
        this.#kept.push(next.value);
        this.#keptMs += givenMs(next.value);
        text.sounded(givenMs(next.value));
        this.#wake();
      }
      this.#end = 'ended';
    } catch (error) {
      this.#end = { error };
      void iterator.return?.()?.catch(() => {});
    }
    this.#wake();
  }

  #change(): Promise<void> {
    const changed = new Promise<void>((resolve) => {
      const before = this.#wake;
      this.#wake = () => {
        before();
        resolve();
      };
    });
    return orAborted(changed, this.#signal);
  }
}

/** A transcript that fails is short; the sound is what counts. */
async function readTranscript(
  transcript: AsyncIterable<string>,
  text: GivenText,
  signal: AbortSignal,
): Promise<void> {
  const iterator = transcript[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await orAborted(iterator.next(), signal);
      if (next.done === true) return;
      text.said(next.value);
    }
  } catch {
    void iterator.return?.()?.catch(() => {});
  }
}
