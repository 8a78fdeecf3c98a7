import type { BridgeApi, ListedSession } from '../../api/client/index.js';
import { byId, make, setText } from '../dom.js';
import type { Words } from '../words.js';
import { named, told } from './elements.js';
import { FailureLine } from './failure-line.js';
import { SessionDetail } from './session-detail.js';
import { chosenSessions, phaseKey } from './session-text.js';
import { saySpan } from './times.js';

const MAX_ROWS = 200;

interface Row {
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly caller: HTMLElement;
  readonly state: HTMLElement;
  readonly about: HTMLElement;
}

/** The conversations of all callers; the chosen one is looked on at. */
export class SessionsPanel {
  readonly #words: Words;
  readonly #api: () => BridgeApi;
  readonly #list = make('ul', 'con-list');
  readonly #count: HTMLElement;
  readonly #none: HTMLElement;
  readonly #failure: FailureLine;
  readonly #filter = make('input', '');
  readonly #detail: SessionDetail;
  readonly #rows = new Map<string, Row>();
  #sessions: readonly ListedSession[] = [];
  #chosen: string | undefined;
  #isLoaded = false;

  constructor(words: Words, api: () => BridgeApi) {
    this.#words = words;
    this.#api = api;
    this.#detail = new SessionDetail(words, api, () => void this.load());
    this.#failure = new FailureLine(words);
    this.#count = make('p', 'hint');
    this.#none = told(words, 'p', 'hint', 'conSessionsNone');
    this.#none.hidden = true;
    this.#filter.type = 'search';
    this.#filter.autocomplete = 'off';
    this.#filter.dataset['tPlaceholder'] = 'conFilter';
    this.#filter.placeholder = words.say('conFilter');
    this.#filter.addEventListener('input', () => this.#show());
    named(words, this.#list, 'conSessions');
    const side = make(
      'section',
      'card con-side',
      told(words, 'h2', '', 'conSessions'),
      told(words, 'p', 'hint', 'conSessionsAbout'),
      named(words, this.#filter, 'conSessionsFilter'),
      this.#failure.element,
      this.#none,
      this.#list,
      this.#count,
    );
    byId('pane-sessions').replaceChildren(side, this.#detail.element);
    words.events.on('changed', () => this.#show());
  }

  async load(): Promise<void> {
    await this.#failure.tried(async () => {
      this.#sessions = await this.#api().sessions();
      this.#isLoaded = true;
    });
    this.#show();
  }

  #show(): void {
    const words = this.#words;
    const fitting = chosenSessions(this.#sessions, this.#filter.value);
    const shown = fitting.slice(0, MAX_ROWS);
    this.#none.hidden = !this.#isLoaded || this.#sessions.length > 0;
    this.#count.hidden = shown.length === this.#sessions.length;
    setText(this.#count, words.say('conSessionsMore', { shown: shown.length, count: this.#sessions.length }));
    const items = shown.map((session) => this.#shownRow(session));
    for (const [id, { item }] of this.#rows) if (!items.includes(item)) this.#rows.delete(id);
    this.#place(items);
    const chosen = this.#sessions.find(({ session }) => session === this.#chosen);
    this.#detail.facts(chosen);
  }

  /** What has the focus keeps it: only what stands elsewhere is moved. */
  #place(items: readonly HTMLLIElement[]): void {
    for (const child of [...this.#list.children]) if (!items.includes(child as HTMLLIElement)) child.remove();
    for (const [at, item] of items.entries()) {
      const there = this.#list.children[at] ?? null;
      if (there === item) continue;
      const focused = document.activeElement;
      this.#list.insertBefore(item, there);
      if (focused instanceof HTMLElement && item.contains(focused)) focused.focus();
    }
  }

  #shownRow(session: ListedSession): HTMLLIElement {
    const row = this.#rows.get(session.session) ?? this.#newRow(session.session);
    const { caller, by, persona, name, phase, turns, quietMs, isHeld, isOperated } = session;
    const words = this.#words;
    setText(row.caller, caller);
    row.state.dataset['phase'] = phase;
    setText(row.state, words.say(phaseKey(phase)));
    const about = [
      by,
      persona,
      name,
      words.say('conTurns', { count: turns }),
      ...(phase === 'idle' ? [words.say('conQuiet', { time: saySpan(words, quietMs) })] : []),
      ...(isHeld ? [] : [words.say('conHeldNot')]),
      ...(isOperated ? [words.say('conOperated')] : []),
    ];
    setText(row.about, about.join(' · '));
    row.button.setAttribute('aria-pressed', String(session.session === this.#chosen));
    return row.item;
  }

  #newRow(id: string): Row {
    const caller = make('strong', '');
    const state = make('span', 'con-phase');
    const about = make('span', 'con-about');
    const button = make('button', 'con-row', caller, state, about);
    button.type = 'button';
    button.addEventListener('click', () => this.#choose(id));
    const item = make('li', '', button);
    item.dataset['session'] = id;
    const row = { item, button, caller, state, about };
    this.#rows.set(id, row);
    return row;
  }

  #choose(id: string): void {
    this.#chosen = id;
    void this.#detail.open(id);
    this.#show();
  }
}
