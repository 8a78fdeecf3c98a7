import type { MicState } from '../microphone.js';
import type { LoopPhase } from '../voice-kit/hands-free.js';
import type { LinkState } from '../voice-kit/talk-link.js';
import type { VoiceKey } from './voice-words.js';

export interface StateFacts {
  readonly link: LinkState;
  readonly mic: MicState['status'];
  readonly phase: LoopPhase;
  readonly bargeIn: boolean;
  readonly isReplaying: boolean;
}

export interface StateLine {
  readonly key: VoiceKey;
  readonly tone: 'plain' | 'good' | 'accent' | 'bad';
}

const OF_PHASE: Readonly<Record<Exclude<LoopPhase, 'resting' | 'speaking'>, StateLine>> = {
  hearing: { key: 'stateHearing', tone: 'good' },
  pausing: { key: 'stateHearing', tone: 'good' },
  yielding: { key: 'stateHearing', tone: 'good' },
  understanding: { key: 'stateUnderstanding', tone: 'plain' },
  thinking: { key: 'stateThinking', tone: 'plain' },
};

/** Where the conversation stands, in words. Pure. */
export function stateLine({ link, mic, phase, bargeIn, isReplaying }: StateFacts): StateLine {
  if (link !== 'online') return { key: 'stateAway', tone: link === 'connecting' ? 'plain' : 'bad' };
  if (isReplaying) return { key: 'stateReplaying', tone: 'plain' };
  if (phase === 'speaking')
    return { key: mic === 'on' && bargeIn ? 'stateSpeakingOpen' : 'stateSpeaking', tone: 'accent' };
  if (phase !== 'resting') return OF_PHASE[phase];
  if (mic === 'asking') return { key: 'stateAsking', tone: 'plain' };
  if (mic === 'lost') return { key: 'stateMicLost', tone: 'bad' };
  return mic === 'on' ? { key: 'stateListening', tone: 'good' } : { key: 'stateOff', tone: 'plain' };
}
