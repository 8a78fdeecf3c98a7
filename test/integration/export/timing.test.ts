import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BridgeClient } from '../../../src/client/index.js';
import { defaultConfig } from '../../../src/config/index.js';
import { createMemoryChannels } from '../../../src/control/index.js';
import { Daemon, SimulatorTaps } from '../../../src/daemon/index.js';
import { type LipPhoneme, openSession, type Session, type UtteranceSpan } from '../../../src/export/index.js';
import { FakeClock, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { createSimulatorEndpoint, SimulatedPeer } from '../../../src/simulator/index.js';
import { MemoryLink } from '../../../src/transport/index.js';
import { collect } from '../../unit/export/rig.js';
import { sound } from '../daemon/rig.js';

/** A daemon and a simulated MMDAgent-EX of 60 frames a second on one clock that moves when told: no machine is too busy. */
describe('The times of an exported session', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-timing-'));
  const clock = new FakeClock(10_000);
  const mouth: { readonly a: number; readonly atMs: number }[] = [];
  const heardAtMs: number[] = [];
  let session: Session;

  beforeAll(async () => {
    const core = new SimulatedPeer({ clock, models: [{ alias: '0', loadMs: 0 }] });
    let isSilent = true;
    core.events.on('played', (pcm, atMs) => {
      const first = pcm.findIndex((sample) => sample !== 0);
      if (first >= 0 && isSilent) heardAtMs.push(atMs + first / 16);
      isSilent = first < 0;
    });
    core.events.on('mouth', ({ a }, atMs) => mouth.push({ a, atMs }));
    const taps = new SimulatorTaps(clock);
    const open = (): ReturnType<typeof createSimulatorEndpoint> => createSimulatorEndpoint(core);
    const daemon = new Daemon({
      version: 'test',
      settings: { ...defaultConfig(), links: ['simulator:'], record: folder },
      clock,
      logger: SILENT_LOGGER,
      links: { create: () => new MemoryLink({ clock, random: () => 0.5, url: 'simulator:', open }) },
      taps,
      onStop: () => {},
    });
    await daemon.start();
    const [here, there] = createMemoryChannels();
    daemon.serve(there, true);
    const client = await BridgeClient.connect({ open: async () => here, client: 'test', clock });
    await clock.advanceAsync(3000);
    for (let n = 0; n < 3; n++) {
      const handle = await client.open({ kind: 'recorded', lips: 'own' });
      await handle.tie({ atMs: 100, message: 'LIPSYNC_START|0|sil,200,a,300,sil,100' });
      const written = handle.write(sound(900, n + 1)).then(() => handle.end());
      await clock.advanceAsync(2500 + 7 * n);
      await written;
    }
    // Lips alone, for sound that is played elsewhere.
    const cue = client.request('send', {
      message: 'LIPSYNC_START|0|sil,200,a,300,sil,100',
      actAtMs: clock.wallMs() + 300,
    });
    await clock.advanceAsync(2500);
    await cue;
    core.close();
    client.close();
    const stopped = daemon.stop();
    await clock.advanceAsync(60_000);
    await stopped;
    session = await openSession(join(folder, readdirSync(folder)[0] ?? ''));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const since = (atMs: number): number => atMs - (session.info.monotonicMs ?? Number.NaN);

  it('are those at which sound was heard, within the 16 ms blocks that MMDAgent-EX plays', async () => {
    const utterances = (await collect(session.items({ kind: 'utterance' }))) as UtteranceSpan[];
    expect(utterances).toHaveLength(3);
    expect(heardAtMs).toHaveLength(3);
    for (const [index, { startMs, endMs }] of utterances.entries()) {
      expect(Math.abs(startMs - since(heardAtMs[index] ?? Number.NaN))).toBeLessThan(16);
      expect(endMs - startMs).toBeCloseTo(900, 1);
    }
  });

  it('are those at which the mouth was half way between two phonemes, within two display frames', async () => {
    const half = Math.max(...mouth.map(({ a }) => a)) / 2;
    const opened = mouth.filter(({ a }, index) => a >= half && (mouth[index - 1]?.a ?? 0) < half);
    const lips = (await collect(session.items({ kind: 'lip', model: '0' }))) as LipPhoneme[];
    const vowels = lips.filter(({ phoneme }) => phoneme === 'a');
    expect(opened).toHaveLength(4);
    expect(vowels).toHaveLength(4);
    for (const [index, { startMs, endMs }] of vowels.entries()) {
      expect(Math.abs(startMs - since(opened[index]?.atMs ?? Number.NaN))).toBeLessThan(34);
      expect(endMs - startMs).toBeCloseTo(300, 1);
    }
  });
});
