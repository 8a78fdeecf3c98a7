import { byId, make } from './dom.js';
import { TalkBubble } from './talk-bubble.js';
import type { Words } from './words.js';

/** What is told between the words, in the language of the page. */
export type SayNote = () => readonly (Node | string)[];

export interface BubbleOptions {
  readonly picture?: HTMLElement | undefined;
  /** Where it stands; left out: last. */
  readonly before?: HTMLElement | undefined;
  /** Whether it comes into view, even if the reader went back. */
  readonly mustShow?: boolean;
}

/** Older ones leave the page; the conversation has them still. */
const MAX_ROWS = 400;
/** So near its end, new words keep it there. */
const NEAR_END_PX = 60;

/** The rows of a conversation: bubbles of words, with notes between. */
export class TalkLog {
  readonly #words: Words;
  readonly #log = byId('talk-log');
  readonly #empty = byId('talk-empty');
  readonly #bubbles = new Map<Element, TalkBubble>();
  readonly #notes = new Map<Element, SayNote>();
  /** Notes that may be told anew. */
  readonly #named = new Map<string, Element>();
  #wasAtEnd = true;

  constructor(words: Words) {
    this.#words = words;
    this.#log.addEventListener('scroll', () => {
      this.#wasAtEnd = this.#isAtEnd;
    });
    // A question below it, or a longer text in the field, takes of its height.
    new ResizeObserver(() => {
      if (this.#wasAtEnd) this.toEnd();
    }).observe(this.#log);
    words.events.on('changed', () => {
      for (const bubble of this.#bubbles.values()) bubble.retell();
      for (const [element, say] of this.#notes) element.replaceChildren(...say());
    });
  }

  get isEmpty(): boolean {
    return this.#log.childElementCount <= 1;
  }

  /** @param kept - these stay. */
  clear(kept: readonly TalkBubble[] = []): void {
    this.#bubbles.clear();
    this.#notes.clear();
    this.#named.clear();
    for (const bubble of kept) this.#bubbles.set(bubble.element, bubble);
    this.#log.replaceChildren(this.#empty, ...kept.map(({ element }) => element));
    this.#empty.hidden = !this.isEmpty;
  }

  bubble(role: 'user' | 'assistant', { picture, before, mustShow = false }: BubbleOptions = {}): TalkBubble {
    const bubble = new TalkBubble(this.#words, role, picture);
    this.#bubbles.set(bubble.element, bubble);
    this.#insert(bubble.element, before);
    if (mustShow) this.toEnd();
    return bubble;
  }

  remove({ element }: TalkBubble): void {
    this.#bubbles.delete(element);
    element.remove();
    this.#empty.hidden = !this.isEmpty;
  }

  /** Something worth telling that nobody said; not twice in a row. */
  note(say: SayNote, before?: HTMLElement): void {
    const element = make('p', 'talk-note', ...say());
    const last = [...this.#notes.keys()].at(-1);
    if (last?.textContent === element.textContent) return;
    this.#notes.set(element, say);
    this.#insert(element, before);
  }

  /** In place of what was told under this name before. */
  noteAs(name: string, say: SayNote, before?: HTMLElement): void {
    const known = this.#named.get(name);
    if (known === undefined || !this.#notes.has(known)) {
      const element = make('p', 'talk-note', ...say());
      this.#notes.set(element, say);
      this.#named.set(name, element);
      this.#insert(element, before);
      return;
    }
    this.#notes.set(known, say);
    this.follow(() => known.replaceChildren(...say()));
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

  #insert(element: HTMLElement, before: HTMLElement | undefined): void {
    this.follow(() => {
      this.#empty.hidden = true;
      this.#log.insertBefore(element, before?.parentElement === this.#log ? before : null);
      // The first is the text for when there is nothing.
      while (this.#log.childElementCount > MAX_ROWS) this.#removeOldest();
    });
  }

  #removeOldest(): void {
    const oldest = this.#log.children[1];
    if (oldest === undefined) return;
    this.#bubbles.delete(oldest);
    this.#notes.delete(oldest);
    for (const [name, element] of this.#named) if (element === oldest) this.#named.delete(name);
    oldest.remove();
  }
}
