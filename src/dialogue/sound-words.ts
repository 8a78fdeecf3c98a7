import type { Cue } from '../expression/index.js';
import type { MarkReader } from './ports.js';

/** A stretch of what a model said: its words as they are shown, and the tags that stand before or among them. */
export interface ShownWords {
  readonly raw: string;
  readonly text: string;
  /** With how many units of all words shown so far stand before each. */
  readonly cues: readonly { readonly cue: Cue; readonly units: number }[];
}

/**
 * The transcript of a model that speaks by itself, as it comes, without its tags. Held back is only what may become a tag: the words lie
 * over the sound, and what is missing of them would shift all others.
 */
export class SoundWords {
  readonly #reader: MarkReader;
  #shown = '';

  constructor(reader: MarkReader) {
    this.#reader = reader;
  }

  push(raw: string): ShownWords {
    return this.#take(this.#reader.push(raw));
  }

  /** The rest. */
  end(): ShownWords {
    return this.#take(this.#reader.end());
  }

  #take(stretches: ReturnType<MarkReader['push']>): ShownWords {
    const from = this.#shown.length;
    const cues: { readonly cue: Cue; readonly units: number }[] = [];
    let raw = '';
    let isBehindTag = from === 0;
    for (const stretch of stretches) {
      raw += stretch.raw;
      if (stretch.cue !== undefined) cues.push({ cue: stretch.cue, units: this.#shown.length });
      if (stretch.kind !== 'text') isBehindTag = true;
      // Where a tag stood between two blanks, one of them goes.
      const isDoubled = isBehindTag && (this.#shown === '' || /\s$/.test(this.#shown));
      const text = isDoubled ? stretch.text.trimStart() : stretch.text;
      this.#shown += text;
      if (text !== '') isBehindTag = false;
    }
    return { raw, text: this.#shown.slice(from), cues };
  }
}
