import { randomBytes } from 'node:crypto';
import type { Comments } from '../comments/index.js';
import type { EndpointPorts, Endpoints } from '../server/index.js';
import type { Sessions } from '../sessions/index.js';
import { type AvatarAllowance, type AvatarPort, AvatarRights } from './avatar-port.js';
import { ApiConnections } from './connections.js';
import { Holders } from './holders.js';
import type { OperatorPort } from './operator-port.js';
import { httpEndpoints } from './rest/http-endpoints.js';
import { socketEndpoint } from './socket-endpoint.js';

export interface ApiOptions extends EndpointPorts {
  readonly sessions: Sessions;
  /** The avatars of the bridge. @default none */
  readonly avatars?: AvatarPort | undefined;
  /** What keys of clients may do with them. @default nothing */
  readonly allowance?: AvatarAllowance | undefined;
  /** The chat of live streams; without it there is no route for comments. */
  readonly comments?: Pick<Comments, 'submit'> | undefined;
  /** What the console shows. @default nothing, and there is no route for it */
  readonly operator?: OperatorPort | undefined;
  /** Of the program. */
  readonly version: string;
  /** Something that nobody guesses, at most 64 characters. @default 144 random bits */
  readonly newToken?: (() => string) | undefined;
}

/** Our own protocol, for the server. */
export function createApi(options: ApiOptions): Endpoints {
  const { clock, logger, sessions, avatars, allowance, comments, operator, version } = options;
  const newToken = options.newToken ?? (() => randomBytes(18).toString('base64url'));
  const rights = new AvatarRights(allowance);
  const ports = { clock, logger, sessions, avatars, rights, newToken };
  const connections = new ApiConnections({ ...ports, holders: new Holders() });
  const server = `mmdagent-bridge ${version}`;
  return {
    http: httpEndpoints({ ...ports, comments, operator, version }),
    sockets: [socketEndpoint({ connections, server, clock, logger })],
    close: () => connections.close(),
  };
}
