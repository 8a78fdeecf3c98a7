import { type PaceScheduler, type PacingObserver, PlayoutClock, type SoundPort } from '../pacing/index.js';
import {
  encodeMessage,
  type Message,
  messageText,
  type PeerMessage,
  type SoundMode,
} from '../protocol/index.js';
import { type BridgeError, type Clock, Emitter, RequestError, type Timer } from '../runtime/index.js';
import type { CloseReason, PeerConnection } from '../transport/index.js';
import { CuePlayer } from './cue-player.js';
import type { EffectKind } from './delay-estimator.js';
import { isSameState, type LaneEvents, type LaneState, type LaneWarning } from './events.js';
import { FileUtterance } from './file-utterance.js';
import { laneClosed, linkLost, notReady } from './lane-errors.js';
import { LineQueue, type QueuePolicy, type WaitingLine } from './line-queue.js';
import { PeerSession } from './peer-session.js';
import { SpeechStream } from './speech-stream.js';
import type { StreamKind } from './stream-sound.js';
import { UtteranceQueue } from './utterance-queue.js';

export interface AvatarLaneOptions {
  readonly name: string;
  /** The model that is spoken through unless an utterance names another. */
  readonly model: string;
  readonly carriesSound: boolean;
  readonly latencyMs: number;
  readonly queueMessages: number;
  readonly queuePolicy: QueuePolicy;
  readonly clock: Clock;
  readonly scheduler: PaceScheduler;
  readonly observer: PacingObserver;
}

export interface OpenStreamOptions {
  readonly kind: StreamKind;
  readonly mode: SoundMode;
  readonly leadMs: number;
  readonly aheadMs: number;
  readonly model?: string;
  readonly lips?: 'peer' | 'own';
  /** What to do while the avatar speaks. @default 'queue' */
  readonly ifBusy?: 'queue' | 'interrupt' | 'fail';
  /** Gives up when nothing was heard of a ready avatar for this long, milliseconds. Infinity: waits for ever. */
  readonly readyTimeoutMs: number;
}

/**
 * One avatar under one name: outlives its connections, and is the only writer to them.
 *
 * What flows where: lines → LineQueue (until connected) → PeerSession's outbox → connection; sound → the first
 * utterance's pacer → connection; everything received → PeerSession → `message` events and the utterances, whose turns
 * UtteranceQueue keeps.
 * What can fail: the connection (the utterance being spoken fails, waiting ones and lines go on waiting; handshake,
 * model and lip mode are declared again on the next), a model that is not there (utterances wait, then time out),
 * a full queue (its named policy).
 */
export class AvatarLane {
  readonly name: string;
  readonly model: string;
  readonly events = new Emitter<LaneEvents>();
  readonly playout: PlayoutClock;
  readonly #options: AvatarLaneOptions;
  readonly #lines: LineQueue;
  readonly #utterances: UtteranceQueue;
  readonly #port: SoundPort;
  /** Who waits for the peer's buffer to be played. */
  readonly #playoutWaits = new Set<() => void>();
  #session: PeerSession | undefined;
  /** Of the session. */
  #cues: CuePlayer | undefined;
  #state: LaneState = { status: 'disconnected' };
  /** A process that has just begun cannot know how the peer's last connection ended. */
  #isDoubtful: boolean;
  #isClosing = false;
  #connections = 0;
  #connectsSeen = 0;
  #isTruncationTold = false;
  #readyTimer: Timer | undefined;

  constructor(options: AvatarLaneOptions) {
    this.name = options.name;
    this.model = options.model;
    this.#options = options;
    this.#isDoubtful = options.carriesSound;
    this.playout = new PlayoutClock(options.latencyMs);
    this.#lines = new LineQueue(options.queueMessages, options.queuePolicy);
    const lane = this;
    this.#port = {
      get isClear() {
        return lane.#session?.isClear ?? false;
      },
      trySend: (frame) => this.#session?.trySend(frame) ?? false,
    };
    this.#utterances = new UtteranceQueue({
      lane: options.name,
      clock: options.clock,
      playout: this.playout,
      session: () => this.#session,
      notReady: (model, waitedMs) => this.#notReady(model, waitedMs),
    });
  }

  get state(): LaneState {
    return this.#state;
  }

  get isConnected(): boolean {
    return this.#session !== undefined;
  }

  get isSpeaking(): boolean {
    return this.#utterances.size > 0;
  }

  get carriesSound(): boolean {
    return this.#options.carriesSound;
  }

  get connectionCount(): number {
    return this.#connections;
  }

  get queuedLines(): number {
    return this.#lines.size + (this.#session?.queuedLines ?? 0);
  }

  get utteranceCount(): number {
    return this.#utterances.size;
  }

  /** Median round trip of an echo on this connection, milliseconds; undefined while nothing was measured. */
  get echoMs(): number | undefined {
    const delays = this.#session?.delays;
    return delays === undefined || delays.echoCount === 0 ? undefined : delays.echoMs;
  }

  /** Gives the lane its connection; called within the link's `connection` event. */
  attach(connection: PeerConnection): void {
    if (this.#state.status === 'closed') return;
    // A link says goodbye to the old one first; were it not to, what it carried must not wait for ever.
    if (this.#session !== undefined) this.#lost(this.#session, { by: 'takeover' });
    this.#connections++;
    this.#connectsSeen = 0;
    this.#isTruncationTold = false;
    this.playout.reset();
    const session = new PeerSession({
      clock: this.#options.clock,
      connection,
      model: this.model,
      isAfterDoubtfulEnd: this.#isDoubtful,
      carriesSound: this.#options.carriesSound,
      isModelWanted: (alias) => this.#utterances.wants(alias),
      onMessage: (message, isEcho) => this.#received(message, isEcho),
      onUrgentSent: (text) => this.events.emit('sent', text),
      onChange: () => this.#update(),
      onClear: () => this.#utterances.clear(),
      onClosed: (reason) => this.#lost(session, reason),
    });
    this.#session = session;
    this.#cues = new CuePlayer(this.#options.clock, this.#options.scheduler, session);
    this.#isDoubtful = true;
    session.start();
    for (const line of this.#lines.takeAll()) this.#write(session, line);
    this.#update();
  }

  /**
   * Sends one message of MMDAgent-EX's vocabulary.
   *
   * @param timeoutMs - how long it may wait for a connection, and for a socket that takes it. A line that had not left
   *   when a connection ended waits for the next one.
   * @returns When the socket has it.
   * @throws {ProtocolError} of encodeMessage; {RequestError} BRIDGE_ERR_QUEUE_FULL, BRIDGE_ERR_LANE_NOT_READY
   */
  send(message: Message, timeoutMs: number): Promise<void> {
    const frame = encodeMessage(message.type, ...message.args);
    const text = messageText(message);
    return new Promise((resolve, reject) => {
      if (this.#isClosing) throw laneClosed(this.name);
      let timer: Timer | undefined;
      const line: WaitingLine = {
        frame,
        text,
        resolve: () => {
          timer?.cancel();
          resolve();
        },
        reject: (error) => {
          timer?.cancel();
          reject(error);
        },
      };
      timer = this.#options.clock.after(timeoutMs, () => {
        if (this.#lines.remove(line) || (this.#session?.cancel(line) ?? 0) > 0)
          reject(this.#notReady(this.model, timeoutMs));
      });
      if (this.#session === undefined) this.#lines.push(line);
      else this.#write(this.#session, line);
    });
  }

  /**
   * Sends one message so that it acts at `actAtMs` of the clock: earlier by what this peer needs to act.
   *
   * @returns When the socket had it, on the clock.
   * @throws {ProtocolError} of encodeMessage; {RequestError} BRIDGE_ERR_LANE_NOT_READY, BRIDGE_ERR_LINK_LOST,
   *   BRIDGE_ERR_QUEUE_FULL
   */
  async cue(message: Message, actAtMs: number, kind: EffectKind): Promise<number> {
    const frame = encodeMessage(message.type, ...message.args);
    if (this.#isClosing) throw laneClosed(this.name);
    if (this.#cues === undefined) throw this.#notReady(this.model, 0);
    return this.#cues.cue(actAtMs, kind, frame, messageText(message));
  }

  /**
   * Puts a stream at the end of what the avatar has to say.
   *
   * @throws {RequestError} BRIDGE_ERR_LINK_UNSUPPORTED, BRIDGE_ERR_LANE_BUSY, BRIDGE_ERR_QUEUE_FULL
   */
  openStream(id: number, options: OpenStreamOptions): SpeechStream {
    this.#assertSound();
    const { clock, scheduler, observer } = this.#options;
    const model = options.model ?? this.model;
    const stream = new SpeechStream({
      ...options,
      id,
      model,
      clock,
      scheduler,
      observer,
      playout: this.playout,
      port: this.#port,
    });
    this.#utterances.add(stream, options.ifBusy ?? 'queue', options.readyTimeoutMs);
    return stream;
  }

  /** Has the peer play a file by itself, in turn with everything else it says. */
  speakFile(
    id: number,
    file: string,
    durationMs: number,
    options: Pick<OpenStreamOptions, 'model' | 'ifBusy' | 'readyTimeoutMs'>,
  ): FileUtterance {
    this.#assertSound();
    const model = options.model ?? this.model;
    // Refused here, not when its turn comes.
    encodeMessage('SPEAK_START', model, file);
    const utterance = new FileUtterance({ id, model, file, durationMs, clock: this.#options.clock });
    this.#utterances.add(utterance, options.ifBusy ?? 'queue', options.readyTimeoutMs);
    return utterance;
  }

  /** Ends everything that is spoken or waits to be; nothing of it is sent afterwards. */
  interrupt(): void {
    this.#utterances.interrupt();
  }

  /** Resolves when the peer plays nothing more that was sent, or when it is gone. */
  async waitForPlayout(): Promise<void> {
    await this.#utterances.whenEmpty();
    const leftMs = this.playout.endsAtMs - this.#options.clock.nowMs();
    if (leftMs <= 0 || this.#session === undefined) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        timer.cancel();
        this.#playoutWaits.delete(done);
        resolve();
      };
      const timer = this.#options.clock.after(leftMs, done);
      this.#playoutWaits.add(done);
    });
  }

  /** Ends the connection in the one way the peer bears: nothing waiting, nothing playing. Refuses everything new. */
  async closePolitely(): Promise<void> {
    this.#isClosing = true;
    this.interrupt();
    for (const line of this.#lines.takeAll()) line.reject(laneClosed(this.name));
    await this.waitForPlayout();
    const session = this.#session;
    await session?.closePolitely();
    if (session !== undefined) this.#lost(session, { by: 'bridge' });
    this.#setState({ status: 'closed' });
  }

  #assertSound(): void {
    if (!this.#options.carriesSound) {
      throw new RequestError(
        'BRIDGE_ERR_LINK_UNSUPPORTED',
        `Expected a link that carries sound, got lane ${this.name}, which has messages only (a submodule). Use a TCP or WebSocket link beside it`,
      );
    }
    if (this.#isClosing) throw laneClosed(this.name);
  }

  #write(session: PeerSession, line: WaitingLine): void {
    const sent = (): void => {
      this.events.emit('sent', line.text);
      line.resolve();
    };
    const lost = (): void => {
      if (this.#isClosing) line.reject(linkLost(this.name));
      else this.#lines.push(line);
    };
    if (session.sendLine(line.frame, line.text, sent, lost, line)) return;
    const error = `Too many messages wait for lane ${this.name}`;
    line.reject(new RequestError('BRIDGE_ERR_QUEUE_FULL', error, { retryable: true }));
  }

  #received(message: PeerMessage, isEcho: boolean): void {
    if (!isEcho) {
      this.#utterances.received(message);
      if (message.type === 'REMOTE_EVENT_CONNECTED') this.#clientConnected(message.args[0]);
    }
    if (message.isTruncated && !this.#isTruncationTold) {
      this.#isTruncationTold = true;
      this.#warn(
        'truncatedMessage',
        `MMDAgent-EX cut a ${message.type} message at 2047 bytes: its last argument is not whole. Such messages must be shorter`,
      );
    }
    this.events.emit('message', message, isEcho);
  }

  /** The first after our own TCP connect is our own. */
  #clientConnected(address: string | undefined): void {
    if (++this.#connectsSeen === 1) return;
    this.#warn(
      'secondClient',
      `Another program connected to the same MMDAgent-EX (from ${address ?? 'an unknown address'}). Two senders corrupt each other's sound: close the other one's connection together with MMDAgent-EX, or let it go through the bridge`,
    );
  }

  #warn(code: LaneWarning['code'], text: string): void {
    this.events.emit('warning', { code, text });
  }

  #update(): void {
    const session = this.#session;
    if (session === undefined) return;
    const nowMs = this.#options.clock.nowMs();
    const { remoteAddress, readiness } = session;
    const model = readiness.modelState(this.model, nowMs);
    const soundFromMs = readiness.soundFromMs;
    if (!this.#options.carriesSound) {
      this.#setState({ status: readiness.isAlive ? 'ready' : 'waiting', remoteAddress });
    } else if (model === 'present' && nowMs >= soundFromMs) {
      this.#setState({ status: 'ready', remoteAddress });
    } else if (model === 'missing') {
      this.#setState({ status: 'modelMissing', remoteAddress, model: this.model });
    } else {
      this.#setState({ status: 'waiting', remoteAddress });
      if (model === 'present') this.#updateAfter(soundFromMs - nowMs);
    }
    this.#utterances.next();
  }

  #updateAfter(delayMs: number): void {
    this.#readyTimer?.cancel();
    this.#readyTimer = this.#options.clock.after(delayMs, () => this.#update());
  }

  #lost(session: PeerSession, reason: CloseReason): void {
    if (session !== this.#session) return;
    this.#session = undefined;
    this.#cues?.end(linkLost(this.name, reason.cause));
    this.#cues = undefined;
    this.#readyTimer?.cancel();
    session.release();
    this.playout.reset();
    if (this.#state.status !== 'closed') this.#setState({ status: 'disconnected' });
    this.#utterances.lost(linkLost(this.name, reason.cause));
    for (const done of [...this.#playoutWaits]) done();
  }

  #notReady(model: string, waitedMs: number): BridgeError {
    return notReady(this.name, waitedMs, this.#state, model !== this.model, model);
  }

  #setState(next: LaneState): void {
    const state = this.#state;
    if (state.status === 'closed' || isSameState(state, next)) return;
    this.#state = next;
    if (next.status === 'modelMissing') {
      this.#warn(
        'modelMissing',
        `MMDAgent-EX on lane ${this.name} has no model with the alias "${next.model}". Name the right one with --model; sound waits until it is there`,
      );
    }
    this.events.emit('stateChange', next);
  }
}
