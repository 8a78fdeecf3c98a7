import { Emitter } from '../runtime/index.js';
import type { Delivery, DeliveryEnd, ReplyEmitter } from './delivery.js';
import type { ReplyLine } from './reply-line.js';
import type { HeardReply, Reply, ReplyEnd, ReplyEvents, SpokenPiece } from './reply-voice.js';

export interface SpokenReplyOptions {
  readonly line: ReplyLine;
  readonly isHeld: boolean;
  readonly deliver: (events: ReplyEmitter) => Delivery;
}

/**
 * A reply of any topology: whose turn it is, and what its inputs do in which state.
 *
 * | status | release | its turn | pause    | resume | cancel | delivery over |
 * |--------|---------|----------|----------|--------|--------|---------------|
 * | held   | → open  |          |          |        | → ended| → ended       |
 * | open   |         | is heard | → paused |        | → ended| → ended       |
 * | paused |         |          |          | → open | → ended| → ended       |
 * | ended  | nothing happens any more                               |
 */
export class SpokenReply implements Reply {
  readonly events = new Emitter<ReplyEvents>();
  readonly ended: Promise<ReplyEnd>;
  readonly #options: SpokenReplyOptions;
  readonly #delivery: Delivery;
  #status: 'held' | 'open' | 'paused' | 'ended' = 'held';
  #hasTurn = false;
  #leaveLine: (() => void) | undefined;
  #pauses = 0;

  constructor(options: SpokenReplyOptions) {
    this.#options = options;
    this.#delivery = options.deliver(this.events);
    this.ended = this.#delivery.ended.then((end) => this.#over(end));
    if (!options.isHeld) this.release();
  }

  push(piece: SpokenPiece): Promise<void> {
    return this.#status === 'ended' ? Promise.resolve() : this.#delivery.push(piece);
  }

  end(): void {
    if (this.#status !== 'ended') this.#delivery.end();
  }

  release(): void {
    if (this.#status !== 'held') return;
    this.#status = 'open';
    const leave = this.#options.line.enter(() => {
      this.#hasTurn = true;
      if (this.#status === 'open') this.#delivery.go();
    });
    this.#leaveLine = leave;
  }

  pause(): void {
    if (this.#status !== 'open') return;
    this.#status = 'paused';
    const pause = ++this.#pauses;
    void this.#delivery.pause().then(() => {
      const isStillSo = this.#status === 'paused' && pause === this.#pauses;
      if (isStillSo) this.events.emit('paused', this.heard());
    });
  }

  resume(): void {
    if (this.#status !== 'paused') return;
    this.#status = 'open';
    this.events.emit('resumed');
    if (this.#hasTurn) this.#delivery.go();
  }

  cancel(): Promise<ReplyEnd> {
    if (this.#status !== 'ended') {
      this.#status = 'ended';
      void this.#delivery.stop();
    }
    return this.ended;
  }

  heard(): HeardReply {
    return this.#delivery.heard();
  }

  #over({ reason, error }: DeliveryEnd): ReplyEnd {
    this.#status = 'ended';
    this.#leaveLine?.();
    return { reason, heard: this.heard(), ...(error === undefined ? {} : { error }) };
  }
}
