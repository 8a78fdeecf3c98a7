import { describe, expect, it } from 'vitest';
import { conversationItems, type SessionRecord, type TurnRecord } from '../../../src/kept/index.js';
import { turnRecord } from '../../support/kept/records.js';

const BEGIN = 1_700_000_000_000;

function session(records: readonly TurnRecord[], parts: Partial<SessionRecord> = {}): SessionRecord {
  const times = { startedAtMs: BEGIN, lastAtMs: BEGIN + 1e6 };
  return {
    id: 'a'.repeat(32),
    ...times,
    turns: records.length,
    bytes: 0,
    records,
    recordings: [],
    damagedLines: 0,
    ...parts,
  };
}

describe('The time line of a conversation', () => {
  it('has what the user said, the reply while it sounded and what was heard of it', () => {
    const { items, tiers, durationMs } = conversationItems(session([turnRecord(1)]));
    expect(items.map(({ tier, startMs, endMs, text }) => [tier, startMs, endMs, text])).toEqual([
      ['user', 10_000, 11_500, '質問 1 👋'],
      ['avatar', 12_200, 14_200, '[face:joy]答え 1 です。'],
      ['heard', 12_200, 14_200, '答え 1 です。'],
    ]);
    expect(durationMs).toBe(14_200);
    expect(tiers).toEqual([
      { name: 'user', count: 1 },
      { name: 'avatar', count: 1 },
      { name: 'heard', count: 1 },
      { name: 'interruptions', count: 0 },
    ]);
  });

  it('ends a reply where it was interrupted', () => {
    const record = turnRecord(1, {
      outcome: 'interrupted',
      heard: '答え',
      trace: { sent: 600, heard: 700, interruptedAt: 1100, ended: 1150 },
    });
    const { items } = conversationItems(session([record]));
    expect(
      items
        .filter(({ tier }) => tier !== 'user')
        .map(({ tier, startMs, endMs, text }) => [tier, startMs, endMs, text]),
    ).toEqual([
      ['avatar', 12_200, 12_600, '[face:joy]答え 1 です。'],
      ['heard', 12_200, 12_600, '答え'],
      ['interruptions', 12_600, 12_600, '答え'],
    ]);
  });

  it('shows typed words until the reply sounds, a second at most', () => {
    const typed = { by: 'typed', speechEndAtMs: BEGIN + 10_000 } as const;
    const quick = conversationItems(session([turnRecord(1, { ...typed, trace: { sent: 300, ended: 900 } })]));
    expect(quick.items[0]).toMatchObject({ tier: 'user', startMs: 10_000, endMs: 10_300 });
    const slow = conversationItems(
      session([turnRecord(1, { ...typed, trace: { sent: 3000, ended: 4000 } })]),
    );
    expect(slow.items[0]).toMatchObject({ tier: 'user', startMs: 10_000, endMs: 11_000 });
  });

  it('has no reply that never sounded, and nothing the user did not say', () => {
    const failed = turnRecord(1, { outcome: 'failed', heard: '', trace: { transcript: 300, ended: 900 } });
    expect(conversationItems(session([failed])).items.map(({ tier }) => tier)).toEqual(['user']);
    const own = turnRecord(2, { by: 'avatar', user: '', speechEndAtMs: BEGIN + 20_000 });
    expect(conversationItems(session([own])).items.map(({ tier }) => tier)).toEqual(['avatar', 'heard']);
  });

  it('begins with whatever was first, and is in order', () => {
    const { beginWallMs, items } = conversationItems(
      session([turnRecord(2), turnRecord(1)], { startedAtMs: BEGIN + 11_000 }),
    );
    expect(beginWallMs).toBe(BEGIN + 10_000);
    const starts = items.map(({ startMs }) => startMs);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    for (const { startMs, endMs } of items) expect(endMs).toBeGreaterThanOrEqual(startMs);
  });

  it('says where recordings belong', () => {
    const recordings = [
      { turn: 1, side: 'user', path: '/k/0001-user.wav' },
      { turn: 1, side: 'avatar', path: '/k/0001-avatar.wav' },
      { turn: 7, side: 'avatar', path: '/k/0007-avatar.wav' },
    ] as const;
    const { sounds } = conversationItems(session([turnRecord(1)], { recordings }));
    expect(sounds.map(({ side, startMs }) => [side, startMs])).toEqual([
      ['user', 10_000],
      ['avatar', 12_200],
    ]);
  });
});
