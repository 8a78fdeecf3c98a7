import { ApiError, lostError } from './api-error.js';

export interface RestOptions {
  /** Of the server, with a slash at its end. */
  readonly base: URL;
  readonly fetch: typeof fetch;
  readonly headers: Readonly<Record<string, string>>;
}

/** As `fetch` takes it, in a browser and in Node. */
type Body = NonNullable<RequestInit['body']>;

export interface SynthesizeWish {
  readonly text: string;
  readonly persona?: string;
  readonly voice?: string;
  readonly speed?: number;
  readonly language?: string;
  /** 8000 to 48000. @default 24000 */
  readonly sampleRateHz?: number;
}

/** What is asked by HTTP: what has no conversation. */
export class ApiRest {
  readonly #options: RestOptions;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /** Sound of a text, s16le mono. @throws {ApiError} */
  async synthesize(
    wish: SynthesizeWish,
    signal?: AbortSignal,
  ): Promise<{ pcm: Uint8Array; sampleRateHz: number }> {
    const response = await this.ask('synthesize', {
      method: 'POST',
      body: JSON.stringify({ ...wish, format: 'pcm' }),
      type: 'application/json',
      signal,
    });
    const rate = /rate=(\d+)/.exec(response.headers.get('content-type') ?? '')?.[1];
    return { pcm: new Uint8Array(await response.arrayBuffer()), sampleRateHz: Number(rate ?? 24_000) };
  }

  /** Words of a sound file (WAV, MP3, FLAC, Ogg) of at most 120 s. @throws {ApiError} */
  async transcribe(sound: Uint8Array | Blob, signal?: AbortSignal): Promise<string> {
    const body = sound as Body;
    const response = await this.ask('transcribe', {
      method: 'POST',
      body,
      type: 'application/octet-stream',
      signal,
    });
    return ((await response.json()) as { readonly text: string }).text;
  }

  /** @throws {ApiError} what was answered; BRIDGE_ERR_DAEMON_UNREACHABLE. The signal's reason. */
  async ask(
    path: string,
    {
      method = 'GET',
      body,
      type,
      signal,
    }: { method?: string; body?: Body; type?: string; signal?: AbortSignal | undefined } = {},
  ): Promise<Response> {
    const { base, fetch, headers } = this.#options;
    let response: Response;
    try {
      response = await fetch(new URL(`api/v1/${path}`, base), {
        method,
        credentials: 'include',
        headers: { ...headers, ...(type === undefined ? {} : { 'Content-Type': type }) },
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw lostError(`The server does not answer at ${base.origin}: ${String(error)}`);
    }
    if (response.ok) return response;
    throw await failureOf(response);
  }
}

async function failureOf(response: Response): Promise<ApiError> {
  const { status } = response;
  const body: unknown = await response.json().catch(() => undefined);
  const told = (
    body as { readonly error?: { readonly code?: unknown; readonly message?: unknown } } | undefined
  )?.error;
  const code = typeof told?.code === 'string' ? told.code : 'BRIDGE_ERR_STATE';
  const message =
    typeof told?.message === 'string' ? told.message : `The server answered with status ${status}`;
  return new ApiError({ code, message, retryable: status === 429 || status >= 500 }, status);
}
