import type { BridgeClient } from '../client/index.js';
import { defaultConfig, speechSection } from '../config/index.js';
import { systemHost } from '../devices/index.js';
import { createThreadedPronouncer } from '../language/index.js';
import type { Clock } from '../runtime/index.js';
import {
  createSpeech,
  type Speech as Speaker,
  type SpeakOptions,
  type SpeechSettings,
} from '../speech/index.js';
import { beginSpeech, type Speech, type SpokenOptions } from './speech.js';

/** How a text is spoken, and where. */
export interface SayOptions
  extends SpokenOptions,
    Pick<SpeakOptions, 'engine' | 'voice' | 'language' | 'speed' | 'instructions'> {}

/** What speaks texts for one bridge: opened with the first. */
export class Sayer {
  readonly #settings: SpeechSettings;
  readonly #clock: Clock;
  readonly #pronouncer = createThreadedPronouncer();
  #opening: Promise<Speaker> | undefined;

  /** @param settings - what differs from the settings' defaults. */
  constructor(settings: SpeechSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** @throws {BridgeError} of `createSpeech` and `speakThrough`, before anything was heard. */
  async say(
    client: BridgeClient,
    text: string | AsyncIterable<string>,
    { engine, voice, language, speed, instructions, ...spoken }: SayOptions,
  ): Promise<Speech> {
    const speaker = await this.#open();
    const how: SpeakOptions = { engine, voice, language, speed, instructions };
    const { tells } = await speaker.describe(how);
    // While the engine thinks.
    if (tells !== 'phonemes' && typeof text === 'string') void this.#pronouncer.prepareFor(text);
    return beginSpeech(client, this.#clock, (signal) => speaker.speak(text, { ...how, signal }), {
      ...spoken,
      knows: tells === 'phonemes' ? 'phonemes' : 'text',
      pronouncer: this.#pronouncer,
    });
  }

  async close(): Promise<void> {
    const speaker = await this.#opening?.catch(() => undefined);
    await speaker?.close();
  }

  #open(): Promise<Speaker> {
    this.#opening ??= this.#create().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  #create(): Promise<Speaker> {
    const { env } = process;
    const host = systemHost(env);
    const usual = speechSection(defaultConfig(), env, host.platform);
    const toKana = (text: string): Promise<string> => this.#pronouncer.kanaOf(text);
    return createSpeech({ ...usual, ...this.#settings }, { clock: this.#clock, env, host, toKana });
  }
}
