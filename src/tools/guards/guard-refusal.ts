import { RequestError } from '../../runtime/index.js';
import type { GuardOutcome } from './guard.js';

/** The error of a turn that a guard blocked, for who asked for it by a program. What was said is not in it. */
export function guardRefusal(outcome: Extract<GuardOutcome, { action: 'block' }>): RequestError {
  const reason = outcome.reason === undefined ? '' : `: ${outcome.reason}`;
  return new RequestError(
    'BRIDGE_ERR_GUARDRAIL',
    `The guard ${outcome.guard} refused${reason}. Say it in another way.`,
  );
}
