import {
  type EngineFace,
  failedFault,
  fieldsIn,
  isFields,
  joinUrl,
  keyHelp,
  placeOf,
  requireKey,
  type StatusMeaning,
  textOf,
} from '../../../vendor/index.js';
import { clamp } from '../../http/clamp.js';
import { EngineClient } from '../../http/engine-client.js';
import { fingerprintOf } from '../../http/fingerprint.js';
import { withoutRegion, withRegion } from '../../http/markup.js';
import type { HttpSpeechPorts } from '../../http/ports.js';
import {
  checkText,
  chunksOf,
  maxJsonSoundBytes,
  soundBytes,
  soundParts,
  startPart,
  textTooLong,
} from '../../http/speak-parts.js';
import { SPEECH_FAMILY } from '../../http/speech-family.js';
import type { SpeechPart, SpeechRequest, Synthesizer, TellsTimings, Voice } from '../../synthesizer.js';
import { GOOGLE_ROW, type GoogleOptions } from './google-options.js';
import { type MarkedText, markWords, wordsAt } from './marked-words.js';

/** Of `input`, as UTF-8. @source Cloud Text-to-Speech documentation, "Quotas and limits" */
const MAX_INPUT_BYTES = 5000;

/**
 * Google Cloud Text-to-Speech, REST. The sound comes whole, as base64 in JSON; LINEAR16 has a WAV header.
 *
 * @source Cloud Text-to-Speech REST reference: v1 and v1beta1 text.synthesize (input, voice, audioConfig, enableTimePointing,
 *   audioContent, timepoints), v1 voices.list
 */
export class GoogleSynthesizer implements Synthesizer {
  readonly name: string;
  readonly tells: TellsTimings;
  readonly languages: readonly string[] = [];
  readonly fingerprint: string;
  readonly #options: GoogleOptions;
  readonly #client: EngineClient;

  constructor(name: string, options: GoogleOptions, ports: HttpSpeechPorts) {
    this.name = name;
    this.tells = options.timings;
    this.#options = options;
    const { accessToken, project: _project, ...sounding } = options;
    this.fingerprint = fingerprintOf('google', sounding);
    const { firstByteMs, idleMs, apiKey } = options;
    const secrets = [apiKey, accessToken].filter((secret) => secret !== undefined);
    this.#client = new EngineClient({ face: faceOf(name, options), firstByteMs, idleMs, secrets }, ports);
  }

  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    const { face } = this.#client;
    checkText(face, request);
    const isMarked = this.#options.timings === 'words';
    const voice = this.#voice(request);
    const marked = isMarked ? markWords(request.text, voice.languageCode) : undefined;
    const input = marked === undefined ? { text: request.text } : { ssml: marked.ssml };
    if (new TextEncoder().encode(marked?.ssml ?? request.text).byteLength > MAX_INPUT_BYTES)
      throw textTooLong(face, `${MAX_INPUT_BYTES} bytes`);
    const answer = await this.#client.json(
      {
        url: joinUrl(this.#options.baseUrl, `${isMarked ? 'v1beta1' : 'v1'}/text:synthesize`),
        method: 'POST',
        headers: { ...this.#auth(), 'content-type': 'application/json' },
        body: JSON.stringify({
          input,
          voice,
          audioConfig: this.#audioConfig(request),
          ...(isMarked ? { enableTimePointing: ['SSML_MARK'] } : {}),
        }),
        signal: request.signal,
        privateText: request.text,
      },
      maxJsonSoundBytes(this.#client),
    );
    yield* this.#parts(isFields(answer) ? answer : {}, marked, request);
  }

  async voices(signal?: AbortSignal): Promise<readonly Voice[]> {
    const url = joinUrl(this.#options.baseUrl, 'v1/voices');
    const answer = await this.#client.json({ url, headers: this.#auth(), signal });
    const chosen = this.#options.voice;
    return fieldsIn(isFields(answer) ? answer['voices'] : undefined).flatMap((voice) => {
      const id = textOf(voice['name']);
      if (id === undefined) return [];
      const codes: unknown = voice['languageCodes'];
      const languages = Array.isArray(codes) ? codes.filter((code) => typeof code === 'string') : [];
      const gender = textOf(voice['ssmlGender'])?.toLowerCase();
      return [
        { id, name: id, languages, ...(gender === undefined ? {} : { gender }), isDefault: id === chosen },
      ];
    });
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async *#parts(
    answer: Readonly<Record<string, unknown>>,
    marked: MarkedText | undefined,
    request: SpeechRequest,
  ): AsyncGenerator<SpeechPart, void> {
    const bytes = soundBytes(this.#client, answer['audioContent']);
    const sound = await this.#client.soundOf(chunksOf(bytes), {
      form: 'pcm',
      sampleRateHz: this.#options.sampleRateHz,
      signal: request.signal,
      privateText: request.text,
    });
    yield startPart(sound.sampleRateHz, undefined);
    if (marked !== undefined) {
      const durationMs = sound.durationMs ?? (bytes.byteLength / 2 / sound.sampleRateHz) * 1000;
      const words = wordsAt(marked, answer['timepoints'], durationMs);
      if (words.length === 0 && marked.words.length > 0)
        throw failedFault(
          this.#client.face,
          'expected the times of marked words, got none; set timings: nothing',
        );
      if (words.length > 0) yield { type: 'words', words };
    }
    yield* soundParts(this.#client.face, sound, request.signal);
  }

  /** A voice speaks one language: another language asked for is spoken by Google's choice, unless the request names the voice. */
  #voice(request: SpeechRequest): { readonly languageCode: string; readonly name?: string } {
    const { voice, language } = this.#options;
    const wanted = withRegion(request.language ?? language);
    const name = request.voice ?? voice;
    const own = /^([a-z]{2,3}-[A-Z][A-Za-z]+)-/.exec(name ?? '')?.[1];
    if (name === undefined) return { languageCode: wanted };
    const isOther =
      request.voice === undefined &&
      request.language !== undefined &&
      own !== undefined &&
      withoutRegion(own) !== withoutRegion(wanted);
    return isOther ? { languageCode: wanted } : { languageCode: own ?? wanted, name };
  }

  #audioConfig(request: SpeechRequest): Record<string, unknown> {
    const { speed, pitch, volumeGainDb, sampleRateHz } = this.#options;
    const speakingRate = clamp((request.speed ?? 1) * speed, 0.25, 2);
    return {
      audioEncoding: 'LINEAR16',
      sampleRateHertz: sampleRateHz,
      ...(speakingRate === 1 ? {} : { speakingRate }),
      ...(pitch === undefined ? {} : { pitch }),
      ...(volumeGainDb === undefined ? {} : { volumeGainDb }),
    };
  }

  #auth(): Record<string, string> {
    const { apiKey, accessToken, project } = this.#options;
    const billed = project === undefined ? {} : { 'x-goog-user-project': project };
    if (accessToken !== undefined) return { ...billed, authorization: `Bearer ${accessToken}` };
    return { ...billed, 'x-goog-api-key': requireKey(this.#client.face, apiKey) };
  }
}

function faceOf(name: string, options: GoogleOptions): EngineFace {
  return {
    family: SPEECH_FAMILY,
    name,
    place: placeOf(options.baseUrl),
    keyHelp: keyHelp(GOOGLE_ROW, options.baseUrl, 'apiKey or accessToken'),
    reachHelp: 'check the network and baseUrl',
    meaning,
  };
}

/** A wrong key and a wrong voice are both a 400 with a sentence. */
function meaning(status: number, words: string): StatusMeaning | undefined {
  if (status !== 400) return undefined;
  if (/api key/i.test(words))
    return {
      code: 'BRIDGE_ERR_SPEECH_KEY',
      retryable: false,
      advice: 'set another key: GOOGLE_API_KEY, or apiKey of the engine',
    };
  if (/voice/i.test(words))
    return { code: 'BRIDGE_ERR_SPEECH_VOICE', retryable: false, advice: 'see the list of voices' };
  return undefined;
}
