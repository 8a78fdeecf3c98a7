import type { Phase } from '../expression/index.js';
import { takesSound } from '../reply/index.js';
import { ConfigError, Emitter, errorText, SILENT_LOGGER } from '../runtime/index.js';
import type { FinishedTask, ToolBox } from '../tools/index.js';
import type { ConversationEvents } from './conversation-events.js';
import { Floor } from './floor.js';
import { History, type Said } from './history.js';
import { HookRunner } from './hook-runner.js';
import { standardJudge } from './judge.js';
import type { ConversationPorts, Judge } from './ports.js';
import { rehearse } from './rehearse.js';
import type { Services } from './services.js';
import type { ConversationSettings, LimitSettings } from './settings.js';
import { SinkBoard } from './sink-board.js';
import type { Question, TurnHandle } from './turn.js';
import { refused, TurnDesk } from './turn-desk.js';
import type { TurnSession } from './turn-plan.js';
import { TurnTaking } from './turn-taking.js';
import { warn } from './warn.js';
import { judgeOfUnwritten } from './wordless-recognizer.js';

/** A state that lasts a little longer than its own limit is ended from outside. */
const SLACK_MS = 5000;

/**
 * One conversation: hears, thinks, speaks, feels, is interrupted and remembers.
 *
 * Who has the floor is decided by two small machines, the user's and the avatar's: see `Floor` for their tables and `TurnRun` for that of
 * one turn. A turn can be ended at any moment, by voice, by words or by a call, as one transaction: model, tools, synthesis, sound, lips
 * and cues together. What comes late of a turn that is not the one under way is ignored. No state waits for ever and no queue grows
 * without bound.
 */
export class Conversation {
  readonly events = new Emitter<ConversationEvents>();
  readonly #services: Services;
  readonly #floor: Floor;
  readonly #desk: TurnDesk;
  readonly #taking: TurnTaking;
  readonly #judge: Judge;
  readonly #leaving: (() => void)[] = [];
  #session: TurnSession;
  #isOperated = false;
  #isClosed = false;

  /**
   * @param history - shared by several conversations; left out: its own.
   * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - a brain of sound, and a voice that takes none, or wake words that nobody would read.
   */
  constructor(ports: ConversationPorts, settings: ConversationSettings, history?: History) {
    if (ports.brain !== undefined && !takesSound(ports.voice))
      throw new ConfigError(
        'BRIDGE_ERR_CONFIG_INVALID',
        'Expected a voice that takes sound for a speech-to-speech model: use topology "stream" or "local".',
      );
    assertWakeable(ports, settings);
    const { logger = SILENT_LOGGER, session: id = 'conversation', kept } = ports;
    this.#session = { id, kept };
    this.events.onListenerError = (error) =>
      logger.error({ err: error }, 'a listener of a conversation failed');
    const sinks = new SinkBoard(ports.sinks ?? [], (sink, error) =>
      logger.warn({ sink, reason: errorText(error) }, 'an expression sink failed'),
    );
    this.#services = {
      ports,
      settings,
      history: history ?? openHistory(ports, settings),
      hooks: new HookRunner({
        clock: ports.clock,
        hooks: ports.hooks ?? [],
        limitMs: settings.limits.hookMs,
        onFault: (error) => this.events.emit('error', error, 'hook'),
      }),
      sinks,
      events: this.events,
      session: () => this.#session,
      isOperated: () => this.#isOperated,
    };
    const judge = ports.judge ?? standardJudge(settings.interruption);
    this.#judge = ports.brain === undefined ? judge : judgeOfUnwritten(judge);
    this.#floor = new Floor({
      clock: ports.clock,
      limitsMs: floorLimits(settings.limits),
      onPhase: (phase) => this.#phase(phase),
      onStuck: (state) => this.#stuck(state),
    });
    this.#desk = new TurnDesk({ services: this.#services, floor: this.#floor, onFree: () => this.#free() });
    this.#taking = new TurnTaking({
      services: this.#services,
      floor: this.#floor,
      desk: this.#desk,
      judge: this.#judge,
    });
    this.#leaving.push(
      this.events.on('turn', () => this.#taking.touched(true)),
      this.history.events.on('forgotten', () => this.#forgotten()),
    );
    if (ports.tools !== undefined) this.#follow(ports.tools);
  }

  get phase(): Phase {
    return this.#floor.phase;
  }

  /** May be handed to other conversations, which then share it. */
  get history(): History {
    return this.#services.history;
  }

  /** False while it waits for a wake word. */
  get isAwake(): boolean {
    return this.#taking.isAwake;
  }

  /** Whether an operator writes the replies. */
  get isOperated(): boolean {
    return this.#isOperated;
  }

  /** The turn under way. */
  get turn(): TurnHandle | undefined {
    return this.#desk.turn?.handle;
  }

  /** One frame of the microphone, as `Hearing.hear` takes it. Nothing without an ear. */
  hear(frame: Uint8Array, capturedAtMs: number): void {
    if (!this.#isClosed) this.#services.ports.ear?.hear(frame, capturedAtMs);
  }

  /** Push to talk: the key went down. A reply that sounds ends at once. */
  press(): void {
    const { ear } = this.#services.ports;
    if (ear === undefined || this.#isClosed) return;
    if (this.#desk.turn?.hasSounded === true) this.#taking.interruptByKey();
    ear.isTalking = true;
  }

  release(): void {
    const { ear } = this.#services.ports;
    if (ear !== undefined) ear.isTalking = false;
  }

  /**
   * A turn of anything but the voice. Peer turns that overtake an unheard answer soon after the words before go on with those.
   *
   * @throws {RequestError} BRIDGE_ERR_TURN_REFUSED - closed; busy and told to refuse; too many wait; neither text nor images.
   */
  ask(question: Question): TurnHandle {
    this.#mustBeOpen();
    if (question.text.trim() === '' && (question.images ?? []).length === 0)
      throw refused('A turn needs a text or an image. Give one of them.');
    const asked = question.by === 'peer' ? this.#continued(question) : question;
    if (asked.ifBusy !== 'queue' && asked.by !== 'tool') this.#taking.askedOtherwise();
    return this.#desk.ask(asked);
  }

  /**
   * What MMDAgent-EX recognised (RECOG_EVENT_STOP), judged as the voice that it was: its own echo, listening noises over a reply, and,
   * asleep, what is not its name are told as `ignored`. Otherwise a turn that interrupts.
   *
   * @returns undefined when it is ignored.
   * @throws {RequestError} BRIDGE_ERR_TURN_REFUSED - closed.
   */
  recognised(text: string, options: Pick<Question, 'metadata' | 'parameters'> = {}): TurnHandle | undefined {
    this.#mustBeOpen();
    const meant = this.#taking.meantElsewhere(text);
    return meant === undefined ? undefined : this.ask({ ...options, text: meant, by: 'peer' });
  }

  /**
   * The avatar says this and nothing is asked of the model; control tags hold. While an operator has taken over and a turn waits: its
   * reply.
   *
   * @throws {RequestError} BRIDGE_ERR_TURN_REFUSED
   */
  say(text: string, options: Pick<Question, 'ifBusy' | 'metadata'> = {}): TurnHandle {
    this.#mustBeOpen();
    if (text.trim() === '') throw refused('There is nothing to say. Give a text.');
    const waiting = this.#desk.turn;
    if (waiting?.waitsForOperator === true) {
      waiting.answer(text);
      return waiting.handle;
    }
    if (options.ifBusy !== 'queue') this.#taking.askedOtherwise();
    return this.#desk.ask({ ...options, text: '', by: 'operator' }, text);
  }

  /** Says the welcome of the settings; it stands in the history already. Undefined without one. */
  greet(): TurnHandle | undefined {
    this.#mustBeOpen();
    const { settings, ports } = this.#services;
    if (settings.welcome.trim() === '') return undefined;
    return this.#desk.begin({
      by: 'avatar',
      text: '',
      fromMs: ports.clock.nowMs(),
      given: settings.welcome,
      isKept: false,
    }).handle;
  }

  /** Ends the turn under way and whatever waits. */
  interrupt(): void {
    this.#taking.interruptByKey();
    this.#desk.cutAll();
  }

  /** From now on `say` answers and the model is not asked. The reply under way ends where it is; one that was not heard yet is awaited. */
  takeOver(): void {
    if (this.#isOperated || this.#isClosed) return;
    this.#isOperated = true;
    const turn = this.#desk.turn;
    this.#taking.interruptByKey();
    if (turn === undefined || turn.hasSounded || turn.plan.given !== undefined) return;
    this.#services.history.remove(turn.entry);
    const { turn: _number, isGuess: _guess, ...plan } = turn.plan;
    this.#desk.begin(plan);
  }

  /** The model answers again, from what was said; a turn that waits for the operator is answered by it now. */
  handBack(): void {
    this.#isOperated = false;
    const turn = this.#desk.turn;
    if (turn?.waitsForOperator === true) turn.answer(undefined);
  }

  /** What was said, oldest first. */
  messages(): readonly Said[] {
    return this.#services.history.said();
  }

  /**
   * A new context; ends the turn under way. Others that share it are told by `forgotten`: a reply of theirs that sounds is spoken to its end,
   * and not remembered.
   *
   * @param next - the session of the turns that come; those before it, also one that still ends, belong to the last. @default the same
   * @returns settles when nothing of those before it comes any more, to the keeper or to memory; never rejects.
   */
  async forget(next?: TurnSession): Promise<void> {
    this.interrupt();
    this.#taking.forgetWords();
    this.#services.ports.tools?.stopTasks(this.#session.id);
    this.#session = next ?? this.#session;
    this.#services.history.forget();
    await this.#desk.settled;
  }

  /** Gets ready who answers and who speaks, and what stands between them. Never rejects. */
  async warmUp(): Promise<void> {
    const { ports } = this.#services;
    const { model, brain, voice } = ports;
    // A brain answers in place of the model, which is never asked beside it.
    const answering = brain === undefined ? [model.warmUp()] : [];
    const rehearsed = Promise.resolve().then(() => rehearse(ports, this.#judge));
    await Promise.allSettled([...answering, voice.prepare(), rehearsed]);
  }

  /** Silence at once. Closes nothing that was handed in. Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const turn = this.#desk.turn;
    const guess = this.#desk.guess;
    this.#isClosed = true;
    for (const leave of this.#leaving.splice(0)) leave();
    this.#taking.close();
    this.#desk.cutAll();
    this.#floor.close();
    await Promise.all([turn?.closed, guess?.closed]);
    this.#desk.close();
    // The end of the last turn counts as activity.
    this.#taking.close();
  }

  /** MMDAgent-EX tells what it hears in pieces: what belongs together is answered once. */
  #continued(question: Question): Question {
    const { turn } = this.#desk;
    const { settings, ports, history } = this.#services;
    const isLate = turn === undefined || ports.clock.nowMs() - turn.plan.fromMs > settings.turnEnd.continueMs;
    if (isLate || turn.hasSounded || turn.plan.by !== 'peer' || question.ifBusy === 'queue') return question;
    turn.takenUp();
    this.#desk.cut();
    history.remove(turn.entry);
    return { ...question, text: this.#judge.join(turn.plan.text, question.text) };
  }

  #phase(phase: Phase): void {
    this.#services.sinks.phase(phase);
    this.events.emit('phase', phase);
  }

  /** What a tool goes on with would bring the old context back. */
  #forgotten(): void {
    this.#services.ports.tools?.stopTasks(this.#session.id);
    this.events.emit('forgotten');
  }

  #free(): void {
    this.#taking.touched(false);
    if (!this.#isClosed) this.#desk.next();
  }

  #stuck(state: string): void {
    const { turn } = this.#desk;
    if (state === 'thinking' || state === 'speaking') {
      if (turn?.waitsForOthers === true) this.#floor.alive(state);
      else if (turn === undefined) this.#floor.tellAvatar('end');
      else turn.stuck();
    } else if (state === 'yielding') this.#taking.stuckYielding();
    else this.#taking.stuck();
  }

  /** A tool that went on in the background has ended: a turn of its own, when nobody speaks. */
  #finished({ call, result, metadata }: FinishedTask): void {
    if (metadata.session !== this.#session.id || this.#isClosed) return;
    const how = result.isError ? 'failed' : 'has finished';
    const { turn: _turn, session: _session, user: _user, ...own } = metadata;
    try {
      this.ask({
        by: 'tool',
        text: `(Tool ${call.name}, which was still running, ${how}.)\n${result.text}`,
        images: result.images,
        metadata: own,
      });
    } catch (error) {
      warn(this.events, { code: 'toolResultLost', values: { tool: call.name, error: errorText(error) } });
    }
  }

  /** Tools that go on behind their turns. */
  #follow({ events }: ToolBox): void {
    this.#leaving.push(
      events.on('finished', (task) => this.#finished(task)),
      events.on('progress', ({ call: { id: callId, name, argumentsJson }, metadata, value }) => {
        if (metadata.session !== this.#session.id) return;
        const { turn } = metadata;
        this.events.emit('toolProgress', { turn, callId, name, argumentsJson, stage: 'progress', value });
      }),
    );
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw refused('The conversation is closed. Open another.');
  }
}

/** Asleep, nothing is sent to a brain: somebody else must write down what is said. */
function assertWakeable({ brain, ear, recognizer }: ConversationPorts, { wake }: ConversationSettings): void {
  const isRead = brain === undefined || ear === undefined || recognizer !== undefined;
  if (isRead || wake.words.length === 0) return;
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    'conversation.wake.words: expected a recogniser beside a speech-to-speech model, which hears nothing while it sleeps. Name one with --stt-engine or sttEngine, or remove the wake words.',
  );
}

function openHistory(ports: ConversationPorts, settings: ConversationSettings): History {
  const { history, welcome, initialMessages } = settings;
  return new History({ clock: ports.clock, settings: history, welcome, initialMessages });
}

function floorLimits(limits: LimitSettings): Readonly<Record<string, number>> {
  return {
    voicing: limits.listeningMs,
    pausing: limits.listeningMs,
    // The recognizer is asked twice at most.
    knowing: 2 * limits.recognitionMs + SLACK_MS,
    thinking: Math.max(limits.modelMs ?? 0, limits.speakingMs) + SLACK_MS,
    speaking: limits.speakingMs,
    yielding: limits.recognitionMs + SLACK_MS,
  };
}
