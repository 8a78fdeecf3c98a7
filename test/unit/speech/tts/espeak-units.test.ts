import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  escaped,
  japaneseRuns,
  japaneseUnits,
  otherUnits,
} from '../../../../src/speech/tts/embedded/espeak-units.js';

const voices = { ja: 'ja+f2', en: 'en-us+f2', other: 'gmw/de+f2' };
const options = { voices, speed: 1 };
const japanese = (kana: string) => japaneseUnits(kana, options);
const english = (text: string) => otherUnits(text, 'en', options);

describe('japaneseUnits', () => {
  it('makes a unit of every clause, with the pause behind it, and none behind the last', () => {
    expect(japanese('ハイ、 ソーデス。 エッ？')).toEqual([
      { voice: 'ja+f2', text: "[[h,a'i]],", pauseMs: 150, naming: 'ja' },
      { voice: 'ja+f2', text: "[[s,o,od'es]].", pauseMs: 300, naming: 'ja' },
      { voice: 'ja+f2', text: "[['e?]]?", pauseMs: 0, naming: 'ja' },
    ]);
  });

  it('pauses shorter when it speaks faster', () => {
    const [first] = japaneseUnits('ハイ。イイエ。', { voices, speed: 2 });
    expect(first?.pauseMs).toBe(150);
  });

  it('has words in Latin letters said by the English voice, in their place', () => {
    const units = japanese('キョー GitHub Actions オ ツカウ');
    expect(units.map(({ voice, text }) => `${voice} ${text}`)).toEqual([
      "ja+f2 [[k_j'o,o]]",
      'en-us+f2 GitHub Actions',
      "ja+f2 [['o]] [[t_s,uk'au]]".replace("k'au", "k'a,u"),
    ]);
  });

  it('lets numbers be read and leaves out what it cannot say', () => {
    expect(japanese('3.5 漢字 メートル★').map(({ text }) => text)).toEqual(["3.5 [[m,e,et'or`,u]]"]);
    expect(japanese('漢字。…！')).toEqual([]);
  });
});

describe('otherUnits', () => {
  it('makes a unit of every sentence', () => {
    expect(
      english('Hello. How are you?  Fine, "thanks!" Bye').map(({ text, pauseMs }) => [text, pauseMs]),
    ).toEqual([
      ['Hello.', 300],
      ['How are you?', 300],
      ['Fine, "thanks!"', 0],
      ['Bye', 0],
    ]);
  });

  it('cuts a long sentence between words, and never a letter in two', () => {
    const units = otherUnits(`${'word '.repeat(200)}${'😀'.repeat(400)}`, 'other', options);
    for (const { text } of units) expect(text.length).toBeLessThanOrEqual(241);
    for (const { text } of units) expect(text).not.toMatch(/\p{Cs}/u);
    expect(
      units
        .map(({ text }) => text)
        .join('')
        .replaceAll(' ', ''),
    ).toBe('word'.repeat(200) + '😀'.repeat(400));
  });

  it('says nothing of signs alone', () => {
    expect(english(' … !? -- ')).toEqual([]);
  });
});

describe('escaped', () => {
  it('takes the meaning from what espeak-ng would obey', () => {
    expect(escaped('a <b> & [[x]]\u0000\n')).toBe('a &lt;b> &amp;  x  ');
  });

  it('leaves no tag, no reference and no phonemes in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>&[]a;\u0000\n 漢'), maxLength: 30 }), (text) => {
        const safe = escaped(text);
        expect(safe).not.toMatch(/<|\[|\]|[\u0000-\u001f]/);
        expect(safe.replaceAll('&amp;', '').replaceAll('&lt;', '')).not.toContain('&');
      }),
    );
  });
});

describe('japaneseRuns', () => {
  it('finds Japanese in a text of another language, and loses nothing', () => {
    expect(japaneseRuns('I say こんにちは、世界。 And you?')).toEqual([
      { text: 'I say ', isJapanese: false },
      { text: 'こんにちは、世界。 ', isJapanese: true },
      { text: 'And you?', isJapanese: false },
    ]);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aあ漢、。 .'), maxLength: 30 }), (text) => {
        expect(
          japaneseRuns(text)
            .map((run) => run.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});
