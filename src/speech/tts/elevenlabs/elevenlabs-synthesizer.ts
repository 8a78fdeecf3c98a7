import {
  type EngineFace,
  type Exchange,
  type Fields,
  failedFault,
  fieldsIn,
  fromBase64,
  isFields,
  JsonObjects,
  joinUrl,
  keyHelp,
  placeOf,
  requireKey,
  type StatusMeaning,
  textOf,
  truncatedFault,
  vendorWords,
} from '../../../vendor/index.js';
import { clamp } from '../../http/clamp.js';
import { EngineClient } from '../../http/engine-client.js';
import { fingerprintOf } from '../../http/fingerprint.js';
import { withoutRegion } from '../../http/markup.js';
import type { HttpSpeechPorts } from '../../http/ports.js';
import { checkText, maxJsonSoundBytes, pathPart, startPart } from '../../http/speak-parts.js';
import { SPEECH_FAMILY } from '../../http/speech-family.js';
import { WholeSamples } from '../../http/whole-samples.js';
import type { SpeechPart, SpeechRequest, Synthesizer, Voice } from '../../synthesizer.js';
import { CharacterTimes } from './character-times.js';
import { ELEVENLABS_ROW, type ElevenLabsOptions } from './elevenlabs-options.js';

/** Speeds that voice_settings takes. @source ElevenLabs documentation, "Speed" of text to speech */
const MIN_SPEED = 0.7;
const MAX_SPEED = 1.2;

/**
 * ElevenLabs, streamed: JSON objects with a piece of PCM as base64 and the times of its characters.
 *
 * @source elevenlabs-python 54e5899 text_to_speech/raw_client.py stream_with_timestamps (path, query, body, one object a line),
 *   types/voice.py; GET /v1/voices
 */
export class ElevenLabsSynthesizer implements Synthesizer {
  readonly name: string;
  readonly tells = 'characters';
  readonly languages: readonly string[] = [];
  readonly fingerprint: string;
  readonly #options: ElevenLabsOptions;
  readonly #client: EngineClient;

  constructor(name: string, options: ElevenLabsOptions, ports: HttpSpeechPorts) {
    this.name = name;
    this.#options = options;
    this.fingerprint = fingerprintOf('elevenlabs', options);
    const { firstByteMs, idleMs, apiKey } = options;
    const secrets = apiKey === undefined ? [] : [apiKey];
    this.#client = new EngineClient({ face: faceOf(name, options), firstByteMs, idleMs, secrets }, ports);
  }

  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    checkText(this.#client.face, request);
    const voice = pathPart(this.#client.face, request.voice ?? this.#options.voice);
    const { sampleRateHz, baseUrl } = this.#options;
    const exchange = await this.#client.open({
      url: joinUrl(baseUrl, `v1/text-to-speech/${voice}/stream/with-timestamps`, {
        output_format: `pcm_${sampleRateHz}`,
      }),
      method: 'POST',
      headers: { ...this.#auth(), 'content-type': 'application/json' },
      body: JSON.stringify(this.#body(request)),
      signal: request.signal,
      privateText: request.text,
    });
    try {
      yield* this.#parts(exchange, request);
    } finally {
      exchange.close();
    }
  }

  async voices(signal?: AbortSignal): Promise<readonly Voice[]> {
    const url = joinUrl(this.#options.baseUrl, 'v1/voices');
    const answer = await this.#client.json({ url, headers: this.#auth(), signal });
    return fieldsIn(isFields(answer) ? answer['voices'] : undefined).flatMap((voice) =>
      voiceOf(voice, this.#options.voice),
    );
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async *#parts(exchange: Exchange, request: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    const { face } = this.#client;
    const objects = new JsonObjects();
    const samples = new WholeSamples();
    const times = new CharacterTimes(request.text);
    let soundBytes = 0;
    let hasStarted = false;
    for await (const chunk of exchange.chunks(maxJsonSoundBytes(this.#client))) {
      for (const piece of this.#objectsIn(objects, chunk)) {
        const pcm = samples.push(this.#soundIn(piece, request));
        const characters = times.push(piece);
        soundBytes += pcm.byteLength;
        this.#checkSize(soundBytes);
        if (!hasStarted && pcm.byteLength + characters.length > 0) {
          hasStarted = true;
          yield startPart(this.#options.sampleRateHz, undefined);
        }
        if (characters.length > 0) yield { type: 'characters', characters };
        if (pcm.byteLength > 0) yield { type: 'sound', pcm };
        request.signal?.throwIfAborted();
      }
    }
    if (soundBytes === 0 && !objects.isInside)
      throw failedFault(face, `expected sound from ${face.place}, got nothing`);
    if (objects.isInside || samples.hasHalf) throw truncatedFault(face, 'the answer ended in its middle');
  }

  #objectsIn(objects: JsonObjects, chunk: Uint8Array): readonly Fields[] {
    try {
      return fieldsIn(objects.push(chunk));
    } catch {
      const { face } = this.#client;
      // Without its cause: a parser quotes what it read, which may be the text.
      throw failedFault(face, `expected JSON from ${face.place}, got something else`);
    }
  }

  #soundIn(piece: Fields, request: SpeechRequest): Uint8Array {
    const { face } = this.#client;
    const base64 = piece['audio_base64'];
    if (base64 === undefined || base64 === null || base64 === '') {
      const words = piece['alignment'] === undefined ? vendorWords(JSON.stringify(piece)) : undefined;
      if (words === undefined) return new Uint8Array(0);
      const said = this.#client.redaction(request.text).apply(words);
      throw failedFault(face, `expected sound from ${face.place}, got: "${said}"`);
    }
    const bytes = typeof base64 === 'string' ? fromBase64(base64) : undefined;
    if (bytes !== undefined) return bytes;
    throw failedFault(face, `expected sound as base64 from ${face.place}, got something else`);
  }

  #checkSize(soundBytes: number): void {
    const { face, maxSoundBytes } = this.#client;
    if (soundBytes > maxSoundBytes)
      throw failedFault(
        face,
        `expected at most ${maxSoundBytes} bytes, and ${face.place} sent more; ask for less text at once`,
      );
  }

  #body(request: SpeechRequest): Record<string, unknown> {
    const { model, speed, stability, similarityBoost, style, speakerBoost, seed } = this.#options;
    const pace = clamp((request.speed ?? 1) * speed, MIN_SPEED, MAX_SPEED);
    const settings = {
      stability,
      similarity_boost: similarityBoost,
      style,
      use_speaker_boost: speakerBoost,
      speed: pace === 1 ? undefined : pace,
    };
    const hasSettings = Object.values(settings).some((value) => value !== undefined);
    // Its multilingual v2 refuses a language and finds it by itself.
    const takesLanguage = request.language !== undefined && model !== 'eleven_multilingual_v2';
    return {
      text: request.text,
      model_id: model,
      ...(takesLanguage ? { language_code: withoutRegion(request.language ?? '') } : {}),
      ...(hasSettings ? { voice_settings: settings } : {}),
      ...(seed === undefined ? {} : { seed }),
    };
  }

  #auth(): Record<string, string> {
    return { 'xi-api-key': requireKey(this.#client.face, this.#options.apiKey) };
  }
}

function voiceOf(voice: Fields, chosen: string): readonly Voice[] {
  const id = textOf(voice['voice_id']);
  if (id === undefined) return [];
  const labels = isFields(voice['labels']) ? voice['labels'] : {};
  const verified = fieldsIn(voice['verified_languages']).flatMap((one) => textOf(one['language']) ?? []);
  const gender = textOf(labels['gender']);
  const style = textOf(labels['descriptive']) ?? textOf(labels['description']);
  return [
    {
      id,
      name: textOf(voice['name']) ?? id,
      languages: [...new Set(verified)],
      ...(style === undefined ? {} : { style }),
      ...(gender === undefined ? {} : { gender }),
      isDefault: id === chosen,
    },
  ];
}

function faceOf(name: string, options: ElevenLabsOptions): EngineFace {
  return {
    family: SPEECH_FAMILY,
    name,
    place: placeOf(options.baseUrl),
    keyHelp: keyHelp(ELEVENLABS_ROW, options.baseUrl),
    reachHelp: 'check the network and baseUrl',
    meaning,
  };
}

/** A used-up quota is a 401, a wrong voice a 400, 404 or 422: the sentence tells. */
function meaning(status: number, words: string): StatusMeaning | undefined {
  if (status === 401 && /quota|credits/i.test(words))
    return { code: 'BRIDGE_ERR_SPEECH_BUSY', retryable: false, advice: 'see the account at the vendor' };
  if ((status === 400 || status === 422) && /voice/i.test(words))
    return { code: 'BRIDGE_ERR_SPEECH_VOICE', retryable: false, advice: 'see the list of voices' };
  return undefined;
}
