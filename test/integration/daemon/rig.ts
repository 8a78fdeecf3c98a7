import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { BridgeClient, type BridgeClientOptions, openLocal } from '../../../src/client/index.js';
import { type Config, defaultConfig } from '../../../src/config/index.js';
import type { ControlChannel, EventName, Events } from '../../../src/control/index.js';
import { type RunningDaemon, runDaemon } from '../../../src/daemon/index.js';
import { SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import { SimulatedPeer, SimulatorTcpClient } from '../../../src/simulator/index.js';

export { freePort } from '../../support/free-port.js';

export const clock = new SystemClock();

export interface DaemonRig {
  readonly running: RunningDaemon;
  readonly socketPath: string;
  readonly client: (options?: Partial<BridgeClientOptions>) => Promise<RigClient>;
  readonly stop: () => Promise<void>;
}

export interface RigClient {
  readonly client: BridgeClient;
  /** Every event in the order it came. */
  readonly events: { readonly name: EventName; readonly fields: Events[EventName] }[];
  /** Cuts the carrier as a crash would. */
  readonly cut: () => void;
  /** The next carriers are refused until this is called again with false. */
  readonly refuse: (isRefused: boolean) => void;
}

/** A daemon in this process on a local socket of its own. */
export async function startDaemon(settings: Partial<Config> = {}): Promise<DaemonRig> {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-daemon-'));
  const socketPath = join(directory, 'run', 'daemon.sock');
  const stop = new AbortController();
  const running = await runDaemon({
    version: 'test',
    config: { ...defaultConfig(), links: ['simulator:'], ...settings },
    socketPath,
    logger: SILENT_LOGGER,
    signal: stop.signal,
    stdin: new PassThrough(),
    stdout: new PassThrough(),
  });
  const clients: BridgeClient[] = [];
  return {
    running,
    socketPath,
    client: async (options = {}) => {
      const made = await connectClient(socketPath, options);
      clients.push(made.client);
      return made;
    },
    stop: async () => {
      for (const client of clients) client.close();
      stop.abort();
      await running.stopped;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const EVENTS: readonly EventName[] = [
  'laneState',
  'linkState',
  'warning',
  'message',
  'sent',
  'streamStarted',
  'streamPosition',
  'streamCredit',
  'tied',
  'streamEnded',
  'tapMouth',
  'laneLevel',
  'lagged',
  'stopping',
];

async function connectClient(path: string, options: Partial<BridgeClientOptions>): Promise<RigClient> {
  let carrier: ControlChannel | undefined;
  let isRefused = false;
  const client = await BridgeClient.connect({
    open: async () => {
      const channel = await openLocal(isRefused ? `${path}.away` : path);
      carrier = channel;
      return channel;
    },
    client: 'test',
    clock,
    ...options,
  });
  const events: { name: EventName; fields: Events[EventName] }[] = [];
  for (const name of EVENTS) client.events.on(name, (fields) => events.push({ name, fields }));
  return {
    client,
    events,
    // Both directions at once and unread: what was on its way is lost.
    cut: () => carrier?.close(),
    refuse: (value) => {
      isRefused = value;
    },
  };
}

/** One utterance's worth of samples that nothing else sounds like; never silent. */
export function sound(ms: number, seed = 1): Uint8Array {
  const samples = Int16Array.from({ length: ms * 16 }, (_, n) => 1 + ((n * 7919 + seed * 104_729) % 15_000));
  return new Uint8Array(samples.buffer);
}

/** What was played, without the silence around and between. */
export class Heard {
  readonly #blocks: Int16Array[] = [];

  add(pcm: Int16Array): void {
    this.#blocks.push(pcm.slice());
  }

  get samples(): Int16Array {
    const all: number[] = [];
    for (const block of this.#blocks) for (const value of block) if (value !== 0) all.push(value);
    return Int16Array.from(all);
  }
}

export function samplesOf(...pcm: readonly Uint8Array[]): Int16Array {
  const bytes = Buffer.concat(pcm);
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** Listens to the simulator lane through a tap, as the page does. */
export async function tapOf(client: BridgeClient, lane = 'simulator'): Promise<Heard> {
  const heard = new Heard();
  client.events.on('tapSound', ({ pcm }) => heard.add(samplesOf(pcm)));
  await client.request('tap', { lane });
  return heard;
}

export interface DialledPeer {
  readonly peer: SimulatedPeer;
  readonly heard: Heard;
  readonly incidents: string[];
  readonly messages: string[];
  readonly close: () => void;
}

/** A simulated MMDAgent-EX that counts as a real one: it dials a tcp-listen: link. */
export function dialIn(port: number, alias = '0'): DialledPeer {
  const peer = new SimulatedPeer({ clock, models: [{ alias, loadMs: 0 }] });
  const heard = new Heard();
  const incidents: string[] = [];
  const messages: string[] = [];
  peer.events.on('played', (pcm) => heard.add(pcm));
  peer.events.on('message', (type, args) => messages.push([type, ...args].join('|')));
  peer.events.on('died', ({ rule }) => incidents.push(`died ${rule}`));
  peer.events.on('wedged', ({ rule }) => incidents.push(`wedged ${rule}`));
  peer.events.on('violation', ({ rule }) => incidents.push(`violation ${rule}`));
  const dial = new SimulatorTcpClient({ core: peer, clock, host: '127.0.0.1', port, retryCount: 100 });
  void dial.run();
  return {
    peer,
    heard,
    incidents,
    messages,
    close: () => {
      peer.close();
      dial.close();
    },
  };
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Until `isTrue`, at most `limitMs`. */
export async function until(isTrue: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const endMs = clock.nowMs() + limitMs;
  while (!(await isTrue())) {
    if (clock.nowMs() > endMs) throw new Error('It did not happen in time');
    await wait(10);
  }
}

/** The lane named so has an MMDAgent-EX that takes sound. */
export async function untilReady(client: BridgeClient, lane: string): Promise<void> {
  await until(async () =>
    (await client.request('status', {})).lanes.some((some) => some.lane === lane && some.state === 'ready'),
  );
}
