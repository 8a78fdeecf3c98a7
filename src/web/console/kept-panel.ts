import type { BridgeApi } from '../../api/client/index.js';
import type { KeptList, KeptRecord, KeptSummary } from '../../api/operator-facts.js';
import { byId, make } from '../dom.js';
import type { Words } from '../words.js';
import { askOperator } from './ask-operator.js';
import { button, named, told } from './elements.js';
import { FailureLine } from './failure-line.js';
import { keptConversation } from './kept-conversation.js';
import { sayTime, sizeText } from './times.js';

/** Conversations on disk: which there are, what was said, and how it sounded. */
export class KeptPanel {
  readonly #words: Words;
  readonly #api: () => BridgeApi;
  readonly #failure: FailureLine;
  readonly #state = make('p', 'hint');
  readonly #list = make('ul', 'con-list');
  readonly #main = make('section', 'card con-main');
  #kept: KeptList | undefined;
  #record: KeptRecord | undefined;
  #chosen: string | undefined;

  constructor(words: Words, api: () => BridgeApi) {
    this.#words = words;
    this.#api = api;
    this.#failure = new FailureLine(words);
    named(words, this.#list, 'conKept');
    named(words, this.#main, 'conMessages');
    const side = make(
      'section',
      'card con-side',
      told(words, 'h2', '', 'conKept'),
      told(words, 'p', 'hint', 'conKeptAbout'),
      this.#state,
      button(words, 'quiet', 'conRefresh', () => void this.load()),
      this.#failure.element,
      this.#list,
    );
    byId('pane-kept').replaceChildren(side, this.#main);
    words.events.on('changed', () => this.#show());
    this.#show();
  }

  async load(): Promise<void> {
    await this.#failure.tried(async () => {
      this.#kept = await askOperator<KeptList>(this.#api(), 'kept');
    });
    this.#show();
  }

  async #open(id: string): Promise<void> {
    this.#chosen = id;
    this.#record = undefined;
    await this.#failure.tried(async () => {
      const record = await askOperator<KeptRecord>(this.#api(), `kept/${id}`);
      if (id === this.#chosen) this.#record = record;
    });
    this.#show();
  }

  #show(): void {
    const words = this.#words;
    const kept = this.#kept;
    this.#state.replaceChildren(...(kept === undefined ? [] : [this.#sayState(kept)]));
    const sessions = kept?.sessions ?? [];
    const focused = document.activeElement?.closest<HTMLElement>('[data-kept]')?.dataset['kept'];
    this.#list.hidden = sessions.length === 0;
    this.#list.replaceChildren(...sessions.map((one) => this.#row(one)));
    if (focused !== undefined)
      this.#list.querySelector<HTMLElement>(`[data-kept="${CSS.escape(focused)}"] button`)?.focus();
    this.#main.replaceChildren(
      ...(this.#record === undefined
        ? [make('p', 'hint', words.say(this.#chosen === undefined ? 'conKeptChoose' : 'conLoading'))]
        : keptConversation(words, this.#record)),
    );
  }

  #sayState({ store, isOff, recordings, sessions }: KeptList): string {
    const words = this.#words;
    const none = sessions.length === 0 ? ` ${words.say('conKeptNone')}` : '';
    if (isOff) return words.say('conKeptOff') + none;
    return (
      words.say('conKeptStore', { store, recordings: words.say(recordings ? 'conOn' : 'conOff') }) + none
    );
  }

  #row({ id, user, lastAtMs, turns, bytes }: KeptSummary): HTMLLIElement {
    const words = this.#words;
    const who = user === undefined ? words.say('conKeptNobody') : words.say('conKeptUser', { user });
    const values = { time: sayTime(words, lastAtMs), turns, size: sizeText(bytes) };
    const about = make('span', 'con-about', words.say('conKeptRow', values));
    const element = make('button', 'con-row', make('strong', '', who), about);
    element.type = 'button';
    element.setAttribute('aria-pressed', String(id === this.#chosen));
    element.addEventListener('click', () => void this.#open(id));
    const item = make('li', '', element);
    item.dataset['kept'] = id;
    return item;
  }
}
