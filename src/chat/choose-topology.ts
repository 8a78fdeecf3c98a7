import type { ReplyVoice } from '../reply/index.js';
import { PEER_VOICE_TYPE } from '../speech/index.js';

export type Topology = ReplyVoice['topology'];

/** What decides how replies are heard. */
export interface TopologySituation {
  readonly asked: Topology | 'auto';
  /** Kind of the engine that would speak: `mmdagent`, `voicevox`, … */
  readonly engineType: string;
  /** Whether somebody chose that engine; else it is only the first that there is. */
  readonly isEngineChosen: boolean;
  readonly lips: 'auto' | 'peer' | 'own' | 'local';
  /** Whether the link to the avatar carries sound; true while that is not known. */
  readonly carriesSound: boolean;
  /** Whether a speech-to-speech model makes the sound: no engine speaks, nor can MMDAgent-EX. @default false */
  readonly isSound?: boolean | undefined;
  /** Whether a client elsewhere plays what it is given. @default false */
  readonly hasPlayer?: boolean | undefined;
}

/** How replies are heard, and why: ends "Replies: ". */
export function chooseTopology(situation: TopologySituation): {
  readonly topology: Topology;
  readonly why: string;
} {
  const { asked, engineType, isEngineChosen, lips, carriesSound, isSound = false } = situation;
  if (asked !== 'auto') return { topology: asked, why: 'it was asked for' };
  if (situation.hasPlayer === true) return { topology: 'client', why: 'the client plays the sound' };
  if (engineType === PEER_VOICE_TYPE && !isSound)
    return { topology: 'peer', why: "the engine is MMDAgent-EX's own voice" };
  if (lips === 'local') return { topology: 'local', why: 'lips are local: the sound is played here' };
  if (carriesSound) return { topology: 'stream', why: 'the link carries sound' };
  return isEngineChosen || isSound
    ? { topology: 'local', why: 'the link carries no sound, so it is played here' }
    : { topology: 'peer', why: 'the link carries no sound, so MMDAgent-EX speaks by itself' };
}
