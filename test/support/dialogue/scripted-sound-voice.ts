import type {
  GivenSound,
  HeardReply,
  Reply,
  ReplyEnd,
  ReplyEvents,
  SoundReplyVoice,
} from '../../../src/reply/index.js';
import { BridgeError, type Clock, Emitter, RequestError, type Timer } from '../../../src/runtime/index.js';
import { ScriptedVoice } from './scripted-voice.js';

/** A voice that plays given sound in time, without sound. */
export class ScriptedSoundVoice extends ScriptedVoice implements SoundReplyVoice {
  readonly sounds: ScriptedSoundReply[] = [];

  openSound(given: GivenSound): ScriptedSoundReply {
    const reply = new ScriptedSoundReply(this.clock, given);
    this.sounds.push(reply);
    return reply;
  }
}

const STEP_MS = 50;

/** Held until it is released; heard in steps of 50 ms; its words are a share of its time. */
export class ScriptedSoundReply implements Reply {
  readonly events = new Emitter<ReplyEvents>();
  readonly ended: Promise<ReplyEnd>;
  readonly #clock: Clock;
  #resolve: (end: ReplyEnd) => void = () => {};
  #state: 'held' | 'open' | 'paused' | 'ended' = 'held';
  #soundMs = 0;
  #heardMs = 0;
  #text = '';
  #isWhole = false;
  /** What came before is heard first. */
  #broken: BridgeError | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, given: GivenSound) {
    this.#clock = clock;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    void this.#read(given);
    void this.#listen(given);
  }

  async push(): Promise<void> {}

  end(): void {}

  release(): void {
    if (this.#state !== 'held') return;
    this.#state = 'open';
    this.#play();
  }

  pause(): void {
    if (this.#state === 'open') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'open';
    this.#play();
  }

  async cancel(): Promise<ReplyEnd> {
    this.#end({ reason: 'cancelled', heard: this.heard() });
    return this.ended;
  }

  heard(): HeardReply {
    const isWhole = this.#isWhole && this.#heardMs >= this.#soundMs;
    const share = this.#soundMs === 0 ? 0 : this.#heardMs / this.#soundMs;
    const units = isWhole ? 0 : Math.floor(this.#text.length * share);
    const text = isWhole ? this.#text : this.#text.slice(0, units);
    return { pieces: isWhole ? 1 : 0, units, text, heardMs: this.#heardMs, by: isWhole ? 'whole' : 'share' };
  }

  async #read({ sound }: GivenSound): Promise<void> {
    try {
      for await (const { pcm, sampleRateHz } of sound) {
        if (this.#soundMs === 0) this.events.emit('synthesized', this.#clock.nowMs());
        this.#soundMs += pcm.byteLength / 2 / (sampleRateHz / 1000);
        this.#play();
      }
      this.#isWhole = true;
      this.#play();
    } catch (cause) {
      const error =
        cause instanceof BridgeError
          ? cause
          : new RequestError('BRIDGE_ERR_LLM_FAILED', 'the sound broke', { cause });
      this.#broken = error;
      this.#play();
    }
  }

  async #listen({ transcript }: GivenSound): Promise<void> {
    for await (const text of transcript) this.#text += text;
  }

  #play(): void {
    if (this.#state !== 'open' || this.#timer !== undefined) return;
    if (this.#heardMs >= this.#soundMs) {
      if (this.#isWhole) this.#end({ reason: 'completed', heard: this.heard() });
      else if (this.#broken !== undefined)
        this.#end({ reason: 'failed', heard: this.heard(), error: this.#broken });
      return;
    }
    if (this.#heardMs === 0) {
      this.events.emit('sent', this.#clock.nowMs());
      this.events.emit('pieceStarted', 0, this.#clock.nowMs());
    }
    this.#timer = this.#clock.after(STEP_MS, () => {
      this.#timer = undefined;
      if (this.#state === 'ended') return;
      this.#heardMs = Math.min(this.#soundMs, this.#heardMs + STEP_MS);
      this.events.emit('position', this.heard());
      this.#play();
    });
  }

  #end(end: ReplyEnd): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#timer?.cancel();
    this.#resolve(end);
  }
}
