import { OUTPUT_BYTES_PER_MS } from '../audio/index.js';
import { type BridgeClient, LipsLink, type SpeechEnd } from '../client/index.js';
import { closingMessage, type LipTable } from '../lipsync/index.js';
import { type Clock, errorText } from '../runtime/index.js';
import { LiveMouth } from '../speaking/index.js';
import type { VoicePath } from './voice-path.js';

export interface MouthOnlyOptions {
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly lane: string | undefined;
  readonly model: string | undefined;
  readonly readyTimeoutMs: number;
  readonly table: LipTable;
  readonly latencyMs: number | undefined;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A voice that is heard elsewhere: only the mouth follows it. */
export class MouthOnly implements VoicePath {
  readonly reopened = 0;
  readonly droppedMs = 0;
  readonly lagMs: number;
  readonly #link: LipsLink;
  readonly #mouth: LiveMouth;
  readonly #options: MouthOnlyOptions;
  #heardBytes = 0;
  #hasFailed = false;

  /** @throws {BridgeError} BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_NOT_READY; the reason of the signal. */
  static async open(options: MouthOnlyOptions): Promise<MouthOnly> {
    const { client, clock, lane, model, readyTimeoutMs, table, signal } = options;
    const closing = (name: string): string => closingMessage(name, table);
    const link = await LipsLink.open({
      client,
      clock,
      lane,
      model,
      readyTimeoutMs,
      offsetMs: 0,
      closing,
      signal,
    });
    return new MouthOnly(options, link);
  }

  private constructor(options: MouthOnlyOptions, link: LipsLink) {
    const { clock, table, latencyMs } = options;
    this.#options = options;
    this.#link = link;
    this.#mouth = new LiveMouth({
      clock,
      model: link.model,
      table,
      latencyMs,
      send: (message, actAtMs) => this.#send(message, actAtMs),
    });
    this.lagMs = this.#mouth.latencyMs;
  }

  get lane(): string {
    return this.#link.lane;
  }

  get failed(): Promise<never> {
    return this.#link.failed;
  }

  get isSpeaking(): boolean {
    return !this.#hasFailed;
  }

  get lips(): object {
    const { parts, lateParts, reanchors, failedParts } = this.#mouth.counts;
    return { lips: 'only', latencyMs: this.lagMs, parts, lateParts, reanchors, failedParts };
  }

  write(frame: Uint8Array): void {
    this.#heardBytes += frame.byteLength;
    this.#mouth.hear(frame);
  }

  async measureDrops(): Promise<void> {}

  async end(): Promise<SpeechEnd> {
    await this.#mouth.end();
    this.#link.close();
    return { reason: 'completed', heardMs: this.#heardBytes / OUTPUT_BYTES_PER_MS };
  }

  async interrupt(): Promise<void> {
    await this.#mouth.stop();
    this.#link.close();
  }

  async #send(message: string, actAtMs: number): Promise<void> {
    try {
      await this.#link.send(message, actAtMs);
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) this.#options.say(`${errorText(error)}; the mouth goes on when it can`);
      this.#hasFailed = true;
      throw error;
    }
  }
}
