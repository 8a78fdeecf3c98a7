import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { type Comment, type Comments, openComments } from '../../../src/comments/index.js';
import { SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import { FAKE_CHATS, type FakeChat } from '../../support/comments/fake-chats.js';
import { FakePort } from '../../support/comments/fake-port.js';
import { freePort } from '../../support/free-port.js';

const WAIT = { timeout: 20_000, interval: 20 };

/** Every source does the same for its platform: one suite, a fake platform on loopback for each. */
describe.each(Object.entries(FAKE_CHATS))('Source %s', (type, { open }) => {
  let chat: FakeChat;
  let comments: Comments;
  let taken: Comment[];
  let states: string[];

  beforeEach(async () => {
    chat = await open();
    taken = [];
    states = [];
    const port = new FakePort();
    port.setIdle(false);
    const section = { sources: { chat: chat.options } };
    comments = await openComments(section, {
      clock: new SystemClock(),
      env: {},
      logger: SILENT_LOGGER,
      port,
    });
    comments.events.on('accepted', (comment) => taken.push(comment));
    comments.events.on('source', ({ state }) => states.push(state));
    comments.start();
    await vi.waitFor(() => expect(states).toEqual(['connected']), WAIT);
  });
  afterEach(async () => {
    await comments.close();
    await chat.close();
  });

  const texts = (): readonly string[] => taken.map(({ text }) => text);

  it('gives comments in order, with who wrote them', async () => {
    for (const n of [1, 2, 3]) await chat.say(`c${n}`, `comment ${n} あ🦖`);
    await vi.waitFor(() => expect(texts()).toEqual([1, 2, 3].map((n) => `comment ${n} あ🦖`)), WAIT);
    expect(taken[0]).toMatchObject({ id: 'c1', source: 'chat', kind: 'comment', author: { name: 'Aki' } });
    expect(comments.status.sources[0]).toMatchObject({ type, state: 'connected', comments: 3 });
  });

  it('comes back when the connection breaks, and goes on', async () => {
    await chat.say('c1', 'before');
    await vi.waitFor(() => expect(texts()).toEqual(['before']), WAIT);
    await chat.drop();
    await vi.waitFor(() => expect(states).toEqual(['connected', 'lost', 'connected']), WAIT);
    await chat.say('c2', 'after');
    await vi.waitFor(() => expect(texts()).toEqual(['before', 'after']), WAIT);
  });

  it('survives garbage and bytes, and takes what comes then', async () => {
    for (const send of chat.garbage) await send();
    await chat.say('c1', 'still here');
    await vi.waitFor(() => expect(texts()).toContain('still here'), { ...WAIT, timeout: 28_000 });
    for (const text of texts()) expect(text.length).toBeLessThanOrEqual(1200);
  });

  it('holds nothing any more when it is closed', async () => {
    await comments.close();
    const { connections } = chat;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(chat.connections).toBe(connections);
    expect(states.at(-1)).toBe('connected');
    expect(comments.status.sources[0]?.state).toBe('closed');
  });
});

describe.each(['websocket', 'onecomme', 'twitch'])('Source %s, over its socket', (type) => {
  it('leaves a server that sends too much at once, and comes back', async () => {
    const chat = await FAKE_CHATS[type]?.open();
    if (chat === undefined) throw new Error('no such chat');
    const states: string[] = [];
    const comments = await openComments(
      { sources: { chat: chat.options } },
      { clock: new SystemClock(), env: {}, logger: SILENT_LOGGER, port: new FakePort() },
    );
    comments.events.on('source', ({ state }) => states.push(state));
    comments.start();
    await vi.waitFor(() => expect(states).toEqual(['connected']), WAIT);
    await chat.say('c1', 'x'.repeat(2 * 1024 * 1024));
    await vi.waitFor(() => expect(states).toEqual(['connected', 'lost', 'connected']), WAIT);
    expect(comments.status.counts.accepted).toBe(0);
    await comments.close();
    await chat.close();
  });

  it('waits for a server that is not there yet', async () => {
    const port = await freePort();
    const url = `ws://127.0.0.1:${port}`;
    const options = type === 'twitch' ? { type, channel: 'dev', baseUrl: url } : { type, url };
    const comments = await openComments(
      { sources: { chat: options } },
      { clock: new SystemClock(), env: {}, logger: SILENT_LOGGER, port: new FakePort() },
    );
    comments.start();
    await vi.waitFor(() => expect(comments.status.sources[0]).toMatchObject({ state: 'lost' }), WAIT);
    expect(comments.status.sources[0]?.reason).toContain('ECONNREFUSED');
    const server = new WebSocketServer({ port, host: '127.0.0.1' });
    const greeted = new Promise<void>((resolve) => server.once('connection', () => resolve()));
    await greeted;
    await comments.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
