import type { ServerResponse } from 'node:http';
import { AccessRefusal } from '../access/index.js';
import { BridgeError, type ErrorCode, errorText } from '../runtime/index.js';
import type { Refusal } from './endpoint.js';

/** What a program reads when a request failed. */
export interface HttpErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

/** An answer that is not 200, thrown by a route. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: ErrorCode, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Codes that are not simply a bad request. */
const STATUS_OF: Partial<Record<ErrorCode, number>> = {
  BRIDGE_ERR_ACCESS: 403,
  BRIDGE_ERR_LANE_UNKNOWN: 404,
  BRIDGE_ERR_STREAM_UNKNOWN: 404,
  BRIDGE_ERR_LANE_BUSY: 409,
  BRIDGE_ERR_LINK_UNSUPPORTED: 409,
  BRIDGE_ERR_LANE_NOT_READY: 503,
  BRIDGE_ERR_LINK_LOST: 503,
  BRIDGE_ERR_QUEUE_FULL: 503,
  BRIDGE_ERR_DAEMON_UNREACHABLE: 503,
  BRIDGE_ERR_SPEECH_CAP: 429,
  BRIDGE_ERR_SPEECH_BUSY: 503,
  BRIDGE_ERR_SPEECH_ENGINE: 503,
  BRIDGE_ERR_SPEECH_FAILED: 502,
  BRIDGE_ERR_SPEECH_KEY: 503,
  BRIDGE_ERR_SPEECH_PROGRAM: 503,
  BRIDGE_ERR_SPEECH_REFUSED: 502,
  BRIDGE_ERR_SPEECH_STALLED: 504,
  BRIDGE_ERR_SPEECH_TRUNCATED: 502,
  BRIDGE_ERR_SPEECH_UNREACHABLE: 503,
  BRIDGE_ERR_LLM_BUSY: 503,
  BRIDGE_ERR_LLM_ENGINE: 503,
  BRIDGE_ERR_LLM_KEY: 503,
  BRIDGE_ERR_LLM_UNREACHABLE: 503,
  BRIDGE_ERR_CONFIG_INVALID: 500,
  BRIDGE_ERR_CONFIG_UNREADABLE: 500,
  BRIDGE_ERR_TALK_UNKNOWN: 404,
  BRIDGE_ERR_RATE: 429,
  BRIDGE_ERR_TURN_REFUSED: 409,
  BRIDGE_ERR_VISION: 404,
  BRIDGE_ERR_STATE: 500,
  BRIDGE_ERR_FILE_WRITE: 500,
};

export function answerJson(response: ServerResponse, status: number, body: object): void {
  answerText(response, status, `${JSON.stringify(body)}\n`, 'application/json');
}

/** Does nothing when the answer has begun already, or nobody is there to read it. */
export function answerText(response: ServerResponse, status: number, text: string, type: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'Content-Type': type.includes('charset') ? type : `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(text);
}

/** Tells the asker what went wrong; returns the status. */
export function answerError(response: ServerResponse, error: unknown): number {
  const { status, code, headers, message } = refusalOf(error);
  // The rest of a refused body is not worth keeping the connection for.
  if (!response.headersSent) {
    response.setHeader('Connection', 'close');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  }
  answerJson(response, status, { error: { code, message } } satisfies HttpErrorBody);
  return status;
}

/** What an error says to who asked. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof HttpRefusal || error instanceof AccessRefusal) {
    const { status, code, headers, message } = error;
    return { status, code, headers: { ...headers }, message };
  }
  if (error instanceof BridgeError) {
    const headers: Record<string, string> = error.retryable ? { 'Retry-After': '1' } : {};
    return { status: STATUS_OF[error.code] ?? 400, code: error.code, headers, message: errorText(error) };
  }
  // What was not thrown on purpose may tell what is nobody's business.
  return { status: 500, code: 'BRIDGE_ERR_STATE', headers: {}, message: 'Something went wrong; see the log' };
}
