import { type Clock, sleep } from '../runtime/index.js';
import type { ReplyOptions, ReplyVoice, SpokenPiece } from './reply-voice.js';
import type { Reached, Sayable, Sayer, SayOptions } from './sequential-delivery.js';
import { SequentialVoice } from './sequential-voice.js';
import type { TextVoicePorts, TextVoiceSettings } from './voice-settings.js';
import { wordBefore } from './word-places.js';

/** About the speed of speech, in either language. */
const MS_PER_CHARACTER = 60;

/** Nothing sounds: for conversations by text, and for tests. Pieces count as heard while a reader could read them. */
export function createTextVoice(settings: TextVoiceSettings, { clock }: TextVoicePorts): ReplyVoice {
  const { msPerCharacter = MS_PER_CHARACTER } = settings;
  return new SequentialVoice({
    topology: 'text',
    clock,
    sayerFor: ({ speed = 1 }: ReplyOptions) => new Reader(clock, msPerCharacter / speed),
  });
}

class Reader implements Sayer {
  readonly way = 'text';
  readonly stopMs = 0;
  readonly #clock: Clock;
  readonly #msPerCharacter: number;

  constructor(clock: Clock, msPerCharacter: number) {
    this.#clock = clock;
    this.#msPerCharacter = msPerCharacter;
  }

  async plan({ text, language }: SpokenPiece): Promise<readonly Sayable[]> {
    return text === '' ? [] : [{ text, language, voice: undefined, sourceAt: (position) => position }];
  }

  async say({ text }: Sayable, from: number, { signal, onStarted }: SayOptions): Promise<void> {
    onStarted(this.#clock.nowMs());
    await sleep(this.#clock, (text.length - from) * this.#msPerCharacter, signal);
  }

  heardTo({ text }: Sayable, from: number, elapsedMs: number): Reached {
    const to = this.#msPerCharacter === 0 ? text.length : from + elapsedMs / this.#msPerCharacter;
    return { to, by: 'character', isEstimated: false };
  }

  resumeFrom({ text, language }: Sayable, position: number): number {
    return wordBefore(text, language, position);
  }
}
