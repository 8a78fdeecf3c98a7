import type { LipEstimator } from '../lipsync/index.js';
import type { Clock, Timer } from '../runtime/index.js';
import {
  type LipsKnowledge,
  type LipsWay,
  type Outlet,
  VoiceFlow,
  type VoiceFlowOptions,
} from '../speaking/index.js';
import type { SpeechPart, SpokenPart } from '../speech/index.js';
import { asBridgeFailure } from './as-bridge-failure.js';
import type { Delivery, DeliveryEnd, ReplyEmitter } from './delivery.js';
import { PausableOutlet } from './pausable-outlet.js';
import { PieceQueue } from './piece-queue.js';
import { PieceTeller } from './piece-teller.js';
import { PlayedTeller } from './played-teller.js';
import type { ReplyText } from './reply-text.js';
import type { HeardReply, SpokenPiece } from './reply-voice.js';
import type { SoundTrack } from './sound-track.js';

/** How sound goes to the avatar, as far as is known before there is any. */
export interface SoundWay {
  readonly way: LipsWay;
  readonly knows: LipsKnowledge;
}

/** Where the sound of one reply goes. */
export interface SoundOut {
  /**
   * Opened and begun: takes sound at once.
   *
   * @param fromMs - as `PausableOutletOptions.open`.
   */
  open(way: SoundWay, signal: AbortSignal, fromMs: number | undefined): Promise<Outlet>;
  /** More is known of which piece is where. */
  known?(): void;
  /** See `PausableOutletOptions`. */
  readonly neededFromMs?: number;
}

export interface SoundDeliveryOptions {
  readonly clock: Clock;
  readonly events: ReplyEmitter;
  readonly sampleRateHz: number;
  /** Rejects where sound cannot go. */
  readonly way: Promise<SoundWay>;
  /** Called once. */
  readonly out: (text: ReplyText, track: SoundTrack) => SoundOut;
  /** See `PausableOutletOptions`. */
  readonly isReadyInPauses: boolean;
  /** What is to be heard; the signal ends it. Asked for at once. */
  readonly parts: (pieces: PieceQueue, signal: AbortSignal) => AsyncIterable<SpeechPart | SpokenPart>;
  readonly text: ReplyText;
  readonly pronouncer: VoiceFlowOptions['pronouncer'];
  readonly estimator: (() => LipEstimator) | undefined;
}

const TELL_EVERY_MS = 80;
/** Of what is under way nothing can be called back for so long: the lead, and the way to the loudspeaker. */
const CERTAIN_MS = 120;
/** A pause farther back is no place to go on from. */
const MAX_REPEATED_MS = 2000;

/**
 * A reply as sound: pieces → engine → lips and sound, in step → an outlet that can be silenced and go on → avatar or loudspeaker.
 *
 * What can fail: the engine (what there is of its sound is heard, then it ends), the way (it ends with what was heard).
 */
export class SoundDelivery implements Delivery {
  readonly ended: Promise<DeliveryEnd>;
  readonly #options: SoundDeliveryOptions;
  readonly #queue = new PieceQueue();
  readonly #outlet: PausableOutlet;
  readonly #out: SoundOut;
  readonly #played: PlayedTeller;
  readonly #pieces: PieceTeller;
  readonly #stop = new AbortController();
  readonly #engine = new AbortController();
  readonly #credits = new Set<string>();
  #way: SoundWay | undefined;
  #teller: Timer | undefined;
  #isSoundHere = false;
  #isSent = false;
  #hasStarted = false;
  #isStopped = false;

  constructor(options: SoundDeliveryOptions) {
    this.#options = options;
    const { clock, events, sampleRateHz, text } = options;
    this.#outlet = new PausableOutlet({
      clock,
      sampleRateHz,
      isReadyInPauses: options.isReadyInPauses,
      open: async (signal, fromMs) => this.#out.open(await options.way, signal, fromMs),
      resumeAtMs: (heardMs) => this.#resumeAtMs(heardMs),
      onPhonemes: (phonemes) => text.lips(phonemes),
      neededFromMs: () => this.#out.neededFromMs ?? Number.POSITIVE_INFINITY,
    });
    this.#out = options.out(text, this.#outlet.track);
    this.#played = new PlayedTeller(this.#outlet.track, {
      onPlayed: (sound) => events.emit('played', sound),
      onUnplayed: (fromMs) => events.emit('unplayed', fromMs),
    });
    this.#pieces = new PieceTeller(text, events);
    this.#outlet.events.on('sent', () => {
      this.#isSent = true;
      events.emit('sent', clock.nowMs());
      // Before that there is nothing to tell, and of many replies most may wait for their words.
      this.#tellLater();
    });
    this.#outlet.events.on('takeBegan', (fromMs) => this.#takeBegan(fromMs));
    this.#outlet.events.on('takeEnded', (untilMs, nowMs) => this.#takeEnded(untilMs, nowMs));
    this.ended = this.#run();
  }

  push(piece: SpokenPiece): Promise<void> {
    if (this.#queue.isEnded) return Promise.resolve();
    this.#options.text.push(piece);
    return this.#queue.push(piece);
  }

  end(): void {
    this.#queue.end();
  }

  go(): void {
    this.#outlet.go();
  }

  pause(): Promise<void> {
    return this.#outlet.pause();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#queue.stop();
    this.#engine.abort();
    this.#stop.abort();
    await this.#outlet.interrupt();
    await this.ended;
  }

  heard(): HeardReply {
    const { heardMs, track } = this.#outlet;
    return this.#options.text.heard(heardMs, track.endMs);
  }

  async #run(): Promise<DeliveryEnd> {
    const parts = begun(this.#options.parts(this.#queue, this.#engine.signal), () => {
      // Of one that was cut, pieces without sound are no pieces without words.
      if (!this.#engine.signal.aborted) this.#options.text.allKnown();
    });
    const end = await this.#flow(parts).catch((error: unknown) => this.#failed(error));
    this.#over(end.reason === 'completed');
    void parts.return?.(undefined)?.catch(() => {});
    return end;
  }

  async #failed(error: unknown): Promise<DeliveryEnd> {
    await this.#outlet.interrupt();
    if (this.#isStopped) return { reason: 'cancelled' };
    return { reason: 'failed', error: asBridgeFailure(error) };
  }

  async #flow(parts: AsyncIterableIterator<SpeechPart | SpokenPart>): Promise<DeliveryEnd> {
    const { clock, way, pronouncer, estimator } = this.#options;
    const known = await Promise.race([way, this.#outlet.ended.then(() => undefined)]);
    if (known === undefined) return { reason: 'cancelled' };
    this.#way = known;
    this.#outlet.movesLips = known.way !== 'peer';
    const flow = new VoiceFlow({
      ...{
        clock,
        pronouncer,
        estimator,
        parts,
        outlet: this.#outlet,
        stop: this.#stop,
        engine: this.#engine,
      },
      ...{ drain: undefined, knows: known.knows, movesMouth: true },
      onPart: (part) => this.#part(part),
    });
    const { end } = await flow.run();
    if (end.reason === 'completed') return { reason: 'completed' };
    if (end.reason === 'interrupted') return { reason: 'cancelled' };
    return { reason: 'failed', ...(end.error === undefined ? {} : { error: end.error }) };
  }

  #part(part: SpeechPart | SpokenPart): void {
    const { text, events, clock } = this.#options;
    if (part.type === 'sound' && !this.#isSoundHere) {
      this.#isSoundHere = true;
      events.emit('synthesized', clock.nowMs());
    }
    text.part(part);
    if (part.type === 'sentence' || part.type === 'sentence-end') this.#out.known?.();
    const credit = 'credit' in part ? part.credit : undefined;
    if (credit === undefined || this.#credits.has(credit)) return;
    this.#credits.add(credit);
    events.emit('credit', credit);
  }

  /** The last border of a word; else the last pause in the sound; else where it was cut off. */
  #resumeAtMs(heardMs: number): number {
    const { text } = this.#options;
    const { track } = this.#outlet;
    const pauseFromMs = Math.max(text.sentenceStartMs(heardMs), heardMs - MAX_REPEATED_MS);
    const borderMs = text.lastBorderMs(heardMs, track.endMs) ?? track.lastPauseEnd(pauseFromMs, heardMs);
    return Math.max(0, Math.min(borderMs ?? text.sharedBorderMs(heardMs, track.endMs), track.endMs));
  }

  #takeBegan(fromMs: number): void {
    this.#played.begin(fromMs);
    if (this.#isSent) this.#tellLater();
  }

  #takeEnded(untilMs: number, positionMs: number): void {
    this.#teller?.cancel();
    // What was cut off is still heard up to here.
    this.#played.silenced({ positionMs, untilMs, nowMs: this.#options.clock.nowMs() });
  }

  #tellLater(): void {
    this.#teller?.cancel();
    this.#teller = this.#options.clock.after(TELL_EVERY_MS, () => {
      this.#tell();
      this.#tellLater();
    });
  }

  #tell(): void {
    const { clock, events } = this.#options;
    const { positionMs, givenMs } = this.#outlet;
    if (positionMs === undefined || givenMs <= 0) return;
    const nowMs = clock.nowMs();
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      events.emit('started', nowMs - positionMs, this.#way?.way ?? 'peer');
    }
    this.#played.tell({ positionMs, untilMs: Math.min(positionMs + CERTAIN_MS, givenMs), nowMs });
    this.#pieces.tell(this.#outlet.heardMs, nowMs + this.#outlet.heardMs - positionMs);
    if (positionMs > 0) events.emit('position', this.heard());
  }

  #over(isWhole: boolean): void {
    this.#teller?.cancel();
    this.#queue.stop();
    this.#played.close();
    this.#pieces.end(this.#outlet.heardMs, this.#options.clock.nowMs(), isWhole);
    this.#outlet.close();
  }
}

/**
 * The first part is asked for now: the engine thinks while the way is being looked for.
 *
 * @param onWhole - there are no more, and nothing went wrong.
 */
function begun<T>(parts: AsyncIterable<T>, onWhole: () => void): AsyncIterableIterator<T> {
  const iterator = parts[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<T>> | undefined = iterator.next();
  first.catch(() => {});
  const rest: AsyncIterableIterator<T> = {
    next: async () => {
      const next = first ?? iterator.next();
      first = undefined;
      const taken = await next;
      if (taken.done === true) onWhole();
      return taken;
    },
    return: async () => {
      void iterator.return?.().catch(() => {});
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => rest,
  };
  return rest;
}
