import {
  type Clock,
  type Logger,
  orAborted,
  RequestError,
  SILENT_LOGGER,
  type Timer,
} from '../../runtime/index.js';
import { cutText, faultText } from '../result-text.js';
import type { LongTermMemory, Memory, RememberedTurn } from './long-term-memory.js';
import { memoryFault } from './memory-fault.js';

export interface ChatMemoryOptions {
  /** Where the service answers, with the prefix of its router: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** For what stands before it: the service itself asks for no key. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Says where a conversation took place. @default 'mmdagent-bridge' */
  readonly channel?: string;
  /** Of a search, in which the service asks a language model. @default 20000 */
  readonly timeoutMs?: number;
}

export interface ChatMemoryPorts {
  readonly clock: Clock;
  readonly log?: Logger;
  /** @default the platform's */
  readonly fetch?: typeof globalThis.fetch;
}

const DEFAULT_TIMEOUT_MS = 20_000;
const SEND_TIMEOUT_MS = 10_000;
/** Turns that wait while the service is away; the oldest are dropped. */
const MAX_WAITING = 100;
const RETRY_MS = [1000, 5000, 15_000, 60_000] as const;
const CLOSE_MS = 3000;
const MAX_ANSWER_BYTES = 1024 * 1024;
const MAX_TEXT_CHARS = 8000;
const MAX_LIMIT = 50;

interface Waiting {
  readonly turn: RememberedTurn;
  readonly at: string;
  tries: number;
}

/**
 * A client of ChatMemory, a service that sums conversations up with a language model.
 *
 * @source github.com/uezo/chatmemory 0.2.8, chatmemory.py: POST /history, POST /search, DELETE /history, /summary, /knowledge, /diary.
 */
export class ChatMemory implements LongTermMemory {
  readonly #options: ChatMemoryOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #fetch: typeof globalThis.fetch;
  readonly #closing = new AbortController();
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;
  #retry: Timer | undefined;

  constructor(options: ChatMemoryOptions, ports: ChatMemoryPorts) {
    this.#options = options;
    this.#clock = ports.clock;
    this.#log = ports.log ?? SILENT_LOGGER;
    this.#fetch = ports.fetch ?? globalThis.fetch;
  }

  remember(turn: RememberedTurn): void {
    if (turn.userText.trim() === '' || this.#closing.signal.aborted) return;
    this.#waiting.push({ turn, at: new Date(this.#clock.wallMs()).toISOString(), tries: 0 });
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.#log.warn({ waiting: MAX_WAITING }, 'ChatMemory does not take turns: the oldest was dropped');
    }
    this.#send();
  }

  async search(
    user: string,
    query: string,
    { limit = 5, signal }: { readonly limit?: number; readonly signal?: AbortSignal } = {},
  ): Promise<readonly Memory[]> {
    const body = {
      user_id: named(user, 'user'),
      query,
      top_k: Math.min(Math.max(1, limit), MAX_LIMIT),
      search_content: true,
      include_retrieved_data: false,
    };
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const answer = await this.#request('POST', '/search', { body, signal, timeoutMs });
    const { result } = answer as { readonly result?: { readonly answer?: unknown } };
    if (typeof result?.answer !== 'string')
      throw memoryFault(
        'Expected {result: {answer}} from ChatMemory, got something else. Check its address.',
      );
    const text = result.answer.trim();
    return text === '' ? [] : [{ text: cutText(text, MAX_TEXT_CHARS), at: undefined }];
  }

  async forget(user: string, session?: string): Promise<void> {
    // Without a user the service deletes everything of everybody.
    const whose = `user_id=${encodeURIComponent(named(user, 'user'))}`;
    const which = session === undefined ? '' : `&session_id=${encodeURIComponent(named(session, 'session'))}`;
    this.#waiting = this.#waiting.filter(
      ({ turn }) => turn.user !== user || (session !== undefined && turn.session !== session),
    );
    const options = { signal: undefined, timeoutMs: SEND_TIMEOUT_MS };
    await this.#request('DELETE', `/history?${whose}${which}`, options);
    await this.#request('DELETE', `/summary?${whose}${which}`, options);
    if (session !== undefined) return;
    await this.#request('DELETE', `/knowledge?${whose}`, options);
    await this.#request('DELETE', `/diary?${whose}`, options);
  }

  async close(): Promise<void> {
    this.#endRetry();
    this.#send();
    const limit = new AbortController();
    const timer = this.#clock.after(CLOSE_MS, () => limit.abort());
    await orAborted(this.#sending ?? Promise.resolve(), limit.signal).catch(() => {});
    timer.cancel();
    this.#closing.abort(new DOMException('The memory is closed', 'AbortError'));
    this.#endRetry();
    if (this.#waiting.length > 0)
      this.#log.warn({ turns: this.#waiting.length }, 'Turns did not get to ChatMemory');
    this.#waiting = [];
  }

  #endRetry(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  #send(): void {
    if (this.#sending !== undefined || this.#retry !== undefined) return;
    this.#sending = this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  /** In order; what fails is tried again later, and what is refused is dropped. */
  async #sendAll(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        await this.#sendOne(next);
      } catch (error) {
        if (!this.#isWorthAnother(error, next)) {
          this.#log.warn({ error: faultText(error) }, 'A turn could not be given to ChatMemory');
        } else {
          const delayMs = RETRY_MS[Math.min(next.tries++, RETRY_MS.length - 1)] ?? 0;
          this.#retry = this.#clock.after(delayMs, () => {
            this.#retry = undefined;
            this.#send();
          });
          return;
        }
      }
      this.#waiting = this.#waiting.filter((waiting) => waiting !== next);
    }
  }

  async #sendOne({ turn, at }: Waiting): Promise<void> {
    const messages = [
      { role: 'user', content: turn.userText, created_at: at },
      { role: 'assistant', content: turn.reply, created_at: at },
    ].filter(({ content }) => content.trim() !== '');
    const body = {
      user_id: turn.user,
      session_id: turn.session,
      channel: this.#options.channel ?? 'mmdagent-bridge',
      messages,
    };
    await this.#request('POST', '/history', { body, signal: undefined, timeoutMs: SEND_TIMEOUT_MS });
  }

  #isWorthAnother(error: unknown, { tries }: Waiting): boolean {
    if (this.#closing.signal.aborted || tries >= 20) return false;
    const status = error instanceof RefusedError ? error.status : undefined;
    return status === undefined || status >= 500 || status === 408 || status === 429;
  }

  async #request(
    method: 'POST' | 'DELETE',
    path: string,
    options: {
      readonly body?: unknown;
      readonly signal: AbortSignal | undefined;
      readonly timeoutMs: number;
    },
  ): Promise<unknown> {
    const { body, signal, timeoutMs } = options;
    signal?.throwIfAborted();
    const end = new AbortController();
    const onAbort = (): void => end.abort(signal?.reason);
    const onClose = (): void => end.abort(this.#closing.signal.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#closing.signal.addEventListener('abort', onClose, { once: true });
    const timer = this.#clock.after(timeoutMs, () =>
      end.abort(memoryFault(`ChatMemory did not answer within ${timeoutMs / 1000} s.`)),
    );
    try {
      return await orAborted(this.#exchange(method, path, body, end.signal), end.signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (end.signal.aborted) throw end.signal.reason;
      throw error;
    } finally {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
      this.#closing.signal.removeEventListener('abort', onClose);
    }
  }

  async #exchange(method: string, path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const { url, headers } = this.#options;
    const { host } = new URL(url);
    let response: Response;
    try {
      response = await this.#fetch(`${url.replace(/\/+$/, '')}${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        body: body === undefined ? null : JSON.stringify(body),
        // Another host has no business with the headers.
        redirect: 'error',
        signal,
      });
    } catch (error) {
      throw memoryFault(
        `ChatMemory does not answer at ${host}: ${faultText(error)}. Start it or check its address.`,
        error,
      );
    }
    if (!response.ok) {
      await response.body?.cancel().catch(() => {});
      throw new RefusedError(host, response.status);
    }
    return bounded(response);
  }
}

class RefusedError extends RequestError {
  readonly status: number;

  constructor(host: string, status: number) {
    super('BRIDGE_ERR_MEMORY', `ChatMemory at ${host} refused with status ${status}. Look into its log.`);
    this.status = status;
  }
}

function named(name: string, what: string): string {
  if (name.trim() === '')
    throw memoryFault(
      `Expected the name of a ${what}, got none. Without one everybody's memories were meant.`,
    );
  return name;
}

async function bounded(response: Response): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > MAX_ANSWER_BYTES)
      throw memoryFault(`Expected at most ${MAX_ANSWER_BYTES} bytes from ChatMemory, got more.`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch (error) {
    throw memoryFault('Expected JSON from ChatMemory, got something else. Check its address.', error);
  }
}
