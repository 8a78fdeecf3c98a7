import { randomUUID, timingSafeEqual } from 'node:crypto';
import {
  CONTROL_VERSION,
  type ControlChannel,
  type EventName,
  type Events,
  type RequestName,
  type Requests,
  type Topic,
} from '../control/index.js';
import { type Clock, ProtocolError, RequestError, type Timer } from '../runtime/index.js';
import { ControlSession, errorBody, parseRequest } from './control-session.js';
import type { DaemonMetrics } from './metrics.js';
import { validateRequest } from './validate-request.js';

export interface SessionBookOptions {
  /** The daemon's own version, for people. */
  readonly version: string;
  readonly resumeMs: number;
  readonly aheadMs: number;
  readonly clock: Clock;
  readonly metrics: DaemonMetrics;
  readonly perform: (session: ControlSession, name: RequestName, params: unknown) => Promise<unknown>;
}

/** A carrier must say hello within this time, or is closed. */
const HELLO_TIMEOUT_MS = 10_000;
/** An answer to a bad hello leaves before its carrier is closed, and guessing keys is slow. */
const REFUSED_FOR_MS = 500;
const POSITION_EVERY_MS = 100;
const MAX_SESSIONS = 500;

/** Who is there: lets clients in, gives them their old session back, and tells them what they asked to hear. */
export class SessionBook {
  readonly #options: SessionBookOptions;
  readonly #sessions = new Map<string, ControlSession>();
  #positionTimer: Timer | undefined;

  constructor(options: SessionBookOptions) {
    this.#options = options;
  }

  /** Sessions with a living carrier. */
  get attachedCount(): number {
    let count = 0;
    for (const session of this.#sessions.values()) if (session.isAttached) count++;
    return count;
  }

  /**
   * Serves one client until its carrier closes.
   *
   * @param isTrusted - it came by the local socket or in process: no key needed.
   * @param key - that others must give; undefined lets nobody else in.
   */
  serve(channel: ControlChannel, isTrusted: boolean, key?: string): void {
    const { clock, metrics } = this.#options;
    const timer = clock.after(HELLO_TIMEOUT_MS, () => channel.close());
    const offClosed = channel.events.on('closed', () => {
      timer.cancel();
      offFrame();
    });
    const offFrame = channel.events.on('frame', (frame) => {
      timer.cancel();
      offFrame();
      if (frame.kind !== 'json') {
        channel.close();
        return;
      }
      let id = 0;
      try {
        const request = parseRequest(frame.text);
        id = request.id;
        const session = this.#hello(request, isTrusted, key);
        offClosed();
        this.#welcome(session, request, channel);
      } catch (error) {
        metrics.refused(errorBody(error).code);
        channel.send({ kind: 'json', text: JSON.stringify({ id, error: errorBody(error) }) });
        const closing = clock.after(REFUSED_FOR_MS, () => channel.close());
        channel.events.on('closed', () => closing.cancel());
      }
    });
  }

  isHeard(topic: Topic): boolean {
    for (const session of this.#sessions.values()) if (session.topics.has(topic)) return true;
    return false;
  }

  tell<Name extends EventName>(topic: Topic, name: Name, fields: Events[Name]): void {
    for (const session of this.#sessions.values()) if (session.topics.has(topic)) session.event(name, fields);
  }

  /** Tells the stream's owner, and who listens to `streams`; positions follow while it is heard. */
  streamStarted(owner: ControlSession, about: Omit<Events['streamStarted'], 'atMs'>): void {
    const fields = { ...about, atMs: this.#options.clock.wallMs() };
    owner.event('streamStarted', fields);
    for (const session of this.#sessions.values()) {
      if (session !== owner && session.topics.has('streams')) session.event('streamStarted', fields);
    }
    this.#positionTimer ??= this.#options.clock.after(POSITION_EVERY_MS, () => this.#tellPositions());
  }

  goodbye(): void {
    for (const session of this.#sessions.values()) session.event('stopping', {});
  }

  close(): void {
    this.#positionTimer?.cancel();
    for (const session of [...this.#sessions.values()]) session.end();
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
    // The version before everything else: another one may have other fields.
    if (rest['version'] !== CONTROL_VERSION) throw this.#otherVersion(rest['version']);
    const params = validateRequest('hello', rest);
    if (!isTrusted && !isSameKey(params.key, key)) {
      throw new ProtocolError(
        'BRIDGE_ERR_CONTROL_AUTH',
        'Expected the key of this daemon. Set BRIDGE_KEY to the same value on both sides',
      );
    }
    const known = params.resume === undefined ? undefined : this.#sessions.get(params.resume.session);
    return known ?? this.#newSession(params);
  }

  #newSession(params: Requests['hello']['params']): ControlSession {
    const { clock, metrics, perform, resumeMs } = this.#options;
    if (this.#sessions.size >= MAX_SESSIONS) this.#forgetIdle();
    if (this.#sessions.size >= MAX_SESSIONS) {
      throw new RequestError('BRIDGE_ERR_QUEUE_FULL', `Expected at most ${MAX_SESSIONS} clients`, {
        retryable: true,
      });
    }
    const token = randomUUID();
    const session = new ControlSession({
      token,
      client: params.client,
      resumeMs: params.resumeMs ?? resumeMs,
      clock,
      perform,
      onEnded: () => this.#sessions.delete(token),
      onRefused: (error) => metrics.refused(error.code),
    });
    this.#sessions.set(token, session);
    return session;
  }

  /** Room for a new client: the oldest of those that are gone and left nothing behind. */
  #forgetIdle(): void {
    for (const session of this.#sessions.values()) {
      if (!session.isIdle) continue;
      session.end();
      return;
    }
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
      aheadMs: this.#options.aheadMs,
    };
    session.answer({ id: request.id, result });
    if (isResumed) session.replayAfter(resume.seq);
  }

  #otherVersion(version: unknown): ProtocolError {
    return new ProtocolError(
      'BRIDGE_ERR_CONTROL_VERSION',
      `This daemon (${this.#options.version}) speaks control version ${CONTROL_VERSION}, the client ${JSON.stringify(version)?.slice(0, 20)}. Use the same version of mmdagent-bridge on both sides`,
    );
  }

  #tellPositions(): void {
    const { clock } = this.#options;
    this.#positionTimer = undefined;
    let isAnyHeard = false;
    for (const session of this.#sessions.values()) {
      for (const [stream, { utterance }] of session.streams) {
        if (utterance.status === 'waiting') continue;
        isAnyHeard = true;
        const heardMs = Math.round(utterance.heardMs * 10) / 10;
        // Who has its turn and no sound yet would seem to be heard from now on.
        if (heardMs <= 0) continue;
        session.event('streamPosition', { stream, heardMs, atMs: clock.wallMs() });
      }
    }
    if (isAnyHeard) this.#positionTimer = clock.after(POSITION_EVERY_MS, () => this.#tellPositions());
  }
}

function isSameKey(given: string | undefined, expected: string | undefined): boolean {
  if (given === undefined || expected === undefined) return false;
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
