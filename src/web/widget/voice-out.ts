/** A sound that plays. */
export interface Playing {
  /** Resolves when it has ended, or was stopped. */
  readonly ended: Promise<void>;
  stop(): void;
}

/**
 * Sound to the loudspeaker, through Web Audio: media elements would need the leave of the host page's content security policy.
 */
export class VoiceOut {
  #context: AudioContext | undefined;

  /** To be called in a click or a key press: browsers let a page sound only then. */
  unlock(): void {
    this.#context ??= new AudioContext();
    if (this.#context.state === 'suspended') void this.#context.resume().catch(() => {});
  }

  /** @param file - not kept. @returns undefined: the browser cannot read it. */
  async decode(file: Uint8Array | ArrayBuffer): Promise<AudioBuffer | undefined> {
    this.unlock();
    const copy = file instanceof ArrayBuffer ? file.slice(0) : new Uint8Array(file).buffer;
    return this.#context?.decodeAudioData(copy).catch(() => undefined);
  }

  play(sound: AudioBuffer): Playing {
    this.unlock();
    const context = this.#context;
    // A page that may not sound would wait for ever.
    if (context === undefined || context.state !== 'running')
      return { ended: Promise.resolve(), stop: () => {} };
    const source = context.createBufferSource();
    source.buffer = sound;
    source.connect(context.destination);
    const ended = new Promise<void>((resolve) => {
      source.addEventListener('ended', () => resolve(), { once: true });
    });
    source.start();
    return {
      ended,
      stop: () => {
        source.stop();
        source.disconnect();
      },
    };
  }

  close(): void {
    void this.#context?.close().catch(() => {});
    this.#context = undefined;
  }
}
