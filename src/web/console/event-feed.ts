import type { ApiSession } from '../../api/client/index.js';
import { make, setText } from '../dom.js';
import type { Words } from '../words.js';
import { named, told } from './elements.js';
import { eventText, SHOWN_EVENTS } from './session-text.js';

const MAX_LINES = 200;

/** What happens in a session, the newest first; bounded. Everything in it is somebody's text, and stays text. */
export class EventFeed {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #list = make('ol', 'con-events');
  readonly #about: HTMLElement;
  readonly #none: HTMLElement;
  #offs: readonly (() => void)[] = [];

  constructor(words: Words) {
    this.#words = words;
    this.#about = make('p', 'hint');
    this.#none = told(words, 'p', 'hint', 'conEventsNone');
    this.#list.tabIndex = 0;
    named(words, this.#list, 'conEvents');
    const summary = told(words, 'summary', '', 'conEvents');
    const details = make('details', 'con-feed', summary, this.#none, this.#about, this.#list);
    details.open = true;
    this.element = details;
    words.events.on('changed', () => this.#count());
    this.#count();
  }

  /** From now on of this one. */
  follow(session: ApiSession): void {
    this.#leave();
    const events = session.events as unknown as {
      on(name: string, listener: (event: Readonly<Record<string, unknown>>) => void): () => void;
    };
    this.#offs = SHOWN_EVENTS.map((name) => events.on(name, (event) => this.#add(name, event)));
  }

  clear(): void {
    this.#leave();
    this.#list.replaceChildren();
    this.#count();
  }

  #add(name: string, event: Readonly<Record<string, unknown>>): void {
    const time = make('time', '', new Date().toLocaleTimeString(this.#words.language));
    const line = make('li', '', time, make('code', '', name), make('span', '', eventText(name, event)));
    line.dataset['event'] = name;
    this.#list.prepend(line);
    if (this.#list.children.length > MAX_LINES) this.#list.lastElementChild?.remove();
    this.#count();
  }

  #count(): void {
    const count = this.#list.children.length;
    this.#none.hidden = count > 0;
    this.#about.hidden = count === 0;
    this.#list.hidden = count === 0;
    setText(this.#about, this.#words.say('conEventsAbout', { count }));
  }

  #leave(): void {
    for (const off of this.#offs) off();
    this.#offs = [];
  }
}
