import {
  isVendors,
  joinUrl,
  keyHelp,
  requireKey,
  type VendorClient,
  type VendorPorts,
} from '../../../vendor/index.js';
import type { ChatModel, ChatPart, ChatRequest } from '../../chat-model.js';
import { chatStream } from '../chat-stream.js';
import { engineClient, jsonPost, quietly } from '../engine-client.js';
import { usualWords } from '../llm-family.js';
import { geminiBody } from './gemini-body.js';
import { GEMINI_ROW, type GeminiOptions } from './gemini-options.js';
import { readGemini } from './gemini-reader.js';

/** Google's generateContent, streamed. The key goes into a header: addresses are written down along the way. */
export class GeminiModel implements ChatModel {
  readonly name: string;
  readonly type = 'gemini';
  readonly model: string;
  readonly seesImages: boolean;
  readonly callsTools: boolean;
  readonly #options: GeminiOptions;
  readonly #client: VendorClient;

  constructor(name: string, options: GeminiOptions, ports: VendorPorts) {
    this.name = name;
    this.model = options.model;
    this.seesImages = options.vision;
    this.callsTools = options.tools;
    this.#options = options;
    this.#client = engineClient(
      {
        name,
        options,
        keyHelp: keyHelp(GEMINI_ROW, options.baseUrl),
        reachHelp: 'check the network and baseUrl',
        meaning: usualWords,
      },
      ports,
    );
  }

  async *stream(request: ChatRequest): AsyncGenerator<ChatPart, void> {
    request.signal?.throwIfAborted();
    this.#requireKey();
    yield* chatStream({
      client: this.#client,
      request,
      send: (signal) =>
        this.#client.send(
          jsonPost(
            this.#url('streamGenerateContent', { alt: 'sse' }),
            this.#headers,
            geminiBody(request, this.#options),
          ),
          signal,
        ),
      read: (exchange) => readGemini(exchange, { client: this.#client, request }),
    });
  }

  async warmUp(signal?: AbortSignal): Promise<void> {
    await quietly(async () => {
      this.#requireKey();
      await this.#client.json({ url: this.#url(), headers: this.#headers, signal });
    });
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  #requireKey(): void {
    if (isVendors(this.#options.baseUrl, GEMINI_ROW)) requireKey(this.#client.face, this.#options.apiKey);
  }

  /** @param method - left out: the model's own page, which costs nothing. */
  #url(method = '', query: Readonly<Record<string, string>> = {}): URL {
    const model = encodeURIComponent(this.model.replace(/^models\//, ''));
    return joinUrl(this.#options.baseUrl, `models/${model}${method === '' ? '' : `:${method}`}`, query);
  }

  get #headers(): Readonly<Record<string, string>> {
    const { apiKey } = this.#options;
    return apiKey === undefined ? {} : { 'x-goog-api-key': apiKey };
  }
}
