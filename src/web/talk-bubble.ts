import { make, setText } from './dom.js';
import { heardLength } from './reply-text.js';
import type { TalkOutcome } from './talk-request.js';
import type { TextKey } from './texts.js';
import type { Words } from './words.js';

type TalkMark = Exclude<TalkOutcome, 'completed'>;

const MARKS: Readonly<Record<TalkMark, TextKey>> = {
  interrupted: 'talkInterrupted',
  dropped: 'talkDropped',
  failed: 'talkFailed',
};

/** The words of one who speaks, as they come. Text is never read as markup. */
export class TalkBubble {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #who: HTMLElement;
  readonly #said = make('span', 'bubble-said');
  readonly #coming = make('span', 'bubble-coming');
  readonly #note = make('p', 'bubble-note');
  readonly #role: 'user' | 'assistant';
  #text = '';
  #heard = 0;
  #mark: TalkMark | undefined;

  constructor(words: Words, role: 'user' | 'assistant', picture?: HTMLElement) {
    this.#words = words;
    this.#role = role;
    this.#who = make('span', 'unseen');
    this.#note.hidden = true;
    const text = make('p', 'bubble-text', this.#who, this.#said, this.#coming);
    this.element = make('div', 'bubble', ...(picture === undefined ? [] : [picture]), text, this.#note);
    this.element.dataset['role'] = role;
    this.#show();
    this.retell();
  }

  get hasEnded(): boolean {
    return this.element.dataset['ended'] !== undefined;
  }

  get text(): string {
    return this.#text;
  }

  /** All of it, said. */
  set text(text: string) {
    this.#text = text;
    this.#heard = text.length;
    this.#show();
  }

  /** More that is to come. */
  add(text: string): void {
    this.#text += text;
    this.#show();
  }

  /** So much was heard; never less than before. */
  heard(text: string): void {
    this.#heard = Math.max(this.#heard, heardLength(this.#text, text));
    this.#show();
  }

  /** It goes on from here, whatever stood here before: so far it is to be said, and was heard. */
  goOn(text: string, heard: string): void {
    this.#mark = undefined;
    this.#text = text;
    this.#heard = heardLength(text, heard);
    delete this.element.dataset['ended'];
    this.#show();
    this.retell();
  }

  /** Nothing more comes. */
  end(outcome: TalkOutcome): void {
    this.#mark = outcome === 'completed' ? undefined : outcome;
    if (outcome === 'completed') this.#heard = this.#text.length;
    this.element.dataset['ended'] = outcome;
    this.#show();
    this.retell();
  }

  /** In the language of the page. */
  retell(): void {
    setText(this.#who, `${this.#words.say(this.#role === 'user' ? 'talkYou' : 'talkAvatar')}: `);
    this.#note.hidden = this.#mark === undefined;
    if (this.#mark !== undefined) setText(this.#note, this.#words.say(MARKS[this.#mark]));
  }

  #show(): void {
    setText(this.#said, this.#text.slice(0, this.#heard));
    setText(this.#coming, this.#text.slice(this.#heard));
    this.element.dataset['empty'] = String(this.#text.trim() === '');
  }
}

/** A picture in a bubble, with its name for who cannot see it: in the language of the page, also when that changes. */
export function namedPicture<T extends HTMLElement>(element: T, words: Words): T {
  element.setAttribute('role', 'img');
  element.dataset['tLabel'] = 'talkPicture';
  element.setAttribute('aria-label', words.say('talkPicture'));
  return element;
}
