import { beforeEach, describe, expect, it } from 'vitest';
import { type Carrier, Outbox } from '../../../src/api/outbox.js';
import { decodeSoundFrame } from '../../../src/api/sound-frame.js';
import { FakeClock } from '../../../src/runtime/index.js';

/** A socket that takes data when it is told to. */
class Socket implements Carrier {
  bufferedBytes = 0;
  isStuck = false;
  readonly seqs: number[] = [];
  readonly types: string[] = [];
  #waiting: (() => void)[] = [];

  send(data: string | Uint8Array, done: () => void): void {
    const frame = typeof data === 'string' ? JSON.parse(data) : { ...decodeSoundFrame(data), type: 'sound' };
    this.seqs.push(frame.seq);
    this.types.push(frame.type);
    if (!this.isStuck) {
      done();
      return;
    }
    this.bufferedBytes += typeof data === 'string' ? data.length : data.byteLength;
    this.#waiting.push(done);
  }

  flow(): void {
    this.isStuck = false;
    this.bufferedBytes = 0;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const done of waiting) done();
  }
}

const LONG = 'x'.repeat(100_000);
const sound = { channel: 1, turn: 1, fromSample: 0, sampleRateHz: 24_000 };

let clock: FakeClock;
let outbox: Outbox;
let slow: number;

beforeEach(() => {
  clock = new FakeClock();
  slow = 0;
  outbox = new Outbox(clock, () => slow++);
});

function attached(lastSeq = 0): Socket {
  const socket = new Socket();
  outbox.attach(socket, lastSeq);
  return socket;
}

describe('Outbox', () => {
  it('numbers text and sound together and sends them at once', () => {
    const socket = attached();
    outbox.tell('turn', { channel: 1 });
    outbox.sound({ ...sound, pcm: new Uint8Array(2) });
    outbox.tell('ended', { channel: 1 });
    expect(socket.seqs).toEqual([1, 2, 3]);
    expect(socket.types).toEqual(['turn', 'sound', 'ended']);
  });

  it('gives a new socket what came behind the last frame that the old one brought', () => {
    attached();
    for (let index = 0; index < 5; index++) outbox.tell('turn', {});
    outbox.detach();
    outbox.tell('turn', {});
    expect(outbox.has(3)).toBe(true);
    expect(attached(3).seqs).toEqual([4, 5, 6]);
  });

  it('keeps nothing that was acknowledged', () => {
    attached();
    for (let index = 0; index < 5; index++) outbox.tell('piece', { raw: LONG });
    outbox.acknowledge(4);
    expect(outbox.keptBytes).toBeLessThan(110_000);
    outbox.acknowledge(5);
    expect(outbox.keptBytes).toBe(0);
  });

  it('does not believe that frames came which were never sent', () => {
    const socket = attached();
    socket.isStuck = true;
    socket.bufferedBytes = 1e9;
    outbox.tell('turn', {});
    outbox.acknowledge(1);
    socket.flow();
    outbox.detach();
    expect(attached(0).seqs).toEqual([1]);
  });

  it('keeps at most a mebibyte and half a minute for somebody who is away, and knows what is gone', () => {
    attached();
    outbox.detach();
    for (let index = 0; index < 30; index++) outbox.tell('piece', { raw: LONG });
    expect(outbox.keptBytes).toBeLessThanOrEqual(1024 * 1024);
    expect(outbox.has(0)).toBe(false);
    expect(outbox.has(25)).toBe(true);
    clock.advance(31_000);
    expect(outbox.keptBytes).toBe(0);
    expect(outbox.has(25)).toBe(false);
    expect(outbox.has(30)).toBe(true);
    expect(clock.pendingCount).toBe(0);
  });

  it('never forgets what a socket that is there has still to send', () => {
    const socket = attached();
    socket.isStuck = true;
    for (let index = 0; index < 30; index++) outbox.tell('piece', { raw: LONG });
    clock.advance(40_000);
    socket.flow();
    expect(socket.seqs).toHaveLength(30);
  });

  it('throws away unsent sound of a turn that is cut, and no other', () => {
    const socket = attached();
    socket.isStuck = true;
    socket.bufferedBytes = 1e9;
    outbox.sound({ ...sound, pcm: new Uint8Array(2) });
    outbox.sound({ ...sound, turn: 2, pcm: new Uint8Array(2) });
    outbox.sound({ ...sound, channel: 2, pcm: new Uint8Array(2) });
    outbox.tell('cut', { channel: 1, turn: 1 });
    socket.flow();
    outbox.tell('turn', {});
    expect(socket.seqs).toEqual([2, 3, 4, 5]);
  });

  it('leaves out what is void when late and keeps the newest of what is superseded, for a reader that is behind', () => {
    const socket = attached();
    socket.isStuck = true;
    for (let index = 0; index < 8; index++) outbox.tell('piece', { raw: LONG });
    for (let index = 0; index < 3; index++) {
      outbox.tell('phase', { channel: 1, phase: 'idle' });
      outbox.tell('heard', { channel: 1, turn: 1, text: '' });
      outbox.tell('heard', { channel: 2, turn: 1, text: '' });
      outbox.tell('lips', { channel: 1, turn: 1, phonemes: [] });
      outbox.tell('turn', { channel: 1 });
    }
    socket.flow();
    expect(socket.types.filter((type) => type !== 'piece')).toEqual([
      'turn',
      'turn',
      'phase',
      'heard',
      'heard',
      'turn',
    ]);
    expect(slow).toBe(0);
  });

  it('leaves out nothing while the reader keeps up', () => {
    const socket = attached();
    for (let index = 0; index < 3; index++) outbox.tell('heard', { channel: 1, turn: 1, text: '' });
    outbox.tell('lips', { channel: 1, turn: 1, phonemes: [] });
    expect(socket.types).toEqual(['heard', 'heard', 'heard', 'lips']);
  });

  it('tells of a reader that is four mebibytes behind', () => {
    const socket = attached();
    socket.isStuck = true;
    for (let index = 0; index < 43; index++) outbox.tell('piece', { raw: LONG });
    expect(slow).toBe(0);
    outbox.tell('piece', { raw: LONG });
    expect(slow).toBeGreaterThan(0);
  });
});
