import type { FacePhase } from '../face2d/face-life.js';
import type { LoopPhase } from './hands-free.js';
import type { LinkState } from './talk-link.js';

/** What a face does at this point of a conversation. Pure. */
export function facePhaseOf(phase: LoopPhase, isOpen: boolean, link: LinkState): FacePhase {
  if (link !== 'online') return 'asleep';
  if (phase === 'speaking') return 'speaking';
  if (phase === 'understanding' || phase === 'thinking') return 'thinking';
  if (phase === 'resting') return isOpen ? 'listening' : 'idle';
  return 'listening';
}
