import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moraeOf } from '../../../../src/speech/tts/embedded/kana-morae.js';
import { notationOf } from '../../../../src/speech/tts/embedded/kana-words.js';

/** Without stress marks and brackets. */
const plain = (kana: string): string => notationOf(kana).replace(/[[\]',]/g, '');

describe('moraeOf', () => {
  it.each([
    ['アイウエオ', 'a i u e o'],
    ['カシチツフヘヲ', 'k+a s\\+i t_s\\+i t_s+u p\\+u h+e o'],
    ['ガジヂズヅブポ', 'g+a d_z\\+i d_z\\+i z+u z+u b+u p+o'],
    ['キャシュチョニャヒュリョ', 'k_j+a s\\+u t_s\\+o n_j+a C+u r`_j+o'],
    ['ファティドゥヴァチェウィ', 'p\\+a t+i d+u v+a t_s\\+e w+i'],
    ['デュフュクヮイェツァ', 'd_j+u p\\_j+u kw+a j+e t_s+a'],
    ['ンッ', 'N Q'],
    ['ソーネェ', 's+o: n+e:'],
  ])('reads %s', (kana, expected) => {
    const read = moraeOf(kana).map(({ onset, nucleus, isLong }) =>
      [onset, `${nucleus}${isLong ? ':' : ''}`].filter((part) => part !== '').join('+'),
    );
    expect(read.join(' ')).toBe(expected);
  });

  it('reads hiragana and half-width kana as katakana', () => {
    expect(moraeOf('きょう')).toEqual(moraeOf('キョウ'));
    expect(moraeOf('ｶﾞｯｺｰ')).toEqual(moraeOf('ガッコー'));
  });

  it('makes every kana, alone and behind every other, at least one mora that has a vowel, a nasal or a closure', () => {
    const kana = [
      ...'ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶヷヸヹヺ',
    ];
    for (const first of kana)
      for (const second of ['', ...kana]) {
        const morae = moraeOf(first + second);
        expect(morae.length, first + second).toBeGreaterThan(0);
        for (const { nucleus } of morae) expect('aiueoNQ').toContain(nucleus);
      }
  });

  it('leaves out everything else', () => {
    expect(moraeOf('漢字 abc 😀ー')).toEqual([]);
  });
});

describe('notationOf', () => {
  it('puts a stress on every vowel, the strongest on the second', () => {
    expect(notationOf('コンニチワ')).toBe("[[k,oN\\n'it_s\\,iw,a]]");
    expect(notationOf('ハ')).toBe("[[h'a]]");
  });

  it.each([
    ['サンポ', 'sampo'],
    ['サンカ', 'saNka'],
    ['サンド', 'saN\\do'],
    ['サンファ', 'saN\\p\\a'],
    ['サン', 'saN\\'],
  ])('gives the nasal of %s the place of what follows', (kana, expected) => {
    expect(plain(kana)).toBe(expected);
  });

  it.each([
    ['ガッコー', 'gakkoo'],
    ['マッチ', 'matt_s\\i'],
    ['ザッシ', 'zas\\s\\i'],
    ['キャッキャ', 'k_jakk_ja'],
    ['ベッド', 'beddo'],
    ['アッ', 'a?'],
  ])('doubles the consonant of %s', (kana, expected) => {
    expect(plain(kana)).toBe(expected);
  });

  it.each([
    ['デス', 'des'],
    ['イキマス', 'ikimas'],
    ['デスカ', 'deska'],
    ['デスネ', 'desune'],
    ['デスガ', 'desuga'],
    ['カス', 'kasu'],
    ['マスー', 'masuu'],
  ])('says the u of です and ます only where it is heard: %s', (kana, expected) => {
    expect(plain(kana)).toBe(expected);
  });

  it('keeps words apart, and a particle of one mora with the word before it', () => {
    expect(notationOf('アメ ガ フル')).toBe("[[,am'eg,a]] [[p\\,ur`'u]]");
    expect(notationOf('タロー・ジロー').split(' ')).toHaveLength(2);
  });

  it('takes a small letter for the end of what stands before it, blank or not', () => {
    expect(notationOf('リ ュージ')).toBe(notationOf('リュージ'));
    expect(notationOf('キ ャア ー')).toBe(notationOf('キャアー'));
  });

  it('cuts a row of kana without blanks before espeak-ng drops its end', () => {
    const words = notationOf('カ'.repeat(500)).split(' ');
    expect(words.length).toBeGreaterThan(10);
    for (const word of words) expect(word.match(/a/g)?.length).toBeLessThanOrEqual(41);
    expect(words.join('').match(/a/g)).toHaveLength(500);
  });

  it('gives nothing but phonemes, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(notationOf(text)).toMatch(/^(\[\[[a-zNC_\\`?',]+\]\]( |$))*$/);
      }),
    );
  });
});
