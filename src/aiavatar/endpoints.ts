import type { WebSocket } from 'ws';
import {
  type AskedSocket,
  answerJson,
  type Endpoints,
  type HttpEndpoint,
  type SocketEndpoint,
} from '../server/index.js';
import { AvatarSocket, type Wire } from './avatar-socket.js';
import { chatRoutes } from './chat-routes.js';
import { completionsRoutes } from './completions-routes.js';
import { difyRoutes } from './dify-routes.js';
import { type AIAvatarPorts, type Room, roomOf } from './ports.js';
import { INVALID_KEY, refuseAsFastApi } from './refusals.js';
import { fault, MAX_ID_CHARS } from './request.js';
import { speechRoutes } from './speech-routes.js';
import { SttSocket } from './stt-socket.js';

/** One picture of 4 MiB, or two minutes of sound, in base64. */
const MAX_FRAME_BYTES = 8 * 1024 * 1024;
const MAX_STT_FRAME_BYTES = 512 * 1024;
const MAX_CONNECTIONS = 512;
/** A reader that is so far behind plays nothing any more. */
const GIVE_UP_BYTES = 16 * 1024 * 1024;

/** What a connection is to the room. */
interface Speaker {
  receive(text: string | undefined): void;
  closed(): void;
  shutDown(): void;
}

/**
 * AIAvatarKit's protocols over our sessions, so that clients written for it work unchanged.
 *
 *   WebSocket /ws → AvatarSocket → AvatarLink → Session;   Session events → LiveNarrator → frames
 *   POST /chat → Session.ask;   events of its turn → TurnNarrator → server-sent events
 */
export function aiavatarEndpoints(ports: AIAvatarPorts): Endpoints {
  const room = roomOf(ports);
  const speakers = new Set<Speaker>();
  return {
    http: [
      ...chatRoutes(room),
      ...difyRoutes(room),
      ...speechRoutes(room),
      ...completionsRoutes(room),
      sessionsRoute(room),
    ].map(quiet),
    sockets: [avatarSocket(room, speakers), sttSocket(room, speakers)],
    close: () => {
      for (const speaker of [...speakers]) speaker.shutDown();
    },
  };
}

function avatarSocket(room: Room, speakers: Set<Speaker>): SocketEndpoint {
  return {
    path: '/ws',
    need: 'visitor',
    maxPayloadBytes: MAX_FRAME_BYTES,
    maxConnections: MAX_CONNECTIONS,
    refuse,
    accept: (socket, asked) => {
      const userAgent = asked.request.headers['user-agent'];
      const { caller, query, spendTurn } = asked;
      const wire = wireOf(socket);
      connect(socket, new AvatarSocket({ room, caller, query, userAgent, wire, spendTurn }), speakers);
    },
  };
}

function sttSocket(room: Room, speakers: Set<Speaker>): SocketEndpoint {
  return {
    path: '/ws/stt',
    need: 'client',
    maxPayloadBytes: MAX_STT_FRAME_BYTES,
    maxConnections: MAX_CONNECTIONS,
    refuse,
    accept: (socket, { caller, query }: AskedSocket) =>
      connect(socket, new SttSocket({ room, caller, query, wire: wireOf(socket) }), speakers),
  };
}

function connect(socket: WebSocket, speaker: Speaker, speakers: Set<Speaker>): void {
  speakers.add(speaker);
  socket.on('message', (data: Buffer, isBinary) =>
    speaker.receive(isBinary ? undefined : data.toString('utf8')),
  );
  socket.on('close', () => {
    speakers.delete(speaker);
    speaker.closed();
  });
}

function wireOf(socket: WebSocket): Wire {
  return {
    send: (text) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > GIVE_UP_BYTES) socket.terminate();
      else socket.send(text);
    },
    close: (code, reason) => socket.close(code, reason),
  };
}

/** What fails because its client has gone is nobody's concern. */
function quiet(endpoint: HttpEndpoint): HttpEndpoint {
  return {
    ...endpoint,
    handle: async (asked) => {
      try {
        await endpoint.handle(asked);
      } catch (error) {
        if (!asked.signal.aborted) throw error;
      }
    },
  };
}

/** On an open socket: a browser's page cannot read the status of a refused handshake. */
function refuse(
  socket: WebSocket,
  { status, message }: { readonly status: number; readonly message: string },
): void {
  socket.close(1008, status === 401 ? INVALID_KEY : message.slice(0, 100));
}

/** `GET /ws/sessions?user_id=U`: the newest open connection of this user of the caller. */
function sessionsRoute(room: Room): HttpEndpoint {
  return {
    method: 'GET',
    path: '/ws/sessions',
    need: 'visitor',
    refuse: refuseAsFastApi,
    handle: ({ response, query, caller }) => {
      const user = query.get('user_id') ?? '';
      if (user === '' || user.length > MAX_ID_CHARS) throw fault('Expected the parameter user_id');
      const found = room.live.ofUser(caller.id, user);
      const { metadata } = found?.socket ?? {};
      answerJson(
        response,
        200,
        found === undefined
          ? { session_id: null }
          : { session_id: found.session.wish.name, data: { metadata: metadata ?? null } },
      );
    },
  };
}
