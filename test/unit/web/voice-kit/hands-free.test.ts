import { describe, expect, it } from 'vitest';
import {
  type GateFacts,
  isGateOpen,
  type LoopInput,
  type LoopPhase,
  nextPhase,
} from '../../../../src/web/voice-kit/hands-free.js';

const INPUTS: readonly LoopInput[] = [
  'voice',
  'silence',
  'settled',
  'accepted',
  'ignored',
  'turn',
  'sound',
  'cut',
  'resumed',
  'finished',
  'limit',
  'failed',
  'reset',
];

/** Every cell, in the order of INPUTS; `.`: nothing changes. */
const CELLS: Readonly<Record<LoopPhase, string>> = {
  //              voice   sil  settled  accepted       ignored turn     sound    cut      resumed  finished limit         failed  reset
  resting: 'hearing . . understanding . thinking speaking . speaking . . . resting',
  hearing: '. pausing . understanding resting thinking speaking . speaking . understanding resting resting',
  pausing:
    'hearing . resting understanding resting thinking speaking . speaking . understanding resting resting',
  understanding: '. . resting . resting thinking speaking . speaking . . resting resting',
  thinking: '. . . . . thinking speaking yielding speaking resting . . resting',
  speaking: '. . . . . thinking speaking yielding speaking resting . . resting',
  yielding: '. . . understanding . thinking speaking . speaking resting understanding . resting',
};
const PHASES = Object.keys(CELLS) as LoopPhase[];
const ROWS = PHASES.flatMap((phase) =>
  CELLS[phase].split(' ').map((cell, index) => ({
    phase,
    input: INPUTS[index] as LoopInput,
    next: cell === '.' ? phase : (cell as LoopPhase),
  })),
);

const phaseAfter = (...inputs: LoopInput[]): LoopPhase => inputs.reduce(nextPhase, 'resting' as LoopPhase);

describe('Phases of a hands-free conversation', () => {
  it('have a cell for every phase and every input', () => {
    for (const phase of PHASES) expect(CELLS[phase].split(' ')).toHaveLength(INPUTS.length);
  });

  it.each(ROWS)('$phase, $input: $next', ({ phase, input, next }) => {
    expect(nextPhase(phase, input)).toBe(next);
  });

  it('are left by a reset, whatever came before', () => {
    for (const phase of PHASES) expect(nextPhase(phase, 'reset')).toBe('resting');
  });

  it('G4: recording ends by itself when a pause is found and the user had begun to talk', () => {
    expect(phaseAfter('voice', 'silence', 'accepted')).toBe('understanding');
  });

  it('G5, G-t2: silence alone leads to nothing, however long, and neither does a limit', () => {
    expect(phaseAfter('silence', 'settled', 'limit', 'silence', 'settled')).toBe('resting');
  });

  it('G5: a noise that was no word is no turn', () => {
    expect(phaseAfter('voice', 'silence', 'ignored')).toBe('resting');
    expect(phaseAfter('voice', 'silence', 'accepted', 'ignored')).toBe('resting');
  });

  it('G9: listening resumes when the reply was played to its end, not when its last sound came', () => {
    expect(phaseAfter('voice', 'silence', 'accepted', 'turn', 'sound', 'sound')).toBe('speaking');
    expect(phaseAfter('voice', 'silence', 'accepted', 'turn', 'sound', 'finished')).toBe('resting');
  });

  it('G-t3: who speaks into a reply ends it, and is answered', () => {
    const talkedOver = phaseAfter('turn', 'sound', 'voice', 'cut');
    expect(talkedOver).toBe('yielding');
    expect(nextPhase(talkedOver, 'accepted')).toBe('understanding');
    expect(phaseAfter('turn', 'sound', 'voice', 'cut', 'accepted', 'turn', 'sound')).toBe('speaking');
  });

  it('goes on with a reply that a mere sound of assent cut', () => {
    expect(phaseAfter('turn', 'sound', 'voice', 'cut', 'accepted', 'resumed', 'ignored')).toBe('speaking');
    expect(phaseAfter('turn', 'sound', 'voice', 'accepted', 'ignored')).toBe('speaking');
  });

  it('does not take the end of an interrupted reply for the end of what is being understood', () => {
    expect(phaseAfter('turn', 'sound', 'cut', 'accepted', 'finished')).toBe('understanding');
  });
});

const OPEN: GateFacts = {
  phase: 'resting',
  isMicOn: true,
  isOnline: true,
  bargeIn: false,
  isOverLimit: false,
  isReplaying: false,
};
const isOpen = (facts: Partial<GateFacts>): boolean => isGateOpen({ ...OPEN, ...facts });

describe('The gate of the microphone', () => {
  it('G9: without barge-in, is open while it is the user’s turn and at no other time', () => {
    expect(PHASES.filter((phase) => isOpen({ phase }))).toEqual(['resting', 'hearing', 'pausing']);
  });

  it('G-t3: with barge-in, is open all the time', () => {
    expect(PHASES.filter((phase) => !isOpen({ phase, bargeIn: true }))).toEqual([]);
  });

  it.each([
    ['the microphone is off', { isMicOn: false }],
    ['the server is away', { isOnline: false }],
    ['G6: the user has spoken for as long as one may', { isOverLimit: true }],
    ['something said before is played again', { isReplaying: true }],
  ] satisfies [string, Partial<GateFacts>][])('is shut in every phase while %s', (_why, facts) => {
    for (const phase of PHASES)
      for (const bargeIn of [false, true]) expect(isOpen({ phase, bargeIn, ...facts })).toBe(false);
  });
});
