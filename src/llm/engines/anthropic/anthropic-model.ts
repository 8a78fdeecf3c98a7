import {
  isVendors,
  joinUrl,
  keyHelp,
  requireKey,
  type StatusMeaning,
  type VendorClient,
  type VendorPorts,
} from '../../../vendor/index.js';
import type { ChatModel, ChatPart, ChatRequest } from '../../chat-model.js';
import { chatStream } from '../chat-stream.js';
import { engineClient, jsonPost, quietly } from '../engine-client.js';
import { usualWords } from '../llm-family.js';
import { anthropicBody } from './anthropic-body.js';
import { ANTHROPIC_ROW, type AnthropicOptions } from './anthropic-options.js';
import { readAnthropic } from './anthropic-reader.js';

/** @source platform.claude.com "Versions" */
const VERSION = '2023-06-01';

/** Anthropic's Messages API, streamed. */
export class AnthropicModel implements ChatModel {
  readonly name: string;
  readonly type = 'anthropic';
  readonly model: string;
  readonly seesImages: boolean;
  readonly callsTools: boolean;
  readonly #options: AnthropicOptions;
  readonly #client: VendorClient;

  constructor(name: string, options: AnthropicOptions, ports: VendorPorts) {
    this.name = name;
    this.model = options.model;
    this.seesImages = options.vision;
    this.callsTools = options.tools;
    this.#options = options;
    this.#client = engineClient(
      {
        name,
        options,
        keyHelp: keyHelp(ANTHROPIC_ROW, options.baseUrl),
        reachHelp: 'check the network and baseUrl',
        meaning,
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
            joinUrl(this.#options.baseUrl, 'v1/messages'),
            this.#headers,
            anthropicBody(request, this.#options),
          ),
          signal,
        ),
      read: (exchange) => readAnthropic(exchange, { client: this.#client, request }),
    });
  }

  async warmUp(signal?: AbortSignal): Promise<void> {
    await quietly(async () => {
      this.#requireKey();
      const url = joinUrl(this.#options.baseUrl, 'v1/models', { limit: '1' });
      await this.#client.json({ url, headers: this.#headers, signal });
    });
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  #requireKey(): void {
    if (isVendors(this.#options.baseUrl, ANTHROPIC_ROW)) requireKey(this.#client.face, this.#options.apiKey);
  }

  get #headers(): Readonly<Record<string, string>> {
    const { apiKey } = this.#options;
    return { 'anthropic-version': VERSION, ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }) };
  }
}

function meaning(status: number, words: string): StatusMeaning | undefined {
  const usual = usualWords(status, words);
  if (usual !== undefined || status !== 400) return usual;
  if (/temperature/i.test(words))
    return {
      code: 'BRIDGE_ERR_LLM_REFUSED',
      retryable: false,
      advice: 'remove temperature: this model takes none',
    };
  return undefined;
}
