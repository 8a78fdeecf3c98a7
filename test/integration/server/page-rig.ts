import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeClient } from '../../../src/client/index.js';
import { type Config, defaultConfig } from '../../../src/config/index.js';
import { type ControlChannel, createMemoryChannels } from '../../../src/control/index.js';
import { createLinkFactory, Daemon, SimulatorTaps } from '../../../src/daemon/index.js';
import { SILENT_LOGGER, SystemClock, sleep } from '../../../src/runtime/index.js';
import { type PageServer, type PageServerOptions, startPageServer } from '../../../src/server/index.js';

export const SAMPLE = join(import.meta.dirname, '../../../fixtures/audio/speech-sample.wav');

export interface PageRig {
  readonly daemon: Daemon;
  readonly client: BridgeClient;
  readonly server: PageServer;
  /** Ends the server and starts another at the same place. */
  restart(pauseMs: number): Promise<void>;
  /** Without a slash at the end. */
  readonly origin: string;
  readonly uploadFolder: string;
  /** Channels that were opened for browsers. */
  readonly channels: ControlChannel[];
  close(): Promise<void>;
}

/** A daemon with a simulator and a page server on it, all in this process, over memory channels. */
export async function startPageRig(
  overrides: Partial<PageServerOptions> = {},
  configured: Partial<Config> = {},
): Promise<PageRig> {
  const clock = new SystemClock();
  const taps = new SimulatorTaps(clock);
  const settings = defaultConfig({ links: ['simulator:'], ...configured });
  const links = createLinkFactory({ settings, clock, random: Math.random, logger: SILENT_LOGGER, taps });
  const onStop = (): void => {};
  const daemon = new Daemon({
    version: '0.1.0',
    settings,
    clock,
    logger: SILENT_LOGGER,
    links,
    taps,
    onStop,
  });
  await daemon.start();
  const channels: ControlChannel[] = [];
  const openChannel = async (): Promise<ControlChannel> => {
    const [left, right] = createMemoryChannels();
    daemon.serve(right, true);
    channels.push(left);
    return left;
  };
  const client = await BridgeClient.connect({ open: openChannel, client: 'rig', clock });
  const folder = mkdtempSync(join(tmpdir(), 'page-rig-'));
  const uploadFolder = join(folder, 'uploads');
  const staticDir = join(folder, 'web');
  mkdirSync(uploadFolder);
  mkdirSync(staticDir);
  writeFileSync(join(staticDir, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(staticDir, 'page.js'), 'export {};');
  const options = {
    host: '127.0.0.1',
    port: 0,
    logger: SILENT_LOGGER,
    clock,
    openChannel,
    client,
    staticDir,
    samplePath: SAMPLE,
    version: '1.2.3',
    uploadFolder,
    ...overrides,
  };
  let server = await startPageServer(options);
  const origin = server.url.slice(0, -1);
  return {
    daemon,
    client,
    get server() {
      return server;
    },
    origin,
    uploadFolder,
    channels,
    async restart(pauseMs) {
      await server.close();
      await sleep(clock, pauseMs);
      server = await startPageServer({ ...options, port: Number(new URL(origin).port) });
    },
    async close() {
      await server.close();
      // Nobody waits for what was being said.
      for (const lane of daemon.registry.lanes) lane.interrupt();
      client.close();
      await daemon.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
