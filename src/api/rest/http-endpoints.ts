import type { Comments } from '../../comments/index.js';
import type { HttpEndpoint } from '../../server/index.js';
import type { OperatorPort } from '../operator-port.js';
import { commentRoutes } from './comment-routes.js';
import { infoRoutes } from './info-routes.js';
import { laneRoutes } from './lane-routes.js';
import { openApiOf } from './openapi.js';
import { operatorRoutes } from './operator-routes.js';
import { endpointOf, type RestPorts, type Route } from './route.js';
import { sessionRoutes } from './session-routes.js';
import { soundRoutes } from './sound-routes.js';

export interface HttpPorts extends RestPorts {
  /** The chat of live streams. @default nobody reads comments, and there is no route for them */
  readonly comments?: Pick<Comments, 'submit'> | undefined;
  /** What the console shows. @default there are no routes for it */
  readonly operator?: OperatorPort | undefined;
}

/** The whole table, which the document and the endpoints are made of. */
export function routesOf(ports: HttpPorts): readonly Route[] {
  let document: object | undefined;
  const routes: readonly Route[] = [
    ...infoRoutes(ports, () => {
      document ??= openApiOf(routes, ports.version);
      return document;
    }),
    ...sessionRoutes(ports),
    ...soundRoutes(ports),
    ...laneRoutes(ports),
    ...(ports.comments === undefined ? [] : commentRoutes(ports.comments, ports.rights)),
    ...(ports.operator === undefined ? [] : operatorRoutes(ports.operator)),
  ];
  return routes;
}

export function httpEndpoints(ports: HttpPorts): readonly HttpEndpoint[] {
  return routesOf(ports).map((one) => endpointOf(one, ports.clock));
}
