import { OUTPUT_BYTES_PER_MS, OUTPUT_SAMPLE_RATE_HZ } from '../audio/index.js';
import type { BridgeClient, SpeechEnd, SpeechHandle } from '../client/index.js';
import type { OpenParams, TieParams } from '../control/index.js';
import { type LipTable, PhonemeNames, type TimedPhoneme } from '../lipsync/index.js';
import type { Clock } from '../runtime/index.js';
import { HeardPosition } from './heard-position.js';
import type { LipsReport, Outlet, SpeakingListener } from './outlet.js';
import { PeerMouth } from './peer-mouth.js';
import { PositionLips } from './position-lips.js';

export interface StreamedOutletOptions extends SpeakingListener {
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly params: Omit<OpenParams, 'lips'>;
  readonly lips: 'peer' | 'own';
  /** Of the lane, or as the caller named it. */
  readonly model: string;
  readonly table: LipTable;
  readonly ties: readonly Omit<TieParams, 'stream'>[];
}

const NO_LIPS: LipsReport = { parts: 0, lateParts: 0, reanchors: 0 };

/** Sound streamed to an avatar, whose own recogniser or our tied messages move the mouth. */
export class StreamedOutlet implements Outlet {
  readonly sampleRateHz = OUTPUT_SAMPLE_RATE_HZ;
  readonly #handle: SpeechHandle;
  readonly #heard: HeardPosition;
  readonly #lips: PositionLips | undefined;
  /** The caller's, by their numbers. */
  readonly #ties = new Map<number, number>();
  #hasBegun = false;
  #interrupting: Promise<void> | undefined;

  /** @throws {BridgeError} BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_BUSY, BRIDGE_ERR_LINK_UNSUPPORTED, BRIDGE_ERR_MESSAGE_* */
  static async open(options: StreamedOutletOptions): Promise<StreamedOutlet> {
    const { client, params, lips, ties } = options;
    const outlet = new StreamedOutlet(options, await client.open({ ...params, lips }));
    try {
      for (const [index, tie] of ties.entries()) outlet.#ties.set(await outlet.#handle.tie(tie), index);
    } catch (error) {
      await outlet.interrupt();
      throw error;
    }
    return outlet;
  }

  private constructor(options: StreamedOutletOptions, handle: SpeechHandle) {
    const { client, clock, lips, model, table, onStarted, onHeard, onTied } = options;
    this.#handle = handle;
    this.#heard = new HeardPosition(client, handle.stream, clock);
    if (lips === 'own') this.#lips = this.#makeLips(clock, model, table);
    else new PeerMouth({ client, clock, handle, model, table });
    handle.events.on('started', (atMs) => onStarted?.(atMs));
    handle.events.on('position', (heardMs) => onHeard?.(heardMs));
    handle.events.on('tied', (tie, atMs) => {
      const index = this.#ties.get(tie);
      if (index !== undefined) onTied?.(index, atMs);
    });
    void handle.ended.then(() => this.#lips?.stop());
  }

  get lane(): string {
    return this.#handle.lane;
  }

  get movesLips(): boolean {
    return this.#lips !== undefined;
  }

  get report(): LipsReport {
    return this.#lips?.counts ?? NO_LIPS;
  }

  get heardMs(): number | undefined {
    const nowMs = this.#heard.nowMs;
    return nowMs === undefined ? undefined : Math.min(nowMs, this.#handle.sentBytes / OUTPUT_BYTES_PER_MS);
  }

  get ended(): Promise<SpeechEnd> {
    return this.#handle.ended;
  }

  async begin(): Promise<void> {}

  async write(pcm: Uint8Array): Promise<void> {
    const written = this.#handle.write(pcm);
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#lips?.soundBegan();
    }
    await written;
  }

  phonemes(phonemes: readonly TimedPhoneme[]): void {
    this.#lips?.append(phonemes);
  }

  lipsEnd(): void {
    this.#lips?.finish();
  }

  end(): Promise<void> {
    return this.#handle.end();
  }

  interrupt(): Promise<void> {
    this.#lips?.stop();
    // A daemon that is gone has ended it too.
    this.#interrupting ??= this.#handle.interrupt().catch(() => {});
    return this.#interrupting;
  }

  close(): void {
    this.#lips?.stop();
    this.#heard.close();
  }

  #makeLips(clock: Clock, model: string, table: LipTable): PositionLips {
    const lips = new PositionLips({
      clock,
      model,
      names: new PhonemeNames(table),
      heardMs: () => this.#heard.nowMs,
      // A stream that has ended takes none, and needs none.
      tie: (atMs, message) => void this.#handle.tie({ atMs, message, kind: 'lipsync' }).catch(() => {}),
    });
    this.#heard.onMoved = () => {
      if (this.#heard.originMs !== undefined) lips.moved(this.#heard.originMs);
    };
    return lips;
  }
}
