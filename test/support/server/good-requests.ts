import { WebSocket } from 'ws';
import { connect as connectApi } from '../../../src/api/client/node-entry.js';
import { CLIENT_FRAMES, encodeFrame, SERVER_FRAMES } from '../../../src/popup/frames.js';
import type { WholeServer } from './whole-server.js';

/** One good request of every protocol. @throws {Error} whichever was not answered as it must be, by name. */
export async function askAll(server: WholeServer, name: string): Promise<void> {
  const checks: Readonly<Record<string, () => Promise<boolean>>> = {
    page: () => answers(server, 'GET', '/', undefined, 'page'),
    health: () => answers(server, 'GET', '/healthz', undefined, 'ok'),
    ready: () => answers(server, 'GET', '/readyz', undefined, 'ready', server.keys.operator),
    metrics: () => answers(server, 'GET', '/metrics', undefined, 'bridge', server.keys.operator),
    access: () => answers(server, 'GET', '/api/access', undefined, 'demandsKey'),
    chat: () =>
      answers(
        server,
        'POST',
        '/chat',
        { type: 'invoke', session_id: `${name}-chat`, text: 'hello' },
        '"final"',
      ),
    dify: () => answers(server, 'POST', '/chat-messages', { query: 'hello', user: 'u' }, 'message_end'),
    completions: () =>
      answers(
        server,
        'POST',
        '/v1/chat/completions',
        { model: 'x', messages: [{ role: 'user', content: 'hello' }] },
        'last sentence',
      ),
    popup: () =>
      answers(server, 'POST', '/api/message', { id: `${name}-popup`, message: 'hello' }, 'last sentence'),
    rest: () => answers(server, 'GET', '/api/v1/sessions', undefined, 'sessions'),
    aiavatar: () => aiavatarTurn(server, name),
    popupSocket: () => popupTurn(server, name),
    api: () => apiTurn(server, name),
  };
  await Promise.all(
    Object.entries(checks).map(async ([what, check]) => {
      const isGood = await Promise.race([check(), lateAfter(15_000)]);
      if (!isGood) throw new Error(`${what}: not answered as it must be`);
    }),
  );
}

function lateAfter(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref());
}

async function answers(
  { origin, keys }: WholeServer,
  method: string,
  path: string,
  body: object | undefined,
  wanted: string,
  key = keys.ann,
): Promise<boolean> {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status === 200 && text.includes(wanted)) return true;
  throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
}

function openSocket({ origin, keys }: WholeServer, path: string): WebSocket {
  const headers = { authorization: `Bearer ${keys.ann}` };
  return new WebSocket(`${origin.replace('http', 'ws')}${path}`, { headers });
}

async function aiavatarTurn(server: WholeServer, name: string): Promise<boolean> {
  const socket = openSocket(server, '/ws');
  const ids = { session_id: `${name}-ws`, user_id: 'u' };
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'start', ...ids })));
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data)) as { type: string };
      if (type === 'connected') socket.send(JSON.stringify({ type: 'invoke', ...ids, text: 'hello' }));
      else if (type === 'final') {
        socket.close();
        resolve(true);
      } else if (type === 'error') reject(new Error(String(data)));
    });
  });
}

async function popupTurn(server: WholeServer, name: string): Promise<boolean> {
  const socket = openSocket(server, '/popup/ws');
  let text = '';
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      socket.send(encodeFrame(CLIENT_FRAMES.setClientId, `${name}-popup-ws`));
      socket.send(encodeFrame(CLIENT_FRAMES.userText, 'hello'));
    });
    socket.on('message', (data: Buffer) => {
      if (data[0] === SERVER_FRAMES.textChunk) text += data.toString('utf8', 1);
      else if (data[0] === SERVER_FRAMES.error) reject(new Error(data.toString('utf8', 1)));
      else if (data[0] === SERVER_FRAMES.textEnd) {
        socket.close();
        resolve(text.includes('last sentence'));
      }
    });
  });
}

async function apiTurn({ origin, keys }: WholeServer, name: string): Promise<boolean> {
  const api = connectApi({ url: origin, key: keys.ann });
  try {
    const session = await api.open({ name: `${name}-api`, voice: { to: 'nobody' } });
    const end = await (await session.ask('hello')).ended;
    return end.outcome === 'completed' && end.reply.includes('last sentence');
  } finally {
    api.close();
  }
}
