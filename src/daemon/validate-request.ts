import type { RequestName, Requests } from '../control/index.js';
import { ProtocolError } from '../runtime/index.js';
import { REQUEST_SCHEMAS } from './request-schemas.js';

export function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(REQUEST_SCHEMAS, name);
}

/** The parameters of a request, checked. @throws {ProtocolError} BRIDGE_ERR_CONTROL_PROTOCOL - naming the first that is wrong. */
export function validateRequest<Name extends RequestName>(
  name: Name,
  params: unknown,
): Requests[Name]['params'] {
  const parsed = REQUEST_SCHEMAS[name].safeParse(params);
  if (parsed.success) return parsed.data as Requests[Name]['params'];
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? name : `${name}.${issue.path.join('.')}`;
  throw new ProtocolError(
    'BRIDGE_ERR_CONTROL_PROTOCOL',
    `Request ${where}: ${issue?.message ?? 'not understood'}`,
  );
}
