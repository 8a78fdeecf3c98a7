import type { ListedSession, Phase } from '../../api/client/index.js';
import type { TextKey } from '../texts.js';

const PHASES = {
  idle: 'conPhaseIdle',
  listening: 'conPhaseListening',
  thinking: 'conPhaseThinking',
  speaking: 'conPhaseSpeaking',
} as const satisfies Record<Phase, TextKey>;

const OUTCOMES = {
  open: 'conOutcomeOpen',
  completed: 'conOutcomeCompleted',
  interrupted: 'conOutcomeInterrupted',
  failed: 'conOutcomeFailed',
  dropped: 'conOutcomeDropped',
} as const satisfies Record<string, TextKey>;

export function phaseKey(phase: Phase): TextKey {
  return PHASES[phase];
}

/** undefined: no outcome that there is. */
export function outcomeKey(outcome: string): TextKey | undefined {
  return Object.hasOwn(OUTCOMES, outcome) ? OUTCOMES[outcome as keyof typeof OUTCOMES] : undefined;
}

/** Those that hold every word of the filter, in whatever is shown of them; busy ones first, then the newest. */
export function chosenSessions(sessions: readonly ListedSession[], filter: string): ListedSession[] {
  const wanted = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return sessions
    .filter(({ caller, by, persona, name, user = '', session }) => {
      const text = [caller, by, persona, name, user, session].join('\n').toLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .sort(
      (one, other) =>
        Number(other.phase !== 'idle') - Number(one.phase !== 'idle') || one.sinceMs - other.sinceMs,
    );
}

/** Which events are worth a line, with what stands behind their name. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  phase: ['phase'],
  voice: ['isVoice'],
  partial: ['text'],
  ignored: ['text', 'why'],
  turn: ['turn', 'by', 'text'],
  cut: ['turn'],
  resumed: ['turn', 'fromMs'],
  piece: ['turn', 'raw'],
  tool: ['name', 'stage', 'argumentsJson'],
  vision: ['source'],
  face: ['face'],
  notice: ['en'],
  fault: ['stage', 'code', 'message'],
  context: ['context'],
  ended: ['turn', 'outcome'],
  closed: ['why'],
};

export const SHOWN_EVENTS: readonly string[] = Object.keys(SHOWN);
const MAX_CHARS = 300;

/** One line of what happens, for people who know the protocol. */
export function eventText(name: string, event: Readonly<Record<string, unknown>>): string {
  const values = (SHOWN[name] ?? []).map((field) => String(event[field] ?? ''));
  const text = values.filter((value) => value !== '').join(' · ');
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
}
