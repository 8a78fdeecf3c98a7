import type { HeardReply, ReplyEnd } from '../reply/index.js';
import { type BridgeError, RequestError } from '../runtime/index.js';
import type { Stage } from './conversation-events.js';
import { cutOf } from './cut-of.js';
import { HistoryEntry } from './history-entry.js';
import type { Services } from './services.js';
import { deferred } from './settled.js';
import { sorryText } from './sorry.js';
import { Trace, type TraceMark } from './trace.js';
import type { TurnEnd, TurnHandle } from './turn.js';
import { asBridgeError, brokenStage, stageOf } from './turn-fault.js';
import { TurnParts } from './turn-parts.js';
import type { TurnOwner, TurnPlan } from './turn-plan.js';
import { TurnTeller } from './turn-teller.js';
import type { TurnThought } from './turn-thought.js';
import type { TurnVoice } from './turn-voice.js';

type State = 'guess' | 'open' | 'failing' | 'cut' | 'over';

/**
 * One turn from the question to the end of what is heard of the answer.
 *
 * state × input → next:
 *
 * | | confirm | letSpeak | hold | cut | failure | all heard |
 * |---|---|---|---|---|---|---|
 * | guess | open | | | over, untold | over, untold | |
 * | open | | open, sounds | open, silent | cut | failing | over |
 * | failing | | failing, sounds | failing, silent | cut | over | over |
 * | cut | | | | | | over |
 * | over | | | | | | |
 *
 * `cut` is the transaction of an interruption: model, tools, guards, synthesis, sound, lips, cues and captions end in one call, and what
 * comes of them later is ignored. Exactly where the ear stopped is known a moment later: `over` tells it. `failing` apologises where the
 * voice still works.
 */
export class TurnRun {
  readonly plan: TurnPlan;
  readonly entry: HistoryEntry;
  readonly #services: Services;
  readonly #owner: TurnOwner;
  readonly #teller: TurnTeller;
  readonly #trace: Trace;
  readonly #abort = new AbortController();
  readonly #thinking = new AbortController();
  readonly #parts: TurnParts;
  readonly #certain = deferred<void>();
  readonly #closed = deferred<void>();
  #state: State;
  #failure: BridgeError | undefined;
  #isHeld = false;
  #hasSounded = false;
  #isBlocked = false;
  #isTakenUp = false;
  /** Everything that will be said was handed to the voice. */
  #isDelivered = false;

  constructor(services: Services, owner: TurnOwner, plan: TurnPlan) {
    this.#services = services;
    this.#owner = owner;
    this.plan = plan;
    this.#state = plan.isGuess ? 'guess' : 'open';
    const { turn, by, text, images = [] } = plan;
    this.entry = new HistoryEntry({ turn, by, text, images });
    this.#trace = new Trace(services.ports.clock, plan.fromMs);
    this.#teller = new TurnTeller(services, plan, this.entry, () => this.cut());
    this.#failure = plan.failure?.error;
    this.#parts = this.#makeParts();
    const { signal } = this.#abort;
    signal.addEventListener('abort', () => this.#thinking.abort(signal.reason), { once: true });
  }

  get handle(): TurnHandle {
    return this.#teller.handle;
  }

  /** Whether it is a turn of the user's, and goes on. */
  get isOpen(): boolean {
    return this.#state === 'open' || this.#state === 'failing';
  }

  get isOver(): boolean {
    return this.#state === 'over' || this.#state === 'cut';
  }

  get hasSounded(): boolean {
    return this.#hasSounded;
  }

  /** Others have their own time limits: it does not stand still. */
  get waitsForOthers(): boolean {
    return this.#parts.waitsForOthers;
  }

  get waitsForOperator(): boolean {
    return this.isOpen && this.#parts.waitsForOperator;
  }

  /** How much of the reply was heard, without what only acknowledged the words. */
  get heardMs(): number {
    const heard = this.#parts.heard();
    return heard === undefined ? 0 : this.#parts.ofReply(heard).heardMs;
  }

  /** Whether all but the last few letters were heard, and nothing more comes. */
  get isNearlyHeard(): boolean {
    return this.isOpen && this.#hasSounded && this.#isDelivered && this.#parts.voice?.isNearlyHeard === true;
  }

  /** Settles when what was heard is known; never rejects. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Settles when the user's words are written down, or never will be; undefined: they are. Never rejects. */
  get written(): Promise<void> | undefined {
    return this.#parts.sound?.written;
  }

  /** Whether a brain was asked, and so knows of it. */
  get isKnownToBrain(): boolean {
    return this.#parts.sound !== undefined;
  }

  /** What a microphone may have heard of it. */
  get spokenText(): string {
    return this.#parts.spokenText;
  }

  mark(what: TraceMark, atMs?: number): void {
    this.#trace.mark(what, atMs);
  }

  /** @param after - settles when what was heard of the turn before is known; never rejects. */
  start(after: Promise<unknown>): void {
    if (!this.plan.isGuess) this.#certain.resolve();
    void this.#run(after);
  }

  /** The guess was right: it is a turn. Whether it may be heard is another question. */
  confirm(): void {
    if (this.#state !== 'guess') return;
    this.#state = 'open';
    this.#teller.confirm();
    this.#certain.resolve();
  }

  /** It may be heard, or go on being heard. */
  letSpeak(): void {
    if (!this.isOpen) return;
    this.#isHeld = false;
    this.#parts.voice?.letSpeak();
  }

  /** Silence at once; it may go on. */
  hold(): void {
    if (!this.isOpen) return;
    this.#isHeld = true;
    this.#parts.voice?.hold();
  }

  /** The operator's words are the reply; undefined: the model shall answer. */
  answer(words: string | undefined): void {
    this.#parts.answer(words);
  }

  /** Its words go on in another turn; told before it is cut. */
  takenUp(): void {
    this.#isTakenUp = true;
  }

  /** The transaction of an interruption; see the class. Idempotent. */
  cut(): void {
    if (this.isOver) return;
    const wasGuess = this.#state === 'guess';
    this.#state = 'cut';
    this.#trace.mark('interruptedAt');
    this.#abort.abort(new DOMException('The turn was interrupted', 'AbortError'));
    const heard = this.#parts.heard();
    const ending = this.#silence();
    if (wasGuess) {
      this.#vanish(ending);
      return;
    }
    const kept = this.#kept(heard);
    this.entry.finish(this.#outcomeOfCut(kept), kept);
    if (this.#hasSounded) this.#services.sinks.interrupted();
    this.#owner.cut(this);
    void ending.then((end) => {
      const told = end?.heard ?? heard;
      const last = this.#kept(told);
      // Words that go on are asked again, whole.
      if (this.#isTakenUp) this.#parts.cancel();
      else this.#parts.truncate(last?.heardMs ?? 0);
      this.#finish(this.#outcomeOfCut(last), told);
    });
  }

  /** Something that it waits for does not come. */
  stuck(): void {
    if (!this.isOpen) return;
    const error = new RequestError(
      'BRIDGE_ERR_SPEECH_STALLED',
      'Nothing of the reply was heard for too long. Look at the avatar and the voice; the next turn is tried again.',
      { retryable: true },
    );
    void this.#fail(error, 'voice');
  }

  async #run(after: Promise<unknown>): Promise<void> {
    try {
      await after;
      if (this.isOver) return;
      // Opened before anything is awaited: a voice gets ready while the model thinks.
      const { hasBrain } = this.#parts;
      const early = hasBrain ? undefined : this.#openVoice();
      const thought = this.#parts.openThought();
      const { given, refused } = await thought.question();
      this.#failure ??= refused;
      if (hasBrain && given === undefined) {
        await this.#exchange(thought);
        return;
      }
      const voice = early ?? this.#openVoice();
      const delivered = voice.delivery.run();
      // Awaited below; until then nobody must call it unhandled.
      delivered.catch(() => {});
      const { failure } = this.plan;
      if (failure !== undefined) this.#teller.failure(failure.error, failure.stage);
      await this.#think(thought, given, voice);
      voice.delivery.end();
      await delivered;
      this.#isDelivered = true;
      await this.#hearOut(voice);
    } catch (error) {
      if (!this.isOver) await this.#fail(asBridgeError(error), stageOf(error));
    }
  }

  /** A brain answers with its own sound. */
  async #exchange(thought: TurnThought): Promise<void> {
    const sound = this.#parts.openSound(thought, (voice) => this.#allow(voice));
    this.#openVoice();
    const heard = await sound?.heardOut();
    if (heard !== undefined && !this.isOver) this.#finish('completed', heard);
  }

  async #think(thought: TurnThought, given: string | undefined, voice: TurnVoice): Promise<void> {
    try {
      await thought.run(given, voice.delivery);
      if (this.#failure === undefined && !this.#isBlocked) await thought.checkWhole();
    } catch (error) {
      // A guard ended the reply: the model had nothing more to say to anybody.
      if (!this.#isBlocked) throw error;
    }
  }

  #makeParts(): TurnParts {
    return new TurnParts({
      services: this.#services,
      plan: this.plan,
      entry: this.entry,
      teller: this.#teller,
      trace: this.#trace,
      signal: this.#abort.signal,
      thinking: this.#thinking.signal,
      certain: this.#certain.promise,
      watch: {
        onSynthesized: (atMs) => this.#trace.mark('firstAudio', atMs),
        onSent: (atMs) => this.#sounded(atMs),
        onHeard: (atMs) => this.#trace.mark('heard', atMs),
        onAlive: () => this.#owner.alive(this),
      },
      onBroken: ({ reason, error }) => {
        if (reason === 'cancelled') this.cut();
        else void this.#fail(error ?? asBridgeError('the voice failed'), brokenStage(error));
      },
      onBlocked: () => {
        this.#isBlocked = true;
        this.#thinking.abort(new DOMException('A guard ended the reply', 'AbortError'));
      },
    });
  }

  #openVoice(): TurnVoice {
    const voice = this.#parts.openVoice();
    this.#allow(voice);
    return voice;
  }

  #allow(voice: TurnVoice): void {
    if (this.#isHeld) voice.hold();
    else if (this.isOpen && this.#owner.maySpeak(this)) voice.letSpeak();
  }

  async #fail(error: BridgeError, stage: Stage): Promise<void> {
    if (this.isOver) return;
    const isFirst = this.#failure === undefined;
    this.#failure ??= error;
    this.#thinking.abort(error);
    // No other model is told of turns that failed.
    this.#parts.cancel();
    if (this.#state === 'guess') {
      this.#state = 'cut';
      this.#vanish(this.#silence());
      return;
    }
    this.#state = 'failing';
    if (isFirst) this.#teller.failure(error, stage);
    const { voice, sound } = this.#parts;
    if (isFirst && sound !== undefined) {
      const heardOfReply = await sound.apologise(error);
      if (!this.isOver) this.#finish('failed', heardOfReply);
      return;
    }
    if (isFirst && stage !== 'voice' && voice !== undefined) return this.#apologise(voice);
    const heard = this.#parts.heard();
    const end = await this.#silence();
    this.#finish('failed', end?.heard ?? heard);
  }

  async #apologise({ delivery, reply }: TurnVoice): Promise<void> {
    const { settings } = this.#services;
    delivery.addSorry(sorryText(settings.reply.sorry, this.plan.text, settings.language));
    const end = await reply.ended;
    if (!this.isOver) this.#finish('failed', end.heard);
  }

  async #hearOut(voice: TurnVoice): Promise<void> {
    const end = await voice.reply.ended;
    if (this.isOver || end.reason !== 'completed') return;
    voice.leave('heard');
    this.#finish(this.#failure === undefined ? 'completed' : 'failed', end.heard);
  }

  /** Once: records, tells and lets go. @param told - what was heard, of whatever the voice said. */
  #finish(outcome: TurnEnd['outcome'], told: HeardReply | undefined): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    const heard = this.#kept(told);
    const acknowledgement = told && this.#parts.voice?.delivery.ofAcknowledgement(told);
    void this.#silence();
    this.#abort.abort(new DOMException('The turn is over', 'AbortError'));
    this.#trace.mark('ended');
    this.entry.finish(outcome, heard);
    const { turn, session, by } = this.plan;
    const end: TurnEnd = {
      turn,
      session: session.id,
      by,
      outcome,
      user: this.entry.text,
      reply: this.entry.reply(),
      heard: heard?.text ?? '',
      ...cutOf(heard),
      ...(acknowledgement && { acknowledgement }),
      ...(this.#failure === undefined ? {} : { error: this.#failure }),
      trace: this.#trace.marks(),
    };
    this.#closed.resolve();
    this.#owner.over(this, end);
    this.#teller.end(end, heard);
  }

  /** A guess leaves no trace. */
  #vanish(ending: Promise<unknown>): void {
    this.#owner.over(this, undefined);
    void ending.then(() => {
      this.#state = 'over';
      this.#closed.resolve();
    });
  }

  #silence(): Promise<ReplyEnd | undefined> {
    this.#certain.resolve();
    return this.#parts.silence();
  }

  /** What was heard of the reply: no acknowledgement, no apology, and nothing of one whose question goes on. */
  #kept(heard: HeardReply | undefined): HeardReply | undefined {
    if (heard === undefined) return undefined;
    if (this.#isTakenUp) return { ...heard, pieces: 0, units: 0, text: '' };
    return this.#parts.ofReply(heard);
  }

  #outcomeOfCut(heard: HeardReply | undefined): TurnEnd['outcome'] {
    if (this.#failure !== undefined) return 'failed';
    if (this.#isTakenUp) return 'dropped';
    return this.#hasSounded || (heard?.text ?? '') !== '' ? 'interrupted' : 'dropped';
  }

  #sounded(atMs: number): void {
    if (this.#hasSounded || this.isOver) return;
    this.#hasSounded = true;
    this.#trace.mark('sent', atMs);
    this.#owner.sounded(this);
    this.#teller.sounded(atMs);
  }
}
