import { encodeCloseMouth } from '../protocol/index.js';
import { BridgeError, Emitter, RequestError, type Timer } from '../runtime/index.js';
import type { EffectKind } from './delay-estimator.js';
import type { UtteranceEnd } from './events.js';
import type { PeerSession } from './peer-session.js';
import { type StreamKind, StreamSound, type StreamSoundOptions } from './stream-sound.js';
import { TiePlayer } from './tie-player.js';
import type { TiedMessage } from './tied-messages.js';
import type { Utterance, UtteranceEvents, UtteranceStatus } from './utterance.js';

export interface SpeechStreamOptions extends StreamSoundOptions {
  readonly model: string;
  /** `own`: the stream's LIPSYNC_START messages move the mouth, the peer's recogniser is off. @default 'peer' */
  readonly lips?: 'peer' | 'own';
}

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
  readonly #sound: StreamSound;
  readonly #ties: TiePlayer;
  #status: UtteranceStatus = 'waiting';
  #session: PeerSession | undefined;
  #hasStarted = false;
  #endTimer: Timer | undefined;
  #finalHeardMs = 0;

  /** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - a lead out of range. */
  constructor(options: SpeechStreamOptions) {
    this.#options = options;
    this.id = options.id;
    this.model = options.model;
    this.#sound = new StreamSound(options, {
      unitSent: () => this.#unitSent(),
      credit: (acceptedBytes) => this.events.emit('credit', acceptedBytes),
      allSent: () => this.#allSent(),
      failed: (error) => this.fail(error),
    });
    this.#ties = new TiePlayer({
      clock: options.clock,
      scheduler: options.scheduler,
      heardAtMs: (positionMs) => this.#sound.heardAtMs(positionMs),
      onSent: ({ tieId, positionMs }, sentAtMs) =>
        this.events.emit('tiedSent', { tieId, positionMs, sentAtMs }),
    });
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
    return this.#sound.receivedBytes;
  }

  /** All bytes that may have been pushed by now; unlimited for live sound, whose excess is dropped. */
  get acceptedBytes(): number {
    return this.#sound.acceptedBytes;
  }

  get queuedMs(): number {
    return this.#sound.queuedMs;
  }

  get heardMs(): number {
    return this.#status === 'ended' ? this.#finalHeardMs : this.#sound.heardMs;
  }

  /** When the last sample known by now is heard, lane clock; undefined before the first was sent. */
  get expectedEndMs(): number | undefined {
    return this.#sound.expectedEndMs;
  }

  /**
   * Does nothing once the stream has ended: a client cannot know that yet.
   *
   * @param pcm - s16le mono 16 kHz, whole samples; copied.
   * @throws {RequestError} BRIDGE_ERR_STREAM_OVERRUN - more than the credit; BRIDGE_ERR_STREAM_UNKNOWN - after `end`;
   *   BRIDGE_ERR_SOUND_SIZE - half a sample.
   */
  push(pcm: Uint8Array): void {
    if (this.#status === 'ended') return;
    this.#sound.push(pcm);
    this.#soundCame();
  }

  end(): void {
    if (this.#sound.isEnded || this.#status === 'ended') return;
    this.#sound.end();
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
    this.#sound.poke();
  }

  interrupt(): void {
    if (this.#status === 'ended') return;
    const session = this.#session;
    const isMouthOpen = this.#sound.isAnySent || this.#ties.isAnySent;
    // What the peer holds will be heard: nothing can be taken back.
    const heardMs = this.#sound.sentMs;
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
    if (!this.#sound.isStarted && (this.#sound.receivedBytes > 0 || this.#sound.isEnded)) {
      const { clock, playout } = this.#options;
      const nowMs = clock.nowMs();
      // A slow peer needs a message for the first samples before it needs the samples.
      const holdMs = playout.isDry(nowMs) ? this.#ties.holdMs(playout.latencyMs) : 0;
      this.#sound.start(nowMs + Math.max(0, holdMs));
    }
    this.#ties.schedule();
  }

  #unitSent(): void {
    const heardAtMs = this.#hasStarted ? undefined : this.#sound.firstHeardAtMs;
    if (heardAtMs !== undefined) {
      this.#hasStarted = true;
      this.events.emit('started', heardAtMs);
    }
    this.#ties.schedule();
  }

  #allSent(): void {
    this.#status = 'draining';
    const { clock, playout } = this.#options;
    // Live sound that was thrown away has a position, but no time at which it is heard.
    const endMs = Math.min(this.expectedEndMs ?? Number.NEGATIVE_INFINITY, playout.endsAtMs);
    this.#endTimer = clock.after(endMs - clock.nowMs(), () => this.#heardToEnd());
    this.#ties.schedule();
    this.events.emit('sent');
  }

  #heardToEnd(): void {
    const heardMs = this.#sound.receivedMs;
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
    this.#sound.stop();
    this.#ties.stop();
  }

  #finish(end: UtteranceEnd): void {
    this.#finalHeardMs = end.heardMs;
    this.events.emit('ended', end);
  }
}
