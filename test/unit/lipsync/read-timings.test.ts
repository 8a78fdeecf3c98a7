import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTimings } from '../../../src/lipsync/index.js';
import { RequestError } from '../../../src/runtime/index.js';

const at = (text: string | Uint8Array) => readTimings(text, 'file');
const row = (text: string | Uint8Array) =>
  at(text).phonemes.map(
    ({ phoneme, startMs, endMs }) => `${phoneme} ${+startMs.toFixed(3)} ${+endMs.toFixed(3)}`,
  );
const message = (text: string | Uint8Array): string => {
  try {
    at(text);
  } catch (error) {
    if (error instanceof RequestError && error.code === 'BRIDGE_ERR_TIMING_FILE') return error.message;
    throw error;
  }
  throw new Error('It was read');
};

describe('readTimings > JSON', () => {
  it.each([
    ['seconds', '[{"phoneme":"k","start":0,"end":0.075},{"phoneme":"o","start":0.075,"end":0.2}]'],
    ['milliseconds', '[{"phoneme":"k","start":0,"end":75},{"phoneme":"o","start":75,"end":200}]'],
    ['keys that say ms', '[{"phone":"k","startMs":0,"endMs":75},{"phone":"o","startMs":75,"endMs":200}]'],
    [
      'keys that say s',
      '[{"symbol":"k","start_s":0,"end_s":0.075},{"symbol":"o","start_s":0.075,"end_s":0.2}]',
    ],
    [
      'start and duration',
      '{"phonemes":[{"phoneme":"k","start":0,"duration":0.075},{"phoneme":"o","start":0.075,"duration":0.125}]}',
    ],
    [
      'durations alone',
      '{"unit":"ms","phonemes":[{"phoneme":"k","duration":75},{"phoneme":"o","duration":125}]}',
    ],
  ])('takes %s', (_, text) => {
    expect(at(text).format).toBe('json');
    expect(row(text)).toEqual(['k 0 75', 'o 75 200']);
  });

  it('lets the unit beside the list decide against what the numbers look like', () => {
    expect(row('{"unit":"s","phonemes":[{"phoneme":"sil","start":0,"end":10}]}')).toEqual(['sil 0 10000']);
    expect(row('{"unit":"ms","phonemes":[{"phoneme":"a","start":0,"end":4}]}')).toEqual(['a 0 4']);
  });

  it('ends a phoneme where the next begins', () => {
    expect(
      row('[{"phoneme":"a","startMs":0,"endMs":120},{"phoneme":"i","startMs":100,"endMs":200}]'),
    ).toEqual(['a 0 100', 'i 100 200']);
  });

  it.each([
    [
      '[{"phoneme":"a","start":0,"end":0.1},{"start":1,"end":2}]',
      /entry 2: .*name under "phoneme", got an object with start, end/,
    ],
    ['[{"phoneme":"a","start":0}]', /entry 1: expected "end" or "duration"/],
    ['[{"phoneme":"a","start":"0","end":1}]', /entry 1: expected a number for "start", got "0"/],
    ['[{"phoneme":"a","start":1,"end":0.5}]', /entry 1: expected an end not before/],
    [
      '[{"phoneme":"a","start":1,"end":2},{"phoneme":"b","start":0,"end":1}]',
      /entry 2: expected phonemes in the order/,
    ],
    ['[{"phoneme":"a","start":-1,"end":2}]', /entry 1: expected a time from 0 on/],
    ['[]', /expected a list of phonemes, got none/],
    ['{"unit":"min","phonemes":[]}', /"unit" to be "ms" or "s", got "min"/],
    ['{"words":[]}', /"accent_phrases", got an object with words/],
    ['[\n{"phoneme":"a",\n}]', /line 3: expected JSON/],
    [`[${'['.repeat(100_000)}${']'.repeat(100_000)}]`, /entry 1: expected/],
  ])('refuses %s', (text, expected) => {
    expect(message(text)).toMatch(expected);
  });
});

describe('readTimings > labels', () => {
  it('takes HTK labels, in units of 100 ns', () => {
    expect(row('0 750000 k\n750000 2000000 o\n')).toEqual(['k 0 75', 'o 75 200']);
  });

  it('takes the first part of a master label file', () => {
    const text = '#!MLF!#\n"*/a.lab"\n0 750000 k -12.5\n.\n"*/b.lab"\n0 100000 a\n.\n';
    expect(row(text)).toEqual(['k 0 75']);
  });

  it('takes full-context labels of Open JTalk, also with a hyphen in the rest', () => {
    const text =
      '0 3125000 xx^xx-sil+k=o/A:xx+xx+xx/B:xx-xx_xx\n3125000 3900000 xx^sil-k+o=N/A:-3+1+4/B:xx-xx_xx\n3900000 4500000 sil^k-U+n=n/A:0+1\n';
    expect(row(text)).toEqual(['sil 0 312.5', 'k 312.5 390', 'U 390 450']);
  });

  it('takes the whole trace of open_jtalk -ot, cut in the middle of a character', () => {
    const trace = `[Text analysis result]\nこんにちは,感動詞\n\n[Output label]\n0 750000 xx^xx-k+o=N/A:1\n750000 2000000 xx^k-o+N=n/A:1\n\n[Global parameter]\nx 1 2`;
    const bytes = new Uint8Array([...new TextEncoder().encode(trace), 0xe3, 0x81]);
    expect(row(bytes)).toEqual(['k 0 75', 'o 75 200']);
  });

  it('takes seconds with a decimal point, as Audacity writes them', () => {
    expect(row('0.000000\t0.075000\tk\r\n0.075000\t0.200000\to\r\n')).toEqual(['k 0 75', 'o 75 200']);
  });

  it('names the line that is wrong', () => {
    expect(message('0 750000 k\nwhat is this\n')).toMatch(
      /file, line 2: expected START END NAME, got "what is this"/,
    );
    expect(message('0 750000 k\n900000 800000 o\n')).toMatch(/line 2: expected an end not before/);
  });
});

const LONG = `File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 0.3
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 0.3
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 0.3
            text = "he said ""ko"" 5"
    item [2]:
        class = "IntervalTier"
        name = "speaker - phones"
        xmin = 0
        xmax = 0.3
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.075
            text = "k"
        intervals [2]:
            xmin = 0.075
            xmax = 0.2
            text = "o"
        intervals [3]:
            xmin = 0.2
            xmax = 0.3
            text = ""
`;
const SHORT = `"ooTextFile"\n"TextGrid"\n0\n0.3\n<exists>\n2\n"TextTier"\n"phones"\n0\n0.3\n1\n0.1\n"click"\n"IntervalTier"\n"all"\n0\n0.3\n3\n0\n0.075\n"k"\n0.075\n0.2\n"o"\n0.2\n0.3\n""\n`;

describe('readTimings > TextGrid', () => {
  const expected = ['k 0 75', 'o 75 200', ' 200 300'];

  it('takes the long form and the tier of phones', () => {
    expect(at(LONG).format).toBe('textgrid');
    expect(row(LONG)).toEqual(expected);
  });

  it('takes the short form, its only interval tier, and no tier of points', () => {
    expect(row(SHORT)).toEqual(expected);
  });

  it.each(['utf-16le', 'utf-16be'])('takes %s with a byte order mark', (encoding) => {
    const bytes = Buffer.from(`\ufeff${LONG.replace('"k"', '"か"')}`, 'utf16le');
    if (encoding === 'utf-16be') bytes.swap16();
    expect(row(new Uint8Array(bytes))[0]).toBe('か 0 75');
  });

  it('names the tiers when none can be chosen', () => {
    expect(message(LONG.replace('speaker - phones', 'sounds'))).toMatch(
      /named phones \(or phonemes, segments\), got the interval tiers "words", "sounds"/,
    );
  });

  it('names the line that is wrong', () => {
    expect(message(LONG.replace('xmax = 0.075', 'xmax = "late"'))).toMatch(
      /line 27: expected the end of an interval, got "late"/,
    );
    expect(message(LONG.slice(0, -60))).toMatch(/line \d+: expected .*, got the end of the file/);
    expect(message('ooBinaryFile\u0008TextGrid')).toMatch(/save it as text in Praat/);
    expect(message(SHORT.replace('"TextGrid"', '"Sound"'))).toMatch(
      /line 2: expected a TextGrid, got a "Sound"/,
    );
  });
});

const mora = (consonant: string | null, vowel: string, seconds: number, pitch = 5) => ({
  text: '',
  consonant,
  consonant_length: consonant === null ? null : 0.04,
  vowel,
  vowel_length: seconds,
  pitch,
});
const query = {
  accent_phrases: [
    {
      moras: [mora('k', 'o', 0.1), mora(null, 'N', 0.08)],
      accent: 1,
      pause_mora: mora(null, 'pau', 0.3),
      is_interrogative: false,
    },
    { moras: [mora('kw', 'a', 0.12)], accent: 1, pause_mora: null, is_interrogative: true },
  ],
  speedScale: 1,
  prePhonemeLength: 0.1,
  postPhonemeLength: 0.1,
};

describe('readTimings > VOICEVOX query', () => {
  /** Whole steps of 256 samples at 24 kHz, as VOICEVOX speaks. */
  const steps = (text: object) =>
    at(JSON.stringify(text)).phonemes.map(
      ({ phoneme, startMs, endMs }) => `${phoneme}${((endMs - startMs) * 0.09375).toFixed(2)}`,
    );

  it('rounds each phoneme to whole steps and lets a question rise', () => {
    // 0.1 s are 9.375 steps, 0.04 s 3.75, 0.08 s 7.5 (to the even 8), 0.3 s 28.125, 0.12 s 11.25, 0.15 s 14.06.
    expect(at(JSON.stringify(query)).format).toBe('voicevox');
    expect(steps(query)).toEqual(
      ['sil9', 'k4', 'o9', 'N8', 'pau28', 'kw4', 'a11', 'a14', 'sil9'].map((text) => `${text}.00`),
    );
  });

  it('divides every length by the speed before rounding', () => {
    expect(steps({ ...query, speedScale: 2 })).toEqual(
      ['sil5', 'k2', 'o5', 'N4', 'pau14', 'kw2', 'a6', 'a7', 'sil5'].map((text) => `${text}.00`),
    );
  });

  it('replaces and scales pauses', () => {
    expect(steps({ ...query, pauseLength: 0.5, pauseLengthScale: 2 })[4]).toBe('pau94.00');
  });

  it('reads the names of the editor', () => {
    const camel = JSON.parse(
      JSON.stringify(query).replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    );
    expect(steps(camel)).toEqual(steps(query));
  });

  it('names the mora that is wrong', () => {
    const broken = structuredClone(query) as { accent_phrases: { moras: object[] }[] };
    broken.accent_phrases[0]?.moras.push({ vowel: 'a', vowel_length: 'x' });
    expect(message(JSON.stringify(broken))).toMatch(
      /accent phrase 1, mora 3: expected a number, 0 or more, for "vowel_length", got "x"/,
    );
    expect(message(JSON.stringify({ ...query, speedScale: 0 }))).toMatch(/speedScale above 0/);
  });
});

describe('readTimings > phonemes and milliseconds', () => {
  it('takes the list of a LIPSYNC_START', () => {
    expect(row(' sil,100, k,75,\no,75.5')).toEqual(['sil 0 100', 'k 100 175', 'o 175 250.5']);
  });

  it.each([
    ['sil,100,k', /phoneme 2: expected milliseconds behind "k", as in sil,100,k,75, got nothing/],
    ['sil,100,k,-5', /phoneme 2: .* got "-5"/],
  ])('refuses %s', (text, expected) => {
    expect(message(text)).toMatch(expected);
  });
});

describe('readTimings > anything', () => {
  it('tells what it understands when it does not', () => {
    expect(message('RIFF\u0000\u0000WAVE')).toMatch(/line 1: expected JSON, a VOICEVOX query, HTK/);
    expect(message('  \n')).toMatch(/empty file/);
  });

  const damaged = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.json(),
    fc
      .tuple(
        fc.constantFrom(
          LONG,
          SHORT,
          JSON.stringify(query),
          '0 750000 a^b-k+o=N\n750000 900000 o',
          'a,1,b,2',
          '[{"phoneme":"a","start":0,"end":1}]',
        ),
        fc.nat(),
        fc.nat(),
        fc.string({ maxLength: 10 }),
      )
      .map(([text, from, length, put]) => {
        const cut = from % text.length;
        return text.slice(0, cut) + put + text.slice(cut + (length % 40));
      }),
  );

  it('gives ordered times without overlaps, or its own error, whatever comes', () => {
    fc.assert(
      fc.property(damaged, (content) => {
        let before = 0;
        try {
          for (const { phoneme, startMs, endMs } of at(content).phonemes) {
            expect(typeof phoneme).toBe('string');
            expect(startMs).toBeGreaterThanOrEqual(before);
            expect(endMs).toBeGreaterThanOrEqual(startMs);
            expect(Number.isFinite(endMs)).toBe(true);
            before = endMs;
          }
        } catch (error) {
          if (!(error instanceof RequestError) || error.code !== 'BRIDGE_ERR_TIMING_FILE') throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
