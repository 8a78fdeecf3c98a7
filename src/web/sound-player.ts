import type { Clock, Timer } from '../runtime/clock.js';
import { Emitter } from '../runtime/emitter.js';
import { OutputClock, outputStamp } from './output-clock.js';
import type { Outputs } from './outputs.js';

type PlayerState =
  | { readonly status: 'stopped' }
  | { readonly status: 'paused'; readonly positionMs: number }
  | {
      readonly status: 'playing';
      readonly source: AudioBufferSourceNode;
      /** Context time at which position `fromMs` plays. */
      readonly startS: number;
      readonly fromMs: number;
    };

/** Fades that keep a cut from clicking. */
const FADE_S = 0.008;
/** From pressing play to the first sample: the avatar's first mouth shape needs so much. */
const PREROLL_S = 0.3;
/** A context that has just been woken runs at first without telling when it is heard. */
const LOOK_EVERY_MS = 50;

/**
 * Plays a sound in the browser, at its own rate, and knows when each position of it is heard.
 *
 * | state   | play                  | pause  | seek                | end     | stop    |
 * |---------|-----------------------|--------|---------------------|---------|---------|
 * | stopped | playing from 0        | -      | paused there        | -       | -       |
 * | paused  | playing from there    | -      | paused there        | -       | stopped |
 * | playing | -                     | paused | playing from there  | stopped | stopped |
 */
export class SoundPlayer {
  readonly events = new Emitter<{ ended: [] }>();
  readonly #clock: Clock;
  readonly #outputs: Outputs;
  readonly #offOutputs: () => void;
  readonly #times = new OutputClock();
  #context: AudioContext | undefined;
  #volume: GainNode | undefined;
  /** Of the source that plays. */
  #fade: GainNode | undefined;
  #gain = 1;
  #buffer: AudioBuffer | undefined;
  #state: PlayerState = { status: 'stopped' };
  #look: Timer | undefined;
  /** Raised by all that ends what plays or waits to play: a `play` of an earlier turn starts nothing any more. */
  #turn = 0;

  constructor(clock: Clock, outputs: Outputs) {
    this.#clock = clock;
    this.#outputs = outputs;
    this.#offOutputs = outputs.events.on('changed', () => {
      if (this.#context !== undefined) void outputs.apply(this.#context);
    });
  }

  get status(): PlayerState['status'] {
    return this.#state.status;
  }

  get durationMs(): number {
    return this.#buffer === undefined ? 0 : 1000 * this.#buffer.duration;
  }

  /** What is heard now. */
  get positionMs(): number {
    const state = this.#state;
    if (state.status === 'stopped') return 0;
    if (state.status === 'paused') return state.positionMs;
    const context = this.#times.contextS(this.#clock.nowMs()) ?? this.#context?.currentTime ?? 0;
    return Math.max(state.fromMs, Math.min(this.durationMs, state.fromMs + 1000 * (context - state.startS)));
  }

  set gain(gain: number) {
    this.#gain = gain;
    const context = this.#context;
    if (context !== undefined) this.#volume?.gain.setTargetAtTime(gain, context.currentTime, 0.015);
  }

  /** When a position is, was or will be heard, as the browser tells; undefined while it stands or nothing is known. */
  heardAtMs(positionMs: number): number | undefined {
    const state = this.#state;
    if (state.status !== 'playing') return undefined;
    return this.#times.heardAtMs(state.startS + (positionMs - state.fromMs) / 1000);
  }

  /** Reads a file's sound by the browser's decoders. @throws {DOMException} EncodingError */
  decode(bytes: ArrayBuffer): Promise<AudioBuffer> {
    return this.#open().decodeAudioData(bytes);
  }

  /** Another sound; what plays ends. */
  load(buffer: AudioBuffer | undefined): void {
    this.stop();
    this.#buffer = buffer;
  }

  /**
   * Call from a click or key press, so that the browser lets sound out.
   *
   * Waits until it does. A pause, a stop or another sound ends the wait, and nothing plays; after a seek it plays from there.
   */
  async play(): Promise<void> {
    const buffer = this.#buffer;
    if (buffer === undefined || this.#state.status === 'playing') return;
    const turn = this.#turn;
    await this.#open()
      .resume()
      .catch((error: unknown) => {
        if (turn === this.#turn) throw error;
      });
    // Pressed twice meanwhile: one of them plays.
    if (turn !== this.#turn || this.status === 'playing') return;
    this.#start(buffer, this.positionMs, PREROLL_S);
  }

  pause(): void {
    this.#turn++;
    if (this.#state.status !== 'playing') return;
    const { positionMs } = this;
    this.#silence();
    this.#state = { status: 'paused', positionMs };
    this.#rest();
  }

  seek(positionMs: number): void {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    const withinMs = Math.max(0, Math.min(this.durationMs, positionMs));
    if (this.#state.status !== 'playing') {
      this.#state = { status: 'paused', positionMs: withinMs };
      return;
    }
    this.#silence();
    this.#start(buffer, withinMs, PREROLL_S / 2);
  }

  stop(): void {
    this.#turn++;
    this.#silence();
    this.#state = { status: 'stopped' };
    this.#rest();
  }

  /** Gives the loudspeaker back; nothing plays any more. */
  close(): void {
    this.stop();
    this.#offOutputs();
    this.#context?.close().catch(() => {});
  }

  #start(buffer: AudioBuffer, fromMs: number, delayS: number): void {
    const context = this.#open();
    const source = context.createBufferSource();
    const fade = context.createGain();
    source.buffer = buffer;
    source.connect(fade).connect(this.#volume ?? context.destination);
    const startS = context.currentTime + delayS;
    fade.gain.setValueAtTime(0, startS);
    // Its very beginning is played as it is.
    fade.gain.linearRampToValueAtTime(1, fromMs === 0 ? startS : startS + FADE_S);
    source.start(startS, fromMs / 1000);
    source.addEventListener('ended', () => {
      if (this.#state.status !== 'playing' || this.#state.source !== source) return;
      this.#state = { status: 'stopped' };
      this.#rest();
      this.events.emit('ended');
    });
    this.#fade = fade;
    this.#state = { status: 'playing', source, startS, fromMs };
    this.#watch();
  }

  #silence(): void {
    const context = this.#context;
    if (this.#state.status !== 'playing' || context === undefined) return;
    const { source } = this.#state;
    const nowS = context.currentTime;
    this.#fade?.gain.cancelScheduledValues(nowS);
    this.#fade?.gain.setTargetAtTime(0, nowS, FADE_S / 3);
    source.stop(nowS + 2 * FADE_S);
  }

  /** Learns when the context's time is heard, while it plays. */
  #watch(): void {
    this.#look?.cancel();
    const context = this.#context;
    if (context === undefined || this.#state.status !== 'playing') return;
    const stamp = outputStamp(context, this.#clock.nowMs());
    if (stamp !== undefined) this.#times.add(stamp);
    this.#look = this.#clock.after(LOOK_EVERY_MS, () => this.#watch());
  }

  #rest(): void {
    this.#look?.cancel();
    this.#look = undefined;
  }

  #open(): AudioContext {
    if (this.#context !== undefined) return this.#context;
    const context = new AudioContext({ latencyHint: 'interactive' });
    this.#context = context;
    this.#volume = context.createGain();
    this.#volume.gain.value = this.#gain;
    this.#volume.connect(context.destination);
    // While it stood still its time did, too.
    context.addEventListener('statechange', () => this.#times.forget());
    void this.#outputs.apply(context);
    return context;
  }
}
