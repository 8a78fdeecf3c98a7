import { RequestError } from '../runtime/index.js';
import type { Floor } from './floor.js';
import type { Services } from './services.js';
import type { Question, TurnEnd, TurnHandle } from './turn.js';
import type { NewTurn, TurnOwner, TurnPlan } from './turn-plan.js';
import { TurnRecords } from './turn-records.js';
import { TurnRun } from './turn-run.js';
import { UNWRITTEN } from './wordless-recognizer.js';

export interface DeskOptions {
  readonly services: Services;
  readonly floor: Floor;
  /** A turn has ended or was cut: nothing is under way. */
  readonly onFree: () => void;
}

/** A little of the avatar's past speech, so that its echo is known. */
const ECHO_MEMORY_MS = 4000;

/**
 * The turns of one conversation: at most one under way, one guess, and a bounded number that wait.
 *
 * Whatever begins a turn ends the one before it first; a turn that is not the one under way any more changes nothing here.
 */
export class TurnDesk {
  readonly #options: DeskOptions;
  readonly #owner: TurnOwner;
  readonly #records: TurnRecords;
  #turn: TurnRun | undefined;
  #guess: TurnRun | undefined;
  #waiting: TurnRun[] = [];
  #count = 0;
  /** Settles when what was heard of the last turn is known. */
  #after: Promise<unknown> = Promise.resolve();
  #past: { readonly text: string; readonly fromMs: number; readonly toMs: number } | undefined;
  #soundsFromMs = 0;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#records = new TurnRecords(options.services);
    // The turns of a session that goes on have their numbers.
    this.#count = (options.services.session().kept?.nextTurn ?? 1) - 1;
    this.#owner = {
      sounded: (turn) => {
        if (turn !== this.#turn) return;
        this.#soundsFromMs = this.#nowMs();
        options.floor.tellAvatar('sounded');
      },
      alive: (turn) => {
        if (turn === this.#turn) options.floor.alive(options.floor.avatar);
      },
      cut: (turn) => this.#left(turn),
      over: (turn, end) => this.#over(turn, end),
      maySpeak: (turn) => turn === this.#turn && options.floor.user === 'silent',
    };
  }

  /** The turn under way. */
  get turn(): TurnRun | undefined {
    return this.#turn;
  }

  /** Settles when what was heard of the turns before is known and kept; never rejects. */
  get settled(): Promise<unknown> {
    return this.#after;
  }

  get guess(): TurnRun | undefined {
    return this.#guess;
  }

  /** What a microphone may have heard of the avatar lately. */
  get spoken(): { readonly text: string; readonly fromMs: number; readonly toMs: number } {
    const nowMs = this.#nowMs();
    const past =
      this.#past !== undefined && nowMs - this.#past.toMs <= ECHO_MEMORY_MS ? this.#past : undefined;
    const now = this.#turn?.hasSounded === true ? this.#turn.spokenText : '';
    if (now === '') return past ?? { text: '', fromMs: nowMs, toMs: nowMs };
    return {
      text: `${past?.text ?? ''}${now}`,
      fromMs: past?.fromMs ?? this.#soundsFromMs,
      toMs: nowMs,
    };
  }

  /** @throws {RequestError} BRIDGE_ERR_TURN_REFUSED */
  ask(question: Question, given?: string): TurnHandle {
    const { ifBusy = question.by === 'tool' ? 'queue' : 'interrupt' } = question;
    const isBusy = this.#turn !== undefined || this.#options.floor.user !== 'silent';
    if (isBusy && ifBusy === 'refuse')
      throw refused('A turn is under way. Wait for its end, or ask with ifBusy "interrupt" or "queue".');
    const mustWait = isBusy && ifBusy === 'queue';
    const { maxWaiting } = this.#options.services.settings.limits;
    if (mustWait && this.#waiting.length >= maxWaiting)
      throw refused(`${maxWaiting} turns wait already. Wait for one of them to end.`);
    const run = this.#make({
      by: question.by,
      text: question.text,
      images: question.images,
      metadata: question.metadata,
      parameters: question.parameters,
      fromMs: this.#nowMs(),
      given,
      isGuess: false,
    });
    if (mustWait) this.#waiting.push(run);
    else this.#begin(run);
    return run.handle;
  }

  /** A turn of the voice, or one that tells of what went wrong. */
  begin(plan: NewTurn): TurnRun {
    const run = this.#make({ ...plan, isGuess: false });
    this.#begin(run);
    return run;
  }

  /** Prepares a reply unheard. Only while nothing is under way. */
  prepare(plan: NewTurn): TurnRun {
    this.dropGuess();
    this.#options.services.history.wake();
    const run = new TurnRun(this.#options.services, this.#owner, {
      ...plan,
      turn: this.#nextNumber(),
      session: this.#options.services.session(),
      isGuess: true,
    });
    this.#guess = run;
    run.start(this.#after);
    return run;
  }

  /** The guess is the turn. */
  confirmGuess(): void {
    const run = this.#guess;
    if (run === undefined) return;
    this.#guess = undefined;
    this.#count = Math.max(this.#count, run.plan.turn);
    this.#take(run);
    run.confirm();
  }

  dropGuess(): void {
    const run = this.#guess;
    this.#guess = undefined;
    run?.cut();
  }

  /** The interruption: the turn under way and the guess end. Nothing when there is none. */
  cut(): void {
    this.dropGuess();
    const turn = this.#turn;
    if (turn === undefined) return;
    this.#options.services.events.emit('interrupted', turn.plan.turn);
    turn.cut();
  }

  /** Those that wait end too. */
  cutAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run.cut();
    this.cut();
  }

  /** Nothing is waited for any more before turns are kept. */
  close(): void {
    this.#records.flush();
  }

  /** Begins what waits, when nothing is under way. */
  next(): void {
    if (this.#turn !== undefined || this.#options.floor.user !== 'silent') return;
    const run = this.#waiting.shift();
    if (run !== undefined) this.#begin(run);
  }

  #make(plan: NewTurn & Pick<TurnPlan, 'isGuess'>): TurnRun {
    this.#count = this.#nextNumber();
    const { services } = this.#options;
    return new TurnRun(services, this.#owner, { ...plan, turn: this.#count, session: services.session() });
  }

  /** One that is thrown away gives its number back, unless others came to wait in the meantime. */
  #nextNumber(): number {
    return Math.max(this.#count, this.#guess?.plan.turn ?? 0) + 1;
  }

  #begin(run: TurnRun): void {
    this.cut();
    this.#options.services.history.wake();
    this.#take(run);
    run.start(this.#after);
  }

  #take(run: TurnRun): void {
    const { services, floor } = this.#options;
    this.#turn = run;
    if (run.plan.isKept !== false) services.history.add(run.entry);
    floor.tellAvatar('start');
    services.events.emit('turn', run.handle);
  }

  #left(turn: TurnRun): void {
    this.#waiting = this.#waiting.filter((run) => run !== turn);
    if (turn !== this.#turn) return;
    this.#after = turn.closed;
    this.#turn = undefined;
    this.#remember(turn);
    this.#options.floor.tellAvatar('end');
  }

  #over(turn: TurnRun, end: TurnEnd | undefined): void {
    if (turn === this.#guess) this.#guess = undefined;
    if (end === undefined) return;
    const { services } = this.#options;
    this.#left(turn);
    services.history.touch();
    if (turn.plan.isKept !== false) {
      this.#records.keep(turn, end);
      this.#letBrainKnow(turn, end);
    }
    services.events.emit('turnEnded', end);
    this.#options.onFree();
  }

  /** What was said without the brain: it goes on from there. */
  #letBrainKnow(turn: TurnRun, { outcome, heard }: TurnEnd): void {
    const isSaid = outcome === 'completed' || outcome === 'interrupted';
    if (turn.isKnownToBrain || !isSaid) return;
    const user = turn.entry.text.replaceAll(UNWRITTEN, '').trim();
    this.#options.services.ports.brain?.know?.({ user, reply: heard });
  }

  #remember(turn: TurnRun): void {
    if (!turn.hasSounded) return;
    this.#past = { text: turn.spokenText, fromMs: this.#soundsFromMs, toMs: this.#nowMs() };
  }

  #nowMs(): number {
    return this.#options.services.ports.clock.nowMs();
  }
}

export function refused(why: string): RequestError {
  return new RequestError('BRIDGE_ERR_TURN_REFUSED', why, { retryable: true });
}
