import { type Gate, gateRequestOf, type Role } from '../access/index.js';
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
        handle: async ({ request, response }) => answerJson(response, 200, await stateOf(gate, request)),
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

async function stateOf(gate: Gate, request: Asked['request']): Promise<AccessState> {
  const { demandsKey } = gate;
  for (const need of ['client', 'visitor'] as const) {
    try {
      const { caller } = await gate.admit(gateRequestOf(request), need, { mayKeepCookie: false });
      return { demandsKey, role: caller.role, label: caller.label };
    } catch {
      // Less, then.
    }
  }
  return { demandsKey, role: undefined, label: undefined };
}

/** @throws {HttpRefusal} 400, 413 */
async function keyIn(asked: Asked, clock: Clock): Promise<string> {
  const body = await readJson(asked, { maxBytes: MAX_BODY_BYTES, clock });
  if (typeof body === 'object' && body !== null && 'key' in body && typeof body.key === 'string')
    return body.key;
  throw new HttpRefusal(400, 'BRIDGE_ERR_USAGE', 'Expected JSON such as {"key": "mab_…"}');
}
