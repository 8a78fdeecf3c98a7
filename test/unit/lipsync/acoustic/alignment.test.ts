import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classOf } from '../../../../src/lipsync/acoustic/phoneme-classes.js';
import type { PosteriorFrames } from '../../../../src/lipsync/acoustic/posteriors.js';
import { type AlignableWord, alignWords, type TimedPhoneme } from '../../../../src/lipsync/index.js';
import { seededRandom } from '../../../../src/runtime/index.js';

const CLASSES = 'sil a i u e o m N n s t r w y h'.split(' ');

/** A sound that is heard as these phonemes, `name×frames`; each frame's class with this probability, the rest shared by chance. */
function heard(text: string, probability = 0.8, seed = 1): PosteriorFrames {
  const random = seededRandom(seed);
  const frames = text
    .split(' ')
    .flatMap((part) => {
      const [name = 'sil', count = '1'] = part.split('×');
      return Array.from({ length: Number(count) }, () => classOf(name));
    })
    .map((name) => {
      const shares = CLASSES.map(() => random() + 0.01);
      const sum = shares.reduce((total, share) => total + share, 0);
      return Float32Array.from(CLASSES, (c, n) =>
        Math.log((c === name ? probability : 0) + ((1 - probability) * (shares[n] ?? 0)) / sum),
      );
    });
  return {
    classes: CLASSES,
    priors: CLASSES.map(() => 1 / CLASSES.length),
    frames: frames.length,
    at: (frame) => frames[frame] ?? new Float32Array(CLASSES.length),
  };
}

/** Words of one reading each: `k o N|n i`. */
function words(text: string): AlignableWord[] {
  return text.split('|').map((word) => ({ readings: [word.split(' ')] }));
}

function shown(phonemes: readonly TimedPhoneme[]): string {
  return phonemes.map(({ phoneme, startMs, endMs }) => `${phoneme}×${(endMs - startMs) / 10}`).join(' ');
}

describe('alignWords', () => {
  it('finds each phoneme where it is heard', () => {
    const sound = 'pau×20 k×7 o×9 N×6 n×5 i×8 ch×9 i×7 w×4 a×15 pau×20';
    const { phonemes, confidence, isReliable } = alignWords(heard(sound), words('k o N|n i|ch i|w a'));
    expect(shown(phonemes)).toBe(sound);
    expect(confidence).toBeGreaterThan(0.9);
    expect(isReliable).toBe(true);
  });

  it('tells where each word is and how well it fits', () => {
    const { words: found } = alignWords(heard('pau×10 k×8 a×10 s×8 o×10 pau×10'), words('k a|s o'));
    expect(found.map((word) => word && [word.startMs, word.endMs])).toEqual([
      [100, 280],
      [280, 460],
    ]);
    for (const word of found) expect(word?.confidence).toBeGreaterThan(0.9);
  });

  it('finds pauses between words whether the text has them or not', () => {
    const said = alignWords(heard('k×8 a×10 pau×20 s×8 o×10'), words('k a|s o'));
    expect(shown(said.phonemes)).toBe('k×8 a×10 pau×20 s×8 o×10');
    const punctuated = [{ readings: [['k', 'a']], isPause: true }, { readings: [['s', 'o']] }];
    expect(shown(alignWords(heard('k×8 a×10 s×8 o×10'), punctuated).phonemes)).toBe('k×8 a×10 s×8 o×10');
  });

  it('chooses the reading that is heard', () => {
    const word = {
      readings: [
        ['k', 'a', 'z', 'e'],
        ['f', 'u', 'u'],
      ],
    };
    expect(shown(alignWords(heard('pau×9 f×9 u×8 u×8 pau×9'), [word]).phonemes)).toMatch(
      /^pau×9 f×9 u×\d+ u×\d+ pau×9$/,
    );
    expect(shown(alignWords(heard('pau×9 k×8 a×8 z×8 e×9'), [word]).phonemes)).toBe('pau×9 k×8 a×8 z×8 e×9');
  });

  it('hears a vowel that lost its voice, and one that did not', () => {
    const text = words('d e s u');
    expect(shown(alignWords(heard('d×4 e×9 s×10 U×7 pau×20'), text).phonemes)).toMatch(
      /^d×4 e×9 s×\d+ U×\d+ pau×20$/,
    );
    expect(shown(alignWords(heard('d×4 e×9 s×10 u×7 pau×20'), text).phonemes)).toBe(
      'd×4 e×9 s×10 u×7 pau×20',
    );
  });

  it('shares a long vowel among those that the text has, by their usual lengths', () => {
    const { phonemes } = alignWords(heard('t×6 o×20 ky×8 o×20'), words('t o o|ky o o'));
    const lengths = phonemes.map(({ startMs, endMs }) => endMs - startMs);
    for (const at of [1, 2, 4, 5]) expect(Math.abs((lengths[at] ?? 0) - 100)).toBeLessThanOrEqual(20);
  });

  it('keeps words in their windows where the sound alone would not tell', () => {
    const sound = heard('pau×10 r×5 a×10 r×5 a×10 r×5 a×10 pau×10');
    const one = (startMs: number, endMs: number): AlignableWord => ({
      readings: [['r', 'a']],
      window: { startMs, endMs },
    });
    const [found] = alignWords(sound, [one(400, 550)]).words;
    expect([found?.startMs, found?.endMs]).toEqual([400, 550]);
  });

  it('says so when text and sound do not belong together, or the sound ends before the text', () => {
    const text = words('k o N|n i|ch i|w a');
    expect(alignWords(heard('pau×20 s×9 a×15 y×6 o×9 o×9 n×6 a×9 r×4 a×12 pau×20'), text).isReliable).toBe(
      false,
    );
    expect(alignWords(heard('pau×20 k×7 o×9 N×6'), text)).toMatchObject({ isReliable: false });
    expect(alignWords(heard('pau×40'), text).isReliable).toBe(false);
  });

  it('has no answer, and no error, where there is nothing', () => {
    expect(alignWords(heard('pau×5'), [])).toMatchObject({
      phonemes: [{ phoneme: 'pau', startMs: 0, endMs: 50 }],
    });
    expect(alignWords({ ...heard('pau×1'), frames: 0 }, words('k a')).phonemes).toEqual([]);
    expect(alignWords(heard('pau×9'), [{ readings: [] }, { readings: [[]], isPause: true }]).words).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('refuses names that are not of lip.txt', () => {
    expect(() => alignWords(heard('pau×9'), words('kw a'))).toThrow('"kw"');
  });

  it('covers the whole sound without gaps, each phoneme two frames at least, whatever is heard', () => {
    const names = fc.constantFrom('a', 'i', 'k', 's', 'm', 'o', 'N', 'pau');
    const sounds = fc.array(fc.tuple(names, fc.integer({ min: 1, max: 20 })), {
      minLength: 1,
      maxLength: 30,
    });
    const texts = fc.array(
      fc.array(fc.constantFrom('a', 'i', 'k', 's', 'u', 'cl'), { minLength: 1, maxLength: 4 }),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(sounds, texts, fc.integer({ min: 1, max: 1000 }), (sound, text, seed) => {
        const frames = heard(sound.map(([name, count]) => `${name}×${count}`).join(' '), 0.5, seed);
        const {
          phonemes,
          words: found,
          confidence,
        } = alignWords(
          frames,
          text.map((phoneme) => ({ readings: [phoneme] })),
        );
        expect(found).toHaveLength(text.length);
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
        let atMs = 0;
        for (const [index, { startMs, endMs }] of phonemes.entries()) {
          expect(startMs).toBe(atMs);
          atMs = endMs;
          if (index < phonemes.length - 1) expect(endMs - startMs).toBeGreaterThanOrEqual(20);
        }
        expect(atMs).toBe(frames.frames * 10);
      }),
      { numRuns: 100 },
    );
  });

  it('finds its way through minutes of text', () => {
    const random = seededRandom(3);
    const syllables = ['k a', 's o', 'm i', 't e', 'n u', 'r a', 'w a', 'h o', 'y u', 'N'];
    const text = Array.from({ length: 500 }, () => syllables[Math.floor(random() * syllables.length)] ?? 'N');
    const sound = text.map((word) =>
      word
        .split(' ')
        .map((name) => `${name}×${4 + Math.floor(random() * 8)}`)
        .join(' '),
    );
    const { phonemes, isReliable } = alignWords(heard(sound.join(' '), 0.7), words(text.join('|')));
    expect(isReliable).toBe(true);
    const wanted = sound.join(' ').split(' ');
    const got = shown(phonemes).split(' ');
    expect(got).toHaveLength(wanted.length);
    expect(got.filter((one, n) => one === wanted[n]).length / wanted.length).toBeGreaterThan(0.95);
  });
});
