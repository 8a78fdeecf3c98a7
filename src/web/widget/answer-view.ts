import type { Clock } from '../../runtime/clock.js';
import type { Bubble } from './bubble.js';
import { letterMs, typeText } from './typing.js';
import type { Playing, VoiceOut } from './voice-out.js';

export interface AnswerViewParts {
  readonly clock: Clock;
  readonly voice: VoiceOut;
  readonly bubble: Bubble;
  /** Milliseconds for each letter where no sound goes with it; 0: all at once. */
  readonly typingMs: number;
  readonly isTypingInStep: boolean;
  /** Something was written: what is new comes into view. */
  readonly onWritten: () => void;
}

interface Piece {
  readonly text: string;
  readonly onBegin: () => void;
  readonly sound: Promise<AudioBuffer | undefined> | undefined;
}

/**
 * An answer as it is written and heard: piece by piece in the order in which they came, however slow the writing is. With sound, a piece is
 * written while it sounds.
 */
export class AnswerView {
  readonly #parts: AnswerViewParts;
  readonly #hurry = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #playing: Playing | undefined;
  #isSilent = false;

  constructor(parts: AnswerViewParts) {
    this.#parts = parts;
  }

  /** @param file - its sound. @param onBegin - its turn has come. */
  push(text: string, file?: Uint8Array, onBegin: () => void = () => {}): void {
    // Decoded while those before it sound.
    const sound = file === undefined ? undefined : this.#parts.voice.decode(file);
    this.#last = this.#last.then(() => this.#show({ text, sound, onBegin }));
  }

  /** Resolves when all that was pushed is written and heard. */
  whenShown(): Promise<void> {
    return this.#last;
  }

  /** Silent at once; all that came is written at once. */
  stop(): void {
    this.#isSilent = true;
    this.#hurry.abort();
    this.#playing?.stop();
  }

  async #show({ text, sound, onBegin }: Piece): Promise<void> {
    const { clock, voice, bubble, typingMs, isTypingInStep, onWritten } = this.#parts;
    const buffer = await sound;
    onBegin();
    const isHeard = buffer !== undefined && !this.#isSilent;
    this.#playing = isHeard ? voice.play(buffer) : undefined;
    const eachMs =
      typingMs === 0 ? 0 : letterMs(text, isHeard && isTypingInStep ? buffer.duration : undefined, typingMs);
    const write = (letters: string): void => {
      bubble.write(letters);
      onWritten();
    };
    await Promise.all([
      typeText(text, write, { clock, letterMs: eachMs, signal: this.#hurry.signal }),
      this.#playing?.ended,
    ]);
    this.#playing = undefined;
  }
}
