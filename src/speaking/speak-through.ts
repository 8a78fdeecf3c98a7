import type { BridgeClient, SpeechEnd } from '../client/index.js';
import type { Pronouncer } from '../language/index.js';
import type { LipEstimator } from '../lipsync/index.js';
import type { BridgeError } from '../runtime/index.js';
import type { SpeechPart, SpokenPart } from '../speech/index.js';
import type { LipsKnowledge, LipsWay } from './choose-lips.js';
import type { MouthKind } from './mouth-source.js';
import { type OpenOutletOptions, openOutlet } from './open-outlet.js';
import type { LipsReport } from './outlet.js';
import { VoiceConverter } from './voice-converter.js';
import { VoiceFlow } from './voice-flow.js';

/** Speech as engines and `Speech.speak` give it. A function is given the signal that ends it together with sound and lips. */
export type SpokenSource =
  | AsyncIterable<SpeechPart | SpokenPart>
  | ((signal: AbortSignal) => AsyncIterable<SpeechPart | SpokenPart>);

export interface SpeakThroughOptions extends Omit<OpenOutletOptions, 'knows'> {
  /**
   * What is known of what comes: decides what `auto` is, before the first part. Each sentence then uses the best it has.
   * @default 'sound'
   */
  readonly knows?: LipsKnowledge | undefined;
  /** Hears sound of which nothing else is known. @default SoundMouth */
  readonly estimator?: (() => LipEstimator) | undefined;
  /** Turns a text into phonemes, to align them with its sound; left out: such sound is estimated. */
  readonly pronouncer?: Pronouncer | undefined;
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
    const { outlet, way } = await openOutlet(client, lane, withKnowledge(options), stop.signal);
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

/** The caller's own lip messages are as exact as phonemes. */
function withKnowledge(options: SpeakThroughOptions): OpenOutletOptions {
  return { ...options, knows: isMouthTied(options) ? 'phonemes' : (options.knows ?? 'sound') };
}
