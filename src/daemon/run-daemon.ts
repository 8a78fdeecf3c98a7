import type { Readable, Writable } from 'node:stream';
import { type Config, parseLinkUrl, parseListenAddress } from '../config/index.js';
import {
  anySignal,
  type Clock,
  ConfigError,
  type Logger,
  type Random,
  SystemClock,
} from '../runtime/index.js';
import { type ControlServer, listenLocally, listenRemotely } from './control-servers.js';
import { Daemon } from './daemon.js';
import { createLinkFactory } from './link-factory.js';
import { readPemFile } from './pem-file.js';
import { SimulatorTaps } from './simulator-taps.js';

export interface RunDaemonOptions {
  readonly version: string;
  readonly config: Config;
  /** Local socket to listen on. */
  readonly socketPath: string;
  readonly logger: Logger;
  /** Ends it: aborted once to stop in order. */
  readonly signal: AbortSignal;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A daemon that runs. */
export interface RunningDaemon {
  readonly daemon: Daemon;
  /** Local socket first, then the WebSocket for other machines, if there is one. */
  readonly addresses: readonly string[];
  /** Resolves when it has stopped: by signal, by a client, or at the end of stdin as a submodule. */
  readonly stopped: Promise<void>;
}

/**
 * Starts a daemon in this process: links, control servers, and their end in order.
 *
 * @throws {BridgeError} BRIDGE_ERR_DAEMON_RUNNING, _DAEMON_START, _CONFIG_*, _LINK_LISTEN - nothing is left open.
 */
export async function runDaemon(options: RunDaemonOptions): Promise<RunningDaemon> {
  const { config, logger, version, signal } = options;
  const clock = options.clock ?? new SystemClock();
  const stop = new AbortController();
  const taps = new SimulatorTaps(clock);
  const isSubmodule = config.links.some((link) => parseLinkUrl(link).kind === 'stdio');
  const links = createLinkFactory({
    settings: config,
    clock,
    random: options.random ?? Math.random,
    logger,
    taps,
    ...(isSubmodule
      ? { stdio: { stdin: options.stdin, stdout: options.stdout, onEnd: () => stop.abort() } }
      : {}),
  });
  const daemon = new Daemon({
    version,
    settings: config,
    clock,
    logger,
    links,
    taps,
    onStop: () => stop.abort(),
  });
  const servers: ControlServer[] = [];
  try {
    // The local socket first: whoever has it is the daemon, and no second one touches the links' ports.
    servers.push(await listenLocally(options.socketPath, (channel) => daemon.serve(channel, true)));
    if (config.controlListen !== undefined) servers.push(await remote(config, daemon, logger));
    await daemon.start();
  } catch (error) {
    await daemon.stop();
    await Promise.all(servers.map((server) => server.close()));
    throw error;
  }
  const stopped = new Promise<void>((resolve) => {
    const onStop = async (): Promise<void> => {
      logger.info({}, 'Stopping');
      await daemon.stop();
      await Promise.all(servers.map((server) => server.close()));
      resolve();
    };
    anySignal(signal, stop.signal).addEventListener('abort', () => void onStop(), { once: true });
  });
  logger.info({ addresses: servers.map((server) => server.address), pid: process.pid }, 'Daemon is ready');
  return { daemon, addresses: servers.map((server) => server.address), stopped };
}

function remote(config: Config, daemon: Daemon, logger: Logger): Promise<ControlServer> {
  const address = parseListenAddress(config.controlListen ?? '');
  if (address === undefined) {
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `Expected HOST:PORT to listen on, got ${config.controlListen}`,
    );
  }
  const { controlTlsCert, controlTlsKey, key } = config;
  const tls =
    controlTlsCert === undefined || controlTlsKey === undefined
      ? {}
      : { tls: { cert: readPemFile(controlTlsCert), key: readPemFile(controlTlsKey) } };
  // The key decides, not the address: whoever opened this port meant other machines.
  const options = { ...address, logger, allow: ['0.0.0.0/0', '::/0'], ...tls };
  return listenRemotely(options, (channel) => daemon.serve(channel, false, key));
}
