import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TurnRecord } from '../../../src/kept/index.js';
import { readSession, sessionLine } from '../../../src/kept/session-line.js';
import { anyText } from '../../support/any-text.js';
import { turnRecord } from '../../support/kept/records.js';

const record = fc.record({
  user: anyText,
  reply: anyText,
  heard: anyText,
  by: fc.constantFrom<TurnRecord['by']>('voice', 'typed', 'peer', 'tool', 'operator', 'avatar'),
  outcome: fc.constantFrom<TurnRecord['outcome']>('completed', 'interrupted', 'failed', 'dropped'),
});

function fileOf(parts: readonly Partial<TurnRecord>[]): {
  readonly file: Buffer;
  readonly records: TurnRecord[];
} {
  const records = parts.map((part, index) => turnRecord(index + 1, part));
  const lines = [
    sessionLine({ kind: 'begin', version: 1, id: 'a'.repeat(32), atMs: 1, about: { user: 'é👋' } }),
    ...records.map((one, index) => sessionLine({ kind: 'turn', atMs: index + 2, record: one })),
  ];
  return { file: Buffer.from(lines.join('')), records };
}

describe('The lines of a kept session', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), (parts) => {
        const { file, records } = fileOf(parts);
        const read = readSession(file.toString('utf8'));
        expect(read).toMatchObject({ about: { user: 'é👋' }, startedAtMs: 1, damagedLines: 0 });
        expect(read?.records).toEqual(records);
      }),
    );
  });

  it('give a prefix of the records wherever the file is cut, one damaged line at most', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), fc.nat(), (parts, at) => {
        const { file, records } = fileOf(parts);
        const read = readSession(file.subarray(0, at % (file.byteLength + 1)).toString('utf8'));
        const kept = read?.records ?? [];
        expect(kept).toEqual(records.slice(0, kept.length));
        expect(read?.damagedLines ?? 0).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('lose no record but the one that was cut when more is appended on a new line', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 2, maxLength: 5 }), fc.nat(), (parts, at) => {
        const { file, records } = fileOf(parts);
        const cut = file.subarray(0, at % file.byteLength);
        const kept = readSession(cut.toString('utf8'))?.records.length ?? 0;
        const last = turnRecord(99);
        const more = Buffer.from(`\n${sessionLine({ kind: 'turn', atMs: 9, record: last })}`);
        const read = readSession(Buffer.concat([cut, more]).toString('utf8'));
        expect(read?.records).toEqual([...records.slice(0, kept), last]);
      }),
      { numRuns: 500 },
    );
  });

  it('never throw, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        readSession(Buffer.from(bytes).toString('utf8'));
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.json({ maxDepth: 3 }), { maxLength: 6 }), (values) => {
        const read = readSession(values.join('\n'));
        expect(read?.records ?? []).toEqual([]);
      }),
    );
  });

  it.each([
    ['a missing part', { user: undefined }],
    ['an unknown speaker', { by: 'ghost' }],
    ['an unknown end', { outcome: 'maybe' }],
    ['half a turn', { turn: 1.5 }],
    ['a time that is none', { trace: { sent: 'soon' } }],
    ['an error without a code', { error: { message: 'x' } }],
    ['a call without a name', { calls: [{}] }],
    ['an end of speech that is no time', { speechEndAtMs: '1' }],
  ])('are left out and counted with %s', (_what, part) => {
    const wrong = { ...turnRecord(1), ...part } as unknown as TurnRecord;
    const lines = [turnRecord(1), wrong, turnRecord(2)].map((one) =>
      sessionLine({ kind: 'turn', atMs: 1, record: one }),
    );
    expect(readSession(lines.join(''))).toMatchObject({
      damagedLines: 1,
      records: [turnRecord(1), turnRecord(2)],
    });
  });
});
