import { make } from '../dom.js';
import type { SayWidget } from './widget-texts.js';

/** One row of the conversation. Text is put in as text, never read as markup. */
export class Bubble {
  readonly element: HTMLElement;
  readonly #said = make('span', 'said');
  readonly #note = make('p', 'note');
  #text = '';

  constructor(role: 'user' | 'assistant', say: SayWidget) {
    const who = make('span', 'unseen', `${say(role === 'user' ? 'you' : 'avatar')}: `);
    const dots = make('span', 'dots', make('i', ''), make('i', ''), make('i', ''));
    dots.setAttribute('role', 'img');
    dots.setAttribute('aria-label', say('thinking'));
    this.element = make('div', `row ${role}`, make('div', 'bubble', who, this.#said, dots), this.#note);
    this.#note.hidden = true;
    this.#show();
  }

  get text(): string {
    return this.#text;
  }

  write(letters: string): void {
    this.#text += letters;
    this.#show();
  }

  /** Dots, for as long as there are no words. */
  set isThinking(isThinking: boolean) {
    this.element.classList.toggle('thinking', isThinking);
  }

  /** A control in place of words, such as one that plays a recording. */
  hold(control: HTMLElement): void {
    this.#said.append(control);
    this.element.classList.remove('empty');
  }

  note(text: string): void {
    this.#note.textContent = text;
    this.#note.hidden = text === '';
  }

  /** Whether anything is in it. */
  get isEmpty(): boolean {
    return this.#text.trim() === '' && this.#said.childElementCount === 0;
  }

  #show(): void {
    this.#said.textContent = this.#text;
    this.element.classList.toggle('empty', this.isEmpty);
  }
}
