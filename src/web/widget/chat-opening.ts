import { AnswerView, type AnswerViewParts } from './answer-view.js';
import type { KeptChat } from './kept-chat.js';
import type { SayWidget } from './widget-texts.js';
import type { WidgetView } from './widget-view.js';

export interface ChatOpeningParts extends Omit<AnswerViewParts, 'bubble' | 'onWritten'> {
  readonly view: WidgetView;
  readonly say: SayWidget;
  readonly kept: KeptChat;
}

/** What is there before anything is asked: what was said on an earlier page, or the first words of the avatar. */
export class ChatOpening {
  readonly #parts: ChatOpeningParts;

  constructor(parts: ChatOpeningParts) {
    this.#parts = parts;
  }

  restore(): void {
    const { view, say, kept } = this.#parts;
    for (const { role, content, isAudio } of kept.lines)
      view.addBubble(role).write(content === '' && isAudio === true ? say('audioMessage') : content);
  }

  /** The first line of the log, or none: who has written already is not welcomed behind that. */
  welcome(text: string): void {
    const { view, kept, clock } = this.#parts;
    if (kept.lines.length > 0 || text.trim() === '') return;
    kept.add({ role: 'assistant', content: text, atMs: clock.wallMs() });
    const bubble = view.addBubble('assistant');
    new AnswerView({ ...this.#parts, bubble, onWritten: () => view.toEnd() }).push(text);
    view.tell(text);
  }
}
