import { byId, make, setText } from './dom.js';
import { heardLength } from './reply-text.js';
import type { TalkSaid } from './talk-request.js';
import type { TextKey } from './texts.js';
import type { Words } from './words.js';

export type TalkMark = 'interrupted' | 'dropped' | 'failed';

const MARKS: Readonly<Record<TalkMark, TextKey>> = {
  interrupted: 'talkInterrupted',
  dropped: 'talkDropped',
  failed: 'talkFailed',
};
/** Older ones leave the page; the conversation has them still. */
const MAX_ROWS = 400;
/** So near its end, new words keep it there. */
const NEAR_END_PX = 60;

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

  constructor(words: Words, role: 'user' | 'assistant', picture?: HTMLCanvasElement) {
    this.#words = words;
    this.#role = role;
    this.#who = make('span', 'unseen');
    this.#note.hidden = true;
    const text = make('p', 'bubble-text', this.#who, this.#said, this.#coming);
    this.element = make('div', 'bubble', ...(picture === undefined ? [] : [picture]), text, this.#note);
    this.element.dataset['role'] = role;
    this.retell();
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

  /** Nothing more comes; undefined: all of it was heard. */
  end(mark: TalkMark | undefined): void {
    this.#mark = mark;
    if (mark === undefined) this.#heard = this.#text.length;
    this.element.dataset['ended'] = mark ?? 'completed';
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

/** Everything said, oldest first, with notes between. */
export class TalkLog {
  readonly #words: Words;
  readonly #log = byId('talk-log');
  readonly #empty = byId('talk-empty');
  #bubbles: TalkBubble[] = [];
  #lastNote = '';

  constructor(words: Words) {
    this.#words = words;
    words.events.on('changed', () => {
      for (const bubble of this.#bubbles) bubble.retell();
    });
  }

  get isEmpty(): boolean {
    return this.#bubbles.length === 0;
  }

  clear(): void {
    this.#bubbles = [];
    this.#lastNote = '';
    this.#log.replaceChildren(this.#empty);
    this.#empty.hidden = false;
  }

  bubble(role: 'user' | 'assistant', picture?: HTMLCanvasElement): TalkBubble {
    const bubble = new TalkBubble(this.#words, role, picture);
    this.#bubbles.push(bubble);
    if (this.#bubbles.length > MAX_ROWS) this.#bubbles.shift();
    this.#append(bubble.element, role === 'user');
    return bubble;
  }

  /** Something worth telling that nobody said, before the reply that is under way; not twice in a row. */
  note(text: string): void {
    if (text === this.#lastNote) return;
    this.#lastNote = text;
    const { element } = this.#bubbles.at(-1) ?? {};
    const isOpen = element?.dataset['role'] === 'assistant' && element.dataset['ended'] === undefined;
    this.#append(make('p', 'talk-note', text), false, isOpen ? element : undefined);
  }

  /** What was said before, before all else. */
  show(said: readonly TalkSaid[]): void {
    for (const { role, text, outcome } of said) {
      if (text === '' && outcome !== 'failed') continue;
      const bubble = this.bubble(role);
      bubble.text = text;
      const isMarked = role === 'assistant' && outcome !== 'completed' && outcome !== 'open';
      bubble.end(isMarked ? outcome : undefined);
    }
    this.toEnd();
  }

  /** The welcome of a conversation that has just begun: before the question, which stands here already. */
  showBefore(said: readonly TalkSaid[]): void {
    const own = this.#bubbles.slice(-2);
    this.show(said);
    this.#log.append(...own.map(({ element }) => element));
    this.#bubbles = [...this.#bubbles.filter((bubble) => !own.includes(bubble)), ...own];
    this.toEnd();
  }

  /** Keeps the newest words in view, unless the reader went back. */
  follow(change: () => void): void {
    const isAtEnd = this.#isAtEnd;
    change();
    if (isAtEnd) this.toEnd();
  }

  toEnd(): void {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  get #isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  #append(element: HTMLElement, mustShow: boolean, before?: HTMLElement): void {
    this.follow(() => {
      this.#empty.hidden = true;
      this.#log.insertBefore(element, before ?? null);
      // The first is the text for when there is nothing.
      while (this.#log.childElementCount > MAX_ROWS) this.#log.children[1]?.remove();
    });
    if (mustShow) this.toEnd();
  }
}
