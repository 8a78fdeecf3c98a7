import { OUTPUT_SAMPLE_RATE_HZ } from '../../../audio/index.js';
import {
  type Exchange,
  type Fields,
  failedFault,
  fieldsIn,
  finiteOf,
  isFields,
  joinUrl,
  keyHelp,
  MAX_JSON_BYTES,
  placeOf,
  requireKey,
  type StatusMeaning,
  textOf,
} from '../../../vendor/index.js';
import { EngineClient } from '../../http/engine-client.js';
import { withRegion } from '../../http/markup.js';
import type { HttpSpeechPorts } from '../../http/ports.js';
import type { RecognizedWord } from '../../recognizer.js';
import type { HeardEngine, HeardPart, HearRequest } from '../heard-part.js';
import { hearingFace } from '../hearing-face.js';
import { joined } from '../honest-recognizer.js';
import { hearWhole } from '../whole-sound.js';
import { GOOGLE_HEARING_ROW, type GoogleHearingOptions } from './google-hearing-options.js';

/** @source cloud.google.com/speech-to-text quotas: synchronous requests, audio sent in the request */
const MAX_SECONDS = 60;
/** @source cloud.google.com/speech-to-text quotas: phrases per request */
const MAX_HINTS = 500;
const MAX_HINT_CHARACTERS = 100;

/**
 * Google Cloud Speech-to-Text, version 1, synchronous.
 *
 * @source cloud.google.com/speech-to-text/docs/reference/rest/v1/speech/recognize (RecognitionConfig, SpeechRecognitionAlternative,
 *   WordInfo: times as "1.400s"; Japanese words carry their reading behind |)
 */
export class GoogleRecognizer implements HeardEngine {
  readonly name: string;
  readonly isStreaming = false;
  readonly #options: GoogleHearingOptions;
  readonly #client: EngineClient;

  constructor(name: string, options: GoogleHearingOptions, ports: HttpSpeechPorts) {
    this.name = name;
    this.#options = options;
    this.#client = new EngineClient(
      {
        face: hearingFace({
          name,
          place: placeOf(options.baseUrl),
          keyHelp: `${keyHelp(GOOGLE_HEARING_ROW, options.baseUrl)}, and allow the key the Speech-to-Text API`,
          reachHelp: 'check the network and baseUrl',
          meaning,
        }),
        firstByteMs: options.firstByteMs,
        idleMs: options.idleMs,
        secrets: options.apiKey === undefined ? [] : [options.apiKey],
      },
      ports,
    );
  }

  hear(request: HearRequest): AsyncIterable<HeardPart> {
    const key = requireKey(this.#client.face, this.#options.apiKey);
    return hearWhole({
      client: this.#client,
      request,
      maxSeconds: MAX_SECONDS,
      send: (pcm, signal) =>
        this.#client.fetch(joinUrl(this.#options.baseUrl, 'speech:recognize'), {
          method: 'POST',
          // Not in the address, which proxies write down.
          headers: { 'content-type': 'application/json; charset=utf-8', 'x-goog-api-key': key },
          redirect: 'manual',
          signal,
          body: JSON.stringify(this.#body(pcm, request)),
        }),
      read: (exchange) => this.#read(exchange),
    });
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #body(pcm: Uint8Array, request: HearRequest): object {
    const { language, otherLanguages, model, words } = this.#options;
    const phrases = (request.hints ?? [])
      .filter((hint) => hint !== '' && hint.length <= MAX_HINT_CHARACTERS)
      .slice(0, MAX_HINTS);
    return {
      config: {
        encoding: 'LINEAR16',
        sampleRateHertz: OUTPUT_SAMPLE_RATE_HZ,
        audioChannelCount: 1,
        languageCode: withRegion(request.language ?? language),
        ...(otherLanguages.length === 0 ? {} : { alternativeLanguageCodes: otherLanguages.map(withRegion) }),
        maxAlternatives: 1,
        enableAutomaticPunctuation: true,
        ...(words ? { enableWordTimeOffsets: true } : {}),
        ...(model === undefined ? {} : { model }),
        ...(phrases.length === 0 ? {} : { speechContexts: [{ phrases }] }),
      },
      audio: { content: Buffer.from(pcm).toString('base64') },
    };
  }

  async *#read(exchange: Exchange): AsyncGenerator<HeardPart, void> {
    const answer = await exchange.json(MAX_JSON_BYTES);
    const { face } = this.#client;
    // Nothing heard is an object without results.
    if (!isFields(answer) || !(answer['results'] === undefined || Array.isArray(answer['results'])))
      throw failedFault(face, `expected results from ${face.place}, got something else; check baseUrl`);
    yield finalOf(fieldsIn(answer['results']));
  }
}

function finalOf(results: readonly Fields[]): HeardPart {
  const best = results.flatMap((result) => fieldsIn(result['alternatives']).slice(0, 1));
  const words = best.flatMap(({ words: list }) => fieldsIn(list).flatMap(wordOf));
  const confidences = best
    .flatMap(({ confidence }) => finiteOf(confidence) ?? [])
    .filter((value) => value > 0);
  const language = results.map(({ languageCode }) => textOf(languageCode)).find((code) => code !== undefined);
  const confidence = confidences.reduce((sum, each) => sum + each, 0) / confidences.length;
  return {
    type: 'final',
    text: joined(best.map(({ transcript }) => textOf(transcript) ?? '')),
    ...(language === undefined ? {} : { language }),
    ...(confidences.length === 0 ? {} : { confidence }),
    ...(words.length === 0 ? {} : { words }),
  };
}

function wordOf(word: Fields): RecognizedWord[] {
  const text = textOf(word['word'])?.split('|')[0];
  const startMs = millisOf(word['startTime']);
  const endMs = millisOf(word['endTime']);
  if (text === undefined || text === '' || startMs === undefined || endMs === undefined) return [];
  return [{ text, startMs, endMs }];
}

/** `1.400s`; a time of zero is left out of some answers as "0s". */
function millisOf(value: unknown): number | undefined {
  if (value === undefined) return 0;
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(value) : null;
  return match === null ? undefined : Math.round(Number(match[1]) * 1000);
}

/** A wrong key is a 400 at Google. */
function meaning(status: number, words: string): StatusMeaning | undefined {
  if (status === 400 && /api key/i.test(words))
    return {
      code: 'BRIDGE_ERR_SPEECH_KEY',
      retryable: false,
      advice: 'the key was refused: set apiKey of the engine, or GOOGLE_API_KEY',
    };
  return undefined;
}
