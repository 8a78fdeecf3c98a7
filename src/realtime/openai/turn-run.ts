import { ProviderError } from '../../runtime/index.js';
import { PartQueue } from '../part-queue.js';
import type { RealtimeInput, RealtimePart, RealtimeTurn } from '../realtime.js';
import { Answer } from './answer.js';
import { CLEAR_SOUND, type ClientEvent, deleteItem } from './client-event.js';
import type { RealtimeConnection } from './connection.js';
import { HeldSound } from './held-sound.js';
import { endReason, reportedError } from './response-end.js';
import type { DoneResponse, ServerError, ServerEvent } from './server-event.js';
import type { TurnHost } from './turn-host.js';
import { sendInput } from './turn-sender.js';
import { UserText } from './user-text.js';

/** Tries on a new connection, as long as nothing of the answer was given. */
const RETRIES = 1;

const CANCELLED = { type: 'end', reason: 'cancelled' } as const;

/** One try on one connection, which knows nothing of tries before. */
interface Try {
  readonly connection: RealtimeConnection;
  readonly answer: Answer;
  /** What the user gave, and results of calls. */
  readonly userItems: string[];
  isCommitted: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One turn on its way: what the user gave goes up, the answer comes down, and both are cut when the user interrupts. When a connection
 * breaks before anything of the answer was given, all of it is said once more on the next one.
 */
export class TurnRun implements RealtimeTurn {
  readonly id: string;
  readonly parts: PartQueue;
  readonly #host: TurnHost;
  readonly #input: RealtimeInput;
  readonly #sound: HeldSound | undefined;
  readonly #userText: UserText;
  #try: Try | undefined;
  /** Cut, cancelled, failed or answered: nothing more is given. */
  #isOver = false;
  #isCancelled = false;
  #hasGiven = false;
  #hasAskedAgain = false;

  constructor(id: string, input: RealtimeInput, host: TurnHost) {
    this.id = id;
    this.#input = input;
    this.#host = host;
    this.parts = new PartQueue(host.face.name);
    this.#userText = new UserText(host.clock);
    this.#sound = input.sound === undefined ? undefined : new HeldSound(input.sound);
  }

  get userText(): Promise<string | undefined> {
    return this.#userText.done;
  }

  /** The answer of the moment; undefined before there is a connection. */
  get answer(): Answer | undefined {
    return this.#try?.answer;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What the user gives is still on its way up. */
  get isSending(): boolean {
    return !this.#isOver && this.#try?.answer.isUnasked !== false && this.#try?.isCommitted !== true;
  }

  /** Begins the turn of a user. */
  start(): void {
    if (this.#sound === undefined || !this.#host.transcribes) this.#userText.settle(undefined);
    const { signal } = this.#input;
    const onAbort = (): void => this.abort(signal?.reason);
    if (signal?.aborted === true) onAbort();
    else {
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#run()
        .catch((error: unknown) => this.#fail(error))
        .finally(() => signal?.removeEventListener('abort', onAbort));
    }
  }

  /** Begins a turn that the server's own hearing began: the answer is under way. */
  join(connection: RealtimeConnection, userItem: string | undefined): void {
    if (userItem === undefined || !this.#host.transcribes) this.#userText.settle(undefined);
    const current = this.#newTry(connection, {
      resolve: () => {},
      reject: (error) => this.#fail(error),
    });
    if (userItem !== undefined) current.userItems.push(userItem);
    current.answer.asked();
  }

  async truncate(heardMs: number): Promise<void> {
    if (this.#isOver && !this.#isCancelled) this.#try?.answer.cut(heardMs);
    else this.#cut(heardMs);
  }

  async cancel(): Promise<void> {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    const isSounding = this.isSending && this.#sound !== undefined && this.#try?.isCommitted === false;
    this.#cut(0, false);
    if (isSounding) this.#send(CLEAR_SOUND, 'clear');
    for (const itemId of this.#try?.userItems ?? []) this.#send(deleteItem(itemId), 'delete');
    this.#userText.settle(undefined);
  }

  /** As `cancel`; the reader gets the reason. */
  abort(reason: unknown): void {
    this.cancel().catch(() => {});
    this.parts.abort(reason);
  }

  /** The session is closed. */
  close(reason: unknown): void {
    if (!this.#isOver) this.abort(reason);
    this.#userText.settle(undefined);
    this.#finish();
  }

  /** Another turn must be answered: what came of this answer stays. */
  supersede(): void {
    this.#cut(Number.POSITIVE_INFINITY);
  }

  /** The connection is gone. */
  lose(connection: RealtimeConnection, error: unknown): void {
    const current = this.#try;
    if (current?.connection !== connection) return;
    current.answer.finish();
    current.reject(error);
    if (this.#isOver) this.#finish();
  }

  committed(itemId: string): void {
    if (this.#isCancelled) this.#send(deleteItem(itemId), 'delete');
    else {
      this.#try?.userItems.push(itemId);
      this.#host.expectUserText(itemId, this);
    }
  }

  heardUser(text: string): void {
    if (text !== '') this.parts.push({ type: 'userText', text });
  }

  knowUser(text: string | undefined): void {
    this.#userText.settle(text);
  }

  take(event: ServerEvent): void {
    const answer = this.#try?.answer;
    answer?.take(event);
    if (this.#isOver && answer?.isUnderWay === false) this.#host.ended(this);
  }

  /** What the server refused of this turn. @param what - which of our events: `commit`, `create`, `truncate.ITEM`, … */
  refused(what: string, error: ServerError): void {
    const [event = '', itemId = ''] = what.split('.');
    if (event === 'cancel' || event === 'delete' || event === 'clear') return;
    if (event === 'truncate') {
      // Shorter already: as it should be. Else it has no sound, and nothing of it was heard.
      if (!/shorter/i.test(error.message)) this.#send(deleteItem(itemId), 'delete');
      return;
    }
    const current = this.#try;
    if (error.code === 'conversation_already_has_active_response' && !this.#hasAskedAgain) {
      this.#hasAskedAgain = true;
      this.#host.warn(`${this.#host.face.name}: another answer was under way; asked again after it`);
      if (current !== undefined)
        this.#host.answer(this, current.connection).catch((fault: unknown) => current.reject(fault));
      return;
    }
    current?.answer.finish();
    current?.reject(current.connection.fault(error));
  }

  async #run(): Promise<void> {
    for (let tries = 0; !this.#isOver; tries++) {
      try {
        await this.#once();
        return;
      } catch (error) {
        if (this.#isOver) return;
        const canRepeat = tries < RETRIES && !this.#hasGiven && (this.#sound?.canRepeat ?? true);
        if (!canRepeat || !(error instanceof ProviderError) || !error.retryable) throw error;
        if (this.#try !== undefined) this.#host.discard(this.#try.connection, error);
      }
    }
  }

  async #once(): Promise<void> {
    const connection = await this.#host.connection();
    if (this.#isOver) return;
    let settle: Pick<Try, 'resolve' | 'reject'> | undefined;
    const answered = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    if (settle === undefined) return;
    const current = this.#newTry(connection, settle);
    const hasInput = await Promise.race([this.#sent(current), answered.then(() => false)]);
    if (hasInput && this.#input.answerWhen !== undefined)
      await Promise.race([this.#input.answerWhen, answered]);
    if (hasInput && !this.#isOver) await this.#host.answer(this, connection);
    else if (!this.#isOver && current.answer.isUnasked && connection.isOpen) this.#endUnasked();
    await answered;
  }

  #newTry(connection: RealtimeConnection, settle: Pick<Try, 'resolve' | 'reject'>): Try {
    const answer = new Answer({
      host: this.#host,
      connection,
      turnId: this.id,
      give: (part) => this.#give(part),
      onEnd: (response, hasCalls) => this.#end(response, hasCalls),
      onStall: (fault) => this.#stalled(connection, fault),
    });
    const current: Try = { ...settle, connection, answer, userItems: [], isCommitted: false };
    this.#try = current;
    return current;
  }

  async #sent(current: Try): Promise<boolean> {
    if (this.#sound !== undefined) this.#host.takeSound(this);
    return sendInput(current.connection, {
      turnId: this.id,
      input: this.#input,
      sound: this.#sound,
      host: this.#host,
      isOver: () => this.#isOver || this.#try !== current,
      onItem: (itemId) => current.userItems.push(itemId),
      onCommit: () => {
        current.isCommitted = true;
        this.#host.committing(this);
      },
    });
  }

  #give(part: RealtimePart): void {
    this.#hasGiven = true;
    this.parts.push(part);
  }

  #end(response: DoneResponse, hasCalls: boolean): void {
    const { status, error, inputTokens, outputTokens } = response;
    if (status === 'failed') {
      const fault = error === undefined ? undefined : this.#try?.connection.fault(error);
      this.#try?.reject(fault ?? reportedError(this.#host.face));
      return;
    }
    if (inputTokens + outputTokens > 0) this.parts.push({ type: 'usage', inputTokens, outputTokens });
    this.parts.push({ type: 'end', reason: endReason(response, hasCalls) });
    this.#try?.resolve();
    this.#finish();
  }

  /** Nothing was said: nothing is answered. */
  #endUnasked(): void {
    this.parts.push({ type: 'end', reason: 'stop' });
    this.#userText.settle(undefined);
    this.#try?.resolve();
    this.#finish();
  }

  #fail(error: unknown): void {
    this.#isOver = true;
    this.parts.fail(error);
    this.#finish();
  }

  #stalled(connection: RealtimeConnection, fault: ProviderError): void {
    const current = this.#try;
    this.#host.discard(connection, fault);
    current?.reject(fault);
  }

  #finish(): void {
    // Turns are remembered for what comes late; what they carried is not.
    this.#sound?.leave();
    this.#try?.answer.finish();
    this.#userText.waitShortly();
    this.#host.ended(this);
  }

  #cut(heardMs: number, keepsAnswered = true): void {
    if (this.#isOver) return;
    const current = this.#try;
    if (current !== undefined && !current.answer.cut(heardMs, keepsAnswered)) return;
    this.#isOver = true;
    this.#sound?.leave();
    this.parts.cut(CANCELLED);
    current?.resolve();
    // What is under way is waited for: the server says when it is done.
    if (current?.answer.isUnderWay !== true) this.#finish();
    else this.#userText.waitShortly();
  }

  #send(event: ClientEvent, what: string): void {
    const connection = this.#try?.connection;
    if (connection !== undefined && this.#host.isCurrent(connection))
      connection.send(event, `${this.id}.${what}`);
  }
}
