import type { WebSocket } from 'ws';
import {
  type AskedSocket,
  answerJson,
  answerText,
  type EndpointPorts,
  type Endpoints,
  type Refusal,
  type SocketEndpoint,
} from '../server/index.js';
import type { Sessions } from '../sessions/index.js';
import { encodeFrame, SERVER_FRAMES } from './frames.js';
import { answerMessage } from './message-endpoint.js';
import { PopupConnection } from './popup-connection.js';
import { factsOf } from './popup-facts.js';
import type { PopupParts } from './popup-parts.js';
import { ByteBudget } from './recording.js';
import { POPUP_DEFAULTS, type PopupSettings } from './settings.js';
import { Turnstile } from './turnstile.js';

export interface PopupPorts extends EndpointPorts {
  readonly sessions: Sessions;
  /** @default POPUP_DEFAULTS, field by field */
  readonly settings?: Partial<PopupSettings> | undefined;
}

const MAX_DECODERS = 4;
const MAX_FRAME_BYTES = 4 * 1024 * 1024;

/**
 * The two protocols of the popup chat tutorial, and what the widget needs beside them.
 *
 *   POST /api/message   a question to its answer       GET /api/popup   `PopupFacts`, for pages
 *   WebSocket /popup/ws, and / for clients that know only host and port   binary frames, see `frames.ts`
 *   GET /popup          leads to the page that shows the widget
 */
export function popupEndpoints(ports: PopupPorts): Endpoints {
  const settings: PopupSettings = { ...POPUP_DEFAULTS, ...ports.settings };
  const parts: PopupParts = {
    ...ports,
    settings,
    budget: new ByteBudget(settings.maxOpenAudioBytes),
    decoders: new Turnstile(MAX_DECODERS),
  };
  const open = new Map<WebSocket, PopupConnection>();
  const socketAt = (path: string): SocketEndpoint => ({
    path,
    need: 'visitor',
    maxPayloadBytes: MAX_FRAME_BYTES,
    maxConnections: settings.maxConnections,
    accept: (socket, asked) => accept(socket, asked, { parts, open }),
    refuse: refuseSocket,
  });
  return {
    http: [
      {
        method: 'POST',
        path: '/api/message',
        need: 'visitor',
        costs: 'turn',
        handle: (asked) => answerMessage(asked, parts),
        refuse: (response, { status, message, headers }) => {
          for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
          answerText(response, status, message, 'text/plain');
        },
      },
      {
        method: 'GET',
        path: '/api/popup',
        need: 'visitor',
        handle: ({ response }) => answerJson(response, 200, factsOf(settings)),
      },
      {
        method: 'GET',
        path: '/popup',
        need: 'nobody',
        handle: ({ response }) => void response.writeHead(302, { Location: 'popup.html' }).end(),
      },
    ],
    sockets: [socketAt('/popup/ws'), socketAt('/')],
    close: () => {
      for (const [socket, connection] of open) {
        connection.gone();
        socket.close(1001, 'The server ends');
      }
      open.clear();
    },
  };
}

function accept(
  socket: WebSocket,
  guest: AskedSocket,
  { parts, open }: { readonly parts: PopupParts; readonly open: Map<WebSocket, PopupConnection> },
): void {
  const connection = new PopupConnection(socket, guest, parts);
  open.set(socket, connection);
  socket.on('message', (data: Buffer | Buffer[] | ArrayBuffer, isBinary) => {
    // nodebuffer, as the server says; the other forms are of other settings of ws.
    const bytes =
      data instanceof Uint8Array ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    connection.take(bytes, isBinary);
  });
  socket.once('close', () => {
    open.delete(socket);
    connection.gone();
  });
}

/** A browser hides the status of a refused handshake from its page: so it is told in a frame. */
function refuseSocket(socket: WebSocket, { message }: Refusal): void {
  socket.send(encodeFrame(SERVER_FRAMES.error, message));
  socket.close(1008, 'refused');
}
