import type { TextKey } from '../texts.js';

/** Who this page is to the server; as `GET /api/access` tells. */
export interface AccessState {
  readonly demandsKey: boolean;
  readonly role: 'visitor' | 'client' | 'operator' | undefined;
  readonly label: string | undefined;
}

/** What the login form says. */
export interface LoginRefusal {
  readonly key: TextKey;
  readonly values: Readonly<Record<string, string | number>>;
}

/** Whether nothing may be shown before somebody logs in. */
export function needsLogin({ demandsKey, role }: AccessState): boolean {
  return demandsKey && role !== 'operator';
}

/** @throws {TypeError} the server does not answer. {Error} it answers something else. */
export async function readAccess(): Promise<AccessState> {
  const response = await fetch('api/access', { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`The server answered with status ${response.status}`);
  return (await response.json()) as AccessState;
}

/** @returns undefined: logged in as an operator. Never rejects. */
export async function logIn(key: string): Promise<LoginRefusal | undefined> {
  try {
    const response = await fetch('api/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ key: key.trim() }),
    });
    const body: unknown = await response.json().catch(() => undefined);
    return loginRefusal(response.status, body, response.headers.get('Retry-After'));
  } catch {
    return { key: 'conLoginAway', values: {} };
  }
}

/** Never rejects. */
export async function logOut(): Promise<void> {
  await fetch('api/logout', { method: 'POST' }).catch(() => {});
}

/** What an answer to a login says in words; undefined: it succeeded. */
export function loginRefusal(
  status: number,
  body: unknown,
  retryAfter: string | null,
): LoginRefusal | undefined {
  const told = (typeof body === 'object' && body !== null ? body : {}) as {
    readonly role?: unknown;
    readonly error?: { readonly message?: unknown };
  };
  if (status === 200) {
    if (told.role === 'operator') return undefined;
    return { key: 'conLoginRole', values: { role: String(told.role) } };
  }
  if (status === 429)
    return { key: 'conLoginWait', values: { seconds: Math.max(1, Number(retryAfter) || 1) } };
  if (status === 401) return { key: 'conLoginWrong', values: {} };
  const message = typeof told.error?.message === 'string' ? told.error.message : `HTTP ${status}`;
  return { key: 'conLoginFailed', values: { message } };
}
