/** What a caller may: each may what those before it may. */
export type Role = 'visitor' | 'client' | 'operator';

/** Least first. */
export const ROLES: readonly Role[] = ['visitor', 'client', 'operator'];

/** Somebody who asks. Two requests with the same id are of the same caller, and share conversations; others never do. */
export interface Caller {
  /** `local`, `key:NAME` or `visitor:RANDOM`; tells whose conversations are meant. No secret, but of a visitor not for others to know. */
  readonly id: string;
  readonly role: Role;
  /** For logs and the console: the id, of a visitor only the beginning of it. */
  readonly label: string;
}

/** The user of this machine, where no keys are set up. */
export const LOCAL: Caller = { id: 'local', role: 'operator', label: 'local' };

/** What was found out about a request that may go on. */
export interface Admission {
  readonly caller: Caller;
  /** Where the request came from: the browser's address as far as trusted proxies tell it. For limits and logs. */
  readonly address: string;
  /** Value of a Set-Cookie header for the answer, or for that of the WebSocket handshake. */
  readonly setCookie?: string;
  /** To be echoed in a WebSocket handshake: without it the browser gives up the connection. */
  readonly subprotocol?: string;
  /** The exact origin of another site that is allowed to read the answer, with credentials. Absent for our own pages. */
  readonly allowOrigin?: string;
  /** Of a visitor from another site: what its page gives back as `X-Bridge-Visitor` where the browser keeps no cookie of ours. */
  readonly visitorToken?: string;
}

export function mayAs(role: Role, need: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(need);
}

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
