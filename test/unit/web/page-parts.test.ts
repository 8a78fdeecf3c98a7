import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LaneStatus } from '../../../src/control/index.js';
import { targetOf } from '../../../src/web/lane-choice.js';
import { mouthShape } from '../../../src/web/mouth-shape.js';
import { CLOSED, MouthTrack } from '../../../src/web/mouth-track.js';
import { isTextKey, TEXTS } from '../../../src/web/texts.js';
import { EN } from '../../../src/web/texts-en.js';

const WEB = join(import.meta.dirname, '../../../src/web');

function lane(name: string, overrides: Partial<LaneStatus> = {}): LaneStatus {
  return {
    lane: name,
    link: '',
    model: '0',
    state: 'ready',
    isSimulator: false,
    carriesSound: true,
    connections: 1,
    isSpeaking: false,
    bufferedMs: 0,
    ...overrides,
  };
}
const SIMULATOR = lane('simulator', { isSimulator: true });
const ABSENT = lane('absent', { state: 'disconnected' });

describe('targetOf', () => {
  it.each([
    [
      'the simulator while nobody else is connected',
      [SIMULATOR, ABSENT],
      undefined,
      { kind: 'simulator', lane: SIMULATOR },
    ],
    ['the connected MMDAgent-EX', [SIMULATOR, lane('real')], undefined, { kind: 'real', lane: lane('real') }],
    ['nobody of two', [SIMULATOR, lane('a'), lane('b')], undefined, { kind: 'several' }],
    ['the chosen of two', [lane('a'), lane('b')], 'b', { kind: 'real', lane: lane('b') }],
    ['the only one, which is waited for', [ABSENT], undefined, { kind: 'waiting', lane: ABSENT }],
    ['nobody without sound', [lane('stdio', { carriesSound: false })], undefined, { kind: 'none' }],
    ['who fits when the chosen is gone', [SIMULATOR], 'gone', { kind: 'simulator', lane: SIMULATOR }],
  ] as const)('names %s', (_what, lanes, chosen, expected) => {
    expect(targetOf(lanes, chosen)).toEqual(expected);
  });
});

describe('MouthTrack', () => {
  const open = { a: 1, i: 0, u: 0, o: 0 };

  it('shows a mouth when its sound is heard', () => {
    const track = new MouthTrack();
    track.push(open, 1000, 120);
    expect(track.at(1119)).toEqual(CLOSED);
    expect(track.at(1120)).toEqual(open);
  });

  it('closes a mouth of which nothing more is told', () => {
    const track = new MouthTrack();
    track.push(open, 0, 0);
    expect(track.at(400)).toEqual(open);
    expect(track.at(401)).toEqual(CLOSED);
  });

  it('keeps a bounded number of mouths', () => {
    const track = new MouthTrack();
    for (let n = 0; n < 100_000; n++) track.push({ ...open, a: n }, n, 0);
    expect(track.at(99_999).a).toBe(99_999);
  });
});

describe('mouthShape', () => {
  it('opens with あ, spreads with い, narrows with う', () => {
    const width = (shape: string): number => -Number(/^M(\S+)/.exec(shape)?.[1]);
    expect(mouthShape(CLOSED).openness).toBe(0);
    expect(mouthShape({ ...CLOSED, a: 1 }).openness).toBeGreaterThan(
      mouthShape({ ...CLOSED, o: 1 }).openness,
    );
    expect(width(mouthShape({ ...CLOSED, i: 1 }).opening)).toBeGreaterThan(width(mouthShape(CLOSED).opening));
    expect(width(mouthShape({ ...CLOSED, u: 1 }).opening)).toBeLessThan(width(mouthShape(CLOSED).opening));
  });

  it('stays a mouth with any weights', () => {
    for (const value of [-5, 0, 0.5, 1, 50]) {
      const { opening, openness } = mouthShape({ a: value, i: value, u: value, o: value });
      expect(opening).not.toMatch(/NaN|Infinity/);
      expect(openness).toBeGreaterThanOrEqual(0);
      expect(openness).toBeLessThanOrEqual(1);
    }
  });
});

describe('the texts', () => {
  const html = readFileSync(join(WEB, 'index.html'), 'utf8');
  const keys = [...html.matchAll(/data-t(?:-label|-placeholder|-title)?="(\w+)"/g)].map(
    (match) => match[1] ?? '',
  );

  it('know every key of index.html', () => {
    expect(keys.length).toBeGreaterThan(20);
    expect(keys.filter((key) => !isTextKey(key))).toEqual([]);
  });

  it('stand in index.html in English, for the moment before the program runs', () => {
    for (const [, key = '', text] of html.matchAll(/data-t="(\w+)"[^>]*>([^<]+)</g)) {
      expect(isTextKey(key) && TEXTS.en[key]).toBe(text);
    }
  });

  it('have the same blanks in both languages', () => {
    const all = (Object.keys(EN) as (keyof typeof EN)[]).filter(isTextKey);
    expect(all.length).toBeGreaterThan(150);
    const blanks = (language: 'en' | 'ja', key: (typeof all)[number]): string[] =>
      [...TEXTS[language][key].matchAll(/\{\w+\}/g)].map(String).sort();
    for (const key of all) expect(blanks('ja', key), key).toEqual(blanks('en', key));
  });
});

describe('index.html', () => {
  const html = readFileSync(join(WEB, 'index.html'), 'utf8');

  it('needs nothing from elsewhere and nothing inline', () => {
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/ style=| on\w+="|<style/);
    expect(html).not.toMatch(/<script(?![^>]* src=)/);
  });

  it('has every element that the program asks for', () => {
    const program = readdirSync(WEB)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(WEB, name), 'utf8'))
      .join('\n');
    const asked = [...program.matchAll(/byId\('([\w-]+)'/g)].map((match) => match[1]);
    expect(asked.length).toBeGreaterThan(30);
    for (const id of asked) expect(html).toContain(`id="${id}"`);
  });
});
