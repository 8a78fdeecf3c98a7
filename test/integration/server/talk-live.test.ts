import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { TalkEvent, TalkerPort, TalkPlace, TellTalk } from '../../../src/server/index.js';
import { type PageRig, startPageRig } from './page-rig.js';

const STATE: TalkEvent = { event: 'state', talk: undefined, phase: 'idle', credits: [], said: [] };
const TOLD = { event: 'state', phase: 'idle', credits: [], said: [] };

interface Watching {
  readonly place: TalkPlace;
  readonly tell: TellTalk;
}

/** Tells its watchers what it is told to. */
class WatchedTalker implements Partial<TalkerPort> {
  readonly watching: Watching[] = [];
  readonly left: TalkPlace[] = [];
  knows(session: string): boolean {
    return this.watching.some(({ place }) => place.session === session);
  }
  watch(place: TalkPlace, tell: TellTalk): () => void {
    this.watching.push({ place, tell });
    tell(STATE);
    return () => void this.left.push(place);
  }
}

interface Watcher {
  readonly socket: WebSocket;
  readonly told: unknown[];
  readonly cookie: string | undefined;
}

describe('Conversations of pages, live,', () => {
  let rig: PageRig;
  let talker: WatchedTalker;
  const sockets: WebSocket[] = [];
  beforeEach(async () => {
    talker = new WatchedTalker();
    rig = await startPageRig({ talker: talker as unknown as TalkerPort });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate();
    await rig.close();
  });

  const open = (path = '', headers: Record<string, string> = {}): Promise<Watcher | number> =>
    new Promise((resolve) => {
      const { origin } = rig;
      const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/talk/live${path}`, {
        headers: { origin, ...headers },
      });
      sockets.push(socket);
      const told: unknown[] = [];
      let cookie: string | undefined;
      socket.on('upgrade', ({ headers: { 'set-cookie': [first] = [] } }) => {
        cookie = first;
      });
      socket.on('message', (data) => {
        told.push(JSON.parse(String(data)));
        if (told.length === 2) resolve({ socket, told, cookie });
      });
      socket.on('unexpected-response', (_request, { statusCode = 0 }) => resolve(statusCode));
      socket.on('error', () => {});
    });
  const opened = async (path?: string, headers?: Record<string, string>): Promise<Watcher> => {
    const watcher = await open(path, headers);
    if (typeof watcher === 'number') throw new Error(`It was refused with ${watcher}`);
    return watcher;
  };

  it('begin a session, tell how things stand, then what happens', async () => {
    const { told, cookie = '' } = await opened('?lane=left');
    expect(told).toEqual([{ event: 'watching', isNew: true }, TOLD]);
    const { place, tell } = talker.watching[0] as Watching;
    expect(place.lane).toBe('left');
    expect(cookie).toMatch(/^mmdagent-bridge-talk-\d+=[0-9a-f-]{36}; HttpOnly; SameSite=Strict$/);
    expect(cookie).toContain(place.session);
    expect(tell({ event: 'phase', phase: 'thinking' })).toBe(true);
    await expect.poll(() => told.at(-1)).toEqual({ event: 'phase', phase: 'thinking' });
  });

  it('go on with the session of another tab', async () => {
    const first = await opened();
    const second = await opened('', { cookie: (first.cookie ?? '').split(';')[0] ?? '' });
    expect(second.told[0]).toEqual({ event: 'watching', isNew: false });
    expect(second.cookie).toBeUndefined();
    expect(talker.watching[1]?.place).toEqual(talker.watching[0]?.place);
  });

  it('are left when the browser goes, and tell it nothing any more', async () => {
    const { socket } = await opened();
    socket.close();
    await expect.poll(() => talker.left.length).toBe(1);
    expect(talker.watching[0]?.tell({ event: 'forgotten' })).toBe(false);
  });

  it.each([
    ['another site', { origin: 'http://evil.example' }],
    ['a site without a name', { origin: 'null' }],
    ['a rebound name', { host: 'evil.example' }],
  ])('are told to no page of %s', async (_, headers) => {
    expect(await open('', headers)).toBe(403);
    expect(talker.watching).toEqual([]);
  });

  it('open nothing for a session that this server did not give out', async () => {
    const name = ((await opened()).cookie ?? '').split('=')[0];
    const { told } = await opened('', { cookie: `${name}=00000000-0000-4000-8000-000000000000` });
    expect(told[0]).toEqual({ event: 'watching', isNew: true });
    expect(talker.watching[1]?.place.session).not.toContain('00000000');
  });

  it('take nothing of a browser that talks where it should listen', async () => {
    const { socket } = await opened();
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.send('a'.repeat(2000));
    await closed;
    expect(talker.left).toHaveLength(1);
  });

  it('end with a reader that reads nothing any more', async () => {
    const { socket } = await opened();
    socket.pause();
    const { tell } = talker.watching[0] as Watching;
    const event: TalkEvent = { event: 'chunk', turn: 1, text: 'a'.repeat(100_000), cues: [] };
    await expect.poll(() => tell(event), { interval: 1, timeout: 20_000 }).toBe(false);
    await expect.poll(() => talker.left.length).toBe(1);
  });

  it('are 64 at a time at most', async () => {
    await Promise.all(Array.from({ length: 64 }, () => opened()));
    expect(await open()).toBe(503);
  });

  it('end with the server', async () => {
    const { socket } = await opened();
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await rig.server.close();
    await closed;
  });

  it('are not there where nobody converses', async () => {
    const plain = await startPageRig();
    const { origin } = plain;
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/talk/live`, { headers: { origin } });
    socket.on('error', () => {});
    const status = await new Promise((resolve) =>
      socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode)),
    );
    expect(status).toBe(404);
    await plain.close();
  });
});
