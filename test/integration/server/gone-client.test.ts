import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { LOCAL } from '../../../src/access/index.js';
import { CLIENT_FRAMES, encodeFrame } from '../../../src/popup/frames.js';
import type { Session, SessionFacts } from '../../../src/sessions/index.js';
import { askAll } from '../../support/server/good-requests.js';
import { startWholeServer, type WholeServer } from '../../support/server/whole-server.js';
import { until, wait } from '../daemon/rig.js';

/** A client of one protocol that can vanish. */
interface Gone {
  /** Everything that came, as text. */
  readonly heard: () => string;
  ask(text: string): void;
  /** No farewell: the connection breaks. */
  vanish(): void;
}

type Protocol = 'chat' | 'dify' | 'completions' | 'message' | 'rest' | 'aiavatar' | 'popup' | 'api';
const HTTP: readonly Protocol[] = ['chat', 'dify', 'completions', 'message', 'rest'];
const SOCKETS: readonly Protocol[] = ['aiavatar', 'popup', 'api'];
/** Those whose answer comes in parts. */
const STREAMED: readonly Protocol[] = ['chat', 'dify', 'completions', 'rest', ...SOCKETS];
const NAME = 'me';

describe('A client that vanishes', { timeout: 60_000 }, () => {
  let server: WholeServer;
  let timers = 0;
  beforeAll(async () => {
    server = await startWholeServer({ serve: { sessions: { idleMinutes: 0.1, contextMinutes: 5 } } });
    // What is loaded once is loaded.
    await askAll(server, 'warm');
    await until(() => server.protocols.sessions.list(LOCAL).length === 0, 50_000);
    timers = server.clock.waiting;
  });
  beforeEach(() => {
    server.clock.hurry = 20;
    server.engines.isEarSilent = false;
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([...HTTP, ...SOCKETS])('before the first word ends its turn: %s', async (protocol) => {
    const client = await clientOf(server, protocol);
    client.ask('be late');
    await until(() => server.engines.openModel === 1);
    client.vanish();
    await nothingRuns(server);
  });

  it.each(STREAMED)('amid the reply ends its turn: %s', async (protocol) => {
    const client = await clientOf(server, protocol);
    client.ask('be halting');
    await until(() => client.heard().includes('The first sentence'));
    expect(server.engines.openModel).toBe(1);
    client.vanish();
    await nothingRuns(server);
  });

  it('while its answer is put together ends its turn: message', async () => {
    const client = await clientOf(server, 'message');
    client.ask('be halting');
    await until(() => server.engines.openModel === 1);
    await wait(300);
    client.vanish();
    await nothingRuns(server);
  });

  it.each([...HTTP, ...SOCKETS])(
    'while the voice is waited for leaves no request for sound: %s',
    async (protocol) => {
      if (['dify', 'completions'].includes(protocol)) return;
      const client = await clientOf(server, protocol);
      client.ask('be voiceless');
      await until(() => server.engines.openVoice > 0);
      client.vanish();
      await nothingRuns(server);
    },
  );

  it.each(SOCKETS)('behind the whole reply, while it is heard, is not spoken to: %s', async (protocol) => {
    const client = await clientOf(server, protocol);
    client.ask('be long');
    const given = { aiavatar: '"final"', popup: 'sentence 6', api: '"given"' }[
      protocol as 'aiavatar' | 'popup' | 'api'
    ];
    await until(() => client.heard().includes(given), 20_000);
    client.vanish();
    await nothingRuns(server);
  });

  it.each([...HTTP, ...SOCKETS])(
    'loses no turn that was finished, and goes on with it: %s',
    async (protocol) => {
      if (protocol === 'completions') return;
      const client = await clientOf(server, protocol);
      client.ask('remember the number 42');
      await until(() => sessionsBusy(server).length === 0 && finished(server, '42') === 1, 20_000);
      await until(
        () => client.heard().includes('last sentence') || client.heard().includes('Spoken'),
        10_000,
      );
      if (SOCKETS.includes(protocol)) client.ask('be halting');
      await wait(200);
      client.vanish();
      await nothingRuns(server);
      const asked = server.engines.histories.length;
      const again = await clientOf(server, protocol, false);
      again.ask('which number');
      await until(() => server.engines.histories.length > asked);
      if (protocol !== 'dify') expect(server.engines.histories.at(-1)).toContain('remember the number 42');
      again.vanish();
      await nothingRuns(server);
    },
  );

  it.each(SOCKETS)(
    'without a word (no end of the connection, only silence) is given up: %s',
    async (protocol) => {
      const cable = await freezingCable(server.port);
      const client = await clientOf(server, protocol, true, cable.port);
      client.ask('be late');
      await until(() => server.engines.openModel === 1);
      cable.freeze();
      await nothingRuns(server);
      await cable.close();
    },
  );

  it('is waited for by our own protocol: the turn goes on, and who comes back misses nothing', async () => {
    server.clock.hurry = 1;
    const first = await apiSocket(server, server.port);
    first.say({ type: 'open', id: 1, name: `${NAME}-resumed`, voice: { to: 'nobody' } });
    await until(() => first.heard().includes('"channel":1'));
    first.say({ type: 'ask', id: 2, channel: 1, text: 'be late' });
    await until(() => server.engines.openModel === 1);
    first.vanish();
    await wait(1500);
    expect(server.engines.openModel).toBe(1);
    server.engines.letGo();
    await until(() => sessionsBusy(server).length === 0);
    const { connection, token } = first.welcome();
    const second = await apiSocket(server, server.port, { connection, token, lastSeq: first.lastSeq() });
    await until(() => second.heard().includes('"type":"ended"'));
    expect(second.heard()).toContain('The last sentence.');
    expect(second.heard()).toContain('"outcome":"completed"');
    const seqs = [...`${first.heard()}${second.heard()}`.matchAll(/"seq":(\d+)/g)].map(([, seq]) =>
      Number(seq),
    );
    const told = seqs.filter((seq) => seq > 0);
    expect(told).toEqual(told.map((_, at) => at + 1));
    second.vanish();
    server.clock.hurry = 20;
  });

  it('is told when an engine dies amid a turn, and the next turn works on the same connection', async () => {
    for (const protocol of SOCKETS)
      for (const fault of ['breaks', 'mute', 'fails']) {
        const client = await clientOf(server, protocol);
        client.ask(`it ${fault}`);
        await until(
          () => sessionsBusy(server).length === 0 && /rror|warning|could not|Sorry/.test(client.heard()),
          20_000,
        ).catch(() => {
          throw new Error(`${protocol}, ${fault}: ${plain(client.heard())}`);
        });
        const before = client.heard().length;
        client.ask('hello again');
        await until(() => client.heard().slice(before).includes('last sentence'), 20_000).catch(() => {
          throw new Error(`${protocol}, after ${fault}: ${plain(client.heard().slice(before))}`);
        });
        client.vanish();
        await nothingRuns(server);
      }
  });

  it('is let go of: no session is held, all expire, and no timer is left', async () => {
    await until(() => server.protocols.sessions.list(LOCAL).length === 0, 50_000);
    await until(() => server.clock.waiting <= timers, 20_000).catch(() => {
      throw new Error(`Expected ${timers} timers, got ${server.clock.delaysMs.join(' ')}`);
    });
    expect(server.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});

/** Without sound. */
function plain(heard: string): string {
  return heard.replace(/"[A-Za-z0-9+/=]{200,}"/g, '"…"').slice(-5000);
}

function facts(server: WholeServer): readonly SessionFacts[] {
  return server.protocols.sessions.list(LOCAL);
}

function sessionsOf(server: WholeServer): Session[] {
  return facts(server).flatMap(({ id }) => server.protocols.sessions.byId(LOCAL, id) ?? []);
}

function sessionsBusy(server: WholeServer): Session[] {
  return sessionsOf(server).filter(({ isBusy }) => isBusy);
}

/** Replies to what was said with these words that are complete. */
function finished(server: WholeServer, words: string): number {
  return sessionsOf(server).filter((session) => {
    const turn = session.messages().findLast(({ text }) => text.includes(words))?.turn;
    return session
      .messages()
      .some((line) => line.turn === turn && line.role === 'assistant' && line.outcome === 'completed');
  }).length;
}

/** Nobody's turn goes on, no engine is asked, nobody holds a session; then all of them are closed. */
async function nothingRuns(server: WholeServer): Promise<void> {
  const { engines } = server;
  await until(
    () =>
      engines.open === 0 && sessionsBusy(server).length === 0 && facts(server).every(({ isHeld }) => !isHeld),
    15_000,
  ).catch(() => {
    const held = facts(server).map(({ name, phase, isHeld }) => `${name} ${phase} held=${isHeld}`);
    throw new Error(
      `model ${engines.openModel}, voice ${engines.openVoice}, ear ${engines.openEar}; ${held.join('; ')}`,
    );
  });
}

async function clientOf(
  server: WholeServer,
  protocol: Protocol,
  isNew = true,
  port = server.port,
): Promise<Gone> {
  if (isNew) await Promise.all(sessionsOf(server).map((session) => session.close()));
  if (protocol === 'aiavatar') return aiavatarSocket(server, port);
  if (protocol === 'popup') return popupSocket(server, port);
  if (protocol === 'api') return apiClient(server, port);
  const path = await pathOf(server, protocol);
  let heard = '';
  let socket: Socket | undefined;
  return {
    heard: () => heard,
    ask: (text) => {
      const body = JSON.stringify(bodyOf(protocol, text));
      socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.on('data', (data) => {
        heard += data.toString('utf8');
      });
      const lines = [
        `POST ${path} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        `Authorization: Bearer ${server.keys.ann}`,
      ];
      const more = [
        'Content-Type: application/json',
        'Accept: text/event-stream',
        `Content-Length: ${Buffer.byteLength(body)}`,
      ];
      socket.write(`${[...lines, ...more].join('\r\n')}\r\n\r\n${body}`);
    },
    vanish: () => void socket?.resetAndDestroy(),
  };
}

async function pathOf({ origin, keys }: WholeServer, protocol: Protocol): Promise<string> {
  if (protocol !== 'rest')
    return {
      chat: '/chat',
      dify: '/chat-messages',
      completions: '/v1/chat/completions',
      message: '/api/message',
    }[protocol as 'chat' | 'dify' | 'completions' | 'message'];
  const opened = await fetch(`${origin}/api/v1/sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.ann}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: NAME, voice: { to: 'client' } }),
  });
  const { session } = (await opened.json()) as { session: string };
  return `/api/v1/sessions/${session}/ask`;
}

function bodyOf(protocol: Protocol, text: string): object {
  switch (protocol) {
    case 'chat':
      return { type: 'invoke', session_id: NAME, user_id: 'u', text };
    case 'dify':
      return { query: text, user: 'u' };
    case 'completions':
      return { model: 'm', stream: true, messages: [{ role: 'user', content: text }] };
    case 'message':
      return { id: NAME, message: text };
    default:
      return { text };
  }
}

interface RawSocket {
  readonly socket: WebSocket;
  readonly heard: () => string;
}

async function openedAt({ keys }: WholeServer, port: number, path: string): Promise<RawSocket> {
  const headers = { authorization: `Bearer ${keys.ann}` };
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  let heard = '';
  socket.on('message', (data: Buffer) => {
    heard += `${data.toString('utf8')}\n`;
  });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('open', resolve));
  return { socket, heard: () => heard };
}

async function aiavatarSocket(server: WholeServer, port: number): Promise<Gone> {
  const { socket, heard } = await openedAt(server, port, '/ws');
  const ids = { session_id: NAME, user_id: 'u' };
  socket.send(JSON.stringify({ type: 'start', ...ids }));
  await until(() => heard().includes('"connected"'));
  return {
    heard,
    ask: (text) => socket.send(JSON.stringify({ type: 'invoke', ...ids, text })),
    vanish: () => socket.terminate(),
  };
}

async function popupSocket(server: WholeServer, port: number): Promise<Gone> {
  const { socket, heard } = await openedAt(server, port, '/popup/ws');
  socket.send(encodeFrame(CLIENT_FRAMES.setClientId, NAME));
  socket.send(encodeFrame(CLIENT_FRAMES.options, JSON.stringify({ voice: true })));
  return {
    heard,
    ask: (text) => socket.send(encodeFrame(CLIENT_FRAMES.userText, text)),
    vanish: () => socket.terminate(),
  };
}

interface ApiRaw extends Gone {
  say(frame: object): void;
  welcome(): { readonly connection: string; readonly token: string };
  lastSeq(): number;
}

async function apiSocket(server: WholeServer, port: number, resume?: object): Promise<ApiRaw> {
  const { socket, heard } = await openedAt(server, port, '/api/v1/ws');
  const say = (frame: object): void => socket.send(JSON.stringify(frame));
  say({ type: 'hello', version: 1, ...(resume === undefined ? {} : { resume }) });
  await until(() => heard().includes('"welcome"'));
  return {
    heard,
    say,
    ask: () => {},
    vanish: () => socket.terminate(),
    welcome: () => JSON.parse(heard().split('\n')[0] ?? '{}') as { connection: string; token: string },
    lastSeq: () => Math.max(0, ...[...heard().matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq))),
  };
}

async function apiClient(server: WholeServer, port: number): Promise<Gone> {
  const raw = await apiSocket(server, port);
  raw.say({ type: 'open', id: 1, name: NAME, voice: { to: 'client' } });
  await until(() => raw.heard().includes('"channel":1'));
  let id = 1;
  return { ...raw, ask: (text) => raw.say({ type: 'ask', id: ++id, channel: 1, text }) };
}

/** A network that falls silent: nothing comes through, and nobody is told. */
async function freezingCable(to: number): Promise<{ port: number; freeze(): void; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    freeze: () => {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
