import type { OpenParams } from '../control/index.js';
import { BridgeError, type Clock, isAbortError, sleep, type Timer } from '../runtime/index.js';
import type { BridgeClient } from './bridge-client.js';
import { BYTES_PER_MS, type SpeechEnd, type SpeechHandle } from './speech-handle.js';

export interface LiveStreamOptions {
  readonly client: Pick<BridgeClient, 'open' | 'request' | 'isClosed'>;
  readonly clock: Clock;
  readonly params: Omit<OpenParams, 'kind'>;
  /** What a person should know: once an outage, and that it is over. */
  readonly say: (text: string) => void;
  /** The stream is open, the first time and each time again: what is written from now on goes there. */
  readonly onOpened?: (handle: SpeechHandle) => void;
}

/** Between attempts to open it again. */
const REOPEN_EVERY_MS = 500;
/** How often the daemon is asked what it threw away: the answer costs it a few milliseconds. */
const ASK_DROPS_EVERY_MS = 10_000;
/** An avatar that is awaited again may take its time: the user sees that it is gone, and ends the command when he likes. */
const REOPEN_READY_MS = 3_600_000;

/**
 * A stream of live sound into an avatar that outlives the avatar: what the daemon ends (the avatar went away, somebody
 * interrupted it) is opened again, and goes on when the avatar is ready.
 *
 * Sound that comes while there is no avatar is worth nothing later and is thrown away. A first stream that fails before
 * anything was heard, and a daemon that is gone, are failures of the whole.
 */
export class LiveStream {
  readonly #options: LiveStreamOptions;
  readonly #stop = new AbortController();
  #handle: SpeechHandle;
  /** Rejects when it cannot go on. */
  readonly failed: Promise<never>;
  #reject: (error: unknown) => void = () => {};
  #heardMs: number | undefined;
  #heardAtBytes = 0;
  #hasStarted = false;
  #isSpeaking = false;
  #reopened = 0;
  #droppedBefore: number | undefined;
  #droppedMs = 0;
  #asking: Timer | undefined;

  /** @throws {BridgeError} what the daemon answered. */
  static async open(options: LiveStreamOptions): Promise<LiveStream> {
    return new LiveStream(options, await openHandle(options, options.params));
  }

  private constructor(options: LiveStreamOptions, handle: SpeechHandle) {
    this.#options = options;
    this.#handle = handle;
    this.failed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.failed.catch(() => {});
    options.onOpened?.(handle);
    this.#watch(handle);
  }

  get lane(): string {
    return this.#handle.lane;
  }

  /** Whether an avatar takes the sound now. */
  get isSpeaking(): boolean {
    return this.#isSpeaking;
  }

  /** How often it had to be opened again. */
  get reopened(): number {
    return this.#reopened;
  }

  /** From a frame's arrival here until it is heard, milliseconds, as last told; undefined while nothing is heard. */
  get lagMs(): number | undefined {
    if (!this.#isSpeaking || this.#heardMs === undefined) return undefined;
    return Math.max(0, this.#heardAtBytes / BYTES_PER_MS - this.#heardMs);
  }

  /** Sound that the daemon threw away while an avatar spoke, to bound the lag, as known by the last `measureDrops`. */
  get droppedMs(): number {
    return this.#droppedMs;
  }

  /** Never waits and never throws. @param frame - copied. */
  write(frame: Uint8Array): void {
    this.#handle.write(frame).catch(() => {});
  }

  /** Asks the daemon what it had to throw away; a daemon that does not answer leaves the number as it is. */
  async measureDrops(): Promise<void> {
    const before = this.#droppedBefore;
    const now = await this.#laneDropsMs();
    if (before === undefined || now === undefined || !this.#isSpeaking) return;
    this.#droppedMs += Math.max(0, now - before);
    this.#droppedBefore = now;
  }

  /** No more sound will come: what was given is spoken to the end. */
  async end(): Promise<SpeechEnd> {
    this.#halt();
    // An avatar that went away may never come back.
    const isAwaited = this.#hasStarted && !this.#isSpeaking;
    await (isAwaited ? this.#handle.interrupt() : this.#handle.end()).catch(() => {});
    return this.#handle.ended;
  }

  /** Silence at once, but for what MMDAgent-EX holds already. */
  async interrupt(): Promise<void> {
    this.#halt();
    await this.#handle.interrupt().catch(() => {});
  }

  #halt(): void {
    this.#stop.abort();
    this.#asking?.cancel();
  }

  #watch(handle: SpeechHandle): void {
    handle.events.on('started', () => void this.#started());
    handle.events.on('position', (heardMs) => {
      this.#heardMs = heardMs;
      this.#heardAtBytes = handle.sentBytes;
    });
    handle.ended.then((end) => this.#ended(end)).catch((error: unknown) => this.#reject(error));
  }

  async #started(): Promise<void> {
    const { say } = this.#options;
    if (this.#hasStarted) say(`Speaking on lane ${this.lane} again`);
    this.#hasStarted = true;
    this.#isSpeaking = true;
    // What was thrown away while nobody was there is no loss.
    this.#droppedBefore = await this.#laneDropsMs();
    this.#askLater();
  }

  #askLater(): void {
    this.#asking?.cancel();
    if (this.#stop.signal.aborted || !this.#isSpeaking) return;
    this.#asking = this.#options.clock.after(ASK_DROPS_EVERY_MS, () => {
      void this.measureDrops().then(() => this.#askLater());
    });
  }

  async #ended(end: SpeechEnd): Promise<void> {
    this.#isSpeaking = false;
    this.#heardMs = undefined;
    this.#asking?.cancel();
    if (this.#stop.signal.aborted) return;
    const { say, client } = this.#options;
    if (end.reason === 'failed' && (!this.#hasStarted || client.isClosed)) throw end.error;
    const why =
      end.reason === 'failed' ? (end.error?.message ?? 'The stream failed') : `The stream was ${end.reason}`;
    say(`${why}. Going on when lane ${this.lane} is ready`);
    await this.#reopen();
  }

  async #reopen(): Promise<void> {
    const { clock, params } = this.#options;
    // The same avatar, also where several could be meant by now.
    const again = { ...params, lane: this.lane, readyTimeoutMs: REOPEN_READY_MS };
    for (;;) {
      try {
        await sleep(clock, REOPEN_EVERY_MS, this.#stop.signal);
        this.#handle = await openHandle(this.#options, again);
      } catch (error) {
        if (isAbortError(error)) return;
        if (error instanceof BridgeError && error.retryable && !this.#options.client.isClosed) continue;
        throw error;
      }
      this.#reopened++;
      this.#options.onOpened?.(this.#handle);
      this.#watch(this.#handle);
      // It was ended meanwhile, without this handle.
      if (this.#stop.signal.aborted) await this.#handle.interrupt().catch(() => {});
      return;
    }
  }

  async #laneDropsMs(): Promise<number | undefined> {
    try {
      const { text } = await this.#options.client.request('metrics', {});
      return droppedMs(text, this.lane);
    } catch {
      return undefined;
    }
  }
}

/** What a daemon's metrics say that a lane threw away, milliseconds; 0 where it never did. */
export function droppedMs(metrics: string, lane: string): number {
  const start = `bridge_live_dropped_seconds_total{lane="${lane}"} `;
  const line = metrics.split('\n').find((candidate) => candidate.startsWith(start));
  return line === undefined ? 0 : Math.round(Number(line.slice(start.length)) * 1000);
}

function openHandle({ client }: LiveStreamOptions, params: Omit<OpenParams, 'kind'>): Promise<SpeechHandle> {
  return client.open({ ...params, kind: 'live' });
}
