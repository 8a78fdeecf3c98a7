import type { PieceReader } from '../../../src/dialogue/index.js';
import type { Cue, ReplyPiece } from '../../../src/expression/index.js';

const TAG = /\[([a-z]+):([^\]]*)\]/g;
const FIRST_CLAUSE = 6;

/** Cuts at 。！？ and, once, at the first 、 behind six letters; knows `[name:value]`. Enough to test what stands around it. */
export class SimpleReader implements PieceReader {
  #waiting = '';
  #index = 0;

  push(text: string): readonly ReplyPiece[] {
    this.#waiting += text;
    const pieces: ReplyPiece[] = [];
    for (;;) {
      const end = this.#border();
      if (end === undefined) return pieces;
      pieces.push(this.#take(end));
    }
  }

  stalled(): readonly ReplyPiece[] {
    return this.#waiting === '' || this.#isInTag() ? [] : [this.#take(this.#waiting.length)];
  }

  end(): readonly ReplyPiece[] {
    return this.#waiting === '' ? [] : [this.#take(this.#waiting.length)];
  }

  #border(): number | undefined {
    const match = /[。！？.!?]/.exec(this.#waiting);
    const clause = this.#index === 0 ? this.#waiting.indexOf('、', FIRST_CLAUSE - 1) : -1;
    if (clause >= 0 && (match === null || clause < match.index)) return clause + 1;
    return match === null ? undefined : match.index + 1;
  }

  #isInTag(): boolean {
    return this.#waiting.lastIndexOf('[') > this.#waiting.lastIndexOf(']');
  }

  #take(units: number): ReplyPiece {
    const raw = this.#waiting.slice(0, units);
    this.#waiting = this.#waiting.slice(units);
    const cues: Cue[] = [...raw.matchAll(TAG)].map(([whole, name = '', value = '']) => ({
      name,
      value,
      durationMs: undefined,
      attributes: {},
      raw: whole,
    }));
    const text = raw.replace(TAG, '');
    return {
      index: this.#index++,
      raw,
      text,
      cues,
      language: undefined,
      endsSentence: /[。！？.!?]$/.test(raw),
    };
  }
}
