import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  alignedWav,
  csv,
  eaf,
  jsonl,
  openSession,
  type Session,
  textGrid,
} from '../../../src/export/index.js';
import { type Element, type GridTier, parseCsv, parseTextGrid, parseXml } from './parsers.js';
import { begin, collect, message, Recordings, samples, textOf, WALL_MS } from './rig.js';

const recordings = new Recordings();
afterAll(() => recordings.clear());

const LINES = [
  begin(),
  { atMs: 1, kind: 'state', status: 'ready' },
  message(100, 'sent', 'LIPSYNC_START|0|a,100,sil,100'),
  { atMs: 100, kind: 'sound', soundMs: 0, heardAtMs: 145 },
  { atMs: 100, kind: 'started', utterance: 7, source: 'recorded', model: '0', heardAtMs: 145 },
  message(130, 'received', 'LIPSYNC_EVENT_START|0'),
  message(200, 'sent', 'SAY|"hi", <you> & 私'),
  message(200, 'sent', 'SAY|again'),
  { atMs: 345, kind: 'ended', utterance: 7, reason: 'completed', heardMs: 200, heardToMs: 345 },
  message(480, 'received', 'LIPSYNC_EVENT_STOP|0'),
  { atMs: 600, kind: 'sound', soundMs: 200, heardAtMs: 645.25 },
  { atMs: 900, kind: 'end', soundMs: 250 },
];

const golden = (): Promise<Session> => openSession(recordings.make(LINES, samples(250)));

/** Any text a message could hold in a recording, with what formats stumble over made likely. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        '""',
        ',',
        '\r\n',
        '\n',
        '<',
        '&amp;',
        ']]>',
        '=',
        '+1',
        "'",
        '\t',
        'あ',
        '😀',
        '\\',
        ' ',
      ),
      {
        maxLength: 8,
      },
    )
    .map((parts) => parts.join('')),
  fc.constantFrom('=1+2', '-1', '@x', "'quoted", '+cmd', '\t=1', '＝1', '', 'intervals [1]:', 'text = "x"'),
);
/** Recordings with such texts at any times, also the same. */
const anySession = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), anyText), {
  minLength: 1,
  maxLength: 12,
});

async function sessionOf(texts: readonly (readonly [number, string])[]): Promise<Session> {
  let atMs = 0;
  const lines = texts.map(([stepMs, text]) => {
    atMs += stepMs / 10;
    return message(atMs, 'sent', text);
  });
  return openSession(recordings.make([begin(), ...lines], undefined, 'any'));
}

function unguarded(cell: string): string {
  return cell.startsWith("'") ? cell.slice(1) : cell;
}

describe('CSV', () => {
  it('has a header and a row for each item, on both clocks', async () => {
    const [header = [], ...rows] = parseCsv(await textOf(csv(await golden())));
    const named = rows.map((row) => Object.fromEntries(row.map((cell, at) => [header[at], cell])));
    expect(named.map((row) => `${row['tier']} ${row['start_ms']} ${row['value']}`)).toEqual([
      'state 1 ready',
      'lips 94.6 a',
      'sent 100 LIPSYNC_START|0|a,100,sil,100',
      'received 130 LIPSYNC_EVENT_START|0',
      'sound 145 sound',
      'utterances 145 7 completed',
      'lips 194.6 sil',
      'sent 200 SAY|"hi", <you> & 私',
      'sent 200 SAY|again',
      'received 480 LIPSYNC_EVENT_STOP|0',
      'sound 645.25 sound',
    ]);
    expect(named[4]).toMatchObject({
      end_ms: '345',
      start_monotonic_ms: '5145',
      end_monotonic_ms: '5345',
      start_wall_iso: '2026-01-31T12:00:00.145Z',
      end_wall_iso: '2026-01-31T12:00:00.345Z',
      sound_start_ms: '0',
      sound_end_ms: '200',
      model: '',
    });
    expect(named[1]).toMatchObject({ model: '0', part: '1', event_start_ms: '130', event_stop_ms: '480' });
  });

  it('gives every text back, and none to a spreadsheet as a formula', async () => {
    await fc.assert(
      fc.asyncProperty(anySession, async (texts) => {
        const [header = [], ...rows] = parseCsv(await textOf(csv(await sessionOf(texts))));
        const values = rows.map((row) => row[header.indexOf('value')] ?? '');
        expect(values.map(unguarded)).toEqual(texts.map(([, text]) => text));
        for (const value of values) expect(value).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
      }),
    );
  });

  it('leaves the monotonic clock empty where the recording does not know it', async () => {
    const old = [{ atMs: 0, kind: 'begin', lane: 'x', wallMs: WALL_MS }, message(5, 'sent', 'A|1')];
    const [header = [], row = []] = parseCsv(await textOf(csv(await openSession(recordings.make(old)))));
    expect(row[header.indexOf('start_monotonic_ms')]).toBe('');
    expect(row[header.indexOf('start_wall_iso')]).toBe('2026-01-31T12:00:00.005Z');
  });
});

describe('JSON lines', () => {
  it('begins with the session and tells all of each item', async () => {
    const lines = (await textOf(jsonl(await golden()))).trimEnd().split('\n');
    const [session, ...items] = lines.map((line) => JSON.parse(line));
    expect(session).toMatchObject({
      kind: 'session',
      recordingVersion: 2,
      lane: 'chat',
      model: '0',
      monotonicMs: 5000,
      durationMs: 901,
      startWallIso: '2026-01-31T12:00:00.000Z',
      damagedLines: 0,
    });
    expect(JSON.stringify(session)).not.toContain(recordings.folder);
    expect(items.find(({ kind }) => kind === 'utterance')).toEqual({
      tier: 'utterances',
      kind: 'utterance',
      startMs: 145,
      endMs: 345,
      startMonotonicMs: 5145,
      endMonotonicMs: 5345,
      startWallIso: '2026-01-31T12:00:00.145Z',
      endWallIso: '2026-01-31T12:00:00.345Z',
      utterance: 7,
      source: 'recorded',
      model: '0',
      reason: 'completed',
      heardMs: 200,
    });
    const starts = items.map(({ startMs }) => startMs);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });
});

describe('TextGrid', () => {
  const tierOf = (tiers: readonly GridTier[], name: string): GridTier => {
    const found = tiers.find((tier) => tier.name === name);
    if (found === undefined) throw new Error(`No tier ${name}`);
    return found;
  };

  it('is the long text form, its tiers without holes', async () => {
    const text = await textOf(textGrid(await golden()));
    expect(text).toMatch(
      /^File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0 \nxmax = 0\.901 \ntiers\? <exists> \nsize = 6 \n/,
    );
    const { tiers } = parseTextGrid(text);
    expect(tiers.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'IntervalTier sound',
      'IntervalTier utterances',
      'IntervalTier lips',
      'TextTier sent',
      'TextTier received',
      'TextTier state',
    ]);
    expect(tierOf(tiers, 'sound').entries).toEqual([
      { from: 0, to: 0.145, text: '' },
      { from: 0.145, to: 0.345, text: 'sound' },
      { from: 0.345, to: 0.64525, text: '' },
      { from: 0.64525, to: 0.69525, text: 'sound' },
      { from: 0.69525, to: 0.901, text: '' },
    ]);
    expect(tierOf(tiers, 'sent').entries.map(({ from, text }) => [from, text])).toEqual([
      [0.1, 'LIPSYNC_START|0|a,100,sil,100'],
      [0.2, 'SAY|"hi", <you> & 私'],
      [0.200001, 'SAY|again'],
    ]);
  });

  it('gives every text back, with every tier contiguous and every point at a time of its own', async () => {
    await fc.assert(
      fc.asyncProperty(anySession, async (texts) => {
        const { xmax, tiers } = parseTextGrid(await textOf(textGrid(await sessionOf(texts))));
        const sent = tierOf(tiers, 'sent').entries;
        expect(sent.map(({ text }) => text)).toEqual(
          texts.map(([, text]) => text.replaceAll('\0', '\uFFFD')),
        );
        for (const [index, point] of sent.entries()) {
          expect(point.from).toBeLessThanOrEqual(xmax);
          expect(point.from).toBeGreaterThan(sent[index - 1]?.from ?? -1);
        }
        for (const tier of tiers.filter(({ type }) => type === 'IntervalTier')) {
          let freeS = 0;
          for (const { from, to } of tier.entries) {
            expect(from).toBe(freeS);
            expect(to).toBeGreaterThan(from);
            freeS = to;
          }
          expect(freeS).toBe(xmax);
        }
      }),
    );
  });

  it('has room behind what happens at the very end', async () => {
    const last = 0.99999999;
    const session = await openSession(
      recordings.make([begin(), message(last, 'sent', 'A|1'), message(last, 'sent', 'A|2')]),
    );
    const { tiers } = parseTextGrid(await textOf(textGrid(session)));
    expect(tierOf(tiers, 'sent').entries.map(({ from }) => from)).toEqual([0.001, 0.001001]);
  });

  it('lets overlapping utterances follow each other', async () => {
    const utterance = (id: number, fromMs: number, toMs: number): object[] => [
      { atMs: fromMs, kind: 'started', utterance: id, source: 'recorded', model: '0', heardAtMs: fromMs },
      { atMs: toMs, kind: 'ended', utterance: id, reason: 'completed', heardMs: 1, heardToMs: toMs },
    ];
    const [a1 = {}, a2 = {}] = utterance(1, 100, 500);
    const [b1 = {}, b2 = {}] = utterance(2, 400, 700);
    const session = await openSession(recordings.make([begin(), a1, b1, a2, b2]));
    expect(tierOf(parseTextGrid(await textOf(textGrid(session))).tiers, 'utterances').entries).toEqual([
      { from: 0, to: 0.1, text: '' },
      { from: 0.1, to: 0.5, text: '1 completed' },
      { from: 0.5, to: 0.7, text: '2 completed' },
      { from: 0.7, to: 0.701, text: '' },
    ]);
  });
});

describe('EAF', () => {
  interface Found {
    readonly fromMs: number;
    readonly toMs: number;
    readonly text: string;
  }
  const all = (element: Element, name: string): Element[] =>
    element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)]);

  function tiersOf(document: Element): Map<string, Found[]> {
    const slots = new Map(
      all(document, 'TIME_SLOT').map(({ attributes }) => [
        attributes['TIME_SLOT_ID'],
        Number(attributes['TIME_VALUE']),
      ]),
    );
    const annotation = (element: Element): Found => ({
      fromMs: slots.get(element.attributes['TIME_SLOT_REF1']) ?? Number.NaN,
      toMs: slots.get(element.attributes['TIME_SLOT_REF2']) ?? Number.NaN,
      text: all(element, 'ANNOTATION_VALUE')[0]?.text ?? '',
    });
    return new Map(
      all(document, 'TIER').map((tier) => [
        tier.attributes['TIER_ID'] ?? '',
        all(tier, 'ALIGNABLE_ANNOTATION').map(annotation),
      ]),
    );
  }

  it('has header, times in order, tiers and types', async () => {
    const document = parseXml(await textOf(eaf(await golden(), { media: 'chat & co.wav' })));
    expect(document.attributes).toMatchObject({ FORMAT: '3.0', DATE: '2026-01-31T12:00:00.000Z' });
    expect(document.children.map(({ name }) => name)).toEqual([
      'HEADER',
      'TIME_ORDER',
      ...Array.from({ length: 6 }, () => 'TIER'),
      'LINGUISTIC_TYPE',
      'LINGUISTIC_TYPE',
    ]);
    expect(all(document, 'HEADER')[0]?.attributes['TIME_UNITS']).toBe('milliseconds');
    expect(all(document, 'MEDIA_DESCRIPTOR')[0]?.attributes).toEqual({
      MEDIA_URL: './chat & co.wav',
      RELATIVE_MEDIA_URL: './chat & co.wav',
      MIME_TYPE: 'audio/x-wav',
    });
    const times = all(document, 'TIME_SLOT').map(({ attributes }) => Number(attributes['TIME_VALUE']));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(tiersOf(document).get('sent')).toEqual([
      { fromMs: 100, toMs: 150, text: 'LIPSYNC_START|0|a,100,sil,100' },
      { fromMs: 200, toMs: 201, text: 'SAY|"hi", <you> & 私' },
      { fromMs: 201, toMs: 251, text: 'SAY|again' },
    ]);
    expect(tiersOf(document).get('utterances')).toEqual([{ fromMs: 145, toMs: 345, text: '7 completed' }]);
  });

  it('names no sound that does not fit', async () => {
    expect(await textOf(eaf(await golden()))).not.toContain('MEDIA_DESCRIPTOR');
  });

  it('gives every text back that XML can carry, with no annotation on another', async () => {
    const carried = (text: string): string =>
      [...text]
        .map((one) => (/[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]|\p{Cs}/u.test(one) ? '\uFFFD' : one))
        .join('');
    await fc.assert(
      fc.asyncProperty(anySession, async (texts) => {
        const document = parseXml(await textOf(eaf(await sessionOf(texts))));
        const sent = tiersOf(document).get('sent') ?? [];
        expect(sent.map(({ text }) => text)).toEqual(texts.map(([, text]) => carried(text)));
        for (const [index, { fromMs, toMs }] of sent.entries()) {
          expect(toMs).toBeGreaterThan(fromMs);
          expect(fromMs).toBeGreaterThanOrEqual(sent[index - 1]?.toMs ?? 0);
        }
      }),
    );
  });
});

describe('Aligned WAV', () => {
  it('puts every sample where it was heard, and silence everywhere else', async () => {
    const session = await golden();
    const bytes = Buffer.concat(await collect(alignedWav(session)));
    expect(bytes.subarray(0, 4).toString()).toBe('RIFF');
    expect(bytes.readUInt32LE(4)).toBe(bytes.byteLength - 8);
    expect(bytes.readUInt32LE(40)).toBe(bytes.byteLength - 44);
    const heard = new Int16Array(
      bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.byteLength),
    );
    expect(heard.length).toBe(session.info.durationMs * 16);
    const expected = new Int16Array(heard.length);
    expected.set(samples(250).subarray(0, 200 * 16), 145 * 16);
    expected.set(samples(250).subarray(200 * 16), 645.25 * 16);
    expect(Buffer.from(heard.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
  });

  it('goes over sound that was not heard', async () => {
    const lines = [
      begin(),
      { atMs: 100, kind: 'sound', soundMs: 0, heardAtMs: 145 },
      { atMs: 200, kind: 'state', status: 'disconnected' },
      { atMs: 500, kind: 'sound', soundMs: 300, heardAtMs: 545 },
    ];
    const session = await openSession(recordings.make(lines, samples(310)));
    const bytes = Buffer.concat(await collect(alignedWav(session)));
    const at = (ms: number): number => bytes.readInt16LE(44 + ms * 32);
    const [first, , later] = [samples(310)[0], 0, samples(310)[300 * 16]];
    expect([at(144), at(145), at(200), at(544), at(545)]).toEqual([0, first, 0, 0, later]);
  });

  it('is silence where a session has no sound', async () => {
    const session = await openSession(recordings.make([begin(), message(2000, 'sent', 'A|1')]));
    const bytes = Buffer.concat(await collect(alignedWav(session)));
    expect(bytes.byteLength).toBe(44 + 2001 * 32);
    expect(bytes.subarray(44).every((byte) => byte === 0)).toBe(true);
  });

  it('refuses a session that no WAV file can hold', async () => {
    const session = await openSession(recordings.make([begin(), message(40 * 3_600_000, 'sent', 'A|1')]));
    await expect(collect(alignedWav(session))).rejects.toMatchObject({ code: 'BRIDGE_ERR_SESSION' });
  });
});
