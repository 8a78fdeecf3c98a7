import { Emitter } from '../../runtime/emitter.js';
import type { Clip } from './clip.js';

/**
 * Plays one clip at a time, by the browser's decoder: the page's security policy lets no media come from `blob:`, and needs not.
 */
export class ClipPlayer {
  readonly events = new Emitter<{ changed: []; failed: [] }>();
  #context: AudioContext | undefined;
  #source: AudioBufferSourceNode | undefined;
  #playing: Clip | undefined;

  get playing(): Clip | undefined {
    return this.#playing;
  }

  /** Call from a click or key press. Ends another. Never rejects. */
  async play(clip: Clip): Promise<void> {
    this.stop();
    this.#playing = clip;
    this.events.emit('changed');
    try {
      this.#context ??= new AudioContext();
      const context = this.#context;
      await context.resume();
      const buffer = await context.decodeAudioData(await clip.file.arrayBuffer());
      if (this.#playing !== clip) return;
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(context.destination);
      source.addEventListener('ended', () => {
        if (this.#source === source) this.stop();
      });
      this.#source = source;
      source.start();
    } catch {
      if (this.#playing !== clip) return;
      this.stop();
      this.events.emit('failed');
    }
  }

  stop(): void {
    this.#source?.stop();
    this.#source?.disconnect();
    this.#source = undefined;
    if (this.#playing === undefined) return;
    this.#playing = undefined;
    void this.#context?.suspend();
    this.events.emit('changed');
  }
}
