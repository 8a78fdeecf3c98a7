import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { ControlChannel, ControlChannelEvents, ControlFrame } from '../../../src/control/index.js';
import { Emitter, FakeClock } from '../../../src/runtime/index.js';
import { relayControl } from '../../../src/server/control-relay.js';

class FakeBrowser extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  binaryType = '';
  isPaused = false;
  pings = 0;
  readonly got: (string | Uint8Array)[] = [];
  closeCode: number | undefined;
  isTerminated = false;
  send(data: string | Uint8Array): void {
    this.got.push(data);
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  ping(): void {
    this.pings++;
  }
  close(code: number): void {
    this.closeCode = code;
    this.emit('close');
  }
  terminate(): void {
    this.isTerminated = true;
    this.emit('close');
  }
}

class FakeChannel implements ControlChannel {
  readonly events = new Emitter<ControlChannelEvents>();
  bufferedBytes = 0;
  readonly got: ControlFrame[] = [];
  isClosed = false;
  send(frame: ControlFrame): void {
    this.got.push(frame);
  }
  close(): void {
    this.isClosed = true;
  }
}

let browser: FakeBrowser;
let channel: FakeChannel;
let clock: FakeClock;

beforeEach(() => {
  browser = new FakeBrowser();
  channel = new FakeChannel();
  clock = new FakeClock();
  relayControl(browser as unknown as WebSocket, channel, clock);
});

function fromDaemon(value: object): void {
  channel.events.emit('frame', { kind: 'json', text: JSON.stringify(value) });
}

function fromBrowser(text: string): void {
  browser.emit('message', Buffer.from(text), false);
}

describe('relayControl', () => {
  it('passes text and sound both ways as they are', () => {
    fromBrowser('{"id":1,"do":"status"}');
    browser.emit('message', Buffer.from([1, 2, 3]), true);
    expect(channel.got).toEqual([
      { kind: 'json', text: '{"id":1,"do":"status"}' },
      { kind: 'sound', bytes: Buffer.from([1, 2, 3]) },
    ]);
    fromDaemon({ id: 1, result: {} });
    channel.events.emit('frame', { kind: 'sound', bytes: new Uint8Array([9]) });
    expect(browser.got).toEqual(['{"id":1,"result":{}}', new Uint8Array([9])]);
  });

  it.each([
    '{"do":"stop","id":3}',
    '{"id":3,"do":"closeLink","link":"x","force":true}',
    '{"id":3,"do":"\\u0073top"}',
  ])('answers %s itself', (text) => {
    fromBrowser(text);
    expect(channel.got).toEqual([]);
    expect(JSON.parse(String(browser.got[0]))).toMatchObject({
      id: 3,
      error: { code: 'BRIDGE_ERR_CONTROL_PROTOCOL' },
    });
  });

  it.each(['no JSON', '[]', 'null', '{"do":5}', '{"id":1,"do":"send","message":"stop"}'])(
    'passes %s on',
    (text) => {
      fromBrowser(text);
      expect(channel.got).toEqual([{ kind: 'json', text }]);
      expect(browser.got).toEqual([]);
    },
  );

  it('leaves out what is worthless when late for a slow browser, and says how much', () => {
    browser.bufferedAmount = 600_000;
    channel.events.emit('frame', { kind: 'sound', bytes: new Uint8Array(10) });
    fromDaemon({ seq: 4, event: 'tapMouth', tap: 1, a: 0, i: 0, u: 0, o: 0 });
    fromDaemon({ seq: 5, event: 'message', lane: 'x' });
    expect(browser.got).toEqual([]);
    fromDaemon({ seq: 6, event: 'streamEnded', stream: 1 });
    expect(browser.got.map((text) => JSON.parse(String(text)))).toEqual([
      { seq: 5, event: 'lagged', dropped: 2 },
      { seq: 6, event: 'streamEnded', stream: 1 },
    ]);
  });

  it('cuts a browser that does not read at all', () => {
    browser.bufferedAmount = 9 * 1024 * 1024;
    fromDaemon({ id: 1, result: {} });
    expect(browser.isTerminated).toBe(true);
    expect(channel.isClosed).toBe(true);
    expect(clock.pendingCount).toBe(0);
  });

  it('does not read the browser while the daemon is behind', () => {
    channel.bufferedBytes = 2 * 1024 * 1024;
    browser.emit('message', Buffer.from([1]), true);
    clock.advance(100);
    expect(browser.isPaused).toBe(true);
    channel.bufferedBytes = 0;
    clock.advance(20);
    expect(browser.isPaused).toBe(false);
  });

  it('cuts a browser that answers no ping, and keeps one that does', () => {
    clock.advance(30_000);
    browser.emit('pong');
    clock.advance(30_000);
    expect({ pings: browser.pings, isTerminated: browser.isTerminated }).toEqual({
      pings: 2,
      isTerminated: false,
    });
    clock.advance(30_000);
    expect(browser.isTerminated).toBe(true);
    expect(clock.pendingCount).toBe(0);
  });

  it('closes either side when the other closes, once', () => {
    channel.events.emit('closed', undefined);
    expect(browser.closeCode).toBe(1012);
    expect(channel.isClosed).toBe(true);
    fromDaemon({ id: 2, result: {} });
    expect(browser.got).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });
});
