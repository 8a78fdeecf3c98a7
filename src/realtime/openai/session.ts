import { Emitter, InvalidStateError, sleep } from '../../runtime/index.js';
import type {
  RealtimeInput,
  RealtimeNews,
  RealtimeSession,
  RealtimeSessionEvents,
  RealtimeSessionOptions,
  RealtimeTurn,
  RealtimeUsage,
} from '../realtime.js';
import { UpwardSound } from '../upward-sound.js';
import {
  CREATE_RESPONSE,
  cancelResponse,
  contentUpdate,
  createItem,
  historyItems,
  resultItem,
  type SessionContent,
} from './client-event.js';
import { HISTORY_ID, RealtimeConnection } from './connection.js';
import { Line } from './line.js';
import { OpenMicrophone } from './open-microphone.js';
import type { ServerError, ServerEvent } from './server-event.js';
import type { SessionMachine } from './session-machine.js';
import { TurnBook } from './turn-book.js';
import type { TurnHost } from './turn-host.js';
import { TurnRun } from './turn-run.js';
import { UsageSum } from './usage-sum.js';

/** How long an answer that was stopped may hold up the next. */
const FREE_MS = 2_000;
/** Event ids of what is told between turns. */
const NEWS_ID = 'session.news';
/** After a turn its answer is still being heard, and may be cut. */
const QUIET_MS = 30_000;

/** See `RealtimeSession`. */
export class OpenAiRealtimeSession implements RealtimeSession {
  readonly events = new Emitter<RealtimeSessionEvents>();
  readonly #machine: SessionMachine;
  readonly #options: RealtimeSessionOptions;
  readonly #line: Line;
  readonly #host: TurnHost;
  readonly #usage = new UsageSum();
  readonly #turns = new TurnBook();
  readonly #microphone: OpenMicrophone;
  #content: SessionContent;
  #isContentNew = false;
  #isConnecting = false;
  /** Items for the connection that is being opened. */
  #news: Readonly<Record<string, unknown>>[] = [];
  #answering: TurnRun | undefined;
  #sounding: TurnRun | undefined;
  /** Of the server's own hearing: the user's item before its answer. */
  #serverItem: string | undefined;
  #count = 0;
  #lastEndMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  readonly #onAbort = (): void => this.#end(this.#options.signal?.reason);

  constructor(options: RealtimeSessionOptions, machine: SessionMachine) {
    this.#options = options;
    this.#machine = machine;
    this.#content = { instructions: options.instructions, tools: options.tools ?? [] };
    this.#line = new Line({
      clock: machine.ports.clock,
      maxSessionMs: machine.options.maxSessionMinutes * 60_000,
      open: (signal) => this.#connect(signal),
      isBusy: () => this.#isBusy(),
      onConnected: (isNew) => this.events.emit('connected', isNew),
    });
    this.#microphone = new OpenMicrophone(() => this.#line.current);
    this.#host = this.#hostOfTurns();
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** @throws {ProviderError} BRIDGE_ERR_LLM_* - the session is refused. */
  async open(): Promise<void> {
    this.#options.signal?.throwIfAborted();
    // The first turn shall not wait for what the sound needs.
    await Promise.all([this.#line.get(), UpwardSound.warmUp()]);
  }

  turn(input: RealtimeInput): RealtimeTurn {
    const turn = this.#newTurn(input);
    if (this.#isClosed) turn.abort(new InvalidStateError('The session with the model is closed'));
    else if (this.#hearsItself && input.sound !== undefined)
      turn.abort(new InvalidStateError('The server hears where turns end: give the sound to hear()'));
    else turn.start();
    return turn;
  }

  hear(pcm: Uint8Array): void {
    if (this.#hearsItself) this.#microphone.hear(pcm);
  }

  update(changes: Partial<SessionContent>): void {
    this.#content = { ...this.#content, ...changes };
    this.#isContentNew = true;
  }

  know({ results = [], said = [] }: RealtimeNews): void {
    const words = historyItems(said, this.#machine.options.dialect);
    const { current } = this.#line;
    if (current?.isOpen !== true) {
      // What is being opened was given the history already; of calls it knows nothing.
      if (this.#isConnecting) this.#news.push(...words);
      return;
    }
    const known = results.filter(({ callId }) => this.#turns.foreignCall(callId, current) === undefined);
    for (const { callId } of known) this.#turns.answered(callId);
    const items = [...known.map(({ callId, result }) => resultItem(callId, result)), ...words];
    for (const item of items) current.send(createItem(item), NEWS_ID);
  }

  usage(): RealtimeUsage {
    return this.#usage.sum;
  }

  async close(): Promise<void> {
    this.#end(new DOMException('The session with the model is closed', 'AbortError'));
  }

  get #hearsItself(): boolean {
    return this.#machine.options.turnDetection !== 'none';
  }

  #isBusy(): boolean {
    const { clock } = this.#machine.ports;
    return this.#turns.live.size > 0 || clock.nowMs() - this.#lastEndMs < QUIET_MS;
  }

  #end(reason: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    for (const turn of [...this.#turns.live]) turn.close(reason);
    for (const turn of this.#turns.all) turn.knowUser(undefined);
    this.#microphone.close();
    this.#line.close(reason);
    this.#machine.onClose(this);
  }

  #newTurn(input: RealtimeInput): TurnRun {
    this.#count++;
    const turn = new TurnRun(`t${this.#count}`, input, this.#host);
    this.#turns.add(turn);
    return turn;
  }

  async #connect(signal: AbortSignal): Promise<RealtimeConnection> {
    const { face, options, ports } = this.#machine;
    this.#isContentNew = false;
    this.#isConnecting = true;
    this.#news = [];
    try {
      const connection = await RealtimeConnection.open({
        ...{ face, options, ports, signal },
        content: this.#content,
        history: this.#options.history?.() ?? [],
        onEvent: (event, opened) => this.#take(event, opened),
        onLost: (error, opened) => this.#lose(opened, error),
      });
      for (const item of this.#news) connection.send(createItem(item), NEWS_ID);
      return connection;
    } finally {
      this.#isConnecting = false;
    }
  }

  #lose(connection: RealtimeConnection, error: unknown): void {
    if (this.#isClosed) return;
    this.#turns.forgetConnection();
    this.events.emit('dropped', error);
    for (const turn of [...this.#turns.live]) turn.lose(connection, error);
    this.#line.replace(connection);
  }

  #take(event: ServerEvent, connection: RealtimeConnection): void {
    // What is refused of the history comes while a connection is being opened.
    if (!this.#line.isCurrent(connection) && event.type !== 'error') return;
    switch (event.type) {
      case 'rateLimits':
        this.events.emit('rateLimits', event.limits);
        break;
      case 'error':
        this.#refused(event.error, connection);
        break;
      case 'committed':
        this.#committed(event.itemId);
        break;
      case 'userText':
        this.#turns.ofUserItem(event.itemId)?.heardUser(event.text);
        break;
      case 'userTextDone':
        this.#turns.ofUserItem(event.itemId)?.knowUser(event.text);
        break;
      case 'speechStarted':
        this.events.emit('userBegan');
        break;
      case 'speechStopped':
        this.events.emit('userPaused');
        break;
      case 'sessionCreated':
      case 'sessionUpdated':
        break;
      default:
        this.#answered(event, connection);
    }
  }

  /** Of an answer. */
  #answered(event: ServerEvent & { readonly responseId: string }, connection: RealtimeConnection): void {
    if (event.type === 'responseDone') this.#usage.add(event.response);
    const turn = this.#turns.ofResponse(event.responseId) ?? this.#claimed(event, connection);
    turn?.take(event);
  }

  /** The turn that waits for an answer; with hearing of the server a new one. */
  #claimed(
    { type, responseId }: ServerEvent & { readonly responseId: string },
    connection: RealtimeConnection,
  ): TurnRun | undefined {
    const waiting = this.#answering;
    if (waiting?.answer?.isAsked === true || (responseId === '' && waiting !== undefined)) {
      if (responseId !== '') this.#turns.bindResponse(responseId, waiting);
      return waiting;
    }
    if (type !== 'responseCreated') return undefined;
    if (!this.#hearsItself) {
      connection.send(cancelResponse(responseId), 'session.cancel');
      return undefined;
    }
    return this.#serverTurn(responseId, connection);
  }

  #serverTurn(responseId: string, connection: RealtimeConnection): TurnRun {
    const turn = this.#newTurn({});
    turn.join(connection, this.#serverItem);
    if (this.#serverItem !== undefined) this.#turns.bindUserItem(this.#serverItem, turn);
    this.#serverItem = undefined;
    this.#answering = turn;
    this.#turns.bindResponse(responseId, turn);
    this.events.emit('turnBegan', turn);
    return turn;
  }

  #committed(itemId: string): void {
    const turn = this.#turns.nextCommit();
    if (turn === undefined) this.#serverItem = itemId;
    else turn.committed(itemId);
  }

  #refused(error: ServerError, connection: RealtimeConnection): void {
    const fault = connection.fault(error);
    if (/session_expired/.test(error.code)) {
      connection.close();
      this.#lose(connection, fault);
      return;
    }
    const ours = this.#turns.ofEvent(error.eventId);
    if (ours !== undefined) {
      if (ours.what === 'commit') this.#turns.dropCommit(ours.turn);
      ours.turn.refused(ours.what, error);
      return;
    }
    // Some servers do not say which event they refuse: the one that waits for an answer will not get it.
    const isNameless = error.eventId === undefined && error.code !== 'response_cancel_not_active';
    if (isNameless && this.#answering?.answer?.isAsked === true) this.#answering.refused('create', error);
    else if (error.eventId !== undefined || isNameless)
      this.events.emit('warned', historyHint(error.eventId) + fault.message);
  }

  #hostOfTurns(): TurnHost {
    const { face, options, ports } = this.#machine;
    return {
      clock: ports.clock,
      face,
      firstByteMs: options.firstByteMs,
      idleMs: options.idleMs,
      transcribes: options.transcription !== '',
      newItemId: () => `u${this.#machine.newId().slice(0, 24)}`,
      connection: () => this.#line.get(),
      isCurrent: (connection) => this.#line.isCurrent(connection),
      discard: (connection, error) => {
        if (this.#line.isCurrent(connection)) this.#lose(connection, error);
      },
      takeSound: (turn) => {
        if (this.#sounding !== turn && this.#sounding?.isSending === true)
          this.#sounding.cancel().catch(() => {});
        this.#sounding = turn;
      },
      committing: (turn) => this.#turns.expectCommit(turn),
      answer: (turn, connection) => this.#answer(turn, connection),
      keepCall: (call, connection) => this.#turns.keepCall(call, connection),
      foreignCall: (callId, connection) => this.#turns.foreignCall(callId, connection),
      answered: (callId) => this.#turns.answered(callId),
      isAnswered: (callId) => this.#turns.isAnswered(callId),
      expectUserText: (itemId, turn) => this.#turns.bindUserItem(itemId, turn),
      ended: (turn) => {
        this.#turns.live.delete(turn);
        this.#lastEndMs = ports.clock.nowMs();
      },
      warn: (text) => this.events.emit('warned', text),
    };
  }

  async #answer(turn: TurnRun, connection: RealtimeConnection): Promise<void> {
    const before = this.#answering;
    if (before?.answer?.isUnderWay === true) {
      if (before !== turn) before.supersede();
      await this.#within(FREE_MS, before.answer.done);
    }
    if (turn.isOver || !this.#line.isCurrent(connection)) return;
    this.#answering = turn;
    if (this.#isContentNew)
      connection.send(contentUpdate(this.#machine.options.dialect, this.#content), 'session.update');
    this.#isContentNew = false;
    turn.answer?.asked();
    connection.send(CREATE_RESPONSE, `${turn.id}.create`);
  }

  /** Waits for what may never come. */
  async #within(limitMs: number, pending: Promise<void>): Promise<void> {
    const enough = new AbortController();
    const limit = sleep(this.#machine.ports.clock, limitMs, enough.signal).catch(() => {});
    await Promise.race([pending, limit]);
    enough.abort();
  }
}

function historyHint(eventId: string | undefined): string {
  return eventId === HISTORY_ID ? 'Something of what was said before could not be given back. ' : '';
}
