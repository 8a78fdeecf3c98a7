import { assertNever, type Clock, Emitter, InvalidStateError, sleep, type Timer } from '../runtime/index.js';
import { cutPart, lookAhead } from './cut-part.js';
import { DEFAULT_LIP_TABLE } from './default-lip-table.js';
import { buildPart, partBytes } from './lip-part.js';
import type {
  LipsCounts,
  LipsDriver,
  LipsDriverEvents,
  LipsDriverOptions,
  LipsDriverStatus,
} from './lips-driver.js';
import { MIN_PHONEME_MS } from './merge-short.js';
import { MOTION_FRAME_MS } from './motion-frames.js';
import { endsAtMs, heardEndMs, PartSender, type SentPart } from './part-sender.js';
import { PhonemeNames } from './phoneme-names.js';
import { PhonemeTrack } from './phoneme-track.js';
import type { TimedPhoneme } from './timed-phoneme.js';

type State =
  | { readonly status: 'idle' }
  /** `cursorMs`: the sound up to here is handed over, or needs nothing. */
  | { readonly status: 'running'; cursorMs: number; timer: Timer | undefined; retry: Timer | undefined }
  | { readonly status: 'paused' }
  | { readonly status: 'done' }
  | { readonly status: 'stopping' }
  | { readonly status: 'stopped' };
type Running = Extract<State, { status: 'running' }>;

/** How long before it acts a part is handed over: what cannot be taken back at a pause. */
const HANDOVER_MS = 250;
/** What the way to MMDAgent-EX needs at least; sooner counts as late. */
const DELIVERY_MS = 20;
/** MMDAgent-EX fades shapes in for ten frames when the mouth rests: it begins closed, so much sooner [peer-facts-2 2.2]. */
const LEAD_IN_MS = 350;
/** While more of the sound may become known, a part shorter than this waits for it, until it is urgent. */
const WORTH_SENDING_MS = 300;
const URGENT_MS = 90;
/** How far sound and mouth may part before the rest is sent anew. */
const MAX_DRIFT_MS = 40;
const REANCHOR_EVERY_MS = 1000;
const RETRY_MS = 500;
/** A mouth that could not be closed so often is left as it is, to come to an end. */
const CLOSE_TRIES = 3;
/** How often it looks whether the sound is where it was expected. */
const LOOK_MS = 100;
const UNKNOWN_MS = 20;
/** Sound that was heard so long ago is not kept when it need not be. */
const KEPT_MS = 20_000;

/**
 * Moves the mouth to a sound that is played elsewhere: cuts its phonemes into LIPSYNC_START messages and hands each over
 * shortly before its sound is heard, so that pause, seek and stop cost little and no error of any clock adds up.
 *
 * | state    | start      | pause     | all is sent and acted, after finish | stop     |
 * |----------|------------|-----------|-------------------------------------|----------|
 * | idle     | running    | idle      |                                     | stopping |
 * | running  | running ¹  | paused ¹  | done                                | stopping ¹ |
 * | paused   | running ¹  | paused    |                                     | stopping ¹ |
 * | done     | running    | done      |                                     | stopping |
 * | stopping | throws     | stopping  | stopped, when the mouth is closed   | stopping |
 * | stopped  | throws     | stopped   |                                     | stopped  |
 *
 * ¹ A mouth that moves or stands open is closed by a message, after any part that is on its way; so it is where phonemes end or
 * run dry on an open mouth. A closing that fails is tried again, by `stop` and before `done` three times.
 *
 * @throws {ProtocolError} BRIDGE_ERR_MESSAGE_ARGUMENT, BRIDGE_ERR_MESSAGE_TOO_LONG - the model alias cannot stand in a message.
 */
export function createLipsDriver(options: LipsDriverOptions): LipsDriver {
  return new Driver(options);
}

class Driver implements LipsDriver {
  readonly events = new Emitter<LipsDriverEvents>();
  readonly #options: LipsDriverOptions;
  readonly #clock: Clock;
  readonly #track: PhonemeTrack;
  readonly #sender: PartSender;
  readonly #maxBytes: number;
  readonly #doneWaiters: (() => void)[] = [];
  #counts = { parts: 0, lateParts: 0, failedParts: 0, failedClosings: 0, reanchors: 0, starts: 0, stops: 0 };
  #openParts = 0;
  #reanchoredAtMs = Number.NEGATIVE_INFINITY;
  #state: State = { status: 'idle' };
  #stopped: Promise<void> | undefined;
  #closeRetry: Timer | undefined;

  constructor(options: LipsDriverOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#track = new PhonemeTrack(options.names ?? new PhonemeNames(DEFAULT_LIP_TABLE));
    this.#maxBytes = partBytes(options.model);
    const { clock, model, send } = options;
    const { table } = this.#track.names;
    this.#sender = new PartSender({
      clock,
      model,
      table,
      send,
      onFailed: (sent, error) => this.#failed(sent, error),
    });
  }

  get status(): LipsDriverStatus {
    return this.#state.status;
  }

  get counts(): LipsCounts {
    return { ...this.#counts };
  }

  get openParts(): number {
    return this.#openParts;
  }

  get isClosed(): boolean {
    return !this.#sender.endsOpen;
  }

  append(phonemes: readonly TimedPhoneme[]): void {
    if (this.#track.isFinished)
      throw new InvalidStateError('append() of a lips driver cannot follow finish()');
    this.#track.append(phonemes);
    this.#wake();
  }

  finish(): void {
    this.#track.finish();
    this.#wake();
  }

  start(positionMs: number): void {
    if (this.#state.status === 'stopping' || this.#state.status === 'stopped')
      throw new InvalidStateError('start() of a lips driver cannot follow stop(): create a new one');
    const heardMs = this.#options.timeline.heardAtMs(positionMs);
    // What moves until then still belongs to what is heard until then.
    void this.#sender.close((heardMs ?? this.#clock.nowMs()) - MOTION_FRAME_MS);
    this.#transition({ status: 'running', cursorMs: positionMs, timer: undefined, retry: undefined });
    this.#wake();
  }

  async pause(atMs: number = this.#clock.nowMs()): Promise<void> {
    if (this.#state.status !== 'running') return;
    this.#transition({ status: 'paused' });
    await this.#sender.close(atMs);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  received(type: string, args: readonly string[]): void {
    if (args[0] !== this.#options.model) return;
    if (type === 'LIPSYNC_EVENT_START') {
      this.#counts.starts++;
      this.#openParts++;
    } else if (type === 'LIPSYNC_EVENT_STOP') {
      this.#counts.stops++;
      // One that began before this driver may end now.
      this.#openParts = Math.max(0, this.#openParts - 1);
    }
  }

  whenDone(): Promise<void> {
    if (this.#state.status === 'done' || this.#state.status === 'stopped') return Promise.resolve();
    return new Promise((resolve) => this.#doneWaiters.push(resolve));
  }

  async #stop(): Promise<void> {
    this.#transition({ status: 'stopping' });
    this.#closeRetry?.cancel();
    for (let tries = 1; ; tries++) {
      await this.#sender.close(this.#clock.nowMs());
      const leftMs = this.#sender.closedAtMs - this.#clock.nowMs();
      if (leftMs > 0) await sleep(this.#clock, leftMs);
      if (!this.#sender.endsOpen || tries >= CLOSE_TRIES) break;
      await sleep(this.#clock, RETRY_MS);
    }
    this.#transition({ status: 'stopped' });
  }

  #transition(next: State): void {
    const before = this.#state;
    if (before.status === 'running') {
      before.timer?.cancel();
      before.retry?.cancel();
    }
    this.#state = next;
    if (next.status === 'done' || next.status === 'stopped')
      for (const resolve of this.#doneWaiters.splice(0)) resolve();
    if (before.status !== next.status) this.events.emit('stateChange', before.status, next.status);
  }

  #wake(): void {
    const state = this.#state;
    if (state.status !== 'running') return;
    state.timer?.cancel();
    this.#followSound(state);
    for (let steps = 0; steps < 100 && this.#state === state; steps++) {
      const waitMs = this.#step(state);
      if (waitMs === undefined) continue;
      // Whatever it waits for: what moves the mouth now may run out before.
      const runsOutInMs = this.#closeOpenEnd(endsAtMs) ?? waitMs;
      state.timer = this.#clock.after(Math.min(waitMs, runsOutInMs), () => this.#wake());
      return;
    }
    if (this.#state === state) state.timer = this.#clock.after(UNKNOWN_MS, () => this.#wake());
  }

  /** One step towards the end of the sound. @returns How long to wait, milliseconds; undefined: it went on. */
  #step(state: Running): number | undefined {
    const ahead = lookAhead(this.#track, state.cursorMs, LEAD_IN_MS);
    switch (ahead.kind) {
      case 'end':
        return this.#finishAll();
      case 'unknown':
        return (this.#isClosedAt(state.cursorMs) ? this.#closeOpenEnd(heardEndMs) : undefined) ?? LOOK_MS;
      case 'silence': {
        const waitMs = this.#closeOpenEnd(heardEndMs);
        if (waitMs === undefined) state.cursorMs = ahead.untilMs;
        return waitMs;
      }
      case 'open':
        return this.#open(state);
      default:
        return assertNever(ahead);
    }
  }

  #finishAll(): number | undefined {
    const waitMs = this.#closeOpenEnd(heardEndMs);
    if (waitMs !== undefined) return waitMs;
    const { last, closeFailures, endsOpen } = this.#sender;
    const leftMs = last === undefined ? 0 : endsAtMs(last) - this.#clock.nowMs();
    if (leftMs > 0) return Math.min(LOOK_MS, leftMs + 1);
    // It is being tried again.
    if (endsOpen && closeFailures < CLOSE_TRIES) return LOOK_MS;
    this.#transition({ status: 'done' });
    return undefined;
  }

  #isClosedAt(positionMs: number): boolean {
    return this.#track.isClosedAt(this.#track.indexAt(positionMs));
  }

  /**
   * Closes the mouth at the time that is given of the last part, if that leaves it open: MMDAgent-EX holds it 200 ms longer.
   *
   * @returns How long that can wait, milliseconds; undefined: nothing is to be closed, or that is done.
   */
  #closeOpenEnd(timeOf: (last: SentPart) => number): number | undefined {
    const { last, endsOpen } = this.#sender;
    if (last === undefined || last.isClosing || !endsOpen) return undefined;
    const atMs = timeOf(last);
    // As late as it can be: what follows may become known, and what is handed over cannot be taken back.
    const dueInMs = atMs - URGENT_MS - this.#clock.nowMs();
    if (dueInMs > 1) return Math.min(dueInMs, LOOK_MS);
    void this.#sender.close(atMs);
    return undefined;
  }

  #open(state: Running): number | undefined {
    const nowMs = this.#clock.nowMs();
    const heardMs = this.#options.timeline.heardAtMs(state.cursorMs);
    if (heardMs === undefined) return UNKNOWN_MS;
    const wishedLeadMs = this.#sender.isMovingAt(heardMs) ? 0 : this.#missingLeadMs(state.cursorMs);
    const dueInMs = heardMs - wishedLeadMs - HANDOVER_MS - nowMs;
    if (dueInMs > 1) return Math.min(dueInMs, LOOK_MS);
    const soonestMs = Math.max(nowMs + DELIVERY_MS, this.#sender.freeAtMs);
    if (heardMs < soonestMs - 0.5) {
      // Its time has passed: what is still to come goes on from there.
      if (soonestMs - heardMs > MOTION_FRAME_MS) this.#counts.lateParts++;
      state.cursorMs += soonestMs - heardMs;
      return this.#isMoving(state.cursorMs, heardMs) ? undefined : UNKNOWN_MS;
    }
    if (!this.#track.isFinished) {
      const knownMs = this.#track.endMs - state.cursorMs;
      if (knownMs < MIN_PHONEME_MS) return UNKNOWN_MS / 2;
      if (knownMs < WORTH_SENDING_MS && heardMs - nowMs > URGENT_MS) return UNKNOWN_MS / 2;
    }
    this.#hand(state, heardMs, Math.min(wishedLeadMs, heardMs - soonestMs), soonestMs);
    return undefined;
  }

  /** A time line that stands still gives the same time for a later position. */
  #isMoving(positionMs: number, heardBeforeMs: number): boolean {
    return (this.#options.timeline.heardAtMs(positionMs) ?? heardBeforeMs) > heardBeforeMs;
  }

  #missingLeadMs(positionMs: number): number {
    const runEnd = this.#track.closedRunEnd(this.#track.indexAt(positionMs));
    const opensMs = this.#track.at(runEnd)?.startMs ?? positionMs;
    return Math.max(0, LEAD_IN_MS - Math.max(0, opensMs - positionMs));
  }

  #hand(state: Running, heardMs: number, leadInMs: number, soonestMs: number): void {
    const phonemes = cutPart(this.#track, state.cursorMs, this.#maxBytes);
    const endMs = phonemes.at(-1)?.endMs ?? state.cursorMs;
    const { names, isFinished } = this.#track;
    const part = buildPart({
      model: this.#options.model,
      table: names.table,
      phonemes,
      leadInMs,
      isLast: isFinished && endMs >= this.#track.endMs,
    });
    const actAtMs = Math.max(soonestMs, heardMs - part.leadInMs - part.biasMs);
    state.cursorMs = endMs;
    void this.#sender.send(part, actAtMs).then((hasLeft) => {
      if (hasLeft) this.#counts.parts++;
    });
    if (this.#options.keepsHeard === false) this.#track.dropBefore(part.startMs - KEPT_MS);
    this.events.emit('sent', { message: part.message, startMs: part.startMs, actAtMs });
  }

  /** A part that is under way and whose sound has moved (the device ran dry) is replaced by its rest. */
  #followSound(state: Running): void {
    const last = this.#sender.last;
    const nowMs = this.#clock.nowMs();
    if (last === undefined || last.isClosing || last.actAtMs > nowMs || !this.#sender.isMovingAt(nowMs))
      return;
    if (nowMs - this.#reanchoredAtMs < REANCHOR_EVERY_MS) return;
    const { endMs } = last.part;
    const heardMs = this.#options.timeline.heardAtMs(endMs);
    const expectedMs = heardEndMs(last);
    if (heardMs === undefined || heardMs < nowMs || Math.abs(heardMs - expectedMs) <= MAX_DRIFT_MS) return;
    this.#reanchoredAtMs = nowMs;
    this.#counts.reanchors++;
    this.#goBack(state, endMs - (heardMs - nowMs));
    if (lookAhead(this.#track, state.cursorMs, LEAD_IN_MS).kind !== 'open') void this.#sender.close(nowMs);
  }

  #goBack(state: Running, positionMs: number): void {
    state.cursorMs = Math.min(state.cursorMs, Math.max(0, positionMs) + DELIVERY_MS * 2);
  }

  #failed(sent: SentPart, error: unknown): void {
    if (sent.isClosing) this.#counts.failedClosings++;
    else this.#counts.failedParts++;
    this.events.emit('failed', error);
    // Later: whatever refused it would refuse it again at once.
    if (sent.isClosing) this.#closeLater(sent);
    else this.#sendLater(sent);
  }

  #closeLater(failed: SentPart): void {
    // A stop tries by itself.
    if (this.#state.status === 'stopping' || this.#state.status === 'stopped') return;
    this.#closeRetry?.cancel();
    this.#closeRetry = this.#clock.after(RETRY_MS, () => {
      if (this.#sender.last === failed) void this.#sender.close(this.#clock.nowMs());
    });
  }

  #sendLater(sent: SentPart): void {
    const state = this.#state;
    if (state.status !== 'running') return;
    state.retry?.cancel();
    state.retry = this.#clock.after(RETRY_MS, () => {
      if (this.#sender.last !== sent) return;
      const { startMs, endMs } = sent.part;
      const heardMs = this.#options.timeline.heardAtMs(endMs);
      if (heardMs === undefined || heardMs < this.#clock.nowMs()) return;
      this.#goBack(state, Math.max(startMs, endMs - (heardMs - this.#clock.nowMs())));
      this.#wake();
    });
  }
}
