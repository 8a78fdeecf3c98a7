import type { BridgeClient } from '../client/index.js';
import type { KanaPronouncer } from '../language/index.js';
import type { LipTable } from '../lipsync/index.js';
import { type ClientPlayer, createReplyVoice, type ReplyVoice, takesSound } from '../reply/index.js';
import { assertNever, type Clock, RequestError } from '../runtime/index.js';
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
  /** A client elsewhere that plays replies: with `auto` the topology is `client`. It is always there, avatar or not. */
  readonly player?: ClientPlayer | undefined;
  /** Of the sound that the client is given. @default 24000 */
  readonly sampleRateHz?: number | undefined;
  /** Of `text`, milliseconds of a reader; 0: pieces are read at once. @default 60 */
  readonly msPerCharacter?: number | undefined;
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
 * @throws {ConfigError} BRIDGE_ERR_SPEECH_ENGINE; {RequestError} BRIDGE_ERR_LINK_UNSUPPORTED - `local` without a loudspeaker, `client`
 *   without a player.
 */
export async function openVoice(settings: VoiceSettings, ports: VoicePorts): Promise<OpenedVoice> {
  const { topology: asked = 'auto', lips = 'auto', speak, msPerCharacter } = settings;
  const { avatar, speech } = ports;
  const speaker = asked === 'text' ? undefined : await speech.describe(speak);
  const { topology, why } = chooseTopology({
    asked,
    engineType: speaker?.type ?? '',
    isEngineChosen: speak?.engine !== undefined || speaker?.type === GIVEN_VOICE_TYPE,
    lips,
    carriesSound: avatar.lane?.carriesSound ?? true,
    isSound: ports.isSound,
    hasPlayer: settings.player !== undefined,
  });
  const shown = createReplyVoice({ topology: 'text', msPerCharacter }, ports);
  if (topology === 'text') return { voice: shown, topology, why, speaks: undefined };
  // Without a choice of engine the peer's own voice is the one called by its type.
  const peerEngine = speaker?.type === PEER_VOICE_TYPE ? speaker.engine : PEER_VOICE_TYPE;
  const voice = soundingVoice(topology, settings, ports, peerEngine);
  const speaks = ports.isSound ? undefined : topology === 'peer' ? peerEngine : speaker?.engine;
  if (asked !== 'auto' || topology === 'client') return { voice, topology, why, speaks };
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

function soundingVoice(
  topology: Exclude<Topology, 'text'>,
  settings: VoiceSettings,
  ports: VoicePorts,
  peerEngine: string,
): ReplyVoice {
  const { lane, model, table, readyTimeoutMs, speak, leadMs, lips = 'auto' } = settings;
  const common = { lane, model, table, readyTimeoutMs, speak };
  switch (topology) {
    case 'client':
      return clientVoice(settings, ports);
    case 'peer':
      return createReplyVoice({ topology, ...common, engine: peerEngine, engines: ports.engines }, ports);
    case 'local':
      return createReplyVoice({ topology, ...common }, ports);
    case 'stream':
      return createReplyVoice({ topology, ...common, leadMs, lips: lips === 'local' ? 'auto' : lips }, ports);
    default:
      return assertNever(topology);
  }
}

function clientVoice({ player, sampleRateHz, speak, lips }: VoiceSettings, ports: VoicePorts): ReplyVoice {
  if (player === undefined)
    throw new RequestError(
      'BRIDGE_ERR_LINK_UNSUPPORTED',
      'Expected a client that plays replies for topology "client", got none: only programs and servers open it, with a player',
    );
  const mouth = lips === 'peer' ? lips : 'own';
  return createReplyVoice({ topology: 'client', player, sampleRateHz, speak, lips: mouth }, ports);
}
