import { type Clock, once, RequestError } from '../runtime/index.js';
import type { Faults } from './faults.js';
import type { House, Houses } from './house.js';
import type { SpokenSound, SynthesizeOptions, TranscribeOptions } from './session.js';
import { WorkBounds } from './work-bounds.js';

const MAX_TEXT_CHARS = 5000;
/** As long as the longest text takes, spoken slowly; an engine that never ends is ended. */
const MAX_SPOKEN_MS = 15 * 60_000;
const MAX_SOUND_MS = 120_000;
const BYTES_PER_MS = 32;
const SAMPLE_BYTES = 2;
const RATE_HZ = 24_000;
const WORDS_WITHIN_MS = 30_000;

export interface SpeechServicesOptions {
  readonly clock: Clock;
  readonly houses: Houses;
  readonly faults: Faults;
}

/** Speech without a conversation: so much at a time for each caller. */
export class SpeechServices {
  readonly #options: SpeechServicesOptions;
  readonly #voices = new WorkBounds();
  readonly #ears = new WorkBounds();

  constructor(options: SpeechServicesOptions) {
    this.#options = options;
  }

  /** @throws as `Sessions.synthesize`. */
  async synthesize(text: string, options: SynthesizeOptions): Promise<SpokenSound> {
    if (text.length > MAX_TEXT_CHARS)
      throw new RequestError(
        'BRIDGE_ERR_SPEECH_TEXT',
        `Expected a text of at most ${MAX_TEXT_CHARS} characters, got ${text.length}. Send it in parts.`,
      );
    const house = this.#options.houses.get(options.persona);
    return this.#run(this.#voices, options, () => synthesized(house, text, options));
  }

  /** @throws as `Sessions.transcribe`. */
  async transcribe(pcm: Uint8Array, options: TranscribeOptions): Promise<string> {
    if (pcm.byteLength > MAX_SOUND_MS * BYTES_PER_MS)
      throw new RequestError('BRIDGE_ERR_USAGE', `Expected at most ${MAX_SOUND_MS / 1000} s of sound`);
    const { houses, clock } = this.#options;
    const house = houses.get(undefined);
    return this.#run(this.#ears, options, () => transcribed(house, clock, pcm, options));
  }

  async #run<T>(
    bounds: WorkBounds,
    { caller, signal }: Pick<TranscribeOptions, 'caller' | 'signal'>,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await bounds.run(caller, work, signal);
    } catch (error) {
      throw this.#options.faults.toldTo(caller, error);
    }
  }
}

/** Sound of a text, as the persona speaks. */
function synthesized(house: House, text: string, options: SynthesizeOptions): Promise<SpokenSound> {
  const { voice, speed, language, signal, sampleRateHz = RATE_HZ } = options;
  const { speak = {} } = house.settings.voice ?? {};
  const maxBytes = (MAX_SPOKEN_MS / 1000) * sampleRateHz * SAMPLE_BYTES;
  return house.within(async ({ speech }) => {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    const spoken = speech.speak(text, {
      ...speak,
      sampleRateHz,
      ...(voice === undefined ? {} : { voice }),
      ...(speed === undefined ? {} : { speed }),
      ...(language === undefined ? {} : { language }),
      ...(signal === undefined ? {} : { signal }),
    });
    for await (const part of spoken) {
      if (part.type !== 'sound') continue;
      bytes += part.pcm.byteLength;
      if (bytes > maxBytes)
        throw new RequestError(
          'BRIDGE_ERR_SOUND_SIZE',
          `Expected at most ${MAX_SPOKEN_MS / 60_000} minutes of sound for a text. Send it in parts.`,
        );
      pieces.push(part.pcm);
    }
    return { pcm: Buffer.concat(pieces, bytes), sampleRateHz };
  });
}

/** Words of a whole sound. */
function transcribed(
  house: House,
  clock: Clock,
  pcm: Uint8Array,
  { language = '', signal }: TranscribeOptions,
): Promise<string> {
  return house.within(async ({ recognizer }) => {
    if (recognizer === undefined)
      throw new RequestError(
        'BRIDGE_ERR_SPEECH_ENGINE',
        'No recogniser is set up: the model hears by itself. Name one with sttEngine.',
      );
    const { Recognition } = await import('../dialogue/index.js');
    signal?.throwIfAborted();
    const recognition = new Recognition({
      ...{ clock, recognizer, language },
      sound: once(pcm),
      hints: [],
      limitMs: WORDS_WITHIN_MS,
      onPartial: () => {},
    });
    recognition.expectEnd();
    const onAbort = (): void => recognition.cancel();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await recognition.done;
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  });
}
