import type { Clock } from '../runtime/index.js';
import { ReplyLine } from './reply-line.js';
import type { Reply, ReplyOptions, ReplyVoice } from './reply-voice.js';
import { type Sayer, SequentialDelivery } from './sequential-delivery.js';
import { SpokenReply } from './spoken-reply.js';

export interface SequentialVoiceOptions {
  readonly topology: 'peer' | 'text';
  readonly clock: Clock;
  readonly sayerFor: (options: ReplyOptions) => Sayer;
  /** Never rejects. */
  readonly prepare?: () => Promise<void>;
  /** Never rejects. */
  readonly close?: () => Promise<void>;
}

/** A voice whose replies are said piece by piece. */
export class SequentialVoice implements ReplyVoice {
  readonly topology: 'peer' | 'text';
  readonly #options: SequentialVoiceOptions;
  readonly #line = new ReplyLine();
  readonly #open = new Set<Reply>();
  #isClosed = false;

  constructor(options: SequentialVoiceOptions) {
    this.topology = options.topology;
    this.#options = options;
  }

  async prepare(): Promise<void> {
    await this.#options.prepare?.();
  }

  open(options: ReplyOptions = {}): Reply {
    const { clock, sayerFor } = this.#options;
    const reply = new SpokenReply({
      line: this.#line,
      isHeld: options.isHeld ?? false,
      deliver: (events) => new SequentialDelivery({ clock, events, sayer: sayerFor(options) }),
    });
    this.#open.add(reply);
    void reply.ended.then(() => this.#open.delete(reply));
    // Who opens one after the end has one that has ended.
    if (this.#isClosed) void reply.cancel();
    return reply;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#open].map((reply) => reply.cancel()));
    await this.#options.close?.();
  }
}
