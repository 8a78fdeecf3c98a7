import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListedSession } from '../../../../src/api/client/index.js';
import { loginRefusal, needsLogin } from '../../../../src/web/console/access.js';
import { chosenSessions, eventText, outcomeKey } from '../../../../src/web/console/session-text.js';
import { shownSettings, valueText } from '../../../../src/web/console/settings-text.js';
import { barsOf, extentOf, figuresOf, figuresOfMetrics, STAGES } from '../../../../src/web/console/stages.js';
import { CONSOLE_EN } from '../../../../src/web/console/texts-en.js';
import { CONSOLE_JA } from '../../../../src/web/console/texts-ja.js';
import { sizeText, spanOf } from '../../../../src/web/console/times.js';
import { EN } from '../../../../src/web/texts-en.js';

describe('needsLogin', () => {
  it.each([
    [false, 'operator', false],
    [true, 'operator', false],
    [true, 'client', true],
    [true, 'visitor', true],
    [true, undefined, true],
  ] as const)('with keys demanded %s, of role %s, is %s', (demandsKey, role, expected) =>
    expect(needsLogin({ demandsKey, role, label: undefined })).toBe(expected),
  );
});

describe('loginRefusal', () => {
  it('is none for an operator, and tells the role of others', () => {
    expect(loginRefusal(200, { role: 'operator' }, null)).toBeUndefined();
    expect(loginRefusal(200, { role: 'client' }, null)).toEqual({
      key: 'conLoginRole',
      values: { role: 'client' },
    });
  });

  it('tells a wrong key, how long to wait, and anything else as it was said', () => {
    expect(loginRefusal(401, {}, null)?.key).toBe('conLoginWrong');
    expect(loginRefusal(429, {}, '12')).toEqual({ key: 'conLoginWait', values: { seconds: 12 } });
    expect(loginRefusal(429, {}, 'soon')?.values).toEqual({ seconds: 1 });
    expect(loginRefusal(500, { error: { message: 'broken' } }, null)?.values).toEqual({ message: 'broken' });
    expect(loginRefusal(502, 'no json', null)?.values).toEqual({ message: 'HTTP 502' });
  });
});

describe('barsOf', () => {
  it('go from stage to stage by time', () => {
    expect(barsOf({ ended: 900, firstToken: 300, endOfTurn: 100 })).toEqual([
      { stage: 'endOfTurn', fromMs: 0, toMs: 100 },
      { stage: 'firstToken', fromMs: 100, toMs: 300 },
      { stage: 'ended', fromMs: 300, toMs: 900 },
    ]);
  });

  it('begin early where something was ready before the words were complete', () => {
    const bars = barsOf({ firstToken: -200, endOfTurn: 150 });
    expect(bars).toEqual([
      { stage: 'firstToken', fromMs: -200, toMs: -200 },
      { stage: 'endOfTurn', fromMs: -200, toMs: 150 },
    ]);
    expect(extentOf(bars)).toEqual({ fromMs: -200, toMs: 150 });
  });

  it('leave out what is no stage and no number, and of nothing are none', () => {
    expect(barsOf({ unknown: 5, ended: Number.NaN })).toEqual([]);
    expect(extentOf([])).toEqual({ fromMs: 0, toMs: 1 });
  });

  it('have no holes, no overlaps, and end with the last stage, for any trace', () => {
    const trace = fc.dictionary(
      fc.constantFrom(...STAGES),
      fc.double({ min: -5000, max: 60_000, noNaN: true }),
    );
    fc.assert(
      fc.property(trace, (times) => {
        const bars = barsOf(times);
        expect(bars).toHaveLength(Object.keys(times).length);
        for (const [at, bar] of bars.entries()) {
          expect(bar.toMs).toBeGreaterThanOrEqual(bar.fromMs);
          const before = bars[at - 1];
          if (before !== undefined) expect(bar.fromMs).toBe(before.toMs);
        }
      }),
    );
  });
});

describe('figuresOf', () => {
  it('are percentiles by nearest rank, with the newest', () => {
    const traces = Array.from({ length: 100 }, (_, at) => ({ firstToken: at + 1 }));
    expect(figuresOf(traces)).toEqual([
      { stage: 'firstToken', count: 100, p50Ms: 50, p95Ms: 95, lastMs: 100 },
    ]);
  });

  it('of one turn are its own, and of none nothing', () => {
    expect(figuresOf([{ ended: 7 }])).toEqual([{ stage: 'ended', count: 1, p50Ms: 7, p95Ms: 7, lastMs: 7 }]);
    expect(figuresOf([])).toEqual([]);
  });
});

describe('figuresOfMetrics', () => {
  const line = (le: string, count: number, stage = 'heard'): string =>
    `bridge_turn_stage_seconds_bucket{le="${le}",stage="${stage}"} ${count}`;

  it('lie evenly within a bucket', () => {
    const text = [line('0.1', 0), line('0.2', 10), line('+Inf', 10)].join('\n');
    const [heard] = figuresOfMetrics(text);
    expect(heard).toMatchObject({ stage: 'heard', count: 10, lastMs: undefined });
    expect(heard?.p50Ms).toBeCloseTo(150);
    expect(heard?.p95Ms).toBeCloseTo(195);
  });

  it('beyond the last bound are that bound', () => {
    expect(figuresOfMetrics([line('10', 1), line('+Inf', 10)].join('\n'))[0]?.p95Ms).toBe(10_000);
  });

  it('of other metrics, other stages and no turns are none', () => {
    const text = [
      line('0.1', 4, 'unknown'),
      line('+Inf', 0),
      'other_bucket{le="1",stage="heard"} 4',
      'rubbish',
    ];
    expect(figuresOfMetrics(text.join('\n'))).toEqual([]);
  });
});

describe('chosenSessions', () => {
  const session = (name: string, phase: ListedSession['phase'], sinceMs: number): ListedSession => ({
    ...{ session: name, name, caller: 'key:ann', by: 'api', persona: 'hana', phase, sinceMs },
    ...{ voice: { to: 'nobody' }, isHeld: true, isOperated: false, turns: 0, quietMs: 0 },
  });
  const all = [session('old', 'idle', 900), session('new', 'idle', 5), session('busy', 'speaking', 1000)];

  it('are busy ones first, then the newest', () =>
    expect(chosenSessions(all, '').map(({ name }) => name)).toEqual(['busy', 'new', 'old']));

  it('hold every word of the filter somewhere', () => {
    expect(chosenSessions(all, 'ANN  old').map(({ name }) => name)).toEqual(['old']);
    expect(chosenSessions(all, 'nobody-here')).toEqual([]);
  });
});

describe('eventText', () => {
  it('tells what counts, bounded, as it is', () => {
    expect(eventText('ended', { turn: 3, outcome: 'completed', reply: 'secret' })).toBe('3 · completed');
    expect(eventText('partial', { text: '<b>x</b>' })).toBe('<b>x</b>');
    expect(eventText('partial', { text: 'a'.repeat(1000) })).toHaveLength(301);
    expect(eventText('unknown', { a: 1 })).toBe('');
  });

  it('knows outcomes by their own names only', () => {
    expect(outcomeKey('failed')).toBe('conOutcomeFailed');
    expect(outcomeKey('constructor')).toBeUndefined();
  });
});

describe('Settings', () => {
  const all = [
    { key: 'lane', value: 'main', origin: 'flag' },
    { key: 'leadMs', value: 300, origin: 'default' },
    { key: 'keep', value: { store: 'jsonl' }, origin: 'file' },
  ];
  it('are found by name, value and origin, and those from the defaults may be left out', () => {
    const keys = (filter: string, onlyChanged = false): string[] =>
      shownSettings(all, { filter, onlyChanged }).map(({ key }) => key);
    expect(keys('')).toEqual(['lane', 'leadMs', 'keep']);
    expect(keys('', true)).toEqual(['lane', 'keep']);
    expect(keys('JSONL')).toEqual(['keep']);
    expect(keys('flag')).toEqual(['lane']);
  });

  it('are told as a file has them', () => {
    expect(valueText('a')).toBe('a');
    expect(valueText(5)).toBe('5');
    expect(valueText({ a: 1 })).toBe('{\n  "a": 1\n}');
    expect(valueText(undefined)).toBeUndefined();
  });
});

describe('Times and sizes', () => {
  it('are told in the largest unit that fits', () => {
    expect(spanOf(-5)).toEqual({ key: 'conSeconds', count: 0 });
    expect(spanOf(59_400)).toEqual({ key: 'conSeconds', count: 59 });
    expect(spanOf(60_000)).toEqual({ key: 'conMinutes', count: 1 });
    expect(spanOf(7_200_000)).toEqual({ key: 'conHours', count: 2 });
    expect([sizeText(999), sizeText(1500), sizeText(2_500_000)]).toEqual(['999 B', '1.5 kB', '2.5 MB']);
  });
});

describe('Texts of the console', () => {
  it('hide none of the shell’s, and have the same blanks in both languages', () => {
    const blanks = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).toSorted();
    for (const [key, text] of Object.entries(CONSOLE_EN)) {
      expect(EN, key).not.toHaveProperty([key]);
      expect(blanks(CONSOLE_JA[key as keyof typeof CONSOLE_EN]), key).toEqual(blanks(text));
    }
  });
});
