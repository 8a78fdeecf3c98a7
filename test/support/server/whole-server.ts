import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyEntry, newKey, type Role, writeKeyFile } from '../../../src/access/index.js';
import { openProtocols, type Protocols } from '../../../src/app/open-protocols.js';
import { createSpeaker } from '../../../src/app/speaker.js';
import { createTalker } from '../../../src/app/talker.js';
import { TurnBoard } from '../../../src/app/turn-board.js';
import { TurnMetrics } from '../../../src/app/turn-metrics.js';
import { BridgeClient } from '../../../src/client/index.js';
import { resolveConfig } from '../../../src/config/index.js';
import { type ControlChannel, createMemoryChannels } from '../../../src/control/index.js';
import { createLinkFactory, Daemon, SimulatorTaps } from '../../../src/daemon/index.js';
import {
  type Clock,
  type Logger,
  SILENT_LOGGER,
  SystemClock,
  type Timer,
} from '../../../src/runtime/index.js';
import {
  type Endpoints,
  type MachinePort,
  type PageServer,
  startPageServer,
} from '../../../src/server/index.js';
import { loginEndpoints } from '../../../src/server/login-endpoints.js';
import { ScriptedEngines } from './scripted-engines.js';

const SAMPLE = join(import.meta.dirname, '../../../fixtures/audio/speech-sample.wav');

export type KeyName = 'ann' | 'bob' | 'operator';

export interface WholeServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly origin: string;
  readonly port: number;
  readonly protocols: Protocols;
  /** All that the protocols answer, login included. */
  readonly endpoints: readonly Endpoints[];
  readonly server: PageServer;
  readonly engines: ScriptedEngines;
  readonly clock: CountingClock;
  readonly client: BridgeClient;
  readonly daemon: Daemon;
  /** Of roles client, client, operator. */
  readonly keys: Readonly<Record<KeyName, string>>;
  /** Everything that was logged, as JSON, level debug included. */
  readonly log: string[];
  readonly folder: string;
  /** Ends server and protocols, with the daemon going on. Idempotent. */
  closeServer(): Promise<void>;
}

export interface WholeServerOptions {
  /** Section `serve`. */
  readonly serve?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Whether keys are set up. @default true */
  readonly hasKeys?: boolean;
  readonly links?: readonly string[];
  readonly clock?: CountingClock;
  /** @default a page that says `page` */
  readonly staticDir?: string;
  readonly uploadIdleMs?: number;
  /** @default pages are told nothing of the machine */
  readonly machine?: MachinePort;
}

/** The machine's clock, counting what waits; what waits for 20 to 40 s (pings, who comes back) comes sooner where it is told to hurry. */
export class CountingClock extends SystemClock {
  /** How many times sooner. */
  hurry = 1;
  readonly #waiting = new Map<object, number>();

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Delays of what waits, milliseconds. */
  get delaysMs(): readonly number[] {
    return [...this.#waiting.values()].sort((one, other) => one - other);
  }

  override after(delayMs: number, run: () => void): Timer {
    const key = {};
    this.#waiting.set(key, delayMs);
    const timer = super.after(delayMs >= 20_000 && delayMs <= 40_000 ? delayMs / this.hurry : delayMs, () => {
      this.#waiting.delete(key);
      run();
    });
    return {
      cancel: () => {
        this.#waiting.delete(key);
        timer.cancel();
      },
    };
  }
}

const ROLES: Readonly<Record<KeyName, Role>> = { ann: 'client', bob: 'client', operator: 'operator' };
/** For tests that ask more in a second than anybody does. */
const NO_LIMITS = {
  requests: { perS: 1e6, burst: 1e6 },
  turns: { perS: 1e6, burst: 1e6 },
  bytes: { perS: 1e11, burst: 1e11 },
  connections: 10_000,
};
const KEY_NAME = 'ENGINE_KEY_OF_TEST';
export const ENGINE_KEY = 'sk-engine-secret-of-this-test';

/** The server as `openPage` puts it together: daemon, all protocols and pages in this process, engines of a vendor on loopback. */
export async function startWholeServer(options: WholeServerOptions = {}): Promise<WholeServer> {
  const { clock = new CountingClock(), hasKeys = true, links = ['simulator:'] } = options;
  const folder = mkdtempSync(join(tmpdir(), 'whole-server-'));
  const engines = await ScriptedEngines.start();
  const keys = { ann: newKey(), bob: newKey(), operator: newKey() };
  const keyFile = join(folder, 'keys.json');
  if (hasKeys) await writeKeyFile(keyFile, await Promise.all(Object.entries(ROLES).map(entryOf)));
  function entryOf([name, role]: [string, Role]): ReturnType<typeof keyEntry> {
    return keyEntry(keys[name as KeyName], { name, role, createdAt: new Date(0).toISOString() });
  }
  const configFile = join(folder, 'bridge.json');
  writeFileSync(configFile, JSON.stringify(settingsOf(options, engines, keyFile)));
  const env = { HOME: folder, PATH: process.env['PATH'], [KEY_NAME]: ENGINE_KEY };
  const reload = () =>
    resolveConfig({ env, flags: { config: configFile, link: [...links], 'page-host': '127.0.0.1' } });
  const resolved = await reload();
  const log: string[] = [];
  const logger = loggerTo(log);
  const { daemon, client, openChannel } = await startDaemon(resolved.config, clock);
  const speaker = createSpeaker({ resolved, client, clock, logger, env });
  const counts = new TurnMetrics(() => ({}));
  const metrics = async (): Promise<TurnMetrics> => counts;
  const talker = createTalker({ resolved, client, clock, logger, version: 'test', env, metrics });
  const turns = new TurnBoard(clock);
  const protocols = await openProtocols({
    ...{ resolved, client, clock, logger, env, reload, speaker, turns, version: 'test' },
    onOpened: (session) => {
      turns.watchSession(session);
      counts.watchSession(session);
    },
  });
  const uploadFolder = join(folder, 'uploads');
  mkdirSync(uploadFolder);
  const { gate } = protocols;
  const server = await startPageServer({
    ...{ host: '127.0.0.1', port: 0, logger, clock, openChannel, client, uploadFolder, speaker, talker },
    staticDir: options.staticDir ?? pagesIn(folder),
    samplePath: SAMPLE,
    moreMetrics: () => counts.text(),
    version: 'test',
    gate,
    endpoints: protocols.endpoints,
    ...(options.uploadIdleMs === undefined ? {} : { uploadIdleMs: options.uploadIdleMs }),
    ...(options.machine === undefined ? {} : { machine: options.machine }),
  });
  const origin = server.url.slice(0, -1);
  const closeServer = async (): Promise<void> => {
    await server.close();
    await Promise.all([speaker.close(), talker.close(), protocols.close()]);
  };
  return {
    ...{ origin, protocols, server, engines, clock, client, daemon, keys, log, folder, closeServer },
    port: Number(new URL(origin).port),
    endpoints: [loginEndpoints(gate, clock), ...protocols.endpoints],
    [Symbol.asyncDispose]: async () => {
      await closeServer();
      for (const lane of daemon.registry.lanes) lane.interrupt();
      client.close();
      await daemon.stop();
      await engines.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function settingsOf(
  { serve, config }: WholeServerOptions,
  { baseUrl }: ScriptedEngines,
  keyFile: string,
): object {
  const vendor = {
    type: 'openai',
    apiKey: `$\{${KEY_NAME}}`,
    baseUrl,
    firstByteMs: 60_000,
    idleMs: 60_000,
  };
  return {
    llmEngine: 'mine',
    llmEngines: { mine: { ...vendor, model: 'm' } },
    ttsEngine: 'voice',
    engines: { voice: vendor },
    sttEngine: 'ear',
    sttEngines: { ear: { ...vendor, model: 'whisper-1', answer: 'plain' } },
    conversation: { hearing: { pauseMs: { fixed: 300 } } },
    serve: {
      visitors: true,
      keyFile,
      limits: { visitor: NO_LIMITS, address: NO_LIMITS, client: NO_LIMITS, operator: NO_LIMITS },
      ...serve,
    },
    ...config,
  };
}

async function startDaemon(
  settings: Awaited<ReturnType<typeof resolveConfig>>['config'],
  clock: Clock,
): Promise<{ daemon: Daemon; client: BridgeClient; openChannel: () => Promise<ControlChannel> }> {
  const taps = new SimulatorTaps(clock);
  const logger = SILENT_LOGGER;
  const links = createLinkFactory({ settings, clock, random: Math.random, logger, taps });
  const daemon = new Daemon({ version: 'test', settings, clock, logger, links, taps, onStop: () => {} });
  await daemon.start();
  const openChannel = async (): Promise<ControlChannel> => {
    const [left, right] = createMemoryChannels();
    daemon.serve(right, true);
    return left;
  };
  return {
    daemon,
    openChannel,
    client: await BridgeClient.connect({ open: openChannel, client: 'rig', clock }),
  };
}

function pagesIn(folder: string): string {
  const staticDir = join(folder, 'web');
  mkdirSync(staticDir);
  writeFileSync(join(staticDir, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(staticDir, 'page.js'), 'export {};');
  return staticDir;
}

function loggerTo(log: string[]): Logger {
  const write =
    (level: string) =>
    (fields: object, text?: string): void =>
      void log.push(JSON.stringify({ level, text, ...plain(fields) }));
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** With what an error says, as a log shows it. */
function plain(fields: object): object {
  const errorOf = (error: Error): object => ({
    name: error.name,
    message: error.message,
    stack: error.stack,
    cause: String(error.cause),
  });
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? errorOf(value) : value]),
  );
}
