import type OpenAI from 'openai';
import {
  answerOf,
  type EngineFace,
  isVendors,
  keyHelp,
  openAiPackage,
  placeOf,
  requireKey,
  type StatusMeaning,
} from '../../../vendor/index.js';
import { clamp } from '../../http/clamp.js';
import { EngineClient } from '../../http/engine-client.js';
import { fingerprintOf } from '../../http/fingerprint.js';
import type { HttpSpeechPorts } from '../../http/ports.js';
import { checkText, speakExchange } from '../../http/speak-parts.js';
import { SPEECH_FAMILY } from '../../http/speech-family.js';
import type { SpeechPart, SpeechRequest, Synthesizer, Voice } from '../../synthesizer.js';
import { OPENAI_ROW, type OpenAiOptions } from './openai-options.js';

/** @source openai 6.49 resources/audio/speech.d.ts, SpeechCreateParams.voice */
const VOICES = [
  ...['alloy', 'ash', 'ballad', 'coral', 'echo', 'fable', 'onyx', 'nova', 'sage', 'shimmer', 'verse'],
  ...['marin', 'cedar'],
];
/** The older models know fewer. @source OpenAI guide "Text to speech", voice options */
const OLDER_VOICES = new Set(['alloy', 'ash', 'coral', 'echo', 'fable', 'onyx', 'nova', 'sage', 'shimmer']);

/**
 * OpenAI's speech, streamed, through its own package; and every server that has the same interface.
 *
 * No timings: OpenAI tells none.
 *
 * @source openai 6.49 (resources/audio/speech.d.ts); pcm is 24 kHz s16le mono without header (OpenAI guide "Text to speech")
 */
export class OpenAiSynthesizer implements Synthesizer {
  readonly name: string;
  readonly tells = 'nothing';
  readonly languages: readonly string[] = [];
  readonly fingerprint: string;
  readonly #options: OpenAiOptions;
  readonly #client: EngineClient;
  #package: Promise<OpenAI> | undefined;

  constructor(name: string, options: OpenAiOptions, ports: HttpSpeechPorts) {
    this.name = name;
    this.#options = options;
    this.fingerprint = fingerprintOf('openai', options);
    this.#client = new EngineClient(
      {
        face: faceOf(name, options),
        firstByteMs: options.firstByteMs,
        idleMs: options.idleMs,
        secrets: options.apiKey === undefined ? [] : [options.apiKey],
      },
      ports,
    );
  }

  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart, void> {
    checkText(this.#client.face, request);
    if (this.#isVendor) requireKey(this.#client.face, this.#options.apiKey);
    const context = { signal: request.signal, privateText: request.text };
    const exchange = await this.#client.openWith(context, (signal) => this.#send(request, signal));
    const { format, sampleRateHz } = this.#options;
    yield* speakExchange(this.#client, exchange, {
      request,
      form: format === 'pcm' ? 'pcm' : 'file',
      sampleRateHz,
    });
  }

  /** The vendor's own, from its documents; a compatible server has no agreed way to list its voices. */
  async voices(): Promise<readonly Voice[]> {
    const { model, voice } = this.#options;
    const isOlder = /^tts-1/.test(model);
    const ids = this.#isVendor ? VOICES.filter((id) => !isOlder || OLDER_VOICES.has(id)) : [voice];
    return ids.map((id) => ({ id, name: id, languages: [], isDefault: id === voice }));
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  get #isVendor(): boolean {
    return isVendors(this.#options.baseUrl, OPENAI_ROW);
  }

  async #send(request: SpeechRequest, signal: AbortSignal): Promise<Response> {
    const { baseUrl, apiKey, firstByteMs } = this.#options;
    this.#package ??= openAiPackage({
      apiKey,
      baseUrl,
      // Ours comes first; the package's covers only the time up to the headers anyway.
      timeoutMs: firstByteMs * 2 + 1000,
      fetch: (url, init) => this.#client.fetch(url, init),
    });
    const client = await this.#package;
    const { model, voice, instructions, speed, format } = this.#options;
    const manner = /^tts-1/.test(model) ? undefined : (request.instructions ?? instructions);
    const pace = clamp((request.speed ?? 1) * speed, 0.25, 4);
    const body = {
      model,
      voice: request.voice ?? voice,
      input: request.text,
      response_format: format,
      ...(manner === undefined ? {} : { instructions: manner }),
      ...(pace === 1 ? {} : { speed: pace }),
    };
    return answerOf(() => client.audio.speech.create(body, { signal, maxRetries: 0 }).asResponse());
  }
}

function faceOf(name: string, options: OpenAiOptions): EngineFace {
  return {
    family: SPEECH_FAMILY,
    name,
    place: placeOf(options.baseUrl),
    keyHelp: keyHelp(OPENAI_ROW, options.baseUrl),
    reachHelp: 'check baseUrl and that the server runs',
    meaning,
  };
}

/** A wrong voice is a 400 that names the field; a used-up quota is a 429 that no waiting mends. */
function meaning(status: number, words: string): StatusMeaning | undefined {
  if (status === 429 && /quota/i.test(words))
    return { code: 'BRIDGE_ERR_SPEECH_BUSY', retryable: false, advice: 'see billing at the vendor' };
  if ((status === 400 || status === 404 || status === 422) && /voice/i.test(words))
    return { code: 'BRIDGE_ERR_SPEECH_VOICE', retryable: false, advice: 'set another voice' };
  if (status === 400 && /too long|at most \d+ char/i.test(words))
    return {
      code: 'BRIDGE_ERR_SPEECH_TEXT',
      retryable: false,
      advice: 'it takes 4096 letters at once: give it sentence by sentence',
    };
  return undefined;
}
