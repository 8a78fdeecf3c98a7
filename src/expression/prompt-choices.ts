import { parseMessage } from '../protocol/index.js';
import { MAX_CHOICES, promptShow } from './peer-messages.js';

/** Remembers what a question on the screen offers, and turns the choice into words. */
export class PromptChoices {
  #shown: { readonly message: string; readonly choices: readonly string[] } | undefined;

  /**
   * @param choices - one to nine; more are not shown.
   * @returns The message that shows them.
   */
  show(text: string, choices: readonly string[]): string {
    const message = promptShow(text, choices);
    this.#shown = { message, choices: choices.slice(0, MAX_CHOICES) };
    return message;
  }

  /**
   * What the user chose, as if typed.
   *
   * @param message - any message from MMDAgent-EX; a question of its own content makes ours void.
   * @returns undefined: this is no choice of ours, or the question was closed without one (-1).
   */
  chosen(message: string): string | undefined {
    const { type, args } = parseMessage(message);
    if (type === 'PROMPT_SHOW' && message !== this.#shown?.message) this.#shown = undefined;
    if (type !== 'PROMPT_EVENT_SELECTED') return undefined;
    const choice = /^\d{1,2}$/.test(args[0] ?? '') ? this.#shown?.choices[Number(args[0])] : undefined;
    this.#shown = undefined;
    return choice;
  }
}
