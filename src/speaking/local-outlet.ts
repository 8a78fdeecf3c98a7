import { type BridgeClient, LipsLink, type SpeechEnd } from '../client/index.js';
import type { Playback } from '../devices/index.js';
import {
  closingMessage,
  createLipsDriver,
  type LipsDriver,
  type LipTable,
  PhonemeNames,
  type TimedPhoneme,
} from '../lipsync/index.js';
import {
  BridgeError,
  type Clock,
  InvalidStateError,
  orAborted,
  sleep,
  type Timer,
} from '../runtime/index.js';
import type { LipsReport, Outlet, SpeakingListener } from './outlet.js';

/** Opens a loudspeaker of this machine; calibrated where it can be. */
export type OpenLocalPlayback = (options: {
  readonly sampleRateHz: number;
  readonly leadMs: number;
  readonly signal: AbortSignal;
}) => Promise<Playback>;

export interface LocalOutletOptions extends SpeakingListener {
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly lane: string | undefined;
  readonly model: string | undefined;
  readonly readyTimeoutMs: number;
  readonly table: LipTable;
  /** Lips later than calculated, milliseconds. */
  readonly offsetMs: number;
  readonly openPlayback: OpenLocalPlayback;
}

const LEAD_MS = 150;
/** Silence before the first sound, in which the clock of the loudspeaker becomes known; less than the lead, so nothing waits for it. */
const PRE_ROLL_MS = 100;
const PIECE_MS = 20;
const TELL_EVERY_MS = 100;
/** Beyond the end of the sound its last part is waited for so long. */
const LIPS_END_MS = 400;

/** Sound played on this machine, with an avatar's lips following the loudspeaker's clock. */
export class LocalOutlet implements Outlet {
  readonly sampleRateHz = undefined;
  readonly movesLips = true;
  readonly ended: Promise<SpeechEnd>;
  readonly #options: LocalOutletOptions;
  readonly #link: LipsLink;
  readonly #driver: LipsDriver;
  readonly #stop = new AbortController();
  #playback: Playback | undefined;
  /** Silence before the sound, in the playback. */
  #leadInMs = 0;
  #writtenMs = 0;
  #hasBegun = false;
  #teller: Timer | undefined;
  #resolve: (end: SpeechEnd) => void = () => {};
  #interrupting: Promise<void> | undefined;

  /** @throws {BridgeError} BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_NOT_READY; the reason of the signal. */
  static async open(options: LocalOutletOptions, signal: AbortSignal): Promise<LocalOutlet> {
    const { client, clock, lane, model, readyTimeoutMs, offsetMs, table } = options;
    const closing = (name: string): string => closingMessage(name, table);
    const link = await LipsLink.open({
      client,
      clock,
      lane,
      model,
      readyTimeoutMs,
      offsetMs,
      closing,
      signal,
    });
    return new LocalOutlet(options, link);
  }

  private constructor(options: LocalOutletOptions, link: LipsLink) {
    this.#options = options;
    this.#link = link;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#driver = createLipsDriver({
      clock: options.clock,
      timeline: { heardAtMs: (positionMs) => this.#playback?.heardAtMs(positionMs + this.#leadInMs) },
      model: link.model,
      names: new PhonemeNames(options.table),
      keepsHeard: false,
      send: (message, actAtMs) => link.send(message, actAtMs),
    });
    link.onMessage = (type, args) => this.#driver.received(type, args);
    link.failed.catch((error: unknown) => this.#failed(error));
  }

  get lane(): string {
    return this.#link.lane;
  }

  get report(): LipsReport {
    return this.#driver.counts;
  }

  get heardMs(): number | undefined {
    const { clock } = this.#options;
    const originMs = this.#playback?.heardAtMs(this.#leadInMs);
    if (!this.#hasBegun || originMs === undefined) return undefined;
    const nowMs = clock.nowMs();
    if (nowMs < originMs) return nowMs - originMs;
    return Math.min(this.#open.positionMs(nowMs) - this.#leadInMs, this.#writtenMs);
  }

  async begin(sampleRateHz: number): Promise<void> {
    const { signal } = this.#stop;
    this.#playback = await this.#options.openPlayback({ sampleRateHz, leadMs: LEAD_MS, signal });
    this.#playback.events.on('closed', (error) => {
      if (error !== undefined) this.#failed(error);
    });
    for (let leftMs = PRE_ROLL_MS; leftMs > 0; leftMs -= PIECE_MS) await this.#play(this.#silence(PIECE_MS));
    this.#leadInMs = PRE_ROLL_MS;
  }

  async write(pcm: Uint8Array): Promise<void> {
    if (this.#stop.signal.aborted) return;
    if (!this.#hasBegun) this.#started();
    this.#writtenMs += (pcm.byteLength * 1000) / (2 * this.#open.sampleRateHz);
    await this.#play(pcm);
  }

  phonemes(phonemes: readonly TimedPhoneme[]): void {
    if (!this.#stop.signal.aborted) this.#driver.append(phonemes);
  }

  lipsEnd(): void {
    this.#driver.finish();
  }

  async end(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    try {
      await this.#playback?.end();
      const wait = sleep(this.#options.clock, LIPS_END_MS, this.#stop.signal).catch(() => {});
      if (this.#hasBegun) await Promise.race([this.#driver.whenDone(), wait]);
      await this.#driver.stop();
      this.#finish({ reason: 'completed', heardMs: this.#writtenMs });
    } catch (error) {
      this.#failed(error);
    }
  }

  interrupt(): Promise<void> {
    this.#interrupting ??= this.#silenced('interrupted');
    return this.#interrupting;
  }

  close(): void {
    this.#teller?.cancel();
    this.#link.close();
  }

  get #open(): Playback {
    if (this.#playback === undefined)
      throw new InvalidStateError('begin() of an outlet comes before write()');
    return this.#playback;
  }

  async #silenced(reason: 'interrupted' | 'failed', error?: BridgeError): Promise<void> {
    this.#stop.abort();
    const closed = this.#driver.stop();
    const heardMs = (await this.#playback?.stop().catch(() => 0)) ?? 0;
    await closed;
    const ownMs = Math.max(0, heardMs - this.#leadInMs);
    this.#finish({ reason, heardMs: ownMs, ...(error === undefined ? {} : { error }) });
  }

  #failed(error: unknown): void {
    if (!(error instanceof BridgeError)) return;
    this.#interrupting ??= this.#silenced('failed', error);
  }

  #started(): void {
    this.#hasBegun = true;
    const { clock, onStarted } = this.#options;
    this.#driver.start(0);
    const heardAtMs = this.#open.heardAtMs(this.#leadInMs) ?? clock.nowMs();
    onStarted?.(clock.wallMs() + heardAtMs - clock.nowMs());
    this.#tellHeard();
  }

  #tellHeard(): void {
    const { clock, onHeard } = this.#options;
    if (onHeard === undefined) return;
    this.#teller = clock.after(TELL_EVERY_MS, () => {
      const heardMs = this.#open.positionMs(clock.nowMs()) - this.#leadInMs;
      if (heardMs > 0) onHeard(Math.min(heardMs, this.#writtenMs));
      this.#tellHeard();
    });
  }

  async #play(pcm: Uint8Array): Promise<void> {
    const { signal } = this.#stop;
    await orAborted(this.#open.write(pcm, signal), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  #silence(ms: number): Uint8Array {
    return new Uint8Array(2 * Math.round((this.#open.sampleRateHz * ms) / 1000));
  }

  #finish(end: SpeechEnd): void {
    this.#teller?.cancel();
    this.#stop.abort();
    this.#resolve(end);
  }
}
