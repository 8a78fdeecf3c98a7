import type { AvatarLane } from '../avatar/index.js';
import { parseLinkUrl } from '../config/index.js';
import {
  CONTROL_VERSION,
  type ControlChannel,
  type DaemonStatus,
  type RequestName,
  type Requests,
} from '../control/index.js';
import { PaceScheduler } from '../pacing/index.js';
import { type Clock, type Logger, ProtocolError, RequestError } from '../runtime/index.js';
import type { ControlSession } from './control-session.js';
import { SpeakingHandlers } from './handlers.js';
import { LaneRegistry, type LinkEntry } from './lane-registry.js';
import type { LinkFactory } from './link-factory.js';
import { LinkReports } from './link-reports.js';
import { DaemonMetrics } from './metrics.js';
import { LaneRecorders } from './recorder.js';
import { SessionBook } from './session-book.js';
import type { DaemonSettings } from './settings.js';
import type { SimulatorTaps } from './simulator-taps.js';
import { isRequestName, validateRequest } from './validate-request.js';

export interface DaemonOptions {
  readonly version: string;
  readonly settings: DaemonSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly links: LinkFactory;
  readonly taps: SimulatorTaps;
  /** Called when a client asked it to stop and it may. */
  readonly onStop: () => void;
}

/** What is being said when a link closes may be finished, up to this. */
const DRAIN_TIMEOUT_MS = 30_000;

/**
 * Owns the links to MMDAgent-EX, their pacing and playback clocks, and outlives everything else: on Linux and macOS
 * MMDAgent-EX dies or wedges when its connection goes away, so nothing that can crash lives here. No engine, no web
 * server, no dialogue; clients come and go over control channels, and no mistake of theirs reaches a link.
 *
 *   clients ⇄ ControlChannel ⇄ ControlSession → SpeakingHandlers → AvatarLane → PeerConnection ⇄ MMDAgent-EX
 *
 * What can fail: a client (its session ends, what it said is spoken to the end), a link (its lane waits for the next
 * connection), a request (a typed error). An error that nobody handled is counted and logged, never fatal.
 */
export class Daemon {
  readonly metrics = new DaemonMetrics();
  readonly registry: LaneRegistry;
  readonly #options: DaemonOptions;
  readonly #handlers: SpeakingHandlers;
  readonly #recorders: LaneRecorders;
  readonly #sessions: SessionBook;
  readonly #reports: LinkReports;
  readonly #starting = new Map<LinkEntry, Promise<void>>();
  readonly #startedAtMs: number;
  #stopped: Promise<void> | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    const { clock, settings, logger, version } = options;
    const { metrics } = this;
    this.#startedAtMs = clock.nowMs();
    this.#recorders = new LaneRecorders(settings.record, clock, logger);
    this.#sessions = new SessionBook({
      version,
      resumeMs: settings.resumeMs,
      aheadMs: settings.aheadMs,
      clock,
      metrics,
      perform: (session, name, params) => this.#perform(session, name, params),
    });
    this.#reports = new LinkReports({
      registry: () => this.registry,
      sessions: this.#sessions,
      metrics,
      recorders: this.#recorders,
      logger,
      clock,
    });
    this.registry = new LaneRegistry({
      settings,
      clock,
      scheduler: new PaceScheduler(clock, (error) => this.uncaught(error)),
      observerFor: (lane) => this.#reports.observer(lane),
      onLane: (lane) => this.#reports.watchLane(lane),
    });
    this.#handlers = new SpeakingHandlers({
      settings,
      clock,
      registry: this.registry,
      onStreamStarted: (owner, stream, lane, heardAtMs) =>
        this.#sessions.streamStarted(owner, { stream, lane, heardAtMs }),
      onInterrupted: (lane) => metrics.interruptions.inc({ lane }),
      onUtterance: (lane, utterance, speech) => this.#reports.watchUtterance(lane, utterance, speech),
    });
    metrics.source = {
      lanes: () =>
        this.registry.lanes.map((lane) => ({
          lane: lane.name,
          isConnected: lane.isConnected,
          bufferedMs: lane.playout.bufferedMs(clock.nowMs()),
          queuedLines: lane.queuedLines,
          utterances: lane.utteranceCount,
        })),
      clients: () => this.clientCount,
    };
  }

  /** Clients with a living carrier. */
  get clientCount(): number {
    return this.#sessions.attachedCount;
  }

  /** A real MMDAgent-EX is connected: the daemon must stay. */
  get isInUse(): boolean {
    return this.registry.isInUse;
  }

  /** Opens the configured links. @throws {BridgeError} the first that cannot be opened. */
  async start(): Promise<void> {
    await this.#ensureLinks(this.#options.settings.links);
  }

  /** Serves one client until its carrier closes. @param isTrusted - came by the local socket: no key needed. */
  serve(channel: ControlChannel, isTrusted: boolean, key?: string): void {
    this.#sessions.serve(channel, isTrusted, key);
  }

  status(): DaemonStatus {
    return {
      version: this.#options.version,
      pid: process.pid,
      uptimeMs: Math.round(this.#options.clock.nowMs() - this.#startedAtMs),
      links: this.registry.entries.map((entry) => this.registry.linkStatus(entry)),
      lanes: this.registry.lanes.map((lane) => this.registry.laneStatus(lane)),
      clients: this.clientCount,
      isInUse: this.isInUse,
    };
  }

  /** Drains every lane, closes every link politely, says goodbye to clients. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Something threw that should not have: the links go on. */
  uncaught(error: unknown): void {
    this.metrics.uncaught.inc();
    this.#options.logger.error({ err: error }, 'Unexpected error, the daemon goes on');
  }

  async #stop(): Promise<void> {
    this.#sessions.goodbye();
    await Promise.all(this.registry.entries.map((entry) => this.#closeEntry(entry)));
    this.#sessions.close();
    await this.#recorders.close();
  }

  async #perform(session: ControlSession, name: RequestName, params: unknown): Promise<unknown> {
    if (!isRequestName(name) || name === 'hello') {
      throw new ProtocolError(
        'BRIDGE_ERR_CONTROL_PROTOCOL',
        `Expected a request of control version ${CONTROL_VERSION}, got "${String(name).slice(0, 40)}"`,
      );
    }
    if (this.#stopped !== undefined)
      throw new RequestError('BRIDGE_ERR_DAEMON_UNREACHABLE', 'The daemon is stopping');
    switch (name) {
      case 'status':
        validateRequest(name, params);
        return this.status();
      case 'ensureLinks': {
        const { links } = validateRequest(name, params);
        return { lanes: await this.#ensureLinks(links) };
      }
      case 'send':
        return this.#handlers.send(validateRequest(name, params));
      case 'clock':
        validateRequest(name, params);
        return this.#handlers.clock();
      case 'open':
        return this.#handlers.open(session, validateRequest(name, params));
      case 'speakFile':
        return this.#handlers.speakFile(session, validateRequest(name, params));
      case 'end':
        return this.#handlers.end(session, validateRequest(name, params));
      case 'interrupt':
        return this.#handlers.interrupt(session, validateRequest(name, params));
      case 'tie':
        return this.#handlers.tie(session, validateRequest(name, params));
      case 'subscribe':
        return this.#subscribe(session, validateRequest(name, params));
      case 'metrics':
        validateRequest(name, params);
        return {
          contentType: this.metrics.registry.contentType,
          text: await this.metrics.registry.metrics(),
        };
      case 'tap':
        return { tap: this.#tap(session, validateRequest(name, params).lane) };
      case 'untap': {
        const { tap } = validateRequest(name, params);
        session.taps.get(tap)?.();
        session.taps.delete(tap);
        return {};
      }
      case 'closeLink':
        return this.#closeLink(validateRequest(name, params));
      case 'stop':
        return this.#stopAsked(validateRequest(name, params));
    }
  }

  async #ensureLinks(urls: readonly string[]): Promise<string[]> {
    const names: string[] = [];
    for (const spec of urls.map((url) => parseLinkUrl(url))) {
      const known = this.registry.find(spec);
      if (known !== undefined) {
        // Somebody else may be starting it this moment, in vain.
        await this.#starting.get(known);
        names.push(known.spec.name);
        continue;
      }
      const link = this.#options.links.create(spec);
      const entry = this.registry.add(spec, link);
      this.#reports.watchLink(entry);
      const starting = link.start();
      this.#starting.set(entry, starting);
      try {
        await starting;
      } catch (error) {
        this.registry.remove(entry);
        await link.close();
        throw error;
      } finally {
        this.#starting.delete(entry);
      }
      names.push(spec.name);
    }
    return names;
  }

  #subscribe(session: ControlSession, params: Requests['subscribe']['params']): void {
    session.topics.clear();
    for (const topic of params.topics) session.topics.add(topic);
  }

  #tap(session: ControlSession, lane: string): number {
    session.assertRoomForTap();
    return this.#options.taps.open(session, this.#simulatorLink(lane));
  }

  #simulatorLink(lane: string): string {
    const entry = this.registry.entries.find(({ spec }) => spec.kind === 'simulator' && spec.name === lane);
    if (entry === undefined) {
      throw new RequestError(
        'BRIDGE_ERR_LANE_UNKNOWN',
        `Expected a simulator lane to listen to, got "${lane}"`,
      );
    }
    return entry.spec.name;
  }

  async #closeLink(params: Requests['closeLink']['params']): Promise<void> {
    const entry = this.registry.entries.find(({ spec }) => spec.name === params.link);
    if (entry === undefined) {
      throw new RequestError(
        'BRIDGE_ERR_LANE_UNKNOWN',
        `Expected a link of this daemon, got "${params.link}"`,
      );
    }
    const isReal =
      entry.spec.kind !== 'simulator' && [...entry.lanes.values()].some((lane) => lane.isConnected);
    if (isReal && params.force !== true) throw inUse('The link');
    await this.#closeEntry(entry);
    this.registry.remove(entry);
  }

  #stopAsked(params: Requests['stop']['params']): void {
    if (this.isInUse && params.force !== true) throw inUse('The daemon');
    // After the answer has left.
    this.#options.clock.after(20, () => this.#options.onStop());
  }

  async #closeEntry(entry: LinkEntry): Promise<void> {
    const lanes = [...entry.lanes.values()];
    await Promise.all(lanes.map((lane) => this.#drain(lane)));
    await Promise.all(lanes.map((lane) => lane.closePolitely()));
    await entry.link.close();
  }

  /** Lets an avatar finish what it is saying; what waits for one that is not there waits no longer. */
  async #drain(lane: AvatarLane): Promise<void> {
    if (!lane.isConnected) return;
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(DRAIN_TIMEOUT_MS, resolve);
      void lane.waitForPlayout().then(() => {
        timer.cancel();
        resolve();
      });
    });
  }
}

function inUse(what: string): RequestError {
  return new RequestError(
    'BRIDGE_ERR_DAEMON_IN_USE',
    `${what} holds a living MMDAgent-EX, which on Linux and macOS ends when its connection does. Say --force to end both`,
  );
}
