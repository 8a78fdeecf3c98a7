import {
  type AvatarCommand,
  type DisableAutoLip,
  encodeAvatarCommand,
  encodeHello,
  encodeReadinessProbe,
  encodeSegmentEnd,
  HELLO_TYPE,
  PeerDecoder,
  type PeerMessage,
  type WireFrame,
} from '../protocol/index.js';
import type { Clock, Timer } from '../runtime/index.js';
import type { CloseReason, PeerConnection } from '../transport/index.js';
import { DelayEstimator } from './delay-estimator.js';
import { EchoFilter } from './echo-filter.js';
import { Outbox } from './outbox.js';
import { Readiness } from './readiness.js';

export interface PeerSessionOptions {
  readonly clock: Clock;
  readonly connection: PeerConnection;
  /** Model that the lane speaks through: declared to the peer, probed for. */
  readonly model: string;
  /** The last connection of this place may have ended in the middle of a line. */
  readonly isAfterDoubtfulEnd: boolean;
  /** False for stdio: no avatar object there, messages only. */
  readonly carriesSound: boolean;
  /** Whether anybody still waits for this model: others are no longer probed for. */
  readonly isModelWanted: (alias: string) => boolean;
  readonly onMessage: (message: PeerMessage, isEcho: boolean) => void;
  /** A line of an utterance (tied, or closing the mouth) has left; users' own lines tell it themselves. */
  readonly onUrgentSent: (text: string) => void;
  /** Readiness may have changed. */
  readonly onChange: () => void;
  /** The socket is empty: sound may go. */
  readonly onClear: () => void;
  readonly onClosed: (reason: CloseReason) => void;
}

const PROBE_EVERY_MS = 1000;
/** MODEL_EVENT_ADD usually comes by itself; the first probe waits for it. */
const FIRST_PROBE_MS = 400;
const CALIBRATIONS = 8;
/** Not a multiple of any usual frame time, so that the echoes sample every phase of a frame. */
const CALIBRATE_EVERY_MS = 73;
/** A LIPSYNC_START without an answer in this time (unknown model) gets none. */
const LIPSYNC_ANSWER_MS = 1000;
const MAX_LIPSYNCS = 32;

const ignore = (): void => {};

/**
 * One connection's conversation with one MMDAgent-EX, from the handshake to the end of the connection.
 *
 * It declares model and avatar (forgotten by the peer on each disconnect), finds out whether the model is there,
 * measures how fast the peer acts, and tells its users' messages from its own probes. Sound passes by it, straight
 * to the connection: `isClear` and `trySend` are the port that pacing writes to.
 */
export class PeerSession {
  readonly #options: PeerSessionOptions;
  readonly #clock: Clock;
  readonly #connection: PeerConnection;
  readonly #decoder = new PeerDecoder();
  readonly #echoes = new EchoFilter();
  readonly #outbox: Outbox;
  readonly delays = new DelayEstimator();
  readonly readiness: Readiness;
  readonly #probedAliases = new Set<string>();
  readonly #hiddenEchoes = new Set<string>();
  /** Probes that the socket has not taken yet: no second one behind them. */
  readonly #probesQueued = new Set<string>();
  readonly #lipsyncsSent: { readonly alias: string; readonly sentAtMs: number }[] = [];
  readonly #onPeerMessage = (message: PeerMessage): void => this.#received(message);
  #model = '';
  #autoLip: DisableAutoLip = 'NO';
  #probeTimer: Timer | undefined;
  #calibrationTimer: Timer | undefined;
  #calibrations = 0;
  #isReleased = false;

  constructor(options: PeerSessionOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#connection = options.connection;
    this.readiness = new Readiness(options.clock.nowMs());
    this.#outbox = new Outbox(options.clock, (frame) => this.#connection.trySend(frame));
    this.#connection.events.on('bytes', (bytes) => this.#decoder.push(bytes, this.#onPeerMessage));
    this.#connection.events.on('drained', () => this.#drained());
    this.#connection.events.on('closed', (reason) => this.#closed(reason));
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  get isClear(): boolean {
    return (
      !this.#isReleased &&
      this.#connection.isOpen &&
      this.#connection.unsentBytes === 0 &&
      this.#outbox.urgentCount === 0
    );
  }

  /** The model that sound moves now; empty before any was declared. */
  get currentModel(): string {
    return this.#model;
  }

  /** Which mouth source was declared last. */
  get currentAutoLip(): DisableAutoLip {
    return this.#autoLip;
  }

  /** Lines that wait for the socket or for their turn. */
  get queuedLines(): number {
    return this.#outbox.size;
  }

  trySend(frame: WireFrame): boolean {
    return this.#connection.trySend(frame);
  }

  /** Says hello, declares avatar and model, begins to probe. */
  start(): void {
    // Ahead of everything: whatever an earlier session left unfinished spoils this line.
    if (this.#options.isAfterDoubtfulEnd) {
      this.#hiddenEchoes.add(HELLO_TYPE);
      this.sendUrgent(encodeHello(), HELLO_TYPE);
    }
    if (this.#options.carriesSound) {
      this.sendCommand({ verb: 'start' });
      this.useModel(this.#options.model);
    } else {
      this.watchModel(this.#options.model);
    }
  }

  /** Declares which model the sound that follows moves. Only while no sound is being played. */
  useModel(alias: string): void {
    this.watchModel(alias);
    if (this.#model === alias) return;
    this.#model = alias;
    this.sendCommand({ verb: 'setModel', alias });
  }

  useAutoLip(mode: DisableAutoLip): void {
    if (this.#autoLip === mode) return;
    this.#autoLip = mode;
    this.sendCommand({ verb: 'disableAutoLip', mode });
  }

  /** Finds out whether `alias` is there, and goes on asking until it is. */
  watchModel(alias: string): void {
    if (this.#probedAliases.has(alias)) return;
    this.#probedAliases.add(alias);
    if (this.#isReleased) return;
    this.#probeTimer ??= this.#clock.after(FIRST_PROBE_MS, () => this.#probe());
  }

  /**
   * Queues a user's line; false when too many wait. `onSent` runs when it left, `onLost` when the connection ended first.
   *
   * @param owner - for `cancel`.
   */
  sendLine(frame: WireFrame, text: string, onSent: () => void, onLost: () => void, owner: object): boolean {
    const sent = (nowMs: number): void => {
      this.#noteSent(text, nowMs);
      onSent();
    };
    return this.#outbox.push({ frame, onSent: sent, onLost, owner });
  }

  /** At once, ahead of other lines: tied messages, interruptions. */
  sendUrgent(frame: WireFrame, text: string, onSent: (nowMs: number) => void = ignore, owner?: object): void {
    const sent = (nowMs: number): void => {
      this.#noteSent(text, nowMs);
      if (!this.#hiddenEchoes.has(text)) this.#options.onUrgentSent(text);
      onSent(nowMs);
    };
    this.#outbox.pushUrgent(owner === undefined ? { frame, onSent: sent } : { frame, onSent: sent, owner });
  }

  sendCommand(command: AvatarCommand, onSent: (nowMs: number) => void = ignore, owner?: object): void {
    const frame = encodeAvatarCommand(command);
    this.#outbox.pushUrgent(owner === undefined ? { frame, onSent } : { frame, onSent, owner });
  }

  /** Takes back the lines of `owner` that the socket has not got yet; returns how many. */
  cancel(owner: object): number {
    return this.#outbox.cancel(owner);
  }

  /** Ends an interrupted segment: the peer closes the mouth and forgets the part of a block it still holds. */
  closeSegment(): void {
    this.#outbox.pushUrgent({ frame: encodeSegmentEnd(), onSent: ignore });
  }

  closePolitely(): Promise<void> {
    return this.#connection.closePolitely();
  }

  /** The connection has ended, or is no longer this one's: no timer and no waiting line is left. Idempotent. */
  release(): void {
    this.#isReleased = true;
    this.#probeTimer?.cancel();
    this.#calibrationTimer?.cancel();
    this.#outbox.close();
  }

  #noteSent(text: string, nowMs: number): void {
    if (text.startsWith('__AV')) return;
    this.#echoes.sent(text, nowMs);
    if (!text.startsWith('LIPSYNC_START|')) return;
    this.#lipsyncsSent.push({ alias: text.split('|', 2)[1] ?? '', sentAtMs: nowMs });
    if (this.#lipsyncsSent.length > MAX_LIPSYNCS) this.#lipsyncsSent.shift();
  }

  #sendHidden(frame: WireFrame, text: string, onSent: () => void = ignore): boolean {
    this.#hiddenEchoes.add(text);
    const sent = (nowMs: number): void => {
      this.#echoes.sent(text, nowMs);
      onSent();
    };
    return this.#outbox.push({ frame, onSent: sent });
  }

  #probe(): void {
    this.#probeTimer = undefined;
    const nowMs = this.#clock.nowMs();
    let isAnyOpen = false;
    for (const alias of this.#probedAliases) {
      if (alias !== this.#options.model && !this.#options.isModelWanted(alias)) {
        this.#probedAliases.delete(alias);
        this.readiness.forget(alias);
        continue;
      }
      if (this.readiness.modelState(alias, nowMs) === 'present') continue;
      isAnyOpen = true;
      this.#probeFor(alias);
    }
    if (isAnyOpen) this.#probeTimer = this.#clock.after(PROBE_EVERY_MS, () => this.#probe());
    this.#options.onChange();
  }

  #probeFor(alias: string): void {
    if (this.#probesQueued.has(alias)) return;
    this.#probesQueued.add(alias);
    const sent = (): void => {
      this.#probesQueued.delete(alias);
    };
    if (!this.#sendHidden(encodeReadinessProbe(alias), probeText(alias), sent)) sent();
  }

  #received(message: PeerMessage): void {
    if (this.#isReleased) return;
    const nowMs = this.#clock.nowMs();
    const roundTripMs = this.#echoes.received(message.text, nowMs);
    if (roundTripMs !== undefined) {
      this.delays.echoed(roundTripMs);
      const alias = message.args[0];
      if (message.type === 'ROTATE_START' && alias !== undefined && message.text === probeText(alias)) {
        this.readiness.probeEchoed(alias, nowMs);
      }
      if (!this.#hiddenEchoes.has(message.text)) this.#options.onMessage(message, true);
      this.#options.onChange();
      return;
    }
    const isHidden = this.readiness.received(message, nowMs);
    if (message.type === 'LIPSYNC_EVENT_START') this.#lipsyncStarted(message.args[0] ?? '', nowMs);
    if (message.type === 'MODEL_EVENT_DELETE')
      this.#probeTimer ??= this.#clock.after(PROBE_EVERY_MS, () => this.#probe());
    this.#options.onChange();
    this.#calibrate();
    if (!isHidden) this.#options.onMessage(message, false);
  }

  #lipsyncStarted(alias: string, nowMs: number): void {
    // A start without an answer (unknown model) must not be taken for the next one's.
    while (nowMs - (this.#lipsyncsSent[0]?.sentAtMs ?? nowMs) > LIPSYNC_ANSWER_MS) this.#lipsyncsSent.shift();
    const index = this.#lipsyncsSent.findIndex((sent) => sent.alias === alias);
    const [answered] = index < 0 ? [] : this.#lipsyncsSent.splice(index, 1);
    if (answered !== undefined) this.delays.lipsyncStarted(nowMs - answered.sentAtMs);
  }

  /** A few harmless lines once the model is there: their echoes tell the peer's frame rate before it matters. */
  #calibrate(): void {
    if (this.#calibrationTimer !== undefined || this.#calibrations >= CALIBRATIONS) return;
    if (this.readiness.modelState(this.#options.model, this.#clock.nowMs()) !== 'present') return;
    this.#calibrationTimer = this.#clock.after(CALIBRATE_EVERY_MS, () => {
      this.#calibrationTimer = undefined;
      this.#calibrations++;
      const detail = `clock${this.#calibrations}`;
      this.#sendHidden(encodeHello(detail), `${HELLO_TYPE}|${detail}`);
      this.#calibrate();
    });
  }

  #drained(): void {
    if (this.#isReleased) return;
    this.#outbox.flush();
    if (this.isClear) this.#options.onClear();
  }

  #closed(reason: CloseReason): void {
    this.release();
    this.#options.onClosed(reason);
  }
}

function probeText(alias: string): string {
  return `ROTATE_START|${alias}|0,0,0|LOCAL`;
}
