import {
  type EngineFace,
  type Fields,
  failedFault,
  fieldsIn,
  finiteOf,
  isFields,
  joinUrl,
  placeOf,
  textOf,
} from '../../../vendor/index.js';
import { clamp } from '../../http/clamp.js';
import { EngineClient } from '../../http/engine-client.js';
import { fingerprintOf } from '../../http/fingerprint.js';
import type { HttpSpeechPorts } from '../../http/ports.js';
import {
  checkText,
  chunksOf,
  maxJsonSoundBytes,
  soundBytes,
  soundParts,
  startPart,
  unknownVoice,
} from '../../http/speak-parts.js';
import { SPEECH_FAMILY } from '../../http/speech-family.js';
import type { SpeechPart, SpeechRequest, Synthesizer, Voice } from '../../synthesizer.js';
import type { CoeiroinkOptions } from './coeiroink-options.js';
import { coeiroinkTimeline } from './coeiroink-timeline.js';

/** Rate of its models; its WAV header says it as well. */
const SAMPLE_RATE_HZ = 44_100;

interface CoeiroinkStyle {
  readonly uuid: string;
  readonly speaker: string;
  readonly id: number;
  readonly style: string;
}

/**
 * COEIROINK v2, which has an interface of its own: sound and the samples of every phoneme come in one answer, as JSON.
 *
 * What its `/v1/process` could change afterwards (pitch, intonation, volume, trimmed silence) is left as it is, so that the times
 * stay those of the sound.
 *
 * @source COEIROINK v2 OpenAPI as its public clients use it: GET /v1/speakers, POST /v1/predict_with_duration (WavMakingParam to
 *   WavWithDuration); sevenc-nanashi/coeiroink-v2-bridge ed858a5 (speakers, address)
 */
export class CoeiroinkSynthesizer implements Synthesizer {
  readonly name: string;
  readonly tells = 'phonemes';
  readonly languages: readonly string[] = ['ja'];
  readonly fingerprint: string;
  readonly #options: CoeiroinkOptions;
  readonly #client: EngineClient;
  #styles: readonly CoeiroinkStyle[] | undefined;

  constructor(name: string, options: CoeiroinkOptions, ports: HttpSpeechPorts) {
    this.name = name;
    this.#options = options;
    this.fingerprint = fingerprintOf('coeiroink', options);
    const { firstByteMs, idleMs } = options;
    this.#client = new EngineClient({ face: faceOf(name, options), firstByteMs, idleMs, secrets: [] }, ports);
  }

  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    checkText(this.#client.face, request);
    const style = await this.#style(request);
    const answer = await this.#client.json(
      {
        url: joinUrl(this.#options.baseUrl, 'v1/predict_with_duration'),
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          speakerUuid: style.uuid,
          styleId: style.id,
          text: request.text,
          speedScale: clamp((request.speed ?? 1) * this.#options.speed, 0.5, 2),
        }),
        signal: request.signal,
        privateText: request.text,
      },
      maxJsonSoundBytes(this.#client),
    );
    yield* this.#parts(isFields(answer) ? answer : {}, style, request);
  }

  async voices(signal?: AbortSignal): Promise<readonly Voice[]> {
    const styles = await this.#readStyles(signal);
    const chosen = findStyle(styles, String(this.#options.speaker));
    return styles.map((style) => ({
      id: `${style.uuid}:${style.id}`,
      name: style.speaker,
      languages: ['ja'],
      style: style.style,
      credit: creditOf(style),
      isDefault: style === chosen,
    }));
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async *#parts(
    answer: Fields,
    style: CoeiroinkStyle,
    request: SpeechRequest,
  ): AsyncGenerator<SpeechPart, void> {
    const { face } = this.#client;
    const bytes = soundBytes(this.#client, answer['wavBase64']);
    const sound = await this.#client.soundOf(chunksOf(bytes), {
      form: 'file',
      sampleRateHz: SAMPLE_RATE_HZ,
      signal: request.signal,
      privateText: request.text,
    });
    yield startPart(sound.sampleRateHz, creditOf(style));
    const phonemes = coeiroinkTimeline(answer['moraDurations'], sound.sampleRateHz, sound.durationMs);
    if (phonemes.length > 0) yield { type: 'phonemes', phonemes, isExact: true };
    yield* soundParts(face, sound, request.signal);
  }

  async #style(request: SpeechRequest): Promise<CoeiroinkStyle> {
    const wanted = request.voice ?? String(this.#options.speaker);
    const known = this.#styles === undefined ? undefined : findStyle(this.#styles, wanted);
    if (known !== undefined) return known;
    const found = findStyle(await this.#readStyles(request.signal), wanted);
    if (found === undefined) throw unknownVoice(this.#client.face, wanted);
    return found;
  }

  async #readStyles(signal: AbortSignal | undefined): Promise<readonly CoeiroinkStyle[]> {
    const url = joinUrl(this.#options.baseUrl, 'v1/speakers');
    const styles = fieldsIn(await this.#client.json({ url, signal })).flatMap(stylesOf);
    if (styles.length === 0) {
      const { face } = this.#client;
      throw failedFault(face, `expected speakers from ${face.place}, got none; check baseUrl`);
    }
    this.#styles = styles;
    return styles;
  }
}

function stylesOf(speaker: Fields): readonly CoeiroinkStyle[] {
  const uuid = textOf(speaker['speakerUuid']);
  if (uuid === undefined) return [];
  const name = textOf(speaker['speakerName']) ?? uuid;
  return fieldsIn(speaker['styles']).flatMap((style) => {
    const id = finiteOf(style['styleId']);
    return id === undefined ? [] : [{ uuid, speaker: name, id, style: textOf(style['styleName']) ?? '' }];
  });
}

function findStyle(styles: readonly CoeiroinkStyle[], wanted: string): CoeiroinkStyle | undefined {
  return styles.find(({ uuid, speaker, id, style }) =>
    [String(id), `${uuid}:${id}`, uuid, speaker, `${speaker}/${style}`].includes(wanted),
  );
}

function creditOf(style: CoeiroinkStyle): string {
  return `COEIROINK:${style.speaker}`;
}

function faceOf(name: string, options: CoeiroinkOptions): EngineFace {
  return {
    family: SPEECH_FAMILY,
    name,
    place: placeOf(options.baseUrl),
    keyHelp: 'it takes no key; check what stands before it',
    reachHelp: 'start COEIROINK or its engine, or check baseUrl',
  };
}
