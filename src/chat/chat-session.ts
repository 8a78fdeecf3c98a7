import type { Conversation } from '../dialogue/index.js';
import type { KeptConversations, KeptSession, SessionAbout } from '../kept/index.js';
import { type LongTermMemory, memoryUser } from '../tools/index.js';

export interface ChatSessionOptions {
  readonly kept: KeptConversations;
  /** That goes on; undefined: a new one. */
  readonly resumed: KeptSession | undefined;
  /** Of whom and what it is, at the moment when a session begins. */
  readonly about: () => SessionAbout;
  readonly memory: LongTermMemory | undefined;
  readonly user: string | undefined;
}

/** The kept session that the turns of a conversation join: after each `forget` another one. */
export class ChatSession {
  readonly #options: ChatSessionOptions;
  /** Of which something may be left: the disk refused. */
  readonly #toForget = new Set<string>();
  #now: KeptSession;

  constructor(options: ChatSessionOptions) {
    this.#options = options;
    this.#now = options.resumed ?? options.kept.begin(options.about());
  }

  get now(): KeptSession {
    return this.#now;
  }

  /** Name under which turns that begin now are kept; undefined: they are not. */
  get name(): string | undefined {
    return this.#options.kept.store === 'none' ? undefined : this.#now.id;
  }

  /** Writes what waits; afterwards nothing is kept. Never rejects. */
  end(): Promise<void> {
    return this.#now.end();
  }

  /**
   * Model, disk and long-term memory forget what they have of the session, and another one begins within the call.
   *
   * @throws {RequestError} BRIDGE_ERR_KEPT - something is left, which the next call tries again.
   */
  async forget(conversation: Conversation): Promise<void> {
    const { kept, about, memory, user } = this.#options;
    this.#toForget.add(this.#now.id);
    this.#now = kept.begin(about());
    await conversation.forget({ id: this.#now.id, kept: this.#now });
    for (const id of [...this.#toForget]) {
      await kept.forget(id);
      await memory?.forget(memoryUser({ user }), id);
      this.#toForget.delete(id);
    }
  }
}
