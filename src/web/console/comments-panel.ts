import { ApiError, type BridgeApi } from '../../api/client/index.js';
import type { ToldComments } from '../../api/operator-facts.js';
import { byId, make, setText } from '../dom.js';
import type { TextKey } from '../texts.js';
import type { Words } from '../words.js';
import { askOperator } from './ask-operator.js';
import { button, table, told } from './elements.js';
import { FailureLine } from './failure-line.js';
import { sayTime } from './times.js';

/** The queue of comments of live streams: how it stands, and whether it rests. */
export class CommentsPanel {
  readonly #words: Words;
  readonly #api: () => BridgeApi;
  readonly #failure: FailureLine;
  readonly #off: HTMLElement;
  readonly #body: HTMLElement;
  readonly #state = make('p', '');
  readonly #pause: HTMLButtonElement;
  readonly #counts = make('dl', 'con-counts');
  readonly #asking = make('p', 'con-about');
  readonly #sources = make('div', '');
  readonly #drops = make('div', '');
  #comments: ToldComments | undefined;
  #shown = '';

  constructor(words: Words, api: () => BridgeApi) {
    this.#words = words;
    this.#api = api;
    this.#failure = new FailureLine(words);
    this.#state.setAttribute('role', 'status');
    this.#off = told(words, 'p', 'hint', 'conCommentsOff');
    this.#off.hidden = true;
    this.#pause = button(words, 'quiet strong', 'conCommentsPause', () => void this.#toggle());
    this.#body = make(
      'div',
      'con-body',
      make('div', 'con-buttons', this.#state, this.#pause),
      this.#counts,
      this.#asking,
      this.#sources,
      this.#drops,
    );
    this.#body.hidden = true;
    const card = make(
      'section',
      'card con-wide',
      told(words, 'h2', '', 'conComments'),
      told(words, 'p', 'hint', 'conCommentsAbout'),
      this.#failure.element,
      this.#off,
      this.#body,
    );
    byId('pane-comments').replaceChildren(card);
    words.events.on('changed', () => this.#show());
  }

  load(): Promise<void> {
    return this.#ask();
  }

  async #toggle(): Promise<void> {
    if (this.#comments !== undefined) await this.#ask({ isPaused: !this.#comments.isPaused });
  }

  async #ask(change?: object): Promise<void> {
    await this.#failure.tried(async () => {
      try {
        this.#comments = await askOperator<ToldComments>(this.#api(), 'comments', change);
      } catch (error) {
        // A bridge that reads no comments has no such route.
        if (!(error instanceof ApiError && error.status === 404)) throw error;
        this.#off.hidden = false;
      }
    });
    this.#show();
  }

  #show(): void {
    const words = this.#words;
    const comments = this.#comments;
    this.#body.hidden = comments === undefined;
    const now = JSON.stringify([words.language, comments]);
    if (comments === undefined || now === this.#shown) return;
    this.#shown = now;
    const { isPaused, asking } = comments;
    setText(this.#state, words.say(isPaused ? 'conCommentsRests' : 'conCommentsGo'));
    const key: TextKey = isPaused ? 'conCommentsResume' : 'conCommentsPause';
    this.#pause.dataset['t'] = key;
    setText(this.#pause, words.say(key));
    this.#asking.hidden = asking === undefined;
    setText(
      this.#asking,
      asking === undefined ? '' : words.say('conAsking', { author: asking.author, text: asking.text }),
    );
    this.#showCounts(comments);
    this.#showSources(comments);
    this.#showDrops(comments);
  }

  #showCounts({ waiting, counts }: ToldComments): void {
    const { accepted, asked, answered, dropped } = counts;
    const reasons = Object.entries(dropped);
    const sum = reasons.reduce((all, [, count]) => all + count, 0);
    const why = reasons.map(([reason, count]) => `${reason}: ${count}`).join(', ');
    const values: readonly (readonly [TextKey, string])[] = [
      ['conWaiting', String(waiting)],
      ['conAccepted', String(accepted)],
      ['conAsked', String(asked)],
      ['conAnswered', String(answered)],
      ['conDropped', why === '' ? String(sum) : `${sum} (${why})`],
    ];
    const pairs = values.map(([key, value]) =>
      make('div', '', make('dt', '', this.#words.say(key)), make('dd', '', value)),
    );
    this.#counts.replaceChildren(...pairs);
  }

  #showSources({ sources }: ToldComments): void {
    const words = this.#words;
    const rows = sources.map(({ name, type, state, reason = '' }) =>
      [name, type, state, reason].map((content) => ({ content })),
    );
    const caption = words.say('conSources');
    const heads = [caption, words.say('conOrigin'), words.say('conSessionState'), words.say('conReason')];
    this.#sources.replaceChildren(
      make('h3', '', caption),
      rows.length === 0 ? make('p', 'hint', words.say('conSourcesNone')) : table(caption, heads, rows),
    );
  }

  #showDrops({ drops }: ToldComments): void {
    const words = this.#words;
    const caption = words.say('conDrops');
    const heads = (['conWhen', 'conReason', 'conAuthor', 'conText'] as const).map((key) => words.say(key));
    const rows = drops.map(({ atMs, reason, author, text }) =>
      [sayTime(words, atMs), reason, author, text].map((content) => ({ content })),
    );
    this.#drops.replaceChildren(
      make('h3', '', caption),
      rows.length === 0 ? make('p', 'hint', words.say('conDropsNone')) : table(caption, heads, rows),
    );
  }
}
