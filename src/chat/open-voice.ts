import type { BridgeClient } from '../client/index.js';
import type { KanaPronouncer } from '../language/index.js';
import type { LipTable } from '../lipsync/index.js';
import { createReplyVoice, type ReplyVoice, takesSound } from '../reply/index.js';
import type { Clock } from '../runtime/index.js';
import type { OpenLocalPlayback } from '../speaking/index.js';
import {
  GIVEN_VOICE_TYPE,
  PEER_VOICE_TYPE,
  type SpeakOptions,
  type Speech,
  type SpeechSettings,
} from '../speech/index.js';
import type { AvatarWatch } from './avatar-watch.js';
import { chooseTopology, type Topology } from './choose-topology.js';
import { FittingSoundVoice, FittingVoice } from './fitting-voice.js';

/** How the avatar of a conversation speaks. */
export interface VoiceSettings {
  /** @default 'auto' */
  readonly topology?: Topology | 'auto' | undefined;
  /** @default 'auto' */
  readonly lips?: 'auto' | 'peer' | 'own' | 'local' | undefined;
  readonly lane?: string | undefined;
  /** Model alias; undefined: the lane's. */
  readonly model?: string | undefined;
  readonly leadMs?: number | undefined;
  readonly table?: LipTable | undefined;
  readonly readyTimeoutMs?: number | undefined;
  readonly speak?: SpeakOptions | undefined;
}

export interface VoicePorts {
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly speech: Speech;
  readonly engines: SpeechSettings['engines'];
  readonly pronouncer: KanaPronouncer | undefined;
  readonly openPlayback: OpenLocalPlayback | undefined;
  readonly avatar: AvatarWatch;
  /** Whether a speech-to-speech model makes the sound. */
  readonly isSound: boolean;
  /** Replies are shown only, for there is no avatar. */
  readonly onShownOnly: () => void;
}

export interface OpenedVoice {
  readonly voice: ReplyVoice;
  readonly topology: Topology;
  readonly why: string;
  /** The engine; undefined: none speaks. */
  readonly speaks: string | undefined;
}

/**
 * The voice that fits engine, lips and link. One that was not asked for by name only shows replies while there is no avatar.
 *
 * @throws {ConfigError} BRIDGE_ERR_SPEECH_ENGINE; {RequestError} BRIDGE_ERR_LINK_UNSUPPORTED - `local` without a loudspeaker.
 */
export async function openVoice(settings: VoiceSettings, ports: VoicePorts): Promise<OpenedVoice> {
  const { topology: asked = 'auto', lips = 'auto', table, model, leadMs, readyTimeoutMs, speak } = settings;
  const { avatar, speech, engines } = ports;
  const speaker = asked === 'text' ? undefined : await speech.describe(speak);
  const chosen = chooseTopology({
    asked,
    engineType: speaker?.type ?? '',
    isEngineChosen: speak?.engine !== undefined || speaker?.type === GIVEN_VOICE_TYPE,
    lips,
    carriesSound: avatar.lane?.carriesSound ?? true,
    isSound: ports.isSound,
  });
  const { topology, why } = chosen;
  const common = { lane: settings.lane, model, table, readyTimeoutMs, speak };
  const shown = createReplyVoice({ topology: 'text' }, ports);
  if (topology === 'text') return { voice: shown, topology, why, speaks: undefined };
  // Without a choice of engine the peer's own voice is the one called by its type.
  const engine = speaker?.type === PEER_VOICE_TYPE ? speaker.engine : PEER_VOICE_TYPE;
  const voice =
    topology === 'peer'
      ? createReplyVoice({ topology, ...common, engine, engines }, ports)
      : topology === 'local'
        ? createReplyVoice({ topology, ...common }, ports)
        : createReplyVoice({ topology, ...common, leadMs, lips: lips === 'local' ? 'auto' : lips }, ports);
  const speaks = ports.isSound ? undefined : topology === 'peer' ? engine : speaker?.engine;
  if (asked !== 'auto') return { voice, topology, why, speaks };
  const fitting = {
    text: shown,
    isAvatarThere: () => avatar.isReady,
    onShownOnly: ports.onShownOnly,
  };
  return {
    voice: takesSound(voice)
      ? new FittingSoundVoice({ ...fitting, voice })
      : new FittingVoice({ ...fitting, voice }),
    topology,
    why,
    speaks,
  };
}
