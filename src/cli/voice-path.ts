import { type BridgeClient, LiveStream, type SpeechEnd } from '../client/index.js';
import type { OpenParams } from '../control/index.js';
import { DEFAULT_LIP_TABLE, type LipTable } from '../lipsync/index.js';
import type { Clock } from '../runtime/index.js';
import { LiveLips } from '../speaking/index.js';
import type { CommandContext } from './context.js';
import { lipTableOf } from './lip-table-setting.js';
import { MouthOnly } from './mouth-only.js';
import { numberArg } from './numbers.js';

/** The way of a live voice to an avatar. */
export interface VoicePath {
  readonly lane: string;
  /** Whether an avatar takes it now. */
  readonly isSpeaking: boolean;
  /** From a frame's arrival here until it is heard or seen, milliseconds; undefined while nothing is. */
  readonly lagMs: number | undefined;
  readonly droppedMs: number;
  readonly reopened: number;
  /** Rejects when it cannot go on. */
  readonly failed: Promise<never>;
  /** For the report: what happened to the lips, where we move them. */
  readonly lips?: object;
  /** Never throws. @param frame - not kept. */
  write(frame: Uint8Array): void;
  measureDrops(): Promise<void>;
  end(): Promise<SpeechEnd>;
  interrupt(): Promise<void>;
}

export interface OpenPathOptions {
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly params: Omit<OpenParams, 'kind' | 'lips'>;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** The way that --lips and --lips-only name. @throws {BridgeError} it cannot be opened; {ConfigError} of lip.txt. */
export async function openVoicePath(context: CommandContext, options: OpenPathOptions): Promise<VoicePath> {
  const { args, resolved } = context;
  const { lipTxt, readyTimeoutMs } = resolved.config;
  const isOnly = args['lips-only'] === true;
  if (!isOnly && args['lips'] !== 'own') return LiveStream.open(options);
  const table = lipTxt === undefined ? DEFAULT_LIP_TABLE : await lipTableOf(context, lipTxt);
  if (!isOnly) return StreamWithLips.open(options, table);
  const { params, ...rest } = options;
  const latencyMs = lipsLatencyMs(context);
  return MouthOnly.open({
    ...rest,
    lane: params.lane,
    model: params.model,
    readyTimeoutMs,
    table,
    latencyMs,
  });
}

/** @throws {ConfigError} BRIDGE_ERR_USAGE */
export function lipsLatencyMs({ args }: CommandContext): number | undefined {
  return numberArg(args, 'lips-latency-ms', { min: 100, max: 2000, unit: 'ms' });
}

/** A live stream whose mouth is ours. */
class StreamWithLips implements VoicePath {
  readonly #stream: LiveStream;
  readonly #lips: LiveLips;

  static async open(options: OpenPathOptions, table: LipTable): Promise<StreamWithLips> {
    const { client, clock, params } = options;
    const { lanes } = await client.request('status', {});
    const meant = lanes.length === 1 ? lanes[0] : lanes.find(({ lane }) => lane === params.lane);
    let stream: LiveStream | undefined;
    const lips = new LiveLips({
      client,
      clock,
      model: params.model ?? meant?.model ?? '0',
      table,
      write: (pcm) => stream?.write(pcm),
    });
    stream = await LiveStream.open({
      ...options,
      params: { ...params, lips: 'own' },
      onOpened: (handle) => lips.opened(handle),
    });
    return new StreamWithLips(stream, lips);
  }

  private constructor(stream: LiveStream, lips: LiveLips) {
    this.#stream = stream;
    this.#lips = lips;
  }

  get lane(): string {
    return this.#stream.lane;
  }

  get isSpeaking(): boolean {
    return this.#stream.isSpeaking;
  }

  get lagMs(): number | undefined {
    return this.#stream.lagMs;
  }

  get droppedMs(): number {
    return this.#stream.droppedMs;
  }

  get reopened(): number {
    return this.#stream.reopened;
  }

  get failed(): Promise<never> {
    return this.#stream.failed;
  }

  get lips(): object {
    return { lips: 'own', ...this.#lips.counts };
  }

  write(frame: Uint8Array): void {
    this.#lips.hear(frame);
  }

  measureDrops(): Promise<void> {
    return this.#stream.measureDrops();
  }

  async end(): Promise<SpeechEnd> {
    await this.#lips.end();
    const end = await this.#stream.end();
    this.#lips.stop();
    return end;
  }

  async interrupt(): Promise<void> {
    this.#lips.stop();
    await this.#stream.interrupt();
  }
}
