import { VOICE_FRAME_BYTES } from '../audio/index.js';
import type { Emitter } from '../runtime/index.js';
import { FrameRing } from './frame-ring.js';
import { HeardUtterance } from './heard-utterance.js';
import type { HearingSettings } from './hearing-settings.js';
import type { PauseLearner } from './pause-learner.js';
import type { HearingEvents, Utterance } from './utterance.js';
import { VoiceRun } from './voice-run.js';

export const FRAME_MS = 20;

/** Times of frames follow the recorder's clock, a little more or less than a frame apart: what is due in a frame is not due in the next. */
const SLACK_MS = FRAME_MS / 2;

/** Silence that belongs to the end of an utterance. */
const TAIL_MS = 200;
/** The same where a cut is near, so that what is cut apart has a little silence on both sides. */
const TAIL_NEAR_CUT_MS = 60;
/** What is no utterance yet is given up after this silence … */
const MAYBE_GAP_MS = 120;
/** … or when it has not become one in this time (typing). */
const MAYBE_MAX_MS = 1000;
/** So much voice without a gap is a syllable; less is a click, which neither begins an utterance nor prolongs a pause. */
const SYLLABLE_MS = 80;
/** Of the voice that is to have lasted, this part must be voice. */
const LASTED_PART = 0.6;
/** And silence at its end no longer than this: the closure of a stop, a doubled consonant. */
const LASTED_GAP_MS = 100;
/** Who goes on so soon after an utterance ended had only paused. */
const SAME_TURN_MS = 1200;
/** Frames before the first voiced one that may belong to its onset. */
const MAX_ONSET_FRAMES = 4;
/** Voice that was held back as a possible echo and may belong to an utterance; two seconds. */
const MAX_HELD_FRAMES = 100;
const MAX_REQUIRED_MS = 10_000;
/** Where the longest length is near, shorter and shorter pauses are good enough for a cut: part of the length that is left, pause. */
const CUTS: readonly (readonly [leftPart: number, pauseMs: number])[] = [
  [0, 0],
  [0.04, 40],
  [0.1, 100],
  [0.2, 200],
];

type State =
  | { readonly status: 'idle' }
  | { readonly status: 'maybe'; readonly utterance: HeardUtterance }
  | { readonly status: 'speaking'; readonly utterance: HeardUtterance }
  | { readonly status: 'pausing'; readonly utterance: HeardUtterance; readonly requiredMs: number }
  | { readonly status: 'keyed'; readonly utterance: HeardUtterance };

const IDLE: State = { status: 'idle' };

/** One judged frame. */
export interface JudgedFrame {
  /** VOICE_FRAME_BYTES; copied. */
  readonly bytes: Uint8Array;
  readonly endMs: number;
  readonly isVoice: boolean;
  /** Whether it has the shape of a voice: some frames of a voice have not, few of what is none have. */
  readonly isVoiceLike: boolean;
  /** Of the frames just before a first voiced one, those that may belong to it. */
  readonly onsetFrames: number;
  /** Of all frames before it, those since a voice was held back as a possible echo that was none. */
  readonly heldFrames: number;
}

/**
 * Frames, each judged as voice or not, to utterances.
 *
 * | state | voiced frame | unvoiced frame | key pressed | key released | `forget` | `flush` |
 * |---|---|---|---|---|---|---|
 * | idle | maybe | - | keyed: began, lasted | - | - | - |
 * | maybe | speaking once `minVoiceMs` are together, a syllable among them, like a voice: began; given up after 1 s | given up after 120 ms | keyed: began, lasted | - | dropped | dropped |
 * | speaking | lasted, once; a cut where the longest length is near: ended, began | pausing after `likelyEndMs`: paused | keyed, lasted | - | dropped | ended |
 * | pausing | after a syllable speaking: wentOn; a cut as above | idle after the required pause: ended | keyed: wentOn, lasted | - | dropped | ended |
 * | keyed | a cut at the longest length | the same | - | idle: ended, or dropped without any voice | - | as released |
 *
 * `given up` is `dropped … tooShort` without `began`. Every sample of an utterance and the next one that was cut from it is in exactly one
 * of them; pre-roll never reaches into an earlier one.
 */
export class UtteranceTracker {
  readonly #settings: HearingSettings;
  readonly #events: Emitter<HearingEvents>;
  readonly #pauses: PauseLearner;
  readonly #ring: FrameRing;
  readonly #run = new VoiceRun();
  readonly #preRollFrames: number;
  #state: State = IDLE;
  #lastId = 0;
  #endMs = 0;
  /** End of the voice of the last utterance that a learned pause ended. */
  #lastEndedVoiceMs = Number.NEGATIVE_INFINITY;

  constructor(settings: HearingSettings, events: Emitter<HearingEvents>, pauses: PauseLearner) {
    this.#settings = settings;
    this.#events = events;
    this.#pauses = pauses;
    this.#preRollFrames = Math.ceil(settings.preRollMs / FRAME_MS);
    this.#ring = new FrameRing(this.#ringFrames, VOICE_FRAME_BYTES);
  }

  /**
   * Whether voice may be held back as a possible echo and be heard later: that takes two seconds of frames more. What was heard before it
   * is asked for is kept as far as it may belong to something that has begun.
   *
   * @default false
   */
  set mayHoldBack(mayHoldBack: boolean) {
    this.#ring.resize(mayHoldBack ? this.heldBackFrames + 1 : this.#ringFrames);
  }

  /** Frames that may be given again when `mayHoldBack`: what was held back, and the pre-roll of that. */
  get heldBackFrames(): number {
    return this.#preRollFrames + MAX_HELD_FRAMES;
  }

  /** @param count - 1: the last frame, up to `heldBackFrames`. @returns Its sound: a view, good until the next frame. */
  soundAgo(count: number): Uint8Array {
    return this.#ring.frameAgo(count);
  }

  /** Of the frames before a first voiced one, those that may belong to its utterance; and that one, and what came while it was a perhaps. */
  get #ringFrames(): number {
    const maybeMs = Math.min(MAYBE_MAX_MS, this.#settings.minVoiceMs + MAYBE_GAP_MS);
    return this.#preRollFrames + MAX_ONSET_FRAMES + 1 + Math.ceil(maybeMs / FRAME_MS);
  }

  /** What is being said, once it has begun. */
  get current(): Utterance | undefined {
    return this.#state.status === 'idle' || this.#state.status === 'maybe'
      ? undefined
      : this.#state.utterance;
  }

  get status(): State['status'] {
    return this.#state.status;
  }

  get requiredPauseMs(): number {
    return this.#state.status === 'pausing' ? this.#state.requiredMs : this.#pauses.requiredMs;
  }

  /** When the utterance that is or may be under way began. */
  get startedAtMs(): number | undefined {
    return this.#state.status === 'idle' ? undefined : this.#state.utterance.startedAtMs;
  }

  take(frame: JudgedFrame): void {
    const startMs = frame.endMs - FRAME_MS;
    this.#endMs = frame.endMs;
    this.#ring.push(frame.bytes);
    if (this.#state.status === 'idle') {
      if (frame.isVoice) this.#maybe(frame, startMs);
      return;
    }
    this.#state.utterance.sound.keep(frame.bytes);
    if (frame.isVoice) this.#voice(this.#state, frame, startMs);
    else this.#silence(this.#state);
  }

  /** Frames are missing here: nothing before may be joined to what follows. */
  gap(endMs: number): void {
    this.#run.end();
    this.#ring.markTaken(this.#ring.frames);
    this.#endMs = endMs;
  }

  /** Frames that were given before are given again, judged otherwise: what was only perhaps an utterance is none. */
  restart(): void {
    if (this.current !== undefined) return;
    if (this.#state.status === 'maybe') this.#drop(this.#state.utterance, 'tooShort');
    this.gap(this.#endMs);
  }

  requirePause(pauseMs: number): void {
    if (this.#state.status !== 'pausing') return;
    this.#state = { ...this.#state, requiredMs: Math.max(0, Math.min(MAX_REQUIRED_MS, pauseMs)) };
  }

  pressKey(): void {
    const state = this.#state;
    if (state.status === 'keyed') return;
    if (state.status === 'idle') {
      const utterance = this.#create(this.#endMs, this.#preRollFrames);
      this.#becomeKeyed(utterance, 'began');
    } else if (state.status === 'maybe') this.#becomeKeyed(state.utterance, 'began');
    else this.#becomeKeyed(state.utterance, state.status === 'pausing' ? 'wentOn' : undefined);
  }

  releaseKey(): void {
    if (this.#state.status !== 'keyed') return;
    const { utterance } = this.#state;
    if (utterance.voicedMs === 0 && !utterance.isContinued) this.#drop(utterance, 'tooShort');
    else this.#end(utterance, 'key');
  }

  /** What was taken for a voice was none. A key that is held knows better. */
  forget(why: 'echo' | 'noise'): void {
    if (this.#state.status === 'idle' || this.#state.status === 'keyed') return;
    if (!this.#state.utterance.isContinued) this.#drop(this.#state.utterance, why);
  }

  flush(): void {
    if (this.#state.status === 'keyed') this.releaseKey();
    else if (this.#state.status === 'maybe') this.#drop(this.#state.utterance, 'tooShort');
    else if (this.#state.status !== 'idle') this.#end(this.#state.utterance, 'pause');
  }

  #maybe(frame: JudgedFrame, startMs: number): void {
    const onsetFrames = Math.min(frame.onsetFrames, MAX_ONSET_FRAMES);
    this.#run.end();
    this.#run.voice(startMs - onsetFrames * FRAME_MS, { startMs, endMs: frame.endMs }, frame.isVoiceLike);
    const before = Math.max(onsetFrames, Math.min(frame.heldFrames, MAX_HELD_FRAMES));
    const utterance = this.#create(this.#run.startMs, this.#preRollFrames + before + 1);
    this.#state = { status: 'maybe', utterance };
    this.#begin(utterance);
  }

  /** @param frames - how many of the last ones it may take along. */
  #create(startedAtMs: number, frames: number): HeardUtterance {
    const first = this.#ring.firstFree(frames);
    const soundFromMs = this.#endMs - (this.#ring.frames - first) * FRAME_MS;
    const utterance = new HeardUtterance(++this.#lastId, { soundFromMs, startedAtMs });
    this.#ring.forEach(first, (bytes) => utterance.sound.keep(bytes));
    return utterance;
  }

  #voice(state: Exclude<State, { status: 'idle' }>, frame: JudgedFrame, startMs: number): void {
    const { utterance } = state;
    this.#run.voice(startMs, { startMs, endMs: frame.endMs }, frame.isVoiceLike);
    switch (state.status) {
      case 'maybe':
        if (frame.endMs - utterance.startedAtMs > MAYBE_MAX_MS) this.#drop(utterance, 'tooShort');
        else this.#begin(utterance);
        return;
      case 'speaking':
        // Keys that are typed on do not prolong it.
        if (!this.#run.isVoiceLike) this.#silence(state);
        else if (!this.#cut(utterance, Math.max(0, startMs - utterance.lastVoiceAtMs), FRAME_MS))
          this.#addVoice(utterance, FRAME_MS);
        return;
      case 'pausing':
        // The pause does not end in the middle of what may be a syllable: the next frames tell.
        if (this.#run.longestMs >= SYLLABLE_MS && this.#run.isVoiceLike) this.#goOn(utterance);
        return;
      case 'keyed':
        this.#hold(utterance).addVoice(frame.endMs, FRAME_MS);
    }
  }

  #silence(state: Exclude<State, { status: 'idle' }>): void {
    const { utterance } = state;
    const silenceMs = this.#endMs - utterance.lastVoiceAtMs;
    switch (state.status) {
      case 'maybe':
        if (this.#endMs - this.#run.lastVoiceMs > MAYBE_GAP_MS) this.#drop(utterance, 'tooShort');
        return;
      case 'speaking':
        this.#tell(utterance);
        this.#lastIfLong(utterance);
        if (this.#state !== state) return;
        if (silenceMs >= this.#settings.likelyEndMs - SLACK_MS) this.#pause(utterance);
        return;
      case 'pausing':
        this.#tell(utterance);
        if (silenceMs >= state.requiredMs - SLACK_MS) this.#end(utterance, 'pause');
        return;
      case 'keyed':
        this.#hold(utterance);
    }
  }

  #begin(utterance: HeardUtterance): void {
    const { minVoiceMs } = this.#settings;
    const run = this.#run;
    if (run.voicedMs < minVoiceMs || run.longestMs < Math.min(minVoiceMs, SYLLABLE_MS)) return;
    if (!run.isVoiceLike) return;
    this.#state = { status: 'speaking', utterance };
    const sinceMs = utterance.startedAtMs - this.#lastEndedVoiceMs;
    if (sinceMs < SAME_TURN_MS) this.#pauses.add(sinceMs);
    this.#events.emit('began', utterance);
    // A listener may have ended it.
    if (!utterance.isEnded) this.#addVoice(utterance, this.#run.voicedMs);
  }

  #addVoice(utterance: HeardUtterance, voicedMs: number): void {
    utterance.addVoice(this.#endMs, voicedMs);
    this.#tell(utterance);
    this.#lastIfLong(utterance);
  }

  /** Asked in short gaps too: a stop consonant must not delay an interruption. */
  #lastIfLong(utterance: HeardUtterance): void {
    const { interruptMs } = this.#settings;
    const run = this.#run;
    if (utterance.hasLasted || !run.isVoiceLike || this.#endMs - run.lastVoiceMs > LASTED_GAP_MS) return;
    if (this.#endMs - run.startMs >= interruptMs - SLACK_MS && run.voicedMs >= interruptMs * LASTED_PART)
      this.#last(utterance);
  }

  #last(utterance: HeardUtterance): void {
    if (utterance.hasLasted) return;
    utterance.hasLasted = true;
    this.#events.emit('lasted', utterance);
  }

  #pause(utterance: HeardUtterance): void {
    const state: State = { status: 'pausing', utterance, requiredMs: this.#pauses.requiredMs };
    this.#state = state;
    this.#run.end();
    this.#events.emit('paused', utterance);
    if (this.#state.status !== 'pausing' || this.#state.utterance !== utterance) return;
    if (this.#endMs - utterance.lastVoiceAtMs >= this.#state.requiredMs - SLACK_MS)
      this.#end(utterance, 'pause');
  }

  #goOn(utterance: HeardUtterance): void {
    const pauseMs = this.#run.startMs - utterance.lastVoiceAtMs;
    this.#pauses.add(pauseMs);
    this.#state = { status: 'speaking', utterance };
    this.#events.emit('wentOn', utterance);
    if (utterance.isEnded || this.#cut(utterance, pauseMs, this.#run.voicedMs)) return;
    this.#addVoice(utterance, this.#run.voicedMs);
  }

  /** The longest length is near and here is a good place: what is not told yet becomes the beginning of the next one. */
  #cut(utterance: HeardUtterance, pauseMs: number, voicedMs: number): boolean {
    const { maxUtteranceMs } = this.#settings;
    const leftPart = 1 - utterance.lengthMs(this.#endMs) / maxUtteranceMs;
    if (!CUTS.some(([part, neededMs]) => leftPart <= part && pauseMs >= neededMs)) return false;
    const next = this.#splitOff(utterance, this.#run.startMs);
    this.#state = { status: 'speaking', utterance: next };
    utterance.end();
    this.#events.emit('ended', utterance, 'cut');
    this.#events.emit('began', next);
    if (!next.isEnded) this.#addVoice(next, voicedMs);
    return true;
  }

  #splitOff(utterance: HeardUtterance, voiceFromMs: number): HeardUtterance {
    const untold = utterance.sound.untold();
    const soundFromMs = this.#endMs - (untold.byteLength / VOICE_FRAME_BYTES) * FRAME_MS;
    const startedAtMs = Math.max(soundFromMs, Math.min(voiceFromMs, this.#endMs - FRAME_MS));
    const next = new HeardUtterance(++this.#lastId, { soundFromMs, startedAtMs }, true);
    next.hasLasted = utterance.hasLasted;
    next.sound.keep(untold);
    return next;
  }

  /** While a key is held everything belongs to the utterance. @returns The one that the frame is in. */
  #hold(utterance: HeardUtterance): HeardUtterance {
    const isTooLong = utterance.lengthMs(this.#endMs) > this.#settings.maxUtteranceMs;
    const held = isTooLong ? this.#splitOff(utterance, this.#endMs) : utterance;
    if (isTooLong) {
      this.#state = { status: 'keyed', utterance: held };
      utterance.end();
      this.#events.emit('ended', utterance, 'cut');
      this.#events.emit('began', held);
    }
    held.sound.tell(Number.POSITIVE_INFINITY);
    return held;
  }

  #becomeKeyed(utterance: HeardUtterance, tell: 'began' | 'wentOn' | undefined): void {
    this.#state = { status: 'keyed', utterance };
    utterance.sound.tell(Number.POSITIVE_INFINITY);
    if (tell !== undefined) this.#events.emit(tell, utterance);
    if (!utterance.isEnded) this.#last(utterance);
  }

  /** Readers get the sound up to the end of the voice and a little silence. */
  #tell(utterance: HeardUtterance): void {
    const isNearCut = utterance.lengthMs(this.#endMs) > 0.8 * this.#settings.maxUtteranceMs;
    const tailMs = isNearCut ? TAIL_NEAR_CUT_MS : TAIL_MS;
    utterance.sound.tell(utterance.voiceBytes + (tailMs / FRAME_MS) * VOICE_FRAME_BYTES);
  }

  #end(utterance: HeardUtterance, how: 'pause' | 'key'): void {
    this.#state = IDLE;
    this.#run.end();
    const untoldFrames = (utterance.sound.keptBytes - utterance.sound.toldBytes) / VOICE_FRAME_BYTES;
    this.#ring.markTaken(this.#ring.frames - untoldFrames);
    this.#lastEndedVoiceMs = how === 'pause' ? utterance.lastVoiceAtMs : Number.NEGATIVE_INFINITY;
    utterance.end();
    this.#events.emit('ended', utterance, how);
  }

  /** Its sound stays free: a click may be the beginning of a word. */
  #drop(utterance: HeardUtterance, why: 'tooShort' | 'echo' | 'noise'): void {
    this.#state = IDLE;
    this.#run.end();
    utterance.end();
    this.#events.emit('dropped', utterance, why);
  }
}
