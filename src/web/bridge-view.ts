// Only files that a browser can run: the index files of these rooms also bring sockets and processes.
import { BridgeClient } from '../client/bridge-client.js';
import { DaemonClock } from '../client/daemon-clock.js';
import type { SpeechHandle } from '../client/speech-handle.js';
import { subscribe } from '../client/topics.js';
import type { DaemonStatus, Events, OpenParams, RequestName, Requests } from '../control/messages.js';
import type { SoundPart } from '../control/sound-frame.js';
import { type Clock, sleep } from '../runtime/clock.js';
import { Emitter } from '../runtime/emitter.js';
import { TransportError } from '../runtime/errors.js';
import { openBrowserChannel } from './browser-channel.js';

export type LinkState = 'connecting' | 'online' | 'lost';

export interface BridgeViewEvents {
  /** The way to the daemon. */
  link: [state: LinkState];
  status: [status: DaemonStatus];
  message: [message: Events['message']];
  sent: [sent: Events['sent']];
  warning: [warning: Events['warning']];
  lagged: [dropped: number];
  tapSound: [part: SoundPart];
  tapMouth: [mouth: Events['tapMouth']];
  laneLevel: [level: Events['laneLevel']];
}

const STATUS_EVERY_MS = 1000;
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 2000;

/** The daemon as the page sees it: connected for ever, whatever restarts, with its newest status. */
export class BridgeView {
  readonly events = new Emitter<BridgeViewEvents>();
  readonly #clock: Clock;
  /** Simulator lanes that are listened to. */
  readonly #taps = new Set<string>();
  #client: BridgeClient | undefined;
  #link: LinkState = 'connecting';
  #retryMs = RETRY_FIRST_MS;
  #daemonVersion = '';
  #isAsking = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get link(): LinkState {
    return this.#link;
  }

  /** Version of the daemon; empty before the first connection. */
  get daemonVersion(): string {
    return this.#daemonVersion;
  }

  /** Never returns. */
  async run(): Promise<void> {
    for (;;) {
      await this.#session().catch(() => {});
      this.#setLink('lost');
    }
  }

  /** @throws {BridgeError} what the daemon answered. */
  async send(message: string, lane: string | undefined): Promise<void> {
    await this.request('send', lane === undefined ? { message } : { message, lane });
  }

  /** @throws {BridgeError} what the daemon answered. */
  async request<Name extends RequestName>(
    name: Name,
    params: Requests[Name]['params'],
  ): Promise<Requests[Name]['result']> {
    return this.#connected.request(name, params);
  }

  /** Opens a stream of sound into an avatar. @throws {BridgeError} what the daemon answered. */
  async open(params: OpenParams): Promise<SpeechHandle> {
    return this.#connected.open(params);
  }

  /** @throws {BridgeError} */
  async measureClock(): Promise<DaemonClock> {
    return DaemonClock.measure(this.#connected, this.#clock);
  }

  get #connected(): BridgeClient {
    if (this.#client === undefined) {
      throw new TransportError('BRIDGE_ERR_DAEMON_UNREACHABLE', 'The bridge does not answer', {
        retryable: true,
      });
    }
    return this.#client;
  }

  /** Asks for the status now, not only at its next turn. */
  async refresh(): Promise<void> {
    const client = this.#client;
    if (client === undefined || this.#isAsking) return;
    this.#isAsking = true;
    try {
      const status = await client.request('status', {});
      for (const { lane, isSimulator } of status.lanes) if (isSimulator) this.#tap(client, lane);
      this.events.emit('status', status);
    } catch {
      // The next turn asks again.
    } finally {
      this.#isAsking = false;
    }
  }

  /** One client's life: it reconnects by itself, and ends only when another program of another version answers. */
  async #session(): Promise<void> {
    const client = await BridgeClient.connect({
      open: () => this.#open(),
      client: 'page',
      clock: this.#clock,
      reconnectMs: Number.POSITIVE_INFINITY,
    });
    const closed = new Promise<void>((resolve) => client.events.on('closed', () => resolve()));
    client.events.on('reconnecting', () => this.#setLink('lost'));
    client.events.on('reconnected', (isResumed) => void this.#begin(client, isResumed));
    client.events.on('laneState', () => void this.refresh());
    client.events.on('linkState', () => void this.refresh());
    client.events.on('streamStarted', () => void this.refresh());
    client.events.on('message', (message) => this.events.emit('message', message));
    client.events.on('sent', (sent) => this.events.emit('sent', sent));
    client.events.on('warning', (warning) => this.events.emit('warning', warning));
    client.events.on('lagged', ({ dropped }) => this.events.emit('lagged', dropped));
    client.events.on('tapSound', (part) => this.events.emit('tapSound', part));
    client.events.on('tapMouth', (mouth) => this.events.emit('tapMouth', mouth));
    client.events.on('laneLevel', (level) => this.events.emit('laneLevel', level));
    this.#client = client;
    await this.#begin(client, false);
    this.#poll(client);
    await closed;
    this.#client = undefined;
  }

  async #begin(client: BridgeClient, isResumed: boolean): Promise<void> {
    this.#retryMs = RETRY_FIRST_MS;
    this.#isAsking = false;
    if (!isResumed) {
      this.#taps.clear();
      subscribe(client, this, ['lanes', 'links', 'messages', 'streams', 'levels']).catch(() => {});
    }
    this.#daemonVersion = client.welcome.daemon;
    this.#setLink('online');
    await this.refresh();
  }

  #tap(client: BridgeClient, lane: string): void {
    if (this.#taps.has(lane)) return;
    this.#taps.add(lane);
    client.request('tap', { lane }).catch(() => this.#taps.delete(lane));
  }

  #poll(client: BridgeClient): void {
    this.#clock.after(STATUS_EVERY_MS, () => {
      if (client.isClosed) return;
      if (this.#link === 'online' && document.visibilityState === 'visible') void this.refresh();
      this.#poll(client);
    });
  }

  async #open() {
    try {
      return await openBrowserChannel();
    } catch (error) {
      await sleep(this.#clock, this.#retryMs);
      this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 1.6);
      throw error;
    }
  }

  #setLink(link: LinkState): void {
    if (link === this.#link) return;
    this.#link = link;
    this.events.emit('link', link);
  }
}
