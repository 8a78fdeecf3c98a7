import type { Clock } from '../runtime/clock.js';
import { byId, setText } from './dom.js';
import type { EarCalibration } from './ear-calibration.js';
import { type LoopResult, measureLoop } from './loop-calibration.js';
import type { Outputs } from './outputs.js';
import type { PageVolume } from './page-volume.js';
import { type PlayError, playErrorOf } from './play-error.js';
import type { Words } from './words.js';

export interface CalibratePanelParts {
  readonly words: Words;
  readonly clock: Clock;
  readonly outputs: Outputs;
  readonly volume: PageVolume;
  readonly ear: EarCalibration;
  /** The microphone chosen for speaking. */
  readonly micNow: () => string | undefined;
}

type LoopState =
  | { readonly status: 'never' | 'measuring' }
  | { readonly status: 'done'; readonly result: LoopResult }
  | { readonly status: 'failed'; readonly error: PlayError };

const DARK = 0.12;

/** Brings lips and loudspeaker together: by eye and ear, or by a microphone. */
export class CalibratePanel {
  readonly #parts: CalibratePanelParts;
  readonly #start = byId('ear-start', HTMLButtonElement);
  readonly #offset = byId('ear-offset', HTMLInputElement);
  readonly #light = byId('ear-light');
  readonly #measure = byId('loop-start', HTMLButtonElement);
  readonly #keep = byId('loop-keep', HTMLButtonElement);
  #loop: LoopState = { status: 'never' };
  #earError: PlayError | undefined;

  constructor(parts: CalibratePanelParts) {
    this.#parts = parts;
    const { words, outputs, ear } = parts;
    this.#start.addEventListener('click', () => void this.#toggle());
    this.#offset.addEventListener('input', () => {
      outputs.offsetMs = this.#offset.valueAsNumber;
    });
    byId('ear-zero').addEventListener('click', () => {
      outputs.offsetMs = 0;
    });
    this.#measure.addEventListener('click', () => void this.#measureNow());
    this.#keep.addEventListener('click', () => {
      if (this.#loop.status === 'done') outputs.offsetMs = this.#loop.result.offsetMs;
    });
    ear.player.events.on('ended', () => this.#show());
    ear.drive.events.on('failed', (error) => {
      this.#earError = error;
      this.#show();
    });
    outputs.events.on('changed', () => this.#show());
    words.events.on('changed', () => this.#show());
    this.#show();
  }

  /** Of an animation frame. */
  draw(): void {
    const light = String(Math.max(DARK, this.#parts.ear.light()));
    if (this.#light.style.opacity !== light) this.#light.style.opacity = light;
  }

  /** Nothing sounds behind a pane that is not seen. */
  leave(): void {
    void this.#parts.ear.stop();
    this.#show();
  }

  async #toggle(): Promise<void> {
    const { ear } = this.#parts;
    this.#earError = undefined;
    if (ear.isPlaying) void ear.stop();
    else {
      await ear.start().catch((error: unknown) => {
        this.#earError = playErrorOf(error);
      });
    }
    this.#show();
  }

  async #measureNow(): Promise<void> {
    const { ear, clock, outputs, volume, micNow } = this.#parts;
    if (this.#loop.status === 'measuring') return;
    void ear.stop();
    this.#set({ status: 'measuring' });
    try {
      const result = await measureLoop({ clock, outputs, deviceId: micNow(), gain: volume.gain });
      this.#set({ status: 'done', result });
    } catch (error) {
      this.#set({ status: 'failed', error: playErrorOf(error) });
    }
    // The microphone was allowed: loudspeakers have names now.
    await outputs.list();
  }

  #set(loop: LoopState): void {
    this.#loop = loop;
    this.#show();
  }

  #show(): void {
    const { words, outputs, ear } = this.#parts;
    const { offsetMs } = outputs;
    const output = outputs.label || words.say('calibrateUnnamed');
    setText(byId('calibrate-about'), words.say('calibrateAbout', { ms: offsetMs, output }));
    this.#start.setAttribute('aria-pressed', String(ear.isPlaying));
    setText(this.#start, words.say(ear.isPlaying ? 'earStop' : 'earStart'));
    this.#offset.value = String(offsetMs);
    setText(byId('ear-offset-text'), words.say('milliseconds', { ms: offsetMs }));
    this.#showError(byId('ear-error'), this.#earError);
    this.#showLoop();
  }

  #showLoop(): void {
    const { words, outputs } = this.#parts;
    const loop = this.#loop;
    const isMeasuring = loop.status === 'measuring';
    this.#measure.setAttribute('aria-disabled', String(isMeasuring));
    const key = loop.status === 'never' ? 'loopStart' : isMeasuring ? 'loopMeasuring' : 'loopAgain';
    setText(this.#measure, words.say(key));
    this.#showError(byId('loop-error'), loop.status === 'failed' ? loop.error : undefined);
    this.#keep.hidden = loop.status !== 'done';
    if (loop.status !== 'done') {
      setText(byId('loop-result'), '');
      return;
    }
    const { offsetMs: ms, spreadMs, heard, played, captureMs } = loop.result;
    const isKept = ms === outputs.offsetMs;
    this.#keep.setAttribute('aria-disabled', String(isKept));
    setText(this.#keep, words.say(isKept ? 'loopKept' : 'loopKeep', { ms }));
    const [spread, capture] = [Math.ceil(spreadMs), Math.round(captureMs)];
    setText(byId('loop-result'), words.say('loopResult', { ms, spread, heard, played, capture }));
  }

  #showError(element: HTMLElement, error: PlayError | undefined): void {
    element.hidden = error === undefined;
    element.replaceChildren(...(error === undefined ? [] : this.#parts.words.sayError(error)));
  }
}
