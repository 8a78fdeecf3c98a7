import type { Ear } from '../../../src/dialogue/index.js';
import type { HearingEvents, Utterance } from '../../../src/hearing/index.js';
import { type Clock, Emitter, type Timer } from '../../../src/runtime/index.js';

/** What somebody says: words that take their time, and pauses between them. */
export type SpeechStep = { readonly text: string; readonly ms: number } | { readonly pauseMs: number };

export interface ScriptedEarOptions {
  readonly minVoiceMs?: number;
  readonly interruptMs?: number;
  readonly likelyEndMs?: number;
  readonly pauseMs?: number;
}

/**
 * An ear for words instead of sound: an utterance's "pcm" is its text, so that a scripted recognizer needs no sound either. Events come
 * when `Hearing` would give them for such a voice; a pause lasts as long as it must, or until the next words.
 */
export class ScriptedEar implements Ear {
  readonly events = new Emitter<HearingEvents>();
  isTalking = false;
  readonly heardFrames: number[] = [];
  readonly playedAtMs: number[] = [];
  readonly unplayedFromMs: number[] = [];
  soundsUnknown = false;
  readonly #clock: Clock;
  readonly #minVoiceMs: number;
  readonly #interruptMs: number;
  readonly #likelyEndMs: number;
  readonly #standardPauseMs: number;
  readonly #timers = new Set<Timer>();
  #current: ScriptedUtterance | undefined;
  #pauseMs: number;
  #pauseFromMs: number | undefined;
  #endTimer: Timer | undefined;
  #count = 0;

  constructor(clock: Clock, options: ScriptedEarOptions = {}) {
    this.#clock = clock;
    this.#minVoiceMs = options.minVoiceMs ?? 100;
    this.#interruptMs = options.interruptMs ?? 200;
    this.#likelyEndMs = options.likelyEndMs ?? 120;
    this.#standardPauseMs = options.pauseMs ?? 500;
    this.#pauseMs = this.#standardPauseMs;
  }

  hear(_frame: Uint8Array, capturedAtMs: number): void {
    this.heardFrames.push(capturedAtMs);
  }

  requirePause(pauseMs: number): void {
    if (this.#pauseFromMs === undefined || this.#current === undefined) return;
    this.#pauseMs = pauseMs;
    this.#endAfterPause(this.#current);
  }

  played(sound: { readonly atMs: number }): void {
    this.playedAtMs.push(sound.atMs);
  }

  unplayed(fromMs: number): void {
    this.unplayedFromMs.push(fromMs);
  }

  avatarSounds(_fromMs: number, untilMs: number | undefined): void {
    this.soundsUnknown = untilMs === undefined;
  }

  flush(): void {
    const utterance = this.#current;
    if (utterance !== undefined) this.#end(utterance, 'pause');
  }

  /** Begins now; the first words sound at once. Nothing when somebody speaks already. */
  say(...steps: readonly SpeechStep[]): void {
    if (this.#current !== undefined) return;
    const utterance = new ScriptedUtterance(++this.#count, this.#clock);
    this.#current = utterance;
    let atMs = 0;
    for (const step of steps) {
      if ('pauseMs' in step) {
        atMs += step.pauseMs;
        continue;
      }
      const fromMs = atMs;
      this.#later(fromMs, () => this.#voice(utterance, step.text, step.ms));
      atMs += step.ms;
    }
  }

  /** What was begun turns out to be nothing. */
  drop(why: 'echo' | 'noise' = 'noise'): void {
    const utterance = this.#current;
    if (utterance === undefined) return;
    this.#leave(utterance);
    if (utterance.hasBegun) this.events.emit('dropped', utterance, why);
  }

  /** The longest length was reached: these words are the next utterance, which begins in the same call. */
  cut(text = '、それで。', ms = 300): void {
    const utterance = this.#current;
    if (utterance === undefined || !utterance.hasBegun) return;
    this.#end(utterance, 'cut');
    const next = new ScriptedUtterance(++this.#count, this.#clock);
    next.hasBegun = true;
    this.#current = next;
    this.events.emit('began', next);
    this.#voice(next, text, ms);
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#endTimer?.cancel();
  }

  #voice(utterance: ScriptedUtterance, text: string, ms: number): void {
    if (this.#current !== utterance) return;
    const wasPausing = this.#pauseFromMs !== undefined && utterance.hasPaused;
    this.#pauseFromMs = undefined;
    this.#pauseMs = this.#standardPauseMs;
    this.#endTimer?.cancel();
    utterance.beginVoice(text, ms);
    if (wasPausing) {
      utterance.hasPaused = false;
      this.events.emit('wentOn', utterance);
    }
    const before = utterance.voicedBeforeMs;
    if (!utterance.hasBegun && before + ms >= this.#minVoiceMs)
      this.#later(Math.max(0, this.#minVoiceMs - before), () => {
        utterance.hasBegun = true;
        this.events.emit('began', utterance);
      });
    if (before < this.#interruptMs && before + ms >= this.#interruptMs)
      this.#later(this.#interruptMs - before, () => this.events.emit('lasted', utterance));
    this.#later(ms, () => this.#silence(utterance));
  }

  #silence(utterance: ScriptedUtterance): void {
    if (this.#current !== utterance) return;
    utterance.finishVoice();
    this.#pauseFromMs = this.#clock.nowMs();
    if (!utterance.hasBegun) {
      this.#leave(utterance);
      return;
    }
    this.#later(this.#likelyEndMs, () => {
      if (this.#current !== utterance || this.#pauseFromMs === undefined) return;
      utterance.hasPaused = true;
      this.#endAfterPause(utterance);
      this.events.emit('paused', utterance);
    });
  }

  #endAfterPause(utterance: ScriptedUtterance): void {
    this.#endTimer?.cancel();
    const fromMs = this.#pauseFromMs ?? this.#clock.nowMs();
    const leftMs = Math.max(0, fromMs + this.#pauseMs - this.#clock.nowMs());
    this.#endTimer = this.#clock.after(leftMs, () => this.#end(utterance, 'pause'));
  }

  #end(utterance: ScriptedUtterance, how: 'pause' | 'cut'): void {
    if (this.#current !== utterance) return;
    this.#leave(utterance);
    if (utterance.hasBegun) this.events.emit('ended', utterance, how);
  }

  #leave(utterance: ScriptedUtterance): void {
    this.#current = undefined;
    this.#pauseFromMs = undefined;
    this.#pauseMs = this.#standardPauseMs;
    this.#endTimer?.cancel();
    utterance.end();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #later(ms: number, run: () => void): void {
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }
}

class ScriptedUtterance implements Utterance {
  readonly id: number;
  readonly startedAtMs: number;
  hasBegun = false;
  hasPaused = false;
  isEnded = false;
  voicedBeforeMs = 0;
  readonly #clock: Clock;
  #words: string[] = [];
  #lastVoiceAtMs: number;
  #voice: { readonly text: string; readonly fromMs: number; readonly ms: number } | undefined;
  #waiting: (() => void)[] = [];

  constructor(id: number, clock: Clock) {
    this.id = id;
    this.#clock = clock;
    this.startedAtMs = clock.nowMs();
    this.#lastVoiceAtMs = this.startedAtMs;
  }

  get lastVoiceAtMs(): number {
    return this.#voice === undefined ? this.#lastVoiceAtMs : this.#clock.nowMs();
  }

  get voicedMs(): number {
    return this.voicedBeforeMs + (this.#voice === undefined ? 0 : this.#clock.nowMs() - this.#voice.fromMs);
  }

  beginVoice(text: string, ms: number): void {
    this.#voice = { text, fromMs: this.#clock.nowMs(), ms };
  }

  finishVoice(): void {
    const voice = this.#voice;
    if (voice === undefined) return;
    const saidMs = Math.min(voice.ms, this.#clock.nowMs() - voice.fromMs);
    this.#words.push(voice.text.slice(0, Math.ceil((voice.text.length * saidMs) / voice.ms)));
    this.voicedBeforeMs += saidMs;
    this.#lastVoiceAtMs = this.#clock.nowMs();
    this.#voice = undefined;
    this.#wake();
  }

  end(): void {
    this.finishVoice();
    this.isEnded = true;
    this.#wake();
  }

  pcm(): Uint8Array {
    return new TextEncoder().encode(this.#words.join(''));
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    for (let at = 0; ; at++) {
      while (at >= this.#words.length) {
        if (this.isEnded) return;
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
      yield new TextEncoder().encode(this.#words[at]);
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
