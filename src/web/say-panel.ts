import type { BridgeView } from './bridge-view.js';
import { byId, setText } from './dom.js';
import type { PlayError } from './play-error.js';
import { clockText } from './player-panel.js';
import { type SayState, say, sentenceAt } from './say-request.js';
import type { TapPlayer } from './tap-player.js';
import { VoiceChoice } from './voice-choice.js';
import type { Words } from './words.js';

export interface SayPanelParts {
  readonly words: Words;
  readonly bridge: BridgeView;
  readonly player: TapPlayer;
  /** Undefined: whoever fits. */
  readonly laneNow: () => string | undefined;
}

/** A text to be spoken: field, voice, what is being said, and how it went. */
export class SayPanel {
  readonly #parts: SayPanelParts;
  readonly #voices: VoiceChoice;
  readonly #text = byId('say-text', HTMLTextAreaElement);
  readonly #sayButton = byId('say', HTMLButtonElement);
  readonly #stopButton = byId('say-stop', HTMLButtonElement);
  readonly #state = byId('say-state');
  readonly #credit = byId('say-credit');
  readonly #failure = byId('say-error');
  #said: SayState = { status: 'idle' };
  #credits = new Set<string>();
  #voicesError: PlayError | undefined;
  /** Only the newest text is shown; those before it were interrupted by it. */
  #turn = 0;

  constructor(parts: SayPanelParts) {
    this.#parts = parts;
    const { words, bridge } = parts;
    this.#voices = new VoiceChoice(words);
    this.#voices.events.on('failed', (error) => {
      this.#voicesError = error;
      this.#show();
    });
    byId('say-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#say();
    });
    this.#text.addEventListener('keydown', (event) => {
      // Enter that ends a word of an input method is none of ours.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#say();
    });
    this.#text.addEventListener('input', () => this.#show());
    this.#stopButton.addEventListener('click', () => void this.#stop());
    words.events.on('changed', () => this.#show());
    bridge.events.on('link', () => this.#show());
    this.#show();
  }

  /** It is looked at: voices are wanted now. */
  shown(): void {
    void this.#voices.load();
  }

  #say(): void {
    const text = this.#text.value.trim();
    if (text === '' || this.#parts.bridge.link !== 'online') return;
    this.#parts.player.unlock();
    const turn = ++this.#turn;
    this.#credits = new Set();
    void say({ text, voice: this.#voices.chosen, lane: this.#parts.laneNow() }, (state) => {
      if (turn !== this.#turn) return;
      this.#said = state;
      this.#show();
    });
  }

  async #stop(): Promise<void> {
    const state = this.#said;
    const lane = 'lane' in state ? state.lane : this.#parts.laneNow();
    const query = lane === undefined || lane === '' ? '' : `?${new URLSearchParams({ lane })}`;
    // When the server is gone the page says so already.
    await fetch(`api/interrupt${query}`, { method: 'POST' }).catch(() => {});
  }

  #show(): void {
    const { words, bridge } = this.#parts;
    const state = this.#said;
    const isOnline = bridge.link === 'online';
    const isActive = state.status === 'thinking' || state.status === 'speaking';
    this.#sayButton.disabled = !isOnline || this.#text.value.trim() === '';
    this.#stopButton.disabled = !isOnline || !isActive;
    this.#state.dataset['status'] = state.status;
    setText(this.#state, this.#stateText());
    if (state.status === 'speaking')
      for (const { credit } of state.sentences) if (credit) this.#credits.add(credit);
    this.#credit.hidden = this.#credits.size === 0;
    setText(this.#credit, words.say('voiceCredit', { credit: [...this.#credits].join(', ') }));
    this.#showFailure(state.status === 'failed' ? state.error : this.#voicesError);
  }

  #showFailure(error: PlayError | undefined): void {
    const { words } = this.#parts;
    this.#failure.hidden = error === undefined;
    if (error === undefined) {
      this.#failure.dataset['said'] = '';
      return;
    }
    // Said again only when it changed: it is read aloud.
    const said = `${words.language}${this.#turn}${error.code}${error.message}`;
    if (this.#failure.dataset['said'] === said) return;
    this.#failure.dataset['said'] = said;
    this.#failure.replaceChildren(...words.sayError(error));
  }

  #stateText(): string {
    const { words } = this.#parts;
    const state = this.#said;
    switch (state.status) {
      case 'idle':
      case 'failed':
        return '';
      case 'thinking':
        return words.say('sayThinking');
      case 'speaking':
        return sentenceAt(state.sentences, state.heardMs)?.text ?? '';
      case 'ended':
        return words.say(state.isWhole ? 'ended' : 'interrupted', { time: clockText(state.heardMs) });
    }
  }
}
