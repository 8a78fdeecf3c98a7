import { byId, setText } from './dom.js';
import { takeChosenFiles } from './file-drops.js';
import type { LipsSession } from './lips-session.js';
import type { Outputs } from './outputs.js';
import type { PlayError } from './play-error.js';
import { clockText } from './player-panel.js';
import type { SoundPlayer } from './sound-player.js';
import type { Words } from './words.js';

export interface LipsPanelParts {
  readonly words: Words;
  readonly session: LipsSession;
  readonly player: SoundPlayer;
  readonly outputs: Outputs;
}

const PLAY_ICON = 'M8 5.2v13.6a.8.8 0 0 0 1.2.7l10.8-6.8a.8.8 0 0 0 0-1.4L9.2 4.5A.8.8 0 0 0 8 5.2z';
const PAUSE_ICON = 'M7 5h3.5v14H7zM13.5 5H17v14h-3.5z';

/** A sound that plays here while the avatar's lips move: its files, where it is, and how late the lips are. */
export class LipsPanel {
  readonly #parts: LipsPanelParts;
  readonly #play = byId('lips-play', HTMLButtonElement);
  readonly #stop = byId('lips-stop', HTMLButtonElement);
  readonly #seek = byId('lips-seek', HTMLInputElement);
  readonly #offset = byId('lips-offset', HTMLInputElement);
  readonly #failure = byId('lips-error');
  /** The handle is held: it does not follow the sound meanwhile. */
  #isSeeking = false;
  #error: PlayError | undefined;

  constructor(parts: LipsPanelParts) {
    this.#parts = parts;
    const { words, session, player, outputs } = parts;
    this.#play.addEventListener('click', () => this.#toggle());
    this.#stop.addEventListener('click', () => void session.stop());
    this.#seek.addEventListener('input', () => {
      this.#isSeeking = true;
      this.#showTime(this.#seek.valueAsNumber);
    });
    this.#seek.addEventListener('change', () => {
      this.#isSeeking = false;
      session.seek(this.#seek.valueAsNumber);
    });
    this.#offset.addEventListener('input', () => {
      outputs.offsetMs = this.#offset.valueAsNumber;
    });
    takeChosenFiles('lips-file', (files) => void this.take(files));
    session.events.on('changed', () => this.#show());
    session.events.on('failed', (error) => {
      this.#error = error;
      this.#show();
    });
    outputs.events.on('changed', () => this.#show());
    player.events.on('ended', () => this.#show());
    words.events.on('changed', () => this.#show());
    this.#show();
  }

  async take(files: readonly File[]): Promise<void> {
    this.#error = undefined;
    await this.#parts.session.take(files);
  }

  /** Of an animation frame. */
  draw(): void {
    const { player } = this.#parts;
    if (this.#isSeeking || player.status !== 'playing') return;
    const { positionMs } = player;
    this.#seek.value = String(Math.round(positionMs));
    this.#showTime(positionMs);
  }

  #toggle(): void {
    const { session } = this.#parts;
    this.#error = undefined;
    if (session.isOn) session.pause();
    else void session.play();
  }

  #show(): void {
    const { words, session, player, outputs } = this.#parts;
    const { state } = session;
    const { status } = player;
    const isLoaded = state.status === 'loaded';
    const key = status === 'playing' ? 'lipsPause' : status === 'paused' ? 'lipsResume' : 'lipsPlay';
    const isSample = state.status === 'empty' || (isLoaded && state.name === '' && status === 'stopped');
    setText(byId('lips-play-text'), words.say(isSample ? 'lipsPlaySample' : key));
    byId('lips-play-icon').setAttribute('d', status === 'playing' ? PAUSE_ICON : PLAY_ICON);
    this.#play.disabled = state.status === 'loading';
    this.#stop.disabled = status === 'stopped' && !session.isOn;
    this.#seek.disabled = !isLoaded;
    this.#seek.max = String(Math.ceil(player.durationMs));
    this.#seek.value = String(Math.round(player.positionMs));
    this.#showTime(player.positionMs);
    this.#showFiles();
    this.#offset.value = String(outputs.offsetMs);
    setText(byId('lips-offset-text'), words.say('milliseconds', { ms: outputs.offsetMs }));
    this.#failure.hidden = this.#error === undefined;
    this.#failure.replaceChildren(...(this.#error === undefined ? [] : words.sayError(this.#error)));
  }

  #showFiles(): void {
    const { words, session } = this.#parts;
    const { state } = session;
    const name = state.status === 'loaded' ? state.name || words.say('sample') : '';
    setText(byId('lips-name'), state.status === 'loading' ? words.say('lipsLoading') : name);
    const main = state.status === 'loaded' && state.name !== '' ? state.name : words.say('lipsDrop');
    setText(byId('lips-drop-main'), main);
    const timings = state.status === 'loaded' ? state.timings : undefined;
    const kinds =
      state.status !== 'loaded'
        ? words.say('lipsDropKinds')
        : timings === undefined
          ? words.say('lipsLevel')
          : words.say('lipsTimings', timings);
    setText(byId('lips-drop-kinds'), kinds);
  }

  #showTime(positionMs: number): void {
    const { player } = this.#parts;
    const { durationMs } = player;
    const text = durationMs === 0 ? '' : `${clockText(positionMs)} / ${clockText(durationMs + 500)}`;
    setText(byId('lips-time'), text);
    this.#seek.setAttribute('aria-valuetext', text);
  }
}
