import {
  LivePacer,
  type PaceScheduler,
  type PacingObserver,
  type PlayoutClock,
  RecordedPacer,
  SoundOutlet,
  type SoundPort,
} from '../pacing/index.js';
import { BYTES_PER_MS, encodeCloseMouth, type SoundMode } from '../protocol/index.js';
import { BridgeError, type Clock, Emitter, RequestError, type Timer } from '../runtime/index.js';
import type { EffectKind } from './delay-estimator.js';
import type { UtteranceEnd } from './events.js';
import type { PeerSession } from './peer-session.js';
import { type TiedMessage, TiedMessages } from './tied-messages.js';
import type { Utterance, UtteranceEvents, UtteranceStatus } from './utterance.js';

/** Whether the source can run ahead of real time (`recorded`: files, synthesis) or not (`live`: a microphone). */
export type StreamKind = 'recorded' | 'live';

export interface SpeechStreamOptions {
  readonly id: number;
  readonly kind: StreamKind;
  readonly mode: SoundMode;
  readonly model: string;
  readonly leadMs: number;
  /** Sound it takes ahead of what was sent, milliseconds. */
  readonly aheadMs: number;
  /** `own`: the stream's LIPSYNC_START messages move the mouth, the peer's recogniser is off. @default 'peer' */
  readonly lips?: 'peer' | 'own';
  readonly clock: Clock;
  readonly scheduler: PaceScheduler;
  readonly playout: PlayoutClock;
  readonly port: SoundPort;
  readonly observer: PacingObserver;
}

const MAX_TIES = 10_000;

/**
 * One utterance of streamed sound with the messages tied to its positions.
 *
 * Sound comes in by `push` as far as credit goes, leaves through a pacer, and is heard by the playout clock; tied
 * messages leave when their position is heard, less what this peer needs to act. `interrupt` is synchronous: after it
 * returns not one more unit of sound and no tied message leaves; two closing lines do, which shut segment and mouth.
 */
export class SpeechStream implements Utterance {
  readonly id: number;
  readonly model: string;
  readonly events = new Emitter<UtteranceEvents>();
  readonly #options: SpeechStreamOptions;
  readonly #outlet: SoundOutlet;
  readonly #pacer: RecordedPacer | LivePacer;
  readonly #ties = new TiedMessages();
  readonly #tieTask = { dueMs: Number.POSITIVE_INFINITY, run: (nowMs: number) => this.#sendTied(nowMs) };
  #status: UtteranceStatus = 'waiting';
  #session: PeerSession | undefined;
  #pushedBytes = 0;
  #toldBytes: number;
  #isEnded = false;
  #hasStarted = false;
  #plannedStartMs = 0;
  #tieCount = 0;
  #endTimer: Timer | undefined;
  #finalHeardMs = 0;

  constructor(options: SpeechStreamOptions) {
    this.#options = options;
    this.id = options.id;
    this.model = options.model;
    const observer: PacingObserver = {
      unitSent: (payload, nowMs, lateMs) => {
        options.observer.unitSent(payload, nowMs, lateMs);
        this.#unitSent();
      },
      underrunExpected: (gapMs) => options.observer.underrunExpected(gapMs),
      soundDropped: (durationMs) => options.observer.soundDropped(durationMs),
    };
    this.#outlet = new SoundOutlet(options.port, options.playout, observer);
    const common = {
      outlet: this.#outlet,
      playout: options.playout,
      mode: options.mode,
      leadMs: options.leadMs,
      wake: () => options.scheduler.wake(this.#pacer),
      onSent: () => this.#allSent(),
    };
    this.#toldBytes = options.aheadMs * BYTES_PER_MS;
    this.#pacer =
      options.kind === 'live'
        ? new LivePacer({ ...common, nowMs: () => options.clock.nowMs() })
        : new RecordedPacer({ ...common, queueBytes: this.#toldBytes });
  }

  get status(): UtteranceStatus {
    return this.#status;
  }

  get kind(): StreamKind {
    return this.#options.kind;
  }

  get mayOverlap(): boolean {
    return this.#status === 'draining' && this.#options.kind === 'recorded';
  }

  /** All bytes taken so far. */
  get receivedBytes(): number {
    return this.#pushedBytes;
  }

  /** All bytes that may have been pushed by now; unlimited for live sound, whose excess is dropped. */
  get acceptedBytes(): number {
    return this.#options.kind === 'live'
      ? Number.MAX_SAFE_INTEGER
      : this.#pushedBytes + this.#pacer.roomBytes;
  }

  get queuedMs(): number {
    return this.#pacer.queuedBytes / BYTES_PER_MS;
  }

  get heardMs(): number {
    if (this.#status === 'ended') return this.#finalHeardMs;
    return this.#outlet.positions.positionMs(this.#options.clock.nowMs(), this.#outlet.sentMs);
  }

  /** When the last sample known by now is heard, lane clock; undefined before the first was sent. */
  get expectedEndMs(): number | undefined {
    return this.#outlet.positions.heardAtMs(this.#pushedBytes / BYTES_PER_MS);
  }

  /**
   * @param pcm - s16le mono 16 kHz, whole samples; copied.
   * @throws {RequestError} BRIDGE_ERR_STREAM_OVERRUN - more than the credit; BRIDGE_ERR_STREAM_UNKNOWN - it has ended.
   */
  push(pcm: Uint8Array): void {
    if (this.#status === 'ended') return;
    if (this.#isEnded)
      throw new RequestError('BRIDGE_ERR_STREAM_UNKNOWN', `Stream ${this.id} was already said to end`);
    if (pcm.byteLength % 2 !== 0) {
      throw new RequestError(
        'BRIDGE_ERR_SOUND_SIZE',
        `Expected whole 16-bit samples, got ${pcm.byteLength} bytes`,
      );
    }
    if (!this.#pacer.push(pcm)) {
      throw new RequestError(
        'BRIDGE_ERR_STREAM_OVERRUN',
        `Expected at most ${this.#pacer.roomBytes} bytes of sound now, got ${pcm.byteLength}: wait for credit`,
      );
    }
    this.#pushedBytes += pcm.byteLength;
  }

  end(): void {
    if (this.#isEnded || this.#status === 'ended') return;
    this.#isEnded = true;
    this.#pacer.end();
  }

  /**
   * Ties a message to a position. One that is already past leaves at once.
   *
   * @throws {RequestError} BRIDGE_ERR_QUEUE_FULL, BRIDGE_ERR_STREAM_UNKNOWN
   */
  tie(positionMs: number, kind: EffectKind, content: TiedMessage['content']): number {
    if (this.#status === 'ended')
      throw new RequestError('BRIDGE_ERR_STREAM_UNKNOWN', `Stream ${this.id} has ended`);
    if (this.#ties.size >= MAX_TIES) {
      throw new RequestError(
        'BRIDGE_ERR_QUEUE_FULL',
        `Expected at most ${MAX_TIES} tied messages on a stream`,
      );
    }
    const tieId = ++this.#tieCount;
    this.#ties.add({ tieId, positionMs, kind, content });
    this.#scheduleTies();
    return tieId;
  }

  begin(session: PeerSession): void {
    if (this.#status !== 'waiting') return;
    this.#session = session;
    this.#status = 'speaking';
    session.useModel(this.model);
    session.useAutoLip(this.#options.lips === 'own' ? 'ALWAYS' : 'NO');
    const { clock, playout } = this.#options;
    const nowMs = clock.nowMs();
    // A slow peer needs a message for the first samples before it needs the samples.
    const holdMs = playout.isDry(nowMs)
      ? this.#ties.holdMs(playout.latencyMs, (kind) => session.delays.delayMs(kind))
      : 0;
    this.#plannedStartMs = nowMs + Math.max(0, holdMs);
    this.#pacer.start(this.#plannedStartMs);
    this.#scheduleTies();
  }

  clear(): void {
    this.#pacer.poke();
  }

  interrupt(): void {
    if (this.#status === 'ended') return;
    const session = this.#session;
    const wasSounding = this.#outlet.sentMs > 0;
    // What the peer holds will be heard: nothing can be taken back.
    const heardMs = this.#outlet.sentMs;
    this.#stop();
    if (session !== undefined && wasSounding) {
      session.closeSegment();
      session.sendUrgent(encodeCloseMouth(this.model), `LIPSYNC_START|${this.model}|sil,50`);
    }
    this.#finish({ reason: 'interrupted', heardMs });
  }

  fail(error: unknown): void {
    if (this.#status === 'ended') return;
    const heardMs = this.heardMs;
    this.#stop();
    const typed =
      error instanceof BridgeError
        ? error
        : new RequestError('BRIDGE_ERR_LINK_LOST', 'The utterance failed', { cause: error });
    this.#finish({ reason: 'failed', heardMs, error: typed });
  }

  #unitSent(): void {
    if (!this.#hasStarted) {
      const heardAtMs = this.#outlet.positions.heardAtMs(0);
      if (heardAtMs !== undefined) {
        this.#hasStarted = true;
        this.events.emit('started', heardAtMs);
      }
    }
    // Told in steps, so that a stream costs its client a handful of frames a second.
    const acceptedBytes = this.acceptedBytes;
    if (acceptedBytes - this.#toldBytes >= 100 * BYTES_PER_MS && this.#options.kind === 'recorded') {
      this.#toldBytes = acceptedBytes;
      this.events.emit('credit', acceptedBytes);
    }
    if (this.#ties.size > 0) this.#scheduleTies();
  }

  #heardAtMs = (positionMs: number): number => {
    const { playout, clock } = this.#options;
    const sentMs = this.#outlet.sentMs;
    const known = this.#outlet.positions.heardAtMs(positionMs);
    if (known !== undefined && positionMs <= sentMs) return known;
    if (this.#status === 'waiting') return Number.POSITIVE_INFINITY;
    // Not sent yet: it will be heard behind what is, or after the planned start.
    const nowMs = clock.nowMs();
    if (known === undefined) return playout.heardAtMs(Math.max(nowMs, this.#plannedStartMs)) + positionMs;
    return playout.heardAtMs(nowMs) + (positionMs - sentMs);
  };

  #scheduleTies(): void {
    const session = this.#session;
    if (session === undefined || this.#status === 'ended' || this.#status === 'waiting') return;
    const dueMs = this.#ties.nextDueMs(this.#heardAtMs, (kind) => session.delays.delayMs(kind));
    if (Math.abs(dueMs - this.#tieTask.dueMs) < 0.25) return;
    this.#tieTask.dueMs = dueMs;
    this.#options.scheduler.wake(this.#tieTask);
  }

  #sendTied(nowMs: number): void {
    const session = this.#session;
    this.#tieTask.dueMs = Number.POSITIVE_INFINITY;
    if (session === undefined || this.#status === 'ended') return;
    for (const tie of this.#ties.takeDue(nowMs, this.#heardAtMs, (kind) => session.delays.delayMs(kind))) {
      this.#sendTie(session, tie, nowMs);
    }
    this.#scheduleTies();
  }

  #sendTie(session: PeerSession, tie: TiedMessage, nowMs: number): void {
    if ('frame' in tie.content) session.sendUrgent(tie.content.frame, tie.content.text);
    else session.sendCommand(tie.content.command);
    this.events.emit('tiedSent', { tieId: tie.tieId, positionMs: tie.positionMs, sentAtMs: nowMs });
  }

  #allSent(): void {
    this.#status = 'draining';
    const { clock } = this.#options;
    this.#endTimer = clock.after((this.expectedEndMs ?? 0) - clock.nowMs(), () => {
      const heardMs = this.#pushedBytes / BYTES_PER_MS;
      // Ties at or behind the last sample act with it.
      this.#flushTies();
      this.#stop();
      this.#finish({ reason: 'completed', heardMs });
    });
    this.events.emit('sent');
  }

  #flushTies(): void {
    const session = this.#session;
    if (session === undefined) return;
    for (const tie of this.#ties.takeAll()) this.#sendTie(session, tie, this.#options.clock.nowMs());
  }

  #stop(): void {
    this.#finalHeardMs = this.heardMs;
    this.#status = 'ended';
    this.#endTimer?.cancel();
    this.#pacer.stop();
    this.#ties.clear();
    this.#options.scheduler.remove(this.#pacer);
    this.#options.scheduler.remove(this.#tieTask);
  }

  #finish(end: UtteranceEnd): void {
    this.#finalHeardMs = end.heardMs;
    this.events.emit('ended', end);
  }
}
