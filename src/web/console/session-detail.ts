import type { ApiSession, BridgeApi, Line, ListedSession } from '../../api/client/index.js';
import { make, setText } from '../dom.js';
import { playErrorOf } from '../play-error.js';
import type { TextKey } from '../texts.js';
import type { Words } from '../words.js';
import { named, told } from './elements.js';
import { EventFeed } from './event-feed.js';
import { FailureLine } from './failure-line.js';
import { SessionActs } from './session-acts.js';
import { outcomeKey, phaseKey } from './session-text.js';
import { saySpan } from './times.js';

/** Events after which what was said may stand otherwise. */
const TELLS_WORDS = ['turn', 'ended', 'given', 'context', 'resumed'] as const;
const CHANGES = ['phase', ...TELLS_WORDS, 'closed'] as const;

/** One session that is looked on at: how it stands, what was said, what happens, and what an operator may do. */
export class SessionDetail {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #api: () => BridgeApi;
  readonly #onChanged: () => void;
  readonly #choose: HTMLElement;
  readonly #body: HTMLElement;
  readonly #title = make('h2', '');
  readonly #facts = make('p', 'con-about');
  readonly #ended: HTMLElement;
  readonly #lines = make('div', 'con-lines');
  readonly #failure: FailureLine;
  readonly #feed: EventFeed;
  readonly #acts: SessionActs;
  #session: ApiSession | undefined;
  #listed: ListedSession | undefined;
  #messages: readonly Line[] = [];
  #opening = 0;

  constructor(words: Words, api: () => BridgeApi, onChanged: () => void) {
    this.#words = words;
    this.#api = api;
    this.#onChanged = onChanged;
    this.#feed = new EventFeed(words);
    this.#acts = new SessionActs(words, onChanged);
    this.#choose = told(words, 'p', 'hint', 'conChooseSession');
    this.#ended = told(words, 'p', 'con-over', 'conSessionEnded');
    this.#ended.setAttribute('role', 'status');
    this.#failure = new FailureLine(words);
    this.#lines.setAttribute('role', 'log');
    this.#lines.tabIndex = 0;
    named(words, this.#lines, 'conMessages');
    this.#body = make(
      'div',
      'con-body',
      make('header', 'con-head', this.#title, this.#facts, this.#ended),
      this.#failure.element,
      told(words, 'h3', '', 'conMessages'),
      this.#lines,
      this.#acts.element,
      this.#feed.element,
    );
    this.#body.hidden = true;
    this.element = make('section', 'card con-main', this.#choose, this.#body);
    named(words, this.element, 'conSessionState');
    words.events.on('changed', () => this.#show());
  }

  /** Looks on at this one from now on. Never rejects. */
  async open(id: string): Promise<void> {
    const opening = ++this.#opening;
    const before = this.#session;
    this.#session = undefined;
    this.#messages = [];
    this.#feed.clear();
    this.#choose.hidden = true;
    this.#body.hidden = false;
    this.#failure.tell(undefined);
    void before?.leave();
    try {
      const session = await this.#api().attach(id, { isWatching: true });
      if (opening !== this.#opening) {
        await session.leave();
        return;
      }
      this.#session = session;
      this.#messages = session.state.messages;
      this.#acts.session = session;
      this.#listen(session);
    } catch (error) {
      if (opening === this.#opening) this.#failure.tell(playErrorOf(error));
    }
    this.#show();
  }

  /** As the list tells of it now; undefined: it is not there. */
  facts(listed: ListedSession | undefined): void {
    this.#listed = listed ?? this.#listed;
    if (listed !== undefined) this.#acts.isOperated = listed.isOperated;
    if (!this.#body.hidden) this.#show();
  }

  #listen(session: ApiSession): void {
    this.#feed.follow(session);
    for (const name of CHANGES) {
      session.events.on(name, () => {
        if (session !== this.#session) return;
        if ((TELLS_WORDS as readonly string[]).includes(name)) void this.#readWords(session);
        if (name === 'closed') this.#onChanged();
        this.#show();
      });
    }
    session.events.on('gap', ({ messages }) => {
      if (session === this.#session) this.#messages = messages;
      this.#show();
    });
  }

  async #readWords(session: ApiSession): Promise<void> {
    const messages = await session.messages().catch(() => undefined);
    if (messages === undefined || session !== this.#session) return;
    this.#messages = messages;
    this.#show();
  }

  #show(): void {
    const words = this.#words;
    const session = this.#session;
    const listed = this.#listed;
    const isOver = session?.isClosed === true;
    this.#ended.hidden = !isOver;
    this.#acts.isOver = isOver || session === undefined;
    if (listed === undefined) return;
    const { caller, by, persona, name, user, voice, sinceMs, turns } = listed;
    setText(this.#title, caller);
    const told = [
      words.say(phaseKey(session?.phase ?? listed.phase)),
      by,
      persona,
      name,
      ...(user === undefined ? [] : [`${words.say('conWhoUser')}: ${user}`]),
      ...(voice.lane === undefined ? [] : [voice.lane]),
      words.say('conTurns', { count: turns }),
      words.say('conSince', { time: saySpan(words, sinceMs) }),
    ];
    setText(this.#facts, told.join(' · '));
    this.#showLines();
  }

  #showLines(): void {
    const words = this.#words;
    if (this.#messages.length === 0) {
      this.#lines.replaceChildren(make('p', 'log-empty', words.say('conMessagesNone')));
      return;
    }
    const isAtEnd = this.#lines.scrollHeight - this.#lines.scrollTop - this.#lines.clientHeight < 40;
    this.#lines.replaceChildren(...this.#messages.map((line) => this.#line(line)));
    if (isAtEnd) this.#lines.scrollTop = this.#lines.scrollHeight;
  }

  #line({ role, text, outcome }: Line): HTMLElement {
    const words = this.#words;
    const who: TextKey = role === 'user' ? 'conWhoUser' : 'conWhoAvatar';
    const how = outcome === 'completed' ? undefined : outcomeKey(outcome);
    const line = make('p', 'con-line', make('strong', '', words.say(who)), make('span', '', text));
    if (how !== undefined) line.append(make('em', '', words.say(how)));
    line.dataset['role'] = role;
    return line;
  }
}
