import type { ChatPart } from '../chat-model.js';

const OPEN = '<think>';
const CLOSE = '</think>';

/**
 * Tells thoughts from words in an answer that begins with `<think>`: servers that do not take them apart by themselves send them as
 * text, and they would be spoken. Only at the beginning: a model may write about the tag.
 */
export class ThinkFilter {
  #state: 'start' | 'inside' | 'behind' | 'outside' = 'start';
  #held = '';

  /** @returns Parts in order; what may be half a tag is held back. */
  push(text: string): ChatPart[] {
    this.#held += text;
    const parts: ChatPart[] = [];
    if (this.#state === 'start') this.#begin();
    if (this.#state === 'inside') parts.push(...this.#thoughts());
    if (this.#state === 'behind') this.#skipBlank();
    if (this.#state === 'outside') parts.push(...this.#release('text'));
    return parts;
  }

  /** What is still held when the answer ends. */
  end(): ChatPart[] {
    return this.#release(this.#state === 'inside' ? 'reasoning' : 'text');
  }

  #begin(): void {
    const lead = this.#held.trimStart();
    if (lead.startsWith(OPEN)) {
      this.#held = lead.slice(OPEN.length);
      this.#state = 'inside';
    } else if (!OPEN.startsWith(lead)) this.#state = 'outside';
  }

  #thoughts(): ChatPart[] {
    const at = this.#held.indexOf(CLOSE);
    if (at !== -1) {
      const text = this.#held.slice(0, at);
      this.#held = this.#held.slice(at + CLOSE.length);
      this.#state = 'behind';
      return text === '' ? [] : [{ type: 'reasoning', text }];
    }
    const kept = halfTag(this.#held);
    const text = this.#held.slice(0, this.#held.length - kept);
    this.#held = this.#held.slice(this.#held.length - kept);
    return text === '' ? [] : [{ type: 'reasoning', text }];
  }

  /** Empty lines between thoughts and words are nobody's. */
  #skipBlank(): void {
    this.#held = this.#held.trimStart();
    if (this.#held !== '') this.#state = 'outside';
  }

  #release(type: 'text' | 'reasoning'): ChatPart[] {
    const text = this.#held;
    this.#held = '';
    return text === '' ? [] : [{ type, text }];
  }
}

/** How many letters at the end may be the beginning of the closing tag. */
function halfTag(text: string): number {
  for (let letters = Math.min(CLOSE.length - 1, text.length); letters > 0; letters--)
    if (text.endsWith(CLOSE.slice(0, letters))) return letters;
  return 0;
}
