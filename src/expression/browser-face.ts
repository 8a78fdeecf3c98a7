import { type Clock, Emitter } from '../runtime/index.js';
import type { Cue, ExpressionSink, Phase } from './cue.js';
import { faceOf } from './emotions.js';
import { FaceTimer } from './face-timer.js';
import { Schedule } from './schedule.js';

export interface BrowserFaceEvents {
  /** Now; `neutral` when the duration of the last face is over. */
  face: [face: string, durationMs: number];
  /** Now: a cue that is no face, as it is. */
  cue: [cue: Cue];
  phase: [phase: Phase];
  /** What has been heard so far; '' clears. */
  caption: [text: string, speaker: 'user' | 'avatar'];
}

/** How long a cue without a duration lasts. */
const DURATION_MS = 4000;

/** Expressions as events, for a face that someone else draws. */
export class BrowserFace implements ExpressionSink {
  readonly name = 'browser';
  readonly events = new Emitter<BrowserFaceEvents>();
  readonly #durationMs: number;
  readonly #timer: FaceTimer;
  readonly #coming: Schedule;

  /** @param durationMs - of a cue without one. @default 4000 */
  constructor(clock: Clock, durationMs = DURATION_MS) {
    this.#durationMs = durationMs;
    this.#coming = new Schedule(clock);
    this.#timer = new FaceTimer(clock, (face, lastsMs) =>
      this.events.emit('face', face ?? 'neutral', lastsMs),
    );
  }

  cue(cue: Cue, atMs: number): void {
    const face = faceOf(cue);
    if (face !== undefined) this.#timer.face(face, atMs, cue.durationMs ?? this.#durationMs);
    else this.#coming.at(atMs, () => this.events.emit('cue', cue));
  }

  phase(phase: Phase): void {
    this.events.emit('phase', phase);
  }

  caption(text: string, speaker: 'user' | 'avatar'): void {
    this.events.emit('caption', text, speaker);
  }

  interrupted(): void {
    this.#timer.drop();
    this.#coming.clear();
  }

  async close(): Promise<void> {
    this.#coming.clear();
    this.#timer.end();
  }
}
