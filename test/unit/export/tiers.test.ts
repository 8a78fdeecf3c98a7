import { afterAll, describe, expect, it } from 'vitest';
import { type LipPhoneme, openSession, type TimelineItem } from '../../../src/export/index.js';
import { begin, collect, message, Recordings, samples, WALL_MS } from './rig.js';

const recordings = new Recordings();
afterAll(() => recordings.clear());

async function tier(
  lines: readonly (object | string)[],
  name: string,
  pcm?: Int16Array,
): Promise<TimelineItem[]> {
  const session = await openSession(recordings.make(lines, pcm));
  const found = session.info.tiers.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`No tier ${name}`);
  const items = await collect(session.items(found));
  expect(items).toHaveLength(found.count);
  return items;
}

const START = message(1000, 'sent', 'LIPSYNC_START|0|a,500,sil,100');
const ANSWER = message(1030, 'received', 'LIPSYNC_EVENT_START|0');
const shown = (items: readonly TimelineItem[]): [string, number, number, boolean][] =>
  (items as LipPhoneme[]).map(({ phoneme, startMs, endMs, isCut }) => [
    phoneme,
    Math.round(startMs),
    Math.round(endMs),
    isCut,
  ]);

describe('Sound tier', () => {
  it('gives stretches where they are heard, and where they lie in sound.wav', async () => {
    const lines = [
      begin(),
      { atMs: 100, kind: 'sound', soundMs: 0, heardAtMs: 145 },
      { atMs: 900, kind: 'sound', soundMs: 200, heardAtMs: 945.5 },
      { atMs: 2000, kind: 'end', soundMs: 500 },
    ];
    expect(await tier(lines, 'sound', samples(500))).toEqual([
      { kind: 'sound', startMs: 145, endMs: 345, soundStartMs: 0, soundEndMs: 200 },
      { kind: 'sound', startMs: 945.5, endMs: 1245.5, soundStartMs: 200, soundEndMs: 500 },
    ]);
  });

  it('ends the last stretch with sound.wav when the recording was not closed', async () => {
    const lines = [begin(), { atMs: 100, kind: 'sound', soundMs: 0, heardAtMs: 145 }];
    expect(await tier(lines, 'sound', samples(300))).toMatchObject([{ endMs: 445, soundEndMs: 300 }]);
  });

  it('does not give sound that a lost connection kept from being heard', async () => {
    const lines = [
      begin(),
      { atMs: 100, kind: 'sound', soundMs: 0, heardAtMs: 145 },
      { atMs: 200, kind: 'state', status: 'disconnected' },
      { atMs: 220, kind: 'sound', soundMs: 300, heardAtMs: 265 },
      { atMs: 900, kind: 'end', soundMs: 400 },
    ];
    expect(await tier(lines, 'sound', samples(400))).toEqual([
      { kind: 'sound', startMs: 145, endMs: 200, soundStartMs: 0, soundEndMs: 55 },
      { kind: 'sound', startMs: 265, endMs: 365, soundStartMs: 300, soundEndMs: 400 },
    ]);
  });

  it('reads recordings of version 1: heard 45 ms after it left', async () => {
    const lines = [
      { atMs: 0, kind: 'begin', lane: 'chat', wallMs: WALL_MS },
      { atMs: 100.1, kind: 'sound', soundMs: 0 },
      { atMs: 120, kind: 'sent', soundMs: 20, text: 'A|1' },
      { atMs: 1000, kind: 'sound', soundMs: 200 },
    ];
    expect(await tier(lines, 'sound', samples(250))).toMatchObject([
      { startMs: 145.1, endMs: 345.1 },
      { startMs: 1045, endMs: 1095 },
    ]);
  });
});

describe('Utterances tier', () => {
  const started = (atMs: number, utterance: number, heardAtMs: number): object => ({
    atMs,
    kind: 'started',
    utterance,
    source: 'recorded',
    model: '0',
    heardAtMs,
  });
  const ended = (atMs: number, utterance: number, reason: string, heardToMs = atMs): object => ({
    atMs,
    kind: 'ended',
    utterance,
    reason,
    heardMs: 10,
    heardToMs,
  });

  it('gives them in the order in which they were heard, whichever ended first', async () => {
    const lines = [
      begin(),
      started(10, 1, 55),
      started(500, 2, 545),
      ended(600, 3, 'interrupted'),
      ended(600, 2, 'interrupted', 700),
      ended(600, 1, 'completed'),
    ];
    expect(await tier(lines, 'utterances')).toMatchObject([
      { utterance: 1, startMs: 55, endMs: 600, reason: 'completed' },
      { utterance: 2, startMs: 545, endMs: 700, reason: 'interrupted' },
      { utterance: 3, startMs: 600, endMs: 600, reason: 'interrupted', source: undefined },
    ]);
  });

  it('leaves one unfinished that the recording ends in', async () => {
    const lines = [begin(), started(10, 1, 55), message(300, 'sent', 'A|1')];
    expect(await tier(lines, 'utterances')).toMatchObject([{ endMs: 300, reason: 'unfinished' }]);
  });
});

describe('Lips tier', () => {
  it('shows phonemes in frames of 1/30 s from where the answer says, the last held 6 frames', async () => {
    const items = await tier(
      [begin(), START, ANSWER, message(1815, 'received', 'LIPSYNC_EVENT_STOP|0')],
      'lips',
    );
    expect(shown(items)).toEqual([
      ['a', 995, 1495, false],
      ['sil', 1495, 1795, false],
    ]);
    expect(items[0]).toMatchObject({
      part: 1,
      model: '0',
      askedMs: 500,
      messageAtMs: 1000,
      eventStartMs: 1030,
      eventStopMs: 1815,
    });
  });

  it('carries the rounding over and gives every phoneme a frame', async () => {
    const list = Array.from({ length: 50 }, () => 'a,10').join(',');
    const items = await tier([begin(), message(1000, 'sent', `LIPSYNC_START|0|${list}`), ANSWER], 'lips');
    const last = items.at(-1);
    // Measured with MMDAgent-EX: 50 x 10 ms last 1953 ms from start to stop event.
    expect((last?.endMs ?? 0) - (items[0]?.startMs ?? 0)).toBeCloseTo(1866.7, 0);
    expect(items.slice(0, -1).every(({ startMs, endMs }) => Math.abs(endMs - startMs - 33.3) < 0.1)).toBe(
      true,
    );
  });

  it('cuts a part where the next one takes its place', async () => {
    const lines = [
      begin(),
      START,
      ANSWER,
      message(1200, 'sent', 'LIPSYNC_START|0|o,100,sil,50'),
      message(1240, 'received', 'LIPSYNC_EVENT_STOP|0'),
      message(1240, 'received', 'LIPSYNC_EVENT_START|0'),
    ];
    const items = await tier(lines, 'lips');
    expect(shown(items)).toEqual([
      ['a', 995, 1199, true],
      ['o', 1199, 1299, false],
      ['sil', 1299, 1565, false],
    ]);
    expect(items.map((item) => item.kind === 'lip' && [item.part, item.eventStopMs])).toEqual([
      [1, 1240],
      [2, undefined],
      [2, undefined],
    ]);
  });

  it('cuts a part at LIPSYNC_STOP and when the connection ends', async () => {
    const stop = message(1300, 'sent', 'LIPSYNC_STOP|0');
    expect(shown(await tier([begin(), START, ANSWER, stop], 'lips'))).toEqual([['a', 995, 1300, true]]);
    const lost = { atMs: 1550, kind: 'state', status: 'disconnected' };
    expect(shown(await tier([begin(), START, ANSWER, lost], 'lips'))).toEqual([
      ['a', 995, 1495, false],
      ['sil', 1495, 1550, true],
    ]);
  });

  it('places a part that was never answered as the last one that was', async () => {
    const late = message(5000, 'sent', 'LIPSYNC_START|0|e,100');
    const items = await tier(
      [begin(), START, ANSWER, late, message(9000, 'received', 'LIPSYNC_EVENT_START|0')],
      'lips',
    );
    expect(items.at(-1)).toMatchObject({ phoneme: 'e', eventStartMs: undefined });
    expect(items.at(-1)?.startMs).toBeCloseTo(4995, 0);
  });

  it('follows lips that MMDAgent-EX starts itself, not our own that come back', async () => {
    const lines = [
      begin(),
      START,
      message(1020, 'echo', 'LIPSYNC_START|0|a,500,sil,100'),
      ANSWER,
      message(3000, 'received', 'LIPSYNC_START|0|i,60'),
      message(3001, 'received', 'LIPSYNC_EVENT_START|0'),
    ];
    expect(shown(await tier(lines, 'lips')).map(([phoneme]) => phoneme)).toEqual(['a', 'sil', 'i']);
  });

  it('has a tier for each other model', async () => {
    const lines = [begin(), START, message(1001, 'sent', 'LIPSYNC_START|mei|u,90'), ANSWER];
    expect(shown(await tier(lines, 'lips')).map(([phoneme]) => phoneme)).toEqual(['a', 'sil']);
    expect(shown(await tier(lines, 'lips mei')).map(([phoneme]) => phoneme)).toEqual(['u']);
  });
});

describe('Session', () => {
  it('knows both clocks, and the steps of the wall clock', async () => {
    const lines = [
      begin(),
      { atMs: 2000, kind: 'clock', wallMs: WALL_MS + 3_602_000 },
      message(2500, 'sent', 'A|1'),
    ];
    const { wall, info } = await openSession(recordings.make(lines));
    expect(wall.wallIso(1999)).toBe('2026-01-31T12:00:01.999Z');
    expect(wall.wallIso(2500)).toBe('2026-01-31T13:00:02.500Z');
    expect(wall.steps).toBe(1);
    expect(info).toMatchObject({ monotonicMs: 5000, durationMs: 2501, version: 2, lane: 'chat', model: '0' });
  });

  it('merges the tiers by the starts of their items', async () => {
    const lines = [
      begin(),
      START,
      ANSWER,
      { atMs: 1100, kind: 'sound', soundMs: 0, heardAtMs: 1005 },
      message(1200, 'sent', 'A|1'),
    ];
    const session = await openSession(recordings.make(lines, samples(100)));
    const merged = await collect(session.timeline());
    expect(merged.map((entry) => entry.tier.name)).toEqual([
      'lips',
      'sent',
      'sound',
      'received',
      'sent',
      'lips',
    ]);
  });

  it('counts a last line that a crash cut off, and goes without it', async () => {
    const session = await openSession(recordings.make([begin(), START, '{"atMs":1030,"kind":"rec']));
    expect(session.info.damagedLines).toBe(1);
    expect(session.info.tiers.find(({ name }) => name === 'sent')?.count).toBe(1);
  });

  it.each([
    ['a damaged line before the last', [begin(), '{"atMs":\n', START], 2, 'not JSON'],
    ['a line without its fields', [begin(), { atMs: 1, kind: 'sent', soundMs: 0 }, START], 2, 'text'],
    ['an unknown kind', [begin(), { atMs: 1, kind: 'smell' }, START], 2, 'kind'],
    ['no beginning', [START, START], 1, 'no beginning'],
    ['a second beginning', [begin(), begin(), START], 2, 'a second beginning'],
    ['an empty file', [], 1, 'empty'],
    ['nothing but half a line', ['{"atM'], 1, 'not JSON'],
    ['a newer version', [begin({ version: 3 }), START], 1, 'newer mmdagent-bridge'],
  ])('refuses %s with file and line', async (_what, lines, number, fault) => {
    const opening = openSession(recordings.make(lines));
    await expect(opening).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SESSION',
      message: expect.stringMatching(new RegExp(`messages\\.jsonl, line ${number}: .*${fault}`)),
    });
  });

  it('refuses a folder without a recording, and sound that is gone', async () => {
    await expect(openSession('/nowhere')).rejects.toMatchObject({ code: 'BRIDGE_ERR_SESSION' });
    const lines = [begin(), { atMs: 1, kind: 'sound', soundMs: 0, heardAtMs: 46 }];
    await expect(openSession(recordings.make(lines))).rejects.toMatchObject({ code: 'BRIDGE_ERR_SESSION' });
  });

  it('tells what the recorder had to leave out', async () => {
    const lines = [begin(), { atMs: 5, kind: 'lost', lostLines: 3, lostSoundMs: 20 }];
    const { info } = await openSession(recordings.make(lines));
    expect(info).toMatchObject({ lostLines: 3, lostSoundMs: 20 });
    expect(info.tiers.map(({ name }) => name)).toEqual([
      'sound',
      'utterances',
      'lips',
      'sent',
      'received',
      'lost',
    ]);
  });
});
