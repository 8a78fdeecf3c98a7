import type { Clock } from '../../../../src/runtime/index.js';
import { ProviderError, sleep } from '../../../../src/runtime/index.js';
import type {
  SpeechPart,
  SpeechRequest,
  Synthesizer,
  TellsTimings,
  Voice,
} from '../../../../src/speech/index.js';

/** What an engine does for one request: parts, waits in milliseconds, errors. */
export type Step = SpeechPart | number | Error | 'forever';
export type Script = (request: SpeechRequest, call: number) => readonly Step[];

export const RATE_HZ = 16_000;

export function start(sampleRateHz = RATE_HZ, credit?: string): SpeechPart {
  return { type: 'start', sampleRateHz, ...(credit === undefined ? {} : { credit }) };
}

/** So many milliseconds of one value. */
export function sound(ms: number, value = 1000, sampleRateHz = RATE_HZ): SpeechPart {
  const samples = new Int16Array(Math.round((ms * sampleRateHz) / 1000)).fill(value);
  return { type: 'sound', pcm: new Uint8Array(samples.buffer) };
}

export function fault(retryable = true, retryAfterMs?: number): ProviderError {
  return new ProviderError('BRIDGE_ERR_SPEECH_FAILED', 'it failed', {
    provider: 'fake',
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** An engine that does what a script says, and tells what was asked of it. */
export class FakeEngine implements Synthesizer {
  readonly name: string;
  readonly tells: TellsTimings = 'nothing';
  languages: readonly string[] = [];
  fingerprint = 'fake:1';
  readonly requests: SpeechRequest[] = [];
  /** Requests under way. */
  active = 0;
  mostActive = 0;
  /** Requests whose signal fired before they ended. */
  aborted = 0;
  isClosed = false;
  readonly #clock: Clock;
  readonly #script: Script;

  constructor(name: string, clock: Clock, script: Script = () => [start(), sound(100)]) {
    this.name = name;
    this.#clock = clock;
    this.#script = script;
  }

  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart> {
    const call = this.requests.push(request) - 1;
    this.active++;
    this.mostActive = Math.max(this.mostActive, this.active);
    request.signal?.addEventListener('abort', () => this.aborted++, { once: true });
    try {
      for (const step of this.#script(request, call)) {
        if (step instanceof Error) throw step;
        if (step === 'forever') await new Promise(() => {});
        else if (typeof step === 'number') await sleep(this.#clock, step, request.signal);
        else yield step.type === 'sound' ? { ...step, pcm: step.pcm.slice() } : step;
      }
    } finally {
      this.active--;
    }
  }

  async voices(): Promise<readonly Voice[]> {
    return [{ id: 'one', name: 'One', languages: [] }];
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

export async function collect<T>(parts: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const part of parts) all.push(part);
  return all;
}
