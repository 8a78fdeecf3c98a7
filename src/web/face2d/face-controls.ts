import { byId, make, setText } from '../dom.js';
import type { Microphone } from '../microphone.js';
import type { PageWords } from '../page-words.js';
import { heardLength } from '../reply-text.js';
import { linkErrorOf } from '../voice-kit/api-talk-link.js';
import { facePhaseOf } from '../voice-kit/face-phase.js';
import type { LinkError, TalkLink } from '../voice-kit/talk-link.js';
import type { VoiceLoop } from '../voice-kit/voice-loop.js';
import type { Face2d } from './create-face.js';
import type { FaceKey } from './face-texts.js';

export interface FaceControlsParts {
  readonly words: PageWords<FaceKey>;
  readonly link: TalkLink;
  readonly loop: VoiceLoop;
  readonly mic: Microphone;
  readonly face: Face2d;
  readonly unlock: () => void;
}

const STATES: Readonly<Record<VoiceLoop['phase'], FaceKey>> = {
  resting: 'idle',
  hearing: 'hearing',
  pausing: 'hearing',
  yielding: 'hearing',
  understanding: 'thinking',
  thinking: 'thinking',
  speaking: 'speaking',
};

/** Talking with the face alone: a line to type in, a microphone, what it says. */
export class FaceControls {
  readonly #parts: FaceControlsParts;
  readonly #text = byId('text', HTMLInputElement);
  readonly #mic = byId('mic', HTMLButtonElement);
  readonly #stop = byId('stop', HTMLButtonElement);
  readonly #state = byId('state');
  readonly #said = make('span', '');
  readonly #coming = make('span', '');
  #turn = 0;
  #reply = '';
  #failure: LinkError | undefined;

  constructor(parts: FaceControlsParts) {
    this.#parts = parts;
    const { link, loop, mic, words } = parts;
    byId('caption').append(this.#said, this.#coming);
    byId('controls').hidden = false;
    byId('form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#ask();
    });
    this.#mic.addEventListener('click', () => {
      parts.unlock();
      this.#fail(undefined);
      if (loop.isOn) mic.stop();
      else loop.start();
    });
    this.#stop.addEventListener('click', () => loop.stop());
    addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.isComposing) loop.stop();
    });
    mic.events.on('stateChange', (state) => {
      if (state.status === 'failed' && !loop.isReopening) this.#fail(state.error);
    });
    link.events.on('turn', ({ turn }) => {
      this.#turn = turn;
      this.#caption('', '');
      this.#fail(undefined);
    });
    link.events.on('piece', ({ turn, text }) => {
      if (turn === this.#turn) this.#caption(this.#reply + text, this.#said.textContent ?? '');
    });
    link.events.on('heard', (turn, text) => {
      if (turn === this.#turn) this.#caption(this.#reply, text);
    });
    link.events.on('ended', ({ turn, outcome, error }) => {
      if (turn === this.#turn && outcome === 'completed') this.#caption(this.#reply, this.#reply);
      if (outcome === 'failed' && error !== undefined) this.#fail(error);
    });
    link.events.on('renewed', () => this.#caption('', ''));
    link.events.on('error', (error) => this.#fail(error));
    link.events.on('link', () => this.show());
    loop.events.on('changed', () => this.show());
    words.events.on('changed', () => this.show());
    this.show();
  }

  show(): void {
    const { words, link, loop, mic, face } = this.#parts;
    const { phase, isOn, isOpen } = loop;
    const { state } = link;
    const key: FaceKey =
      state === 'refused'
        ? 'refused'
        : state !== 'online'
          ? 'away'
          : phase === 'resting' && mic.state.status === 'asking'
            ? 'asking'
            : phase === 'resting' && isOpen
              ? 'listening'
              : STATES[phase];
    document.body.dataset['link'] = state === 'refused' ? 'lost' : state;
    setText(this.#state, words.say(key));
    this.#state.dataset['tone'] = state === 'lost' || state === 'refused' ? 'bad' : 'plain';
    this.#state.dataset['phase'] = phase;
    this.#mic.setAttribute('aria-pressed', String(isOn));
    this.#mic.setAttribute('aria-label', words.say(isOn ? 'micOff' : 'micOn'));
    this.#mic.dataset['open'] = String(isOpen);
    this.#stop.disabled = !isOn && phase === 'resting';
    byId('send', HTMLButtonElement).disabled = state !== 'online';
    face.phase = facePhaseOf(phase, isOpen, state);
  }

  #caption(reply: string, heard: string): void {
    this.#reply = reply;
    const length = heardLength(reply, heard);
    setText(this.#said, reply.slice(0, length));
    setText(this.#coming, reply.slice(length));
  }

  async #ask(): Promise<void> {
    const text = this.#text.value.trim();
    if (text === '' || this.#parts.link.state !== 'online') return;
    this.#parts.unlock();
    this.#text.value = '';
    try {
      await this.#parts.link.ask(text);
    } catch (error) {
      if (this.#text.value === '') this.#text.value = text;
      this.#fail(linkErrorOf(error));
    }
  }

  #fail(error: LinkError | undefined): void {
    this.#failure = error;
    const box = byId('error');
    box.hidden = error === undefined;
    if (this.#failure !== undefined)
      box.replaceChildren(...this.#parts.words.sayError(this.#failure, 'failedSomehow'));
  }
}
