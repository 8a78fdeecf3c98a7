import { type BridgeClient, subscribe, unsubscribe } from '../client/index.js';
import type { LaneStatus } from '../control/index.js';
import type { Clock } from '../runtime/index.js';

export interface PeerMessageSeen {
  readonly lane: string;
  readonly type: string;
  readonly args: readonly string[];
}

/** Which avatar a conversation is with, whether it is there, and what it says. */
export class AvatarWatch {
  readonly #lanes = new Map<string, LaneStatus>();
  readonly #name: string | undefined;
  readonly #offs: (() => void)[] = [];
  readonly #onChange = new Set<() => void>();

  private constructor(name: string | undefined) {
    this.#name = name;
  }

  /** @param name - of the lane; undefined: the only one, or the first that carries sound. */
  static async open(client: BridgeClient, name: string | undefined): Promise<AvatarWatch> {
    const watch = new AvatarWatch(name);
    watch.#offs.push(
      client.events.on('laneState', (lane) => {
        watch.#lanes.set(lane.lane, lane);
        for (const changed of watch.#onChange) changed();
      }),
    );
    watch.#offs.push(
      // A new daemon knows nothing of it; what was resumed goes on.
      client.events.on('reconnected', (isResumed) => {
        if (!isResumed) watch.#look(client).catch(() => {});
      }),
      () => unsubscribe(client, watch),
    );
    try {
      await watch.#look(client);
      return watch;
    } catch (error) {
      watch.close();
      throw error;
    }
  }

  /** Of a conversation without any avatar. */
  static nobody(): AvatarWatch {
    return new AvatarWatch(undefined);
  }

  async #look(client: BridgeClient): Promise<void> {
    await subscribe(client, this, ['lanes', 'messages']);
    const { lanes } = await client.request('status', {});
    this.#lanes.clear();
    for (const lane of lanes) this.#lanes.set(lane.lane, lane);
    for (const changed of this.#onChange) changed();
  }

  /** The lane that is meant: of several that are ready, a real one; undefined: there is none yet. */
  get lane(): LaneStatus | undefined {
    if (this.#name !== undefined) return this.#lanes.get(this.#name);
    const open = [...this.#lanes.values()].filter(({ state }) => state !== 'closed');
    const ready = open.filter(({ state }) => state === 'ready');
    // A simulator stands in only where nobody else is there.
    return ready.find(({ isSimulator }) => !isSimulator) ?? ready[0] ?? open[0];
  }

  get isReady(): boolean {
    return this.lane?.state === 'ready';
  }

  /** Resolves when an avatar is ready, after so long without one, or when nobody waits any more. */
  async readyWithin(ms: number, clock: Clock, signal?: AbortSignal): Promise<void> {
    if (this.isReady || signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        timer.cancel();
        off();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = clock.after(ms, end);
      signal?.addEventListener('abort', end);
      const off = this.onceReady(end);
    });
  }

  /** Calls when an avatar is ready, at once where it is. @returns takes the call back. */
  onceReady(run: () => void): () => void {
    const look = (): void => {
      if (!this.isReady) return;
      this.#onChange.delete(look);
      run();
    };
    this.#onChange.add(look);
    look();
    return () => this.#onChange.delete(look);
  }

  /** Messages of this avatar that are not echoes of ours. @returns ends it. */
  onMessage(client: BridgeClient, listener: (message: PeerMessageSeen) => void): () => void {
    const off = client.events.on('message', ({ lane, type, args, isEcho }) => {
      if (!isEcho && lane === this.lane?.lane) listener({ lane, type, args });
    });
    this.#offs.push(off);
    return off;
  }

  close(): void {
    for (const off of this.#offs.splice(0)) off();
    this.#onChange.clear();
  }
}
