import type { Cue } from '../expression/index.js';
import type { HeardReply, Reply } from '../reply/index.js';

/** Before which of the words, or after how much of the sound, a cue stands. */
export type CuePlace = { readonly units: number } | { readonly soundMs: number };

/** Positions are told so often: what lies before the next one is shown now. */
const AHEAD_MS = 80;

/**
 * Shows cues in step with sound whose words nobody has timed: one that stands among the words when as many of them were heard, one that
 * was called for when the sound before the call was.
 */
export class SoundCues {
  readonly #show: (cue: Cue, atMs: number) => void;
  readonly #nowMs: () => number;
  #waiting: { readonly cue: Cue; readonly place: CuePlace }[] = [];
  #heard: HeardReply | undefined;
  #leaving: (() => void)[] = [];

  constructor(show: (cue: Cue, atMs: number) => void, nowMs: () => number) {
    this.#show = show;
    this.#nowMs = nowMs;
  }

  add(cue: Cue, place: CuePlace): void {
    this.#waiting.push({ cue, place });
    if (this.#heard !== undefined) this.#tell(this.#heard);
  }

  follow({ events, ended }: Reply): void {
    this.#leaving.push(
      events.on('pieceStarted', (_index, atMs) => this.#begin(atMs)),
      events.on('position', (heard) => this.#tell(heard)),
    );
    void ended.then(({ reason }) => {
      if (reason === 'completed')
        for (const { cue } of this.#waiting.splice(0)) this.#show(cue, this.#nowMs());
      this.close();
    });
  }

  /** What was not shown by now is not. Idempotent. */
  close(): void {
    for (const leave of this.#leaving.splice(0)) leave();
    this.#waiting = [];
    this.#heard = undefined;
  }

  /** What stands before the first word is shown with it. */
  #begin(atMs: number): void {
    this.#due(
      (place) => ('units' in place ? place.units : place.soundMs) === 0,
      () => atMs,
    );
  }

  #tell(heard: HeardReply): void {
    this.#heard = heard;
    const nowMs = this.#nowMs();
    this.#due(
      (place) =>
        'units' in place
          ? heard.text.length >= place.units && heard.heardMs > 0
          : heard.heardMs + AHEAD_MS >= place.soundMs,
      (place) => ('units' in place ? nowMs : nowMs + Math.max(0, place.soundMs - heard.heardMs)),
    );
  }

  #due(isDue: (place: CuePlace) => boolean, atMs: (place: CuePlace) => number): void {
    const due = this.#waiting.filter(({ place }) => isDue(place));
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    for (const { cue, place } of due) this.#show(cue, atMs(place));
  }
}
