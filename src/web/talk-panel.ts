import { isNoticeCode, NOTICES, noticeText } from '../runtime/notices.js';
import type { BridgeView } from './bridge-view.js';
import { byId, make, setText } from './dom.js';
import { type PlayError, playErrorOf } from './play-error.js';
import { TalkFace } from './talk-face.js';
import { TalkFailure } from './talk-failure.js';
import { TalkFeed } from './talk-feed.js';
import { TalkLog } from './talk-log.js';
import { TalkPictures } from './talk-pictures.js';
import { type TalkEvent, TalkLine } from './talk-request.js';
import { type ShownTurn, TalkTurns } from './talk-turns.js';
import type { TapPlayer } from './tap-player.js';
import { isTextKey } from './texts.js';
import type { Words } from './words.js';

export interface TalkPanelParts {
  readonly words: Words;
  readonly bridge: BridgeView;
  readonly player: TapPlayer;
}

type Opened = Extract<TalkEvent, { readonly event: 'opened' | 'state' }>;
type Notice = Extract<TalkEvent, { readonly event: 'notice' }>;

/** What both ways tell is told at about the same time. */
const BOTH_WAYS_MS = 1500;

/**
 * A conversation with the avatar by text: what was said, the field, pictures, and how the avatar feels.
 *
 * A turn of this page is told in the answer to its question, everything else by the feed, which tells of all turns.
 */
export class TalkPanel {
  readonly #parts: TalkPanelParts;
  readonly #line = new TalkLine();
  readonly #feed = new TalkFeed();
  readonly #log: TalkLog;
  readonly #turns: TalkTurns;
  readonly #pictures: TalkPictures;
  readonly #face: TalkFace;
  readonly #failure: TalkFailure;
  readonly #text = byId('talk-text', HTMLTextAreaElement);
  readonly #sendButton = byId('talk-send', HTMLButtonElement);
  readonly #stopButton = byId('talk-stop', HTMLButtonElement);
  readonly #newButton = byId('talk-new', HTMLButtonElement);
  readonly #credit = byId('talk-credit');
  readonly #aloud = byId('talk-aloud');
  readonly #credits = new Set<string>();
  /** The conversation that is shown. */
  #talk: string | undefined;

  constructor(parts: TalkPanelParts) {
    this.#parts = parts;
    const { words, bridge } = parts;
    this.#log = new TalkLog(words);
    this.#turns = new TalkTurns(words, this.#log);
    this.#pictures = new TalkPictures(words);
    this.#face = new TalkFace(words);
    this.#failure = new TalkFailure(words);
    byId('talk-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#text.addEventListener('keydown', (event) => {
      // Enter that ends a word of an input method is none of ours.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.#text.addEventListener('input', () => this.#show());
    this.#stopButton.addEventListener('click', () => {
      this.#keepFocus(this.#stopButton);
      void this.#tried(this.#line.stop());
    });
    this.#newButton.addEventListener('click', () => void this.#forget());
    this.#pictures.events.on('changed', () => this.#show());
    this.#pictures.events.on('failed', (error) => this.#failure.show(error));
    this.#feed.events.on('told', (event) => this.#told(event));
    this.#feed.events.on('changed', () => this.#linked());
    words.events.on('changed', () => this.#show());
    bridge.events.on('link', () => this.#show());
    this.#show();
  }

  /** It is looked at: what was said before is wanted. */
  shown(): void {
    this.#feed.open(this.#line.lane);
    this.#log.toEnd();
  }

  /** The avatar to talk with: each has its own conversation. */
  set lane(lane: string | undefined) {
    if (lane === this.#line.lane) return;
    this.#line.lane = lane;
    this.#talk = undefined;
    this.#begin();
  }

  #send(): void {
    const text = this.#text.value.trim();
    const picture = this.#pictures.attached;
    if ((text === '' && picture === undefined) || this.#parts.bridge.link !== 'online') return;
    this.#parts.player.unlock();
    this.#failure.show(undefined);
    const id = newId();
    const turn = this.#turns.ask(id, text, picture && this.#pictures.preview(picture));
    this.#keepFocus(this.#sendButton);
    this.#text.value = '';
    this.#pictures.drop();
    this.#pictures.askNoMore();
    this.#face.phase = 'thinking';
    this.#show();
    void this.#converse(turn, { text, image: picture?.image, id });
  }

  async #converse(
    turn: ShownTurn,
    question: { readonly text: string; readonly image: string | undefined; readonly id: string },
  ): Promise<void> {
    // The session that it begins is that of the question too.
    await this.#feed.ready(BOTH_WAYS_MS);
    try {
      await this.#line.ask(question, (event) => this.#answered(turn, event));
    } catch (error) {
      this.#broken(turn, playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE'));
    }
    if (!turn.reply.hasEnded && turn.isAnswered) this.#broken(turn, undefined);
  }

  /** The answer to its question ended, and the turn did not. */
  #broken(turn: ShownTurn, error: PlayError | undefined): void {
    if (turn.reply.hasEnded) return;
    const isNewest = turn === this.#newest;
    this.#turns.lose(turn);
    this.#over(turn, isNewest ? error : undefined);
    // It may go on all the same.
    if (turn.number !== undefined) this.#feed.reopen();
  }

  /** Of a turn of this page. */
  #answered(turn: ShownTurn, event: TalkEvent): void {
    if ('turn' in event) {
      if (event.event === 'turn') this.#checkFeed(event.talk);
      const newest = this.#newest;
      this.#turns.tell(turn, event);
      if (event.event === 'ended') this.#endedTurn(turn, event.error, newest);
    } else if (event.event === 'vision' || event.event === 'error' || !this.#feed.isOpen) this.#any(event);
  }

  /** By the feed. */
  #told(event: TalkEvent): void {
    if (!('turn' in event)) {
      this.#any(event);
      return;
    }
    const newest = this.#newest;
    const turn = this.#turns.take(event);
    if (event.event === 'turn' || event.event === 'gone') this.#show();
    else if (event.event === 'ended' && turn?.isAnswered === false)
      this.#endedTurn(turn, event.error, newest);
  }

  /** @param newest - of those that were under way with it: of one that was overtaken or forgotten nobody asks any more. */
  #endedTurn(turn: ShownTurn, error: PlayError | undefined, newest: ShownTurn | undefined): void {
    this.#over(turn, turn === newest || this.#newest === undefined ? error : undefined);
  }

  #any(event: TalkEvent): void {
    switch (event.event) {
      case 'opened':
      case 'state':
        this.#opened(event);
        return;
      case 'forgotten':
        this.#talk = undefined;
        this.#begin();
        return;
      case 'phase':
        this.#face.phase = event.phase;
        return;
      case 'face':
        this.#face.show(event);
        return;
      case 'toolProgress':
        this.#noteProgress(event);
        return;
      case 'vision':
        void this.#look(event.id, event.source);
        return;
      case 'looked':
        this.#pictures.askNoMore(event.id);
        return;
      case 'credit':
        this.#credits.add(event.credit);
        this.#show();
        return;
      case 'notice':
        this.#log.note(() => this.#noticeWords(event), this.#newest?.reply.element);
        return;
      case 'error':
        this.#failure.show(event);
        return;
    }
  }

  /** How things stand: at first, when a conversation begins, and whenever the way to the server is there again. */
  #opened(event: Opened): void {
    const [before] = this.#turns.open.filter(({ number }) => number === undefined);
    const place = before?.question?.element ?? before?.reply.element;
    const isOther = event.talk !== this.#talk;
    if (this.#talk !== undefined && isOther) this.#ended(place);
    this.#talk = event.talk;
    // The welcome stands before all else.
    this.#turns.show(
      event.said.filter(({ turn }) => turn === 0),
      place,
    );
    if (isOther && event.model !== undefined)
      this.#noteModel(event.model, event.isDemonstration === true, place);
    if (event.event === 'state') {
      this.#turns.sync(event.said, place);
      this.#face.phase = event.phase;
      for (const credit of event.credits) this.#credits.add(credit);
    }
    this.#log.toEnd();
    this.#show();
  }

  /** The conversation that stands here was ended by the server. */
  #ended(place: HTMLElement | undefined): void {
    this.#turns.close();
    if (!this.#log.isEmpty) this.#log.note(() => [this.#parts.words.say('talkAnew')], place);
    this.#face.reset();
    this.#pictures.askNoMore();
  }

  #noteModel(model: string, isDemonstration: boolean, place: HTMLElement | undefined): void {
    const { words } = this.#parts;
    this.#log.note(
      () => [isDemonstration ? words.say('talkDemonstration') : words.say('talkModel', { model })],
      place,
    );
  }

  /** Of a tool that nobody waits for: one row, which goes on. */
  #noteProgress({ call, name, text }: Extract<TalkEvent, { event: 'toolProgress' }>): void {
    const { words } = this.#parts;
    this.#log.noteAs(call, () => [words.say('talkToolGoesOn', { name, text })], this.#newest?.reply.element);
  }

  #noticeWords({ code, values, text }: Notice): readonly (Node | string)[] {
    const { words } = this.#parts;
    if (!isNoticeCode(code)) return [text];
    const { error, code: fault = '' } = values;
    if (error === undefined || !isTextKey(fault)) return [noticeText({ code, values }, words.language)];
    const told = noticeText({ code, values: { ...values, error: words.say(fault) } }, words.language);
    // Of what is only tried again the words are enough.
    return NOTICES[code].kind === 'warning' ? [told, make('code', '', `${fault}: ${error}`)] : [told];
  }

  #over(turn: ShownTurn, error: PlayError | undefined): void {
    if (this.#turns.open.length === 0) {
      this.#face.phase = 'idle';
      this.#pictures.askNoMore();
      setText(this.#aloud, turn.reply.text);
    }
    if (error !== undefined) this.#failure.show(error);
    this.#show();
  }

  /** The button has nothing to do for now: the keyboard goes on in the field, not at the top of the page. */
  #keepFocus(button: HTMLButtonElement): void {
    if (button.matches(':focus-visible')) this.#text.focus();
  }

  get #newest(): ShownTurn | undefined {
    return this.#turns.open.at(-1);
  }

  /** The browser's session may be another than when the feed was opened. */
  #checkFeed(talk: string): void {
    setTimeout(() => {
      if (this.#feed.isOpen && this.#feed.talk !== talk) this.#feed.reopen();
    }, BOTH_WAYS_MS);
  }

  async #look(id: string, source: string): Promise<void> {
    const answer = await this.#pictures.look(source, id);
    // Nobody waits any more: the turn has ended, which the page is told.
    if (answer !== undefined) await this.#line.give(id, answer).catch(() => {});
  }

  async #forget(): Promise<void> {
    await this.#tried(this.#line.forget());
    if (this.#failure.isEmpty && !this.#feed.isOpen) this.#begin();
    this.#text.focus();
  }

  /** Nothing was said. */
  #begin(): void {
    this.#credits.clear();
    this.#turns.clear();
    this.#pictures.reset();
    this.#face.reset();
    this.#failure.show(undefined);
    this.#show();
  }

  #linked(): void {
    // What was begun may end meanwhile: that is told when it is back.
    if (!this.#feed.isOpen) this.#face.reset();
    else this.#failure.forget('BRIDGE_ERR_DAEMON_UNREACHABLE');
    this.#show();
  }

  async #tried(request: Promise<void>): Promise<void> {
    this.#failure.show(undefined);
    try {
      await request;
    } catch (error) {
      this.#failure.show(playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE'));
    }
  }

  #show(): void {
    const { words, bridge } = this.#parts;
    const isOnline = bridge.link === 'online';
    const isEmpty = this.#text.value.trim() === '' && this.#pictures.attached === undefined;
    this.#sendButton.disabled = !isOnline || isEmpty;
    this.#stopButton.disabled = !isOnline || this.#turns.open.length === 0;
    this.#newButton.disabled = !isOnline || this.#log.isEmpty;
    this.#credit.hidden = this.#credits.size === 0;
    setText(this.#credit, words.say('voiceCredit', { credit: [...this.#credits].join(', ') }));
  }
}

/** Also where the page came over plain HTTP from another machine, where browsers give no UUIDs. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-');
}
