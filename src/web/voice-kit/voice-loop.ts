import type { Clock, Timer } from '../../runtime/clock.js';
import { Emitter } from '../../runtime/emitter.js';
import type { MicChoice, Microphone } from '../microphone.js';
import { isGateOpen, type LoopInput, type LoopPhase, nextPhase } from './hands-free.js';
import { MicBlocks } from './mic-blocks.js';
import type { ReplyPlayer } from './reply-player.js';
import { SpeechTape } from './speech-tape.js';
import type { LinkSound, TalkLink, TalkLinkEvents } from './talk-link.js';

export interface VoiceLoopOptions {
  /** Longest that is listened to at a time. @default 30000 */
  readonly limitMs?: number;
  /** Of the microphone's sound on its way to the server, 20 to 500. @default 100 */
  readonly blockMs?: number;
}

export interface VoiceLoopParts {
  readonly clock: Clock;
  readonly link: TalkLink;
  readonly mic: Pick<Microphone, 'events' | 'state' | 'start' | 'stop' | 'isPaused'>;
  readonly player: ReplyPlayer;
}

export interface VoiceLoopEvents {
  /** Of `phase`, `isOpen`, `isOn` or the microphone's state. */
  changed: [];
  /** What the user said to begin this turn, as it was heard here: s16le mono 16 kHz. */
  said: [turn: number, pcm: readonly Uint8Array[]];
  /** The newest turn is over, and so is its sound. */
  finished: [turn: number];
  /** All is silent; what was heard of replies is about to be forgotten. */
  stopping: [];
}

const LIMIT_MS = 30_000;
const BLOCK_MS = 100;
/** A pause of which nothing becomes: it was a noise. */
const PAUSE_SETTLES_MS = 4000;
/** Longer does no recogniser take. */
const UNDERSTANDING_SETTLES_MS = 40_000;
/** The browser's echo cancellation lets the user interrupt without headphones. */
export const LOOP_MIC: MicChoice = {
  deviceId: undefined,
  echoCancellation: true,
  noiseSuppression: false,
  autoGainControl: true,
};

/**
 * The hands-free conversation: one press opens the microphone, and every reply leads back to listening until it is stopped.
 *
 *   Microphone → gate → MicBlocks → TalkLink;   TalkLink → ReplyPlayer, and both → nextPhase → gate
 *
 * When the user may speak is decided by `hands-free.ts` alone; this does what follows from it. The server finds pauses and words.
 */
export class VoiceLoop {
  readonly events = new Emitter<VoiceLoopEvents>();
  readonly #parts: VoiceLoopParts;
  readonly #limitMs: number;
  readonly #blocks: MicBlocks;
  readonly #tape = new SpeechTape();
  readonly #offs: (() => void)[] = [];
  #phase: LoopPhase = 'resting';
  #choice = LOOP_MIC;
  #bargeIn = true;
  #isReplaying = false;
  #isOverLimit = false;
  #wasOpen = false;
  #turn = 0;
  /** The newest turn ended at the server. */
  #hasEnded = true;
  /** Sound of turns up to this one is not wanted any more. */
  #stoppedTurn = 0;
  /** Stopped while something was being understood: the turn that comes of it is not wanted either. */
  #isStopPending = false;
  #limit: Timer | undefined;
  #limitAtMs = 0;
  #settle: Timer | undefined;

  constructor(parts: VoiceLoopParts, options: VoiceLoopOptions = {}) {
    this.#parts = parts;
    this.#limitMs = options.limitMs ?? LIMIT_MS;
    this.#blocks = new MicBlocks(options.blockMs ?? BLOCK_MS);
    const { mic, player } = parts;
    this.#offs.push(
      mic.events.on('stateChange', () => this.#update()),
      mic.events.on('frame', (samples) => this.#hear(new Uint8Array(samples.buffer))),
      player.events.on('position', (turn, heardMs) => parts.link.played(turn, heardMs)),
      player.events.on('drained', () => this.#finishIfOver()),
    );
    this.#followLink();
  }

  get phase(): LoopPhase {
    return this.#phase;
  }

  /** The conversation goes on by voice until it is stopped; the microphone is open, or about to be. */
  get isOn(): boolean {
    const { status } = this.#parts.mic.state;
    return status === 'asking' || status === 'on' || status === 'lost';
  }

  /** What is said now is heard. */
  get isOpen(): boolean {
    return isGateOpen({
      phase: this.#phase,
      isMicOn: this.#parts.mic.state.status === 'on',
      isOnline: this.#parts.link.state === 'online',
      bargeIn: this.#bargeIn,
      isOverLimit: this.#isOverLimit,
      isReplaying: this.#isReplaying,
    });
  }

  /** How long the user may go on speaking, milliseconds; undefined while nobody speaks. */
  get leftMs(): number | undefined {
    return this.#limit === undefined ? undefined : Math.max(0, this.#limitAtMs - this.#parts.clock.nowMs());
  }

  /** The user spoke as long as one may: nothing more is heard before the answer is over. */
  get isOverLimit(): boolean {
    return this.#isOverLimit;
  }

  get limitMs(): number {
    return this.#limitMs;
  }

  get bargeIn(): boolean {
    return this.#bargeIn;
  }

  set bargeIn(bargeIn: boolean) {
    this.#bargeIn = bargeIn;
    this.#parts.link.tune({ bargeIn });
    this.#update();
  }

  /** Something said before is played once more. */
  set isReplaying(isReplaying: boolean) {
    this.#isReplaying = isReplaying;
    this.#update();
  }

  /** Call from a click or key press. */
  start(choice: MicChoice = this.#choice): void {
    this.#choice = choice;
    this.#isStopPending = false;
    void this.#parts.mic.start(choice);
  }

  /** Ends everything: what is recorded, what is being answered, what sounds, and that it begins again. */
  stop(): void {
    this.#isStopPending = this.#phase === 'understanding' || this.#phase === 'pausing';
    this.#stoppedTurn = this.#turn;
    this.#parts.mic.stop();
    this.#parts.link.interrupt();
    this.#parts.player.cut(this.#turn);
    this.events.emit('stopping');
    this.#parts.player.clear();
    this.#begin();
  }

  close(): void {
    for (const off of this.#offs.splice(0)) off();
    this.#endLimit();
    this.#settle?.cancel();
    this.#parts.mic.stop();
    this.#parts.player.clear();
  }

  #followLink(): void {
    const { link, player } = this.#parts;
    const on = <Name extends keyof TalkLinkEvents>(
      name: Name,
      listener: (...args: TalkLinkEvents[Name]) => void,
    ): void => {
      this.#offs.push(link.events.on(name, listener));
    };
    on('link', () => this.#update());
    on('renewed', () => this.#renewed());
    on('voice', (isVoice) => this.#voice(isVoice));
    on('accepted', () => this.#input('accepted'));
    on('ignored', () => this.#ignored());
    on('turn', ({ turn, by }) => this.#began(turn, by));
    on('sound', (sound) => this.#sound(sound));
    on('lips', (turn, phonemes) => {
      if (turn > this.#stoppedTurn) player.lips(turn, phonemes);
    });
    on('cut', (turn) => {
      player.cut(turn);
      if (turn === this.#turn) this.#input('cut');
    });
    on('resumed', (turn, fromMs) => {
      if (turn <= this.#stoppedTurn) return;
      player.resumed(turn, fromMs);
      this.#input('resumed');
    });
    on('error', () => this.#input('failed'));
    on('ended', ({ turn }) => {
      if (turn !== this.#turn) return;
      this.#hasEnded = true;
      this.#finishIfOver();
    });
  }

  #voice(isVoice: boolean): void {
    if (isVoice && this.#parts.mic.state.status === 'on') {
      this.#tape.begin();
      this.#beginLimit();
    }
    this.#input(isVoice ? 'voice' : 'silence');
  }

  #ignored(): void {
    this.#tape.clear();
    this.#endLimit();
    this.#isStopPending = false;
    this.#input('ignored');
  }

  #began(turn: number, by: string): void {
    this.#turn = turn;
    this.#hasEnded = false;
    const said = by === 'voice' ? this.#tape.take() : [];
    if (by === 'voice' && this.#isStopPending) {
      this.#isStopPending = false;
      this.#stoppedTurn = turn;
      this.#parts.link.interrupt();
      return;
    }
    if (said.length > 0) this.events.emit('said', turn, said);
    this.#endLimit();
    this.#input('turn');
  }

  #sound(sound: LinkSound): void {
    if (sound.turn <= this.#stoppedTurn) return;
    this.#parts.player.sound(sound);
    if (sound.turn === this.#turn && this.#phase !== 'yielding') this.#input('sound');
  }

  #finishIfOver(): void {
    if (!this.#hasEnded || !this.#parts.player.isSilent(this.#turn) || this.#turn <= this.#stoppedTurn)
      return;
    this.events.emit('finished', this.#turn);
    this.#input('finished');
  }

  #renewed(): void {
    // Turns of another conversation count from one again.
    this.#turn = 0;
    this.#stoppedTurn = 0;
    this.#isStopPending = false;
    this.#parts.player.clear();
    this.#parts.link.tune({ bargeIn: this.#bargeIn });
    this.#begin();
  }

  #begin(): void {
    this.#hasEnded = true;
    this.#tape.clear();
    this.#blocks.flush();
    this.#endLimit();
    this.#isOverLimit = false;
    this.#input('reset');
  }

  #hear(frame: Uint8Array): void {
    if (!this.isOpen) return;
    this.#tape.push(frame);
    for (const block of this.#blocks.push(frame)) this.#parts.link.hear(block);
  }

  #input(input: LoopInput): void {
    const before = this.#phase;
    this.#phase = nextPhase(before, input);
    if (this.#phase !== before) {
      if (this.#phase === 'resting') this.#isOverLimit = false;
      if (this.#phase === 'understanding' || this.#phase === 'resting') this.#endLimit();
      this.#awaitSettling();
    }
    this.#update();
  }

  #awaitSettling(): void {
    this.#settle?.cancel();
    const afterMs =
      this.#phase === 'pausing'
        ? PAUSE_SETTLES_MS
        : this.#phase === 'understanding'
          ? UNDERSTANDING_SETTLES_MS
          : undefined;
    if (afterMs === undefined) return;
    this.#settle = this.#parts.clock.after(afterMs, () => {
      this.#tape.clear();
      this.#input('settled');
    });
  }

  #beginLimit(): void {
    if (this.#limit !== undefined || !this.isOpen) return;
    this.#limitAtMs = this.#parts.clock.nowMs() + this.#limitMs;
    this.#limit = this.#parts.clock.after(this.#limitMs, () => this.#limitReached());
  }

  /** What was said until now is answered; what is said from now on is not heard before the answer is over. */
  #limitReached(): void {
    this.#limit = undefined;
    if (nextPhase(this.#phase, 'limit') === this.#phase) return;
    const rest = this.#blocks.flush();
    if (rest.byteLength > 0) this.#parts.link.hear(rest);
    this.#parts.link.endOfSpeech();
    this.#isOverLimit = true;
    this.#input('limit');
  }

  #endLimit(): void {
    this.#limit?.cancel();
    this.#limit = undefined;
  }

  #update(): void {
    const { isOpen } = this;
    if (isOpen !== this.#wasOpen) {
      this.#wasOpen = isOpen;
      // What was left over belongs to before the gap.
      if (!isOpen) this.#blocks.flush();
    }
    this.#parts.mic.isPaused = !isOpen;
    this.events.emit('changed');
  }
}
