import { afterEach, describe, expect, it } from 'vitest';
import { BridgeClient } from '../../src/client/index.js';
import { defaultConfig } from '../../src/config/index.js';
import { createMemoryChannels } from '../../src/control/index.js';
import { type Daemon, embedDaemon } from '../../src/daemon/index.js';
import { SILENT_LOGGER, SystemClock } from '../../src/runtime/index.js';
import {
  SimulatedPeer,
  SimulatorTcpClient,
  SimulatorTcpServer,
  SimulatorWsClient,
} from '../../src/simulator/index.js';

const clock = new SystemClock();
const closers: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A simulated MMDAgent-EX whose every played sample is kept, silence as zeros. */
function makePeer(): { core: SimulatedPeer; heard: number[]; incidents: string[] } {
  const core = new SimulatedPeer({ clock, models: [{ alias: '0', loadMs: 50 }] });
  const heard: number[] = [];
  const incidents: string[] = [];
  let endMs = Number.NaN;
  core.events.on('played', (pcm, atMs) => {
    const gap = Number.isNaN(endMs) ? 0 : Math.round((atMs - endMs) * 16);
    for (let n = 0; n < gap; n++) heard.push(0);
    heard.push(...pcm);
    endMs = atMs + pcm.length / 16;
  });
  for (const name of ['died', 'wedged', 'violation'] as const) {
    core.events.on(name, ({ rule }) => incidents.push(`${name}: ${rule}`));
  }
  return { core, heard, incidents };
}

async function startDaemon(link: string): Promise<{ daemon: Daemon; client: BridgeClient }> {
  // A wide lead: a busy test machine must not make gaps that have nothing to do with the bytes.
  const settings = { ...defaultConfig(), links: [link], leadMs: 500 };
  const daemon = await embedDaemon({ settings, logger: SILENT_LOGGER });
  closers.push(() => daemon.stop());
  const [left, right] = createMemoryChannels();
  daemon.serve(right, true);
  const client = await BridgeClient.connect({
    open: async () => left,
    client: 'test',
    clock,
    reconnectMs: 0,
  });
  closers.push(() => client.close());
  return { daemon, client };
}

function portOf(daemon: Daemon): number {
  const state = daemon.registry.entries[0]?.link.state;
  if (state?.status !== 'listening') throw new Error('not listening');
  return state.port;
}

/** Begins and ends loud, with a length that is no multiple of unit or block. */
const SOURCE = Int16Array.from(
  { length: 23_457 },
  (_, n) => Math.round(9000 * Math.sin(n / 9)) + (n % 5) + 3,
);

const LINKS: Record<string, (core: SimulatedPeer) => Promise<{ daemon: Daemon; client: BridgeClient }>> = {
  'tcp (MMDAgent-EX listens)': async (core) => {
    const server = new SimulatorTcpServer({ core, port: 0 });
    const port = await server.start();
    core.start();
    closers.push(() => server.close());
    return startDaemon(`tcp://127.0.0.1:${port}`);
  },
  'tcp-listen (MMDAgent-EX dials)': async (core) => {
    const started = await startDaemon('tcp-listen://127.0.0.1:0');
    const peer = new SimulatorTcpClient({ core, clock, host: '127.0.0.1', port: portOf(started.daemon) });
    core.start();
    void peer.run();
    closers.push(() => peer.close());
    return started;
  },
  'ws-listen (MMDAgent-EX is the WebSocket client)': async (core) => {
    const started = await startDaemon('ws-listen://127.0.0.1:0/chat');
    const peer = new SimulatorWsClient({
      core,
      clock,
      host: '127.0.0.1',
      port: portOf(started.daemon),
      path: '/chat',
    });
    core.start();
    void peer.run();
    closers.push(() => peer.close());
    return started;
  },
};

describe('sound through every socket link', () => {
  it.each(Object.entries(LINKS))(
    '%s: two utterances in a row are played sample for sample',
    async (_name, start) => {
      const { core, heard, incidents } = makePeer();
      closers.push(() => core.close());
      const { client } = await start(core);
      for (let turn = 0; turn < 2; turn++) {
        const handle = await client.open({ kind: 'recorded', readyTimeoutMs: 20_000 });
        await handle.write(new Uint8Array(SOURCE.buffer));
        await handle.end();
        expect(await handle.ended).toMatchObject({ reason: 'completed' });
      }
      await expect
        .poll(() => heard.filter((value) => value !== 0).length, { timeout: 5000 })
        .toBe(2 * SOURCE.filter((v) => v !== 0).length);
      const first = heard.findIndex((value) => value !== 0);
      expect(heard.slice(first, first + SOURCE.length)).toEqual([...SOURCE]);
      const second = heard.findIndex((value, at) => at >= first + SOURCE.length && value !== 0);
      expect(heard.slice(second, second + SOURCE.length)).toEqual([...SOURCE]);
      expect(incidents).toEqual([]);
      expect((await client.request('status', {})).lanes[0]).toMatchObject({ connections: 1, state: 'ready' });
    },
  );
});
