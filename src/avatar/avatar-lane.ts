import { type PaceScheduler, type PacingObserver, PlayoutClock, type SoundPort } from '../pacing/index.js';
import {
  encodeMessage,
  type Message,
  messageText,
  type PeerMessage,
  type SoundMode,
  type WireFrame,
} from '../protocol/index.js';
import { type Clock, Emitter, RequestError, type Timer } from '../runtime/index.js';
import type { CloseReason, PeerConnection } from '../transport/index.js';
import type { LaneEvents, LaneState } from './events.js';
import { FileUtterance } from './file-utterance.js';
import { LineQueue, type QueuePolicy } from './line-queue.js';
import { PeerSession } from './peer-session.js';
import { SpeechStream, type StreamKind } from './speech-stream.js';
import type { Utterance } from './utterance.js';

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

const MAX_UTTERANCES = 100;

/**
 * One avatar under one name: outlives its connections, and is the only writer to them.
 *
 * What flows where: lines → LineQueue (until connected) → PeerSession's outbox → connection; sound → the first
 * utterance's pacer → connection; everything received → PeerSession → `message` events and the utterances.
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
  readonly #utterances: Utterance[] = [];
  readonly #waits = new Map<number, Timer>();
  readonly #port: SoundPort;
  #session: PeerSession | undefined;
  #state: LaneState = { status: 'disconnected' };
  #isDoubtful = false;
  #connections = 0;
  #foreignConnects = 0;
  #turnTimer: Timer | undefined;

  constructor(options: AvatarLaneOptions) {
    this.name = options.name;
    this.model = options.model;
    this.#options = options;
    this.playout = new PlayoutClock(options.latencyMs);
    this.#lines = new LineQueue(options.queueMessages, options.queuePolicy);
    const lane = this;
    this.#port = {
      get isClear() {
        return lane.#session?.isClear ?? false;
      },
      trySend: (frame) => this.#session?.trySend(frame) ?? false,
    };
  }

  get state(): LaneState {
    return this.#state;
  }

  get isConnected(): boolean {
    return this.#session !== undefined;
  }

  get isSpeaking(): boolean {
    return this.#utterances.length > 0;
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
    return this.#utterances.length;
  }

  /** Median round trip of an echo on this connection, milliseconds; undefined while nothing was measured. */
  get echoMs(): number | undefined {
    const delays = this.#session?.delays;
    return delays === undefined || delays.echoCount === 0 ? undefined : delays.echoMs;
  }

  /** Gives the lane its connection; called within the link's `connection` event. */
  attach(connection: PeerConnection): void {
    this.#connections++;
    this.#foreignConnects = 0;
    this.playout.reset();
    const session = new PeerSession({
      clock: this.#options.clock,
      connection,
      model: this.model,
      isAfterDoubtfulEnd: this.#isDoubtful,
      carriesSound: this.#options.carriesSound,
      onMessage: (message, isEcho) => this.#received(message, isEcho),
      onChange: () => this.#update(),
      onClear: () => this.#clear(),
      onClosed: (reason) => this.#lost(session, reason),
    });
    this.#session = session;
    this.#isDoubtful = true;
    session.start();
    for (const line of this.#lines.takeAll())
      this.#write(session, line.frame, line.text, line.resolve, line.reject);
    this.#update();
  }

  /**
   * Sends one message of MMDAgent-EX's vocabulary.
   *
   * @param timeoutMs - how long it may wait for a connection.
   * @returns When the socket has it.
   * @throws {ProtocolError} of encodeMessage; {RequestError} BRIDGE_ERR_QUEUE_FULL, BRIDGE_ERR_LANE_NOT_READY
   */
  send(message: Message, timeoutMs: number): Promise<void> {
    const frame = encodeMessage(message.type, ...message.args);
    const text = messageText(message);
    return new Promise((resolve, reject) => {
      const session = this.#session;
      if (session !== undefined) {
        this.#write(session, frame, text, resolve, reject);
        return;
      }
      const line = {
        frame,
        text,
        resolve: () => {
          timer?.cancel();
          resolve();
        },
        reject: (error: Error) => {
          timer?.cancel();
          reject(error);
        },
      };
      const timer = Number.isFinite(timeoutMs)
        ? this.#options.clock.after(timeoutMs, () => {
            if (this.#lines.remove(line)) reject(this.#notReady(this.model, timeoutMs));
          })
        : undefined;
      this.#lines.push(line);
    });
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
    this.#enqueue(stream, options.ifBusy ?? 'queue', options.readyTimeoutMs);
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
    this.#enqueue(utterance, options.ifBusy ?? 'queue', options.readyTimeoutMs);
    return utterance;
  }

  /** Ends everything that is spoken or waits to be; nothing of it is sent afterwards. */
  interrupt(): void {
    for (const utterance of [...this.#utterances].reverse()) utterance.interrupt();
  }

  /** Resolves when the peer plays nothing more that was sent. */
  async waitForPlayout(): Promise<void> {
    while (this.#utterances.length > 0) {
      const last = this.#utterances.at(-1);
      await new Promise<void>((resolve) => last?.events.once('ended', () => resolve()));
    }
    const leftMs = this.playout.endsAtMs - this.#options.clock.nowMs();
    if (leftMs > 0 && this.#session !== undefined) {
      await new Promise<void>((resolve) => this.#options.clock.after(leftMs, resolve));
    }
  }

  /** Ends the connection in the one way the peer bears: nothing waiting, nothing playing. */
  async closePolitely(): Promise<void> {
    this.interrupt();
    await this.waitForPlayout();
    const session = this.#session;
    this.#isDoubtful = false;
    await session?.closePolitely();
    this.#setState({ status: 'closed' });
    for (const line of this.#lines.takeAll()) line.reject(this.#notReady(this.model, 0));
  }

  #assertSound(): void {
    if (!this.#options.carriesSound) {
      throw new RequestError(
        'BRIDGE_ERR_LINK_UNSUPPORTED',
        `Expected a link that carries sound, got lane ${this.name}, which has messages only (a submodule). Use a TCP or WebSocket link beside it`,
      );
    }
    if (this.#state.status === 'closed') throw this.#notReady(this.model, 0);
  }

  #enqueue(utterance: Utterance, ifBusy: 'queue' | 'interrupt' | 'fail', readyTimeoutMs: number): void {
    if (this.#utterances.length > 0 && ifBusy === 'fail') {
      throw new RequestError('BRIDGE_ERR_LANE_BUSY', `The avatar on lane ${this.name} is speaking`, {
        retryable: true,
      });
    }
    if (this.#utterances.length >= MAX_UTTERANCES && ifBusy === 'queue') {
      throw new RequestError(
        'BRIDGE_ERR_QUEUE_FULL',
        `Expected at most ${MAX_UTTERANCES} utterances waiting on lane ${this.name}`,
        {
          retryable: true,
        },
      );
    }
    if (ifBusy === 'interrupt') this.interrupt();
    this.#utterances.push(utterance);
    utterance.events.on('sent', () => this.#next());
    utterance.events.on('ended', () => this.#ended(utterance));
    if (Number.isFinite(readyTimeoutMs)) this.#watch(utterance, readyTimeoutMs);
    // Not inside the caller's turn: it has yet to subscribe.
    queueMicrotask(() => this.#next());
  }

  /** Waiting for an avatar that is not ready is bounded; waiting behind others is not. */
  #watch(utterance: Utterance, timeoutMs: number): void {
    const timer = this.#options.clock.after(timeoutMs, () => {
      this.#waits.delete(utterance.id);
      if (utterance.status !== 'waiting') return;
      if (this.#canSpeak(utterance.model)) this.#watch(utterance, timeoutMs);
      else utterance.fail(this.#notReady(utterance.model, timeoutMs));
    });
    this.#waits.set(utterance.id, timer);
  }

  #ended(utterance: Utterance): void {
    this.#waits.get(utterance.id)?.cancel();
    this.#waits.delete(utterance.id);
    const index = this.#utterances.indexOf(utterance);
    if (index >= 0) this.#utterances.splice(index, 1);
    this.#next();
  }

  #canSpeak(model: string): boolean {
    return this.#session?.readiness.canTakeSound(model, this.#options.clock.nowMs()) ?? false;
  }

  /** Lets the first waiting utterance speak when its turn has come. */
  #next(): void {
    const session = this.#session;
    const next = this.#utterances.find((utterance) => utterance.status === 'waiting');
    if (session === undefined || next === undefined) return;
    session.watchModel(next.model);
    const before = this.#utterances.filter(
      (utterance) => utterance !== next && utterance.status !== 'waiting',
    );
    const isFree = before.every((utterance) => utterance.mayOverlap && utterance.model === next.model);
    if (!isFree || !this.#canSpeak(next.model)) return;
    const nowMs = this.#options.clock.nowMs();
    // Sound of another model (or of an interrupted utterance of it) would move this model's mouth.
    const isOtherModel = session.currentModel !== next.model || next instanceof FileUtterance;
    if (isOtherModel && this.playout.endsAtMs > nowMs) {
      this.#turnTimer?.cancel();
      this.#turnTimer = this.#options.clock.after(this.playout.endsAtMs - nowMs, () => this.#next());
      return;
    }
    next.begin(session);
  }

  #write(
    session: PeerSession,
    frame: WireFrame,
    text: string,
    resolve: () => void,
    reject: (error: RequestError) => void,
  ): void {
    const sent = (): void => {
      this.events.emit('sent', text);
      resolve();
    };
    const isTaken = session.sendLine(frame, text, sent, () => reject(this.#linkLost()));
    if (!isTaken) {
      reject(
        new RequestError('BRIDGE_ERR_QUEUE_FULL', `Too many messages wait for lane ${this.name}`, {
          retryable: true,
        }),
      );
    }
  }

  #received(message: PeerMessage, isEcho: boolean): void {
    for (const utterance of [...this.#utterances]) {
      if (utterance instanceof FileUtterance && !isEcho) utterance.received(message);
    }
    if (message.type === 'REMOTE_EVENT_CONNECTED' && !isEcho && ++this.#foreignConnects > 1) {
      this.events.emit('warning', {
        code: 'secondClient',
        text: `Another program connected to the same MMDAgent-EX (from ${message.args[0] ?? 'an unknown address'}). Two senders corrupt each other's sound: close the other one's connection together with MMDAgent-EX, or let it go through the bridge`,
      });
    }
    this.events.emit('message', message, isEcho);
  }

  #clear(): void {
    for (const utterance of this.#utterances) utterance.clear();
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
      if (model === 'present') this.#after(soundFromMs - nowMs);
    }
    this.#next();
  }

  #after(delayMs: number): void {
    this.#turnTimer?.cancel();
    this.#turnTimer = this.#options.clock.after(delayMs, () => this.#update());
  }

  #lost(session: PeerSession, reason: CloseReason): void {
    if (session !== this.#session) return;
    this.#session = undefined;
    this.#turnTimer?.cancel();
    this.playout.reset();
    const error = this.#linkLost(reason.cause);
    for (const utterance of [...this.#utterances]) {
      if (utterance.status !== 'waiting') utterance.fail(error);
    }
    if (this.#state.status !== 'closed') this.#setState({ status: 'disconnected' });
  }

  #linkLost(cause?: unknown): RequestError {
    return new RequestError(
      'BRIDGE_ERR_LINK_LOST',
      `The connection of lane ${this.name} to MMDAgent-EX ended`,
      {
        cause,
        retryable: true,
      },
    );
  }

  #notReady(model: string, waitedMs: number): RequestError {
    const waited = `after ${Math.round(waitedMs / 100) / 10} s`;
    const state = this.#state;
    const why =
      state.status === 'modelMissing' || (state.status === 'ready' && model !== this.model)
        ? `MMDAgent-EX runs but has no model with the alias "${model}". Name another with --model`
        : state.status === 'waiting'
          ? 'MMDAgent-EX is connected but does not answer yet (it may be loading)'
          : 'no MMDAgent-EX is connected. Start it with a matching .mdf (see `mmdagent-bridge mdf`)';
    return new RequestError(
      'BRIDGE_ERR_LANE_NOT_READY',
      `Lane ${this.name} was not ready ${waited}: ${why}`,
      { retryable: true },
    );
  }

  #setState(next: LaneState): void {
    const state = this.#state;
    if (JSON.stringify(state) === JSON.stringify(next) || state.status === 'closed') return;
    this.#state = next;
    if (next.status === 'modelMissing') {
      this.events.emit('warning', {
        code: 'modelMissing',
        text: `MMDAgent-EX on lane ${this.name} has no model with the alias "${next.model}". Name the right one with --model; sound waits until it is there`,
      });
    }
    this.events.emit('stateChange', next);
  }
}
