import { MicFrames } from './mic-frames.js';

/** What the browser gives the audio thread; TypeScript's library for pages does not know it. */
declare const sampleRate: number;
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, kind: new () => AudioWorkletProcessor): void;

/** Hands the microphone's frames to the page. Bundled to a file of its own: see `Microphone`. */
class MicProcessor extends AudioWorkletProcessor {
  readonly #frames = new MicFrames(sampleRate);

  /** @returns false once the microphone is gone for good: the browser may forget this. */
  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const channel = inputs[0]?.[0];
    // Without a source connected there is nothing to pass on; what is lost shows as frames that stop.
    if (channel === undefined) return true;
    for (const { buffer } of this.#frames.push(channel)) this.port.postMessage(buffer, [buffer]);
    return true;
  }
}

registerProcessor('mic', MicProcessor);
