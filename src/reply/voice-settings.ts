import type { BridgeClient } from '../client/index.js';
import type { IfBusy, SoundMode } from '../control/index.js';
import type { Pronouncer } from '../language/index.js';
import type { LipEstimator, LipTable } from '../lipsync/index.js';
import type { Clock } from '../runtime/index.js';
import type { OpenLocalPlayback } from '../speaking/index.js';
import type { SpeakOptions, Speech, SpeechSettings } from '../speech/index.js';
import type { ClientPlayer } from './client-player.js';

/** What every voice may be told of how it speaks; a reply's own options win. */
export type HowToSpeak = Pick<SpeakOptions, 'engine' | 'voice' | 'language' | 'speed' | 'instructions'>;

/** Which avatar, and how long it may stay away. */
export interface AvatarSettings {
  /** Undefined: the only one. */
  readonly lane?: string | undefined;
  /** Model alias; undefined: the lane's. */
  readonly model?: string | undefined;
  /** Of a model whose lip.txt was changed. @default MMDAgent-EX's own */
  readonly table?: LipTable | undefined;
  /** How long the avatar may stay not ready, milliseconds. @default the daemon's setting for `stream`, else 30000 */
  readonly readyTimeoutMs?: number | undefined;
  readonly speak?: HowToSpeak | undefined;
}

/** Our sound, streamed to MMDAgent-EX. */
export interface StreamVoiceSettings extends AvatarSettings {
  /** Who moves the mouth: `own`, our messages; `peer`, MMDAgent-EX by the sound it hears; `auto`: see `chooseLips`. @default 'auto' */
  readonly lips?: 'auto' | 'peer' | 'own' | undefined;
  readonly mode?: SoundMode | undefined;
  /** Sound that MMDAgent-EX holds ahead, 0 to 5000 ms: it is still heard after a pause or a cancel. @default the daemon's setting */
  readonly leadMs?: number | undefined;
  /** What to do while somebody else speaks on the lane. @default 'queue' */
  readonly ifBusy?: IfBusy | undefined;
}

/** Our sound on a device of this machine; MMDAgent-EX moves the mouth by our messages. */
export interface LocalVoiceSettings extends AvatarSettings {
  /** Lips later than calculated, milliseconds. @default 0 */
  readonly offsetMs?: number | undefined;
  /** Of the loudspeaker's sound, 8000 to 192000: fixed, so that it is open before the first sound exists. @default 48000 */
  readonly sampleRateHz?: number | undefined;
}

/** Our sound, played by a client at the other end of a connection. */
export interface ClientVoiceSettings {
  readonly player: ClientPlayer;
  /** Of the sound that it is given, 8000 to 96000; engines of another rate are resampled. @default 24000 */
  readonly sampleRateHz?: number | undefined;
  /** From a sound's leaving until it is heard, milliseconds, while the client tells nothing. @default 60 */
  readonly latencyMs?: number | undefined;
  /**
   * Who moves the mouth of the client's face: `own`, our phonemes; `peer`, the client by what it hears, or it has no face: then no
   * phonemes are looked for, and no sound waits for them. @default 'own'
   */
  readonly lips?: 'own' | 'peer' | undefined;
  /** Sound is given at most so far ahead of what is heard, milliseconds, at least 200. @default 60000 */
  readonly aheadMs?: number | undefined;
  readonly speak?: HowToSpeak | undefined;
}

/** MMDAgent-EX's own voice. */
export interface PeerVoiceSettings extends AvatarSettings {
  /** Name of an engine of type `mmdagent` in `engines`. */
  readonly engine: string;
  /** `engines` of the settings file. */
  readonly engines?: SpeechSettings['engines'];
}

/** Nothing sounds: pieces count as heard while they can be read. */
export interface TextVoiceSettings {
  /** Of a reader; 0: pieces are read at once. @default 60 */
  readonly msPerCharacter?: number | undefined;
}

export type ReplyVoiceSettings =
  | ({ readonly topology: 'stream' } & StreamVoiceSettings)
  | ({ readonly topology: 'local' } & LocalVoiceSettings)
  | ({ readonly topology: 'peer' } & PeerVoiceSettings)
  | ({ readonly topology: 'client' } & ClientVoiceSettings)
  | ({ readonly topology: 'text' } & TextVoiceSettings);

export interface TextVoicePorts {
  readonly clock: Clock;
}

/** What speaking needs. Nothing of it is closed by a voice. */
interface SpeechVoicePorts extends TextVoicePorts {
  readonly speech: Speech;
  /** For lips and for what was heard, where an engine tells no times; left out: both are estimated. */
  readonly pronouncer?: Pronouncer | undefined;
}

/** What speaking to an avatar needs. */
export interface SpeakingPorts extends SpeechVoicePorts {
  readonly client: BridgeClient;
}

export interface ClientVoicePorts extends SpeechVoicePorts {
  /** Hears sound of which nothing else is known. @default SoundMouth */
  readonly estimator?: (() => LipEstimator) | undefined;
}

export interface StreamVoicePorts extends SpeakingPorts, ClientVoicePorts {}

export interface LocalVoicePorts extends StreamVoicePorts {
  readonly openPlayback: OpenLocalPlayback;
}

export interface PeerVoicePorts extends SpeakingPorts {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Everything that any of the voices needs. */
export interface ReplyVoicePorts extends StreamVoicePorts, PeerVoicePorts {
  /** For `local`. */
  readonly openPlayback?: OpenLocalPlayback | undefined;
}
