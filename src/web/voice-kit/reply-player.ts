import type { TimedPhoneme } from '../../lipsync/timed-phoneme.js';
import type { Clock, Timer } from '../../runtime/clock.js';
import { Emitter } from '../../runtime/emitter.js';
import { CLOSED, type MouthWeights } from '../mouth-track.js';
import { RateConverter } from '../rate-converter.js';
import { LipCurve } from './lip-curve.js';
import type { Loudspeaker } from './loudspeaker.js';
import { ReplySchedule } from './reply-schedule.js';
import { ReplyTape } from './reply-tape.js';
import type { LinkSound } from './talk-link.js';

export interface ReplyPlayerEvents {
  /** The first sound of a reply is heard, or it goes on after a cut. */
  sounding: [turn: number];
  /** So much of it is heard now, milliseconds; a few times a second, and at its end or cut. */
  position: [turn: number, heardMs: number];
  /** All that came of it was heard. More may come. */
  drained: [turn: number];
  /** The browser lets no sound out before somebody clicks. */
  blocked: [];
}

interface Reply {
  readonly turn: number;
  readonly tape: ReplyTape;
  readonly lips: LipCurve;
  schedule: ReplySchedule;
  converter: RateConverter | undefined;
  status: 'waiting' | 'sounding' | 'drained' | 'cut';
}

const LOOK_EVERY_MS = 40;
const TOLD_EVERY_MS = 200;
/** Replies whose sound and lips are held: the one that sounds, and one that comes behind it. */
const MAX_REPLIES = 4;

/**
 * Plays replies as they come, one after the other without a seam, and knows what is heard of them: the mouth follows the same clock.
 *
 *   sound → ReplySchedule → Loudspeaker (or nothing, where only the mouth is wanted);   lips → LipCurve → mouthAt
 *
 * | reply    | sound                | heard from its start | heard to its end | cut | resumed              |
 * |----------|----------------------|----------------------|------------------|-----|----------------------|
 * | waiting  | placed               | sounding             | -                | cut | -                    |
 * | sounding | placed behind        | -                    | drained          | cut | -                    |
 * | drained  | placed, then waiting | -                    | -                | cut | -                    |
 * | cut      | dropped              | -                    | -                | -   | waiting, placed anew |
 */
export class ReplyPlayer {
  readonly events = new Emitter<ReplyPlayerEvents>();
  readonly #clock: Clock;
  readonly #speaker: Loudspeaker;
  #replies: Reply[] = [];
  #leadS: number | undefined;
  #look: Timer | undefined;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, speaker: Loudspeaker) {
    this.#clock = clock;
    this.#speaker = speaker;
  }

  /** Nothing of this turn is heard, or is about to be. */
  isSilent(turn: number): boolean {
    const reply = this.#replyOf(turn);
    return (
      reply === undefined || reply.status === 'drained' || reply.status === 'cut' || reply.schedule.isEmpty
    );
  }

  sound({ turn, fromMs, pcm, sampleRateHz }: LinkSound): void {
    const reply = this.#replyOf(turn) ?? this.#begin(turn);
    if (reply.status === 'cut' || pcm.byteLength < 2) return;
    reply.tape.push(fromMs, pcm, sampleRateHz);
    const durationMs = (1000 * (pcm.byteLength >> 1)) / sampleRateHz;
    const place = reply.schedule.place(fromMs, durationMs, this.#speaker.nowS(), this.#freeFromS(reply));
    this.#leadS = reply.schedule.leadS;
    if (place === undefined) return;
    const samples = floatSamples(pcm).subarray(Math.round((place.skipMs * sampleRateHz) / 1000));
    this.#speaker.play(turn, this.#atSpeakerRate(reply, samples, sampleRateHz), place.atS);
    if (reply.status === 'drained') reply.status = 'waiting';
    if (!this.#speaker.isRunning) this.events.emit('blocked');
    this.#watch();
  }

  lips(turn: number, phonemes: readonly TimedPhoneme[]): void {
    const reply = this.#replyOf(turn) ?? this.#begin(turn);
    if (reply.status !== 'cut') reply.lips.append(phonemes);
  }

  /** Silence at once. What was not heard is void. */
  cut(turn: number): void {
    const reply = this.#replyOf(turn);
    if (reply === undefined || reply.status === 'cut') return;
    const heardMs = this.#heardMs(reply);
    this.#speaker.silence(turn);
    const wasEmpty = reply.schedule.isEmpty;
    reply.status = 'cut';
    reply.tape.cutAt(heardMs);
    reply.lips.cutAt(heardMs);
    if (!wasEmpty) this.events.emit('position', turn, heardMs);
  }

  /** A reply that was cut goes on: its sound comes again from there. */
  resumed(turn: number, fromMs: number): void {
    const reply = this.#replyOf(turn);
    if (reply === undefined) return;
    this.#speaker.silence(turn);
    reply.schedule = new ReplySchedule(this.#speaker.rateHz, this.#leadS);
    reply.converter = undefined;
    reply.tape.cutAt(fromMs);
    reply.lips.cutAt(fromMs);
    reply.status = 'waiting';
  }

  /** Silence; nothing of earlier replies is held any more. */
  clear(): void {
    for (const { turn } of this.#replies) this.#speaker.silence(turn);
    this.#replies = [];
    this.#look?.cancel();
    this.#look = undefined;
  }

  /** What was heard of a reply, to hear it again; undefined if it had no sound. */
  takeTape(turn: number): ReplyTape | undefined {
    const tape = this.#replyOf(turn)?.tape;
    return tape === undefined || tape.isEmpty ? undefined : tape;
  }

  /** The mouth of what is heard now. */
  mouthNow(): MouthWeights {
    const heardS = this.#speaker.heardS();
    const reply = this.#replies.find(
      ({ schedule, status }) => status !== 'cut' && schedule.isSoundingAt(heardS),
    );
    return reply === undefined ? CLOSED : reply.lips.at(reply.schedule.positionAtMs(heardS));
  }

  #begin(turn: number): Reply {
    const reply: Reply = {
      turn,
      tape: new ReplyTape(),
      lips: new LipCurve(),
      schedule: new ReplySchedule(this.#speaker.rateHz, this.#leadS),
      converter: undefined,
      status: 'waiting',
    };
    this.#replies = [...this.#replies.slice(1 - MAX_REPLIES), reply];
    return reply;
  }

  #replyOf(turn: number): Reply | undefined {
    return this.#replies.find((reply) => reply.turn === turn);
  }

  /** When the replies before this one are over. */
  #freeFromS(reply: Reply): number {
    const earlier = this.#replies.slice(0, this.#replies.indexOf(reply));
    return Math.max(
      0,
      ...earlier.filter(({ status }) => status !== 'cut').map(({ schedule }) => schedule.endS),
    );
  }

  #heardMs({ schedule }: Reply): number {
    return schedule.isEmpty ? 0 : schedule.positionAtMs(this.#speaker.heardS());
  }

  #atSpeakerRate(
    reply: Reply,
    samples: Float32Array<ArrayBuffer>,
    rateHz: number,
  ): Float32Array<ArrayBuffer> {
    if (rateHz === this.#speaker.rateHz) return samples;
    reply.converter ??= new RateConverter(rateHz, this.#speaker.rateHz);
    return Float32Array.from(reply.converter.convert(samples));
  }

  #watch(): void {
    this.#look ??= this.#clock.after(LOOK_EVERY_MS, () => {
      this.#look = undefined;
      this.#lookNow();
    });
  }

  #lookNow(): void {
    const heardS = this.#speaker.heardS();
    const isTold = this.#clock.nowMs() - this.#toldAtMs >= TOLD_EVERY_MS;
    let isBusy = false;
    for (const reply of this.#replies) {
      if (reply.status === 'cut' || reply.status === 'drained' || reply.schedule.isEmpty) continue;
      isBusy = true;
      const isOver = heardS >= reply.schedule.endS;
      const isHeard = isOver || reply.schedule.isSoundingAt(heardS);
      if (isHeard && reply.status === 'waiting') {
        reply.status = 'sounding';
        this.events.emit('sounding', reply.turn);
      }
      if (isHeard && (isTold || isOver)) {
        this.#toldAtMs = this.#clock.nowMs();
        this.events.emit('position', reply.turn, reply.schedule.positionAtMs(heardS));
      }
      if (isOver && reply.status === 'sounding') {
        reply.status = 'drained';
        this.events.emit('drained', reply.turn);
      }
    }
    if (isBusy) this.#watch();
  }
}

function floatSamples(pcm: Uint8Array): Float32Array<ArrayBuffer> {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return Float32Array.from(
    { length: pcm.byteLength >> 1 },
    (_, index) => view.getInt16(2 * index, true) / 32_768,
  );
}
