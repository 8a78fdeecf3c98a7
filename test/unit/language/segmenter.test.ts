import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Segment, Segmenter, type SegmenterOptions } from '../../../src/language/index.js';

const REPLY: SegmenterOptions = { reply: {} };

/** What is given with each push, joined with `|`. */
function givenBy(chunks: readonly string[], options = REPLY): string[] {
  const segmenter = new Segmenter(options);
  return chunks.map((chunk) =>
    segmenter
      .push(chunk)
      .map(({ text }) => text)
      .join('|'),
  );
}

function inChunks(text: string, sizes: readonly number[], options: SegmenterOptions): Segment[] {
  const segmenter = new Segmenter(options);
  const given: Segment[] = [];
  for (let at = 0, index = 0; at < text.length; index++) {
    const size = Math.max(1, sizes[index % sizes.length] ?? 1);
    given.push(...segmenter.push(text.slice(at, at + size)));
    at += size;
  }
  return [...given, ...segmenter.end()];
}

describe('Segmenter of a reply', () => {
  it('gives a Japanese sentence or first clause with its mark, without waiting for the next token', () => {
    expect(givenBy(['そうですね', '、', '今日は晴れです', '。'])).toEqual([
      '',
      'そうですね、',
      '',
      '今日は晴れです。',
    ]);
  });

  it('waits for one letter behind ！ and ？, since they seldom come alone', () => {
    expect(givenBy(['本当', '！', '？', 'まさか'])).toEqual(['', '', '', '本当！？']);
  });

  it('gives an English sentence with the next word', () => {
    expect(givenBy(['Hello there', '.', ' How'])).toEqual(['', '', 'Hello there.']);
    expect(givenBy(['Hello there', '!', ' How'])).toEqual(['', '', 'Hello there!']);
  });

  it('gives a line at once', () => {
    expect(givenBy(['Hello there', '\n'])).toEqual(['', 'Hello there\n']);
  });

  it('ends only the first piece with a clause', () => {
    const given = inChunks('もちろんです、どうぞ、お入りください、さあ。', [1], REPLY);
    expect(given).toEqual([
      { text: 'もちろんです、', endsSentence: false },
      { text: 'どうぞ、お入りください、さあ。', endsSentence: true },
    ]);
  });

  it('lets the first clause be as short as told', () => {
    const firstClause = { minCharacters: 3, minWords: 1 };
    expect(givenBy(['はい、', 'そうです。'], { reply: { firstClause } })).toEqual(['はい、', 'そうです。']);
    expect(givenBy(['Well, ', 'yes. ', 'X'], { reply: { firstClause } })).toEqual(['Well,', '', ' yes.']);
  });

  it('ends a long sentence at its next comma, and one without commas anywhere but inside a letter', () => {
    const text = `はい。${'あ'.repeat(60)}、い。`;
    expect(inChunks(text, [3], REPLY).map((given) => given.text)).toEqual([
      'はい。',
      `${'あ'.repeat(60)}、`,
      'い。',
    ]);
    const faces = inChunks('a😀'.repeat(200), [1], REPLY);
    expect(faces.length).toBeGreaterThan(1);
    for (const { text: piece } of faces) expect(piece).not.toMatch(/\p{Cs}/u);
  });

  it('gives nothing without a word but at the end', () => {
    expect(givenBy(['。。。', '！！', '\n', 'はい。'])).toEqual(['', '', '', '。。。！！\nはい。']);
  });

  it('takes a letter beyond the first plane for a word', () => {
    expect(givenBy(['𠮷', '。', '次。'])).toEqual(['', '𠮷。', '次。']);
  });

  it('forgets at the end of a line a quote that was not closed', () => {
    expect(givenBy(['彼は「待てと言った\n', 'はい。', 'いいえ。'])).toEqual([
      '彼は「待てと言った\n',
      'はい。',
      'いいえ。',
    ]);
  });

  describe('stalled', () => {
    it.each([
      ['Hello there.', ['Hello there.']],
      ['本当！？', ['本当！？']],
      ['Well then, we', ['Well then,']],
      ['明日はたぶん、雨', ['明日はたぶん、']],
      ['Well, we', []],
      ['It costs 3.', []],
      ['It was 1,', []],
      ['I met Mr.', []],
      ['and then we', []],
      ['「はい。次', []],
      [' \n', []],
    ])('gives of %j what is a sentence or clause', (text, expected) => {
      const segmenter = new Segmenter({ reply: { firstClause: { minCharacters: 5, minWords: 2 } } });
      const before = segmenter.push(`Yes.\n${text}`).slice(1);
      expect([...before, ...segmenter.stalled()].map((given) => given.text)).toEqual(expected);
    });

    it('goes on with the rest', () => {
      const segmenter = new Segmenter(REPLY);
      segmenter.push('Yes.\nWell then, we');
      segmenter.stalled();
      expect(segmenter.push(' go. N').map(({ text }) => text)).toEqual([' we go.']);
    });
  });

  describe('cut', () => {
    it.each([
      ['これは長い', true],
      ['すごい！', true],
      ['はい、', true],
      ['two words', true],
      ['あ', false],
      ['one', false],
      ['、', false],
      ['', false],
    ])('ends a piece behind %j: %s', (text, isEnd) => {
      const segmenter = new Segmenter(REPLY);
      const given = [...segmenter.push(text), ...segmenter.cut()];
      expect(given.map((piece) => piece.text)).toEqual(isEnd ? [text] : []);
    });
  });

  const text = fc
    .array(
      fc.constantFrom(
        ...[
          'あ',
          'い',
          '漢字',
          'a',
          'B',
          'the ',
          '1',
          '3.14',
          '10:30',
          '1,000',
          '。',
          '！',
          '？',
          '!',
          '?',
          '.',
        ],
        ...[
          '…',
          ' ',
          '\n',
          '「',
          '」',
          '『',
          '』',
          '（',
          '）',
          '"',
          '“',
          '”',
          '(',
          ')',
          'Dr.',
          'e.g.',
          'U.S.',
        ],
        ...[
          '、',
          ',',
          ';',
          ':',
          '：',
          '，',
          '—',
          '♪',
          '〜',
          '😀',
          '👨‍👩‍👧',
          '👍🏽',
          '🇯🇵',
          '\ud83d',
          '\ude00',
          '！'.repeat(70),
          '「'.repeat(12),
          '𠮷',
          ' '.repeat(12),
        ],
        ...['あ'.repeat(45), 'word '.repeat(20), 'https://a.b/c?d=e.f', 'x@y.z'],
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(''));
  const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 8 });
  const options = fc.constantFrom<SegmenterOptions>(
    {},
    REPLY,
    { maxChars: 30 },
    { maxChars: 40, reply: { longChars: 20, firstClause: { minCharacters: 2, minWords: 1 } } },
  );

  it.each([
    ['e.g. \nあ', ['e.g. \n', 'あ']],
    ['It is done. \nand more', ['It is done. \n', 'and more']],
    ['See No. \n5.', ['See No. \n', '5.']],
  ])('ends with the line break behind blanks, however the text arrives: %j', (written, pieces) => {
    for (const chosen of [{}, REPLY])
      for (let size = 1; size <= written.length; size++)
        expect(inChunks(written, [size], chosen).map((given) => given.text)).toEqual(pieces);
  });

  it('loses and doubles nothing, and gives the same pieces however the text arrives', () => {
    fc.assert(
      fc.property(text, sizes, options, (written, cutting, chosen) => {
        const whole = inChunks(written, [written.length], chosen);
        expect(whole.map((given) => given.text).join('')).toBe(written);
        expect(inChunks(written, cutting, chosen)).toEqual(whole);
      }),
      { numRuns: 1500 },
    );
  });

  it('loses and doubles nothing when it stalls and is cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.integer({ min: 0, max: 2 })), { maxLength: 6 }), (parts) => {
        const segmenter = new Segmenter(REPLY);
        const given: Segment[] = [];
        for (const [part, then] of parts) {
          given.push(...segmenter.push(part));
          if (then === 1) given.push(...segmenter.stalled());
          if (then === 2) given.push(...segmenter.cut());
        }
        given.push(...segmenter.end());
        expect(given.map((piece) => piece.text).join('')).toBe(parts.map(([part]) => part).join(''));
      }),
    );
  });
});
