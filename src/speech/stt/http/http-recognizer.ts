import { OUTPUT_SAMPLE_RATE_HZ, wavFile } from '../../../audio/index.js';
import {
  atPointer,
  type Exchange,
  failedFault,
  finiteOf,
  MAX_JSON_BYTES,
  placeOf,
  requireKey,
  secretsIn,
} from '../../../vendor/index.js';
import { EngineClient } from '../../http/engine-client.js';
import type { HttpSpeechPorts } from '../../http/ports.js';
import type { HeardEngine, HeardPart, HearRequest } from '../heard-part.js';
import { hearingFace } from '../hearing-face.js';
import { hearWhole } from '../whole-sound.js';
import type { HttpHearingOptions } from './http-hearing-options.js';

/** A server that its user describes: where the sound goes, and where in the answer the text is. */
export class HttpRecognizer implements HeardEngine {
  readonly name: string;
  readonly isStreaming = false;
  readonly #options: HttpHearingOptions;
  readonly #client: EngineClient;

  constructor(name: string, options: HttpHearingOptions, ports: HttpSpeechPorts) {
    this.name = name;
    this.#options = options;
    this.#client = new EngineClient(
      {
        face: hearingFace({
          name,
          place: placeOf(options.url),
          keyHelp: 'set apiKey and headers of the engine',
          reachHelp: 'check url and that the server runs',
        }),
        firstByteMs: options.firstByteMs,
        idleMs: options.idleMs,
        secrets: secretsIn(options.apiKey, options.headers, options.fields),
      },
      ports,
    );
  }

  hear(request: HearRequest): AsyncIterable<HeardPart> {
    const { headers, fields, url } = this.#options;
    const needsKey = [...Object.values(headers), ...Object.values(fields), url].some((text) =>
      text.includes('{key}'),
    );
    if (needsKey) requireKey(this.#client.face, this.#options.apiKey);
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

  #send(pcm: Uint8Array, request: HearRequest, signal: AbortSignal): Promise<Response> {
    const { url, method, headers, body, sound } = this.#options;
    const fill = (text: string, coded = (value: string): string => value): string =>
      this.#filled(text, request, coded);
    const bytes = sound === 'wav' ? wavFile([pcm], OUTPUT_SAMPLE_RATE_HZ) : pcm;
    const type = sound === 'wav' ? 'audio/wav' : 'application/octet-stream';
    const file = new Blob([new Uint8Array(bytes)], { type });
    const filled = Object.entries(headers).map(([name, value]) => [name, headerValue(fill(value))] as const);
    const hasType = filled.some(([name]) => name.toLowerCase() === 'content-type');
    return this.#client.fetch(fill(url, encodeURIComponent), {
      method,
      headers: Object.fromEntries([
        ...(body === 'raw' && !hasType ? [['content-type', type] as const] : []),
        ...filled,
      ]),
      redirect: 'manual',
      signal,
      body: body === 'raw' ? file : this.#form(file, fill),
    });
  }

  #form(file: Blob, fill: (text: string) => string): FormData {
    const { fields, fileField, sound } = this.#options;
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      const text = fill(value);
      if (text !== '') form.append(name, text);
    }
    form.append(fileField, file, `speech.${sound}`);
    return form;
  }

  #filled(text: string, request: HearRequest, coded: (value: string) => string): string {
    const values: Readonly<Record<string, string>> = {
      key: this.#options.apiKey ?? '',
      language: request.language ?? this.#options.language ?? '',
      hints: request.hints?.join(', ') ?? '',
    };
    return text.replace(/\{(key|language|hints)\}/g, (_all, name: string) => coded(values[name] ?? ''));
  }

  async *#read(exchange: Exchange): AsyncGenerator<HeardPart, void> {
    const { text: pointer, confidence: sure } = this.#options;
    const { face } = this.#client;
    if (pointer === '') {
      if (exchange.contentType === 'text/html')
        throw failedFault(face, `expected a text from ${face.place}, got a page; check url`);
      yield { type: 'final', text: new TextDecoder().decode(await exchange.bytes(MAX_JSON_BYTES)).trim() };
      return;
    }
    const answer = await exchange.json(MAX_JSON_BYTES);
    const text = atPointer(answer, pointer);
    if (typeof text !== 'string')
      throw failedFault(
        face,
        `expected a text at ${pointer} in the answer of ${face.place}, got none; check \`text\` of the engine`,
      );
    const confidence = sure === undefined ? undefined : finiteOf(atPointer(answer, sure));
    yield {
      type: 'final',
      text: text.trim(),
      ...(confidence === undefined ? {} : { confidence: Math.max(0, Math.min(1, confidence)) }),
    };
  }
}

/** A hint with a line break must not end a header. */
function headerValue(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').trim();
}
