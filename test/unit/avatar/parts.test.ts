import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DelayEstimator } from '../../../src/avatar/delay-estimator.js';
import { EchoFilter } from '../../../src/avatar/echo-filter.js';
import { Outbox } from '../../../src/avatar/outbox.js';
import { Readiness } from '../../../src/avatar/readiness.js';
import { encodeMessage, parseMessage } from '../../../src/protocol/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { makeLane, STREAM, sound, watch } from '../../support/lane.js';

const peerSays = (text: string) => ({ ...parseMessage(text), text, isTruncated: false });

describe('DelayEstimator', () => {
  it.each([
    { fps: 60, echoMs: 29, startMs: 31, message: 29, lipsync: -5, exmorph: 54 },
    { fps: 15, echoMs: 97, startMs: 101, message: 97, lipsync: 25, exmorph: 40 },
    { fps: 12, echoMs: 144, startMs: 134, message: 144, lipsync: 38, exmorph: 40 },
  ])(
    'gives the measured delays at $fps frames a second',
    ({ echoMs, startMs, message, lipsync, exmorph }) => {
      const delays = new DelayEstimator();
      for (const jitter of [0, 4, -3, 380 - echoMs, 2]) {
        delays.echoed(echoMs + jitter);
        delays.lipsyncStarted(startMs + jitter);
      }
      expect(delays.delayMs('message')).toBeCloseTo(message, -1);
      expect(Math.abs(delays.delayMs('lipsync') - lipsync)).toBeLessThanOrEqual(3);
      expect(delays.delayMs('exmorph')).toBe(exmorph);
      expect(delays.echoCount).toBe(5);
    },
  );

  it('starts from 60 frames a second and ignores stalls and nonsense', () => {
    const delays = new DelayEstimator();
    for (const bad of [401, 5000, -1, Number.NaN]) delays.echoed(bad);
    expect(delays.echoCount).toBe(0);
    expect(delays.delayMs('message')).toBe(29);
    expect(delays.delayMs('lipsync')).toBeCloseTo(-4.6, 1);
  });

  it('follows a peer that becomes slow', () => {
    const delays = new DelayEstimator();
    for (let turn = 0; turn < 9; turn++) delays.echoed(30);
    for (let turn = 0; turn < 5; turn++) delays.echoed(140);
    expect(delays.echoMs).toBe(140);
  });
});

describe('EchoFilter', () => {
  it('takes each sent message for one echo', () => {
    const echoes = new EchoFilter();
    echoes.sent('A|1', 0);
    echoes.sent('A|1', 10);
    expect(echoes.received('B', 20)).toBeUndefined();
    expect(echoes.received('A|1', 30)).toBe(30);
    expect(echoes.received('A|1', 45)).toBe(35);
    expect(echoes.received('A|1', 50)).toBeUndefined();
  });

  it('still knows what a program echoes after minutes of loading, and holds no more than 512', () => {
    const echoes = new EchoFilter();
    echoes.sent('EARLY', 0);
    expect(echoes.received('EARLY', 300_000)).toBe(300_000);
    for (let index = 0; index < 600; index++) echoes.sent(`M${index}`, 300_000);
    expect(echoes.received('M0', 300_001)).toBeUndefined();
    expect(echoes.received('M599', 300_001)).toBe(1);
  });
});

describe('Readiness', () => {
  it('believes MODEL_EVENT_ADD and MODEL_EVENT_DELETE, for the alias they name', () => {
    const readiness = new Readiness(0);
    expect(readiness.isAlive).toBe(false);
    expect(readiness.received(peerSays('MODEL_EVENT_ADD|1'), 100)).toBe(false);
    expect(readiness.isAlive).toBe(true);
    expect(readiness.modelState('0', 100)).toBe('unknown');
    expect(readiness.canTakeSound('1', 1099)).toBe(false);
    expect(readiness.canTakeSound('1', 1100)).toBe(true);
    readiness.received(peerSays('MODEL_EVENT_DELETE|1'), 2000);
    expect(readiness.modelState('1', 2000)).toBe('missing');
  });

  it('takes an echo without an event for a missing model after a second', () => {
    const readiness = new Readiness(0);
    readiness.probeEchoed('0', 500);
    expect(readiness.modelState('0', 1499)).toBe('unknown');
    expect(readiness.modelState('0', 1500)).toBe('missing');
  });

  it('hides exactly the events that answer a probe', () => {
    const readiness = new Readiness(0);
    readiness.probeEchoed('0', 0);
    readiness.probeEchoed('0', 1000);
    expect(readiness.received(peerSays('ROTATE_EVENT_START|0'), 1010)).toBe(true);
    expect(readiness.received(peerSays('ROTATE_EVENT_STOP|0'), 1010)).toBe(true);
    expect(readiness.received(peerSays('ROTATE_EVENT_START|0'), 5000)).toBe(false);
    expect(readiness.received(peerSays('ROTATE_EVENT_STOP|0'), 5000)).toBe(false);
  });
});

describe('Outbox', () => {
  const frame = encodeMessage('A');
  const setUp = () => {
    const clock = new FakeClock();
    const sent: string[] = [];
    const socket = { isClear: true };
    const outbox = new Outbox(clock, () => socket.isClear);
    const line = (name: string, owner?: object) => ({
      frame,
      onSent: () => sent.push(name),
      ...(owner === undefined ? {} : { owner }),
    });
    return { clock, sent, socket, outbox, line };
  };

  it('puts urgent lines ahead of others, in order among themselves', () => {
    const { sent, socket, outbox, line } = setUp();
    socket.isClear = false;
    outbox.push(line('a'));
    outbox.pushUrgent(line('U1'));
    outbox.push(line('b'));
    outbox.pushUrgent(line('U2'));
    expect(outbox.urgentCount).toBe(2);
    socket.isClear = true;
    outbox.flush();
    expect(sent).toEqual(['U1', 'U2', 'a', 'b']);
  });

  it('takes back what one owner has waiting, and nothing else', () => {
    const { sent, socket, outbox, line } = setUp();
    const owner = {};
    socket.isClear = false;
    outbox.pushUrgent(line('mine', owner));
    outbox.pushUrgent(line('other'));
    outbox.push(line('mine too', owner));
    outbox.push(line('last'));
    expect(outbox.cancel(owner)).toBe(2);
    expect(outbox.urgentCount).toBe(1);
    socket.isClear = true;
    outbox.flush();
    expect(sent).toEqual(['other', 'last']);
  });

  it('keeps order when a line that leaves pushes another', () => {
    const { sent, outbox, line } = setUp();
    const third = () => {
      sent.push('first');
      outbox.push(line('third'));
    };
    outbox.push({ frame, onSent: third });
    outbox.push(line('fourth'));
    expect(sent).toEqual(['first', 'third', 'fourth']);
  });

  it('refuses when full or closed, tells what was lost, and leaves no timer', () => {
    const { clock, outbox, line } = setUp();
    const lost: number[] = [];
    for (let index = 0; index < 2010; index++) {
      expect(outbox.push({ frame, onSent: () => {}, onLost: () => lost.push(index) })).toBe(true);
    }
    expect(outbox.push(line('one too many'))).toBe(false);
    outbox.close();
    expect(lost).toEqual(Array.from({ length: 2000 }, (_, index) => index + 10));
    expect(outbox.push(line('late'))).toBe(false);
    expect(clock.pendingCount).toBe(0);
  });
});

describe('AvatarLane under anything', () => {
  it('settles every utterance and every line, and leaves no timer', async () => {
    const step = fc.oneof(
      fc.constantFrom('connect', 'drop', 'block', 'drain', 'interrupt', 'file', 'delete', 'line'),
      fc.record({ kind: fc.constantFrom('recorded' as const, 'live' as const), durationMs: fc.nat(600) }),
      fc.record({ passMs: fc.nat(1500) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { lane, connect, clock, errors } = makeLane();
        let connection = connect();
        const seen: ReturnType<typeof watch>[] = [];
        const lines: Promise<unknown>[] = [];
        let id = 0;
        for (const action of steps) {
          if (action === 'connect') connection = connection.isOpen ? connection : connect();
          else if (action === 'drop') connection.drop();
          else if (action === 'block') connection.isBlocked = true;
          else if (action === 'drain') connection.drain();
          else if (action === 'interrupt') lane.interrupt();
          else if (action === 'delete') connection.say('MODEL_EVENT_DELETE|0');
          else if (action === 'file')
            seen.push(watch(lane.speakFile(++id, 'a.wav', 500, { readyTimeoutMs: 3000 })));
          else if (action === 'line')
            lines.push(lane.send({ type: 'A', args: ['b'] }, 3000).catch(() => 'refused'));
          else if ('passMs' in action) {
            await Promise.resolve();
            clock.advance(action.passMs);
          } else {
            const stream = lane.openStream(++id, { ...STREAM, kind: action.kind, readyTimeoutMs: 3000 });
            seen.push(watch(stream));
            stream.push(sound(action.durationMs));
            stream.tie(100, 'message', { frame: encodeMessage('TIED'), text: 'TIED' });
            if (action.durationMs % 3 !== 0) stream.end();
          }
        }
        connection.drain();
        const closing = lane.closePolitely();
        await clock.advanceAsync(5000);
        await Promise.all([closing, ...lines]);
        expect(seen.map(({ ends }) => ends)).toEqual(seen.map(() => 1));
        expect(errors).toEqual([]);
        expect(clock.pendingCount).toBe(0);
      }),
      { numRuns: 150, seed: 9 },
    );
  });
});
