import { type Clock, type Logger, SystemClock } from '../runtime/index.js';
import { SimulatedPeer } from './simulated-peer.js';
import { SimulatorTcpClient } from './simulator-tcp-client.js';
import { SimulatorTcpServer } from './simulator-tcp-server.js';
import type { PeerDeath, PeerIncident, SimulatedModel, SimulatorFault } from './simulator-types.js';
import { SimulatorWsClient } from './simulator-ws-client.js';
import { WavTap } from './wav-tap.js';

/** Where the simulated peer meets the bridge. */
export type SimulatorEnd =
  | { readonly kind: 'listen'; readonly host: string; readonly port: number }
  | { readonly kind: 'dial-tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'dial-ws'; readonly host: string; readonly port: number; readonly path: string };

export interface RunSimulatorOptions {
  readonly end: SimulatorEnd;
  /** Model aliases, loaded in order. @default ['0'] */
  readonly aliases?: readonly string[];
  /** Load time of each model in ms. @default 870 */
  readonly loadMs?: number;
  /** Display frames per second. @default 60 */
  readonly fps?: number;
  /** @default 'linux' */
  readonly platform?: 'linux' | 'windows';
  /** Where what is heard is written; none if left out. */
  readonly wavPath?: string;
  /** Further tries after a failed dial. @default 1000000 */
  readonly retryCount?: number;
  /** Switched on at the start. */
  readonly faults?: readonly SimulatorFault[];
}

/** What happens while it runs, for the command's output. */
export type SimulatorEvent =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'message'; readonly type: string; readonly args: readonly string[] }
  | { readonly kind: 'sound'; readonly samples: number; readonly atMs: number }
  | ({ readonly kind: 'violation' | 'wedged' } & PeerIncident)
  | ({ readonly kind: 'died' } & PeerDeath);

export interface RunSimulatorContext {
  /** Ends the run orderly, without a death. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: SimulatorEvent) => void;
  readonly logger: Logger;
  /** @default the machine's clock */
  readonly clock?: Clock;
}

export interface SimulatorReport {
  readonly deaths: readonly PeerDeath[];
  /** The latest 1000. */
  readonly wedges: readonly PeerIncident[];
  /** The latest 1000. */
  readonly violations: readonly PeerIncident[];
  /** Streamed sound played, ms. */
  readonly playedMs: number;
}

const MAX_INCIDENTS = 1000;

/**
 * Runs one simulated MMDAgent-EX until the signal fires, it dies, or it gives up dialling.
 *
 * @throws {TransportError} BRIDGE_ERR_LINK_LISTEN — the address cannot be bound.
 * @throws {RequestError} BRIDGE_ERR_FILE_WRITE — the recording cannot be written.
 */
export async function runSimulator(
  options: RunSimulatorOptions,
  context: RunSimulatorContext,
): Promise<SimulatorReport> {
  const clock = context.clock ?? new SystemClock();
  const core = new SimulatedPeer({
    clock,
    fps: options.fps ?? 60,
    platform: options.platform ?? 'linux',
    models: (options.aliases ?? ['0']).map((alias): SimulatedModel => {
      return options.loadMs === undefined ? { alias } : { alias, loadMs: options.loadMs };
    }),
  });
  const tap =
    options.wavPath === undefined
      ? undefined
      : await WavTap.open({ path: options.wavPath, startAtMs: clock.nowMs() });
  const report = watch(core, tap, context);
  try {
    for (const fault of options.faults ?? []) core.inject(fault);
    await runUntilEnd(core, clock, options, context);
  } finally {
    core.close();
    await tap?.close();
  }
  return { ...report, playedMs: core.playedMs };
}

async function runUntilEnd(
  core: SimulatedPeer,
  clock: Clock,
  options: RunSimulatorOptions,
  { signal, onEvent, logger }: RunSimulatorContext,
): Promise<void> {
  if (signal.aborted) return;
  const ended = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    core.events.on('died', () => resolve());
  });
  const { end, retryCount = 1_000_000 } = options;
  if (end.kind === 'listen') {
    const server = new SimulatorTcpServer({ core, host: end.host, port: end.port });
    onEvent({ kind: 'listening', port: await server.start() });
    await ended;
    core.close();
    await server.close();
    return;
  }
  const client =
    end.kind === 'dial-tcp'
      ? new SimulatorTcpClient({ core, clock, host: end.host, port: end.port, retryCount })
      : new SimulatorWsClient({ core, clock, host: end.host, port: end.port, path: end.path, retryCount });
  const gaveUp = client.run().then(async (outcome) => {
    if (outcome === 'ended') await ended;
    else logger.warn({ host: end.host, port: end.port }, 'no try left: the simulated peer never dials again');
  });
  await Promise.race([ended, gaveUp]);
  core.close();
  client.close();
}

function watch(
  core: SimulatedPeer,
  tap: WavTap | undefined,
  { onEvent }: RunSimulatorContext,
): Pick<SimulatorReport, 'deaths' | 'wedges' | 'violations'> {
  const deaths: PeerDeath[] = [];
  const wedges: PeerIncident[] = [];
  const violations: PeerIncident[] = [];
  const keep = <T>(list: T[], incident: T): void => {
    if (list.length >= MAX_INCIDENTS) list.shift();
    list.push(incident);
  };
  core.events.on('died', (death) => {
    keep(deaths, death);
    onEvent({ kind: 'died', ...death });
  });
  core.events.on('wedged', (wedge) => {
    keep(wedges, wedge);
    onEvent({ kind: 'wedged', ...wedge });
  });
  core.events.on('violation', (violation) => {
    keep(violations, violation);
    onEvent({ kind: 'violation', ...violation });
  });
  core.events.on('message', (type, args) => onEvent({ kind: 'message', type, args }));
  core.events.on('played', (pcm, atMs) => {
    tap?.write(pcm, atMs);
    onEvent({ kind: 'sound', samples: pcm.length, atMs });
  });
  return { deaths, wedges, violations };
}
