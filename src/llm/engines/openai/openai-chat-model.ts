import type OpenAI from 'openai';
import { orAborted, ProviderError } from '../../../runtime/index.js';
import {
  answerOf,
  type Exchange,
  fieldsIn,
  isFields,
  joinUrl,
  keyHelp,
  openAiPackage,
  requireKey,
  type StatusMeaning,
  secretsIn,
  textOf,
  type VendorClient,
  type VendorPorts,
} from '../../../vendor/index.js';
import type { ChatModel, ChatPart, ChatRequest } from '../../chat-model.js';
import { chatStream } from '../chat-stream.js';
import { engineClient, jsonPost, quietly } from '../engine-client.js';
import { usualWords } from '../llm-family.js';
import { chatBody, isOpenAi, type JsonBody } from './chat-body.js';
import { readChat } from './chat-reader.js';
import { AUTO_MODEL, COMPATIBLE_ROWS, type CompatibleOptions } from './openai-chat-options.js';
import { responsesBody } from './responses-body.js';
import { readResponses } from './responses-reader.js';

/** Models that answer no conversation. */
const NO_CHAT = /embed|rerank|whisper|tts|moderation/i;

/**
 * OpenAI through its own package, and every server that has its Chat Completions.
 *
 * The package makes the requests; the answers are read here, since it takes an answer without an end for a whole one.
 */
export class OpenAiChatModel implements ChatModel {
  readonly name: string;
  readonly type: string;
  readonly model: string;
  readonly seesImages: boolean;
  readonly callsTools: boolean;
  readonly #options: CompatibleOptions;
  readonly #client: VendorClient;
  #package: Promise<OpenAI> | undefined;
  #found: Promise<string> | undefined;

  constructor(name: string, options: CompatibleOptions, ports: VendorPorts) {
    this.name = name;
    this.type = options.type;
    this.model = options.model;
    this.seesImages = options.vision;
    this.callsTools = options.tools;
    this.#options = options;
    this.#client = engineClient(
      {
        name,
        options,
        keyHelp: keyHelpOf(options),
        reachHelp: REACH_HELP[options.type] ?? 'check the network, baseUrl and that the server runs',
        meaning,
        secrets: secretsIn(options.apiKey, options.headers ?? {}),
      },
      ports,
    );
  }

  async *stream(request: ChatRequest): AsyncGenerator<ChatPart, void> {
    request.signal?.throwIfAborted();
    this.#requireKey();
    const model = await this.#modelName(request.signal);
    yield* chatStream({
      client: this.#client,
      request,
      send: (signal) => this.#send(request, model, signal),
      read: (exchange) => this.#read(exchange, request),
    });
  }

  async warmUp(signal?: AbortSignal): Promise<void> {
    const options = this.#options;
    await quietly(async () => {
      this.#requireKey();
      // Loading the package takes longer than many an answer.
      await this.#loadedPackage();
      if (options.type === 'ollama') await this.#loadIntoOllama(options.keepAlive, signal);
      else await this.#list(options.type === 'openrouter' ? 'key' : 'models', signal);
    });
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  #requireKey(): void {
    const { apiKey } = this.#options;
    if (isOpenAi(this.#options) || this.#options.type === 'openrouter') requireKey(this.#client.face, apiKey);
  }

  async #send(request: ChatRequest, model: string, signal: AbortSignal): Promise<Response> {
    const client = await this.#loadedPackage();
    const { headers = {} } = this.#options;
    const options = { signal, maxRetries: 0, headers };
    if (this.#options.type === 'openai' && this.#options.api === 'responses') {
      const body = responsesBody(request, this.#options, model);
      return answerOf(() => client.responses.create(typed<ResponsesBody>(body), options).asResponse());
    }
    const body = chatBody(request, this.#options, model);
    return answerOf(() => client.chat.completions.create(typed<ChatBody>(body), options).asResponse());
  }

  #loadedPackage(): Promise<OpenAI> {
    const { baseUrl, apiKey, firstByteMs } = this.#options;
    this.#package ??= openAiPackage({
      apiKey,
      baseUrl,
      // Ours comes first; the package's covers only the time up to the headers anyway.
      timeoutMs: firstByteMs * 2 + 1000,
      fetch: (url, init) => this.#client.fetch(url, init),
    });
    return this.#package;
  }

  #read(exchange: Exchange, request: ChatRequest): AsyncGenerator<ChatPart, void> {
    const context = { client: this.#client, request };
    return this.#options.type === 'openai' && this.#options.api === 'responses'
      ? readResponses(exchange, context)
      : readChat(exchange, { ...context, hasInlineThoughts: !isOpenAi(this.#options) });
  }

  /** The model of the settings, or the first that the server has; asked once. */
  async #modelName(signal: AbortSignal | undefined): Promise<string> {
    if (this.model !== AUTO_MODEL) return this.model;
    // Who asks first asks for all: their abort is not the others'.
    this.#found ??= this.#firstModel().catch((error: unknown) => {
      this.#found = undefined;
      throw error;
    });
    return orAborted(this.#found, signal);
  }

  async #firstModel(): Promise<string> {
    const list = await this.#list('models', undefined);
    const ids = isFields(list) ? fieldsIn(list['data']).flatMap(({ id }) => textOf(id) ?? []) : [];
    const id = ids.find((one) => !NO_CHAT.test(one));
    if (id !== undefined) return id;
    const { name, place } = this.#client.face;
    throw new ProviderError(
      'BRIDGE_ERR_LLM_MODEL',
      `${name}: expected at least one model at ${place}, got none; load one there, or set model of the engine`,
      { provider: name },
    );
  }

  #list(path: string, signal: AbortSignal | undefined): Promise<unknown> {
    return this.#client.json({ url: joinUrl(this.#options.baseUrl, path), headers: this.#headers, signal });
  }

  /** An empty prompt loads the model and gives nothing. @source Ollama docs "API", load a model */
  async #loadIntoOllama(keepAlive: string | number, signal: AbortSignal | undefined): Promise<void> {
    const url = joinUrl(this.#options.baseUrl.replace(/\/v1\/*$/, ''), 'api/generate');
    const model = await this.#modelName(signal);
    const body = { model, keep_alive: keepAlive, stream: false };
    await this.#client.json({ ...jsonPost(url, this.#headers, body), signal });
  }

  get #headers(): Readonly<Record<string, string>> {
    const { apiKey, headers = {} } = this.#options;
    return { ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }), ...headers };
  }
}

type ChatBody = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;
type ResponsesBody = OpenAI.Responses.ResponseCreateParamsStreaming;

/** Bodies are made after the servers, of which OpenAI is one; the package sends them as they are. */
function typed<T>(body: JsonBody): T {
  return body as T;
}

/** How the servers of one's own are started. */
const REACH_HELP: Readonly<Partial<Record<CompatibleOptions['type'], string>>> = {
  ollama: 'start Ollama (`ollama serve`), or check baseUrl',
  lmstudio: "start LM Studio's server (`lms server start`), or check baseUrl",
  llamacpp: 'start `llama-server`, or check baseUrl',
  vllm: 'start `vllm serve`, or check baseUrl',
  litellm: 'start `litellm`, or check baseUrl',
};

function keyHelpOf({ type, baseUrl }: CompatibleOptions): string {
  if (type === 'openai' || type === 'openrouter') return keyHelp(COMPATIBLE_ROWS[type], baseUrl);
  return type === 'litellm' ? 'set apiKey of the engine, or LITELLM_API_KEY' : 'set apiKey of the engine';
}

/** What the interface means by a refusal that names what it does not take. */
function meaning(status: number, words: string): StatusMeaning | undefined {
  const refused = (advice: string): StatusMeaning => ({
    code: 'BRIDGE_ERR_LLM_REFUSED',
    retryable: false,
    advice,
  });
  const usual = usualWords(status, words);
  if (usual !== undefined || (status !== 400 && status !== 422)) return usual;
  if (/stream_options|include_usage/i.test(words)) return refused('set `usage: false` of the engine');
  if (/temperature/i.test(words)) return refused('remove temperature: this model takes none');
  if (/tool|function/i.test(words) && /support|jinja|template/i.test(words))
    return refused('set `tools: false` of the engine, or take a model that calls tools');
  if (/image|vision|multimodal|mmproj/i.test(words))
    return refused('set `vision: false` of the engine, or take a model that sees');
  return undefined;
}
