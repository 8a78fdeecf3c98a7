import { type Clock, orAborted, RequestError, sleep, type Timer } from '../runtime/index.js';
import type { BridgeClient } from './bridge-client.js';
import { DaemonClock } from './daemon-clock.js';
import { subscribe, unsubscribe } from './topics.js';

export interface LipsLinkOptions {
  readonly client: BridgeClient;
  readonly clock: Clock;
  /** As the user named it; undefined: the only one. */
  readonly lane: string | undefined;
  /** As the user named it; undefined: the lane's. */
  readonly model: string | undefined;
  readonly readyTimeoutMs: number;
  /** Lips later than calculated, milliseconds. */
  readonly offsetMs: number;
  /** The closing message: LIPSYNC_START of a closed mouth for a model. */
  readonly closing: (model: string) => string;
  /** Ends the wait for the avatar, whatever is being waited for. */
  readonly signal: AbortSignal;
}

const LOOK_MS = 100;

/**
 * The way of lip messages to one avatar: waits until it is there, turns times of this machine's clock into the daemon's, and
 * tells when the avatar has gone for good.
 */
export class LipsLink {
  readonly lane: string;
  readonly model: string;
  /** Rejects when the avatar cannot be reached any more. */
  readonly failed: Promise<never>;
  readonly #options: LipsLinkOptions;
  readonly #daemonClock: DaemonClock;
  readonly #offs: (() => void)[] = [];
  #onMessage: (type: string, args: readonly string[]) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #away: Timer | undefined;

  /**
   * Waits for the avatar, closes its mouth, and with the answer has the daemon measure how long it needs to act.
   *
   * @throws {BridgeError} BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_NOT_READY, BRIDGE_ERR_DAEMON_UNREACHABLE; the reason of the signal.
   */
  static async open(options: LipsLinkOptions): Promise<LipsLink> {
    const { client, clock, signal, closing, readyTimeoutMs } = options;
    const known = await orAborted(laneOf(client, options.lane), signal);
    const model = options.model ?? known?.model ?? '0';
    const { lane } = await orAborted(
      client.request('send', {
        ...(options.lane === undefined ? {} : { lane: options.lane }),
        message: closing(model),
        timeoutMs: readyTimeoutMs,
      }),
      signal,
    );
    await untilReady(options, lane, model);
    const daemonClock = await orAborted(DaemonClock.measure(client, clock), signal);
    const link = new LipsLink(options, lane, model, daemonClock);
    link.#offs.push(() => unsubscribe(client, link));
    try {
      await orAborted(subscribe(client, link, ['messages', 'lanes']), signal);
    } catch (error) {
      link.close();
      throw error;
    }
    return link;
  }

  private constructor(options: LipsLinkOptions, lane: string, model: string, daemonClock: DaemonClock) {
    this.#options = options;
    this.lane = lane;
    this.model = model;
    this.#daemonClock = daemonClock;
    this.failed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.failed.catch(() => {});
    this.#listen();
  }

  /** Messages of the avatar that are no echo. */
  set onMessage(listener: (type: string, args: readonly string[]) => void) {
    this.#onMessage = listener;
  }

  /**
   * Sends a message that acts at a time of this machine's clock.
   *
   * @throws {BridgeError} what the daemon answered.
   */
  async send(message: string, actAtMs: number | undefined): Promise<void> {
    const { client, clock, offsetMs } = this.#options;
    const daemonMs = this.#daemonClock.daemonMs((actAtMs ?? clock.nowMs()) + offsetMs);
    await client.request('send', { lane: this.lane, message, actAtMs: daemonMs });
  }

  /** Hears and tells nothing any more. Idempotent. */
  close(): void {
    for (const off of this.#offs.splice(0)) off();
    this.#away?.cancel();
    this.#away = undefined;
  }

  #listen(): void {
    const { client, clock, readyTimeoutMs } = this.#options;
    const gone = (why: string): void => {
      const text = `${why}; the sound was stopped`;
      this.#reject(new RequestError('BRIDGE_ERR_LINK_LOST', text, { retryable: true }));
    };
    this.#offs.push(
      client.events.on('message', ({ lane, type, args, isEcho }) => {
        if (lane === this.lane && !isEcho) this.#onMessage(type, args);
      }),
      client.events.on('laneState', ({ lane, state }) => {
        if (lane !== this.lane) return;
        if (state === 'closed') gone(`The link of lane ${lane} was closed`);
        else if (state !== 'disconnected') {
          this.#away?.cancel();
          this.#away = undefined;
        } else {
          this.#away ??= clock.after(readyTimeoutMs, () =>
            gone(`MMDAgent-EX on lane ${lane} was away for ${readyTimeoutMs / 1000} s`),
          );
        }
      }),
      client.events.on('closed', (error) => {
        this.#reject(error ?? new RequestError('BRIDGE_ERR_DAEMON_UNREACHABLE', 'The daemon has ended'));
      }),
    );
  }
}

/** What the daemon knows of the lane that is meant; undefined where it must say what is wrong. */
async function laneOf(client: BridgeClient, name: string | undefined) {
  const { lanes } = await client.request('status', {});
  if (name !== undefined) return lanes.find(({ lane }) => lane === name);
  return lanes.length === 1 ? lanes[0] : undefined;
}

/** LIPSYNC_START for a model that is not loaded yet does nothing and says nothing. */
async function untilReady(options: LipsLinkOptions, name: string, model: string): Promise<void> {
  const { client, clock, readyTimeoutMs, signal } = options;
  const untilMs = clock.nowMs() + readyTimeoutMs;
  for (;;) {
    const lane = await orAborted(laneOf(client, name), signal);
    // Of other models than the lane's own the daemon knows nothing.
    if (
      lane?.state === 'ready' ||
      (lane !== undefined && lane.model !== model && lane.state !== 'disconnected')
    )
      return;
    if (clock.nowMs() >= untilMs) {
      const what = lane?.state === 'modelMissing' ? `has no model "${model}"` : 'was not ready';
      throw new RequestError(
        'BRIDGE_ERR_LANE_NOT_READY',
        `MMDAgent-EX on lane ${name} ${what} within ${readyTimeoutMs / 1000} s. --model names the model, --ready-timeout-ms the time`,
        { retryable: true },
      );
    }
    await sleep(clock, LOOK_MS, signal);
  }
}
