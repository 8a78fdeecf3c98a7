import type { BridgeClient, SpeechEnd } from '../client/index.js';
import type { IfBusy, LaneStatus, SoundMode, StreamKind, TieParams } from '../control/index.js';
import type { Pronouncer } from '../language/index.js';
import { DEFAULT_LIP_TABLE, type LipEstimator, type LipTable } from '../lipsync/index.js';
import { type BridgeError, type Clock, orAborted, RequestError } from '../runtime/index.js';
import type { SpeechPart, SpokenPart } from '../speech/index.js';
import { chooseLips, type LipsChoice, type LipsKnowledge, type LipsWay } from './choose-lips.js';
import { LocalOutlet, type OpenLocalPlayback } from './local-outlet.js';
import type { MouthKind } from './mouth-source.js';
import type { LipsReport, Outlet, SpeakingListener } from './outlet.js';
import { StreamedOutlet } from './streamed-outlet.js';
import { VoiceConverter } from './voice-converter.js';
import { VoiceFlow } from './voice-flow.js';

/** Speech as engines and `Speech.speak` give it. A function is given the signal that ends it together with sound and lips. */
export type SpokenSource =
  | AsyncIterable<SpeechPart | SpokenPart>
  | ((signal: AbortSignal) => AsyncIterable<SpeechPart | SpokenPart>);

export interface SpeakThroughOptions extends SpeakingListener {
  readonly clock: Clock;
  /** See `chooseLips`. @default 'auto' */
  readonly lips?: LipsChoice | undefined;
  /**
   * What is known of what comes: decides what `auto` is, before the first part. Each sentence then uses the best it has.
   * @default 'sound'
   */
  readonly knows?: LipsKnowledge | undefined;
  /** Of a model whose lip.txt was changed: `parseLipTable`. @default MMDAgent-EX's own */
  readonly table?: LipTable | undefined;
  readonly model?: string | undefined;
  readonly mode?: SoundMode | undefined;
  readonly leadMs?: number | undefined;
  readonly ifBusy?: IfBusy | undefined;
  /** How long the avatar may stay not ready, milliseconds; left out: the daemon's setting, and 30000 for `local`. */
  readonly readyTimeoutMs?: number | undefined;
  /** For `local`: opens the loudspeaker. */
  readonly openPlayback?: OpenLocalPlayback | undefined;
  /** For `local`: lips later than calculated, milliseconds. @default 0 */
  readonly offsetMs?: number | undefined;
  /** Hears sound of which nothing else is known. @default SoundMouth */
  readonly estimator?: (() => LipEstimator) | undefined;
  /** Turns a text into phonemes, to align them with its sound; left out: such sound is estimated. */
  readonly pronouncer?: Pronouncer | undefined;
  /** `live`: it comes in real time and is passed on as it comes. @default 'recorded' */
  readonly kind?: StreamKind | undefined;
  /**
   * Messages that act when their position in the sound is heard; streamed only. If there is a LIPSYNC_START among them, they alone
   * move the mouth.
   */
  readonly ties?: readonly Omit<TieParams, 'stream'>[] | undefined;
  /** Silence at once: sound, lips and engine end together. */
  readonly signal?: AbortSignal | undefined;
  /** No more is asked of the engine; what the daemon has is spoken to its end. */
  readonly drain?: AbortSignal | undefined;
  /** The way is open, and nothing was heard yet. */
  readonly onOpened?: ((opened: { readonly lane: string; readonly way: LipsWay }) => void) | undefined;
  /** Every part, in order, as it is passed on: sentences and credits for whoever shows them. */
  readonly onPart?: ((part: SpeechPart | SpokenPart) => void) | undefined;
}

/** How an utterance ended. */
export interface SpeechOutcome extends LipsReport {
  readonly lane: string;
  readonly way: LipsWay;
  /** How well the mouth was known; undefined with the peer's own lips, and where there was no sound. */
  readonly mouth: MouthKind | undefined;
  /** `completed` also after `drain`; `interrupted`: by the signal, or by somebody else on the lane. */
  readonly reason: SpeechEnd['reason'];
  /** So much of it was heard, or is still going to be. */
  readonly heardMs: number;
  /** Only with `failed`: of the engine, the avatar or the loudspeaker. What came before was spoken. */
  readonly error?: BridgeError;
}

const READY_TIMEOUT_MS = 30_000;

/**
 * Brings speech to an avatar, sound and lips: resolves when it has been heard.
 *
 * The way is opened before the engine is asked, and both are under way at once. With timings of the engine or the peer's own lips
 * the sound never waits; with aligned or estimated lips it waits for what these need to hear, at most 150 ms. An engine that
 * fails in the middle is spoken up to there.
 *
 * @param lane - undefined: the only one.
 * @throws {BridgeError} it could not begin: BRIDGE_ERR_LANE_UNKNOWN, BRIDGE_ERR_LANE_BUSY, BRIDGE_ERR_LINK_UNSUPPORTED,
 *   BRIDGE_ERR_MESSAGE_ARGUMENT (the model's alias), BRIDGE_ERR_DAEMON_UNREACHABLE; of the engine, before its first sound; the
 *   reason of `signal` where nothing had begun.
 */
export async function speakThrough(
  client: BridgeClient,
  lane: string | undefined,
  source: SpokenSource,
  options: SpeakThroughOptions,
): Promise<SpeechOutcome> {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(options.signal?.reason);
  if (options.signal?.aborted === true) onAbort();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  // What the first sound would wait for, while the engine thinks.
  void VoiceConverter.warmUp();
  try {
    stop.signal.throwIfAborted();
    const engine = new AbortController();
    const parts = typeof source === 'function' ? source(engine.signal) : source;
    const { outlet, way } = await openOutlet(client, lane, options, stop.signal);
    try {
      options.onOpened?.({ lane: outlet.lane, way });
      const flow = new VoiceFlow({ ...flowOptions(options), stop, engine, outlet, parts });
      const { end, mouth } = await flow.run();
      return { lane: outlet.lane, way, mouth, ...outlet.report, ...end };
    } finally {
      outlet.close();
    }
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

function flowOptions(options: SpeakThroughOptions) {
  const { clock, drain, estimator, pronouncer, onPart, knows = 'sound' } = options;
  return { clock, drain, estimator, pronouncer, onPart, knows, movesMouth: !isMouthTied(options) };
}

function isMouthTied({ ties = [] }: SpeakThroughOptions): boolean {
  return ties.some(({ message }) => message?.startsWith('LIPSYNC_START|'));
}

async function openOutlet(
  client: BridgeClient,
  name: string | undefined,
  options: SpeakThroughOptions,
  signal: AbortSignal,
): Promise<{ readonly outlet: Outlet; readonly way: LipsWay }> {
  const { lips = 'auto', table = DEFAULT_LIP_TABLE } = options;
  const knows = isMouthTied(options) ? 'phonemes' : (options.knows ?? 'sound');
  const known = await orAborted(laneOf(client, name), signal);
  // A lane that is not known is refused by the daemon, which knows what to say.
  const situation = { knows, carriesSound: known?.carriesSound ?? true, lane: known?.lane ?? name ?? '' };
  const way = chooseLips(lips, situation);
  const model = options.model ?? known?.model ?? '0';
  const outlet =
    way === 'local'
      ? await LocalOutlet.open(localOptions(client, name, options, table), signal)
      : await StreamedOutlet.open({
          ...options,
          client,
          table,
          model,
          lips: way,
          ties: options.ties ?? [],
          params: { kind: options.kind ?? 'recorded', ...given({ lane: name }), ...given(pickOpen(options)) },
        });
  return { outlet, way };
}

function localOptions(
  client: BridgeClient,
  lane: string | undefined,
  options: SpeakThroughOptions,
  table: LipTable,
) {
  const { openPlayback, model, offsetMs = 0, readyTimeoutMs = READY_TIMEOUT_MS } = options;
  if (openPlayback === undefined) {
    throw new RequestError(
      'BRIDGE_ERR_LINK_UNSUPPORTED',
      'Expected a loudspeaker of this machine for lips "local", got none: this side cannot play sound',
    );
  }
  return { ...options, client, lane, model, offsetMs, readyTimeoutMs, table, openPlayback };
}

function pickOpen({ model, mode, leadMs, ifBusy, readyTimeoutMs }: SpeakThroughOptions) {
  return { model, mode, leadMs, ifBusy, readyTimeoutMs };
}

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined. */
function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** What the daemon knows of the lane that is meant; undefined where it must say what is wrong. */
async function laneOf(client: BridgeClient, name: string | undefined): Promise<LaneStatus | undefined> {
  const { lanes } = await client.request('status', {});
  if (name !== undefined) return lanes.find(({ lane }) => lane === name);
  const sounding = lanes.filter(({ carriesSound }) => carriesSound);
  if (sounding.length === 1) return sounding[0];
  return lanes.length === 1 ? lanes[0] : undefined;
}
