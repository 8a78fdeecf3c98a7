import { byId, make, setText } from '../dom.js';
import { linkErrorOf } from '../voice-kit/api-talk-link.js';
import type { LinkError, TalkLink } from '../voice-kit/talk-link.js';
import type { VoiceLog } from '../voice-kit/voice-log.js';
import type { VoiceLoop } from '../voice-kit/voice-loop.js';
import type { VoiceWords } from './voice-words.js';

export interface TypingParts {
  readonly words: VoiceWords;
  readonly link: TalkLink;
  readonly loop: VoiceLoop;
  readonly log: VoiceLog;
  readonly unlock: () => void;
}

const LOGIN_PATH = 'login';

/** The side of the words: what is typed, what went wrong, credits, a new beginning, and whether the server is there. */
export class Typing {
  readonly #parts: TypingParts;
  readonly #text = byId('text', HTMLInputElement);
  readonly #send = byId('send', HTMLButtonElement);
  readonly #forget = byId('forget', HTMLButtonElement);
  readonly #error = byId('talk-error');
  readonly #credit = byId('credit');
  readonly #banner = byId('banner');
  readonly #credits = new Set<string>();
  #failure: LinkError | undefined;
  #refusal: LinkError | undefined;

  constructor(parts: TypingParts) {
    this.#parts = parts;
    const { link, words } = parts;
    byId('form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#ask();
    });
    this.#forget.addEventListener('click', () => void this.#startOver());
    link.events.on('error', (error) => this.#fail(error));
    link.events.on('ended', ({ outcome, error }) => {
      if (outcome === 'failed' && error !== undefined) this.#fail(error);
    });
    link.events.on('turn', () => this.#fail(undefined));
    link.events.on('credit', (credit) => {
      this.#credits.add(credit);
      this.#credit.hidden = false;
      setText(this.#credit, [...this.#credits].join(' · '));
    });
    link.events.on('notice', (notice) => parts.log.note(notice[words.language]));
    link.events.on('link', () => this.show());
    words.events.on('changed', () => {
      this.show();
      this.#showFailure();
      parts.log.retell();
    });
    this.show();
  }

  show(): void {
    const { words, link } = this.#parts;
    const { state } = link;
    document.body.dataset['link'] = state === 'refused' ? 'lost' : state;
    const pills = {
      connecting: 'linkConnecting',
      online: 'linkOnline',
      lost: 'linkLost',
      refused: 'linkRefused',
    } as const;
    setText(byId('link-state'), words.say(pills[state]));
    this.#banner.hidden = state !== 'lost' && state !== 'refused';
    if (state === 'lost') setText(this.#banner, words.say('bannerLost'));
    if (state === 'refused') this.#showRefusal();
    this.#send.disabled = state !== 'online';
    this.#forget.disabled = state !== 'online';
  }

  async #ask(): Promise<void> {
    const { link, log, unlock } = this.#parts;
    const text = this.#text.value.trim();
    if (text === '' || this.#send.disabled) return;
    unlock();
    log.clips.stop();
    this.#fail(undefined);
    this.#text.value = '';
    try {
      await link.ask(text);
    } catch (error) {
      // What was typed is not lost, unless something else was typed meanwhile.
      if (this.#text.value === '') this.#text.value = text;
      this.#fail(linkErrorOf(error));
    }
  }

  async #startOver(): Promise<void> {
    const { link, loop, log, words } = this.#parts;
    loop.stop();
    this.#fail(undefined);
    try {
      await link.forget();
      log.clear();
      log.note(words.say('forgotten'));
    } catch (error) {
      this.#fail(linkErrorOf(error));
    }
  }

  #fail(error: LinkError | undefined): void {
    if (error?.code === 'BRIDGE_ERR_ACCESS') this.#refusal = error;
    this.#failure = error;
    this.#showFailure();
  }

  #showFailure(): void {
    this.#error.hidden = this.#failure === undefined;
    if (this.#failure !== undefined)
      this.#error.replaceChildren(...this.#parts.words.sayError(this.#failure, 'failedSomehow'));
  }

  #showRefusal(): void {
    const { words } = this.#parts;
    const login = make('a', '', words.say('login'));
    login.href = LOGIN_PATH;
    const why = this.#refusal === undefined ? [] : words.sayError(this.#refusal, 'bannerRefused');
    this.#banner.replaceChildren(words.say('bannerRefused'), ' ', login, ...why.slice(1));
  }
}
