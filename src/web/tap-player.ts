import { OUTPUT_SAMPLE_RATE_HZ } from '../audio/pcm.js';
import type { SoundPart } from '../control/sound-frame.js';
import { Emitter } from '../runtime/emitter.js';

/** How far ahead of the audio clock sound is scheduled: what a network may jitter. */
const LEAD_S = 0.12;
/** A lead outside these is set anew: the next part comes too late, or the delay has grown. */
const MIN_LEAD_S = 0.01;
const MAX_LEAD_S = 0.5;
/** Parts whose times fit this well follow each other without a gap; wall clocks tell whole milliseconds only. */
const SEAM_MS = 20;
/** The simulator tells its sound this much before it is heard there, and its mouth at the moment itself. */
const TOLD_AHEAD_S = 0.033;

/**
 * Plays what a tapped simulator plays, in the browser's own time.
 *
 * Parts are scheduled one behind the other on the audio clock, to the sample; a gap in their times is a gap here too.
 * Browsers allow sound only after a click: before it, parts are dropped and `blocked` is told.
 */
export class TapPlayer {
  readonly events = new Emitter<{ blocked: []; unlocked: [] }>();
  #context: AudioContext | undefined;
  #gain: GainNode | undefined;
  #meter: AnalyserNode | undefined;
  #meterSamples = new Float32Array(1024);
  #volume = 0.64;
  #isHeldBack = false;
  #nextAtS = 0;
  #nextOffsetMs = Number.NaN;

  /** Sound may come out. */
  get isRunning(): boolean {
    return this.#context?.state === 'running';
  }

  /** How much later than at the simulator its sound is heard here, milliseconds. */
  get delayMs(): number {
    const context = this.#context;
    if (context === undefined || context.state !== 'running') return 0;
    const deviceS = context.outputLatency || context.baseLatency || 0;
    return 1000 * (LEAD_S - TOLD_AHEAD_S + deviceS);
  }

  /** Factor for samples, 0 … 1. */
  set gain(gain: number) {
    this.#volume = gain;
    this.#setGain();
  }

  /** Nothing comes out, whatever the volume: a microphone would hear it. */
  set isHeldBack(isHeldBack: boolean) {
    if (isHeldBack === this.#isHeldBack) return;
    this.#isHeldBack = isHeldBack;
    this.#setGain();
  }

  /** Call from a click or key press; idempotent. */
  unlock(): void {
    const context = this.#context ?? this.#open();
    if (context.state === 'running') return;
    context.resume().then(
      () => this.events.emit('unlocked'),
      () => {},
    );
  }

  /** Sound of a tap; `offset` is when it is heard there, milliseconds of its wall clock. */
  push(part: SoundPart): void {
    const context = this.#context;
    const gain = this.#gain;
    if (context === undefined || gain === undefined || context.state !== 'running') {
      if (!isSilent(part.pcm)) this.events.emit('blocked');
      return;
    }
    const samples = floatSamples(part.pcm);
    if (samples.length === 0) return;
    const source = context.createBufferSource();
    source.buffer = new AudioBuffer({ length: samples.length, sampleRate: OUTPUT_SAMPLE_RATE_HZ });
    source.buffer.copyToChannel(samples, 0);
    source.connect(gain);
    source.start(this.#startOf(part.offset, context));
    this.#nextAtS += samples.length / OUTPUT_SAMPLE_RATE_HZ;
    this.#nextOffsetMs = part.offset + (1000 * samples.length) / OUTPUT_SAMPLE_RATE_HZ;
  }

  /** Largest sample of the last 64 ms as it leaves for the loudspeaker, 0 to 1. */
  peak(): number {
    if (this.#meter === undefined) return 0;
    this.#meter.getFloatTimeDomainData(this.#meterSamples);
    return this.#meterSamples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
  }

  #open(): AudioContext {
    // At the rate of the sound, so that parts join without a seam; the browser converts the whole.
    const context = new AudioContext({ sampleRate: OUTPUT_SAMPLE_RATE_HZ, latencyHint: 'interactive' });
    this.#context = context;
    this.#gain = context.createGain();
    this.#meter = context.createAnalyser();
    this.#meter.fftSize = this.#meterSamples.length;
    this.#gain.connect(this.#meter).connect(context.destination);
    this.#setGain();
    return context;
  }

  /** Sets `#nextAtS` to where the part belongs and returns it. */
  #startOf(offsetMs: number, context: AudioContext): number {
    const gapMs = offsetMs - this.#nextOffsetMs;
    let atS = this.#nextAtS;
    if (!(Math.abs(gapMs) < SEAM_MS)) atS += gapMs / 1000;
    const leadS = atS - context.currentTime;
    if (!(leadS >= MIN_LEAD_S && leadS <= MAX_LEAD_S)) atS = context.currentTime + LEAD_S;
    this.#nextAtS = Math.round(atS * OUTPUT_SAMPLE_RATE_HZ) / OUTPUT_SAMPLE_RATE_HZ;
    return this.#nextAtS;
  }

  #setGain(): void {
    const context = this.#context;
    const gain = this.#isHeldBack ? 0 : this.#volume;
    if (context !== undefined) this.#gain?.gain.setTargetAtTime(gain, context.currentTime, 0.015);
  }
}

function floatSamples(pcm: Uint8Array): Float32Array<ArrayBuffer> {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return Float32Array.from(
    { length: pcm.byteLength >> 1 },
    (_, index) => view.getInt16(2 * index, true) / 32_768,
  );
}

function isSilent(pcm: Uint8Array): boolean {
  return pcm.every((byte) => byte === 0);
}
