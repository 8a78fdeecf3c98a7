import { type Clock, sleep } from '../../../src/runtime/index.js';
import type { RecognitionPart, RecognitionRequest, Recognizer } from '../../../src/speech/index.js';
import { never, type ScriptedFault } from './scripted-fault.js';

export interface ScriptedRecognizerOptions {
  /** From the end of the sound to its words. @default 150 */
  readonly delayMs?: number;
  /** Partial results as the sound comes. @default false */
  readonly isStreaming?: boolean;
}

/** Understands the "sound" of a `ScriptedEar`, in time. */
export class ScriptedRecognizer implements Recognizer {
  readonly name = 'scripted';
  readonly isStreaming: boolean;
  /** What it was asked, in order. */
  readonly heard: string[] = [];
  cancelled = 0;
  /** Of the next requests, one each. */
  readonly faults: ScriptedFault[] = [];
  readonly #clock: Clock;
  readonly #delayMs: number;

  constructor(clock: Clock, options: ScriptedRecognizerOptions = {}) {
    this.#clock = clock;
    this.#delayMs = options.delayMs ?? 150;
    this.isStreaming = options.isStreaming ?? false;
  }

  async *recognize({ sound, signal }: RecognitionRequest): AsyncGenerator<RecognitionPart> {
    const fault = this.faults.shift();
    signal?.addEventListener('abort', () => this.cancelled++, { once: true });
    if (fault?.when === 'before') yield* broken(fault);
    let text = '';
    for await (const piece of sound) {
      text += new TextDecoder().decode(piece);
      if (this.isStreaming) yield { type: 'partial', text };
    }
    this.heard.push(text);
    await sleep(this.#clock, this.#delayMs / 2, signal);
    if (fault?.when === 'during') yield* broken(fault);
    await sleep(this.#clock, this.#delayMs / 2, signal);
    yield { type: 'final', text };
    if (fault?.when === 'after') yield* broken(fault);
  }

  async close(): Promise<void> {}
}

async function* broken({ kind }: ScriptedFault): AsyncGenerator<RecognitionPart> {
  if (kind === 'error') throw new Error('the recognizer broke');
  if (kind === 'garbage') yield 42 as unknown as RecognitionPart;
  if (kind === 'stall') await never();
}
