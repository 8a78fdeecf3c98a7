import { ApiError, type BridgeApi } from '../../api/client/index.js';
import { byId, make, setText } from '../dom.js';
import { type PlayError, playErrorOf } from '../play-error.js';
import type { TextKey } from '../texts.js';
import type { Words } from '../words.js';
import { askOperator } from './ask-operator.js';
import { button, showFailure, table, told } from './elements.js';
import { sayTime } from './times.js';

interface Comment {
  readonly source: string;
  readonly author: string;
  readonly text: string;
}

interface Comments {
  readonly isPaused: boolean;
  readonly waiting: number;
  readonly asking?: Comment;
  readonly sources: readonly {
    readonly name: string;
    readonly type: string;
    readonly state: string;
    readonly reason?: string;
  }[];
  readonly counts: {
    readonly accepted: number;
    readonly asked: number;
    readonly answered: number;
    readonly dropped: Readonly<Record<string, number>>;
  };
  readonly drops: readonly (Comment & { readonly reason: string; readonly atMs: number })[];
}

/** The queue of comments of live streams: how it stands, and whether it rests. */
export class CommentsPanel {
  readonly #words: Words;
  readonly #api: () => BridgeApi;
  readonly #failure = make('p', 'failure');
  readonly #off: HTMLElement;
  readonly #body: HTMLElement;
  readonly #state = make('p', '');
  readonly #pause: HTMLButtonElement;
  readonly #counts = make('dl', 'con-counts');
  readonly #asking = make('p', 'con-about');
  readonly #sources = make('div', '');
  readonly #drops = make('div', '');
  #comments: Comments | undefined;
  #error: PlayError | undefined;
  #shown = '';

  constructor(words: Words, api: () => BridgeApi) {
    this.#words = words;
    this.#api = api;
    this.#failure.hidden = true;
    this.#failure.setAttribute('role', 'alert');
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
      this.#failure,
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
    try {
      this.#comments = await askOperator<Comments>(this.#api(), 'comments', change);
      this.#error = undefined;
    } catch (error) {
      // A bridge that reads no comments has no such route.
      if (error instanceof ApiError && error.status === 404) this.#off.hidden = false;
      else this.#error = playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE');
    }
    this.#show();
  }

  #show(): void {
    const words = this.#words;
    showFailure(this.#failure, words, this.#error);
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

  #showCounts({ waiting, counts }: Comments): void {
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

  #showSources({ sources }: Comments): void {
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

  #showDrops({ drops }: Comments): void {
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
