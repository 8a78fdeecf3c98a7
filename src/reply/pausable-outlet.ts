import type { SpeechEnd } from '../client/index.js';
import type { TimedPhoneme } from '../lipsync/index.js';
import { type BridgeError, type Clock, Emitter } from '../runtime/index.js';
import type { LipsReport, Outlet } from '../speaking/index.js';
import { asBridgeFailure } from './as-bridge-failure.js';
import { ReadyOutlet } from './ready-outlet.js';
import { SoundTrack } from './sound-track.js';

export interface PausableOutletOptions {
  readonly clock: Clock;
  /** Of the sound it takes and plays. */
  readonly sampleRateHz: number;
  /**
   * Opens a way that can take sound at once. What it opens after the signal has fired is closed again.
   *
   * @param fromMs - where its sound begins in the whole; undefined of one that is opened before that is known.
   */
  readonly open: (signal: AbortSignal, fromMs: number | undefined) => Promise<Outlet>;
  /** Whether another way is opened while it is paused, so that it goes on without waiting for one. For ways that nobody else waits for. */
  readonly isReadyInPauses: boolean;
  /** Where to go on, milliseconds, when so much was heard. */
  readonly resumeAtMs: (heardMs: number) => number;
  readonly onPhonemes: (phonemes: readonly TimedPhoneme[]) => void;
  /** Sound from here on is needed, however long ago it was heard. @default none */
  readonly neededFromMs?: (() => number) | undefined;
}

export interface PausableOutletEvents {
  /** The first sound of all leaves. */
  sent: [];
  /** Sound from this position on leaves, or will: the first time 0, later where it goes on. */
  takeBegan: [fromMs: number];
  /** A take was cut off, or is over: up to `untilMs` it is heard, and `positionMs` is heard now. */
  takeEnded: [untilMs: number, positionMs: number];
}

/** One opened way, until it is cut off or over. */
interface Take {
  readonly outlet: Outlet;
  readonly fromMs: number;
  /** Bytes of the track that were given away. */
  cursor: number;
  isPumping: boolean;
}

/** Sound that was not given away waits up to here before who makes it has to wait. */
const ROOM_MS = 500;
const PIECE_MS = 100;
/** Behind what is heard, sound and phonemes are kept so long, to be sent again. */
const KEPT_MS = 30_000;
/** Speech that begins in the middle would click. */
const FADE_MS = 8;
const HEARD_TO_END_MS = 1;
/** From a sound's leaving until it is heard. */
const USUAL_LATENCY_MS = 45;

/**
 * An outlet that can be silenced and go on: it keeps what it was given, and opens a new way for what was not heard.
 *
 * held –go→ opening –opened→ open; opening, open –pause→ paused; paused –go→ opening; any –interrupt, fault→ ended. Calls that
 * silence take effect before they return: afterwards nothing of this side is written any more, and what a way that was being
 * opened becomes is closed unused.
 */
export class PausableOutlet implements Outlet {
  readonly sampleRateHz: number;
  readonly events = new Emitter<PausableOutletEvents>();
  readonly ended: Promise<SpeechEnd>;
  /** Whether the ways want phonemes; to be set before the first. */
  movesLips = true;
  lane = '';
  readonly track: SoundTrack;
  readonly #options: PausableOutletOptions;
  readonly #phonemes: TimedPhoneme[] = [];
  #areLipsOver = false;
  #isOver = false;
  #take: Take | undefined;
  #opening: AbortController | undefined;
  #ready: ReadyOutlet | undefined;
  /** Ways that are being closed. */
  readonly #closing = new Set<Promise<void>>();
  #hasSent = false;
  #heardMs = 0;
  #end: SpeechEnd | undefined;
  #resolve: (end: SpeechEnd) => void = () => {};
  #writers: (() => void)[] = [];
  #reportBefore: LipsReport = { parts: 0, lateParts: 0, reanchors: 0 };
  #interrupting: Promise<void> | undefined;

  constructor(options: PausableOutletOptions) {
    this.#options = options;
    this.sampleRateHz = options.sampleRateHz;
    this.track = new SoundTrack(options.sampleRateHz);
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get report(): LipsReport {
    return sum(this.#reportBefore, this.#take?.outlet.report);
  }

  /** What is heard of the sound by now; never less than before. */
  get heardMs(): number {
    this.#heardMs = Math.max(this.#heardMs, this.positionMs ?? 0);
    return this.#heardMs;
  }

  /** What is being heard now, negative shortly before the first; undefined while nothing is. */
  get positionMs(): number | undefined {
    const take = this.#take;
    const ownMs = take?.outlet.heardMs;
    return take === undefined || ownMs === undefined ? undefined : take.fromMs + ownMs;
  }

  /** How far the sound was given away. */
  get givenMs(): number {
    return this.#take === undefined ? this.#heardMs : this.track.msAt(this.#take.cursor);
  }

  async begin(): Promise<void> {}

  async write(pcm: Uint8Array): Promise<void> {
    if (this.#end !== undefined) return;
    this.track.append(pcm);
    this.#pumpTake();
    while (this.#end === undefined && this.track.endMs - this.givenMs > ROOM_MS)
      await new Promise<void>((resolve) => this.#writers.push(resolve));
  }

  phonemes(phonemes: readonly TimedPhoneme[]): void {
    if (this.#end !== undefined) return;
    this.#phonemes.push(...phonemes);
    this.#options.onPhonemes(phonemes);
    if (this.#take !== undefined) tell(this.#take, phonemes);
  }

  lipsEnd(): void {
    this.#areLipsOver = true;
    this.#take?.outlet.lipsEnd();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    this.#pumpTake();
  }

  /** Lets sound leave, the first time or again. */
  go(): void {
    if (this.#end !== undefined || this.#take !== undefined || this.#opening !== undefined) return;
    const opening = new AbortController();
    this.#opening = opening;
    void this.#open(opening);
  }

  /** Silence at once. @returns When it is known what was heard. */
  async pause(): Promise<void> {
    await this.#silence();
    const isPaused = this.#end === undefined && this.#take === undefined && this.#opening === undefined;
    if (isPaused && this.#interrupting === undefined && this.#options.isReadyInPauses)
      this.#ready ??= new ReadyOutlet((signal) => this.#options.open(signal, undefined));
  }

  async #silence(): Promise<void> {
    this.#stopOpening();
    const take = this.#take;
    this.#take = undefined;
    if (take !== undefined) await this.#cutOff(take);
    await Promise.all(this.#closing);
  }

  interrupt(): Promise<void> {
    this.#dropReady();
    this.#interrupting ??= this.#silence().then(() =>
      this.#finish({ reason: 'interrupted', heardMs: this.#heardMs }),
    );
    return this.#interrupting;
  }

  close(): void {
    this.#dropReady();
    this.#stopOpening();
    this.#leave(this.#take);
  }

  #stopOpening(): void {
    this.#opening?.abort();
    this.#opening = undefined;
  }

  async #open(opening: AbortController): Promise<void> {
    // A way that is being closed tells first what was heard of it.
    await Promise.all(this.#closing);
    if (opening.signal.aborted || this.#end !== undefined) return;
    const fromMs = this.#hasSent ? this.#sampleAt(this.#options.resumeAtMs(this.#heardMs)) : 0;
    if (this.#isOver && fromMs >= this.track.endMs - HEARD_TO_END_MS) {
      this.#opening = undefined;
      this.#finish({ reason: 'completed', heardMs: this.track.endMs });
      return;
    }
    const opened = this.#openNext(opening.signal, fromMs);
    this.#closeUnused(opened, opening.signal);
    try {
      const outlet = await opened;
      if (opening.signal.aborted) return;
      this.#opening = undefined;
      this.#begin({ outlet, fromMs, cursor: this.track.bytesAt(fromMs), isPumping: false });
    } catch (error) {
      if (opening.signal.aborted) return;
      this.#opening = undefined;
      this.#failed(error);
    }
  }

  /** When the sample is heard with which a take can begin there. */
  #sampleAt(ms: number): number {
    return this.track.msAt(this.track.bytesAt(ms));
  }

  async #openNext(signal: AbortSignal, fromMs: number): Promise<Outlet> {
    const ready = this.#ready;
    this.#ready = undefined;
    return (await ready?.take()) ?? (await this.#options.open(signal, fromMs));
  }

  #dropReady(): void {
    if (this.#ready !== undefined) this.#closed(this.#ready.drop());
    this.#ready = undefined;
  }

  /** Who opens next, or waits for silence, waits until it is gone. */
  #closeUnused(opened: Promise<Outlet>, signal: AbortSignal): void {
    const gone = opened.then(
      async (outlet) => {
        if (!signal.aborted) return;
        await outlet.interrupt();
        outlet.close();
      },
      () => {},
    );
    signal.addEventListener('abort', () => this.#closed(gone), { once: true });
  }

  #closed(gone: Promise<void>): void {
    this.#closing.add(gone);
    void gone.then(() => this.#closing.delete(gone));
  }

  #begin(take: Take): void {
    this.#take = take;
    this.lane = take.outlet.lane;
    void take.outlet.ended.then((end) => this.#takeEnded(take, end));
    this.events.emit('takeBegan', take.fromMs);
    tell(take, this.#phonemes);
    if (this.#areLipsOver) take.outlet.lipsEnd();
    this.#pumpTake();
  }

  #pumpTake(): void {
    const take = this.#take;
    if (take === undefined || take.isPumping) return;
    take.isPumping = true;
    this.#pump(take).catch((error: unknown) => {
      if (take === this.#take) this.#failed(error);
    });
  }

  async #pump(take: Take): Promise<void> {
    const pieceBytes = 2 * Math.round((this.sampleRateHz * PIECE_MS) / 1000);
    while (take === this.#take) {
      const pcm = this.track.read(take.cursor, pieceBytes);
      if (pcm === undefined) break;
      const isFirst = take.fromMs > 0 && take.cursor === this.track.bytesAt(take.fromMs);
      take.cursor += pcm.byteLength;
      this.#sent();
      await take.outlet.write(isFirst ? fadedIn(pcm, this.sampleRateHz) : pcm);
      this.#forget();
      this.#wakeWriters();
    }
    take.isPumping = false;
    if (take !== this.#take || !this.#isOver || take.cursor < this.track.endBytes) return;
    take.isPumping = true;
    await take.outlet.end();
  }

  #sent(): void {
    if (this.#hasSent) return;
    this.#hasSent = true;
    this.events.emit('sent');
  }

  #forget(): void {
    const untilMs = this.heardMs - KEPT_MS;
    this.track.forgetBefore(Math.min(untilMs, this.#options.neededFromMs?.() ?? untilMs));
    while ((this.#phonemes[0]?.endMs ?? Number.POSITIVE_INFINITY) < untilMs) this.#phonemes.shift();
  }

  async #cutOff(take: Take): Promise<void> {
    const silenced = take.outlet.interrupt().then(async () => this.#over(take, await take.outlet.ended));
    this.#closed(silenced);
    await silenced;
  }

  /** It was ended by somebody else, or is over. */
  #takeEnded(take: Take, end: SpeechEnd): void {
    if (take !== this.#take) return;
    this.#take = undefined;
    this.#over(take, end);
    if (end.reason !== 'failed') this.#finish({ reason: end.reason, heardMs: this.#heardMs });
  }

  #over(take: Take, end: SpeechEnd): void {
    const untilMs = Math.min(take.fromMs + end.heardMs, this.track.endMs);
    this.#heardMs = Math.max(this.#heardMs, untilMs);
    // Of one that was cut off at once it is not told yet.
    const positionMs = take.fromMs + (take.outlet.heardMs ?? -USUAL_LATENCY_MS);
    this.#leave(take);
    this.events.emit('takeEnded', untilMs, positionMs);
    if (end.reason === 'failed') this.#failed(end.error);
  }

  #leave(take: Take | undefined): void {
    if (take === undefined) return;
    this.#reportBefore = sum(this.#reportBefore, take.outlet.report);
    take.outlet.close();
  }

  #failed(error: unknown): void {
    const take = this.#take;
    this.#take = undefined;
    const failure: BridgeError = asBridgeFailure(error);
    const end = (): void => this.#finish({ reason: 'failed', heardMs: this.#heardMs, error: failure });
    if (take === undefined) end();
    else void this.#cutOff(take).then(end);
  }

  #finish(end: SpeechEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#dropReady();
    this.#stopOpening();
    this.#wakeWriters();
    this.#resolve(end);
  }

  #wakeWriters(): void {
    const woken = this.#writers;
    this.#writers = [];
    for (const wake of woken) wake();
  }
}

/** Phonemes of the whole, to a way that begins in its middle. */
function tell({ outlet, fromMs }: Take, phonemes: readonly TimedPhoneme[]): void {
  if (!outlet.movesLips) return;
  const ours = phonemes
    .filter(({ endMs }) => endMs > fromMs)
    .map(({ phoneme, startMs, endMs }) => ({
      phoneme,
      startMs: Math.max(0, startMs - fromMs),
      endMs: endMs - fromMs,
    }));
  if (ours.length > 0) outlet.phonemes(ours);
}

function fadedIn(pcm: Uint8Array, sampleRateHz: number): Uint8Array {
  const faded = pcm.slice();
  const view = new DataView(faded.buffer);
  const samples = Math.min(faded.byteLength / 2, Math.round((sampleRateHz * FADE_MS) / 1000));
  for (let index = 0; index < samples; index++)
    view.setInt16(2 * index, Math.round((view.getInt16(2 * index, true) * index) / samples), true);
  return faded;
}

function sum(one: LipsReport, other: LipsReport | undefined): LipsReport {
  if (other === undefined) return one;
  return {
    parts: one.parts + other.parts,
    lateParts: one.lateParts + other.lateParts,
    reanchors: one.reanchors + other.reanchors,
  };
}
