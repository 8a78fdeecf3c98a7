import type { MicChoice } from '../microphone.js';
import { LOOP_MIC, type VoiceLoopParts } from './loop-parts.js';
import { MicBlocks } from './mic-blocks.js';
import { SpeechTape } from './speech-tape.js';

/** The loop's microphone: opened and closed, and a gate at which its sound goes on to the server and on tape, or does not. */
export class MicGate {
  readonly tape = new SpeechTape();
  readonly #parts: Pick<VoiceLoopParts, 'mic' | 'link'>;
  readonly #blocks: MicBlocks;
  readonly #offs: readonly (() => void)[];
  #choice = LOOP_MIC;
  #isOpen = false;
  #isReopening = false;

  /** @param blockMs - 20 to 500. */
  constructor(parts: Pick<VoiceLoopParts, 'mic' | 'link'>, blockMs: number) {
    this.#parts = parts;
    this.#blocks = new MicBlocks(blockMs);
    const { mic, link } = parts;
    this.#offs = [
      mic.events.on('frame', (samples) => this.#pass(new Uint8Array(samples.buffer))),
      mic.events.on('stateChange', (state) => {
        if (state.status === 'failed')
          this.#isReopening = state.error.code === 'AbortError' && link.state !== 'online';
      }),
      link.events.on('link', () => {
        if (this.#isReopening && link.state === 'online') this.start();
      }),
    ];
  }

  /** Its program could not be fetched from a server that is away: it is opened when that is back. */
  get isReopening(): boolean {
    return this.#isReopening;
  }

  /** It is open, or about to be. */
  get isOn(): boolean {
    const { status } = this.#parts.mic.state;
    return status === 'asking' || status === 'on' || status === 'lost' || this.#isReopening;
  }

  /** Opens it, or opens it anew. @param choice - left out: as before. */
  start(choice: MicChoice = this.#choice): void {
    this.#choice = choice;
    this.#isReopening = false;
    void this.#parts.mic.start(choice);
  }

  stop(): void {
    this.#isReopening = false;
    this.#parts.mic.stop();
  }

  set isOpen(isOpen: boolean) {
    // What was left over belongs to before the gap.
    if (this.#isOpen && !isOpen) this.#blocks.flush();
    this.#isOpen = isOpen;
    this.#parts.mic.isPaused = !isOpen;
  }

  /** What was heard until now goes out, though it is no whole block. */
  finish(): void {
    const rest = this.#blocks.flush();
    if (rest.byteLength > 0) this.#parts.link.hear(rest);
  }

  clear(): void {
    this.tape.clear();
    this.#blocks.flush();
  }

  close(): void {
    for (const off of this.#offs) off();
    this.stop();
  }

  #pass(frame: Uint8Array): void {
    if (!this.#isOpen) return;
    this.tape.push(frame);
    for (const block of this.#blocks.push(frame)) this.#parts.link.hear(block);
  }
}
