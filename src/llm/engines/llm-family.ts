import { ProviderError } from '../../runtime/index.js';
import { type EngineFace, type FaultFamily, type StatusMeaning, statusFault } from '../../vendor/index.js';

/** What goes wrong with language models. */
export const LLM_FAMILY: FaultFamily = {
  codes: {
    key: 'BRIDGE_ERR_LLM_KEY',
    unreachable: 'BRIDGE_ERR_LLM_UNREACHABLE',
    absent: 'BRIDGE_ERR_LLM_MODEL',
    refused: 'BRIDGE_ERR_LLM_REFUSED',
    busy: 'BRIDGE_ERR_LLM_BUSY',
    failed: 'BRIDGE_ERR_LLM_FAILED',
    stalled: 'BRIDGE_ERR_LLM_STALLED',
    truncated: 'BRIDGE_ERR_LLM_TRUNCATED',
  },
  absentHelp: 'check model and baseUrl of the engine',
  refusedHelp: "change the engine's options, or what it is asked",
  tooMuchHelp: 'lower maxTokens',
};

/** The provider gave nothing because of the content. @param why - the vendor's word for it; never a quotation. */
export function filteredFault(face: EngineFace, why = ''): ProviderError {
  const named = /^[\w -]{1,40}$/.test(why) ? ` (${why})` : '';
  return new ProviderError(
    'BRIDGE_ERR_LLM_FILTERED',
    `${face.name}: ${face.place} gave no answer because of the content${named}; say it in other words`,
    { provider: face.name },
  );
}

/** What a vendor reports in the middle of an answer that began as a success. */
export interface ReportedFault {
  /** A status in the sense of HTTP, where the vendor gives one or its word for it means one. */
  readonly status: number | undefined;
  /** The vendor's sentence, already without keys and texts. */
  readonly words: string;
}

/** As the same fault at the beginning would be; without a status: a failure that may pass. */
export function reportedFault(face: EngineFace, { status, words }: ReportedFault): ProviderError {
  if (status !== undefined && status >= 300 && status < 600)
    // Clocks are for dates in headers, and here are none.
    return statusFault({ face, status, headers: new Headers(), words, clock: NO_CLOCK });
  const meant = face.meaning?.(0, words);
  return new ProviderError(
    meant?.code ?? 'BRIDGE_ERR_LLM_FAILED',
    `${face.name}: ${face.place} failed while it answered${words === '' ? '' : `: "${words}"`}; ${meant?.advice ?? 'try again'}`,
    { provider: face.name, retryable: meant?.retryable ?? true },
  );
}

const NO_CLOCK = { nowMs: () => 0, wallMs: () => 0, after: () => ({ cancel: () => {} }) };

/** What words mean whatever the vendor: of the content, of the length of the conversation, of money. */
export function usualWords(status: number, words: string): StatusMeaning | undefined {
  const meant = (code: StatusMeaning['code'], advice: string): StatusMeaning => ({
    code,
    retryable: false,
    advice,
  });
  if (/quota|billing|credit balance|insufficient (funds|credits|balance)/i.test(words) && status !== 403)
    return meant('BRIDGE_ERR_LLM_BUSY', 'see billing at the vendor');
  if (status >= 500 || status === 429) return undefined;
  if (/content[ _-]?(filter|policy|management)|safety system/i.test(words))
    return meant('BRIDGE_ERR_LLM_FILTERED', 'say it in other words');
  if (/context[ _-]?(length|window|size)|maximum context|too many tokens|prompt is too long/i.test(words))
    return meant('BRIDGE_ERR_LLM_REFUSED', 'the conversation is too long for it: lower its limits');
  if (status === 400 && /api key not valid|invalid api key/i.test(words))
    return meant('BRIDGE_ERR_LLM_KEY', 'the key was refused');
  if (/model.{0,80}(not found|does not exist|not exist|not supported)|no models? loaded/i.test(words))
    return meant('BRIDGE_ERR_LLM_MODEL', 'check model of the engine');
  return undefined;
}
