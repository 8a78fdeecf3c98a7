import { byId, setText } from '../dom.js';
import type { Face2d } from '../face2d/create-face.js';
import type { Microphone } from '../microphone.js';
import { Stored } from '../stored.js';
import { facePhaseOf } from '../voice-kit/face-phase.js';
import { LevelMeter } from '../voice-kit/level-meter.js';
import { LOOP_MIC } from '../voice-kit/loop-parts.js';
import type { TalkLink } from '../voice-kit/talk-link.js';
import type { VoiceLog } from '../voice-kit/voice-log.js';
import type { VoiceLoop } from '../voice-kit/voice-loop.js';
import { micRefusal } from './mic-refusal.js';
import { stateLine } from './state-line.js';
import type { VoiceWords } from './voice-words.js';

export interface VoicePanelParts {
  readonly words: VoiceWords;
  readonly link: TalkLink;
  readonly mic: Microphone;
  readonly loop: VoiceLoop;
  readonly log: VoiceLog;
  readonly face: Face2d;
  /** Sound may come out from now on. */
  readonly unlock: () => void;
}

/** Its last seconds are told louder. */
const NEAR_MS = 10_000;
const STORED = new Stored('voice-page', { bargeIn: true, noise: false, gain: true });

/** The side where one speaks: the face, the state in words, level and time, and the buttons. */
export class VoicePanel {
  readonly #parts: VoicePanelParts;
  readonly #start = byId('start', HTMLButtonElement);
  readonly #stop = byId('stop', HTMLButtonElement);
  readonly #bargeIn = byId('barge-in', HTMLInputElement);
  readonly #noise = byId('noise', HTMLInputElement);
  readonly #gain = byId('gain', HTMLInputElement);
  readonly #state = byId('state');
  readonly #partial = byId('partial');
  readonly #countdown = byId('countdown');
  readonly #micError = byId('mic-error');
  readonly #stage = byId('stage');
  readonly #meter: LevelMeter;

  constructor(parts: VoicePanelParts) {
    this.#parts = parts;
    const { loop, link, mic, log, words } = parts;
    this.#meter = new LevelMeter(mic, byId('meter'), byId('level'));
    this.#restore();
    this.#start.addEventListener('click', () => this.#toggle());
    this.#stop.addEventListener('click', () => this.stop());
    this.#bargeIn.addEventListener('change', () => {
      loop.bargeIn = this.#bargeIn.checked;
      this.#remember();
    });
    for (const box of [this.#noise, this.#gain])
      box.addEventListener('change', () => {
        this.#remember();
        if (loop.isOn) loop.start(this.#choice);
      });
    addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.isComposing) this.stop();
    });
    loop.events.on('changed', () => this.show());
    log.clips.events.on('changed', () => {
      loop.isReplaying = log.clips.playing !== undefined;
    });
    link.events.on('partial', (text) => setText(this.#partial, text));
    link.events.on('turn', () => setText(this.#partial, ''));
    link.events.on('ignored', () => setText(this.#partial, ''));
    link.events.on('link', () => this.show());
    words.events.on('changed', () => this.show());
    this.show();
  }

  /** Ends recording, reply and restart. */
  stop(): void {
    const { loop, log } = this.#parts;
    log.clips.stop();
    setText(this.#partial, '');
    loop.stop();
    if (document.activeElement === this.#stop) this.#start.focus();
  }

  show(): void {
    const { words, loop, link, mic, log, face } = this.#parts;
    const { phase, isOn, isOpen, bargeIn } = loop;
    const line = stateLine({
      link: link.state,
      mic: mic.state.status,
      phase,
      bargeIn,
      isReplaying: log.clips.playing !== undefined,
    });
    setText(this.#state, words.say(line.key));
    this.#state.dataset['tone'] = line.tone;
    this.#state.dataset['phase'] = phase;
    this.#stage.dataset['open'] = String(isOpen);
    this.#stage.dataset['speaking'] = String(phase === 'speaking');
    face.phase = facePhaseOf(phase, isOpen, link.state);
    setText(byId('start-text'), words.say(isOn ? 'listening' : 'start'));
    this.#start.dataset['on'] = String(isOn);
    this.#stop.disabled = !isOn && phase === 'resting';
    this.#showMicError();
  }

  /** Of an animation frame. */
  draw(nowMs: number): void {
    const { loop, words } = this.#parts;
    this.#meter.draw(nowMs, loop.isOpen);
    const { leftMs, limitMs } = loop;
    const seconds = Math.round(limitMs / 1000);
    const text = loop.isOverLimit
      ? words.say('limitReached', { seconds })
      : leftMs === undefined
        ? words.say('limitNote', { seconds })
        : words.say('limitLeft', { seconds: Math.ceil(leftMs / 1000) });
    setText(this.#countdown, text);
    this.#countdown.dataset['near'] = String(leftMs !== undefined && leftMs <= NEAR_MS);
  }

  get #choice() {
    return {
      ...LOOP_MIC,
      noiseSuppression: this.#noise.checked,
      autoGainControl: this.#gain.checked,
    };
  }

  #toggle(): void {
    const { loop, log, unlock } = this.#parts;
    if (loop.isOn) {
      this.stop();
      return;
    }
    log.clips.stop();
    unlock();
    loop.start(this.#choice);
  }

  #showMicError(): void {
    const { mic, loop } = this.#parts;
    const { state } = mic;
    const error = state.status === 'failed' && !loop.isReopening ? state.error : undefined;
    this.#micError.hidden = error === undefined;
    const rows = error === undefined ? [] : micRefusal(this.#parts.words, error);
    const text = rows.map(({ textContent }) => textContent).join('');
    // Set anew, it would be read aloud again.
    if (text !== this.#micError.textContent) this.#micError.replaceChildren(...rows);
  }

  #restore(): void {
    const { bargeIn, noise, gain } = STORED.read();
    this.#bargeIn.checked = bargeIn;
    this.#noise.checked = noise;
    this.#gain.checked = gain;
    this.#parts.loop.bargeIn = bargeIn;
  }

  #remember(): void {
    STORED.write({
      bargeIn: this.#bargeIn.checked,
      noise: this.#noise.checked,
      gain: this.#gain.checked,
    });
  }
}
