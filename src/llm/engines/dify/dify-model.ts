import { Buffer } from 'node:buffer';
import { ProviderError } from '../../../runtime/index.js';
import {
  failedFault,
  isFields,
  joinUrl,
  keyHelp,
  MAX_JSON_BYTES,
  requireKey,
  type StatusMeaning,
  textOf,
  type VendorClient,
  type VendorPorts,
} from '../../../vendor/index.js';
import type { ChatModel, ChatPart, ChatRequest } from '../../chat-model.js';
import { chatStream, privateTexts } from '../chat-stream.js';
import { engineClient, jsonPost, quietly } from '../engine-client.js';
import { usualWords } from '../llm-family.js';
import { dataUrl } from '../tidy-messages.js';
import { type DifyConversation, DifyConversations, queryOf } from './dify-conversations.js';
import { DIFY_ROW, type DifyOptions } from './dify-options.js';
import { readDify } from './dify-reader.js';

/**
 * An app of Dify. It keeps the conversation itself, so it is sent the user's last words only, under the number that it gave the
 * conversation; it has its own prompt and calls its own tools.
 */
export class DifyModel implements ChatModel {
  readonly name: string;
  readonly type = 'dify';
  /** The key names the app: there is nothing else to tell of it. */
  readonly model = 'app';
  readonly seesImages: boolean;
  readonly callsTools = false;
  readonly #options: DifyOptions;
  readonly #client: VendorClient;
  readonly #conversations = new DifyConversations();

  constructor(name: string, options: DifyOptions, ports: VendorPorts) {
    this.name = name;
    this.seesImages = options.vision;
    this.#options = options;
    this.#client = engineClient(
      {
        name,
        options,
        keyHelp: keyHelp(DIFY_ROW, options.baseUrl),
        reachHelp: 'check baseUrl, which ends with /v1, and that the server runs',
        meaning,
      },
      ports,
    );
  }

  async *stream(request: ChatRequest): AsyncGenerator<ChatPart, void> {
    request.signal?.throwIfAborted();
    requireKey(this.#client.face, this.#options.apiKey);
    const conversation = this.#conversations.of(request.conversation);
    const { query, images } = queryOf(
      request.messages,
      this.#options.tellCut ? conversation.answer : undefined,
    );
    const files = this.#options.vision ? await this.#files(images, request) : [];
    let task: string | undefined;
    let isWhole = false;
    try {
      yield* chatStream({
        client: this.#client,
        request,
        send: (signal) => this.#send({ request, conversation, query, files }, signal),
        read: (exchange) =>
          readDify(exchange, {
            client: this.#client,
            request,
            onConversation: (id) => {
              conversation.id = id;
            },
            onTask: (id) => {
              task = id;
            },
            onAnswer: (answer) => {
              conversation.answer = answer;
            },
          }),
      });
      isWhole = true;
    } catch (error) {
      throw this.#explained(error, conversation);
    } finally {
      if (!isWhole && task !== undefined) this.#stop(task, this.#userOf(request));
    }
  }

  async warmUp(signal?: AbortSignal): Promise<void> {
    await quietly(async () => {
      requireKey(this.#client.face, this.#options.apiKey);
      await this.#client.json({ url: this.#url('info'), headers: this.#headers, signal });
    });
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  #send(
    {
      request,
      conversation,
      query,
      files,
    }: {
      readonly request: ChatRequest;
      readonly conversation: DifyConversation;
      readonly query: string;
      readonly files: readonly unknown[];
    },
    signal: AbortSignal,
  ): Promise<Response> {
    const { systemInput, inputs } = this.#options;
    const system = request.messages.flatMap((message) => (message.role === 'system' ? [message.text] : []));
    const body = {
      query,
      inputs: systemInput === undefined ? inputs : { ...inputs, [systemInput]: system.join('\n\n') },
      response_mode: 'streaming',
      user: this.#userOf(request),
      // A title would cost another answer of a model.
      auto_generate_name: false,
      ...(conversation.id === undefined ? {} : { conversation_id: conversation.id }),
      ...(files.length === 0 ? {} : { files }),
    };
    return this.#client.send(jsonPost(this.#url('chat-messages'), this.#headers, body), signal);
  }

  #userOf({ user }: ChatRequest): string {
    return user ?? this.#options.user;
  }

  async #files(images: readonly string[], request: ChatRequest): Promise<readonly unknown[]> {
    return Promise.all(
      images.map(async (url) =>
        dataUrl(url) === undefined
          ? { type: 'image', transfer_method: 'remote_url', url }
          : {
              type: 'image',
              transfer_method: 'local_file',
              upload_file_id: await this.#upload(url, request),
            },
      ),
    );
  }

  async #upload(url: string, request: ChatRequest): Promise<string> {
    const { mediaType, base64 } = dataUrl(url) ?? { mediaType: '', base64: '' };
    const form = new FormData();
    const ending = mediaType.split('/')[1]?.split('+')[0] ?? 'png';
    form.set('file', new Blob([Buffer.from(base64, 'base64')], { type: mediaType }), `image.${ending}`);
    form.set('user', this.#userOf(request));
    const context = { signal: request.signal, privateText: privateTexts(request) };
    const exchange = await this.#client.openWith(context, (signal) =>
      this.#client.fetch(this.#url('files/upload'), {
        method: 'POST',
        headers: this.#headers,
        body: form,
        redirect: 'manual',
        signal,
      }),
    );
    const answer = await exchange.json(MAX_JSON_BYTES);
    const id = isFields(answer) ? textOf(answer['id']) : undefined;
    if (id !== undefined) return id;
    throw failedFault(
      this.#client.face,
      `expected the id of a file from ${this.#client.face.place}, got none`,
    );
  }

  /** Else the service writes on, and is paid for it. Nobody waits for it. */
  #stop(task: string, user: string): void {
    this.#client.linger(
      this.#client.json(
        jsonPost(this.#url(`chat-messages/${encodeURIComponent(task)}/stop`), this.#headers, { user }),
      ),
    );
  }

  /** A conversation that the service has forgotten begins anew with the next try. */
  #explained(error: unknown, conversation: DifyConversation): unknown {
    if (!(error instanceof ProviderError) || error.status !== 404 || conversation.id === undefined)
      return error;
    conversation.id = undefined;
    conversation.answer = undefined;
    const { name, place } = this.#client.face;
    return new ProviderError(
      'BRIDGE_ERR_LLM_REFUSED',
      `${name}: ${place} no longer has the conversation; the next try begins a new one, without what was said before`,
      { provider: name, status: 404, retryable: true },
    );
  }

  #url(path: string): URL {
    return joinUrl(this.#options.baseUrl, path);
  }

  get #headers(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.#options.apiKey ?? ''}` };
  }
}

/** Dify answers 400 for what is wrong with the model behind the app. @source template_chat.en.mdx, Errors */
function meaning(status: number, words: string): StatusMeaning | undefined {
  if (/not.?initialize|model_currently_not_support|app_unavailable/i.test(words))
    return {
      code: 'BRIDGE_ERR_LLM_FAILED',
      retryable: false,
      advice: "see the app's model and its state in Dify",
    };
  return usualWords(status, words);
}
