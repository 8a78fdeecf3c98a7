import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPronouncer, devoiced, morasOf, phonemesOfKana } from '../../../src/language/index.js';
import { DEFAULT_LIP_TABLE } from '../../../src/lipsync/index.js';

const pronouncer = createPronouncer();
/** Every word with its readings, a bar where a pause is likely. */
const read = async (text: string) =>
  (await pronouncer.pronounce(text, 'ja'))
    .map(
      ({ text: word, readings, isPause }) =>
        `${word}:${readings.map((one) => one.join('')).join('/')}${isPause ? '|' : ''}`,
    )
    .join(' ');
/** The likeliest reading of the whole, without borders. */
const said = async (text: string) =>
  (await pronouncer.pronounce(text, 'ja')).map(({ readings }) => (readings[0] ?? []).join('')).join('');

describe('phonemesOfKana', () => {
  it.each([
    ['キャット', 'ky a cl t o'],
    ['しゃしん', 'sh a sh i N'],
    ['コーヒー', 'k o o h i i'],
    ['ティファニー', 't i f a n i i'],
    ['ヴァイオリン', 'v a i o r i N'],
    ['フュージョン', 'f y u u j o N'],
    ['クォーター', 'k w o o t a a'],
    ['チェス', 'ch e s u'],
    ['デュエット', 'dy u e cl t o'],
    ['ｶﾞｯﾂﾎﾟｰｽﾞ', 'g a cl ts u p o o z u'],
    ['づつ', 'z u ts u'],
    ['んー', 'N N'],
    ['わ〜い', 'w a a i'],
    ['ー', ''],
    ['A!　', ''],
  ])('reads %s', (kana, phonemes) => {
    expect(phonemesOfKana(kana).join(' ')).toBe(phonemes);
  });

  it('has a sound in lip.txt for every kana there is', () => {
    for (let code = 0x30a1; code <= 0x30fa; code++) {
      const phonemes = phonemesOfKana(String.fromCharCode(code));
      expect(phonemes.length, String.fromCharCode(code)).toBeGreaterThan(0);
      for (const phoneme of phonemes) expect(DEFAULT_LIP_TABLE.has(phoneme), phoneme).toBe(true);
    }
  });

  it('says the same in hiragana and katakana, and mora by mora', () => {
    const kana = fc.array(fc.integer({ min: 0x3041, max: 0x3096 }), { maxLength: 12 });
    fc.assert(
      fc.property(kana, (codes) => {
        const hiragana = String.fromCharCode(...codes);
        const katakana = String.fromCharCode(...codes.map((code) => code + 0x60));
        expect(phonemesOfKana(hiragana)).toEqual(phonemesOfKana(katakana));
        expect(morasOf(hiragana).flatMap(phonemesOfKana)).toEqual(phonemesOfKana(hiragana));
      }),
    );
  });
});

describe('devoiced', () => {
  it.each([
    ['デス', 'd e s U'],
    ['シタ', 'sh I t a'],
    ['タクサンキテ', 't a k U s a N k I t e'],
    ['ツクッテ', 'ts U k u cl t e'],
    ['ススキ', 's U s u k i'],
    ['スシヤ', 's U sh i y a'],
    ['ミズ', 'm i z u'],
  ])('takes the voice where it is lost in %s', (kana, phonemes) => {
    expect(devoiced(phonemesOfKana(kana)).join(' ')).toBe(phonemes);
  });
});

describe('Pronouncer > Japanese', () => {
  it('says particles as they sound, and は inside words as it stands', async () => {
    expect(await said('母は東京へは行かない。')).toBe('hahawatookyooewaikanai');
  });

  it('finds long vowels in words of Chinese origin, and none where kana stand', async () => {
    expect(await read('映画 経営 きれい 招いて 行こう')).toBe(
      '映画:eega/eiga 経営:keeee/keiei きれい:kirei/kiree 招い:manei/manee て:te 行こう:ikoo',
    );
  });

  it.each([
    ['三本、3本', 'saNboN|saNboN'],
    ['百二十五円', 'hyakunijuugoeN'],
    ['12,345円', 'ichimaNniseNsaNbyakuyoNjuugoeN'],
    ['8時10分', 'hachijijuclpuN'],
    ['一人と四人', 'hitoritoyoniN'],
    ['4月1日', 'shigatsutsuitachi'],
    ['20日、二十四日', 'hatsuka|nijuuyoclka'],
    ['300匹、八百本、一万本', 'saNbyaclpiki|haclpyaclpoN|ichimaNboN'],
    ['三階、六杯、十個', 'saNgai|roclpai|juclko'],
    ['1.5倍、0.5秒', 'iclteNgobai|reeteNgobyoo'],
    ['二〇二五年', 'niseNnijuugoneN'],
    ['3億2千万、一兆', 'saNokuniseNmaN|iclchoo'],
    ['007', 'zerozeronana'],
    ['何人、何時、数回', 'naNniN|naNji|suukai'],
    ['20歳', 'hatachi'],
    ['令和七年', 'reewanananeN'],
    ['一番、一緒、万が一', 'ichibaN|iclsho|maNgaichi'],
    ['八時十分に十分な', 'hachijijuclpuNnijuubuNna'],
    ['何ですか、何を', 'naNdesuka|nanio'],
  ])('reads the numbers and counters of %s', async (text, expected) => {
    const words = await pronouncer.pronounce(text, 'ja');
    expect(
      words.map(({ readings, isPause }) => (readings[0] ?? []).join('') + (isPause ? '|' : '')).join(''),
    ).toBe(expected);
  });

  it('does not take numbers apart by a blank for one', async () => {
    expect(await said('2,5 100 1000')).toBe('nigohyakuseN');
  });

  it('gives words with several readings all of them, likeliest first', async () => {
    expect(await read('日本の明日')).toBe('日本:nihoN/niclpoN の:no 明日:ashita/asu/myoonichi');
  });

  it('reads Latin words as a Japanese voice does, abbreviations letter by letter', async () => {
    expect(await said('OpenAIのAPI')).toBe('oopeNeeainoeepiiai');
    expect(await said('computerとsystemのLINE')).toBe('koNpyuutaatoshisutemunoraiN');
    expect(await said('ＰＤＦは50%オフ')).toBe('piidiiefuwagojuupaaseNtoofu');
  });

  it('says where pauses are, and where each word stands in the text of any width', async () => {
    const text = '「ﾊﾛｰ」、ｾｶｲ。か\u3099く！';
    const words = await pronouncer.pronounce(text, 'ja');
    expect(words.map(({ text: word, isPause }) => `${word}${isPause ? '|' : ''}`)).toEqual([
      'ﾊﾛｰ|',
      'ｾｶｲ|',
      'か\u3099く|',
    ]);
    for (const { text: word, from, to } of words) expect(text.slice(from, to)).toBe(word);
  });

  it('keeps places in text longer than what is analysed at once, with characters of two units', async () => {
    const text = `${'𠮷野'.repeat(900)}家で猫が`;
    const words = await pronouncer.pronounce(text, 'ja');
    expect(words.at(-2)).toMatchObject({
      text: '猫',
      from: text.length - 2,
      readings: [['n', 'e', 'k', 'o']],
    });
  });

  it('gives names of lip.txt, and words in order that stand in the text, whatever comes', async () => {
    const japanese = fc.string({
      unit: fc.constantFrom(...'あんっー漢字一二百千万円本、。.,3 8Aaｶﾞ𠮷々〇'),
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(japanese, fc.string({ unit: 'binary', maxLength: 8 })), async (text) => {
        let before = 0;
        for (const { text: word, from, to, readings } of await pronouncer.pronounce(text, 'ja')) {
          expect(text.slice(from, to)).toBe(word);
          expect(from).toBeGreaterThanOrEqual(before);
          before = to;
          for (const phoneme of readings.flat()) expect(DEFAULT_LIP_TABLE.has(phoneme), phoneme).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('KanaPronouncer > kanaOf', () => {
  it.each([
    ['今日は雨。明日へ！', 'キョーワ アメ。アシタエ！'],
    ['お名前を、教えてください', 'オナマエオ、オシエテクダサイ'],
    ['「ﾃｽﾄ」です…😀', '「テスト」デス…😀'],
    ['GitHub Actionsを使う', 'ギトハブ アクションズオ ツカウ'],
    ['', ''],
  ])('writes %s as it is pronounced', async (text, kana) => {
    expect(await pronouncer.kanaOf(text)).toBe(kana);
  });
});
