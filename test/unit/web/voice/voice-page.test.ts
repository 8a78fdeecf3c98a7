import { describe, expect, it } from 'vitest';
import { type StateFacts, stateLine } from '../../../../src/web/voice/state-line.js';
import { VOICE_EN } from '../../../../src/web/voice/texts-en.js';
import { VOICE_JA } from '../../../../src/web/voice/texts-ja.js';
import { facePhaseOf } from '../../../../src/web/voice-kit/face-phase.js';
import type { LoopPhase } from '../../../../src/web/voice-kit/hands-free.js';

const FACTS: StateFacts = { link: 'online', mic: 'on', phase: 'resting', bargeIn: true, isReplaying: false };
const line = (facts: Partial<StateFacts>): string => VOICE_EN[stateLine({ ...FACTS, ...facts }).key];
const PHASES: readonly LoopPhase[] = [
  'resting',
  'hearing',
  'pausing',
  'understanding',
  'thinking',
  'speaking',
  'yielding',
];

describe('The state of the voice page in words', () => {
  it.each([
    [{ mic: 'off' }, 'Press the button and speak'],
    [{ mic: 'failed' }, 'Press the button and speak'],
    [{ mic: 'asking' }, 'May this page listen? Your browser asks you.'],
    [{ mic: 'lost' }, 'The microphone is gone; it is waited for'],
    [{}, 'Listening'],
    [{ phase: 'hearing' }, 'I hear you…'],
    [{ phase: 'pausing' }, 'I hear you…'],
    [{ phase: 'yielding' }, 'I hear you…'],
    [{ phase: 'understanding' }, 'Understanding…'],
    [{ phase: 'thinking' }, 'Thinking…'],
    [{ phase: 'speaking' }, 'Speaking – you may interrupt'],
    [{ phase: 'speaking', bargeIn: false }, 'Speaking'],
    [{ phase: 'speaking', mic: 'off' }, 'Speaking'],
    [{ isReplaying: true }, 'Playing what was said'],
  ] satisfies [Partial<StateFacts>, string][])('%o: %s', (facts, words) => {
    expect(line(facts)).toBe(words);
  });

  it('says before anything else that the server is away', () => {
    for (const phase of PHASES)
      for (const link of ['lost', 'connecting', 'refused'] as const)
        expect(line({ phase, link, isReplaying: true })).toBe('Waiting for the server…');
  });

  it('has the same blanks in both languages', () => {
    const blanks = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort();
    for (const [key, text] of Object.entries(VOICE_EN))
      expect(blanks(VOICE_JA[key as keyof typeof VOICE_JA]), key).toEqual(blanks(text));
  });
});

describe('What a face does in a conversation', () => {
  it('sleeps while the server is away', () => {
    for (const phase of PHASES) expect(facePhaseOf(phase, true, 'lost')).toBe('asleep');
  });

  it('listens, thinks and speaks as the conversation does', () => {
    expect(PHASES.map((phase) => facePhaseOf(phase, true, 'online'))).toEqual([
      'listening',
      'listening',
      'listening',
      'thinking',
      'thinking',
      'speaking',
      'listening',
    ]);
    expect(facePhaseOf('resting', false, 'online')).toBe('idle');
  });
});
