import type { PopupFacts } from '../../popup/frames.js';

const VISITOR_HEADER = 'X-Bridge-Visitor';

/** Who we are to the server: a cookie where the browser keeps one for it, else what the server gave, kept in memory only. */
export class Visitor {
  #token: string | undefined;

  get headers(): Readonly<Record<string, string>> {
    return this.#token === undefined ? {} : { [VISITOR_HEADER]: this.#token };
  }

  /** A handshake of a WebSocket has no headers of the page. */
  get subprotocols(): string[] {
    return this.#token === undefined ? [] : [`Visitor.${this.#token}`];
  }

  hear(response: Response): void {
    this.#token = response.headers.get(VISITOR_HEADER) ?? this.#token;
  }
}

/** @throws TypeError - not reached; Error - it answers something else. */
export async function askFacts(server: string, visitor: Visitor, signal: AbortSignal): Promise<PopupFacts> {
  const response = await fetch(`${server}/api/popup`, {
    credentials: 'include',
    headers: visitor.headers,
    signal,
  });
  visitor.hear(response);
  if (!response.ok) throw new Error(`The server answers ${response.status}`);
  const facts = (await response.json()) as Partial<PopupFacts>;
  return {
    protocol: 1,
    voice: facts.voice === true,
    welcome: typeof facts.welcome === 'string' ? facts.welcome : '',
    maxAudioSeconds: typeof facts.maxAudioSeconds === 'number' ? facts.maxAudioSeconds : 60,
  };
}

const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;

/** Waits between attempts: doubling from 1 s to 30 s, each drawn from its upper half, so that many pages do not come back in step. */
export class Waits {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  next(): number {
    const mostMs = Math.min(MAX_WAIT_MS, 2 * FIRST_WAIT_MS * 2 ** Math.min(this.#failures++, 10));
    return Math.max(FIRST_WAIT_MS, mostMs * (0.5 + 0.5 * this.#random()));
  }

  reset(): void {
    this.#failures = 0;
  }
}
