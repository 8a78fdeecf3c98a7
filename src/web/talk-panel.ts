import type { BridgeView } from './bridge-view.js';
import { byId, setText } from './dom.js';
import { type PlayError, playErrorOf } from './play-error.js';
import { TalkFace } from './talk-face.js';
import { type TalkBubble, TalkLog } from './talk-log.js';
import { TalkPictures } from './talk-pictures.js';
import { type TalkEvent, TalkLine } from './talk-request.js';
import type { TapPlayer } from './tap-player.js';
import type { Words } from './words.js';

export interface TalkPanelParts {
  readonly words: Words;
  readonly bridge: BridgeView;
  readonly player: TapPlayer;
}

/** A turn that this page asked for. */
interface OwnTurn {
  readonly bubble: TalkBubble;
  /** What has been heard of it. */
  heard: string;
  hasEnded: boolean;
}

/** While a turn of which this page has no stream is under way, its words are asked for so often. */
const WATCH_EVERY_MS = 1000;

/** A conversation with the avatar by text: what was said, the field, pictures, and how the avatar feels. */
export class TalkPanel {
  readonly #parts: TalkPanelParts;
  readonly #line = new TalkLine();
  readonly #log: TalkLog;
  readonly #pictures: TalkPictures;
  readonly #face: TalkFace;
  readonly #text = byId('talk-text', HTMLTextAreaElement);
  readonly #sendButton = byId('talk-send', HTMLButtonElement);
  readonly #stopButton = byId('talk-stop', HTMLButtonElement);
  readonly #newButton = byId('talk-new', HTMLButtonElement);
  readonly #credit = byId('talk-credit');
  readonly #aloud = byId('talk-aloud');
  readonly #failure = byId('talk-error');
  readonly #credits = new Set<string>();
  #turn: OwnTurn | undefined;
  #error: PlayError | undefined;
  #errors = 0;
  #isLoaded = false;
  /** A turn is under way of which this page has no stream: it was loaded anew. */
  #isOpenElsewhere = false;
  #watching: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: TalkPanelParts) {
    this.#parts = parts;
    const { words, bridge } = parts;
    this.#log = new TalkLog(words);
    this.#pictures = new TalkPictures(words);
    this.#face = new TalkFace(words);
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
    this.#stopButton.addEventListener('click', () => void this.#tried(this.#line.stop()));
    this.#newButton.addEventListener('click', () => void this.#forget());
    this.#pictures.events.on('changed', () => this.#show());
    this.#pictures.events.on('failed', (error) => this.#fail(error));
    words.events.on('changed', () => this.#show());
    bridge.events.on('link', () => this.#show());
    this.#show();
  }

  /** It is looked at: what was said before is wanted. */
  shown(): void {
    if (!this.#isLoaded) void this.#load();
    this.#log.toEnd();
  }

  /** The avatar to talk with: each has its own conversation. */
  set lane(lane: string | undefined) {
    if (lane === this.#line.lane) return;
    this.#line.lane = lane;
    this.#turn = undefined;
    this.#begin();
    this.#isLoaded = false;
  }

  async #load(): Promise<void> {
    this.#isLoaded = true;
    const { lane } = this.#line;
    try {
      const said = await this.#line.said();
      // Meanwhile something was asked, or another avatar chosen.
      if (this.#turn !== undefined || lane !== this.#line.lane) return;
      this.#log.clear();
      this.#log.show(said);
      clearTimeout(this.#watching);
      this.#isOpenElsewhere = said.some(({ outcome }) => outcome === 'open');
      if (this.#isOpenElsewhere) this.#watching = setTimeout(() => void this.#load(), WATCH_EVERY_MS);
    } catch (error) {
      this.#isLoaded = false;
      this.#fail(playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE'));
    }
    this.#show();
  }

  #send(): void {
    const text = this.#text.value.trim();
    const picture = this.#pictures.attached;
    if ((text === '' && picture === undefined) || this.#parts.bridge.link !== 'online') return;
    this.#parts.player.unlock();
    this.#fail(undefined);
    const question = this.#log.bubble(
      'user',
      picture === undefined ? undefined : this.#pictures.preview(picture),
    );
    question.text = text;
    this.#text.value = '';
    this.#pictures.drop();
    this.#pictures.askNoMore();
    void this.#converse(text, picture?.image);
  }

  async #converse(text: string, image: string | undefined): Promise<void> {
    this.#isOpenElsewhere = false;
    const turn: OwnTurn = { bubble: this.#log.bubble('assistant'), heard: '', hasEnded: false };
    this.#turn = turn;
    this.#face.phase = 'thinking';
    this.#show();
    try {
      await this.#line.ask({ text, image }, (event) => this.#take(turn, event));
    } catch (error) {
      this.#end(turn, 'failed', playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE'));
    }
    if (!turn.hasEnded) this.#end(turn, 'failed', undefined);
  }

  #take(turn: OwnTurn, event: TalkEvent): void {
    const isNewest = turn === this.#turn;
    switch (event.event) {
      case 'opened':
        if (isNewest) this.#opened(event);
        return;
      case 'phase':
        if (isNewest) this.#face.phase = event.phase;
        return;
      case 'face':
        this.#face.show(event);
        return;
      case 'chunk':
        this.#log.follow(() => turn.bubble.add(event.text));
        return;
      case 'heard':
        turn.heard = turn.heard.slice(0, event.from) + event.text;
        turn.bubble.heard(turn.heard);
        return;
      case 'tool':
        if (event.stage === 'called') this.#log.note(this.#parts.words.say('talkTool', { name: event.name }));
        return;
      case 'vision':
        void this.#look(event.id, event.source);
        return;
      case 'credit':
        this.#credits.add(event.credit);
        this.#show();
        return;
      case 'notice':
        this.#log.note(event.text);
        return;
      case 'error':
        if (isNewest) this.#fail(event);
        return;
      case 'ended':
        turn.bubble.heard(event.heard);
        this.#end(turn, event.outcome, event.error);
        return;
    }
  }

  #opened({ said, model, isDemonstration }: Extract<TalkEvent, { event: 'opened' }>): void {
    const { words } = this.#parts;
    this.#log.showBefore(said);
    this.#log.note(isDemonstration ? words.say('talkDemonstration') : words.say('talkModel', { model }));
  }

  #end(
    turn: OwnTurn,
    outcome: 'completed' | 'interrupted' | 'failed' | 'dropped',
    error: PlayError | undefined,
  ): void {
    if (turn.hasEnded) return;
    turn.hasEnded = true;
    const isNewest = turn === this.#turn;
    this.#log.follow(() => turn.bubble.end(outcome === 'completed' ? undefined : outcome));
    if (isNewest) {
      this.#turn = undefined;
      this.#face.phase = 'idle';
      this.#pictures.askNoMore();
      setText(this.#aloud, turn.bubble.text);
    }
    // Of one that was overtaken or forgotten nobody asks any more.
    if (isNewest && error !== undefined) this.#fail(error);
    this.#show();
  }

  async #look(id: string, source: string): Promise<void> {
    const answer = await this.#pictures.look(source);
    // Nobody waits any more: the turn has ended, which the page is told.
    await this.#line.give(id, answer).catch(() => {});
  }

  async #forget(): Promise<void> {
    await this.#tried(this.#line.forget());
    if (this.#error === undefined) this.#begin();
    this.#text.focus();
  }

  /** Nothing was said. */
  #begin(): void {
    this.#turn = undefined;
    this.#isOpenElsewhere = false;
    this.#credits.clear();
    this.#log.clear();
    this.#pictures.reset();
    this.#face.reset();
    clearTimeout(this.#watching);
    this.#fail(undefined);
    this.#show();
  }

  async #tried(request: Promise<void>): Promise<void> {
    this.#fail(undefined);
    try {
      await request;
    } catch (error) {
      this.#fail(playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE'));
    }
  }

  #fail(error: PlayError | undefined): void {
    // The same one is told twice: when it happens, and when its turn ends.
    if (error?.code !== this.#error?.code || error?.message !== this.#error?.message) this.#errors++;
    this.#error = error;
    this.#showFailure();
  }

  #show(): void {
    const { words, bridge } = this.#parts;
    const isOnline = bridge.link === 'online';
    const isEmpty = this.#text.value.trim() === '' && this.#pictures.attached === undefined;
    this.#sendButton.disabled = !isOnline || isEmpty;
    this.#stopButton.disabled = !isOnline || (this.#turn === undefined && !this.#isOpenElsewhere);
    this.#newButton.disabled = !isOnline || this.#log.isEmpty;
    this.#credit.hidden = this.#credits.size === 0;
    setText(this.#credit, words.say('voiceCredit', { credit: [...this.#credits].join(', ') }));
    this.#showFailure();
  }

  #showFailure(): void {
    const error = this.#error;
    this.#failure.hidden = error === undefined;
    // Said again only when it changed: it is read aloud.
    const said = error === undefined ? '' : `${this.#parts.words.language}${this.#errors}`;
    if (this.#failure.dataset['said'] === said) return;
    this.#failure.dataset['said'] = said;
    this.#failure.replaceChildren(...(error === undefined ? [] : this.#parts.words.sayError(error)));
  }
}
