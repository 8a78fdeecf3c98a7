import { emotionOf } from '../../expression/emotions.js';
import { audioChunkOf } from '../../popup/frames.js';
import { AnswerView, type AnswerViewParts } from './answer-view.js';
import type { Bubble } from './bubble.js';
import type { SayWidget } from './widget-texts.js';
import type { WidgetView } from './widget-view.js';

export interface ChatTurnParts extends Omit<AnswerViewParts, 'bubble' | 'onWritten'> {
  readonly view: WidgetView;
  readonly say: SayWidget;
  /** What the user said. */
  readonly question: Bubble;
  readonly isSpoken: boolean;
}

/** A message of the user and its answer, from when it is sent until all of the answer is written and heard. */
export class ChatTurn {
  readonly isSpoken: boolean;
  /** It waits for the connection. */
  isQueued = false;
  /** Nothing more comes from the server. */
  isComplete = false;
  text = '';
  /** What was recognised; undefined: it is not known yet. */
  recognised: string | undefined;
  readonly #parts: ChatTurnParts;
  readonly #bubble: Bubble;
  readonly #answer: AnswerView;
  #sound: Uint8Array | undefined;
  #face: string | undefined;
  #isNoted = false;

  constructor(parts: ChatTurnParts) {
    this.#parts = parts;
    this.isSpoken = parts.isSpoken;
    const { view } = parts;
    this.#bubble = view.addBubble('assistant');
    this.#bubble.isThinking = true;
    this.#answer = new AnswerView({ ...parts, bubble: this.#bubble, onWritten: () => view.follow(() => {}) });
  }

  /** @param payload - of an `audioChunk`: the sound of the words that come next. */
  hold(payload: Uint8Array): void {
    this.#sound = audioChunkOf(payload)?.file;
  }

  /** @param face - of the words that come next. */
  look(face: string): void {
    this.#face = face;
  }

  push(text: string): void {
    const sound = this.#sound;
    const face = this.#face;
    this.#sound = undefined;
    this.#face = undefined;
    this.text += text;
    this.#answer.push(text, sound, () => {
      if (face !== undefined) this.#parts.view.face = emojiOf(face);
    });
    if (text.trim() !== '') this.#parts.view.tell(text);
  }

  hear(recognised: string): void {
    const { question, say } = this.#parts;
    this.recognised = recognised;
    question.note(recognised === '' ? say('nothingHeard') : say('recognised', { text: recognised }));
  }

  set queued(isQueued: boolean) {
    this.isQueued = isQueued;
    this.#parts.question.note(isQueued ? this.#parts.say('queued') : '');
  }

  /** Silent at once. */
  stop(): void {
    this.#answer.stop();
    this.#note(this.#parts.say('stopped'));
  }

  fail(why: string): void {
    this.#bubble.element.classList.add('failed');
    this.#note(why);
  }

  /** All that came is written and heard. */
  async whenShown(): Promise<void> {
    await this.#answer.whenShown();
    this.#bubble.isThinking = false;
    if (this.#bubble.isEmpty && !this.#isNoted) this.#bubble.element.remove();
  }

  #note(text: string): void {
    this.#isNoted = true;
    this.#bubble.isThinking = false;
    this.#parts.view.follow(() => this.#bubble.note(text));
    this.#parts.view.tell(text);
  }
}

/** @returns undefined at rest, and for a face of the user's own. */
function emojiOf(face: string): string | undefined {
  const emotion = emotionOf(face);
  return emotion?.number === 0 ? undefined : emotion?.emoji;
}
