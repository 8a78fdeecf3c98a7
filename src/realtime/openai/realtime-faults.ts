import { type ErrorCode, ProviderError } from '../../runtime/index.js';
import type { EngineFace, Redaction, SocketEnd } from '../../vendor/index.js';
import type { ServerError } from './server-event.js';

interface Meaning {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly advice: string;
}

/**
 * What an `error` event or a failed response means.
 *
 * @source codes seen in public reports: session_expired (livekit/agents#2358), conversation_already_has_active_response
 *   (openai-agents-python#1466), response_cancel_not_active (openai-agents-js#189), input_audio_buffer_commit_empty
 *   (openai-agents-js#748), unknown_parameter (langchain_dart#624), unsupported_content_type (livekit/agents#6157)
 */
export function reportedFault(face: EngineFace, redaction: Redaction, error: ServerError): ProviderError {
  const { code, retryable, advice } = meaningOf(`${error.code} ${error.type}`, error.message, face);
  const words = redaction.apply(error.message);
  const said = words === '' ? '' : `: "${words}"`;
  const name = /^[\w.-]{1,60}$/.test(error.code) ? ` ${error.code}` : '';
  return new ProviderError(code, `${face.name}: ${face.place} reported${name}${said}; ${advice}`, {
    provider: face.name,
    retryable,
  });
}

/** What a close means that we did not ask for. */
export function closedFault(
  face: EngineFace,
  redaction: Redaction,
  end: SocketEnd | undefined,
): ProviderError {
  const words = redaction.apply(end?.reason ?? '');
  const said = words === '' ? '' : `: "${words}"`;
  const known = meaningOf(end?.reason ?? '', end?.reason ?? '', face);
  const meaning =
    known.code === 'BRIDGE_ERR_LLM_FAILED'
      ? { code: 'BRIDGE_ERR_LLM_TRUNCATED' as const, retryable: true, advice: 'try again' }
      : known;
  return new ProviderError(
    meaning.code,
    `${face.name}: ${face.place} closed the connection (${end?.code ?? 1006})${said}; ${meaning.advice}`,
    { provider: face.name, retryable: meaning.retryable },
  );
}

/** The answer does not come, or stops coming. */
export function stalledAnswer(face: EngineFace, waitedMs: number, hasBegun: boolean): ProviderError {
  const what = hasBegun ? 'began to answer and then sent nothing' : 'did not begin to answer';
  return new ProviderError(
    'BRIDGE_ERR_LLM_STALLED',
    `${face.name}: ${face.place} ${what} for ${Math.round(waitedMs / 100) / 10} s; try again`,
    { provider: face.name, retryable: true },
  );
}

const MEANINGS: readonly (readonly [RegExp, (face: EngineFace) => Meaning])[] = [
  [
    /api[_ ]?key|authenticat|unauthorized|permission/i,
    (face) => ({
      code: 'BRIDGE_ERR_LLM_KEY',
      retryable: false,
      advice: `the key was refused: ${face.keyHelp}`,
    }),
  ],
  [
    /insufficient_quota|billing/i,
    () => ({
      code: 'BRIDGE_ERR_LLM_BUSY',
      retryable: false,
      advice: 'its quota is used up: see the account',
    }),
  ],
  [
    /rate_limit|too many|overloaded/i,
    () => ({ code: 'BRIDGE_ERR_LLM_BUSY', retryable: true, advice: 'try again later' }),
  ],
  [
    /model_not_found|invalid_model/i,
    () => ({ code: 'BRIDGE_ERR_LLM_MODEL', retryable: false, advice: 'check model of the engine' }),
  ],
  [
    /session_expired|maximum duration/i,
    () => ({ code: 'BRIDGE_ERR_LLM_TRUNCATED', retryable: true, advice: 'a new session goes on' }),
  ],
  [
    /content_filter|moderation|safety/i,
    () => ({ code: 'BRIDGE_ERR_LLM_FILTERED', retryable: false, advice: 'say it in other words' }),
  ],
  [
    /server_error|internal/i,
    () => ({ code: 'BRIDGE_ERR_LLM_FAILED', retryable: true, advice: 'it failed by itself: try again' }),
  ],
  [
    /invalid_request|unknown_parameter|invalid_value|missing_required/i,
    () => ({
      code: 'BRIDGE_ERR_LLM_REFUSED',
      retryable: false,
      advice: "change the engine's options, or what it is asked",
    }),
  ],
];

/** Codes say more than sentences, and types less than both. */
function meaningOf(codes: string, message: string, face: EngineFace): Meaning {
  const [code = ''] = codes.split(' ');
  for (const words of [code, message, codes]) {
    const found = MEANINGS.find(([pattern]) => pattern.test(words));
    if (found !== undefined) return found[1](face);
  }
  return { code: 'BRIDGE_ERR_LLM_FAILED', retryable: false, advice: 'see what it says' };
}
