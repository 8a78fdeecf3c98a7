import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_LIMITS } from '../../../src/api/protocol.js';
import { ANN, ApiRig, BOB, settle, type TestSocket } from '../../support/api/api-rig.js';

function sessionOn(rig: ApiRig, socket: TestSocket) {
  socket.say({ type: 'open', id: 1, name: 'one' });
  return rig.sessions.last;
}

describe('A socket', () => {
  it('is welcomed after its hello, with what it needs to come back', () => {
    const [welcome] = new ApiRig().greeted().of('welcome');
    expect(welcome).toEqual({
      type: 'welcome',
      ...{ version: 1, server: 'test', connection: 'token-1', token: 'token-2', role: 'client' },
      ...{ isResumed: false, soundSeq: 0, keptMs: 30_000 },
      features: ['resume', 'sound', 'microphone', 'pictures', 'lanes'],
    });
  });

  it('that says no hello is closed after ten seconds', () => {
    const rig = new ApiRig();
    const socket = rig.socket();
    rig.clock.advance(9_999);
    expect(socket.closedWith).toBeUndefined();
    rig.clock.advance(1);
    expect(socket.closedWith?.[0]).toBe(4408);
    expect(rig.clock.pendingCount).toBe(0);
  });

  it('that speaks another version is told those that are spoken', () => {
    const socket = new ApiRig().socket();
    socket.say({ type: 'hello', version: 2 });
    expect(socket.closedWith).toEqual([4406, 'Expected version 1']);
  });

  it('that asks before its hello is told so, and may still say it', () => {
    const rig = new ApiRig();
    const socket = rig.socket();
    socket.say({ type: 'open', id: 1 });
    expect(socket.of('error')[0]).toMatchObject({ seq: 0, error: { code: 'BRIDGE_ERR_CONTROL_PROTOCOL' } });
    socket.say({ type: 'hello', version: 1 });
    expect(socket.of('welcome')).toHaveLength(1);
    expect(rig.sessions.all).toEqual([]);
  });

  it('is borne twenty frames that are none, and one more each ten seconds', () => {
    const rig = new ApiRig();
    const socket = rig.greeted();
    for (let index = 0; index < 20; index++) socket.life.receivedText('{');
    expect(socket.closedWith).toBeUndefined();
    rig.clock.advance(20_000);
    socket.life.receivedText('{');
    socket.life.receivedText('{');
    expect(socket.closedWith).toBeUndefined();
    socket.life.receivedText('{');
    expect(socket.closedWith?.[0]).toBe(4400);
    expect(socket.of('error')).toHaveLength(23);
  });

  it('that does not read is closed, and its client may come back', () => {
    const rig = new ApiRig();
    const socket = rig.greeted();
    const session = sessionOn(rig, socket);
    socket.bufferedBytes = 1e9;
    for (let index = 0; index < 500; index++)
      session.events.emit('sound', { turn: 1, fromMs: 0, pcm: new Uint8Array(10_000), sampleRateHz: 24_000 });
    expect(socket.closedWith?.[0]).toBe(4408);
    const again = rig.greeted(ANN, rig.resumeOf(socket, 2));
    expect(again.texts.map(({ type }) => type)).toEqual(['welcome', 'gap']);
    expect(again.of('gap')[0]).toMatchObject({ sessions: [{ name: 'one' }] });
  });

  it('is one of so many of a caller', () => {
    const rig = new ApiRig();
    for (let index = 0; index < API_LIMITS.connectionsPerCaller; index++) rig.greeted();
    expect(rig.greeted().closedWith?.[0]).toBe(4429);
    expect(rig.greeted(BOB).closedWith).toBeUndefined();
  });

  it('opens so many sessions', () => {
    const rig = new ApiRig();
    const socket = rig.greeted();
    for (let id = 1; id <= API_LIMITS.sessions + 1; id++) socket.say({ type: 'open', id });
    expect(socket.of('error')).toMatchObject([
      { id: API_LIMITS.sessions + 1, error: { code: 'BRIDGE_ERR_QUEUE_FULL' } },
    ]);
    expect(new Set(rig.sessions.all.map(({ wish }) => wish.name)).size).toBe(API_LIMITS.sessions + 1);
  });
});

describe('A connection', () => {
  it.each([
    ['another caller', BOB, {}],
    ['another token', ANN, { token: 'token-x' }],
    ['a number of its own', ANN, { connection: 'token-x' }],
    ['frames that never were', ANN, { lastSeq: 1000 }],
  ])('is not gone on with by %s', (_, caller, change) => {
    const rig = new ApiRig();
    const socket = rig.greeted();
    const session = sessionOn(rig, socket);
    const other = rig.greeted(caller, { ...rig.resumeOf(socket, 1), ...change });
    expect(other.of('welcome')[0]).toMatchObject({ isResumed: false });
    expect(socket.closedWith).toBeUndefined();
    session.events.emit('partial', 'secret');
    expect(other.of('partial')).toEqual([]);
    expect(socket.of('partial')).toHaveLength(1);
  });

  it('goes on at a new socket while the old one is still there, which is closed', () => {
    const rig = new ApiRig();
    const socket = rig.greeted();
    const session = sessionOn(rig, socket);
    const again = rig.greeted(ANN, rig.resumeOf(socket, 1));
    expect(socket.closedWith?.[0]).toBe(4409);
    socket.life.closed(4409);
    session.events.emit('partial', 'words');
    expect(again.texts.map(({ type }) => type)).toEqual(['welcome', 'partial']);
    expect(rig.connections.size).toBe(1);
  });

  it('is kept half a minute for who comes back, then what only it wanted ends', () => {
    const rig = new ApiRig();
    const socket = rig.greeted();
    const session = sessionOn(rig, socket);
    session.isBusy = true;
    socket.life.closed(1006);
    rig.clock.advance(29_999);
    expect(session.holds).toBe(1);
    expect(session.done).toEqual([]);
    rig.clock.advance(1);
    expect(session.holds).toBe(0);
    expect(session.done).toEqual([['interrupt']]);
    expect(rig.clock.pendingCount).toBe(0);
    expect(rig.greeted(ANN, rig.resumeOf(socket, 1)).of('welcome')[0]).toMatchObject({ isResumed: false });
  });

  it('ends at once when the client says farewell, and interrupts nothing that another one holds', () => {
    const rig = new ApiRig();
    const first = rig.greeted();
    const second = rig.greeted();
    const session = sessionOn(rig, first);
    sessionOn(rig, second);
    session.isBusy = true;
    first.life.closed(1001);
    expect(session.holds).toBe(1);
    expect(session.done).toEqual([]);
    second.life.closed(1000);
    expect(session.done).toEqual([['interrupt']]);
    expect(rig.connections.size).toBe(0);
  });

  it('is one of 256 that are kept while they are lost: the oldest gives way', () => {
    const rig = new ApiRig();
    const sockets = Array.from({ length: 257 }, (_, index) =>
      rig.greeted({ id: `key:${index}`, role: 'client', label: 'k' }),
    );
    for (const socket of sockets) socket.life.closed(1006);
    expect(rig.connections.size).toBe(256);
  });

  it('leaves no timer and no listener when the server closes', async () => {
    const rig = new ApiRig();
    const socket = rig.greeted();
    const session = sessionOn(rig, socket);
    session.events.emit('partial', 'words');
    rig.connections.close();
    await settle();
    expect(socket.closedWith?.[0]).toBe(1001);
    expect(session.events.listenerCount('partial')).toBe(0);
    expect(rig.clock.pendingCount).toBe(0);
  });
});

describe('Ten thousand frames that are none', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({ type: fc.string(), id: fc.jsonValue(), channel: fc.jsonValue() })
      .map((one) => JSON.stringify(one)),
    fc
      .record({
        type: fc.constantFrom(
          'open',
          'ask',
          'give',
          'played',
          'ack',
          'hello',
          'laneSay',
          '__proto__',
          'toString',
        ),
        id: fc.oneof(fc.integer(), fc.double(), fc.constant(null), fc.constant('1')),
        channel: fc.oneof(fc.integer(), fc.constant(1)),
        text: fc.jsonValue(),
        __proto__: fc.jsonValue(),
      })
      .map((one) => JSON.stringify(one)),
  );

  it('are answered or closed with 4400, and never harm the server', () => {
    let rig = new ApiRig();
    let socket = rig.greeted();
    let session = sessionOn(rig, socket);
    let known = socket.texts.length;
    fc.assert(
      fc.property(fc.oneof(texts, fc.uint8Array({ maxLength: 60 })), (frame) => {
        if (socket.closedWith !== undefined) {
          expect(socket.closedWith[0]).toBe(4400);
          rig.connections.close();
          rig = new ApiRig();
          socket = rig.greeted();
          session = sessionOn(rig, socket);
          known = socket.texts.length;
        }
        if (typeof frame === 'string') socket.life.receivedText(frame);
        else socket.life.receivedBytes(frame);
        for (const one of socket.texts.slice(known)) {
          if (one.type === 'error') expect(one['error']).toMatchObject({ retryable: false });
        }
        known = socket.texts.length;
        expect(session.done.filter(([name]) => name === 'interrupt')).toEqual([]);
      }),
      { numRuns: 10_000 },
    );
  });
});
