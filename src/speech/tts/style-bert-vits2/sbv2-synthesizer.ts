import { type EngineFace, isFields, joinUrl, placeOf, type StatusMeaning } from '../../../vendor/index.js';
import { clamp } from '../../http/clamp.js';
import { EngineClient } from '../../http/engine-client.js';
import { fingerprintOf } from '../../http/fingerprint.js';
import type { HttpSpeechPorts } from '../../http/ports.js';
import { checkText, speakExchange } from '../../http/speak-parts.js';
import { SPEECH_FAMILY } from '../../http/speech-family.js';
import type { SpeechPart, SpeechRequest, Synthesizer, Voice } from '../../synthesizer.js';
import type { Sbv2Options } from './sbv2-options.js';

/** What its models are trained at; its WAV header says it as well. */
const SAMPLE_RATE_HZ = 44_100;
const LANGUAGES: Readonly<Record<string, string>> = { ja: 'JP', en: 'EN', zh: 'ZH' };
/** `model-speaker` or `model-speaker-style`, numbers and a name. */
const VOICE_ID = /^(\d+)-(\d+)(?:-(.+))?$/;

/**
 * Style-Bert-VITS2's own server. It renders the whole text before the first byte, and tells no timings.
 *
 * @source litagin02/Style-Bert-VITS2 66de777 server_fastapi.py (/voice, /models/info)
 */
export class Sbv2Synthesizer implements Synthesizer {
  readonly name: string;
  readonly tells = 'nothing';
  readonly languages: readonly string[] = ['ja', 'en', 'zh'];
  readonly fingerprint: string;
  readonly #options: Sbv2Options;
  readonly #client: EngineClient;

  constructor(name: string, options: Sbv2Options, ports: HttpSpeechPorts) {
    this.name = name;
    this.#options = options;
    this.fingerprint = fingerprintOf('style-bert-vits2', options);
    const { firstByteMs, idleMs } = options;
    this.#client = new EngineClient({ face: faceOf(name, options), firstByteMs, idleMs, secrets: [] }, ports);
  }

  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    checkText(this.#client.face, request);
    const exchange = await this.#client.open({
      // Its POST takes the query as its GET does; GET is logged as not recommended.
      url: joinUrl(this.#options.baseUrl, 'voice', this.#query(request)),
      method: 'POST',
      headers: { accept: 'audio/wav' },
      signal: request.signal,
      privateText: request.text,
    });
    yield* speakExchange(this.#client, exchange, { request, form: 'file', sampleRateHz: SAMPLE_RATE_HZ });
  }

  async voices(signal?: AbortSignal): Promise<readonly Voice[]> {
    const url = joinUrl(this.#options.baseUrl, 'models/info');
    return voicesIn(await this.#client.json({ url, signal }), this.#options);
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #query(request: SpeechRequest): Record<string, string> {
    const options = this.#options;
    const [, model, speaker, style] = VOICE_ID.exec(request.voice ?? '') ?? [];
    const language = LANGUAGES[(request.language ?? '').split('-')[0]?.toLowerCase() ?? ''];
    const speed = clamp((request.speed ?? 1) * options.speed, 0.25, 4);
    const query: Record<string, string | number | undefined> = {
      text: request.text,
      ...numberOrName('model', model ?? request.voice ?? options.model),
      ...numberOrName('speaker', speaker ?? options.speaker),
      language: language ?? options.language,
      style: style ?? options.style,
      style_weight: options.styleWeight,
      length: speed === 1 ? undefined : Math.round(10_000 / speed) / 10_000,
      sdp_ratio: options.sdpRatio,
      noise: options.noise,
      noisew: options.noisew,
      assist_text: options.assistText,
      assist_text_weight: options.assistTextWeight,
    };
    return Object.fromEntries(
      Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
    );
  }
}

/** The server takes the number and the name under two names, and the name wins. */
function numberOrName(what: 'model' | 'speaker', value: string | number): Record<string, string | number> {
  return /^\d+$/.test(String(value)) ? { [`${what}_id`]: value } : { [`${what}_name`]: value };
}

/** Every style of every speaker of every model. */
function voicesIn(value: unknown, options: Sbv2Options): readonly Voice[] {
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([modelId, model]) => {
    if (!isFields(model)) return [];
    const name = modelName(model) ?? modelId;
    const styles = isFields(model['style2id']) ? Object.keys(model['style2id']) : [];
    const speakers = isFields(model['id2spk']) ? Object.entries(model['id2spk']) : [];
    return speakers.flatMap(([speakerId, speaker]) =>
      styles.map(
        (style, index): Voice => ({
          id: `${modelId}-${speakerId}-${style}`,
          name: speaker === name ? name : `${name} ${String(speaker)}`,
          languages: ['ja', 'en', 'zh'],
          style,
          isDefault:
            [modelId, name].includes(String(options.model)) &&
            [speakerId, speaker].includes(String(options.speaker)) &&
            (options.style === undefined ? index === 0 : options.style === style),
        }),
      ),
    );
  });
}

/** The folder of a model, which is its name; the server runs on Windows too. */
function modelName(model: Readonly<Record<string, unknown>>): string | undefined {
  const path = model['config_path'];
  return typeof path === 'string' ? path.split(/[\\/]/).at(-2) : undefined;
}

function faceOf(name: string, options: Sbv2Options): EngineFace {
  return {
    family: SPEECH_FAMILY,
    name,
    place: placeOf(options.baseUrl),
    keyHelp: 'it takes no key; check what stands before it',
    reachHelp: 'start its server (python server_fastapi.py), or check baseUrl',
    meaning,
  };
}

/** What it refuses is a 422 with `detail[0].msg`. */
function meaning(status: number, words: string): StatusMeaning | undefined {
  if (status !== 422) return undefined;
  if (/not found|ambiguous/i.test(words))
    return { code: 'BRIDGE_ERR_SPEECH_VOICE', retryable: false, advice: 'see the list of voices' };
  if (/at most \d+ char/i.test(words))
    return {
      code: 'BRIDGE_ERR_SPEECH_TEXT',
      retryable: false,
      advice: 'raise server.limit in its config.yml, or give the text sentence by sentence',
    };
  return undefined;
}
