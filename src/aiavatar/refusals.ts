import type { ServerResponse } from 'node:http';
import { answerJson, type Refusal } from '../server/index.js';

/** As AIAvatarKit refuses: `detail` where FastAPI speaks, `error` where it does itself. */
export function refuseAsFastApi(response: ServerResponse, { status, code, message }: Refusal): void {
  if (status === 401) answerJson(response, status, { detail: INVALID_KEY });
  else if (status === 403 || status === 404) answerJson(response, status, { detail: message });
  else answerJson(response, status, { error: message, code });
}

/** @source aiavatarkit (272548e), adapter/websocket/server.py: what it says to a client without a key that it knows. */
export const INVALID_KEY = 'Invalid or missing API Key';

/** As OpenAI refuses. @source platform.openai.com/docs/guides/error-codes */
export function refuseAsOpenAi(response: ServerResponse, { status, code, message }: Refusal): void {
  answerJson(response, status, openAiError(status, code, message));
}

export function openAiError(status: number, code: string, message: string): { readonly error: object } {
  return {
    error: { message, type: typeOf(status), param: null, code: status === 401 ? 'invalid_api_key' : code },
  };
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** As Dify refuses. @source docs.dify.ai, Send Chat Message */
export function refuseAsDify(response: ServerResponse, { status, code, message }: Refusal): void {
  answerJson(response, status, { code: status === 401 ? 'unauthorized' : code, message, status });
}
