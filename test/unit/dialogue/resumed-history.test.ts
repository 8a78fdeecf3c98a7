import { describe, expect, it } from 'vitest';
import { HistoryEntry } from '../../../src/dialogue/history-entry.js';
import { CONVERSATION_DEFAULTS, History } from '../../../src/dialogue/index.js';
import type { TurnRecord } from '../../../src/kept/index.js';
import { FakeClock } from '../../../src/runtime/index.js';

function record(turn: number, fields: Partial<TurnRecord> = {}): TurnRecord {
  return {
    turn,
    by: 'typed',
    startedAtMs: 0,
    user: `question ${turn}`,
    reply: `[face:joy]answer ${turn}, and more`,
    heard: `answer ${turn}`,
    outcome: 'completed',
    trace: {},
    ...fields,
  };
}

function history(earlier: readonly TurnRecord[], maxPairs = 20): History {
  const settings = { ...CONVERSATION_DEFAULTS.history, maxPairs };
  return new History({ clock: new FakeClock(), settings, earlier });
}

function sent(of: History): readonly string[] {
  const asking = new HistoryEntry({ turn: 99, by: 'typed', text: 'now' });
  return of
    .request(asking, { systemPrompt: '' })
    .map((message) => ('text' in message ? `${message.role}: ${message.text}` : ''));
}

describe('A history that goes on from a kept session', () => {
  it('sends the words that were said and heard, not what the model wrote', () => {
    const of = history([record(1), record(2, { outcome: 'interrupted', heard: 'ans' })]);
    expect(sent(of).filter((line) => !line.startsWith('system'))).toEqual([
      'user: question 1',
      'assistant: answer 1',
      'user: question 2',
      'assistant: ans',
      'user: now',
    ]);
    expect(of.said().map(({ text }) => text)).toEqual(['question 1', 'answer 1', 'question 2', 'ans']);
    expect(of.turns).toBe(2);
  });

  it('does not send turns that failed, and joins the user of one that was never answered with the next', () => {
    const of = history([record(1, { outcome: 'failed' }), record(2, { outcome: 'dropped', heard: '' })]);
    expect(sent(of)).toEqual(['user: question 2\nnow']);
    expect(of.said()).toHaveLength(3);
  });

  it('keeps to the limit of pairs, oldest first', () => {
    const of = history(
      [1, 2, 3, 4].map((turn) => record(turn)),
      2,
    );
    expect(sent(of)).toEqual(['user: question 4', 'assistant: answer 4', 'user: now']);
  });
});
