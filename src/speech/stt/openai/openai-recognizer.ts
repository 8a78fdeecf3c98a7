import type OpenAI from 'openai';
import { OUTPUT_SAMPLE_RATE_HZ, wavFile } from '../../../audio/index.js';
import {
  answerOf,
  type Exchange,
  failedFault,
  isFields,
  isVendors,
  JsonObjects,
  keyHelp,
  MAX_JSON_BYTES,
  openAiPackage,
  placeOf,
  requireKey,
  type StatusMeaning,
  textOf,
  truncatedFault,
} from '../../../vendor/index.js';
import { EngineClient } from '../../http/engine-client.js';
import { withoutRegion } from '../../http/markup.js';
import type { HttpSpeechPorts } from '../../http/ports.js';
import type { HeardEngine, HeardPart, HearRequest } from '../heard-part.js';
import { hearingFace } from '../hearing-face.js';
import { hearWhole } from '../whole-sound.js';
import { confidenceOf, transcription } from './openai-answer.js';
import { OPENAI_HEARING_ROW, type OpenAiHearingOptions } from './openai-hearing-options.js';

/** Prompts are cut by the models at 224 tokens. @source OpenAI guide "Speech to text", prompting */
const MAX_PROMPT_CHARACTERS = 800;

/**
 * OpenAI's transcription through its own package, and every server that has the same interface.
 *
 * The sound goes whole, as a WAV file with a name that ends in .wav, which servers tell the format by. With `stream`, partial
 * results come while the model writes.
 *
 * @source openai 6.49 resources/audio/transcriptions.d.ts; OpenAI guide "Speech to text"
 */
export class OpenAiRecognizer implements HeardEngine {
  readonly name: string;
  readonly isStreaming = false;
  readonly #options: OpenAiHearingOptions;
  readonly #client: EngineClient;
  #package: Promise<OpenAI> | undefined;

  constructor(name: string, options: OpenAiHearingOptions, ports: HttpSpeechPorts) {
    this.name = name;
    this.#options = options;
    this.#client = new EngineClient(
      {
        face: hearingFace({
          name,
          place: placeOf(options.baseUrl),
          keyHelp: keyHelp(OPENAI_HEARING_ROW, options.baseUrl),
          reachHelp: 'check baseUrl and that the server runs',
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
    if (isVendors(this.#options.baseUrl, OPENAI_HEARING_ROW))
      requireKey(this.#client.face, this.#options.apiKey);
    return hearWhole({
      client: this.#client,
      request,
      maxSeconds: this.#options.maxSeconds,
      send: (pcm, signal) => this.#send(pcm, request, signal),
      read: (exchange) => this.#read(exchange),
    });
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  get #answer(): 'stream' | 'verbose' | 'plain' {
    const { answer, model } = this.#options;
    if (answer !== 'auto') return answer;
    return /^gpt-/.test(model) ? 'stream' : 'verbose';
  }

  async #send(pcm: Uint8Array, request: HearRequest, signal: AbortSignal): Promise<Response> {
    this.#package ??= openAiPackage({
      apiKey: this.#options.apiKey,
      baseUrl: this.#options.baseUrl,
      // Ours comes first; the package's covers only the time up to the headers anyway.
      timeoutMs: this.#options.firstByteMs * 2 + 1000,
      fetch: (url, init) => this.#client.fetch(url, init),
    });
    const client = await this.#package;
    const { toFile } = await import('openai');
    const file = await toFile(wavFile([pcm], OUTPUT_SAMPLE_RATE_HZ), 'speech.wav', { type: 'audio/wav' });
    const fields = { file, ...this.#fields(request) };
    const options = { signal, maxRetries: 0 };
    const { transcriptions } = client.audio;
    switch (this.#answer) {
      case 'stream':
        return answerOf(() =>
          transcriptions
            .create({ ...fields, response_format: 'json', stream: true, include: ['logprobs'] }, options)
            .asResponse(),
        );
      case 'verbose':
        return answerOf(() =>
          transcriptions
            .create(
              { ...fields, response_format: 'verbose_json', timestamp_granularities: ['word', 'segment'] },
              options,
            )
            .asResponse(),
        );
      case 'plain':
        return answerOf(() =>
          transcriptions.create({ ...fields, response_format: 'json' }, options).asResponse(),
        );
    }
  }

  #fields(request: HearRequest) {
    const { model, temperature, prompt } = this.#options;
    const spoken = request.language ?? this.#options.language;
    const language = spoken === undefined ? undefined : withoutRegion(spoken);
    const hints = [prompt, request.hints?.join(', ')].filter((text) => text !== undefined && text !== '');
    const said = hints.join(' ').slice(0, MAX_PROMPT_CHARACTERS);
    return {
      model,
      ...(language === undefined ? {} : { language }),
      ...(said === '' ? {} : { prompt: said }),
      ...(temperature === undefined ? {} : { temperature }),
    };
  }

  async *#read(exchange: Exchange): AsyncGenerator<HeardPart, void> {
    // A server that knows no streams answers with the whole.
    if (exchange.contentType === 'text/event-stream') yield* this.#events(exchange);
    else if (exchange.contentType === 'text/plain') yield { type: 'final', text: await plainText(exchange) };
    else {
      const part = transcription(await exchange.json(MAX_JSON_BYTES));
      if (part === undefined) throw this.#noText();
      yield part;
    }
  }

  async *#events(exchange: Exchange): AsyncGenerator<HeardPart, void> {
    const objects = new JsonObjects();
    let text = '';
    for await (const bytes of exchange.chunks(MAX_JSON_BYTES)) {
      for (const event of this.#parsed(objects, bytes)) {
        if (!isFields(event)) continue;
        if (event['type'] === 'transcript.text.delta' && typeof event['delta'] === 'string') {
          text += event['delta'];
          yield { type: 'partial', text: text.trimStart() };
        } else if (event['type'] === 'transcript.text.done') {
          const confidence = confidenceOf(event);
          const final = typeof event['text'] === 'string' ? event['text'] : text;
          yield { type: 'final', text: final.trim(), ...(confidence === undefined ? {} : { confidence }) };
          return;
        } else if (event['error'] !== undefined || event['type'] === 'error') throw this.#failedInside(event);
      }
    }
    throw truncatedFault(this.#client.face, 'it ended before the text was complete');
  }

  #parsed(objects: JsonObjects, bytes: Uint8Array): readonly unknown[] {
    try {
      return objects.push(bytes);
    } catch (error) {
      throw failedFault(
        this.#client.face,
        `expected events from ${this.#client.face.place}, got something else`,
        error,
      );
    }
  }

  #failedInside(event: Readonly<Record<string, unknown>>): Error {
    const error = isFields(event['error']) ? event['error'] : event;
    const words = this.#client.redaction().apply(textOf(error['message']) ?? 'no reason given');
    return failedFault(this.#client.face, `${this.#client.face.place} failed while it wrote: "${words}"`);
  }

  #noText(): Error {
    const { face } = this.#client;
    return failedFault(
      face,
      `expected a transcription with a text from ${face.place}, got none; check the address`,
    );
  }
}

async function plainText(exchange: Exchange): Promise<string> {
  return new TextDecoder().decode(await exchange.bytes(MAX_JSON_BYTES)).trim();
}

/** What servers mean by a refusal that names what they do not know. */
function meaning(status: number, words: string): StatusMeaning | undefined {
  if (status === 429 && /quota/i.test(words))
    return { code: 'BRIDGE_ERR_SPEECH_BUSY', retryable: false, advice: 'see billing at the vendor' };
  if (status === 400 && /response_format|verbose_json|timestamp_granularities|stream|include/i.test(words))
    return {
      code: 'BRIDGE_ERR_SPEECH_REFUSED',
      retryable: false,
      advice: 'set `answer: plain` of the engine',
    };
  if (status === 400 && /too short|minimum audio length/i.test(words))
    return { code: 'BRIDGE_ERR_SPEECH_REFUSED', retryable: false, advice: 'give it at least 0.1 s of sound' };
  return undefined;
}
