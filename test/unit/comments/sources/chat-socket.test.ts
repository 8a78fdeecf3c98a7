import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChatSocketOptions, runChatSocket } from '../../../../src/comments/sources/chat-socket.js';
import { FakeClock } from '../../../../src/runtime/index.js';
import { fakeSockets } from '../../../support/comments/fake-chat-socket.js';

let clock: FakeClock;
let stop: AbortController;
let sockets: ReturnType<typeof fakeSockets>;
beforeEach(() => {
  clock = new FakeClock();
  stop = new AbortController();
  sockets = fakeSockets();
});
afterEach(() => {
  expect(clock.pendingCount).toBe(0);
  expect(sockets.last().isTerminated).toBe(true);
});

/** What it ends with: `closed`, or the words of the error. */
function run(options: Partial<ChatSocketOptions> = {}): Promise<string> {
  return runChatSocket({
    ...{ url: 'ws://h:1/?key=hush-hush', headers: {}, secrets: ['hush-hush'], silenceMs: 30_000 },
    ...{ openSocket: sockets.openSocket, clock, signal: stop.signal },
    ...{ onOpen: () => {}, onText: () => {}, onBinary: () => {} },
    ...options,
  }).then(
    () => 'closed',
    (error: unknown) => String(error),
  );
}

describe('runChatSocket', () => {
  it('ends in order when the server closes in order, and is broken when it does not', async () => {
    const first = run();
    sockets.last().emit('open');
    sockets.last().emit('close', 1000);
    expect(await first).toBe('closed');
    const second = run();
    sockets.last().emit('close', 1006);
    expect(await second).toContain('the connection broke (1006)');
  });

  it('gives up a server that does not answer', async () => {
    const ended = run();
    await clock.advanceAsync(10_000);
    expect(await ended).toContain('no answer within 10 s');
  });

  it('asks a silent server whether it is there, and leaves it when it is not', async () => {
    const ended = run();
    const socket = sockets.last();
    socket.emit('open');
    await clock.advanceAsync(30_000);
    expect(socket.pings).toBe(1);
    socket.emit('pong');
    await clock.advanceAsync(59_999);
    expect([socket.pings, socket.isTerminated]).toEqual([2, false]);
    await clock.advanceAsync(1);
    expect(await ended).toContain('nothing came for 60 s');
  });

  it('asks nobody who talks', async () => {
    const ended = run();
    sockets.last().emit('open');
    for (let n = 0; n < 10; n++) {
      await clock.advanceAsync(29_000);
      sockets.last().say('x');
    }
    expect(sockets.last().pings).toBe(0);
    stop.abort(new Error('enough'));
    expect(await ended).toBe('Error: enough');
  });

  it('never tells what must not be told', async () => {
    const ended = run();
    sockets.last().emit('error', new Error('cannot open ws://h:1/?key=hush-hush'));
    expect(await ended).toBe('Error: cannot open ws://h:1/?key=[key]');
  });

  it('hands on nothing after its end', async () => {
    const texts: string[] = [];
    const ended = run({
      onText: (text) => {
        texts.push(text);
        throw new Error('asked to go');
      },
    });
    sockets.last().emit('open');
    sockets.last().say('one');
    sockets.last().say('two');
    sockets.last().emit('close', 1000);
    expect(await ended).toBe('Error: asked to go');
    expect(texts).toEqual(['one']);
  });

  it('does not begin when it is stopped already', async () => {
    const before = run();
    stop.abort(new Error('enough'));
    await before;
    expect(await run()).toBe('Error: enough');
    expect(sockets.opened).toHaveLength(1);
  });
});
