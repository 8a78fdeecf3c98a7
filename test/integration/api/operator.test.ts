import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorPort } from '../../../src/api/index.js';
import { FakeSessions } from '../../support/api/fake-sessions.js';
import { type ServerRig, startServer } from './server-rig.js';

const SOUND = Buffer.from(Array.from({ length: 100 }, (_, at) => at));
const ID = 'a'.repeat(32);
const SUMMARY = { id: ID, user: 'Ann', startedAtMs: 1, lastAtMs: 2, turns: 1200, bytes: 3 };
const TURN = {
  by: 'typed',
  startedAtMs: 1,
  user: 'u',
  reply: 'r',
  heard: 'h',
  outcome: 'completed',
  trace: {},
};
let isPaused = false;

const operator: OperatorPort = {
  settings: async () => ({
    file: 'bridge.yaml',
    settings: [{ key: 'lane', value: 'main', origin: 'flag', flag: 'lane', env: 'BRIDGE_LANE' }],
    personas: [{ name: 'default', isStandard: true }],
    reload: { takenAtMs: undefined, refused: undefined },
  }),
  turns: () => [
    {
      endedAtMs: 1,
      protocol: 'api',
      session: 's',
      turn: 1,
      by: 'typed',
      outcome: 'completed',
      trace: { ended: 5 },
    },
  ],
  kept: {
    list: async (limit) => ({
      store: 'jsonl',
      isOff: false,
      recordings: true,
      sessions: [SUMMARY].slice(0, limit),
    }),
    read: async (id) =>
      id === ID
        ? {
            ...SUMMARY,
            records: Array.from({ length: 1200 }, (_, at) => ({ ...TURN, turn: at + 1 })),
            recordings: [{ turn: 1, side: 'user' }],
            damagedLines: 0,
          }
        : undefined,
    sound: async (id, turn, side) =>
      id === ID && turn === 1 && side === 'user'
        ? { bytes: SOUND.length, open: (from, to) => Readable.from([SOUND.subarray(from, to + 1)]) }
        : undefined,
  },
  comments: {
    status: () => ({
      ...{ isPaused, waiting: 0, asking: undefined, sources: [], drops: [] },
      counts: { accepted: 0, asked: 0, answered: 0, dropped: {} },
    }),
    setPaused: (paused) => {
      isPaused = paused;
    },
  },
};

let server: ServerRig;
beforeAll(async () => {
  server = await startServer(new FakeSessions(), {}, operator);
});
afterAll(() => server[Symbol.asyncDispose]());

const asOperator = (path: string, init: RequestInit = {}): Promise<Response> =>
  server.ask(path, { ...init, key: server.keys.operator });

describe('What operators are told', () => {
  const PATHS = ['settings', 'turns', 'kept', `kept/${ID}`, `kept/${ID}/sounds/1/user`, 'comments'];

  it.each(PATHS)('%s is refused to clients and to nobody', async (path) => {
    expect((await server.ask(`/operator/${path}`)).status).toBe(403);
    expect((await server.ask(`/operator/${path}`, { key: '' })).status).toBe(401);
  });

  it('are settings, turns, and kept conversations', async () => {
    expect(await (await asOperator('/operator/settings')).json()).toMatchObject({ file: 'bridge.yaml' });
    expect(await (await asOperator('/operator/turns')).json()).toMatchObject({
      turns: [{ trace: { ended: 5 } }],
    });
    expect(await (await asOperator('/operator/kept?limit=1')).json()).toMatchObject({
      sessions: [{ id: ID }],
    });
    expect((await asOperator('/operator/kept?limit=9999')).status).toBe(400);
  });

  it('is bounded: of a long conversation the newest 1000 turns', async () => {
    const answer = await asOperator(`/operator/kept/${ID}?download=1`);
    expect(answer.headers.get('content-disposition')).toContain(`conversation-${ID}.json`);
    const { records } = (await answer.json()) as { records: { turn: number }[] };
    expect(records).toHaveLength(1000);
    expect(records.at(-1)?.turn).toBe(1200);
    expect((await asOperator('/operator/kept/other')).status).toBe(404);
  });

  it('is sound in ranges, by what was told and by nothing else', async () => {
    const path = `/operator/kept/${ID}/sounds/1/user`;
    const whole = await asOperator(path);
    expect(whole.headers.get('content-type')).toContain('audio/wav');
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(SOUND);
    const part = await asOperator(path, { headers: { Range: 'bytes=10-19' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe('bytes 10-19/100');
    expect(Buffer.from(await part.arrayBuffer())).toEqual(SOUND.subarray(10, 20));
    expect((await asOperator(path, { headers: { Range: 'bytes=100-' } })).status).toBe(416);
    for (const wrong of ['1/avatar', '2/user', '-1/user', '1/..%2f..', '0x1/user'])
      expect((await asOperator(`/operator/kept/${ID}/sounds/${wrong}`)).status).toBe(404);
  });

  it('is the queue of comments, which rests when it is told to', async () => {
    const put = (body: unknown): Promise<Response> =>
      asOperator('/operator/comments', { method: 'PUT', body: JSON.stringify(body) });
    expect(await (await put({ isPaused: true })).json()).toMatchObject({ isPaused: true });
    expect((await put({ isPaused: 1 })).status).toBe(400);
    expect(isPaused).toBe(true);
  });
});
