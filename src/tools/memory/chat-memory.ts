import { type Clock, type Logger, orAborted, SILENT_LOGGER, type Timer } from '../../runtime/index.js';
import { cutText, faultText } from '../result-text.js';
import { askService, RefusedError, type ServiceParts, type ServiceRequest } from './chat-memory-service.js';
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
  readonly #service: ServiceParts;
  readonly #closing = new AbortController();
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;
  #retry: Timer | undefined;

  constructor(options: ChatMemoryOptions, ports: ChatMemoryPorts) {
    this.#options = options;
    this.#clock = ports.clock;
    this.#log = ports.log ?? SILENT_LOGGER;
    const { url, headers } = options;
    const { clock, fetch = globalThis.fetch } = ports;
    this.#service = { url, headers, clock, fetch, closing: this.#closing.signal };
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
    const answer = await this.#ask({ method: 'POST', path: '/search', body, signal, timeoutMs });
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
    await this.#ask({ method: 'DELETE', path: `/history?${whose}${which}`, ...options });
    await this.#ask({ method: 'DELETE', path: `/summary?${whose}${which}`, ...options });
    if (session !== undefined) return;
    await this.#ask({ method: 'DELETE', path: `/knowledge?${whose}`, ...options });
    await this.#ask({ method: 'DELETE', path: `/diary?${whose}`, ...options });
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
    await this.#ask({
      method: 'POST',
      path: '/history',
      body,
      signal: undefined,
      timeoutMs: SEND_TIMEOUT_MS,
    });
  }

  #isWorthAnother(error: unknown, { tries }: Waiting): boolean {
    if (this.#closing.signal.aborted || tries >= 20) return false;
    const status = error instanceof RefusedError ? error.status : undefined;
    return status === undefined || status >= 500 || status === 408 || status === 429;
  }

  #ask(request: ServiceRequest): Promise<unknown> {
    return askService(this.#service, request);
  }
}

function named(name: string, what: string): string {
  if (name.trim() === '')
    throw memoryFault(
      `Expected the name of a ${what}, got none. Without one everybody's memories were meant.`,
    );
  return name;
}
