import { Emitter } from '../../runtime/emitter.js';
import type { MicChoice } from '../microphone.js';
import { isGateOpen, type LoopInput, type LoopPhase, nextPhase } from './hands-free.js';
import type { VoiceLoopEvents, VoiceLoopOptions, VoiceLoopParts } from './loop-parts.js';
import { MicGate } from './mic-gate.js';
import { Settling } from './settling.js';
import type { LinkSound, TalkLinkEvents } from './talk-link.js';
import { UtteranceLimit } from './utterance-limit.js';
import { WantedTurns } from './wanted-turns.js';

const LIMIT_MS = 30_000;
const BLOCK_MS = 100;

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
  readonly #limit: UtteranceLimit;
  readonly #settling: Settling;
  readonly #turns = new WantedTurns();
  readonly #gate: MicGate;
  readonly #offs: (() => void)[] = [];
  #phase: LoopPhase = 'resting';
  #bargeIn = true;
  #isReplaying = false;
  #isOverLimit = false;

  constructor(parts: VoiceLoopParts, options: VoiceLoopOptions = {}) {
    this.#parts = parts;
    this.#limit = new UtteranceLimit(parts.clock, options.limitMs ?? LIMIT_MS, () => this.#limitReached());
    this.#settling = new Settling(parts.clock, () => {
      this.#gate.tape.clear();
      this.#input('settled');
    });
    this.#gate = new MicGate(parts, options.blockMs ?? BLOCK_MS);
    this.#offs.push(
      () => this.#gate.close(),
      parts.mic.events.on('stateChange', () => this.#update()),
      parts.player.events.on('position', (turn, heardMs) => parts.link.played(turn, heardMs)),
      parts.player.events.on('drained', () => this.#finishIfOver()),
    );
    this.#followLink();
  }

  get phase(): LoopPhase {
    return this.#phase;
  }

  /** The conversation goes on by voice until it is stopped; the microphone is open, or about to be. */
  get isOn(): boolean {
    return this.#gate.isOn;
  }

  /** The microphone's program could not be fetched from a server that is away: it is opened when that is back. */
  get isReopening(): boolean {
    return this.#gate.isReopening;
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
    return this.#limit.leftMs;
  }

  /** The user spoke as long as one may: nothing more is heard before the answer is over. */
  get isOverLimit(): boolean {
    return this.#isOverLimit;
  }

  get limitMs(): number {
    return this.#limit.limitMs;
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
  start(choice?: MicChoice): void {
    this.#turns.goOn();
    this.#gate.start(choice);
  }

  /** Ends everything: what is recorded, what is being answered, what sounds, and that it begins again. */
  stop(): void {
    this.#turns.stop(this.#phase === 'understanding' || this.#phase === 'pausing');
    this.#gate.stop();
    this.#parts.link.interrupt();
    this.#parts.player.cut(this.#turns.newest);
    this.events.emit('stopping');
    this.#parts.player.clear();
    this.#begin();
  }

  close(): void {
    for (const off of this.#offs.splice(0)) off();
    this.#limit.end();
    this.#settling.end();
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
      if (this.#turns.isWanted(turn)) player.lips(turn, phonemes);
    });
    on('cut', (turn) => {
      player.cut(turn);
      if (turn === this.#turns.newest) this.#input('cut');
    });
    on('resumed', (turn, fromMs) => {
      if (!this.#turns.isWanted(turn)) return;
      player.resumed(turn, fromMs);
      this.#input('resumed');
    });
    on('error', () => this.#input('failed'));
    on('ended', ({ turn }) => {
      this.#turns.ended(turn);
      this.#finishIfOver();
    });
  }

  #voice(isVoice: boolean): void {
    if (isVoice && this.#parts.mic.state.status === 'on') {
      this.#gate.tape.begin();
      if (this.isOpen) this.#limit.begin();
    }
    this.#input(isVoice ? 'voice' : 'silence');
  }

  #ignored(): void {
    this.#gate.tape.clear();
    this.#limit.end();
    this.#turns.goOn();
    this.#input('ignored');
  }

  #began(turn: number, by: string): void {
    const isSpoken = by === 'voice';
    const said = isSpoken ? this.#gate.tape.take() : [];
    if (!this.#turns.began(turn, isSpoken)) {
      this.#parts.link.interrupt();
      return;
    }
    if (said.length > 0) this.events.emit('said', turn, said);
    this.#limit.end();
    this.#input('turn');
  }

  #sound(sound: LinkSound): void {
    if (!this.#turns.isWanted(sound.turn)) return;
    this.#parts.player.sound(sound);
    if (sound.turn === this.#turns.newest && this.#phase !== 'yielding') this.#input('sound');
  }

  #finishIfOver(): void {
    const { newest, hasEnded } = this.#turns;
    if (!hasEnded || !this.#parts.player.isSilent(newest)) return;
    this.events.emit('finished', newest);
    this.#input('finished');
  }

  #renewed(): void {
    this.#turns.renew();
    this.#parts.player.clear();
    this.#parts.link.tune({ bargeIn: this.#bargeIn });
    this.#begin();
  }

  #begin(): void {
    this.#gate.clear();
    this.#limit.end();
    this.#isOverLimit = false;
    this.#input('reset');
  }

  #input(input: LoopInput): void {
    const before = this.#phase;
    this.#phase = nextPhase(before, input);
    if (this.#phase !== before) {
      if (this.#phase === 'resting') this.#isOverLimit = false;
      if (this.#phase === 'understanding' || this.#phase === 'resting') this.#limit.end();
      this.#settling.entered(this.#phase);
    }
    this.#update();
  }

  /** What was said until now is answered; what is said from now on is not heard before the answer is over. */
  #limitReached(): void {
    if (nextPhase(this.#phase, 'limit') === this.#phase) return;
    this.#gate.finish();
    this.#parts.link.endOfSpeech();
    this.#isOverLimit = true;
    this.#input('limit');
  }

  #update(): void {
    this.#gate.isOpen = this.isOpen;
    this.events.emit('changed');
  }
}
