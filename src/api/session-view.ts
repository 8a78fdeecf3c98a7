import type { Session, SessionFacts } from '../sessions/index.js';
import type { Line, ListedSession, SessionState } from './parts.js';

const DEFAULT_RATE_HZ = 24_000;
const MAX_LINES = 100;

/** How a session stands. */
export function stateOf(session: Session): SessionState {
  const { voice, name } = session.wish;
  return {
    session: session.id,
    name,
    phase: session.phase,
    isBusy: session.isBusy,
    context: session.context,
    face: session.face,
    isOperated: session.isOperated,
    ...(voice.to === 'client' ? { sampleRateHz: voice.sampleRateHz ?? DEFAULT_RATE_HZ } : {}),
    messages: linesOf(session).slice(-MAX_LINES),
  };
}

export function linesOf(session: Session): Line[] {
  return session.messages().map(({ turn, role, text, outcome }) => ({ turn, role, text, outcome }));
}

/** @param facts - of a session that its reader may know of. */
export function listed({ id, user, ...facts }: SessionFacts): ListedSession {
  const { name, caller, by, persona, voice, phase, isHeld, isOperated, turns, sinceMs, quietMs } = facts;
  return {
    session: id,
    ...{ name, caller, by, persona, phase, isHeld, isOperated, turns, sinceMs, quietMs },
    ...(user === undefined ? {} : { user }),
    voice: {
      to: voice.to,
      ...(voice.to === 'avatar' && voice.lane !== undefined ? { lane: voice.lane } : {}),
      ...(voice.to === 'client' ? { sampleRateHz: voice.sampleRateHz ?? DEFAULT_RATE_HZ } : {}),
    },
  };
}
