import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Comments, type CommentsPorts, openComments } from '../../../src/comments/index.js';
import { FakeClock, type Logger, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { fakeSockets } from '../../support/comments/fake-chat-socket.js';
import { FakePort } from '../../support/comments/fake-port.js';

let clock: FakeClock;
let port: FakePort;
let sockets: ReturnType<typeof fakeSockets>;
let comments: Comments | undefined;
let lines: { readonly level: string; readonly fields: object; readonly text: string }[];
const logger: Logger = {
  ...SILENT_LOGGER,
  info: (fields, text) => lines.push({ level: 'info', fields, text }),
  warn: (fields, text) => lines.push({ level: 'warn', fields, text }),
  error: (fields, text) => lines.push({ level: 'error', fields, text }),
};
beforeEach(() => {
  clock = new FakeClock();
  port = new FakePort();
  sockets = fakeSockets();
  comments = undefined;
  lines = [];
});
afterEach(async () => {
  await comments?.close();
  expect([clock.pendingCount, port.listenerCount]).toEqual([0, 0]);
});

async function open(section: unknown, more: Partial<CommentsPorts> = {}): Promise<Comments> {
  const ports = { clock, env: {}, logger, port, random: () => 0.5, openSocket: sockets.openSocket };
  comments = await openComments(section, { ...ports, ...more });
  return comments;
}

describe('openComments', () => {
  it('takes comments of requests without any setting, and asks them', async () => {
    const running = await open(undefined);
    const taken = running.submit([
      { text: 'Hello', name: 'Aki' },
      { text: 'Hi', name: 'Ben', userId: 'b' },
    ]);
    expect(taken.map(({ source, text }) => source + text)).toEqual(['apiHello', 'apiHi']);
    await clock.advanceAsync(0);
    // They came together: of the same priority the newest is asked first.
    expect(port.asked).toEqual(['Ben says in the live chat: Hi']);
    port.end();
    await clock.advanceAsync(0);
    expect(running.status).toMatchObject({
      waiting: 0,
      asking: { text: 'Hello' },
      counts: { accepted: 2, asked: 2, answered: 1, dropped: {} },
    });
  });

  it('takes none of a request of which one is wrong', async () => {
    const running = await open({});
    expect(() => running.submit([{ text: 'Hello' }, { text: 5 }])).toThrow('[1].text');
    expect(running.status.counts.accepted).toBe(0);
  });

  it('speaks the language of the settings, in the sentence of the settings', async () => {
    const running = await open({}, { language: 'ja' });
    running.submit({ text: 'こんにちは', name: 'あき' });
    await clock.advanceAsync(0);
    expect(port.asked).toEqual(['あきさんが配信のコメントで言いました：こんにちは']);
  });

  it('connects its sources when it is started, asks what they bring, and drops what they take back', async () => {
    port.setIdle(false);
    const running = await open({
      sources: { own: { type: 'websocket', url: 'ws://127.0.0.1:9100/' }, onecomme: {} },
    });
    expect(sockets.opened).toHaveLength(0);
    running.start();
    running.start();
    expect(sockets.urls).toEqual([
      'ws://127.0.0.1:9100/',
      'ws://127.0.0.1:11180/sub?p=comments,deleted,clear',
    ]);
    for (const socket of sockets.opened) socket.emit('open');
    expect(running.status.sources.map(({ name, state }) => [name, state])).toEqual([
      ['own', 'connected'],
      ['onecomme', 'connected'],
    ]);
    sockets.opened[0]?.say({ text: 'from own', name: 'Aki' });
    const data = {
      id: 'm1',
      name: 'Ben',
      userId: 'b',
      comment: 'from OneComme',
      timestamp: new Date(clock.wallMs()).toISOString(),
    };
    sockets.opened[1]?.say({ type: 'comments', data: { comments: [{ service: 'youtube', data }] } });
    expect(running.status.waiting).toBe(2);
    sockets.opened[1]?.say({ type: 'deleted', data: [{ id: 'm1' }] });
    expect(running.status).toMatchObject({ waiting: 1, counts: { dropped: { withdrawn: 1 } } });
    port.setIdle(true);
    await clock.advanceAsync(0);
    expect(port.asked).toEqual(['Aki says in the live chat: from own']);
  });

  it('tells how its sources are, and counts what they send that is no comment', async () => {
    const running = await open({ sources: { own: { type: 'websocket', url: 'ws://127.0.0.1:9100/' } } });
    const states: string[] = [];
    running.events.on('source', ({ name, state }) => states.push(`${name} ${state}`));
    running.start();
    sockets.last().emit('open');
    for (let n = 0; n < 1000; n++) sockets.last().say('garbage');
    sockets.last().emit('close', 1006);
    await clock.advanceAsync(0);
    expect(states).toEqual(['own connected', 'own lost']);
    expect(running.status.sources).toEqual([
      {
        name: 'own',
        type: 'websocket',
        state: 'lost',
        reason: 'the connection broke (1006)',
        comments: 0,
        malformed: 1000,
      },
    ]);
    expect(lines.map(({ level }) => level)).toEqual(['info', 'warn', 'warn']);
  });

  it('runs the other sources when one is not set up', async () => {
    const running = await open({
      sources: { youtube: { video: 'abcdefghijk' }, own: { type: 'websocket', url: 'ws://127.0.0.1:9100/' } },
    });
    running.start();
    expect(sockets.opened).toHaveLength(1);
    expect(running.status.sources[0]).toMatchObject({
      state: 'failed',
      reason: 'set YOUTUBE_API_KEY in the environment',
    });
  });

  it('lets the hook look at everything, and tells once in a minute when it fails', async () => {
    const running = await open({}, { moderate: () => Promise.reject(new Error('down')) });
    for (let n = 0; n < 20; n++) running.submit({ text: `${n}`, userId: `${n}` });
    await clock.advanceAsync(0);
    expect(running.status.counts).toMatchObject({ accepted: 0, dropped: { moderationFailed: 20 } });
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ reason: 'down' }) }),
    ]);
    await clock.advanceAsync(60_000);
    running.submit({ text: 'more' });
    await clock.advanceAsync(0);
    expect(lines[1]?.fields).toMatchObject({ dropped: 20 });
  });

  it('tells once of a source whose comments all come too late: the clock of the machine is wrong', async () => {
    const running = await open({});
    const late = { text: 'Hello', atMs: clock.wallMs() - 200_000 };
    for (let n = 0; n < 9; n++) running.submit({ ...late, userId: `${n}` });
    expect(lines).toEqual([]);
    for (let n = 10; n < 30; n++) running.submit({ ...late, userId: `${n}` });
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', text: expect.stringContaining('check the clock') }),
    ]);
    expect(running.status.counts.dropped).toEqual({ late: 29 });
  });

  it('collects while it is paused', async () => {
    const running = await open({});
    running.setPaused(true);
    running.submit({ text: 'Hello' });
    expect(running.status).toMatchObject({ isPaused: true, waiting: 1 });
  });

  it('writes no text of a comment and no name of anybody into the log', async () => {
    const running = await open(
      { moderation: { hookMs: 10 } },
      { moderate: () => Promise.reject(new Error('down')) },
    );
    running.submit({ text: 'private words', name: 'Private Name' });
    await clock.advanceAsync(100);
    expect(JSON.stringify(lines)).not.toMatch(/private/i);
  });

  it('refuses a section that is wrong, before anything is connected', async () => {
    await expect(open({ queue: { staleMS: 5 } })).rejects.toThrow('Did you mean staleMs?');
    await expect(open({ sources: { x: { type: 'y' } } })).rejects.toThrow('comments.sources.x.type');
  });

  it('ends everything once, also before it was started', async () => {
    const running = await open({ sources: { own: { type: 'websocket', url: 'ws://127.0.0.1:9100/' } } });
    running.start();
    await running.close();
    await running.close();
    expect(sockets.last().isTerminated).toBe(true);
    expect(running.status.sources[0]?.state).toBe('closed');
    running.submit({ text: 'late' });
    expect(running.status.counts.dropped).toEqual({ closed: 1 });
  });
});
