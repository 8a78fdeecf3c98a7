import type { BridgeClient, SpeechEnd, SpeechEvents, SpeechHandle } from '../client/index.js';
import type { OpenParams } from '../control/index.js';
import { systemHost } from '../devices/index.js';
import type { LipTable } from '../lipsync/index.js';
import { type Clock, Emitter } from '../runtime/index.js';
import {
  type LipsChoice,
  type SpeakThroughOptions,
  type SpokenSource,
  speakThrough,
} from '../speaking/index.js';
import { openPlaybackHere } from './playback-here.js';

/** Sound on its way through an avatar. */
export interface Speech {
  readonly lane: string;
  /** Settles once and never rejects; `failed` carries the error. */
  readonly ended: Promise<SpeechEnd>;
  /** Started, position, tied (by its place among `ties`), ended. */
  readonly events: SpeechHandle['events'];
  /** Silence at once; what MMDAgent-EX already holds (the lead, 100 ms) is still heard. */
  interrupt(): Promise<void>;
}

/** Where and how something is spoken. */
export interface SpokenOptions
  extends Pick<OpenParams, 'lane' | 'model' | 'mode' | 'leadMs' | 'ifBusy' | 'readyTimeoutMs'> {
  /**
   * Who moves the mouth: `peer`, MMDAgent-EX's own recogniser; `own`, LIPSYNC_START messages of ours; `local`, the same with the
   * sound played on this machine; `auto`: `own` where phonemes or text are known, else `peer`.
   */
  readonly lips?: LipsChoice;
  /** Of a model whose lip.txt was changed: `parseLipTable`. @default MMDAgent-EX's own */
  readonly table?: LipTable;
  /** Interrupts the speech when it fires. */
  readonly signal?: AbortSignal;
  /** Messages that act when their position in the sound is heard. */
  readonly ties?: readonly { readonly atMs: number; readonly message: string }[];
}

/**
 * Begins to speak; resolves when the avatar has taken it on.
 *
 * @throws {BridgeError} of `speakThrough`, before anything was heard.
 */
export async function beginSpeech(
  client: BridgeClient,
  clock: Clock,
  source: SpokenSource,
  { lane, signal, ...options }: SpokenOptions & Pick<SpeakThroughOptions, 'knows' | 'pronouncer'>,
): Promise<Speech> {
  const events = new Emitter<SpeechEvents>();
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal?.reason);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let opened: (lane: string) => void = () => {};
  const open = new Promise<string>((resolve) => {
    opened = resolve;
  });
  const spoken = speakThrough(client, lane, source, {
    ...options,
    clock,
    signal: stop.signal,
    openPlayback: (wanted) => openPlaybackHere({ ...wanted, clock, host: systemHost(process.env) }),
    onOpened: (to) => opened(to.lane),
    onStarted: (heardAtMs) => events.emit('started', heardAtMs),
    onHeard: (heardMs) => events.emit('position', heardMs),
    onTied: (tie, atMs) => events.emit('tied', tie, atMs),
  });
  const ended = spoken
    .then(
      ({ reason, heardMs, error }): SpeechEnd => ({
        reason,
        heardMs,
        ...(error === undefined ? {} : { error }),
      }),
    )
    .catch((error: unknown): SpeechEnd => {
      if (stop.signal.aborted) return { reason: 'interrupted', heardMs: 0 };
      return { reason: 'failed', heardMs: 0, error: error as NonNullable<SpeechEnd['error']> };
    })
    .finally(() => signal?.removeEventListener('abort', onAbort));
  void ended.then((end) => events.emit('ended', end));
  const name = await Promise.race([open, spoken.then(() => open)]);
  const interrupt = async (): Promise<void> => {
    stop.abort();
    await ended;
  };
  return { lane: name, ended, events, interrupt };
}
