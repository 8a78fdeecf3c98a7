import { afterEach, describe, expect, it } from 'vitest';
import { AvatarLane } from '../../src/avatar/index.js';
import { PaceScheduler } from '../../src/pacing/index.js';
import { encodeMessage } from '../../src/protocol/index.js';
import { FakeClock } from '../../src/runtime/index.js';
import { createSimulatorEndpoint, SimulatedPeer } from '../../src/simulator/index.js';
import { MemoryLink } from '../../src/transport/index.js';

const SECONDS = 8;
const observer = { unitSent: () => {}, underrunExpected: () => {}, soundDropped: () => {} };
let close: () => Promise<void> = async () => {};

afterEach(() => close());

/** A lane that speaks to a simulated program of that frame rate, both on one clock that moves when told. */
async function speak(fps: number, ties: readonly { atMs: number; message: string }[]) {
  const clock = new FakeClock();
  const core = new SimulatedPeer({ clock, fps, models: [{ alias: '0', loadMs: 0 }] });
  const played: { atMs: number; samples: number }[] = [];
  const mouth: { atMs: number; i: number }[] = [];
  core.events.on('played', (pcm, atMs) => {
    if (pcm.some((sample) => sample !== 0))
      played.push({ atMs, samples: pcm.findIndex((sample) => sample !== 0) });
  });
  core.events.on('mouth', ({ i }, atMs) => mouth.push({ atMs, i }));
  const link = new MemoryLink({
    clock,
    random: () => 0.5,
    url: 'simulator:',
    open: () => createSimulatorEndpoint(core),
  });
  const lane = new AvatarLane({
    name: 'test',
    model: '0',
    carriesSound: true,
    latencyMs: 45,
    queueMessages: 100,
    queuePolicy: 'fail',
    clock,
    scheduler: new PaceScheduler(clock),
    observer,
  });
  link.events.on('connection', (connection) => lane.attach(connection));
  await link.start();
  await clock.advanceAsync(3000);
  void lane.send({ type: 'MODEL_BINDFACE', args: ['k', '0', '1', '0', 'い', '0', '1'] }, 1000);
  await clock.advanceAsync(500);
  const stream = lane.openStream(1, {
    kind: 'recorded',
    mode: 'file',
    leadMs: 100,
    aheadMs: SECONDS * 1000,
    lips: 'own',
    readyTimeoutMs: 1000,
  });
  for (const { atMs, message } of ties) {
    const [type = '', ...args] = message.split('|');
    stream.tie(atMs, 'message', { frame: encodeMessage(type, ...args), text: message });
  }
  const sound = Int16Array.from({ length: SECONDS * 16_000 }, (_, n) => 1000 + (n % 7));
  stream.push(new Uint8Array(sound.buffer));
  stream.end();
  await clock.advanceAsync(SECONDS * 1000 + 2000);
  close = async () => {
    core.close();
    await lane.closePolitely();
    const closed = link.close();
    await clock.advanceAsync(2000);
    await closed;
  };
  const first = played[0];
  if (first === undefined) throw new Error('nothing was played');
  return { startMs: first.atMs + first.samples / 16, mouth };
}

describe('A message tied to a position', () => {
  it.each([
    [60, 30],
    // At 15 frames a second a mouth can only change every 67 ms: half of that either way cannot be beaten.
    [15, 40],
  ])('acts when that position is heard, at %i frames a second', async (fps, limitMs) => {
    // Positions that fall on every phase of a frame.
    const switches = Array.from({ length: 12 }, (_, n) => ({ atMs: 400 + n * 613, isOn: n % 2 === 0 }));
    const ties = switches.map(({ atMs, isOn }) => ({ atMs, message: `KEYVALUE_SET|k|${isOn ? 1 : 0}` }));
    const { startMs, mouth } = await speak(fps, ties);
    const errors = switches.map(({ atMs, isOn }) => {
      const heardMs = startMs + atMs;
      const change = mouth.find((frame) => frame.atMs > heardMs - 250 && frame.i > 0.5 === isOn);
      return (change?.atMs ?? Number.POSITIVE_INFINITY) - heardMs;
    });
    const sorted = [...errors].sort((a, b) => a - b);
    expect(Math.abs(sorted[sorted.length >> 1] ?? Number.NaN)).toBeLessThan(15);
    for (const error of errors) expect(Math.abs(error)).toBeLessThan(limitMs);
  });
});
