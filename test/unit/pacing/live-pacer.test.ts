import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  LivePacer,
  PaceScheduler,
  PlayoutClock,
  SoundOutlet,
  type SoundPort,
} from '../../../src/pacing/index.js';
import type { SoundMode } from '../../../src/protocol/index.js';
import { FakeClock, type Random, seededRandom } from '../../../src/runtime/index.js';
import { PeerBuffer, RecordingPort } from '../../support/peer-buffer.js';

const LATENCY_MS = 45;
const LEAD_MS = 100;
const UNIT = 640;

function setUp(options: { mode?: SoundMode; leadMs?: number; port?: SoundPort } = {}) {
  const clock = new FakeClock();
  const scheduler = new PaceScheduler(clock);
  const playout = new PlayoutClock(LATENCY_MS);
  const port = new RecordingPort(() => clock.nowMs());
  const dropped: number[] = [];
  const underruns: number[] = [];
  const onSent = vi.fn();
  const outlet = new SoundOutlet(options.port ?? port, playout, {
    unitSent: () => {},
    underrunExpected: (gapMs) => underruns.push(gapMs),
    soundDropped: (durationMs) => dropped.push(durationMs),
  });
  const pacer: LivePacer = new LivePacer({
    outlet,
    playout,
    mode: options.mode ?? 'stream',
    leadMs: options.leadMs ?? LEAD_MS,
    nowMs: () => clock.nowMs(),
    wake: () => scheduler.wake(pacer),
    onSent,
  });
  return { clock, scheduler, playout, port, outlet, pacer, dropped, underruns, onSent };
}

function tone(byteLength: number, amplitude = 8000): Uint8Array {
  const bytes = Buffer.alloc(byteLength);
  for (let n = 0; n < byteLength / 2; n++)
    bytes.writeInt16LE(Math.round(amplitude * Math.sin(n / 5)) || 1, 2 * n);
  return bytes;
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0);

describe('LivePacer', () => {
  it('puts the lead before the first sound as silence, then passes it straight through', () => {
    const { pacer, port, clock, underruns, dropped } = setUp();
    pacer.start(0);
    clock.advance(500);
    expect(port.frames).toEqual([]);
    for (let unit = 0; unit < 100; unit++) {
      pacer.push(tone(UNIT));
      clock.advance(20);
    }
    expect(port.verbs).toEqual(['SNDSTRM']);
    const lead = port.payload.subarray(0, LEAD_MS * 32);
    expect(lead.every((byte) => byte === 0)).toBe(true);
    expect(port.payload.length).toBe(LEAD_MS * 32 + 100 * UNIT);
    expect(port.sounds.at(-1)?.atMs).toBeLessThanOrEqual(500 + 99 * 20 + 1);
    expect({ underruns, dropped }).toEqual({ underruns: [], dropped: [] });
  });

  it('passes a steady tone for ten minutes without a gap or a lost sample', () => {
    const { pacer, port, clock, underruns, dropped } = setUp();
    const piece = tone(UNIT);
    pacer.start(0);
    let pushed = 0;
    for (; clock.nowMs() < 600_000; pushed++) {
      pacer.push(piece);
      clock.advance(20);
    }
    expect({ underruns, dropped }).toEqual({ underruns: [], dropped: [] });
    expect(port.payload.length).toBe(LEAD_MS * 32 + pushed * UNIT);
  });

  it.each([10, 30, 60, 100, 200, 500])(
    'loses nothing of a source that delivers %i ms at a time',
    (pieceMs) => {
      const { pacer, port, clock, dropped, underruns } = setUp();
      pacer.start(0);
      for (let turn = 0; turn < 20_000 / pieceMs; turn++) {
        pacer.push(tone(pieceMs * 32));
        clock.advance(pieceMs);
      }
      expect({ dropped, underruns }).toEqual({ dropped: [], underruns: [] });
      for (const [index, { atMs }] of port.sounds.slice(3).entries()) {
        const before = port.sounds[index + 2]?.atMs ?? 0;
        if (index > 0) expect(atMs - before).toBeGreaterThanOrEqual(18);
      }
    },
  );

  it('absorbs jitter up to the lead without a gap', () => {
    const { pacer, clock, underruns, dropped } = setUp();
    const random = seededRandom(6);
    pacer.start(0);
    for (let unit = 0; unit < 3000; unit++) {
      const arrivesAtMs = 20 * unit + random() * 90;
      if (arrivesAtMs > clock.nowMs()) clock.advance(arrivesAtMs - clock.nowMs());
      pacer.push(tone(UNIT));
    }
    expect({ dropped, underruns }).toEqual({ dropped: [], underruns: [] });
  });

  it.each([
    ['the event loop stood still', 'stall'],
    ['the socket was blocked', 'block'],
    ['the source delivered late, all at once', 'source'],
  ])('does not stay behind after %s for 600 ms', (_what, kind) => {
    const { pacer, port, clock, playout, dropped, underruns } = setUp();
    pacer.start(0);
    const run = (units: number) => {
      for (let unit = 0; unit < units; unit++) {
        pacer.push(tone(UNIT));
        clock.advance(20);
      }
    };
    run(100);
    if (kind === 'block') {
      port.isClear = false;
      run(30);
      port.isClear = true;
      pacer.poke();
    } else {
      if (kind === 'stall') clock.stall(600);
      else clock.advance(600);
      for (let unit = 0; unit < 30; unit++) pacer.push(tone(UNIT));
    }
    run(50);
    const lagMs = playout.bufferedMs(clock.nowMs()) + pacer.queuedBytes / 32;
    expect(lagMs).toBeLessThanOrEqual(LEAD_MS + 100);
    expect(total(dropped)).toBeGreaterThan(300);
    expect(total(dropped)).toBeLessThanOrEqual(600);
    expect(underruns).toHaveLength(1);
    expect(pacer.droppedMs).toBe(total(dropped));
  });

  it('throws away what grew old while it waited for its turn, and counts it as passed', () => {
    const { pacer, port, clock, outlet, dropped } = setUp();
    for (let unit = 0; unit < 100; unit++) pacer.push(tone(UNIT));
    expect(pacer.queuedBytes).toBe(32_000);
    pacer.start(0);
    clock.advance(1000);
    expect(total(dropped)).toBe(2000 - 100);
    expect(outlet.sentMs).toBe(2000);
    expect(port.payload.length).toBe((LEAD_MS + 100) * 32);
  });

  it('accounts for a piece of more than a second, of which it keeps the newest', () => {
    const { pacer, outlet, dropped } = setUp();
    pacer.push(tone(64_000));
    expect(total(dropped)).toBe(1000);
    expect(outlet.sentMs).toBe(1000);
    expect(pacer.queuedBytes).toBe(32_000);
  });

  it.each(['file', 'stream'] as const)(
    'ends in %s mode with the last sample played and the mouth closed',
    (mode) => {
      const { pacer, port, clock, onSent } = setUp({ mode });
      pacer.start(0);
      const sound = tone(10 * UNIT + 34);
      pacer.push(sound);
      clock.advance(300);
      pacer.end();
      clock.advance(1000);
      const sent = port.payload;
      expect(sent.subarray(LEAD_MS * 32, LEAD_MS * 32 + sound.length).equals(sound)).toBe(true);
      expect(sent.length % 512).toBe(0);
      expect(sent.length - LEAD_MS * 32 - sound.length).toBeGreaterThanOrEqual(
        mode === 'file' ? 512 : 200 * 32,
      );
      expect(port.verbs).toEqual(mode === 'file' ? ['SNDFILE', 'SNDBRKS'] : ['SNDSTRM']);
      expect(onSent).toHaveBeenCalledTimes(1);
      expect(clock.pendingCount).toBe(0);
    },
  );

  it('sends nothing for a stream that ends without sound', () => {
    const { pacer, port, clock, onSent } = setUp();
    pacer.start(0);
    pacer.end();
    clock.advance(100);
    expect(port.frames).toEqual([]);
    expect(onSent).toHaveBeenCalledTimes(1);
  });

  it('settles, keeps order and drops only whole samples under any pushes, stalls and blocks', () => {
    const step = fc.record({
      samples: fc.integer({ min: 0, max: 2000 }),
      passMs: fc.integer({ min: 0, max: 120 }),
      stallMs: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, fc.integer({ min: 1, max: 600 })),
      block: fc.option(fc.integer({ min: 1, max: 6 })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { pacer, port, clock, onSent, dropped } = setUp();
        let next = 0;
        pacer.start(0);
        for (const { samples, passMs, stallMs, block } of steps) {
          const piece = Buffer.alloc(2 * samples);
          // Loud and numbered: every sample tells its place.
          for (let n = 0; n < samples; n++) piece.writeUInt16LE(10_000 + (next++ % 20_000), 2 * n);
          pacer.push(piece);
          port.blockAfter = block ?? Number.POSITIVE_INFINITY;
          clock.stall(stallMs);
          clock.advance(passMs);
          port.isClear = true;
          port.blockAfter = Number.POSITIVE_INFINITY;
          pacer.poke();
        }
        pacer.end();
        clock.advance(5000);
        const sent = port.payload;
        let place = -1;
        let count = 0;
        for (let at = 0; at < sent.length; at += 2) {
          const value = sent.readUInt16LE(at);
          if (value === 0) continue;
          const here = value - 10_000;
          const ahead = (here - (place % 20_000) + 20_000) % 20_000;
          if (place >= 0) place += ahead === 0 ? 20_000 : ahead;
          else place = here;
          count++;
        }
        expect(place).toBeLessThan(next);
        expect(count + total(dropped) * 16).toBe(next);
        expect(onSent).toHaveBeenCalledTimes(1);
        expect(clock.pendingCount).toBe(0);
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});

describe('LivePacer over eight hours of speech with pauses', () => {
  it.each([
    { hours: 8, sourcePpm: 100, peerPpm: -100, pauseUnits: [10, 75] },
    { hours: 1, sourcePpm: -100, peerPpm: 100, pauseUnits: [10, 75] },
    { hours: 1, sourcePpm: 0, peerPpm: -200, pauseUnits: [10, 75] },
    { hours: 1, sourcePpm: 200, peerPpm: 0, pauseUnits: [10, 75] },
    // Pauses too short to empty the buffer in the usual way.
    { hours: 1, sourcePpm: 0, peerPpm: -200, pauseUnits: [15, 18] },
    { hours: 1, sourcePpm: 0, peerPpm: 200, pauseUnits: [15, 18] },
  ] as const)('never falls behind nor breaks a word: %j', ({ hours, sourcePpm, peerPpm, pauseUnits }) => {
    const result = converse({ hours, sourcePpm, peerPpm, pauseUnits, random: seededRandom(11) });
    expect(result.worstLagMs).toBeLessThanOrEqual(LEAD_MS + 100);
    expect(result.gapsInSpeech).toBe(0);
    expect(result.heardUnits).toBe(result.spokenUnits);
  });
});

interface Conversation {
  readonly hours: number;
  readonly sourcePpm: number;
  readonly peerPpm: number;
  readonly pauseUnits: readonly [shortest: number, longest: number];
  readonly random: Random;
}

/** Drives the pacer without clock and scheduler in between: every unit numbered, through a skewed peer. */
function converse({ hours, sourcePpm, peerPpm, pauseUnits, random }: Conversation) {
  let nowMs = 0;
  const peer = new PeerBuffer(peerPpm, LATENCY_MS);
  const producedAtMs = new Float64Array(hours * 200_000);
  let heardUnits = 0;
  let spokenUnits = 0;
  let gapsInSpeech = 0;
  let worstLagMs = 0;
  let lastHeard = -2;
  const port: SoundPort = {
    isClear: true,
    trySend: (frame) => {
      for (let at = 7; at < frame.length; at += UNIT) {
        const byteLength = Math.min(UNIT, frame.length - at);
        const { heardAtMs, gapMs } = peer.receive(byteLength, nowMs);
        const number = byteLength === UNIT ? numberOf(frame, at) : -1;
        if (number < 0) continue;
        heardUnits++;
        if (number === lastHeard + 1 && gapMs > 0.001) gapsInSpeech++;
        lastHeard = number;
        worstLagMs = Math.max(worstLagMs, heardAtMs - LATENCY_MS - (producedAtMs[number] ?? 0));
      }
      return true;
    },
  };
  const { pacer } = setUpAt(port, () => nowMs);
  const speech = tone(UNIT);
  const quiet = tone(UNIT, 15);
  const unitMs = 20 / (1 + sourcePpm / 1e6);
  let left = 0;
  let isSpeech = false;
  // Numbers of one spurt follow each other; between spurts one is left out.
  let number = 0;
  const units = hours * 3600 * 50;
  pacer.start(0);
  for (let unit = 0; unit < units; unit++) {
    if (left-- <= 0) {
      isSpeech = !isSpeech;
      number++;
      left = Math.floor(
        isSpeech ? 50 + random() * 300 : pauseUnits[0] + random() * (pauseUnits[1] - pauseUnits[0]),
      );
    }
    const atMs = unit * unitMs;
    while (pacer.dueMs <= atMs) {
      nowMs = Math.max(nowMs, pacer.dueMs);
      pacer.run(nowMs);
    }
    nowMs = atMs;
    if (isSpeech) {
      writeNumber(speech, number);
      producedAtMs[number++] = nowMs;
      spokenUnits++;
    }
    pacer.push(isSpeech ? speech : quiet);
    while (pacer.dueMs <= nowMs) pacer.run(nowMs);
  }
  return { worstLagMs, gapsInSpeech, heardUnits, spokenUnits };
}

function setUpAt(port: SoundPort, nowMs: () => number) {
  const playout = new PlayoutClock(LATENCY_MS);
  const nothing = () => {};
  const outlet = new SoundOutlet(port, playout, {
    unitSent: nothing,
    underrunExpected: nothing,
    soundDropped: nothing,
  });
  const pacer = new LivePacer({
    outlet,
    playout,
    mode: 'stream',
    leadMs: LEAD_MS,
    nowMs,
    wake: nothing,
    onSent: nothing,
  });
  return { pacer, playout };
}

const MAGIC = [0x55, 0x2a, 0x33, 0x17];

function writeNumber(unit: Uint8Array, number: number): void {
  unit.set(MAGIC);
  unit[4] = number & 0xff;
  unit[6] = (number >> 8) & 0xff;
  unit[8] = (number >> 16) & 0xff;
}

function numberOf(frame: Uint8Array, at: number): number {
  if (frame[at] !== MAGIC[0] || frame[at + 1] !== MAGIC[1]) return -1;
  return (frame[at + 4] ?? 0) | ((frame[at + 6] ?? 0) << 8) | ((frame[at + 8] ?? 0) << 16);
}
