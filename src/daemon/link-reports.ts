import type { AvatarLane, SpeechStream, Utterance, UtteranceEnd } from '../avatar/index.js';
import type { PacingObserver, PlayoutClock } from '../pacing/index.js';
import { BYTES_PER_MS } from '../protocol/index.js';
import { type BridgeError, type Clock, errorText, type Logger } from '../runtime/index.js';
import { LaneLevels } from './lane-levels.js';
import type { LaneRegistry, LinkEntry } from './lane-registry.js';
import type { DaemonMetrics } from './metrics.js';
import type { LaneRecorders } from './recorder.js';
import type { SessionBook } from './session-book.js';

export interface LinkReportsOptions {
  readonly registry: () => LaneRegistry;
  readonly sessions: SessionBook;
  readonly metrics: DaemonMetrics;
  readonly recorders: LaneRecorders;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Carries what happens on links and lanes to those who want to know: log, metrics, recordings, clients. Decides nothing. */
export class LinkReports {
  readonly #options: LinkReportsOptions;
  readonly #playouts = new Map<string, PlayoutClock>();

  constructor(options: LinkReportsOptions) {
    this.#options = options;
  }

  watchLink(entry: LinkEntry): void {
    const { logger, metrics, sessions, registry } = this.#options;
    const { link, spec } = entry;
    link.events.on('stateChange', () => {
      const status = registry().linkStatus(entry);
      logger.info({ link: spec.name, status: status.status }, 'Link changed');
      sessions.tell('links', 'linkState', status);
    });
    link.events.on('outage', (error: BridgeError) => {
      metrics.outages.inc({ link: spec.name });
      logger.warn({ link: spec.name, code: error.code, reason: errorText(error) }, 'Link is down');
    });
    link.events.on('refused', ({ remoteAddress, reason }) => {
      metrics.refusedPeers.inc({ link: spec.name, reason });
      logger.warn({ link: spec.name, remoteAddress, reason }, 'Peer turned away');
    });
  }

  watchLane(lane: AvatarLane): void {
    const { logger, metrics, sessions, recorders, clock } = this.#options;
    this.#playouts.set(lane.name, lane.playout);
    recorders.watch(lane.name, lane.model);
    lane.events.on('stateChange', (state) => {
      recorders.state(lane.name, state.status);
      if (state.status === 'waiting') metrics.connections.inc({ lane: lane.name });
      logger.info({ lane: lane.name, status: state.status }, 'Avatar changed');
      this.#tellLane(lane);
    });
    lane.events.on('message', (message, isEcho) => {
      metrics.messages.inc({ lane: lane.name, direction: 'received' });
      recorders.received(lane.name, message.text, isEcho);
      if (!sessions.isHeard('messages')) return;
      const { type, args, isTruncated } = message;
      sessions.tell('messages', 'message', {
        lane: lane.name,
        type,
        args,
        isEcho,
        isTruncated,
        atMs: clock.wallMs(),
      });
    });
    lane.events.on('sent', (text) => {
      metrics.messages.inc({ lane: lane.name, direction: 'sent' });
      recorders.sent(lane.name, text);
      sessions.tell('messages', 'sent', { lane: lane.name, text, atMs: clock.wallMs() });
    });
    lane.events.on('warning', (warning) => {
      logger.warn({ lane: lane.name, code: warning.code }, warning.text);
      sessions.tell('lanes', 'warning', { lane: lane.name, ...warning });
    });
  }

  /** @param speech - the utterance itself, where it is streamed. */
  watchUtterance(lane: AvatarLane, utterance: Utterance, speech: SpeechStream | undefined): void {
    const { recorders, clock } = this.#options;
    const { id, model } = utterance;
    const source = speech?.kind ?? 'file';
    this.#tellLane(lane);
    utterance.events.on('started', (heardAtMs) =>
      recorders.started(lane.name, { id, model, source }, heardAtMs),
    );
    utterance.events.on('ended', (end: UtteranceEnd) => {
      const nowMs = clock.nowMs();
      // What the peer holds of an interrupted stream is heard all the same.
      const leftMs = Math.min(speech?.expectedEndMs ?? nowMs, lane.playout.endsAtMs);
      const heardToMs = end.reason === 'interrupted' ? Math.max(nowMs, leftMs) : nowMs;
      recorders.ended(lane.name, id, end, heardToMs);
      this.#tellLane(lane);
    });
  }

  /** It came, went, began or ended speaking. */
  #tellLane(lane: AvatarLane): void {
    const { sessions, registry } = this.#options;
    const status = registry().laneStatus(lane);
    // One that was given up may still change, and its speech end.
    if (status.link !== '') sessions.tell('lanes', 'laneState', status);
  }

  /** What pacing calls for every unit: counters without labels to look up. */
  observer(lane: string): PacingObserver {
    const { metrics, recorders, sessions } = this.#options;
    const units = metrics.units.labels({ lane });
    const bytes = metrics.bytes.labels({ lane });
    const levels = new LaneLevels(lane, sessions);
    return {
      unitSent: (payload, nowMs, lateMs) => {
        units.inc();
        bytes.inc(payload.byteLength);
        if (lateMs !== undefined) metrics.lateness.observe(lateMs / 1000);
        const heardToMs = this.#playouts.get(lane)?.endsAtMs ?? nowMs;
        const heardFromMs = heardToMs - payload.byteLength / BYTES_PER_MS;
        recorders.sound(lane, payload, nowMs, heardFromMs);
        levels.sent(payload, heardFromMs - nowMs);
      },
      underrunExpected: (gapMs) => {
        metrics.underruns.inc({ lane });
        metrics.underrunSeconds.inc({ lane }, gapMs / 1000);
      },
      soundDropped: (durationMs) => metrics.droppedSeconds.inc({ lane }, durationMs / 1000),
    };
  }
}
