/**
 * Where a spoken conversation stands, as its page sees it.
 *
 * `hearing` and `pausing` are the user's: speaking, and silent after it while the server finds out whether that was all.
 * `yielding`: the reply was cut, and what follows is not known yet. `speaking` lasts until the reply was played to its end here.
 */
export type LoopPhase =
  | 'resting'
  | 'hearing'
  | 'pausing'
  | 'understanding'
  | 'thinking'
  | 'speaking'
  | 'yielding';

/**
 * `voice`, `silence`: somebody is heard, or no more. `accepted`, `ignored`, `turn`, `sound`, `cut`, `resumed`: as a session tells.
 * `settled`: nothing followed for long. `finished`: the newest turn ended, and what there was of it has been played. `limit`: the user spoke
 * as long as one may. `failed`: what was said could not be understood. `reset`: from the beginning.
 */
export type LoopInput =
  | 'voice'
  | 'silence'
  | 'settled'
  | 'accepted'
  | 'ignored'
  | 'turn'
  | 'sound'
  | 'cut'
  | 'resumed'
  | 'finished'
  | 'limit'
  | 'failed'
  | 'reset';

type Row = Readonly<Partial<Record<LoopInput, LoopPhase>>>;

/** These are facts wherever they are told. */
const ALWAYS = { turn: 'thinking', sound: 'speaking', resumed: 'speaking', reset: 'resting' } as const;

/**
 * What each input leads to; where nothing stands, nothing changes.
 *
 * Silence leads to nothing where nobody had begun to speak: a pause alone ends no recording and makes no reply. What is accepted or
 * ignored while a reply is on its way changes nothing by itself: a cut, a turn or a resumed reply tell what became of it.
 */
const TABLE: Readonly<Record<LoopPhase, Row>> = {
  resting: { ...ALWAYS, voice: 'hearing', accepted: 'understanding' },
  hearing: {
    ...ALWAYS,
    silence: 'pausing',
    accepted: 'understanding',
    ignored: 'resting',
    limit: 'understanding',
    failed: 'resting',
  },
  pausing: {
    ...ALWAYS,
    voice: 'hearing',
    settled: 'resting',
    accepted: 'understanding',
    ignored: 'resting',
    limit: 'understanding',
    failed: 'resting',
  },
  understanding: { ...ALWAYS, settled: 'resting', ignored: 'resting', failed: 'resting' },
  thinking: { ...ALWAYS, cut: 'yielding', finished: 'resting' },
  speaking: { ...ALWAYS, cut: 'yielding', finished: 'resting' },
  yielding: { ...ALWAYS, accepted: 'understanding', finished: 'resting', limit: 'understanding' },
};

/** The phase after an input. Pure. */
export function nextPhase(phase: LoopPhase, input: LoopInput): LoopPhase {
  return TABLE[phase][input] ?? phase;
}

/** What decides whether the microphone is listened to. */
export interface GateFacts {
  readonly phase: LoopPhase;
  /** The browser gives its sound. */
  readonly isMicOn: boolean;
  readonly isOnline: boolean;
  /** The user may interrupt a reply. */
  readonly bargeIn: boolean;
  /** The user spoke as long as one may, and was not answered yet. */
  readonly isOverLimit: boolean;
  /** Something said before is played once more: it would be heard as said now. */
  readonly isReplaying: boolean;
}

const USERS_TURN: ReadonlySet<LoopPhase> = new Set(['resting', 'hearing', 'pausing']);

/** Whether what the microphone hears goes to the server now. Pure. */
export function isGateOpen(facts: GateFacts): boolean {
  const { phase, isMicOn, isOnline, bargeIn, isOverLimit, isReplaying } = facts;
  if (!isMicOn || !isOnline || isReplaying || isOverLimit) return false;
  return bargeIn || USERS_TURN.has(phase);
}
