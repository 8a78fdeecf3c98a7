import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conversationTimeline } from '../../../src/cli/conversation-timeline.js';
import { csv, eaf, jsonl, type Timeline, textGrid } from '../../../src/export/index.js';
import type { SessionRecord, TurnRecord } from '../../../src/kept/index.js';
import { turnRecord } from '../../support/kept/records.js';
import { parseCsv, parseTextGrid, parseXml } from '../export/parsers.js';
import { collect, textOf } from '../export/rig.js';

const BEGIN = 1_700_000_000_000;

function session(records: readonly TurnRecord[], parts: Partial<SessionRecord> = {}): SessionRecord {
  const times = { startedAtMs: BEGIN, lastAtMs: BEGIN + 1e6 };
  const counts = { turns: records.length, bytes: 0, damagedLines: 0 };
  return { id: 'a'.repeat(32), ...times, ...counts, records, recordings: [], ...parts };
}

async function on(timeline: Timeline, name: string) {
  const tier = timeline.info.tiers.find((candidate) => candidate.name === name);
  return tier === undefined ? [] : collect(timeline.items(tier));
}

const CALLS = [
  { name: 'look_up', arguments: { q: '天気' }, result: { sky: 'clear' }, isError: false },
  { name: 'clock', arguments: {}, result: 'broken', isError: true },
];

describe('A kept conversation as a time line', () => {
  it('has the words of both sides, what was heard, tools and interruptions, each on its tier', async () => {
    const trace = { transcript: 350, heard: 700, interruptedAt: 1200, ended: 1250 };
    const cut = turnRecord(1, { calls: CALLS, outcome: 'interrupted', heard: '答え', trace });
    const { timeline } = conversationTimeline(session([cut]));
    expect(timeline.info.tiers).toEqual([
      { name: 'user', kind: 'turn', count: 1 },
      { name: 'avatar', kind: 'turn', count: 1 },
      { name: 'heard', kind: 'turn', count: 1 },
      { name: 'tools', kind: 'turn', count: 1 },
      { name: 'interruptions', kind: 'turnMark', count: 1 },
    ]);
    const about = { turn: 1, by: 'voice', outcome: 'interrupted' };
    expect(await on(timeline, 'heard')).toEqual([
      { kind: 'turn', ...about, startMs: 12_200, endMs: 12_700, text: '答え' },
    ]);
    expect(await on(timeline, 'tools')).toEqual([
      {
        kind: 'turn',
        ...about,
        startMs: 11_850,
        endMs: 12_750,
        text: 'look_up {"q":"天気"}; clock {} (failed)',
        calls: CALLS,
      },
    ]);
    expect(await on(timeline, 'interruptions')).toMatchObject([{ startMs: 12_700, endMs: 12_700 }]);
  });

  it('has tools when they worked, those at the same time together', async () => {
    const [look, clock] = CALLS;
    const call = { name: 'look_up', arguments: {}, result: 1, isError: false };
    const calls = [
      { ...call, ...look, atMs: BEGIN + 12_000, tookMs: 300 },
      { ...call, ...clock, atMs: BEGIN + 12_200, tookMs: 50 },
      { ...call, name: 'later', atMs: BEGIN + 12_300, tookMs: 40.5 },
      { ...call, name: 'cut', atMs: BEGIN + 12_600 },
      { ...call, name: 'unknown' },
    ];
    const { timeline } = conversationTimeline(session([turnRecord(1, { calls, trace: { ended: 1250 } })]));
    const tools = await on(timeline, 'tools');
    // Speech ended at 11.5 s; what was not run lies there, up to where others work.
    expect(tools).toMatchObject([
      { startMs: 11_500, endMs: 12_000, text: 'unknown {}' },
      { startMs: 12_000, endMs: 12_300, calls: [{ name: 'look_up' }, { name: 'clock' }] },
      { startMs: 12_300, endMs: 12_340.5, text: 'later {}' },
      { startMs: 12_600, endMs: 12_750, text: 'cut {}' },
    ]);
  });

  it('keeps typed words apart that came at the same moment', async () => {
    const typed = { by: 'typed', startedAtMs: BEGIN, speechEndAtMs: BEGIN, trace: {} } as const;
    const { timeline } = conversationTimeline(
      session([turnRecord(1, typed), turnRecord(2, typed), turnRecord(3, typed)]),
    );
    const spans = (await on(timeline, 'user')).map(({ startMs, endMs }) => [startMs, endMs]);
    expect(spans).toEqual([
      [0, 1],
      [1, 2],
      [2, 1000],
    ]);
  });

  it("ends a user's recording where the speech ended, since it begins before it", () => {
    const sound = { turn: 1, path: '/x/0001-user.wav', side: 'user' } as const;
    const reply = { turn: 1, path: '/x/0001-avatar.wav', side: 'avatar' } as const;
    const one = session([turnRecord(1)], { recordings: [sound, reply] });
    const { clips } = conversationTimeline(one, [
      { ...sound, durationMs: 2100 },
      { ...reply, durationMs: 2000 },
    ]);
    // Speech from 10000 to 11500, 200 ms of silence after it, so 400 ms of pre-roll.
    expect(clips.left).toEqual([{ path: sound.path, startMs: 9600 }]);
    expect(clips.right).toEqual([{ path: reply.path, startMs: 12_200 }]);
    const inPieces = conversationTimeline(one, [{ ...sound, durationMs: 900 }]);
    expect(inPieces.clips.left).toEqual([{ path: sound.path, startMs: 10_000 }]);
  });

  it('lasts as long as its sound', () => {
    const reply = { turn: 1, path: '/x/0001-avatar.wav', side: 'avatar' } as const;
    const { timeline } = conversationTimeline(session([turnRecord(1)], { recordings: [reply] }), [
      { ...reply, durationMs: 9000.5 },
    ]);
    expect(timeline.info.durationMs).toBe(21_202);
  });

  it('leaves out a recording of a turn that was not kept', () => {
    const lost = { turn: 7, path: '/x/0007-user.wav', side: 'user', durationMs: 100 } as const;
    const { clips } = conversationTimeline(session([turnRecord(1)], { recordings: [lost] }), [lost]);
    expect(clips).toEqual({ left: [], right: [] });
  });
});

const anyRecord: fc.Arbitrary<Omit<TurnRecord, 'turn'>> = fc.record({
  by: fc.constantFrom('voice', 'typed', 'avatar'),
  outcome: fc.constantFrom('completed', 'interrupted', 'failed', 'dropped'),
  startedAtMs: fc.integer({ min: BEGIN, max: BEGIN + 3000 }),
  speechEndAtMs: fc.integer({ min: BEGIN, max: BEGIN + 4000 }),
  user: fc.string({ unit: 'binary', maxLength: 12 }),
  reply: fc.string({ unit: 'binary', maxLength: 12 }),
  heard: fc.string({ unit: 'binary', maxLength: 12 }),
  calls: fc.constantFrom(
    [],
    CALLS,
    CALLS.map((call, n) => ({ ...call, atMs: BEGIN + 500 * n, tookMs: 400 * n })),
  ),
  trace: fc.constantFrom(
    {},
    { heard: 700, ended: 700 },
    { transcript: 10, sent: 0.3, interruptedAt: 0.4 },
    { heard: 200, interruptedAt: 1000, ended: 1100 },
  ),
});
const anySession = fc
  .array(anyRecord, { minLength: 1, maxLength: 8 })
  .map((records) => session(records.map((record, index) => ({ turn: index + 1, ...record }))));

describe('What is exported of a conversation', () => {
  it('loses no word in any format, whatever was said and whenever', async () => {
    await fc.assert(
      fc.asyncProperty(anySession, async (one) => {
        const { timeline } = conversationTimeline(one);
        for (const tier of timeline.info.tiers) {
          const texts = (await on(timeline, tier.name)).map((item) => ('text' in item ? item.text : ''));
          const grid = parseTextGrid(await textOf(textGrid(timeline))).tiers;
          const entries = grid.find(({ name }) => name === tier.name)?.entries ?? [];
          expect(entries.filter(({ text }) => text !== '').map(({ text }) => text)).toEqual(
            texts.filter((text) => text !== '').map((text) => text.replaceAll('\0', '\ufffd')),
          );
          const document = parseXml(await textOf(eaf(timeline)));
          const annotations = document.children.find(({ attributes }) => attributes['TIER_ID'] === tier.name);
          expect(annotations?.children).toHaveLength(texts.length);
        }
        const [head, ...items] = (await textOf(jsonl(timeline))).trimEnd().split('\n');
        expect(JSON.parse(head ?? '')).toMatchObject({ kind: 'conversation', session: one.id });
        const rows = parseCsv(await textOf(csv(timeline)));
        expect(rows.slice(1)).toHaveLength(items.length);
      }),
      { numRuns: 60 },
    );
  });

  it('has columns of its own in CSV, and everything of tools in JSON lines', async () => {
    const { timeline } = conversationTimeline(session([turnRecord(1, { calls: CALLS })], { user: 'taro' }));
    const [header, user] = parseCsv(await textOf(csv(timeline)));
    const named = Object.fromEntries((header ?? []).map((name, at) => [name, user?.[at]]));
    expect(named).toEqual({
      tier: 'user',
      start_ms: '10000',
      end_ms: '11500',
      start_wall_iso: '2023-11-14T22:13:30.000Z',
      end_wall_iso: '2023-11-14T22:13:31.500Z',
      turn: '1',
      by: 'voice',
      outcome: 'completed',
      value: '質問 1 👋',
    });
    const lines = (await textOf(jsonl(timeline))).trimEnd().split('\n');
    const [head, ...items] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(head).toMatchObject({ kind: 'conversation', format: 1, user: 'taro', durationMs: 14_201 });
    expect(items.find(({ tier }) => tier === 'tools')).toMatchObject({ calls: CALLS, turn: 1 });
  });
});
