import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL } from '../../src/access/index.js';
import { createRoutes } from '../../src/server/routes.js';
import { type DialledPeer, dialIn, freePort, until, untilReady, wait } from '../integration/daemon/rig.js';
import { askAll } from '../support/server/good-requests.js';
import { type HostileRequest, hostileRequest, type Target } from '../support/server/hostile-requests.js';
import { hostileSocket, type SocketTalk } from '../support/server/hostile-sockets.js';
import { Dice } from '../support/server/hostile-values.js';
import { ENGINE_KEY, startWholeServer, type WholeServer } from '../support/server/whole-server.js';

// Change it to try others; what fails says which request it was.
const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_261_122);
const BATCHES = 6;
const REQUESTS_A_BATCH = 1200;
const SOCKETS_A_BATCH = 200;
const FRAMES_A_SOCKET = 8;
const AT_ONCE = 16;
const MAX_FAULTS = 10;
const HEAP_BOUND_BYTES = 48e6;

const WAV = readFileSync(join(import.meta.dirname, '../../fixtures/audio/speech-sample.wav'));
/** What a server that is asked for nonsense may say; 502 and 504 would be an engine's, of which there is nothing wrong here. */
const SAID = new Set([
  100,
  101,
  200,
  201,
  204,
  302,
  304,
  503,
  ...Array.from({ length: 52 }, (_, at) => 400 + at),
]);
/** Of WebSocket, and ours: see CLOSE_CODES of api. */
const CLOSED = new Set([1000, 1001, 1002, 1003, 1005, 1007, 1008, 1009, 4400, 4406, 4408, 4409, 4429]);

/** What is right at a path, so that what is wrong lies behind the first check. */
const RIGHT: readonly [path: RegExp, body: Readonly<Record<string, unknown>>][] = [
  [
    /^\/(?:chat|start)$/,
    { type: 'invoke', session_id: 's', user_id: 'u', text: 'hello', files: [], metadata: {} },
  ],
  [/chat-messages/, { query: 'hello', user: 'u', inputs: {}, response_mode: 'streaming' }],
  [/completions/, { model: 'x', messages: [{ role: 'user', content: 'hello' }], stream: true }],
  [/api\/message/, { id: 'i', message: 'hello', voice: false, welcome: 'Hi.' }],
  [/sessions$/, { name: 'n', voice: { to: 'nobody' }, said: [], instructions: 'Be brief.' }],
  [/ask$/, { text: 'hello', images: [], context: 'c', parameters: {}, metadata: {}, ifBusy: 'queue' }],
  [/(?:say|synthesize|tts)$/, { text: 'hello', voice: 'v', language: 'en', speed: 1 }],
  [/picture/, { picture: 'p', refused: 'no' }],
  [/message$/, { message: 'MOTION_ADD|0|x|y.vmd' }],
  [/lips/, { phonemes: [{ phoneme: 'a', startMs: 0, endMs: 100 }], startsInMs: 0 }],
  [/comments/, { text: 'hello', author: 'a' }],
  [/login/, { key: 'mab_wrong' }],
];

/** How conversations begin on each WebSocket, and what is right then. */
const TALKS: Readonly<
  Record<string, { opening: (string | Buffer)[]; right: Record<string, unknown>[]; isBinary: boolean }>
> = {
  '/ws': {
    opening: [JSON.stringify({ type: 'start', session_id: 's', user_id: 'u' })],
    right: [
      { type: 'invoke', session_id: 's', text: 'hello' },
      { type: 'data', session_id: 's', audio_data: 'AAAA' },
      { type: 'config', session_id: 's', metadata: {} },
      { type: 'start', session_id: 's', metadata: { send_voiced: true } },
    ],
    isBinary: false,
  },
  '/ws/stt': {
    opening: [JSON.stringify({ type: 'start', session_id: 's' })],
    right: [{ type: 'data', session_id: 's', audio_data: 'AAAA' }],
    isBinary: false,
  },
  '/api/v1/ws': {
    opening: [
      JSON.stringify({ type: 'hello', version: 1 }),
      JSON.stringify({ type: 'open', id: 1, name: 'n', voice: { to: 'nobody' } }),
    ],
    right: [
      { type: 'ask', id: 2, channel: 1, text: 'hello' },
      { type: 'open', id: 3, name: 'm' },
      { type: 'played', channel: 1, turn: 1, heardMs: 100 },
      { type: 'ack', seq: 1 },
      { type: 'tune', id: 4, channel: 1, bargeIn: false },
      { type: 'lanePlay', id: 5, lane: 'x', kind: 'live' },
      { type: 'hello', version: 1, resume: { connection: 'c', token: 't', lastSeq: 0 } },
    ],
    isBinary: false,
  },
  '/popup/ws': {
    opening: [Buffer.from('\u0001me')],
    right: [{ voice: false, persona: 'x' }],
    isBinary: true,
  },
};

describe('The whole server, among ten thousand requests and frames that are none', () => {
  let server: WholeServer;
  let peer: DialledPeer;
  const unexpected: unknown[] = [];
  const note = (reason: unknown): void => void unexpected.push(reason);
  const linkNews: string[] = [];

  beforeAll(async () => {
    process.on('unhandledRejection', note);
    process.on('uncaughtException', note);
    const port = await freePort();
    server = await startWholeServer({
      links: [`tcp-listen://127.0.0.1:${port}`],
      uploadIdleMs: 1000,
      serve: { sessions: { maxSessions: 60, idleMinutes: 0.1, contextMinutes: 0.1 } },
    });
    peer = dialIn(port);
    const [lane] = (await server.client.request('status', {})).lanes;
    await untilReady(server.client, lane?.lane ?? '');
    server.client.events.on('linkState', (state) => linkNews.push(JSON.stringify(state)));
  });
  afterAll(async () => {
    peer.close();
    await server[Symbol.asyncDispose]();
    process.off('unhandledRejection', note);
    process.off('uncaughtException', note);
  });

  /** All paths of the composed server, so that a new one is tried without being named here. */
  function targetsOf(): Target[] {
    const served = server.endpoints.flatMap(({ http }) => http.map(({ method, path }) => ({ method, path })));
    const old = Object.entries(createRoutes({ signal: AbortSignal.abort() } as never)).flatMap(
      ([path, byMethod]) => Object.keys(byMethod).map((method) => ({ method, path })),
    );
    return [...served, ...old, { method: 'GET', path: '/' }, { method: 'GET', path: '/page.js' }];
  }

  function socketsOf(): string[] {
    const served = server.endpoints.flatMap(({ sockets }) => sockets.map(({ path }) => path));
    return [...served, '/control', '/api/talk/live', '/nothing'];
  }

  it('answers each as it must, goes on answering, keeps nothing, and leaves avatars alone', {
    timeout: 600_000,
  }, async () => {
    const dice = new Dice(SEED);
    // Comments of clients are for the avatar to answer.
    const targets = targetsOf().filter(({ path }) => !path.endsWith('/comments'));
    expect(targets.length).toBeGreaterThan(40);
    await askAll(server, 'before');
    await settled(server);
    const before = { heap: heapBytes(), handles: socketsOpen(), timers: server.clock.waiting };
    const moved = { messages: peer.messages.length, samples: peer.heard.samples.length };
    const counts: Record<string, number> = {};
    let frames = 0;
    for (let batch = 0; batch < BATCHES; batch++) {
      const who = ['nobody', 'page', 'page', 'page', 'wrong', 'ann', 'ann', 'ann', 'ann'] as const;
      const rightBody = (path: string) => RIGHT.find(([pattern]) => pattern.test(path))?.[1] ?? {};
      const parts = { dice, targets, who, rightBody, port: server.port, keys: server.keys, wav: WAV };
      await inParallel(REQUESTS_A_BATCH, async () => {
        const request = hostileRequest(parts);
        const answer = await sent(server.port, request);
        checkAnswer(request, answer, server);
        for (const status of answer.statuses) counts[status] = (counts[status] ?? 0) + 1;
        if (answer.statuses.length === 0) counts['mute'] = (counts['mute'] ?? 0) + 1;
      });
      await inParallel(SOCKETS_A_BATCH, async () => {
        const talk = await hostileSocket(socketOptions(dice));
        checkTalk(talk, server);
        frames += talk.frames;
        counts[`ws ${talk.status}`] = (counts[`ws ${talk.status}`] ?? 0) + 1;
        if (talk.closeCode !== undefined)
          counts[`close ${talk.closeCode}`] = (counts[`close ${talk.closeCode}`] ?? 0) + 1;
      });
      await askAll(server, `batch ${batch}`);
      expect(server.protocols.sessions.list(LOCAL).length).toBeLessThanOrEqual(60);
    }
    console.info(JSON.stringify({ ...counts, frames }));
    expect(BATCHES * REQUESTS_A_BATCH + frames).toBeGreaterThanOrEqual(10_000);
    // The time is told every minute.
    const said = peer.messages
      .slice(moved.messages)
      .filter((message) => !message.startsWith('CURRENT_TIME|'));
    expect(said).toEqual([]);
    expect(peer.heard.samples.length).toBe(moved.samples);
    expect(linkNews).toEqual([]);
    expect(peer.incidents).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    await settled(server);
    expect(socketsOpen()).toBeLessThanOrEqual(before.handles);
    expect(server.clock.waiting, server.clock.delaysMs.join(' ')).toBeLessThanOrEqual(before.timers);
    expect(heapBytes() - before.heap).toBeLessThan(HEAP_BOUND_BYTES);
    expect(unexpected).toEqual([]);
    expect(server.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('answers operators the same, and no link is lost', { timeout: 300_000 }, async () => {
    const dice = new Dice(SEED + 1);
    // What an operator may do by one empty request is no nonsense.
    const targets = targetsOf().filter(({ path }) => !/interrupt|sample|mdf|devices|doctor/.test(path));
    const rightBody = () => ({});
    const parts = {
      dice,
      targets,
      who: ['operator'] as const,
      rightBody,
      port: server.port,
      keys: server.keys,
      wav: WAV,
    };
    await inParallel(1500, async () => {
      const request = hostileRequest(parts);
      checkAnswer(request, await sent(server.port, request), server);
    });
    await askAll(server, 'operator');
    expect(linkNews).toEqual([]);
    expect(peer.incidents).toEqual([]);
    expect(unexpected).toEqual([]);
    expect(server.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  function socketOptions(dice: Dice): Parameters<typeof hostileSocket>[0] {
    const path = dice.of(socketsOf());
    const own = `Origin: ${server.origin}`;
    const headers = dice.of([
      [own],
      [`Authorization: Bearer ${server.keys.ann}`],
      [`Authorization: Bearer ${server.keys.bob}`],
      [],
    ]);
    const talk = TALKS[path] ?? TALKS['/popup/ws'] ?? { opening: [], right: [], isBinary: true };
    return { dice, path, headers, port: server.port, frames: 1 + dice.below(2 * FRAMES_A_SOCKET), ...talk };
  }
});

interface Answer {
  readonly statuses: readonly number[];
  readonly text: string;
  readonly isLate: boolean;
}

/** What comes back over a raw connection until it ends. */
function sent(port: number, { bytes, isCutOff }: HostileRequest): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const parts: Buffer[] = [];
    const done = (isLate: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      const text = Buffer.concat(parts).toString('latin1');
      const statuses = [...text.matchAll(/(?:^|\r\n\r\n)HTTP\/1\.1 (\d{3})/g)].map(([, status]) =>
        Number(status),
      );
      resolve({ statuses, text, isLate });
    };
    const timer = setTimeout(() => done(true), 20_000);
    socket.on('data', (data) => parts.push(data));
    socket.on('error', () => done(false));
    socket.on('close', () => done(false));
    socket.write(bytes);
    if (isCutOff) socket.end();
  });
}

function checkAnswer(request: HostileRequest, { statuses, text, isLate }: Answer, server: WholeServer): void {
  const said = `seed ${SEED}\n${request.what}\n\n--- answered ---\n${text.slice(0, 1000)}`;
  if (isLate) throw new Error(`No end of the answer: ${said}`);
  if (statuses.length === 0 && !request.mayBeMute) throw new Error(`No answer: ${said}`);
  for (const status of statuses)
    if (!SAID.has(status)) throw new Error(`Answered ${status}: ${said}\n--- log ---\n${lastOf(server.log)}`);
  if (!request.mayPass && statuses.some((status) => status >= 200 && status < 400))
    throw new Error(`It was let in: ${said}`);
  checkSecrets(
    text,
    server,
    said,
    statuses.some((status) => status >= 200 && status < 400),
  );
  if (
    statuses.some((status) => status !== 100) &&
    !text.toLowerCase().includes('x-content-type-options: nosniff')
  )
    throw new Error(`Without nosniff: ${said}`);
}

function checkTalk(talk: SocketTalk, server: WholeServer): void {
  const said = `seed ${SEED}\n${talk.what}\n\n--- answered ${talk.status}, closed ${talk.closeCode} ---\n${talk.texts.join('\n').slice(0, 2000)}`;
  if (talk.status !== 0 && !SAID.has(talk.status)) throw new Error(`Handshake: ${said}`);
  if (talk.closeCode !== undefined && !CLOSED.has(talk.closeCode)) throw new Error(`Close code: ${said}`);
  for (const text of talk.texts) {
    checkSecrets(text, server, said);
    if (text.includes('BRIDGE_ERR_STATE')) throw new Error(`Failed unexpectedly: ${said}`);
  }
}

/** What is worth reading at the end of the log. */
function lastOf(log: readonly string[]): string {
  const lines = log.filter((line) => !line.includes('"level":"debug"'));
  return lines.slice(-5).join('\n').slice(0, 3000);
}

/** Nothing of its keys; and in refusals nothing of this machine or the program. */
function checkSecrets(text: string, { keys, folder }: WholeServer, said: string, isGood = false): void {
  const places = [folder, process.cwd(), tmpdir(), 'node_modules', '\n    at ', 'node:internal'];
  for (const secret of [...Object.values(keys), ENGINE_KEY, ...(isGood ? [] : places)])
    if (text.includes(secret)) throw new Error(`It tells ${secret}: ${said}`);
}

/** @throws {Error} what was wrong, the first few of it. */
async function inParallel(count: number, run: () => Promise<void>): Promise<void> {
  let left = count;
  const faults: string[] = [];
  const worker = async (): Promise<void> => {
    while (left > 0 && faults.length < MAX_FAULTS) {
      left--;
      await run().catch((error: unknown) => faults.push(String(error)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (faults.length > 0) throw new Error(faults.slice(0, MAX_FAULTS).join('\n\n=====\n'));
}

/** Sessions have expired, lost connections are given up, and what is idle on loopback is closed. */
async function settled({ clock, protocols, engines }: WholeServer): Promise<void> {
  clock.hurry = 20;
  await until(() => protocols.sessions.list(LOCAL).length === 0, 60_000);
  await until(() => engines.open === 0, 20_000);
  // Connections of `fetch` that are kept alive.
  await wait(5000);
}

function socketsOpen(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 4; round++) collect();
  return process.memoryUsage().heapUsed;
}
