import { describe, expect, it } from 'vitest';
import { BridgeClient } from '../../src/client/index.js';
import { defaultConfig } from '../../src/config/index.js';
import { createMemoryChannels } from '../../src/control/index.js';
import { createLinkFactory, Daemon, SimulatorTaps } from '../../src/daemon/index.js';
import { SILENT_LOGGER, SystemClock } from '../../src/runtime/index.js';

describe('a daemon with a simulator lane', () => {
  it('plays every sample of a stream that a client opens', async () => {
    const clock = new SystemClock();
    const taps = new SimulatorTaps(clock);
    const settings = { ...defaultConfig(), links: ['simulator:'] };
    const links = createLinkFactory({ settings, clock, random: Math.random, logger: SILENT_LOGGER, taps });
    const daemon = new Daemon({
      version: 'test',
      settings,
      clock,
      logger: SILENT_LOGGER,
      links,
      taps,
      onStop: () => {},
    });
    await daemon.start();
    const [left, right] = createMemoryChannels();
    daemon.serve(right, true);
    const client = await BridgeClient.connect({ open: async () => left, client: 'test', clock });
    const { tap } = await client.request('tap', { lane: 'simulator' });
    expect(tap).toBeGreaterThan(0);
    const heard: number[] = [];
    client.events.on('tapSound', ({ pcm }) => {
      const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
      for (let at = 0; at < pcm.byteLength; at += 2) heard.push(view.getInt16(at, true));
    });
    const samples = Int16Array.from({ length: 16_000 }, (_, n) => Math.round(8000 * Math.sin(n / 7)) + 1);
    const handle = await client.open({ kind: 'recorded', readyTimeoutMs: 10_000 });
    await handle.write(new Uint8Array(samples.buffer));
    await handle.end();
    const end = await handle.ended;
    expect(end).toMatchObject({ reason: 'completed' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const first = heard.findIndex((value) => value !== 0);
    expect(heard.slice(first, first + samples.length)).toEqual([...samples]);
    expect(end.heardMs).toBe(1000);
    client.close();
    await daemon.stop();
  });
});
