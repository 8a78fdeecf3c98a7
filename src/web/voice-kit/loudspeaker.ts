import type { Clock } from '../../runtime/clock.js';
import { Emitter } from '../../runtime/emitter.js';
import { OutputClock, outputStamp } from '../output-clock.js';

/** What plays samples at a time of its own clock, and knows what of that clock is heard now. */
export interface Loudspeaker {
  readonly rateHz: number;
  /** Sound comes out; a browser may want a click first. */
  readonly isRunning: boolean;
  /** Its clock, seconds: what is scheduled now begins after this. */
  nowS(): number;
  /** The time of its clock that is heard at this moment. */
  heardS(): number;
  /** @param samples - at its rate. @param group - what is silenced together. */
  play(group: number, samples: Float32Array<ArrayBuffer>, atS: number): void;
  /** The group is silent within a block of the audio thread and 5 ms of fading. */
  silence(group: number): void;
}

interface Voice {
  readonly gain: GainNode;
  readonly sources: Set<AudioBufferSourceNode>;
}

/** A cut within a waveform clicks; this is short enough to be silence at once. */
const FADE_S = 0.005;

/** The browser's own loudspeaker. Opened with the first sound, or by `unlock` from a click. */
export class BrowserLoudspeaker implements Loudspeaker {
  readonly events = new Emitter<{ unlocked: [] }>();
  readonly rateHz: number;
  readonly #clock: Clock;
  readonly #times = new OutputClock();
  readonly #voices = new Map<number, Voice>();
  readonly #meterSamples = new Float32Array(1024);
  #context: AudioContext | undefined;
  #volume: GainNode | undefined;
  #meter: AnalyserNode | undefined;
  #gain = 1;

  /** @param rateHz - of its clock and its samples: parts of one sound join without a seam only at their own rate. */
  constructor(clock: Clock, rateHz: number) {
    this.#clock = clock;
    this.rateHz = rateHz;
  }

  get isRunning(): boolean {
    return this.#context?.state === 'running';
  }

  /** Factor for samples, 0 … 1. */
  set gain(gain: number) {
    this.#gain = gain;
    const context = this.#context;
    if (context !== undefined) this.#volume?.gain.setTargetAtTime(gain, context.currentTime, 0.015);
  }

  /** Call from a click or key press; idempotent. */
  unlock(): void {
    const context = this.#open();
    if (context.state === 'running') return;
    context.resume().then(
      () => this.events.emit('unlocked'),
      () => {},
    );
  }

  nowS(): number {
    return this.#open().currentTime;
  }

  heardS(): number {
    const context = this.#open();
    if (context.state !== 'running') return context.currentTime;
    const nowMs = this.#clock.nowMs();
    const stamp = outputStamp(context, nowMs);
    if (stamp !== undefined) this.#times.add(stamp);
    // Never ahead of what was scheduled, whatever a device claims.
    return Math.min(context.currentTime, this.#times.contextS(nowMs) ?? context.currentTime);
  }

  play(group: number, samples: Float32Array<ArrayBuffer>, atS: number): void {
    if (samples.length === 0) return;
    const context = this.#open();
    const voice = this.#voices.get(group) ?? this.#voice(group, context);
    const source = context.createBufferSource();
    source.buffer = new AudioBuffer({ length: samples.length, sampleRate: this.rateHz });
    source.buffer.copyToChannel(samples, 0);
    source.connect(voice.gain);
    source.start(atS);
    voice.sources.add(source);
    source.addEventListener('ended', () => {
      source.disconnect();
      voice.sources.delete(source);
    });
  }

  silence(group: number): void {
    const voice = this.#voices.get(group);
    const context = this.#context;
    if (voice === undefined || context === undefined) return;
    this.#voices.delete(group);
    const nowS = context.currentTime;
    voice.gain.gain.setValueAtTime(1, nowS);
    voice.gain.gain.linearRampToValueAtTime(0, nowS + FADE_S);
    for (const source of voice.sources) source.stop(nowS + 2 * FADE_S);
  }

  /** Largest sample of the last 43 ms as it leaves for the device, 0 to 1. */
  peak(): number {
    if (this.#meter === undefined) return 0;
    this.#meter.getFloatTimeDomainData(this.#meterSamples);
    return this.#meterSamples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
  }

  #voice(group: number, context: AudioContext): Voice {
    const voice = { gain: context.createGain(), sources: new Set<AudioBufferSourceNode>() };
    voice.gain.connect(this.#volume ?? context.destination);
    this.#voices.set(group, voice);
    // Replies end by themselves; what they played through is not needed then.
    for (const [other, { gain, sources }] of this.#voices) {
      if (other === group || sources.size > 0) continue;
      gain.disconnect();
      this.#voices.delete(other);
    }
    return voice;
  }

  #open(): AudioContext {
    if (this.#context !== undefined) return this.#context;
    const context = new AudioContext({ sampleRate: this.rateHz, latencyHint: 'interactive' });
    this.#context = context;
    this.#volume = context.createGain();
    this.#volume.gain.value = this.#gain;
    this.#meter = context.createAnalyser();
    this.#meter.fftSize = this.#meterSamples.length;
    this.#volume.connect(this.#meter).connect(context.destination);
    // While it stood still its time did, too.
    context.addEventListener('statechange', () => this.#times.forget());
    return context;
  }
}

/** Plays nothing, in time: for a mouth alone. */
export class NoLoudspeaker implements Loudspeaker {
  readonly rateHz = 24_000;
  readonly isRunning = true;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowS(): number {
    return this.#clock.nowMs() / 1000;
  }

  heardS(): number {
    return this.nowS();
  }

  play(): void {}

  silence(): void {}
}
