import type { SessionTool } from '../sessions/index.js';
import { isRecord } from './request.js';
import type { ResponseFields } from './response.js';

/**
 * News of a tool as `tool_call` tells it: without `result` when it was called, then with it, `is_final` with the last.
 *
 * @source aiavatarkit (272548e), aiavatar/sts/llm/base.py `ToolCall.to_dict`; ChatdollKit reads `result.data` as an object.
 */
export function toolCall({
  callId,
  name,
  argumentsJson,
  stage,
  value,
  isError,
}: SessionTool): ResponseFields {
  const call = { id: callId, name, arguments: argumentsJson };
  if (stage === 'called') return { metadata: { tool_call: call } };
  const data = isError ? { error: value } : isRecord(value) ? value : { result: value };
  return { metadata: { tool_call: { ...call, result: { data, is_final: stage === 'result' } } } };
}
