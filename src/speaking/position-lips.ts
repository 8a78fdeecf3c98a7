import {
  buildPart,
  closingMessage,
  cutPart,
  lookAhead,
  MIN_PHONEME_MS,
  MOTION_FRAME_MS,
  type PhonemeNames,
  PhonemeTrack,
  partBytes,
  type TimedPhoneme,
} from '../lipsync/index.js';
import type { Clock, Timer } from '../runtime/index.js';

export interface PositionLipsOptions {
  readonly clock: Clock;
  /** Model alias. */
  readonly model: string;
  readonly names: PhonemeNames;
  /** Has a message act when this position of the sound is heard. Must not throw. */
  readonly tie: (atMs: number, message: string) => void;
  /** What is heard now, milliseconds of the sound; undefined while nobody knows. */
  readonly heardMs: () => number | undefined;
}

export interface PositionLipsCounts {
  /** LIPSYNC_START messages, those that only close the mouth left out. */
  readonly parts: number;
  /** Parts that became known too late: their beginning was left out, more than a frame. */
  readonly lateParts: number;
  /** Times the sound stood still inside a part, and its rest was sent anew. */
  readonly reanchors: number;
}

interface Part {
  readonly startMs: number;
  /** Sooner, where the rest of it was sent anew. */
  endMs: number;
  /** What MMDAgent-EX goes on showing for a while. */
  readonly lastPhoneme: string;
  readonly isClosedAtEnd: boolean;
  /** Of the time line it was first heard by. */
  originMs: number | undefined;
}

/** MMDAgent-EX fades shapes in where the mouth rests: a part begins so much sooner where the sound has a pause before it. */
const LEAD_IN_MS = 350;
/** What the way to the daemon, and from there to the mouth, takes: a part tied less far ahead is late. */
const DELIVERY_MS = 40;
/** MMDAgent-EX holds the last shape for 200 ms: so much of it need not be sent, and the first that may still change is awaited. */
const HELD_MS = 130;
/** While more of the sound may become known, a part waits for it until so long before it is heard. */
const URGENT_MS = 160;
/** From the first sound given to the first heard: the way of the sound itself. */
const FIRST_HEARD_MS = 45;
/** How far sound and mouth may part before the rest is sent anew. */
const MAX_DRIFT_MS = 40;
const KEPT_PARTS = 50;
const KEPT_MS = 20_000;

/**
 * Moves the mouth to a streamed sound: cuts its phonemes into LIPSYNC_START messages, each tied to the position of the sound it
 * begins at. MMDAgent-EX plays the sound and the daemon knows when a position is heard, so no clock of this side matters.
 *
 * A part is tied as soon as its end is known, however far ahead; phonemes that come piece by piece are collected until they are
 * urgent. So what is sent depends on the phonemes alone, and on the order in which phonemes and sound arrive only where the
 * phonemes come too late. The mouth is closed at the end of the phonemes and where they leave a gap.
 */
export class PositionLips {
  readonly #options: PositionLipsOptions;
  readonly #track: PhonemeTrack;
  readonly #maxBytes: number;
  readonly #parts: Part[] = [];
  #counts = { parts: 0, lateParts: 0, reanchors: 0 };
  /** Up to here lips are tied, or nothing is to be done. */
  #cursorMs = 0;
  #givenAtMs: number | undefined;
  /** As told last. */
  #originMs: number | undefined;
  #timer: Timer | undefined;
  #isStopped = false;

  /** @throws {ProtocolError} BRIDGE_ERR_MESSAGE_ARGUMENT, BRIDGE_ERR_MESSAGE_TOO_LONG - the alias cannot stand in a message. */
  constructor(options: PositionLipsOptions) {
    this.#options = options;
    this.#track = new PhonemeTrack(options.names);
    this.#maxBytes = partBytes(options.model);
  }

  get counts(): PositionLipsCounts {
    return { ...this.#counts };
  }

  /** How far the lips are known, milliseconds of the sound. */
  get knownMs(): number {
    return this.#track.endMs;
  }

  /** More phonemes, in order; gaps are a closed mouth. */
  append(phonemes: readonly TimedPhoneme[]): void {
    if (this.#isStopped || this.#track.isFinished) return;
    this.#track.append(phonemes);
    this.#advance();
  }

  /** No more will come. */
  finish(): void {
    this.#track.finish();
    this.#advance();
  }

  /** The first sound was given away. */
  soundBegan(): void {
    this.#givenAtMs ??= this.#options.clock.nowMs();
    this.#advance();
  }

  /**
   * More is known of when the sound is heard.
   *
   * @param originMs - when its position 0 was heard, or would have been, on any clock; rises where the sound stood still.
   */
  moved(originMs: number): void {
    const heardMs = this.#options.heardMs();
    if (heardMs === undefined || this.#isStopped) return;
    const isStanding = originMs - (this.#originMs ?? originMs) > MAX_DRIFT_MS;
    this.#originMs = originMs;
    const part = this.#parts.findLast(({ startMs }) => startMs <= heardMs);
    if (part !== undefined && heardMs < part.endMs) {
      part.originMs ??= originMs;
      if (Math.abs(originMs - part.originMs) > MAX_DRIFT_MS) this.#sendRest(part, heardMs, isStanding);
    }
    this.#track.dropBefore(heardMs - KEPT_MS);
    this.#advance();
  }

  /** Nothing more is tied. Idempotent. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Ties what can be tied now. */
  #advance(): void {
    this.#timer?.cancel();
    while (!this.#isStopped) {
      const ahead = lookAhead(this.#track, this.#cursorMs, LEAD_IN_MS);
      if (ahead.kind === 'open') {
        if (this.#open()) continue;
        return;
      }
      if (this.#track.endMs > this.#cursorMs || this.#track.isFinished) this.#closeOpenEnd();
      if (ahead.kind !== 'silence') return;
      this.#cursorMs = ahead.untilMs;
    }
  }

  /** @returns false: it waits for more to become known. */
  #open(): boolean {
    if (this.#skipLate()) return true;
    const phonemes = cutPart(this.#track, this.#cursorMs, this.#maxBytes);
    const endMs = phonemes.at(-1)?.endMs ?? this.#cursorMs;
    const isWhole = this.#track.isFinished || endMs < this.#track.endMs;
    if (!isWhole) {
      const isHeld = phonemes.length === 1 && phonemes[0]?.phoneme === this.#shownAtCursor;
      const waitMs = this.#urgentInMs() + (isHeld ? HELD_MS : 0);
      if (waitMs > 0.5) {
        this.#timer = this.#options.clock.after(waitMs, () => this.#advance());
        return false;
      }
      if (isHeld && endMs - this.#cursorMs < MIN_PHONEME_MS) return false;
    }
    const isLast = this.#track.isFinished && endMs >= this.#track.endMs;
    this.#tie(isWhole ? phonemes : withLongLast(phonemes), endMs, isLast);
    this.#cursorMs = endMs;
    return true;
  }

  /** What MMDAgent-EX holds where the next part begins, if a part ended there. */
  get #shownAtCursor(): string | undefined {
    const last = this.#parts.at(-1);
    return last !== undefined && last.endMs >= this.#cursorMs - HELD_MS ? last.lastPhoneme : undefined;
  }

  /** What can no longer be shown in time is left out. @returns Whether that was so. */
  #skipLate(): boolean {
    const heardMs = this.#options.heardMs();
    if (heardMs === undefined || heardMs <= 0) return false;
    const soonestMs = heardMs + DELIVERY_MS;
    const lateMs = soonestMs - this.#cursorMs;
    if (lateMs < 1) return false;
    if (lateMs > MOTION_FRAME_MS && this.#isLoss(soonestMs)) this.#counts.lateParts++;
    this.#cursorMs = soonestMs;
    return true;
  }

  /** Whether something else should have been seen from the cursor on than what is seen. */
  #isLoss(untilMs: number): boolean {
    const shown = this.#shownAtCursor ?? this.#options.names.table.closedName;
    for (let index = this.#track.indexAt(this.#cursorMs); index < this.#track.length; index++) {
      const phoneme = this.#track.at(index);
      if (phoneme === undefined || phoneme.startMs > untilMs - MOTION_FRAME_MS) return false;
      if (phoneme.phoneme !== shown && !this.#track.isClosedAt(index)) return true;
    }
    return false;
  }

  /** How long the part at the cursor may wait for more to become known. */
  #urgentInMs(): number {
    const { clock, heardMs } = this.#options;
    const nowMs = heardMs();
    if (nowMs !== undefined) return this.#cursorMs - nowMs - URGENT_MS;
    if (this.#givenAtMs === undefined) return Number.POSITIVE_INFINITY;
    const firstHeardMs = this.#givenAtMs + FIRST_HEARD_MS;
    // Phonemes that arrive with the first sound come first or last; both count.
    return Math.max(this.#givenAtMs + 5, firstHeardMs + this.#cursorMs - URGENT_MS) - clock.nowMs();
  }

  /** @param endMs - how far they are known; the last may be told longer, for MMDAgent-EX holds it anyway. */
  #tie(phonemes: readonly TimedPhoneme[], endMs: number, isLast: boolean): void {
    const { model, names, tie } = this.#options;
    const { message, startMs, biasMs, isClosedAtEnd } = buildPart({
      model,
      table: names.table,
      phonemes,
      leadInMs: 0,
      isLast,
      headMs: MIN_PHONEME_MS,
    });
    this.#counts.parts++;
    const lastPhoneme = phonemes.at(-1)?.phoneme ?? names.table.closedName;
    this.#keep({ startMs, endMs, lastPhoneme, isClosedAtEnd, originMs: undefined });
    tie(Math.max(0, startMs - biasMs), message);
  }

  #keep(part: Part): void {
    this.#parts.push(part);
    if (this.#parts.length > KEPT_PARTS) this.#parts.shift();
  }

  /** A part was cut off on an open mouth where phonemes ran out, and what came after is a closed one. */
  #closeOpenEnd(): void {
    const last = this.#parts.at(-1);
    if (last === undefined || last.isClosedAtEnd || last.endMs < this.#cursorMs - 1) return;
    const { model, names, tie } = this.#options;
    const lastPhoneme = names.table.closedName;
    this.#keep({ ...last, startMs: last.endMs, lastPhoneme, isClosedAtEnd: true, originMs: undefined });
    tie(last.endMs, closingMessage(model, names.table));
  }

  /**
   * The sound stood still inside a part, and the mouth has gone on: it begins again where the sound is. Its rest is tied to a
   * position, so it begins when that is heard, however long the sound still stands.
   */
  #sendRest(part: Part, heardMs: number, isStanding: boolean): void {
    const { model, names, tie } = this.#options;
    const fromMs = heardMs + DELIVERY_MS;
    const { endMs, lastPhoneme, isClosedAtEnd } = part;
    if (endMs - fromMs < MIN_PHONEME_MS) return;
    const rest = cutPart(this.#track, fromMs, this.#maxBytes)
      .filter(({ startMs }) => startMs < endMs)
      .map((phoneme) => ({ ...phoneme, endMs: Math.min(phoneme.endMs, endMs) }));
    if (rest.length === 0) return;
    part.endMs = fromMs;
    this.#counts.reanchors++;
    if (isStanding) tie(heardMs, closingMessage(model, names.table));
    const isLast = this.#track.isFinished && endMs >= this.#track.endMs;
    const options = { model, table: names.table, phonemes: rest, leadInMs: 0, isLast };
    const { message, startMs, biasMs } = buildPart({ ...options, headMs: MIN_PHONEME_MS });
    tie(Math.max(0, startMs - biasMs), message);
    const index = this.#parts.indexOf(part);
    this.#parts.splice(index + 1, 0, {
      startMs: fromMs,
      endMs,
      lastPhoneme,
      isClosedAtEnd,
      originMs: undefined,
    });
  }
}

/** What has just begun would be given away to its neighbour, being shorter than a frame. */
function withLongLast(phonemes: readonly TimedPhoneme[]): readonly TimedPhoneme[] {
  const last = phonemes.at(-1);
  if (last === undefined || last.endMs - last.startMs >= MIN_PHONEME_MS) return phonemes;
  return [...phonemes.slice(0, -1), { ...last, endMs: last.startMs + MIN_PHONEME_MS }];
}
