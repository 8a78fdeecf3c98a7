import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { AvatarLane } from '../avatar/index.js';
import { parseLinkUrl } from '../config/index.js';
import {
  CONTROL_VERSION,
  type ControlChannel,
  type DaemonStatus,
  type EventName,
  type Events,
  type RequestName,
  type Requests,
  type Topic,
} from '../control/index.js';
import { PaceScheduler, type PacingObserver } from '../pacing/index.js';
import {
  type BridgeError,
  type Clock,
  errorText,
  type Logger,
  ProtocolError,
  RequestError,
  type Timer,
} from '../runtime/index.js';
import { ControlSession, errorBody, parseRequest } from './control-session.js';
import { SpeakingHandlers } from './handlers.js';
import { LaneRegistry, type LinkEntry } from './lane-registry.js';
import type { LinkFactory } from './link-factory.js';
import { DaemonMetrics } from './metrics.js';
import { LaneRecorders } from './recorder.js';
import { REQUEST_SCHEMAS } from './request-schemas.js';
import type { DaemonSettings } from './settings.js';
import type { SimulatorTaps } from './simulator-taps.js';

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

/** A carrier must say hello within this time, or is closed. */
const HELLO_TIMEOUT_MS = 10_000;
const POSITION_EVERY_MS = 100;
/** What is being said when a link closes may be finished, up to this. */
const DRAIN_TIMEOUT_MS = 30_000;
const MAX_SESSIONS = 500;

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
  readonly #scheduler: PaceScheduler;
  readonly #handlers: SpeakingHandlers;
  readonly #recorders: LaneRecorders;
  readonly #sessions = new Map<string, ControlSession>();
  readonly #startedAtMs: number;
  #positionTimer: Timer | undefined;
  #isStopping = false;

  constructor(options: DaemonOptions) {
    this.#options = options;
    const { clock, settings, logger } = options;
    this.#startedAtMs = clock.nowMs();
    this.#scheduler = new PaceScheduler(clock, (error) => this.uncaught(error));
    this.#recorders = new LaneRecorders(settings.record, clock, logger);
    this.registry = new LaneRegistry({
      settings,
      clock,
      scheduler: this.#scheduler,
      observerFor: (lane) => this.#observer(lane),
      onLane: (lane, entry) => this.#laneAdded(lane, entry),
    });
    this.#handlers = new SpeakingHandlers({
      settings,
      clock,
      registry: this.registry,
      onStreamStarted: (owner, stream, lane, heardAtMs) =>
        this.#streamStarted(owner, stream, lane, heardAtMs),
      onInterrupted: (lane) => this.metrics.interruptions.inc({ lane }),
    });
    this.metrics.source = {
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

  get clientCount(): number {
    return [...this.#sessions.values()].filter((session) => session.isAttached).length;
  }

  get isInUse(): boolean {
    return this.registry.isInUse;
  }

  /** Opens the configured links. @throws {BridgeError} the first that cannot be opened. */
  async start(): Promise<void> {
    await this.#ensureLinks(this.#options.settings.links);
  }

  /** Serves one client until its carrier closes. @param isTrusted - came by the local socket: no key needed. */
  serve(channel: ControlChannel, isTrusted: boolean, key?: string): void {
    const timer = this.#options.clock.after(HELLO_TIMEOUT_MS, () => channel.close());
    const offClosed = channel.events.on('closed', () => {
      timer.cancel();
      offFrame();
    });
    const offFrame = channel.events.on('frame', (frame) => {
      if (frame.kind !== 'json') {
        channel.close();
        return;
      }
      timer.cancel();
      let id = 0;
      try {
        const request = parseRequest(frame.text);
        id = request.id;
        const session = this.#hello(request, isTrusted, key);
        offFrame();
        offClosed();
        this.#welcome(session, request, channel);
      } catch (error) {
        this.metrics.refused(errorBody(error).code);
        channel.send({ kind: 'json', text: JSON.stringify({ id, error: errorBody(error) }) });
        // Closed a little later, so that the answer arrives, and that guessing keys is slow.
        this.#options.clock.after(500, () => channel.close());
        offFrame();
      }
    });
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

  /** Drains every lane, closes every link politely, says goodbye to clients. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    for (const session of this.#sessions.values()) session.event('stopping', {});
    await Promise.all(this.registry.entries.map((entry) => this.#closeEntry(entry)));
    for (const session of [...this.#sessions.values()]) session.end();
    this.#positionTimer?.cancel();
    await this.#recorders.close();
  }

  /** Something threw that should not have: the links go on. */
  uncaught(error: unknown): void {
    this.metrics.uncaught.inc();
    this.#options.logger.error({ err: error }, 'Unexpected error, the daemon goes on');
  }

  #hello(
    request: { do: string; id: number; [param: string]: unknown },
    isTrusted: boolean,
    key: string | undefined,
  ): ControlSession {
    if (request.do !== 'hello') {
      throw new ProtocolError(
        'BRIDGE_ERR_CONTROL_PROTOCOL',
        `Expected hello first, got ${request.do.slice(0, 40)}`,
      );
    }
    const { id: _id, do: _do, ...rest } = request;
    const params = validate('hello', rest);
    if (params.version !== CONTROL_VERSION) {
      throw new ProtocolError(
        'BRIDGE_ERR_CONTROL_VERSION',
        `This daemon (${this.#options.version}) speaks control version ${CONTROL_VERSION}, the client ${params.version}. Use the same version of mmdagent-bridge on both sides`,
      );
    }
    if (!isTrusted && !isSameKey(params.key, key)) {
      throw new ProtocolError(
        'BRIDGE_ERR_CONTROL_AUTH',
        'Expected the key of this daemon. Set BRIDGE_KEY to the same value on both sides',
      );
    }
    const known = params.resume === undefined ? undefined : this.#sessions.get(params.resume.session);
    if (known !== undefined) return known;
    if (this.#sessions.size >= MAX_SESSIONS) {
      throw new RequestError('BRIDGE_ERR_QUEUE_FULL', `Expected at most ${MAX_SESSIONS} clients`, {
        retryable: true,
      });
    }
    const token = randomUUID();
    const session = new ControlSession({
      token,
      client: params.client,
      resumeMs: params.resumeMs ?? this.#options.settings.resumeMs,
      clock: this.#options.clock,
      perform: (owner, name, request) => this.#perform(owner, name, request),
      onEnded: () => this.#sessions.delete(token),
      onRefused: (error) => this.metrics.refused(error.code),
    });
    this.#sessions.set(token, session);
    return session;
  }

  #welcome(
    session: ControlSession,
    request: { id: number; [param: string]: unknown },
    channel: ControlChannel,
  ): void {
    const { resume } = request as { resume?: { session: string; seq: number } };
    const isResumed = resume !== undefined && resume.session === session.token;
    session.attach(channel);
    const result: Requests['hello']['result'] = {
      version: CONTROL_VERSION,
      daemon: this.#options.version,
      pid: process.pid,
      session: session.token,
      isResumed,
      streams: [...session.streams].map(([stream, { speech }]) => ({
        stream,
        receivedBytes: speech?.receivedBytes ?? 0,
      })),
      aheadMs: this.#options.settings.aheadMs,
    };
    session.answer({ id: request.id, result });
    if (isResumed) session.replayAfter(resume.seq);
  }

  async #perform(session: ControlSession, name: RequestName, params: unknown): Promise<unknown> {
    if (!Object.hasOwn(REQUEST_SCHEMAS, name) || name === 'hello') {
      throw new ProtocolError(
        'BRIDGE_ERR_CONTROL_PROTOCOL',
        `Expected a request of control version ${CONTROL_VERSION}, got "${String(name).slice(0, 40)}"`,
      );
    }
    if (this.#isStopping) throw new RequestError('BRIDGE_ERR_DAEMON_UNREACHABLE', 'The daemon is stopping');
    switch (name) {
      case 'status':
        validate(name, params);
        return this.status();
      case 'ensureLinks': {
        const { links } = validate(name, params);
        return { lanes: await this.#ensureLinks(links) };
      }
      case 'send':
        return this.#handlers.send(validate(name, params));
      case 'open':
        return this.#handlers.open(session, validate(name, params));
      case 'speakFile':
        return this.#handlers.speakFile(session, validate(name, params));
      case 'end':
        return this.#handlers.end(session, validate(name, params));
      case 'interrupt':
        return this.#handlers.interrupt(session, validate(name, params));
      case 'tie':
        return this.#handlers.tie(session, validate(name, params));
      case 'subscribe':
        return this.#subscribe(session, validate(name, params).topics);
      case 'metrics':
        validate(name, params);
        return {
          contentType: this.metrics.registry.contentType,
          text: await this.metrics.registry.metrics(),
        };
      case 'tap':
        return { tap: this.#options.taps.open(session, this.#simulatorLink(validate(name, params).lane)) };
      case 'untap': {
        const { tap } = validate(name, params);
        session.taps.get(tap)?.();
        session.taps.delete(tap);
        return {};
      }
      case 'closeLink':
        return this.#closeLink(validate(name, params));
      case 'stop':
        return this.#stopAsked(validate(name, params));
    }
  }

  async #ensureLinks(urls: readonly string[]): Promise<string[]> {
    const names: string[] = [];
    for (const spec of urls.map((url) => parseLinkUrl(url))) {
      const known = this.registry.find(spec);
      if (known !== undefined) {
        names.push(known.spec.name);
        continue;
      }
      const link = this.#options.links.create(spec);
      const entry = this.registry.add(spec, link);
      this.#watch(entry);
      try {
        await link.start();
      } catch (error) {
        this.registry.remove(entry);
        await link.close();
        throw error;
      }
      names.push(spec.name);
    }
    return names;
  }

  #watch(entry: LinkEntry): void {
    const { logger } = this.#options;
    const { link, spec } = entry;
    link.events.on('stateChange', () => {
      const status = this.registry.linkStatus(entry);
      logger.info({ link: spec.name, status: status.status }, 'Link changed');
      this.#tell('links', 'linkState', status);
    });
    link.events.on('outage', (error: BridgeError) => {
      this.metrics.outages.inc({ link: spec.name });
      logger.warn(
        { link: spec.name, code: error.code, reason: errorText(error) },
        'Link is down, trying again',
      );
    });
    link.events.on('refused', ({ remoteAddress, reason }) => {
      this.metrics.refusedPeers.inc({ link: spec.name, reason });
      logger.warn({ link: spec.name, remoteAddress, reason }, 'Peer turned away');
    });
  }

  #laneAdded(lane: AvatarLane, entry: LinkEntry): void {
    const { logger, clock } = this.#options;
    lane.events.on('stateChange', (state) => {
      if (state.status === 'waiting') this.metrics.connections.inc({ lane: lane.name });
      logger.info({ lane: lane.name, status: state.status }, 'Avatar changed');
      if (this.registry.entries.includes(entry))
        this.#tell('lanes', 'laneState', this.registry.laneStatus(lane));
    });
    lane.events.on('message', (message, isEcho) => {
      this.metrics.messages.inc({ lane: lane.name, direction: 'received' });
      this.#recorders.received(lane.name, message.text, isEcho);
      if (!this.#isHeard('messages')) return;
      const { type, args, isTruncated } = message;
      this.#tell('messages', 'message', {
        lane: lane.name,
        type,
        args,
        isEcho,
        isTruncated,
        atMs: clock.wallMs(),
      });
    });
    lane.events.on('sent', (text) => {
      this.metrics.messages.inc({ lane: lane.name, direction: 'sent' });
      this.#recorders.sent(lane.name, text);
      this.#tell('messages', 'sent', { lane: lane.name, text, atMs: clock.wallMs() });
    });
    lane.events.on('warning', (warning) => {
      logger.warn({ lane: lane.name, code: warning.code }, warning.text);
      this.#tell('lanes', 'warning', { lane: lane.name, ...warning });
    });
  }

  #observer(lane: string): PacingObserver {
    const { metrics } = this;
    const units = metrics.units.labels({ lane });
    const bytes = metrics.bytes.labels({ lane });
    const recorders = this.#recorders;
    return {
      unitSent: (payload, nowMs, lateMs) => {
        units.inc();
        bytes.inc(payload.byteLength);
        if (lateMs !== undefined) metrics.lateness.observe(lateMs / 1000);
        recorders.sound(lane, payload, nowMs);
      },
      underrunExpected: (gapMs) => {
        metrics.underruns.inc({ lane });
        metrics.underrunSeconds.inc({ lane }, gapMs / 1000);
      },
      soundDropped: (durationMs) => metrics.droppedSeconds.inc({ lane }, durationMs / 1000),
    };
  }

  #streamStarted(owner: ControlSession, stream: number, lane: string, heardAtMs: number): void {
    owner.event('streamStarted', { stream, lane, heardAtMs });
    for (const session of this.#sessions.values()) {
      if (session !== owner && session.topics.has('streams'))
        session.event('streamStarted', { stream, lane, heardAtMs });
    }
    this.#positionTimer ??= this.#options.clock.after(POSITION_EVERY_MS, () => this.#tellPositions());
  }

  #tellPositions(): void {
    this.#positionTimer = undefined;
    let isAnyHeard = false;
    for (const session of this.#sessions.values()) {
      for (const [stream, { utterance }] of session.streams) {
        if (utterance.status === 'waiting') continue;
        isAnyHeard = true;
        const heardMs = Math.round(utterance.heardMs * 10) / 10;
        session.event('streamPosition', { stream, heardMs, atMs: this.#options.clock.wallMs() });
      }
    }
    if (isAnyHeard)
      this.#positionTimer = this.#options.clock.after(POSITION_EVERY_MS, () => this.#tellPositions());
  }

  #isHeard(topic: Topic): boolean {
    for (const session of this.#sessions.values()) if (session.topics.has(topic)) return true;
    return false;
  }

  #tell<Name extends EventName>(topic: Topic, name: Name, fields: Events[Name]): void {
    for (const session of this.#sessions.values()) if (session.topics.has(topic)) session.event(name, fields);
  }

  #subscribe(session: ControlSession, topics: readonly Topic[]): void {
    session.topics.clear();
    for (const topic of topics) session.topics.add(topic);
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
    const { clock } = this.#options;
    const drained = Promise.all([...entry.lanes.values()].map((lane) => lane.waitForPlayout()));
    await Promise.race([drained, new Promise<void>((resolve) => clock.after(DRAIN_TIMEOUT_MS, resolve))]);
    await Promise.all([...entry.lanes.values()].map((lane) => lane.closePolitely()));
    await entry.link.close();
  }
}

function validate<Name extends RequestName>(name: Name, params: unknown): Requests[Name]['params'] {
  const parsed = REQUEST_SCHEMAS[name].safeParse(params);
  if (parsed.success) return parsed.data as Requests[Name]['params'];
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? name : `${name}.${issue.path.join('.')}`;
  throw new ProtocolError(
    'BRIDGE_ERR_CONTROL_PROTOCOL',
    `Request ${where}: ${issue?.message ?? 'not understood'}`,
  );
}

function isSameKey(given: string | undefined, expected: string | undefined): boolean {
  if (given === undefined || expected === undefined) return false;
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function inUse(what: string): RequestError {
  return new RequestError(
    'BRIDGE_ERR_DAEMON_IN_USE',
    `${what} holds a living MMDAgent-EX, which on Linux and macOS ends when its connection does. Say --force to end both`,
  );
}
