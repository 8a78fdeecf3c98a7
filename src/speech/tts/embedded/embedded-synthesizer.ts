import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ProgramHost } from '../../../programs/index.js';
import { type Clock, orAborted } from '../../../runtime/index.js';
import { fingerprintOf } from '../../http/fingerprint.js';
import type { SpeechPart, SpeechRequest, Synthesizer, Voice } from '../../synthesizer.js';
import type { EmbeddedOptions } from './embedded-options.js';
import { missingPackage } from './espeak-child-process.js';
import type { EspeakVoice } from './espeak-frames.js';
import { EspeakNames } from './espeak-names.js';
import { type EspeakPart, EspeakProcess } from './espeak-process.js';
import { EspeakText, type EspeakTextPorts } from './espeak-text.js';
import type { NamedUnit } from './espeak-units.js';
import { listedVoices } from './voice-choice.js';

export interface EmbeddedPorts extends Pick<EspeakTextPorts, 'toKana'> {
  readonly host: ProgramHost;
  readonly clock: Clock;
  /** Node.js. @default process.execPath */
  readonly nodePath?: string | undefined;
  /** The child's program. @default espeak-child.js beside this file */
  readonly childFile?: string | undefined;
  /** What the child imports. @default ESPEAK_PACKAGE */
  readonly packageName?: string | undefined;
}

export const ESPEAK_PACKAGE = '@echogarden/espeak-ng-emscripten';
/** Counted up whenever the same request sounds otherwise than before. */
export const ESPEAK_TABLES_VERSION = 1;
/** Loading takes a quarter of a second, a sentence a few hundredths; a machine that is busy gets thirty times that. */
const STALL_MS = 10_000;
/** It takes 97 MB, and 98 MB after 300 requests. */
const MAX_MEMORY_BYTES = 400 * 1024 * 1024;

interface Asked {
  readonly units: readonly NamedUnit[];
  readonly parts: AsyncIterableIterator<EspeakPart>;
}

/** The voice after `npm ci` alone: espeak-ng as WebAssembly in a process of its own. */
export class EmbeddedSynthesizer implements Synthesizer {
  readonly name: string;
  readonly tells = 'phonemes';
  readonly languages: readonly string[] = [];
  readonly fingerprint: string;
  readonly #options: EmbeddedOptions;
  readonly #toKana: EspeakTextPorts['toKana'];
  readonly #packageName: string;
  readonly #process: EspeakProcess;
  readonly #text: EspeakText;
  #voices: Promise<readonly EspeakVoice[]> | undefined;
  #lastAsked: Promise<unknown> = Promise.resolve();

  constructor(name: string, options: EmbeddedOptions, ports: EmbeddedPorts) {
    this.name = name;
    this.#options = options;
    this.#toKana = ports.toKana;
    this.#packageName = ports.packageName ?? ESPEAK_PACKAGE;
    const { restMs, ...sounding } = options;
    const version = `${ESPEAK_TABLES_VERSION}, espeak-ng ${packageVersion(this.#packageName)}`;
    this.fingerprint = fingerprintOf('embedded', { ...sounding, version });
    this.#text = new EspeakText(name, options, { toKana: ports.toKana, voices: () => this.#knownVoices() });
    this.#process = new EspeakProcess({
      provider: name,
      host: ports.host,
      clock: ports.clock,
      nodePath: ports.nodePath ?? process.execPath,
      childFile: ports.childFile ?? fileURLToPath(new URL('./espeak-child.js', import.meta.url)),
      packageName: this.#packageName,
      stallMs: STALL_MS,
      idleMs: restMs,
      maxMemoryBytes: MAX_MEMORY_BYTES,
    });
  }

  /** What to do before it can speak; undefined: it can. */
  async advice(): Promise<string | undefined> {
    if (packageVersion(this.#packageName) !== undefined) return undefined;
    return missingPackage(this.name, this.#packageName, '').message;
  }

  /** Starts its process and loads the readings, so that the first sentence need not wait for them. @throws {ProviderError} */
  async warmUp(): Promise<void> {
    await Promise.all([this.#process.warmUp(), this.#toKana('あ')]);
  }

  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    const { signal } = request;
    signal?.throwIfAborted();
    const asked = this.#ask(request);
    try {
      const { units, parts } = await orAborted(asked, signal);
      yield* speechParts(parts, units, signal);
    } finally {
      asked.then(
        ({ parts }) => parts.return?.(),
        () => {},
      );
    }
  }

  async voices(signal?: AbortSignal): Promise<readonly Voice[]> {
    const voices = await orAborted(this.#knownVoices(), signal);
    return listedVoices(voices, [this.#options.japaneseVoice, this.#options.englishVoice]);
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  /** Requests are said in the order in which they were made, however long each text takes to be read. */
  #ask(request: SpeechRequest): Promise<Asked> {
    const before = this.#lastAsked;
    const script = this.#text.scriptOf(request);
    const asked = Promise.allSettled([before, script]).then(async () => {
      const { units, manner } = await script;
      return { units, parts: this.#process.speak(units, manner) };
    });
    this.#lastAsked = asked.catch(() => {});
    return asked;
  }

  #knownVoices(): Promise<readonly EspeakVoice[]> {
    if (this.#voices === undefined) {
      this.#voices = this.#process.voices(new AbortController().signal);
      this.#voices.catch(() => {
        this.#voices = undefined;
      });
    }
    return this.#voices;
  }
}

async function* speechParts(
  parts: AsyncIterator<EspeakPart>,
  units: readonly NamedUnit[],
  signal: AbortSignal | undefined,
): AsyncGenerator<SpeechPart, void> {
  let names: EspeakNames | undefined;
  for (;;) {
    const next = await orAborted(parts.next(), signal);
    if (next.done === true) return;
    const part = next.value;
    if (part.type === 'start') {
      names = new EspeakNames(part.sampleRateHz);
      yield { type: 'start', sampleRateHz: part.sampleRateHz };
    } else if (part.type === 'sound') {
      yield { type: 'sound', pcm: part.pcm };
    } else {
      const phonemes =
        part.type === 'end'
          ? names?.end(part.samples)
          : names?.push(part.events, units[part.unit]?.naming ?? 'other');
      if (phonemes !== undefined && phonemes.length > 0) yield { type: 'phonemes', phonemes, isExact: true };
    }
  }
}

/** Looks for the package without loading it: it is GPL, and belongs into the child alone. */
function packageVersion(packageName: string): string | undefined {
  try {
    const manifest: { readonly version?: unknown } = createRequire(import.meta.url)(
      `${packageName}/package.json`,
    );
    return String(manifest.version);
  } catch {
    return undefined;
  }
}
