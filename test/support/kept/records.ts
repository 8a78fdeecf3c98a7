import type { TurnRecord } from '../../../src/kept/index.js';

/** A whole turn; whatever is given takes the place of its part. */
export function turnRecord(turn: number, parts: Partial<TurnRecord> = {}): TurnRecord {
  return {
    turn,
    by: 'voice',
    startedAtMs: 1_700_000_000_000 + turn * 10_000,
    speechEndAtMs: 1_700_000_000_000 + turn * 10_000 + 1500,
    user: `質問 ${turn} 👋`,
    reply: `[face:joy]答え ${turn} です。`,
    heard: `答え ${turn} です。`,
    outcome: 'completed',
    trace: { endOfTurn: 300, transcript: 350, firstToken: 500, sent: 600, heard: 700, ended: 2700 },
    ...parts,
  };
}
