import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  azureVisemeTimeline,
  DEFAULT_LIP_TABLE,
  espeakTimeline,
  type LipPhoneme,
  lipTimeline,
  timelineOfStarts,
  voicevoxTimeline,
  wordsOfCharacters,
} from '../../../src/lipsync/index.js';
import { phonemes } from './rig.js';

const shown = (line: readonly LipPhoneme[]) =>
  line.map(({ phoneme, startMs, endMs }) => `${phoneme},${Math.round(endMs - startMs)}`).join(',');
const starts = (list: string) => phonemes(list).map(({ phoneme, startMs }) => ({ name: phoneme, startMs }));

/** What every time line promises. */
function expectWhole(line: readonly LipPhoneme[], durationMs: number): void {
  let atMs = 0;
  for (const { phoneme, startMs, endMs } of line) {
    expect(startMs).toBe(atMs);
    expect(endMs).toBeGreaterThanOrEqual(startMs);
    expect(DEFAULT_LIP_TABLE.has(phoneme)).toBe(true);
    atMs = endMs;
  }
  expect(atMs).toBe(durationMs);
}

describe('lipTimeline', () => {
  it('fills gaps with silence, cuts what overlaps and what is beyond the sound', () => {
    const given = [
      { phoneme: 'k', startMs: 50, endMs: 120 },
      { phoneme: 'a', startMs: 100, endMs: 200 },
      { phoneme: 'kw', startMs: 200.4, endMs: 300 },
      { phoneme: 'o', startMs: 300, endMs: 900 },
    ];
    expect(shown(lipTimeline(given, { durationMs: 500 }))).toBe('sil,50,k,50,a,100,k,50,w,50,o,200');
  });

  it('is silent to the end of a longer sound, in one piece', () => {
    expect(shown(lipTimeline(phonemes('a,100,sil,50'), { durationMs: 400 }))).toBe('a,100,sil,300');
    expect(shown(lipTimeline([], { durationMs: 400 }))).toBe('sil,400');
    expect(lipTimeline([])).toEqual([]);
  });

  it('has no piece that only rounding made, at the end or between', () => {
    const endMs = 0.1 + 0.2;
    const line = lipTimeline(phonemes('a,100'), { durationMs: 100 + 1e-10 });
    expect(line).toEqual([{ phoneme: 'a', startMs: 0, endMs: 100 + 1e-10 }]);
    const rest = { phoneme: 'sil', startMs: 0.3, endMs: 50 };
    expect(lipTimeline([{ phoneme: 'a', startMs: 0, endMs: 0.3 }, rest], { durationMs: endMs })).toEqual([
      { phoneme: 'a', startMs: 0, endMs },
    ]);
  });

  it('keeps the other names of a phoneme', () => {
    expect(lipTimeline([{ phoneme: 'u', startMs: 0, endMs: 90, orElse: ['e'] }])[0]?.orElse).toEqual(['e']);
  });

  it('is contiguous, as long as the sound and holds names of the table only, whatever comes', () => {
    const phoneme = fc.record({
      phoneme: fc.oneof(fc.constantFrom('a', 'kw', 'N', '', 'sil'), fc.string({ maxLength: 3 })),
      startMs: fc.double({ min: 0, max: 5000, noNaN: true }),
      endMs: fc.double({ min: 0, max: 6000, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(phoneme, { maxLength: 30 }),
        fc.double({ min: 0.001, max: 6000, noNaN: true }),
        fc.constantFrom('lip', 'ipa', 'espeakJa', 'azureJa'),
        (list, durationMs, alphabet) => {
          const sorted = list.sort((a, b) => a.startMs - b.startMs);
          expectWhole(lipTimeline(sorted, { durationMs, alphabet }), durationMs);
        },
      ),
    );
  });

  it('moves no border of an engine that leaves no gaps', () => {
    const lengths = fc.array(fc.double({ min: 0.01, max: 300, noNaN: true }), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(lengths, (list) => {
        let atMs = 0;
        const given = list.map((lengthMs, index) => {
          const startMs = atMs;
          atMs += lengthMs;
          return { phoneme: index % 2 === 0 ? 'k' : 'a', startMs, endMs: atMs };
        });
        expect(lipTimeline(given, { durationMs: atMs })).toEqual(given);
      }),
    );
  });
});

describe('espeakTimeline', () => {
  it('leaves out names of languages and takes what has no letters as a pause', () => {
    const events = [
      { name: '', startMs: 0 },
      { name: 'h', startMs: 20 },
      { name: 'ˈoʊ', startMs: 80 },
      { name: '(ja)', startMs: 200 },
      { name: 'kʲ', startMs: 200 },
      { name: 'ɯ', startMs: 260 },
      { name: '', startMs: 350 },
    ];
    expect(shown(espeakTimeline(events, { durationMs: 500 }))).toBe('sil,20,hh,60,ow,120,ky,60,u,90,sil,150');
    expect(shown(espeakTimeline([{ name: 'N', startMs: 0 }], { alphabet: 'espeakJa', durationMs: 80 }))).toBe(
      'N,80',
    );
  });
});

describe('timelineOfStarts', () => {
  it('gives the last 100 ms where the length of the sound is not known', () => {
    expect(
      shown(
        timelineOfStarts(
          [
            { name: 'PP', startMs: 40 },
            { name: 'aa', startMs: 90 },
          ],
          { alphabet: 'oculus' },
        ),
      ),
    ).toBe('sil,40,p,50,aa,100');
  });
});

describe('voicevoxTimeline', () => {
  const mora = (consonant: string | null, vowel: string, seconds: number, pitch = 5) => ({
    text: 'x',
    consonant,
    consonant_length: consonant === null ? null : 0.04,
    vowel,
    vowel_length: seconds,
    pitch,
  });
  const query = {
    accent_phrases: [
      {
        moras: [mora('k', 'o', 0.1), mora('gw', 'a', 0.2)],
        accent: 1,
        pause_mora: null,
        is_interrogative: true,
      },
    ],
    speedScale: 1,
    prePhonemeLength: 0.1,
    postPhonemeLength: 0.1,
    pauseLength: null,
    pauseLengthScale: 1,
  };
  const STEP_MS = 256 / 24;
  /** In steps of 256 samples: sil 9, k 4, o 9, gw 4, a 19, raised a 14, sil 9. */
  const steps = (line: readonly LipPhoneme[]) =>
    line
      .map(({ phoneme, startMs, endMs }) => `${phoneme}${((endMs - startMs) / STEP_MS).toFixed(1)}`)
      .join(' ');

  it('has the rising vowel of a question only when the engine was asked for it', () => {
    expect(steps(voicevoxTimeline(query).phonemes)).toBe('sil9.0 k4.0 o9.0 g2.0 w2.0 a19.0 a14.0 sil9.0');
    expect(steps(voicevoxTimeline(query, { hasUpspeak: false }).phonemes)).toBe(
      'sil9.0 k4.0 o9.0 g2.0 w2.0 a19.0 sil9.0',
    );
  });

  it('is exact for a sound that is as long as the query says, after resampling too', () => {
    const durationMs = Math.ceil((68 * 256 * 2) / 3) / 16;
    const line = voicevoxTimeline(query, { durationMs });
    expect(line.isExact).toBe(true);
    expectWhole(line.phonemes, durationMs);
    expect(line.phonemes[1]?.startMs).toBeCloseTo(9 * STEP_MS, 6);
  });

  it('spreads the phonemes over a sound of another length and says that it is a guess', () => {
    const line = voicevoxTimeline(query, { durationMs: 68 * STEP_MS * 2 });
    expect(line.isExact).toBe(false);
    expectWhole(line.phonemes, 68 * STEP_MS * 2);
    expect(steps(line.phonemes)).toBe('sil18.0 k8.0 o18.0 g4.0 w4.0 a38.0 a28.0 sil18.0');
  });

  it('is not exact where the engine gives no phoneme a length, whatever the sound', () => {
    const empty = { ...mora(null, 'a', 0), consonant_length: 0 };
    const untimed = { ...query, accent_phrases: [{ moras: [empty, empty], accent: 1, pause_mora: null }] };
    const bare = { ...untimed, prePhonemeLength: 0, postPhonemeLength: 0 };
    for (const [given, durationMs] of [
      [untimed, undefined],
      [untimed, 200],
      [untimed, 1500],
      [bare, undefined],
      [bare, 1500],
    ] as const) {
      const line = voicevoxTimeline(given, durationMs === undefined ? {} : { durationMs });
      expect(line.isExact).toBe(false);
      if (durationMs !== undefined) expectWhole(line.phonemes, durationMs);
    }
  });

  it('is exact for a text without sounds: silence of the length that was asked for', () => {
    expect(voicevoxTimeline({ accent_phrases: [] }).isExact).toBe(true);
    expect(voicevoxTimeline({ accent_phrases: [] }, { durationMs: 1500 }).isExact).toBe(false);
    const none = { accent_phrases: [], prePhonemeLength: 0, postPhonemeLength: 0 };
    expect(voicevoxTimeline(none, { durationMs: 1500 }).isExact).toBe(false);
  });

  it('refuses what is no query', () => {
    expect(() => voicevoxTimeline({ kana: 'コ' })).toThrow(
      /expected "accent_phrases", got an object with kana/,
    );
  });

  it('lies within 1 ms of the sum of whole steps for any query', () => {
    const seconds = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(seconds, { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        (lengths, speedScale) => {
          const moras = lengths.map((length) => ({ ...mora(null, 'a', length), pitch: 5 }));
          const { phonemes: line } = voicevoxTimeline({ accent_phrases: [{ moras }], speedScale });
          const endSteps = (line.at(-1)?.endMs ?? 0) / STEP_MS;
          expect(Math.abs(endSteps - Math.round(endSteps))).toBeLessThan(1e-6);
          const seconds = (lengths.reduce((sum, length) => sum + length, 0) + 0.2) / speedScale;
          expect(Math.abs(endSteps * STEP_MS - seconds * 1000)).toBeLessThanOrEqual(
            ((lengths.length + 2) * STEP_MS) / 2 + 1e-6,
          );
        },
      ),
    );
  });
});

describe('azureVisemeTimeline', () => {
  const line = (list: string, language: string, phonemes?: string[]) => {
    const durationMs = list
      .split(',')
      .reduce((sum, token, index) => sum + (index % 2 === 1 ? Number(token) : 0), 0);
    const visemes = starts(list).map(({ name, startMs }) => ({ id: Number(name), startMs }));
    const given = azureVisemeTimeline(visemes, { language, durationMs, ...(phonemes && { phonemes }) });
    expectWhole(given, durationMs);
    return given;
  };

  it('takes Japanese numbers for Japanese sounds', () => {
    // こんにちは
    expect(shown(line('0,50,20,60,8,90,19,70,19,60,6,80,16,70,6,80,7,50,2,120,0,100', 'ja-JP'))).toBe(
      'sil,50,k,60,o,90,N,70,t,60,i,80,sh,70,i,80,w,50,a,120,sil,100',
    );
  });

  it('marks う and え as open, but not in わ行', () => {
    expect(line('20,60,4,90', 'ja-JP')[1]).toMatchObject({ phoneme: 'u', orElse: ['e'] });
    const [first, second] = line('7,60,4,90', 'ja-JP');
    expect([first?.phoneme, second?.phoneme, second?.orElse]).toEqual(['u', 'u', undefined]);
  });

  it('tells ん, ツ, glides and vowels at the beginning apart', () => {
    expect(shown(line('19,80,20,60,2,90', 'ja'))).toBe('N,80,k,60,a,90');
    expect(shown(line('2,90,19,80,0,200', 'ja'))).toBe('a,90,N,80,sil,200');
    expect(shown(line('2,90,19,40,15,80,4,90', 'ja'))).toBe('a,90,t,40,s,80,u,90');
    expect(shown(line('20,60,6,40,8,90,6,90,8,90', 'ja'))).toBe('k,60,y,40,o,90,i,90,o,90');
    expect(shown(line('0,50,19,40,2,90', 'ja'))).toBe('sil,50,a,40,a,90');
  });

  it('names everything by the text where that is known', () => {
    // てつがく
    const given = line('0,50,19,50,4,80,19,40,15,70,4,80,20,50,2,90,20,50,4,90,0,50', 'ja-JP', [
      ...['t', 'e', 'ts', 'u', 'g', 'a', 'k', 'u'],
    ]);
    expect(given.map(({ phoneme }) => phoneme).join(' ')).toBe('sil t e t ts u g a k u sil');
    expect(
      given.filter(({ phoneme }) => /^[ue]$/.test(phoneme)).every(({ orElse }) => orElse === undefined),
    ).toBe(true);
    expect(line('20,60,4,80', 'en-US', ['k', 'uh']).map(({ phoneme }) => phoneme)).toEqual(['k', 'uh']);
  });

  it('keeps the rule where the text does not fit', () => {
    const given = line('20,60,4,80', 'ja-JP', ['m', 'a']);
    expect(given.map(({ phoneme }) => phoneme)).toEqual(['k', 'u']);
    expect(given[1]?.orElse).toEqual(['e']);
  });

  it('hears w and y in English where they are short and before a vowel', () => {
    expect(shown(line('7,60,6,100,7,120,6,40,7,90', 'en-US'))).toBe('w,60,iy,100,uw,120,y,40,uw,90');
  });

  it('promises the same whatever numbers come', () => {
    const viseme = fc.record({
      id: fc.integer({ min: -1, max: 30 }),
      startMs: fc.double({ min: 0, max: 3000, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(viseme, { maxLength: 40 }),
        fc.constantFrom('ja-JP', 'en-US'),
        (list, language) => {
          const sorted = list.sort((a, b) => a.startMs - b.startMs);
          expectWhole(
            azureVisemeTimeline(sorted, { language, durationMs: 3500, phonemes: ['k', 'a', 'u', 'e'] }),
            3500,
          );
        },
      ),
    );
  });
});

describe('wordsOfCharacters', () => {
  const spread = (text: string) =>
    [...text].map((character, index) => ({ text: character, startMs: index * 10, endMs: index * 10 + 10 }));

  it('puts characters together to words, with their place in sound and text', () => {
    expect(wordsOfCharacters(spread("Don't stop, 2 x-rays!"))).toEqual([
      { text: "Don't", startMs: 0, endMs: 50, from: 0, to: 5 },
      { text: 'stop', startMs: 60, endMs: 100, from: 6, to: 10 },
      { text: '2', startMs: 120, endMs: 130, from: 12, to: 13 },
      { text: 'x', startMs: 140, endMs: 150, from: 14, to: 15 },
      { text: 'rays', startMs: 160, endMs: 200, from: 16, to: 20 },
    ]);
  });

  it('finds words in Japanese, and in characters of several units', () => {
    expect(wordsOfCharacters(spread('私は𠮷野家です。'), 'ja').map(({ text }) => text)).toContain('です');
    const [, family] = wordsOfCharacters([
      { text: 'ok', startMs: 0, endMs: 5 },
      { text: '', startMs: 5, endMs: 6 },
      { text: ' fam', startMs: 6, endMs: 9 },
    ]);
    expect(family).toEqual({ text: 'fam', startMs: 6, endMs: 9, from: 3, to: 6 });
  });

  it('keeps the order of time, and every word stands in the text, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 3 }), { maxLength: 20 }), (texts) => {
        const characters = texts.map((text, index) => ({ text, startMs: index, endMs: index + 1 }));
        const whole = texts.join('');
        let before = 0;
        for (const { text, startMs, endMs, from, to } of wordsOfCharacters(characters)) {
          expect(whole.slice(from, to)).toBe(text);
          expect(startMs).toBeGreaterThanOrEqual(before);
          expect(endMs).toBeGreaterThan(startMs);
          before = startMs;
        }
      }),
    );
  });
});
