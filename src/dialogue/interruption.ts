import type { Timer } from '../runtime/index.js';
import type { Floor } from './floor.js';
import type { Heard } from './listener.js';
import type { Judge } from './ports.js';
import type { Services } from './services.js';
import type { TurnDesk } from './turn-desk.js';
import type { TurnRun } from './turn-run.js';

export interface InterruptionOptions {
  readonly services: Services;
  readonly floor: Floor;
  readonly desk: TurnDesk;
  readonly judge: Judge;
  /** Before the turn ends. */
  readonly onCommit: (turn: TurnRun, heard: Heard) => void;
}

/** Sound comes in frames: the voice may be so far behind the clock. */
const FRAME_SLACK_MS = 40;

/**
 * Whether a voice over a turn ends it, in two stages.
 *
 * | stage | input | next |
 * |---|---|---|
 * | none | `hold` (200 ms of voice) | held: silence, the place is kept, the model is read on |
 * | held | words that count, a hard word, `commitMs` of voice | none: the turn is cut |
 * | held | `resume` (a listening noise, nothing, an echo) | none: the reply goes on |
 * | held | `letGo` (the turn ended otherwise) | none |
 */
export class Interruption {
  readonly #options: InterruptionOptions;
  #holding: Heard | undefined;
  #timer: Timer | undefined;

  constructor(options: InterruptionOptions) {
    this.#options = options;
  }

  get isHolding(): boolean {
    return this.#holding !== undefined;
  }

  /** Stage one. */
  hold(heard: Heard): void {
    const { floor, desk, services } = this.#options;
    if (this.#holding !== heard) {
      this.#holding = heard;
      desk.turn?.hold();
      floor.tellAvatar('yield');
      services.events.emit('held');
    }
    this.#commitLater(heard);
  }

  /** No voice for now: what has been said must tell. */
  pause(): void {
    this.#timer?.cancel();
  }

  /** Stage two: the turn ends, and what the user says is the next one. */
  commit(heard: Heard): void {
    const { desk, onCommit } = this.#options;
    const { turn } = desk;
    this.letGo();
    heard.verdict = 'interrupted';
    if (turn === undefined) return;
    onCommit(turn, heard);
    desk.cut();
  }

  /** It was nothing: the reply goes on from where it was. */
  resume(heard: Heard): void {
    if (heard.verdict === 'unknown') heard.verdict = 'harmless';
    if (this.#holding === heard) this.resumeAny();
  }

  resumeAny(): void {
    if (this.#holding === undefined) return;
    this.letGo();
    const { floor, desk, services } = this.#options;
    floor.tellAvatar('resume');
    services.events.emit('resumed');
    desk.turn?.letSpeak();
  }

  letGo(): void {
    this.#holding = undefined;
    this.#timer?.cancel();
  }

  /** Whether these words end the turn under way. `meant`: without the avatar's echo. */
  interrupts(heard: Heard, meant: string): boolean {
    const { judge, services, desk } = this.#options;
    if (heard.verdict === 'interrupted') return true;
    if (heard.isIgnored) return false;
    const kind = judge.interjection(meant, heard.language);
    if (kind === 'stop') return true;
    // "はい" behind a question is its answer, even when it comes a little early.
    if (kind === 'backchannel') return desk.turn?.isNearlyHeard === true;
    return kind === 'words' && lettersOf(meant) >= services.settings.interruption.minLetters;
  }

  /** So much voice is meant, whatever its words. */
  #commitLater(heard: Heard): void {
    const { commitMs } = this.#options.services.settings.interruption;
    this.#timer?.cancel();
    const leftMs = Math.max(FRAME_SLACK_MS / 2, commitMs - heard.utterance.voicedMs);
    this.#timer = this.#options.services.ports.clock.after(leftMs, () => {
      if (this.#holding !== heard) return;
      if (heard.utterance.voicedMs + FRAME_SLACK_MS < commitMs) this.#commitLater(heard);
      else this.commit(heard);
    });
  }
}

function lettersOf(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}
