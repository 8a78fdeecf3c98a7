import type { Caller } from '../access/index.js';
import { openSound, wholeSound } from '../audio/index.js';
import { BridgeError, once, RequestError } from '../runtime/index.js';
import type { Sessions } from '../sessions/index.js';
import type { Turnstile } from './turnstile.js';

export interface HearOptions {
  readonly sessions: Pick<Sessions, 'transcribe'>;
  /** Decoding takes the processor: so many at a time. */
  readonly decoders: Turnstile;
  readonly maxAudioSeconds: number;
  /** Whose recording it is. */
  readonly caller: Caller;
  readonly signal: AbortSignal;
}

const RATE_HZ = 16_000;

/**
 * What is said in a recording of any kind that `openSound` reads, told by its bytes: WebM and Ogg with Opus, MP3, WAV, FLAC.
 *
 * @param recording - As it came; not kept.
 * @returns '' when nobody speaks in it.
 * @throws {RequestError} BRIDGE_ERR_AUDIO_FORMAT, BRIDGE_ERR_AUDIO_UNREADABLE, BRIDGE_ERR_USAGE - it is too long; {BridgeError} of the
 *   recogniser; the signal's reason.
 */
export async function hearRecording(recording: Uint8Array, options: HearOptions): Promise<string> {
  const { sessions, decoders, caller, signal, maxAudioSeconds } = options;
  const pcm = await decoders.pass(() => decode(recording, maxAudioSeconds, signal), signal);
  if (pcm.byteLength === 0) return '';
  return (await sessions.transcribe(pcm, { caller, signal })).trim();
}

/** Whether it is the recording that is at fault, and not who was to understand it. */
export function isWrongRecording(error: unknown): boolean {
  return (
    error instanceof BridgeError &&
    (error.code.startsWith('BRIDGE_ERR_AUDIO_') || error.code === 'BRIDGE_ERR_USAGE')
  );
}

async function decode(recording: Uint8Array, maxSeconds: number, signal: AbortSignal): Promise<Uint8Array> {
  const tooLong = (): Error =>
    new RequestError('BRIDGE_ERR_USAGE', `Expected a recording of at most ${maxSeconds} s`);
  try {
    const sound = await openSound(once(recording), { signal, name: 'the recording', sampleRateHz: RATE_HZ });
    return await wholeSound(sound, { maxMs: maxSeconds * 1000, tooLong });
  } catch (error) {
    // A microphone that was opened and closed at once.
    if (!(error instanceof BridgeError && error.code === 'BRIDGE_ERR_AUDIO_EMPTY')) throw error;
    return new Uint8Array(0);
  }
}
