import { AccessRefusal, admissionHeaders, type Gate, gateRequestOf, type Role } from '../access/index.js';
import type { Clock } from '../runtime/index.js';
import { readJson } from './body.js';
import type { Asked, Endpoints } from './endpoint.js';
import { answerJson, HttpRefusal } from './http-answer.js';

/** What a page learns of who it is. */
export interface AccessState {
  /** Whether a key is needed for more than what visitors may. */
  readonly demandsKey: boolean;
  readonly role: Role | undefined;
  /** Of the caller, for people. */
  readonly label: string | undefined;
}

const MAX_BODY_BYTES = 4096;

/**
 * Login of pages: `GET /api/access` tells who asks, `POST /api/login` `{key}` exchanges a key for a cookie that no script sees,
 * `POST /api/logout` ends it.
 */
export function loginEndpoints(gate: Gate, clock: Clock): Endpoints {
  return {
    http: [
      {
        method: 'GET',
        path: '/api/access',
        need: 'nobody',
        handle: async (asked) => answerJson(asked.response, 200, await stateOf(gate, asked)),
      },
      {
        method: 'POST',
        path: '/api/login',
        need: 'nobody',
        handle: async (asked) => {
          const { request, response } = asked;
          const { caller, setCookie } = await gate.login(gateRequestOf(request), await keyIn(asked, clock));
          response.setHeader('Set-Cookie', setCookie);
          answerJson(response, 200, {
            demandsKey: gate.demandsKey,
            role: caller.role,
            label: caller.label,
          } satisfies AccessState);
        },
      },
      {
        method: 'POST',
        path: '/api/logout',
        need: 'nobody',
        handle: async ({ request, response }) => {
          const { setCookie } = await gate.logout(gateRequestOf(request));
          response.setHeader('Set-Cookie', setCookie);
          answerJson(response, 200, {});
        },
      },
    ],
    sockets: [],
    close: () => gate.close(),
  };
}

/** Whoever may do nothing learns only that. */
async function stateOf(gate: Gate, { request, response }: Asked): Promise<AccessState> {
  const { demandsKey } = gate;
  try {
    const admission = await gate.admit(gateRequestOf(request), 'visitor');
    // Here a page on another site gets what it shows where the browser keeps no cookie of ours: a handshake's headers it cannot read.
    for (const [name, value] of Object.entries(admissionHeaders(admission))) response.setHeader(name, value);
    const { role, label } = admission.caller;
    return { demandsKey, role, label };
  } catch (error) {
    if (!(error instanceof AccessRefusal) || error.status === 429) throw error;
    for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
    return { demandsKey, role: undefined, label: undefined };
  }
}

/** @throws {HttpRefusal} 400, 413 */
async function keyIn(asked: Asked, clock: Clock): Promise<string> {
  const body = await readJson(asked, { maxBytes: MAX_BODY_BYTES, clock });
  if (typeof body === 'object' && body !== null && 'key' in body && typeof body.key === 'string')
    return body.key;
  throw new HttpRefusal(400, 'BRIDGE_ERR_USAGE', 'Expected JSON such as {"key": "mab_…"}');
}
