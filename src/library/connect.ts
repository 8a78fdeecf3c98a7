import {
  BridgeClient,
  isDaemonUrl,
  localSocketPath,
  openLocal,
  openRemote,
  startDaemon,
} from '../client/index.js';
import { type Config, defaultConfig } from '../config/index.js';
import { createMemoryChannels } from '../control/index.js';
import { type Logger, SILENT_LOGGER, SystemClock, TransportError } from '../runtime/index.js';
import type { SpeechSettings } from '../speech/index.js';
import { Bridge } from './bridge.js';

export interface ConnectOptions {
  /** '' for this user's daemon, a NAME on this machine, or the ws:// or wss:// URL of another machine's. @default '' */
  readonly daemon?: string;
  /** Of a daemon on another machine. */
  readonly key?: string;
  /** Links the daemon should have, `[name=]URL`; those that are missing are added. @default none: as it is */
  readonly links?: readonly string[];
  /** Starts a daemon in the background where none runs on this machine. @default true */
  readonly start?: boolean;
  /**
   * Runs the daemon inside this process instead, with these links. The link, and on Linux and macOS MMDAgent-EX with it, then
   * ends with this process: for tests, simulators and programs that never end.
   */
  readonly embedded?: { readonly links: readonly string[] } & Partial<
    Pick<Config, 'model' | 'leadMs' | 'latencyMs' | 'mode' | 'record'>
  >;
  /** Engines and how they speak, for `Bridge.say`. @default those of the `say` command without a settings file */
  readonly speech?: SpeechSettings;
  /** Ends connecting; later it has no effect. */
  readonly signal?: AbortSignal;
  /** @default silent */
  readonly logger?: Logger;
}

const CLIENT = 'mmdagent-bridge library';

/**
 * Connects to a daemon, which holds the links to MMDAgent-EX; starts one where none runs.
 *
 * @throws {BridgeError} BRIDGE_ERR_DAEMON_UNREACHABLE, _START, BRIDGE_ERR_CONTROL_AUTH, BRIDGE_ERR_CONFIG_LINK
 */
export async function connect(options: ConnectOptions = {}): Promise<Bridge> {
  options.signal?.throwIfAborted();
  if (options.embedded !== undefined) return embed(options, options.embedded);
  const client = await reach(options);
  try {
    if (options.links !== undefined) await client.request('ensureLinks', { links: options.links });
    options.signal?.throwIfAborted();
  } catch (error) {
    client.close();
    throw error;
  }
  return new Bridge(client, async () => client.close(), options.speech);
}

async function reach(options: ConnectOptions): Promise<BridgeClient> {
  const clock = new SystemClock();
  const daemon = options.daemon ?? '';
  if (isDaemonUrl(daemon)) {
    const key = options.key === undefined ? {} : { key: options.key };
    return BridgeClient.connect({ open: () => openRemote(daemon), client: CLIENT, clock, ...key });
  }
  const socketPath = localSocketPath(daemon, process.env['XDG_RUNTIME_DIR']);
  const open = (): Promise<BridgeClient> =>
    BridgeClient.connect({ open: () => openLocal(socketPath), client: CLIENT, clock });
  try {
    return await open();
  } catch (error) {
    const isAbsent = error instanceof TransportError && error.code === 'BRIDGE_ERR_DAEMON_UNREACHABLE';
    if (!isAbsent || options.start === false) throw error;
    const links = options.links === undefined ? {} : { BRIDGE_LINK: options.links.join(',') };
    const env = { ...process.env, ...(daemon === '' ? {} : { BRIDGE_DAEMON: daemon }), ...links };
    await startDaemon({ socketPath, env, clock, signal: options.signal });
    return open();
  }
}

async function embed(
  options: ConnectOptions,
  embedded: NonNullable<ConnectOptions['embedded']>,
): Promise<Bridge> {
  // Loaded only here: a mere client needs none of it.
  const { embedDaemon } = await import('../daemon/index.js');
  const settings = defaultConfig({ ...embedded, links: [...embedded.links] });
  const daemon = await embedDaemon({ settings, logger: options.logger ?? SILENT_LOGGER });
  const [left, right] = createMemoryChannels();
  daemon.serve(right, true);
  const client = await BridgeClient.connect({
    open: async () => left,
    client: CLIENT,
    clock: new SystemClock(),
    reconnectMs: 0,
  });
  return new Bridge(
    client,
    async () => {
      client.close();
      await daemon.stop();
    },
    options.speech,
  );
}
