import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../../../src/protocol/index.js';
import { LATENCY_MS, makeLane, STREAM, sound, speak, watch } from '../../support/lane.js';

const message = (type: string) => ({ frame: encodeMessage(type, '0'), text: `${type}|0` });

describe('SpeechStream', () => {
  it('tells when it is heard from, goes on by credit, and ends when its last sample was heard', async () => {
    const { lane, connectReady, clock } = makeLane();
    await connectReady();
    const stream = lane.openStream(1, { ...STREAM, aheadMs: 500 });
    const seen = watch(stream);
    let pushed = 0;
    const more = () => {
      for (; pushed < 96_000 && stream.acceptedBytes - pushed >= 3200; pushed += 3200)
        stream.push(sound(100));
      if (pushed === 96_000) stream.end();
    };
    more();
    stream.events.on('credit', more);
    const beganAtMs = clock.nowMs();
    await clock.advanceAsync(3000 + LATENCY_MS - 1);
    expect(seen.end).toBeUndefined();
    await clock.advanceAsync(2);
    expect(seen.startedAtMs).toBeCloseTo(beganAtMs + LATENCY_MS, 0);
    expect(seen.end).toEqual({ reason: 'completed', heardMs: 3000 });
    expect(seen.credits.length).toBeLessThan(40);
    expect(stream.receivedBytes).toBe(96_000);
  });

  it.each([1, 25, 60, 99])('is never left without credit, also with only %i ms of room', async (aheadMs) => {
    const { lane, connectReady, clock } = makeLane();
    await connectReady();
    const stream = lane.openStream(1, { ...STREAM, aheadMs });
    const seen = watch(stream);
    let told = stream.acceptedBytes;
    let pushed = 0;
    const more = () => {
      if (pushed === 32_000) return;
      const room = Math.min(told - pushed, 32_000 - pushed);
      stream.push(new Uint8Array(room));
      pushed += room;
      if (pushed === 32_000) stream.end();
    };
    stream.events.on('credit', (acceptedBytes) => {
      told = acceptedBytes;
      queueMicrotask(more);
    });
    more();
    await clock.advanceAsync(5000);
    expect(seen.end).toEqual({ reason: 'completed', heardMs: 1000 });
  });

  it('refuses more than the credit, half samples, sound after the end, and a lead out of range', () => {
    const { lane } = makeLane();
    const stream = lane.openStream(1, { ...STREAM, aheadMs: 100 });
    expect(() => stream.push(new Uint8Array(3202))).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_STREAM_OVERRUN' }),
    );
    expect(() => stream.push(new Uint8Array(3))).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_SOUND_SIZE' }),
    );
    stream.end();
    expect(() => stream.push(new Uint8Array(2))).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_STREAM_UNKNOWN' }),
    );
    for (const leadMs of [-1, 5001, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => lane.openStream(2, { ...STREAM, leadMs })).toThrow(
        expect.objectContaining({ code: 'BRIDGE_ERR_CONFIG_INVALID' }),
      );
    }
    expect(lane.utteranceCount).toBe(1);
  });

  it('tells what was heard so far', async () => {
    const { lane, connectReady, clock } = makeLane();
    await connectReady();
    const stream = lane.openStream(1, STREAM);
    speak(stream, 1000);
    await clock.advanceAsync(LATENCY_MS + 400);
    expect(stream.heardMs).toBeCloseTo(400, -1);
    expect((stream.expectedEndMs ?? 0) - clock.nowMs()).toBeCloseTo(600, -1);
    lane.interrupt();
    // What the peer holds is heard, come what may.
    expect(stream.heardMs).toBeGreaterThanOrEqual(500);
  });

  it('ends by itself without sound, and as failed when an observer throws', async () => {
    const empty = makeLane();
    await empty.connectReady();
    const stream = empty.lane.openStream(1, STREAM);
    const seen = watch(stream);
    stream.end();
    await empty.clock.advanceAsync(100);
    expect(seen.end).toEqual({ reason: 'completed', heardMs: 0 });

    const broken = makeLane({
      observer: {
        unitSent: () => {
          throw new Error('recorder is full');
        },
        underrunExpected: () => {},
        soundDropped: () => {},
      },
    });
    await broken.connectReady();
    const failing = broken.lane.openStream(1, STREAM);
    const failed = watch(failing);
    speak(failing, 500);
    await broken.clock.advanceAsync(100);
    expect(failed.end?.reason).toBe('failed');
    expect(broken.errors).toHaveLength(1);
  });
});

describe('interrupt', () => {
  it.each(['recorded', 'live'] as const)(
    'lets not one more unit of %s sound out, only what closes segment and mouth',
    async (kind) => {
      const { lane, connectReady, clock } = makeLane();
      const connection = await connectReady();
      const stream = lane.openStream(1, { ...STREAM, kind });
      const seen = watch(stream);
      stream.push(sound(1000));
      for (let position = 0; position < 1000; position += 10)
        stream.tie(position, 'message', message('TIED'));
      await clock.advanceAsync(500);
      const before = connection.log.length;
      stream.interrupt();
      expect(seen.end?.reason).toBe('interrupted');
      await clock.advanceAsync(5000);
      expect(connection.log.slice(before)).toEqual(['SNDBRKS', 'LIPSYNC_START|0|sil,50']);
      stream.interrupt();
      expect(seen.ends).toBe(1);
    },
  );

  it('takes back tied messages that waited for the socket', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    const stream = lane.openStream(1, STREAM);
    const seen = watch(stream);
    stream.push(sound(1000));
    for (let position = 0; position < 1000; position += 50) stream.tie(position, 'message', message('TIED'));
    await clock.advanceAsync(300);
    connection.isBlocked = true;
    await clock.advanceAsync(300);
    const before = connection.log.length;
    const told = seen.ties.length;
    expect(lane.queuedLines).toBeGreaterThan(0);
    stream.interrupt();
    connection.drain();
    await clock.advanceAsync(3000);
    expect(connection.log.slice(before)).toEqual(['SNDBRKS', 'LIPSYNC_START|0|sil,50']);
    expect(seen.ties).toHaveLength(told);
  });

  it('sends nothing for what never began', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    const streams = [1, 2, 3].map((id) => lane.openStream(id, STREAM));
    const seen = streams.map(watch);
    for (const stream of streams) stream.push(sound(500));
    await clock.advanceAsync(100);
    const before = connection.log.length;
    lane.interrupt();
    await clock.advanceAsync(3000);
    expect(seen.map(({ end }) => end?.reason)).toEqual(['interrupted', 'interrupted', 'interrupted']);
    expect(seen.map(({ end }) => end?.heardMs)).toEqual([expect.any(Number), 0, 0]);
    expect(connection.log.slice(before)).toEqual(['SNDBRKS', 'LIPSYNC_START|0|sil,50']);
    await lane.closePolitely();
    expect(clock.pendingCount).toBe(0);
  });

  it('lets the next begin right behind what the peer still holds', async () => {
    const { lane, connectReady, clock } = makeLane();
    await connectReady();
    lane.openStream(1, STREAM).push(sound(1000));
    await clock.advanceAsync(500);
    const heldUntilMs = lane.playout.endsAtMs;
    const next = lane.openStream(2, { ...STREAM, ifBusy: 'interrupt' });
    const seen = watch(next);
    speak(next, 300);
    await clock.advanceAsync(300);
    expect(seen.startedAtMs).toBeCloseTo(heldUntilMs, 0);
  });
});

describe('live sound of which most was thrown away', () => {
  it('ends when what was sent has been heard, and lets the next one speak', async () => {
    const { lane, connectReady, clock } = makeLane();
    await connectReady();
    const flood = lane.openStream(1, { ...STREAM, kind: 'live', mode: 'stream' });
    const seen = watch(flood);
    // A source without a pace: minutes of silence within a second.
    for (let burst = 0; burst < 80; burst++) {
      for (let n = 0; n < 120; n++) flood.push(new Uint8Array(640));
      await clock.advanceAsync(10);
    }
    flood.end();
    await clock.advanceAsync(700);
    expect(seen.end?.reason).toBe('completed');
    const next = lane.openStream(2, STREAM);
    const heard = watch(next);
    speak(next, 100);
    await clock.advanceAsync(1000);
    expect(heard.end?.reason).toBe('completed');
  });
});

describe('tied messages', () => {
  it.each([
    ['message', 'message' as const, 30],
    ['lipsync', 'lipsync' as const, 0.42 * 33 - 18],
    ['exmorph', 'exmorph' as const, 54],
  ])('of kind %s leave so that they act when their position is heard', async (_name, kind, delayMs) => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    const stream = lane.openStream(1, STREAM);
    const seen = watch(stream);
    stream.push(sound(2000));
    const positions = [200, 500, 1500, 1900];
    for (const position of [...positions].reverse()) stream.tie(position, kind, message(`AT${position}`));
    stream.end();
    await clock.advanceAsync(4000);
    for (const position of positions) {
      const dueMs = (seen.startedAtMs ?? 0) + position - delayMs;
      expect(Math.abs((connection.sentAt(`AT${position}|0`) ?? 0) - dueMs)).toBeLessThanOrEqual(4);
    }
    expect(seen.ties).toEqual([4, 3, 2, 1]);
  });

  it('hold the first sound back where the peer is slow', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady({ echoMs: 144 });
    const stream = lane.openStream(1, STREAM);
    const seen = watch(stream);
    stream.tie(0, 'message', message('FIRST'));
    await clock.advanceAsync(700);
    // Nothing is known of the start before sound comes.
    expect(connection.lines).toEqual([]);
    speak(stream, 500);
    await clock.advanceAsync(1500);
    expect((seen.startedAtMs ?? 0) - (connection.sentAt('FIRST|0') ?? 0)).toBeCloseTo(144, -1);
  });

  it('wait for sound that has not come yet, and act with it after the gap', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    const stream = lane.openStream(1, STREAM);
    stream.push(sound(300));
    stream.tie(400, 'message', message('LATER'));
    await clock.advanceAsync(2000);
    expect(connection.sentAt('LATER|0')).toBeUndefined();
    const resumedAtMs = clock.nowMs();
    stream.push(sound(300));
    stream.end();
    await clock.advanceAsync(2000);
    expect(connection.sentAt('LATER|0')).toBeCloseTo(resumedAtMs + LATENCY_MS + 100 - 30, -1);
  });

  it('at or behind the end act with the end, in order, even while the socket is blocked', async () => {
    const { lane, connectReady, clock } = makeLane();
    const connection = await connectReady();
    const stream = lane.openStream(1, STREAM);
    const seen = watch(stream);
    stream.push(sound(300));
    stream.end();
    stream.tie(9999, 'message', message('B'));
    stream.tie(300, 'message', message('A'));
    await clock.advanceAsync(300);
    connection.isBlocked = true;
    connection.trySend(encodeMessage('FILL'));
    await clock.advanceAsync(1000);
    expect(seen.end).toEqual({ reason: 'completed', heardMs: 300 });
    connection.drain();
    expect(connection.lines.slice(-2)).toEqual(['A|0', 'B|0']);
  });

  it('are checked when they are tied, not when their time has come', () => {
    const { lane } = makeLane();
    const stream = lane.openStream(1, STREAM);
    expect(() => stream.tie(Number.NaN, 'message', message('A'))).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_MESSAGE_ARGUMENT' }),
    );
    expect(() => stream.tie(0, 'exmorph', { command: { verb: 'exMorph', rates: { a: 2 } } })).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_MESSAGE_ARGUMENT' }),
    );
    for (let tie = 0; tie < 10_000; tie++) stream.tie(tie, 'message', message('A'));
    expect(() => stream.tie(0, 'message', message('A'))).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_QUEUE_FULL' }),
    );
  });

  it('never leave after any interruption, whatever the socket does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(900), { maxLength: 30 }),
        fc.nat(1200),
        fc.option(fc.nat(1000)),
        async (positions, interruptAtMs, blockAtMs) => {
          const { lane, connectReady, clock } = makeLane();
          const connection = await connectReady();
          const stream = lane.openStream(1, STREAM);
          const seen = watch(stream);
          speak(stream, 1000);
          for (const position of positions) stream.tie(position, 'message', message('TIED'));
          await Promise.resolve();
          if (blockAtMs !== null) clock.after(blockAtMs, () => (connection.isBlocked = true));
          clock.advance(interruptAtMs);
          stream.interrupt();
          const before = connection.log.length;
          connection.drain();
          clock.advance(3000);
          const after = connection.log
            .slice(before)
            .filter((line) => line.startsWith('~') || line.startsWith('TIED'));
          expect(after).toEqual([]);
          expect(seen.ends).toBe(1);
          expect(connection.lines.filter((line) => line.startsWith('TIED'))).toHaveLength(seen.ties.length);
          connection.drop();
          expect(clock.pendingCount).toBe(0);
        },
      ),
      { numRuns: 60, seed: 8 },
    );
  });
});
