import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { errorText, SystemClock } from '../../../runtime/index.js';
import { EspeakEngine } from './espeak-engine.js';
import { type EspeakAnswer, type EspeakRequest, encodeAnswer, encodeSound } from './espeak-frames.js';

/**
 * The process that speaks: loads espeak-ng, which is GPL, so that no other process of ours has it inside. Ends with its input.
 *
 * argv[2]: what to import, normally the name of the package.
 */

const STDOUT = 1;
/** A pipe that is full and does not block (some systems) is tried again after so long. */
const FULL_PIPE_MS = 1;
const clock = new SystemClock();
const sleeper = new Int32Array(new SharedArrayBuffer(4));

type SpeakRequest = Extract<EspeakRequest, { type: 'speak' }>;

/** Synthesis holds this thread: sound leaves it only by writes that are done when they return. */
function write(bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.byteLength) {
    try {
      at += writeSync(STDOUT, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(sleeper, 0, 0, FULL_PIPE_MS);
    }
  }
}

function answer(what: EspeakAnswer): void {
  write(encodeAnswer(what));
}

function sound(pcm: Int16Array): void {
  if (pcm.length > 0) write(encodeSound(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)));
}

class Speaker {
  readonly #engine: EspeakEngine;
  readonly #waiting: SpeakRequest[] = [];
  #current: { readonly id: number; isCancelled: boolean } | undefined;

  constructor(engine: EspeakEngine) {
    this.#engine = engine;
  }

  take(request: EspeakRequest): void {
    if (request.type === 'cancel') {
      this.#cancel(request.id);
    } else if (request.type === 'voices') {
      answer({ type: 'voices', id: request.id, voices: this.#engine.voices() });
    } else {
      this.#waiting.push(request);
      if (this.#current === undefined) void this.#work();
    }
  }

  /** The first words of a process cost ten times as much as the next. */
  warmUp(): void {
    const manner = { rate: 175, pitch: 50, range: 50, volume: 100 };
    for (const [voice, text] of [
      ['ja', "[[k'onn,it_s\\,iw,a]]."],
      ['en-us', 'Hello there.'],
    ] as const)
      this.#engine.speak({ voice, text, pauseMs: 0 }, manner, () => {});
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#current = { id: next.id, isCancelled: false };
      try {
        await this.#speak(next, this.#current);
      } catch (error) {
        answer({ type: 'failed', id: next.id, what: 'synthesis', text: errorText(error) });
      }
    }
    this.#current = undefined;
  }

  #cancel(id: number): void {
    if (this.#current?.id === id) this.#current.isCancelled = true;
    const at = this.#waiting.findIndex((request) => request.id === id);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    answer({ type: 'end', id, samples: 0, memoryBytes: process.memoryUsage.rss() });
  }

  async #speak({ id, units, manner }: SpeakRequest, state: { readonly isCancelled: boolean }): Promise<void> {
    let samples = 0;
    for (const [index, unit] of units.entries()) {
      // A cancellation is heard between units only.
      await new Promise((resolve) => setImmediate(resolve));
      if (state.isCancelled) break;
      const startsAt = samples;
      const count = this.#engine.speak(unit, manner, (pcm, events) => {
        if (events.length > 0) {
          const placed = events.map(([sample, name]) => [startsAt + sample, name] as const);
          answer({ type: 'events', id, unit: index, events: placed });
        }
        sound(pcm);
      });
      if (count === undefined) {
        answer({ type: 'failed', id, what: 'voice', text: unit.voice });
        return;
      }
      samples += count + this.#pause(id, index, unit.pauseMs, startsAt + count);
    }
    answer({ type: 'end', id, samples, memoryBytes: process.memoryUsage.rss() });
  }

  #pause(id: number, unit: number, pauseMs: number, startsAt: number): number {
    const samples = Math.round((pauseMs * this.#engine.sampleRateHz) / 1000);
    if (samples <= 0) return 0;
    answer({ type: 'events', id, unit, events: [[startsAt, '']] });
    sound(new Int16Array(samples));
    return samples;
  }
}

async function main(specifier: string): Promise<void> {
  const startedMs = clock.nowMs();
  let engine: EspeakEngine;
  try {
    const loaded: { readonly default?: unknown } = await import(specifier);
    engine = await EspeakEngine.load(loaded.default);
  } catch (error) {
    answer({ type: 'failed', id: 0, what: 'package', text: errorText(error) });
    return;
  }
  const speaker = new Speaker(engine);
  speaker.warmUp();
  answer({ type: 'ready', sampleRateHz: engine.sampleRateHz, loadMs: clock.nowMs() - startedMs });
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => speaker.take(JSON.parse(line) as EspeakRequest));
}

await main(process.argv[2] ?? '@echogarden/espeak-ng-emscripten');
