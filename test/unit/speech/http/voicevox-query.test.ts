import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { voicevoxTimeline } from '../../../../src/lipsync/index.js';
import { asQuery, piecesOf, withGuessedLengths } from '../../../../src/speech/tts/voicevox/voicevox-query.js';
import { QUERY, type Query, samplesOf } from '../../../support/speech/voicevox-query.js';

const seconds = fc.double({ min: 0, max: 0.4, noNaN: true });
const mora = fc.record({
  text: fc.constant('カ'),
  consonant: fc.constantFrom('k', 'kw', 'sh', null),
  vowel: fc.constantFrom('a', 'U', 'N', 'cl'),
  consonantSeconds: seconds,
  vowelSeconds: seconds,
  pitch: fc.constantFrom(0, 5.5),
});
const queries = fc
  .record({
    phrases: fc.array(
      fc.record({
        moras: fc.array(mora, { minLength: 1, maxLength: 6 }),
        pause: fc.option(seconds, { nil: null }),
        isQuestion: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    speedScale: fc.double({ min: 0.5, max: 2, noNaN: true }),
    prePhonemeLength: seconds,
    postPhonemeLength: seconds,
    pauseLength: fc.option(seconds, { nil: null }),
    pauseLengthScale: fc.double({ min: 0, max: 2, noNaN: true }),
  })
  .map(({ phrases, ...scales }) => ({
    ...QUERY,
    ...scales,
    accent_phrases: phrases.map(({ moras, pause, isQuestion }) => ({
      moras: moras.map(({ text, consonant, vowel, consonantSeconds, vowelSeconds, pitch }) => ({
        text,
        consonant,
        consonant_length: consonant === null ? null : consonantSeconds,
        vowel,
        vowel_length: vowelSeconds,
        pitch,
      })),
      accent: 1,
      pause_mora:
        pause === null
          ? null
          : {
              text: '、',
              consonant: null,
              consonant_length: null,
              vowel: 'pau',
              vowel_length: pause,
              pitch: 0,
            },
      is_interrogative: isQuestion,
    })),
  })) as unknown as fc.Arbitrary<Query>;

describe('A long VOICEVOX query', () => {
  test('sounds as long in pieces as in one, with the same phonemes at the same times', () => {
    fc.assert(
      fc.property(queries, fc.boolean(), (query, hasUpspeak) => {
        const whole = asQuery(query);
        if (whole === undefined) throw new Error('no query');
        const pieces = piecesOf(whole);
        const lengths = pieces.map((piece) => samplesOf(piece as unknown as Query, hasUpspeak));
        const samples = samplesOf(query, hasUpspeak);
        expect(lengths.reduce((sum, count) => sum + count, 0)).toBe(samples);
        let atMs = 0;
        const joined = pieces.flatMap((piece, index) => {
          const line = voicevoxTimeline(piece, { hasUpspeak });
          const fromMs = atMs;
          atMs += ((lengths[index] ?? 0) / 24_000) * 1000;
          return line.phonemes.map(({ phoneme, endMs }) => `${phoneme} ${(endMs + fromMs).toFixed(3)}`);
        });
        const expected = voicevoxTimeline(query, { hasUpspeak });
        expect(joined).toEqual(
          expected.phonemes.map(({ phoneme, endMs }) => `${phoneme} ${endMs.toFixed(3)}`),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('is cut behind pauses only, and not at all where the intonation is scaled', () => {
    const long = { ...QUERY, accent_phrases: [...QUERY.accent_phrases, ...QUERY.accent_phrases] };
    const pieces = piecesOf(long);
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces.slice(0, -1)) expect(piece.accent_phrases.at(-1)?.pause_mora).not.toBeNull();
    expect(pieces.map((piece) => [piece['prePhonemeLength'], piece['postPhonemeLength']])).toEqual(
      pieces.map((_, index) => [index === 0 ? 0.1 : 0, index === pieces.length - 1 ? 0.1 : 0]),
    );
    expect(piecesOf({ ...long, intonationScale: 1.1 })).toHaveLength(1);
  });
});

describe('A query without lengths', () => {
  test('gets guessed ones, a query with lengths stays the same object', () => {
    const query = asQuery(QUERY);
    if (query === undefined) throw new Error('no query');
    expect(withGuessedLengths(query)).toBe(query);
  });

  test.each([undefined, null, [], 'x', {}, { accent_phrases: 'x' }, { accent_phrases: [1] }])(
    '%j is none',
    (value) => {
      expect(asQuery(value)).toBeUndefined();
    },
  );
});
