import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ProgramHost } from '../../../programs/index.js';
import { type Clock, orAborted } from '../../../runtime/index.js';
import { textFault, voiceFault } from '../../child/program-fault.js';
import { fingerprintOf } from '../../http/engine-options.js';
import type { SpeechPart, SpeechRequest, Synthesizer, Voice } from '../../synthesizer.js';
import type { EmbeddedOptions } from './embedded-options.js';
import { missingPackage } from './espeak-child-process.js';
import type { EspeakManner, EspeakVoice } from './espeak-frames.js';
import { EspeakNames } from './espeak-names.js';
import { type EspeakPart, EspeakProcess } from './espeak-process.js';
import {
  type EspeakNaming,
  hasJapanese,
  japaneseRuns,
  japaneseUnits,
  type NamedUnit,
  otherUnits,
  type UnitVoices,
} from './espeak-units.js';
import { identifierForLanguage, identifierOf, listedVoices, parseVoiceName } from './voice-choice.js';

export interface EmbeddedPorts {
  readonly host: ProgramHost;
  readonly clock: Clock;
  /**
   * Pronunciation kana of Japanese text: `今日は` becomes `キョー ワ`, with blanks between words and punctuation as it was. What it
   * cannot read stays as it is.
   */
  readonly toKana: (text: string) => Promise<string>;
  /** Node.js. @default process.execPath */
  readonly nodePath?: string | undefined;
  /** The child's program. @default espeak-child.js beside this file */
  readonly childFile?: string | undefined;
  /** What the child imports. @default ESPEAK_PACKAGE */
  readonly packageName?: string | undefined;
}

export const ESPEAK_PACKAGE = '@echogarden/espeak-ng-emscripten';
/** Counted up whenever the same request sounds otherwise than before. */
const TABLES_VERSION = 1;
/** Loading takes a quarter of a second, a sentence a few hundredths; a machine that is busy gets thirty times that. */
const STALL_MS = 10_000;
/** It takes 110 MB, and no more after a thousand requests. */
const MAX_MEMORY_BYTES = 400 * 1024 * 1024;
/** espeak-ng's own range. */
const MIN_RATE = 80;
const MAX_RATE = 450;
/** 7.5 morae a second, and an unhurried English. */
const RATES: Readonly<Record<EspeakNaming, number>> = { ja: 155, en: 165, other: 165 };
const MAX_CHARACTERS = 5000;

/** The voice after `npm ci` alone: espeak-ng as WebAssembly in a process of its own. */
export class EmbeddedSynthesizer implements Synthesizer {
  readonly name: string;
  readonly tells = 'phonemes';
  readonly languages: readonly string[] = [];
  readonly fingerprint: string;
  readonly #options: EmbeddedOptions;
  readonly #ports: EmbeddedPorts;
  readonly #packageName: string;
  readonly #process: EspeakProcess;
  #voices: Promise<readonly EspeakVoice[]> | undefined;

  constructor(name: string, options: EmbeddedOptions, ports: EmbeddedPorts) {
    this.name = name;
    this.#options = options;
    this.#ports = ports;
    this.#packageName = ports.packageName ?? ESPEAK_PACKAGE;
    const { restMs: _, ...sounding } = options;
    const version = `${TABLES_VERSION}, espeak-ng ${packageVersion(this.#packageName)}`;
    this.fingerprint = fingerprintOf('embedded', { ...sounding, version });
    this.#process = new EspeakProcess({
      provider: name,
      host: ports.host,
      clock: ports.clock,
      nodePath: ports.nodePath ?? process.execPath,
      childFile: ports.childFile ?? fileURLToPath(new URL('./espeak-child.js', import.meta.url)),
      packageName: this.#packageName,
      stallMs: STALL_MS,
      idleMs: options.restMs,
      maxMemoryBytes: MAX_MEMORY_BYTES,
    });
  }

  /** What to do before it can speak; undefined: it can. */
  async advice(): Promise<string | undefined> {
    if (packageVersion(this.#packageName) !== undefined) return undefined;
    return missingPackage(this.name, this.#packageName, '').message;
  }

  /** Starts its process, so that the first sentence need not wait for it. @throws {ProviderError} */
  warmUp(): Promise<void> {
    return this.#process.warmUp();
  }

  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    const { signal } = request;
    signal?.throwIfAborted();
    const { units, naming } = await orAborted(this.#unitsOf(request), signal);
    if (units.length === 0)
      throw textFault(this.name, `${this.name} found nothing in the text that can be spoken`);
    const parts = this.#process.speak(units, this.#manner(naming, request));
    try {
      yield* speechParts(parts, units, signal);
    } finally {
      await parts.return?.();
    }
  }

  async voices(signal?: AbortSignal): Promise<readonly Voice[]> {
    const voices = await orAborted(this.#knownVoices(), signal);
    return listedVoices(voices, [this.#options.japaneseVoice, this.#options.englishVoice]);
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  async #unitsOf({
    text,
    language,
    voice,
    speed,
  }: SpeechRequest): Promise<{ units: NamedUnit[]; naming: EspeakNaming }> {
    if (text.length > MAX_CHARACTERS)
      throw textFault(
        this.name,
        `${this.name} takes at most ${MAX_CHARACTERS} characters at once, got ${text.length}; cut the text`,
      );
    const { naming, voices } = await this.#voicesFor(text, language, voice);
    const options = { voices, speed: this.#speed(speed) };
    const japanese = async (japaneseText: string): Promise<NamedUnit[]> =>
      japaneseUnits(await this.#ports.toKana(japaneseText), options);
    if (naming === 'ja') return { naming, units: await japanese(text) };
    if (naming === 'other') return { naming, units: otherUnits(text, naming, options) };
    const units: NamedUnit[] = [];
    for (const run of japaneseRuns(text))
      units.push(...(run.isJapanese ? await japanese(run.text) : otherUnits(run.text, naming, options)));
    return { naming, units };
  }

  /** The language decides how text is read; a voice of another language lends its manner of sounding. */
  async #voicesFor(
    text: string,
    language: string | undefined,
    voice: string | undefined,
  ): Promise<{ naming: EspeakNaming; voices: UnitVoices }> {
    const { base, variant } = parseVoiceName(voice ?? '');
    const spoken = (language ?? (base || (hasJapanese(text) ? 'ja' : this.#options.language))).toLowerCase();
    const naming = namingOf(spoken);
    const fits = base !== '' && (namingOf(base) === naming || language === undefined);
    const ja = parseVoiceName(this.#options.japaneseVoice);
    const en = parseVoiceName(this.#options.englishVoice);
    const own = fits ? base : undefined;
    const region = naming === 'en' && spoken !== 'en' ? spoken : en.base;
    return {
      naming,
      voices: {
        ja: named(ja.base, variant ?? ja.variant),
        en: named(await this.#identifier(naming === 'en' ? (own ?? region) : en.base), variant ?? en.variant),
        other:
          naming === 'other'
            ? named(await this.#identifier(own ?? spoken), variant ?? this.#options.variant)
            : '',
      },
    };
  }

  async #identifier(base: string): Promise<string> {
    // These two are found by their names, without a list of all voices.
    if (base === 'ja' || base === 'en-us') return base;
    const voices = await this.#knownVoices();
    const found = identifierOf(base, voices) ?? identifierForLanguage(base, voices);
    if (found === undefined) throw voiceFault(this.name, base, 'the command voices lists them');
    return found;
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

  #speed(requested: number | undefined): number {
    return this.#options.speed * (requested ?? 1);
  }

  #manner(naming: EspeakNaming, { speed }: SpeechRequest): EspeakManner {
    const rate = Math.round(RATES[naming] * this.#speed(speed));
    return {
      rate: Math.min(MAX_RATE, Math.max(MIN_RATE, rate)),
      pitch: this.#options.pitch,
      range: this.#options.range,
      volume: 100,
    };
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

function namingOf(language: string): EspeakNaming {
  if (/^(ja|jpx\/ja)\b/.test(language)) return 'ja';
  return /^(en|gmw\/en)\b/.test(language) ? 'en' : 'other';
}

function named(base: string, variant: string | undefined): string {
  return variant === undefined || variant === '' ? base : `${base}+${variant}`;
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
