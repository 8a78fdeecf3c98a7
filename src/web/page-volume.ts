import { Emitter } from '../runtime/emitter.js';
import { byId } from './dom.js';

/** The volume of everything that this page plays. */
export class PageVolume {
  readonly events = new Emitter<{ changed: [gain: number] }>();
  readonly #range = byId('volume', HTMLInputElement);
  readonly #mute = byId('mute', HTMLButtonElement);

  constructor() {
    this.#range.addEventListener('input', () => this.events.emit('changed', this.gain));
    this.#mute.addEventListener('click', () => {
      this.#mute.setAttribute('aria-pressed', String(!this.#isMuted));
      this.events.emit('changed', this.gain);
    });
  }

  /** Factor for samples, 0 … 1. Squared: closer to how loudness is felt. */
  get gain(): number {
    return this.#isMuted ? 0 : (Number(this.#range.value) / 100) ** 2;
  }

  get #isMuted(): boolean {
    return this.#mute.getAttribute('aria-pressed') === 'true';
  }
}
