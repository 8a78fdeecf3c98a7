import { ProviderError } from '../../runtime/index.js';
import type { EngineFace, Exchange, Fields, VendorClient } from '../../vendor/index.js';
import { isFields, textOf } from '../../vendor/index.js';
import type { ChatPart, ChatRequest } from '../chat-model.js';
import { reportedFault } from './llm-family.js';

/** More than any model writes in one answer, and far below what would hurt the process. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface ChatCall {
  readonly client: VendorClient;
  readonly request: ChatRequest;
  readonly send: (signal: AbortSignal) => Promise<Response>;
  /** Gives `end` last and reads on to the end of the answer, or throws. */
  readonly read: (exchange: Exchange) => AsyncIterable<ChatPart>;
}

/** How long a vendor may take to end an answer behind its last mark, for the connection to be used again. */
const LINGER_MS = 1000;

/**
 * One request and its answer; the connection is let go whatever happens, and nothing comes after an abort.
 *
 * Behind the end the rest of the answer is read by itself: a connection is used again only when its last byte was taken, and a new one
 * costs the next turn its first moments.
 */
export async function* chatStream({ client, request, send, read }: ChatCall): AsyncGenerator<ChatPart, void> {
  const { signal } = request;
  const exchange = await client.openWith({ signal, privateText: privateTexts(request) }, send);
  const parts = read(exchange)[Symbol.asyncIterator]();
  let hasEnd = false;
  try {
    while (!hasEnd) {
      const next = await parts.next();
      if (next.done === true) return;
      signal?.throwIfAborted();
      hasEnd = next.value.type === 'end';
      if (hasEnd) client.linger(restOf(parts, exchange, client));
      yield next.value;
    }
  } finally {
    if (!hasEnd) exchange.close();
  }
}

async function restOf(
  parts: AsyncIterator<ChatPart>,
  exchange: Exchange,
  { clock }: VendorClient,
): Promise<void> {
  const timer = clock.after(LINGER_MS, () => exchange.close());
  try {
    while ((await parts.next()).done !== true);
  } finally {
    timer.cancel();
    exchange.close();
  }
}

/** Everything of a request that somebody said or wrote, to keep it out of messages. */
export function privateTexts({ messages }: ChatRequest): readonly string[] {
  return messages
    .flatMap((message) => {
      switch (message.role) {
        case 'tool':
          return [message.result];
        case 'assistant':
          return [message.text, ...(message.calls ?? []).map(({ argumentsJson }) => argumentsJson)];
        default:
          return [message.text];
      }
    })
    .filter((text) => text !== '');
}

/**
 * Whether an answer that has said how it ends may end here. A connection that breaks or falls silent between that and the vendor's
 * last mark takes nothing away from anybody.
 */
export function endsAnyway(error: unknown, hasEnd: boolean): boolean {
  return (
    hasEnd &&
    error instanceof ProviderError &&
    (error.code === 'BRIDGE_ERR_LLM_TRUNCATED' || error.code === 'BRIDGE_ERR_LLM_STALLED')
  );
}

/** Statuses that vendors write as words. @source Anthropic "Errors"; google.rpc.Code; OpenAI's `type` and `code` */
const STATUS_WORDS: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  invalid_prompt: 400,
  context_length_exceeded: 400,
  authentication_error: 401,
  invalid_api_key: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  model_not_found: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  api_error: 500,
  server_error: 500,
  internal_server_error: 500,
  overloaded_error: 529,
  timeout_error: 408,
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 408,
};

export interface ErrorContext {
  readonly client: VendorClient;
  readonly request: ChatRequest;
}

/** An error that stands in an answer: `{error: {message, code, type}}`, `{error: "…"}`, `{message, code}`. */
export function errorInAnswer(fields: Fields, { client, request }: ErrorContext): ProviderError {
  const error = isFields(fields['error']) ? fields['error'] : fields;
  const said = textOf(error['message']) ?? textOf(fields['error']) ?? textOf(fields['message']) ?? '';
  const marks = ['code', 'status', 'type', 'status_code'].map((name) => error[name]);
  const words = client.redaction(privateTexts(request)).apply(said);
  return reportedFault(client.face, { status: statusIn(marks), words: wordsWithMark(words, marks) });
}

/** The mark says what the sentence may not: `insufficient_quota`, `content_filter`. */
function wordsWithMark(words: string, marks: readonly unknown[]): string {
  const mark = marks.find((value) => typeof value === 'string' && /^[a-z_]{4,40}$/.test(value));
  if (mark === undefined || words.includes(String(mark))) return words;
  return words === '' ? String(mark) : `${words} (${mark})`;
}

function statusIn(marks: readonly unknown[]): number | undefined {
  for (const mark of marks) {
    const status = typeof mark === 'number' ? mark : /^\d{3}$/.test(String(mark)) ? Number(mark) : undefined;
    if (status !== undefined && status >= 400 && status < 600) return status;
    if (typeof mark === 'string' && Object.hasOwn(STATUS_WORDS, mark)) return STATUS_WORDS[mark];
  }
  return undefined;
}

/** The sentence of an answer that held nothing: neither words, nor calls, nor an end. */
export function placeOfAnswer(face: EngineFace): string {
  return `${face.place} ended its answer without saying so`;
}
