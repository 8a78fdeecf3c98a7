import type { ProviderError, Timer } from '../../runtime/index.js';
import type { RealtimePart } from '../realtime.js';
import { AnswerItems } from './answer-items.js';
import { type ClientEvent, cancelResponse, deleteItem, truncateItem } from './client-event.js';
import type { RealtimeConnection } from './connection.js';
import { stalledAnswer } from './realtime-faults.js';
import type { DoneResponse, ServerEvent } from './server-event.js';
import type { TurnHost } from './turn-host.js';
import { WholeSamples } from './whole-samples.js';

export interface AnswerOptions {
  readonly host: TurnHost;
  readonly connection: RealtimeConnection;
  /** Events that are sent carry it. */
  readonly turnId: string;
  /** Sound, text and calls; never after a cut. */
  readonly give: (part: RealtimePart) => void;
  /** The server is done; not told after a cut. */
  readonly onEnd: (response: DoneResponse, hasCalls: boolean) => void;
  readonly onStall: (fault: ProviderError) => void;
}

type Stage = 'unasked' | 'asked' | 'answering' | 'done';

/**
 * One answer of the model on one connection, under a watchdog.
 *
 * unasked –asked→ asked –response.created→ answering –response.done→ done; asked, answering –nothing comes→ done; any –finish→ done. A
 * cut leaves the stage: what still comes is dropped until the server is done with it.
 */
export class Answer {
  readonly #options: AnswerOptions;
  readonly #items = new AnswerItems();
  readonly #samples = new WholeSamples();
  readonly #calls = new Set<string>();
  readonly #callOfItem = new Map<string, string>();
  #stage: Stage = 'unasked';
  #responseId: string | undefined;
  #isComplete = false;
  /** So much was heard when it was cut. */
  #cutMs: number | undefined;
  readonly #deleted = new Set<string>();
  #watch: Timer | undefined;
  #tellDone: () => void = () => {};
  readonly done: Promise<void>;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.done = new Promise((resolve) => {
      this.#tellDone = resolve;
    });
  }

  /** Nothing of it will be asked any more, or nothing was asked yet. */
  get isUnasked(): boolean {
    return this.#stage === 'unasked';
  }

  /** The model was asked and has not begun. */
  get isAsked(): boolean {
    return this.#stage === 'asked';
  }

  /** Whether it is under way at the server. */
  get isUnderWay(): boolean {
    return this.#stage === 'asked' || this.#stage === 'answering';
  }

  /** The model is asked now. */
  asked(): void {
    this.#stage = 'asked';
    this.#watchFor(this.#options.host.firstByteMs);
  }

  take(event: ServerEvent): void {
    if (!this.isUnderWay) return;
    if (event.type !== 'responseDone') this.#watchFor(this.#options.host.idleMs);
    switch (event.type) {
      case 'responseCreated':
        this.#begun(event.responseId);
        break;
      case 'itemAdded':
        this.#items.add(event.itemId, event.kind);
        // It came to be after the cut.
        if (this.#isCut) this.#forget(event.itemId);
        break;
      case 'sound':
        this.#giveSound(event);
        break;
      case 'text':
        if (event.text !== '') this.#give({ type: 'text', text: event.text });
        break;
      case 'call':
        this.#giveCall(event);
        break;
      case 'responseDone':
        this.#end(event.response);
        break;
      default:
        break;
    }
  }

  /**
   * The model stops, and forgets what was not heard; again when less was heard than it was told.
   *
   * @param keepsAnswered - calls that were answered stay, with their results; else the whole turn is forgotten.
   * @returns False when there is nothing to cut: all of it came and was heard.
   */
  cut(heardMs: number, keepsAnswered = true): boolean {
    if (this.#cutMs !== undefined && heardMs >= this.#cutMs) return true;
    const isAnswered = (itemId: string): boolean =>
      keepsAnswered && this.#options.host.isAnswered(this.#callOfItem.get(itemId));
    const cuts = this.#items.cuts(heardMs, this.#isComplete, isAnswered);
    if (this.#stage === 'done' && cuts.length === 0) return this.#isCut;
    const isFirst = !this.#isCut;
    this.#cutMs = heardMs;
    if (isFirst && this.isUnderWay && this.#responseId !== undefined) this.#cancel(this.#responseId);
    for (const cut of cuts) {
      if (this.#deleted.has(cut.itemId)) continue;
      if (cut.how === 'delete') this.#forget(cut.itemId);
      else this.#send(truncateItem(cut.itemId, cut.contentIndex, cut.heardMs), `truncate.${cut.itemId}`);
    }
    return true;
  }

  /** The server owes nothing more; idempotent. */
  finish(): void {
    this.#watch?.cancel();
    this.#stage = 'done';
    this.#tellDone();
  }

  get #isCut(): boolean {
    return this.#cutMs !== undefined;
  }

  #forget(itemId: string): void {
    this.#deleted.add(itemId);
    this.#send(deleteItem(itemId), 'delete');
  }

  #begun(responseId: string): void {
    this.#responseId = responseId;
    this.#stage = 'answering';
    // It was cut before it began.
    if (this.#isCut) this.#cancel(responseId);
  }

  #end(response: DoneResponse): void {
    const { status, calls } = response;
    if (status === 'completed') for (const call of calls) this.#giveCall(call);
    this.#isComplete = status === 'completed';
    this.finish();
    if (!this.#isCut) this.#options.onEnd(response, this.#calls.size > 0);
  }

  #give(part: RealtimePart): void {
    if (!this.#isCut) this.#options.give(part);
  }

  #giveSound({ bytes, itemId, contentIndex }: Extract<ServerEvent, { type: 'sound' }>): void {
    if (this.#isCut) return;
    const pcm = this.#samples.push(bytes);
    this.#items.addSound(itemId, contentIndex, pcm.byteLength);
    if (pcm.byteLength > 0) this.#give({ type: 'sound', pcm });
  }

  #giveCall({ itemId, callId, name, argumentsJson }: DoneResponse['calls'][number]): void {
    this.#items.add(itemId, 'function_call');
    this.#callOfItem.set(itemId, callId);
    if (this.#isCut || this.#calls.has(callId)) return;
    this.#calls.add(callId);
    const call = { id: callId, name, argumentsJson };
    this.#options.host.keepCall(call, this.#options.connection);
    this.#give({ type: 'call', call });
  }

  #cancel(responseId: string): void {
    this.#send(cancelResponse(responseId), 'cancel');
  }

  /** A connection that has been replaced knows nothing of this any more. */
  #send(event: ClientEvent, what: string): void {
    const { host, connection, turnId } = this.#options;
    if (host.isCurrent(connection)) connection.send(event, `${turnId}.${what}`);
  }

  #watchFor(limitMs: number): void {
    this.#watch?.cancel();
    const { host, onStall } = this.#options;
    this.#watch = host.clock.after(limitMs, () => {
      const fault = stalledAnswer(host.face, limitMs, this.#stage === 'answering');
      this.finish();
      onStall(fault);
    });
  }
}
