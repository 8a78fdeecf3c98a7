import {
  LivePacer,
  type PaceScheduler,
  type PacingObserver,
  type PlayoutClock,
  RecordedPacer,
  SoundOutlet,
  type SoundPort,
} from '../pacing/index.js';
import { BYTES_PER_MS, encodeCloseMouth, type SoundMode, UNIT_BYTES } from '../protocol/index.js';
import { BridgeError, type Clock, ConfigError, Emitter, RequestError, type Timer } from '../runtime/index.js';
import type { EffectKind } from './delay-estimator.js';
import type { UtteranceEnd } from './events.js';
import type { PeerSession } from './peer-session.js';
import { TiePlayer } from './tie-player.js';
import type { TiedMessage } from './tied-messages.js';
import type { Utterance, UtteranceEvents, UtteranceStatus } from './utterance.js';

/** Whether the source can run ahead of real time (`recorded`: files, synthesis) or not (`live`: a microphone). */
export type StreamKind = 'recorded' | 'live';

export interface SpeechStreamOptions {
  readonly id: number;
  readonly kind: StreamKind;
  readonly mode: SoundMode;
  readonly model: string;
  /** 0-5000: sound once sent cannot be recalled, and the peer cuts what is too far ahead. */
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

const MAX_LEAD_MS = 5000;
/** Credit is told in steps, so that a stream costs its client a handful of frames a second. */
const CREDIT_STEP_BYTES = 100 * BYTES_PER_MS;

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
  readonly #ties: TiePlayer;
  readonly #creditStepBytes: number;
  #status: UtteranceStatus = 'waiting';
  #session: PeerSession | undefined;
  #pushedBytes = 0;
  #toldBytes: number;
  #isEnded = false;
  #hasStarted = false;
  #isPacing = false;
  #plannedStartMs = 0;
  #endTimer: Timer | undefined;
  #finalHeardMs = 0;

  /** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - a lead out of range. */
  constructor(options: SpeechStreamOptions) {
    if (!(options.leadMs >= 0 && options.leadMs <= MAX_LEAD_MS)) {
      throw new ConfigError(
        'BRIDGE_ERR_CONFIG_INVALID',
        `Expected a lead of 0-${MAX_LEAD_MS} ms, got ${options.leadMs}`,
      );
    }
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
    this.#ties = new TiePlayer({
      clock: options.clock,
      scheduler: options.scheduler,
      heardAtMs: this.#heardAtMs,
      onSent: ({ tieId, positionMs }, sentAtMs) =>
        this.events.emit('tiedSent', { tieId, positionMs, sentAtMs }),
    });
    const common = {
      outlet: this.#outlet,
      playout: options.playout,
      mode: options.mode,
      leadMs: options.leadMs,
      wake: () => options.scheduler.wake(this.#pacer),
      onSent: () => this.#allSent(),
      onFailed: (error: unknown) => this.fail(error),
    };
    // Room for two units at least: less could neither be filled nor sent.
    const queueBytes = Math.max(2 * Math.floor((options.aheadMs * BYTES_PER_MS) / 2), 2 * UNIT_BYTES);
    this.#toldBytes = queueBytes;
    this.#creditStepBytes = Math.min(CREDIT_STEP_BYTES, queueBytes >> 1);
    this.#pacer =
      options.kind === 'live'
        ? new LivePacer({ ...common, nowMs: () => options.clock.nowMs() })
        : new RecordedPacer({ ...common, queueBytes });
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
    this.#soundCame();
  }

  end(): void {
    if (this.#isEnded || this.#status === 'ended') return;
    this.#isEnded = true;
    this.#pacer.end();
    this.#soundCame();
  }

  /**
   * Ties a message to a position. One that is already past leaves at once.
   *
   * @throws {RequestError} BRIDGE_ERR_QUEUE_FULL, BRIDGE_ERR_STREAM_UNKNOWN, BRIDGE_ERR_MESSAGE_ARGUMENT
   */
  tie(positionMs: number, kind: EffectKind, content: TiedMessage['content']): number {
    if (this.#status === 'ended')
      throw new RequestError('BRIDGE_ERR_STREAM_UNKNOWN', `Stream ${this.id} has ended`);
    return this.#ties.add(positionMs, kind, content);
  }

  canJoin(session: PeerSession): boolean {
    return session.currentModel === this.model && session.currentAutoLip === this.#autoLip;
  }

  begin(session: PeerSession): void {
    if (this.#status !== 'waiting') return;
    this.#session = session;
    this.#status = 'speaking';
    session.useModel(this.model);
    session.useAutoLip(this.#autoLip);
    this.#ties.start(session);
    this.#soundCame();
  }

  received(): void {}

  clear(): void {
    this.#pacer.poke();
  }

  interrupt(): void {
    if (this.#status === 'ended') return;
    const session = this.#session;
    const isMouthOpen = this.#outlet.totalBytes > 0 || this.#ties.isAnySent;
    // What the peer holds will be heard: nothing can be taken back.
    const heardMs = this.#outlet.sentMs;
    this.#stop();
    if (session !== undefined && isMouthOpen) {
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

  get #autoLip(): 'ALWAYS' | 'NO' {
    return this.#options.lips === 'own' ? 'ALWAYS' : 'NO';
  }

  /** Starts the pacer with the first sound, not before: until then nobody knows when anything is heard. */
  #soundCame(): void {
    if (this.#status !== 'speaking') return;
    if (!this.#isPacing && (this.#pushedBytes > 0 || this.#isEnded)) {
      this.#isPacing = true;
      const { clock, playout } = this.#options;
      const nowMs = clock.nowMs();
      // A slow peer needs a message for the first samples before it needs the samples.
      const holdMs = playout.isDry(nowMs) ? this.#ties.holdMs(playout.latencyMs) : 0;
      this.#plannedStartMs = nowMs + Math.max(0, holdMs);
      this.#pacer.start(this.#plannedStartMs);
    }
    this.#ties.schedule();
  }

  #unitSent(): void {
    if (!this.#hasStarted) {
      const heardAtMs = this.#outlet.positions.heardAtMs(0);
      if (heardAtMs !== undefined) {
        this.#hasStarted = true;
        this.events.emit('started', heardAtMs);
      }
    }
    const acceptedBytes = this.acceptedBytes;
    if (acceptedBytes - this.#toldBytes >= this.#creditStepBytes && this.#options.kind === 'recorded') {
      this.#toldBytes = acceptedBytes;
      this.events.emit('credit', acceptedBytes);
    }
    this.#ties.schedule();
  }

  #sendsNoMore(): boolean {
    return this.#status === 'ended' || this.#status === 'waiting';
  }

  #heardAtMs = (positionMs: number): number => {
    if (this.#sendsNoMore() || !this.#isPacing) return Number.POSITIVE_INFINITY;
    const { playout, clock } = this.#options;
    const sentMs = this.#outlet.sentMs;
    const known = this.#outlet.positions.heardAtMs(positionMs);
    if (known !== undefined && positionMs < sentMs) return known;
    // Sound that has not come yet may come at any time.
    if (!this.#isEnded && positionMs * BYTES_PER_MS >= this.#pushedBytes) return Number.POSITIVE_INFINITY;
    if (known !== undefined && this.#status === 'draining') return known;
    // Not sent yet: it will be heard behind what is, or after the planned start.
    const nowMs = clock.nowMs();
    if (known === undefined) return playout.heardAtMs(Math.max(nowMs, this.#plannedStartMs)) + positionMs;
    return playout.heardAtMs(nowMs) + (positionMs - sentMs);
  };

  #allSent(): void {
    this.#status = 'draining';
    const { clock } = this.#options;
    this.#endTimer = clock.after((this.expectedEndMs ?? 0) - clock.nowMs(), () => this.#heardToEnd());
    this.#ties.schedule();
    this.events.emit('sent');
  }

  #heardToEnd(): void {
    const heardMs = this.#pushedBytes / BYTES_PER_MS;
    this.#ties.finish();
    // A listener may have ended it.
    if (this.#status === 'ended') return;
    this.#stop();
    this.#finish({ reason: 'completed', heardMs });
  }

  #stop(): void {
    this.#finalHeardMs = this.heardMs;
    this.#status = 'ended';
    this.#endTimer?.cancel();
    this.#pacer.stop();
    this.#options.scheduler.remove(this.#pacer);
    this.#ties.stop();
  }

  #finish(end: UtteranceEnd): void {
    this.#finalHeardMs = end.heardMs;
    this.events.emit('ended', end);
  }
}
