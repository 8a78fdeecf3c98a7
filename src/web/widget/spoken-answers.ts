import type { PopupFacts } from '../../popup/frames.js';
import type { Transport } from './transport.js';
import type { WidgetOptions } from './widget-options.js';
import type { WidgetView } from './widget-view.js';

/** Whether answers are heard: as the tag says, where the server can, and as the user chooses by a button. */
export class SpokenAnswers {
  readonly #transport: Transport;
  readonly #view: WidgetView;
  readonly #options: WidgetOptions;
  #isOn: boolean;

  constructor(parts: {
    readonly transport: Transport;
    readonly view: WidgetView;
    readonly options: WidgetOptions;
  }) {
    this.#transport = parts.transport;
    this.#view = parts.view;
    this.#options = parts.options;
    this.#isOn = parts.options.hasVoice;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  learn({ voice }: PopupFacts): void {
    this.#view.voiceButton.hidden = !this.#options.hasVoice || !voice;
    this.#view.setVoice(this.#isOn);
  }

  toggle(): void {
    this.#isOn = !this.#isOn;
    this.#view.setVoice(this.#isOn);
    this.tell();
  }

  tell(): void {
    const { persona, welcome } = this.#options;
    this.#transport.tune({ voice: this.#isOn, persona, welcome });
  }
}
