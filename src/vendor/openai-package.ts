import type OpenAI from 'openai';

export interface OpenAiClientOptions {
  readonly apiKey: string | undefined;
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
}

/** An answer that is no success, carried past the package, so that all engines explain theirs alike. */
export class RefusedAnswer extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super('no success');
    this.response = response;
  }
}

/** The package with nothing left to its own choice: no environment, no retries, no logs, no redirects. */
export async function openAiPackage(options: OpenAiClientOptions): Promise<OpenAI> {
  const { OpenAI } = await import('openai');
  const { apiKey, baseUrl, timeoutMs } = options;
  return new OpenAI({
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    baseURL: baseUrl,
    defaultHeaders: apiKey === undefined ? { authorization: null } : {},
    maxRetries: 0,
    timeout: timeoutMs,
    fetch: async (url, init) => {
      const response = await options.fetch(url, { ...init, redirect: 'manual' });
      if (!response.ok) throw new RefusedAnswer(response);
      return response;
    },
  });
}

/** Runs a call of the package; what was refused comes back as the answer that it is. */
export async function answerOf(call: () => Promise<Response>): Promise<Response> {
  try {
    return await call();
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof RefusedAnswer) return cause.response;
    throw error;
  }
}
