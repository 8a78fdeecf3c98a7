import { byId, setText } from '../dom.js';
import type { Words } from '../words.js';
import { type LoginRefusal, logIn } from './access.js';

/** Asks for an operator's key, until one is right. The key goes to the server only, and is forgotten here at once. */
export class LoginForm {
  readonly #words: Words;
  readonly #section = byId('login');
  readonly #form = byId('login-form', HTMLFormElement);
  readonly #key = byId('login-key', HTMLInputElement);
  readonly #submit = byId('login-submit', HTMLButtonElement);
  readonly #failure = byId('login-error');
  #refusal: LoginRefusal | undefined;
  #isBusy = false;

  constructor(words: Words) {
    this.#words = words;
    words.events.on('changed', () => this.#show());
  }

  /** Resolves when somebody has logged in. */
  ask(): Promise<void> {
    this.#section.hidden = false;
    this.#show();
    this.#key.focus();
    return new Promise((resolve) => {
      this.#form.addEventListener('submit', (event) => {
        event.preventDefault();
        void this.#try().then((isIn) => {
          if (!isIn) return;
          this.#section.hidden = true;
          resolve();
        });
      });
    });
  }

  async #try(): Promise<boolean> {
    if (this.#isBusy || this.#key.value.trim() === '') return false;
    this.#isBusy = true;
    this.#show();
    this.#refusal = await logIn(this.#key.value);
    this.#isBusy = false;
    this.#key.value = '';
    this.#show();
    if (this.#refusal !== undefined) this.#key.focus();
    return this.#refusal === undefined;
  }

  #show(): void {
    setText(this.#submit, this.#words.say(this.#isBusy ? 'conLoginBusy' : 'conLogin'));
    this.#submit.setAttribute('aria-disabled', String(this.#isBusy));
    const refusal = this.#isBusy ? undefined : this.#refusal;
    this.#failure.hidden = refusal === undefined;
    setText(this.#failure, refusal === undefined ? '' : this.#words.say(refusal.key, refusal.values));
  }
}
