import type { ProviderError } from '../../../runtime/index.js';
import { textFault, voiceFault } from '../../child/program-fault.js';
import type { SpeechRequest } from '../../synthesizer.js';
import type { EspeakManner, EspeakVoice } from './espeak-frames.js';
import {
  type EspeakNaming,
  hasJapanese,
  japaneseRuns,
  japaneseUnits,
  type NamedUnit,
  otherUnits,
  type UnitVoices,
} from './espeak-units.js';
import { identifierForLanguage, identifierOf, parseVoiceName } from './voice-choice.js';

/** What of the options decides how a text is said. */
export interface EspeakTextOptions {
  readonly language: string;
  readonly japaneseVoice: string;
  readonly englishVoice: string;
  readonly variant: string;
  readonly speed: number;
  readonly pitch: number;
  /** @default 50, espeak-ng's own */
  readonly range?: number;
}

export interface EspeakTextPorts {
  /**
   * Pronunciation kana of Japanese text: `今日は` becomes `キョー ワ`, with blanks between words and punctuation as it was. What it
   * cannot read stays as it is.
   */
  readonly toKana: (text: string) => Promise<string>;
  /** All voices there are; asked for only when it is not plain Japanese or American English. */
  readonly voices: () => Promise<readonly EspeakVoice[]>;
}

/** A request as espeak-ng takes it. */
export interface EspeakScript {
  /** At least one. */
  readonly units: readonly NamedUnit[];
  readonly manner: EspeakManner;
}

/** espeak-ng's own range. */
const MIN_RATE = 80;
const MAX_RATE = 450;
/** 7.5 morae a second, and an unhurried English. */
const RATES: Readonly<Record<EspeakNaming, number>> = { ja: 155, en: 165, other: 165 };
const MAX_CHARACTERS = 5000;

/** Turns requests into what espeak-ng says, with the voices for it. */
export class EspeakText {
  readonly #provider: string;
  readonly #options: EspeakTextOptions;
  readonly #ports: EspeakTextPorts;

  constructor(provider: string, options: EspeakTextOptions, ports: EspeakTextPorts) {
    this.#provider = provider;
    this.#options = options;
    this.#ports = ports;
  }

  /** @throws {ProviderError} TEXT - nothing to say, or too much; VOICE. */
  async scriptOf({ text, language, voice, speed = 1 }: SpeechRequest): Promise<EspeakScript> {
    if (text.length > MAX_CHARACTERS)
      throw this.#textFault(
        `takes at most ${MAX_CHARACTERS} characters at once, got ${text.length}; cut the text`,
      );
    const { naming, voices } = await this.#voicesFor(text, language, voice);
    const unitOptions = { voices, speed: this.#options.speed * speed };
    const units: NamedUnit[] = [];
    const runs = naming === 'en' ? japaneseRuns(text) : [{ text, isJapanese: naming === 'ja' }];
    for (const run of runs) {
      if (run.isJapanese) units.push(...japaneseUnits(await this.#ports.toKana(run.text), unitOptions));
      else units.push(...otherUnits(run.text, naming, unitOptions));
    }
    if (units.length === 0) throw this.#textFault('found nothing in the text that can be spoken');
    return { units, manner: this.#manner(naming, unitOptions.speed) };
  }

  /** The language decides how text is read; a voice of another language lends its manner of sounding. */
  async #voicesFor(
    text: string,
    language: string | undefined,
    voice: string | undefined,
  ): Promise<{ naming: EspeakNaming; voices: UnitVoices }> {
    const options = this.#options;
    const { base, variant } = parseVoiceName(voice ?? '');
    const spoken = language ?? (base || (hasJapanese(text) ? 'ja' : options.language));
    const naming = namingOf(spoken);
    const ja = parseVoiceName(options.japaneseVoice);
    const en = parseVoiceName(options.englishVoice);
    const isOwn = base !== '' && (language === undefined || namingOf(base) === naming);
    const standard = naming === 'ja' ? ja.base : /^en$/i.test(spoken) ? en.base : spoken;
    const own = isOwn ? base : standard;
    return {
      naming,
      voices: {
        ja: named(await this.#identifier(naming === 'ja' ? own : ja.base), variant ?? ja.variant),
        en: named(await this.#identifier(naming === 'en' ? own : en.base), variant ?? en.variant),
        other: naming === 'other' ? named(await this.#identifier(own), variant ?? options.variant) : '',
      },
    };
  }

  async #identifier(base: string): Promise<string> {
    // These two are found by their names, without a list of all voices.
    if (base === 'ja' || base === 'en-us') return base;
    const voices = await this.#ports.voices();
    const found = identifierOf(base, voices) ?? identifierForLanguage(base, voices);
    if (found === undefined) throw voiceFault(this.#provider, base, 'the command voices lists them');
    return found;
  }

  #manner(naming: EspeakNaming, speed: number): EspeakManner {
    const rate = Math.round(RATES[naming] * speed);
    return {
      rate: Math.min(MAX_RATE, Math.max(MIN_RATE, rate)),
      pitch: this.#options.pitch,
      range: this.#options.range ?? 50,
      volume: 100,
    };
  }

  #textFault(words: string): ProviderError {
    return textFault(this.#provider, `${this.#provider} ${words}`);
  }
}

function namingOf(language: string): EspeakNaming {
  if (/^(ja|jpx\/ja)\b/i.test(language)) return 'ja';
  return /^(en|gmw\/en)\b/i.test(language) ? 'en' : 'other';
}

function named(base: string, variant: string | undefined): string {
  return variant === undefined || variant === '' ? base : `${base}+${variant}`;
}
