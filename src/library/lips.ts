import { type BridgeClient, LipsLink } from '../client/index.js';
import {
  alphabetOf,
  closingMessage,
  createLipsDriver,
  DEFAULT_LIP_TABLE,
  type LipsDriver,
  type LipTable,
  PhonemeNames,
  type SoundTimeline,
  type TimedPhoneme,
} from '../lipsync/index.js';
import type { Clock } from '../runtime/index.js';

export interface LipsOptions {
  /** What is said, in order; more may follow by `append`. Names of other alphabets (espeak, IPA) are told apart by these. */
  readonly phonemes?: readonly TimedPhoneme[];
  /**
   * When a position of the sound is heard, milliseconds of `performance.now()`; undefined while nobody knows. `Playback` of
   * `openPlayback` is one.
   */
  readonly timeline: SoundTimeline;
  readonly lane?: string;
  readonly model?: string;
  /** Of a model whose lip.txt was changed: `parseLipTable`. @default MMDAgent-EX's own */
  readonly table?: LipTable;
  /** Lips later than calculated, milliseconds. @default 0 */
  readonly offsetMs?: number;
  /** How long the avatar may stay not ready, or away, milliseconds. @default 30000 */
  readonly readyTimeoutMs?: number;
  /** Ends the wait for the avatar. Lips that are open end by `close`. */
  readonly signal?: AbortSignal;
}

/** Lips of an avatar for sound that the caller plays: `start` when it is heard, `pause`, `stop`. Made by `Bridge.lips`. */
export interface Lips extends LipsDriver {
  readonly lane: string;
  /** Rejects when the avatar cannot be reached any more. */
  readonly failed: Promise<never>;
  /** Closes the mouth and lets the avatar go. Idempotent. */
  close(): Promise<void>;
}

const READY_TIMEOUT_MS = 30_000;

/** @throws {BridgeError} BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_NOT_READY; the reason of the signal. */
export async function openLips(client: BridgeClient, clock: Clock, options: LipsOptions): Promise<Lips> {
  const { phonemes = [], timeline, table = DEFAULT_LIP_TABLE } = options;
  const link = await LipsLink.open({
    client,
    clock,
    lane: options.lane,
    model: options.model,
    readyTimeoutMs: options.readyTimeoutMs ?? READY_TIMEOUT_MS,
    offsetMs: options.offsetMs ?? 0,
    closing: (model) => closingMessage(model, table),
    signal: options.signal ?? new AbortController().signal,
  });
  const driver = createLipsDriver({
    clock,
    timeline,
    model: link.model,
    send: (message, actAtMs) => link.send(message, actAtMs),
    names: new PhonemeNames(table, alphabetOf(phonemes.map(({ phoneme }) => phoneme))),
  });
  link.onMessage = (type, args) => driver.received(type, args);
  driver.append(phonemes);
  return withLink(driver, link);
}

/** The driver itself, with what a caller needs of its link. */
function withLink(driver: LipsDriver, link: LipsLink): Lips {
  let closing: Promise<void> | undefined;
  return {
    events: driver.events,
    get status() {
      return driver.status;
    },
    get counts() {
      return driver.counts;
    },
    get openParts() {
      return driver.openParts;
    },
    get isClosed() {
      return driver.isClosed;
    },
    lane: link.lane,
    failed: link.failed,
    append: (phonemes) => driver.append(phonemes),
    finish: () => driver.finish(),
    start: (positionMs) => driver.start(positionMs),
    pause: (atMs) => driver.pause(atMs),
    stop: () => driver.stop(),
    received: (type, args) => driver.received(type, args),
    whenDone: () => driver.whenDone(),
    close: () => {
      closing ??= driver.stop().finally(() => link.close());
      return closing;
    },
  };
}
