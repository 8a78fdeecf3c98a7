import { describe, expect, it } from 'vitest';
import { sessionLine, sessionText, sizeText } from '../../../src/cli/session-text.js';
import type { SessionRecord } from '../../../src/kept/index.js';
import { turnRecord } from '../../support/kept/records.js';

const ID = '0123456789abcdef'.repeat(2);

function session(parts: Partial<SessionRecord> = {}): SessionRecord {
  const startedAtMs = new Date(2026, 0, 31, 12, 0, 0).getTime();
  const records = parts.records ?? [turnRecord(1, { startedAtMs: startedAtMs + 5000 })];
  return {
    id: ID,
    startedAtMs,
    lastAtMs: startedAtMs + 190_000,
    turns: records.length,
    bytes: 12_345,
    recordings: [],
    damagedLines: 0,
    ...parts,
    records,
  };
}

describe('A session on one line', () => {
  it('has its id, times, turns, size, and whose it is', () => {
    expect(sessionLine(session({ user: 'taro', lane: 'main' }), 8)).toBe(
      '01234567  2026-01-31 12:00:00-12:03:10     1 turn   12.3 kB  user taro, lane main',
    );
  });

  it('lets no name steer the terminal', () => {
    const line = sessionLine(session({ user: '\u001b[2Jtaro\nroot' }), 8);
    expect(line).toMatch(/user \ufffd\[2Jtaro root$/);
  });

  it('stands times that no clock can have', () => {
    expect(sessionLine(session({ startedAtMs: 1e300 }), 8)).toContain('????-??-?? ??:??:??');
  });
});

describe('What was said in a session', () => {
  it('is what the user said, the reply, and what was heard of one that was cut', () => {
    const cut = turnRecord(2, { outcome: 'interrupted', heard: '答え' });
    const lines = sessionText(session({ records: [turnRecord(1), cut] }), { hasTimings: false });
    expect(lines[0]).toBe(`Session ${ID}`);
    const words = lines.slice(2).map((line) => line.trim());
    expect(words).toEqual([
      expect.stringMatching(/^1 {2}\d\d:\d\d:\d\d {2}voice$/),
      'user   質問 1 👋',
      'reply  [face:joy]答え 1 です。',
      expect.stringMatching(/^2 {2}\d\d:\d\d:\d\d {2}voice, interrupted$/),
      'user   質問 2 👋',
      'reply  [face:joy]答え 2 です。',
      'heard  答え',
    ]);
  });

  it('has tools with what came back, failures, and times when asked for', () => {
    const record = turnRecord(1, {
      user: '',
      reply: 'two\nlines',
      outcome: 'failed',
      error: { code: 'BRIDGE_ERR_LLM_ENGINE', message: 'no answer' },
      calls: [
        { name: 'look_up', arguments: { q: '天気' }, result: 'x'.repeat(1000), isError: false },
        { name: 'clock', arguments: {}, result: 'broken', isError: true },
      ],
      trace: { firstToken: 500 },
    });
    const lines = sessionText(session({ records: [record] }), { hasTimings: true });
    const words = lines.slice(3).map((line) => line.trim());
    expect(words[0]).toMatch(/^tool {3}look_up \{"q":"天気"\} → x+…$/);
    expect(words[0]?.length).toBeLessThan(220);
    expect(words.slice(1)).toEqual([
      'tool   clock {} → failed: broken',
      'reply  two lines',
      'heard  答え 1 です。',
      'error  no answer (BRIDGE_ERR_LLM_ENGINE)',
      'times  first token 0.50 s',
    ]);
  });
});

describe('Sizes', () => {
  it.each([
    [999, '999 B'],
    [1000, '1.0 kB'],
    [2_345_678, '2.3 MB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});
