import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIP_TABLE } from '../../../../src/lipsync/index.js';
import type { EspeakEvent } from '../../../../src/speech/tts/embedded/espeak-frames.js';
import { EspeakNames } from '../../../../src/speech/tts/embedded/espeak-names.js';
import type { EspeakNaming } from '../../../../src/speech/tts/embedded/espeak-units.js';

const RATE_HZ = 1000;

/** Names of events 100 ms apart, as the time line has them. */
function told(names: string, naming: EspeakNaming): string {
  const line = new EspeakNames(RATE_HZ);
  const events = names.split(' ').map((name, index): EspeakEvent => [index * 100, name === '_' ? '' : name]);
  const phonemes = [...line.push(events, naming), ...line.end(events.length * 100)];
  return phonemes.map(({ phoneme, startMs, endMs }) => `${phoneme}${endMs - startMs}`).join(' ');
}

describe('EspeakNames', () => {
  it('knows every name of the Japanese voice', () => {
    expect(told('k ˌo̞ ɴ n ˈi tɕ i w ä _', 'ja')).toBe('k100 o100 N100 n100 i100 ch100 i100 w100 a100 sil100');
    expect(told('ɸ ɯᵝ ɽ e̞ ŋ ɕ dʑ ts ç j ʔ ũ', 'ja')).toBe(
      'f100 u100 r100 e100 N100 sh100 j100 ts100 hy100 y100 cl100 N100',
    );
  });

  it('takes k and ʲ for one ky', () => {
    expect(told('k ʲ ˈo̞ ɽ ʲ ä', 'ja')).toBe('ky200 o100 ry200 a100');
  });

  it('takes the first of two stops for a closure, and two hisses or vowels for one long', () => {
    expect(told('g ä k k o̞ m ä t tɕ i s s o̞ ˌo̞', 'ja')).toBe(
      'g100 a100 cl100 k100 o100 m100 a100 cl100 ch100 i100 s200 o200',
    );
  });

  it('tells an English tap from a Japanese r, and a vowel with an r', () => {
    expect(told('w ˈɔː ɾ ɚ k ˈɑːɹ b ˈʌ ʔ n̩', 'en')).toBe(
      'w100 ao100 d100 axr100 k100 aa100 b100 ah100 t100 n100',
    );
  });

  it('leaves out where espeak-ng changes its language', () => {
    expect(told('(en) h ə (ja) l', 'ja').split(' ')).toHaveLength(4);
    expect(told('(en) h ə (ja) l', 'en')).toBe('sil100 hh100 ax200 l100');
  });

  it('is silent before the first phoneme', () => {
    const line = new EspeakNames(RATE_HZ);
    expect(line.push([[12, 'a']], 'en')).toEqual([{ phoneme: 'sil', startMs: 0, endMs: 12 }]);
    expect(line.end(20)).toEqual([{ phoneme: 'aa', startMs: 12, endMs: 20 }]);
  });

  it('gives names of lip.txt only, contiguous to the end, wherever the events are cut', () => {
    const names = fc.constantFrom(
      'k',
      'ʲ',
      'ä',
      'tɕ',
      '',
      '(en)',
      'ɑːɹ',
      'juː',
      'xyz',
      'ŋ',
      't',
      'ˈ',
      '𝄞',
      'aɪ',
    );
    const event = fc.tuple(fc.nat(50), names, fc.constantFrom<EspeakNaming>('ja', 'en', 'other'));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.boolean(), (steps, isWhole) => {
        let sample = 0;
        const events = steps.map(([step, name, naming]) => {
          sample += step;
          return { event: [sample, name] as EspeakEvent, naming };
        });
        const line = new EspeakNames(RATE_HZ);
        const phonemes = isWhole
          ? line.push(
              events.map((each) => each.event),
              'ja',
            )
          : events.flatMap((each) => line.push([each.event], each.naming));
        phonemes.push(...line.end(sample + 5));
        let atMs = 0;
        for (const { phoneme, startMs, endMs } of phonemes) {
          expect(startMs).toBeCloseTo(atMs, 9);
          expect(endMs).toBeGreaterThan(startMs);
          expect(DEFAULT_LIP_TABLE.has(phoneme)).toBe(true);
          atMs = endMs;
        }
        expect(atMs).toBe(sample + 5);
      }),
    );
  });
});
