import type { ApiSession } from '../../api/client/index.js';
import { make, setText } from '../dom.js';
import { playErrorOf } from '../play-error.js';
import type { TextKey } from '../texts.js';
import type { Words } from '../words.js';
import { button, named, told } from './elements.js';
import { FailureLine } from './failure-line.js';

/** As control tags name them. */
const FACES = ['neutral', 'joy', 'angry', 'sorrow', 'fun', 'surprised'] as const;

/** What an operator does to a session: writes its replies, says, interrupts, shows, forgets, ends. */
export class SessionActs {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #onChanged: () => void;
  readonly #text = make('textarea', '');
  readonly #face = make('select', '');
  readonly #take: HTMLButtonElement;
  readonly #about = make('p', 'hint');
  readonly #failure: FailureLine;
  readonly #done = make('p', 'hint');
  readonly #sure = make('div', 'con-sure');
  readonly #all: HTMLFieldSetElement;
  #session: ApiSession | undefined;
  #isOperated = false;

  constructor(words: Words, onChanged: () => void) {
    this.#words = words;
    this.#onChanged = onChanged;
    this.#take = button(words, 'quiet', 'conTakeOver', () => void this.#toggleOperated());
    this.#failure = new FailureLine(words);
    this.#done.setAttribute('role', 'status');
    this.#sure.setAttribute('role', 'alertdialog');
    this.#sure.hidden = true;
    this.#all = make('fieldset', 'con-acts', this.#form(), this.#shows(), this.#others(), this.#sure);
    this.element = make('div', '', this.#all, this.#done, this.#failure.element);
    words.events.on('changed', () => this.#show());
    this.#show();
  }

  set session(session: ApiSession) {
    this.#session = session;
    this.#isOperated = session.state.isOperated;
    this.#tell(undefined);
    this.#ask(undefined);
    this.#show();
  }

  /** As the server told it last. */
  set isOperated(isOperated: boolean) {
    if (isOperated === this.#isOperated) return;
    this.#isOperated = isOperated;
    this.#show();
  }

  set isOver(isOver: boolean) {
    if (this.#all.disabled !== isOver) this.#all.disabled = isOver;
  }

  #form(): HTMLElement {
    const words = this.#words;
    this.#text.rows = 2;
    this.#text.maxLength = 10_000;
    named(words, this.#text, 'conSayLabel');
    const say = told(words, 'button', 'quiet strong', 'conSay');
    say.type = 'submit';
    const form = make('form', 'con-say', this.#about, this.#text, say, this.#take);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#say();
    });
    this.#text.addEventListener('keydown', (event) => {
      // While an input method composes, Enter takes its proposal.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      void this.#say();
    });
    return form;
  }

  #shows(): HTMLElement {
    const words = this.#words;
    this.#face.replaceChildren(...FACES.map((face) => make('option', '', face)));
    named(words, this.#face, 'conEmotion');
    const show = button(
      words,
      'quiet',
      'conShowEmotion',
      () => void this.#act((session) => session.say(`[face:${this.#face.value}]`, { ifBusy: 'queue' })),
    );
    return make('div', 'con-buttons', told(words, 'span', '', 'conEmotion'), this.#face, show);
  }

  #others(): HTMLElement {
    const words = this.#words;
    return make(
      'div',
      'con-buttons',
      button(words, 'quiet', 'conInterrupt', () => void this.#act((session) => session.interrupt())),
      button(words, 'quiet', 'conForget', () => this.#ask('conForgetSure', (session) => session.forget())),
      button(words, 'quiet con-end', 'conClose', () =>
        this.#ask('conCloseSure', (session) => session.close()),
      ),
    );
  }

  async #say(): Promise<void> {
    const text = this.#text.value.trim();
    if (text === '') return;
    if (await this.#act((session) => session.say(text))) this.#text.value = '';
  }

  async #toggleOperated(): Promise<void> {
    const wanted = !this.#isOperated;
    const isDone = await this.#act((session) => (wanted ? session.takeOver() : session.handBack()));
    if (!isDone) return;
    this.#isOperated = wanted;
    this.#show();
    if (wanted) this.#text.focus();
  }

  /** Asks back; undefined: nothing is asked any more. */
  #ask(key: TextKey | undefined, act?: (session: ApiSession) => Promise<unknown>): void {
    this.#sure.hidden = key === undefined;
    this.#sure.replaceChildren();
    if (key === undefined || act === undefined) return;
    const yes = button(this.#words, 'quiet strong', 'conYes', () => {
      this.#ask(undefined);
      void this.#act(act);
    });
    const no = button(this.#words, 'quiet', 'conNo', () => this.#ask(undefined));
    named(this.#words, this.#sure, key);
    this.#sure.append(told(this.#words, 'p', '', key), yes, no);
    no.focus();
  }

  /** @returns whether it was done. */
  async #act(act: (session: ApiSession) => Promise<unknown>): Promise<boolean> {
    const session = this.#session;
    if (session === undefined) return false;
    try {
      await act(session);
      this.#tell('done');
      this.#onChanged();
      return true;
    } catch (error) {
      this.#tell(playErrorOf(error));
      return false;
    }
  }

  #tell(result: 'done' | { readonly code: string; readonly message: string } | undefined): void {
    setText(this.#done, result === 'done' ? this.#words.say('conDone') : '');
    this.#failure.tell(result === 'done' ? undefined : result);
  }

  #show(): void {
    const key: TextKey = this.#isOperated ? 'conHandBack' : 'conTakeOver';
    this.#take.dataset['t'] = key;
    setText(this.#take, this.#words.say(key));
    setText(this.#about, this.#words.say(this.#isOperated ? 'conOperatedAbout' : 'conModelAbout'));
    this.element.dataset['operated'] = String(this.#isOperated);
  }
}
