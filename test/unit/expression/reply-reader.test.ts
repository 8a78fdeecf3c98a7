import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReplyPiece, ReplyReader, type ReplyReaderOptions } from '../../../src/expression/index.js';

function read(text: string, options: ReplyReaderOptions = {}, sizes: readonly number[] = [1]): ReplyPiece[] {
  const reader = new ReplyReader(options);
  const pieces: ReplyPiece[] = [];
  for (let at = 0, index = 0; at < text.length; index++) {
    const size = Math.max(1, sizes[index % sizes.length] ?? 1);
    pieces.push(...reader.push(text.slice(at, at + size)));
    at += size;
  }
  return [...pieces, ...reader.end()];
}

/** `text` with the cues before it: `{face:joy}Hello.`; pieces divided by `|`. */
function shown(text: string, options: ReplyReaderOptions = {}): string {
  return read(text, options)
    .map(({ cues, text: spoken }) => {
      const tags = cues.map(({ name, value, durationMs }) =>
        durationMs === undefined ? `{${name}:${value}}` : `{${name}:${value},${durationMs}}`,
      );
      return tags.join('') + spoken;
    })
    .join('|');
}

const NUMBERED = { numberedEmotions: true };

describe('ReplyReader', () => {
  it('TRAP C-t1: speaks nothing twice', () => {
    const text = 'Hello there. How are you? Fine: thanks! Bye';
    expect(
      read(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });

  it('TRAP C-t2: keeps the blanks between words', () => {
    const reader = new ReplyReader();
    const tokens = ['Hello', ',', ' how', ' are', ' you', '?', ' I', ' am', ' fine', '.'];
    const pieces = [...tokens.flatMap((token) => reader.push(token)), ...reader.end()];
    expect(pieces.map(({ text }) => text)).toEqual(['Hello, how are you?', ' I am fine.']);
  });

  it('TRAP C-t3: does not cut 3.14, 10:30, e.g. and addresses, and cuts at 。！？', () => {
    expect(shown('Pi is 3.14 at 10:30, e.g. at https://a.org/b?c=d.e!f now. Yes.')).toBe(
      'Pi is 3.14 at 10:30,| e.g. at https://a.org/b?c=d.e!f now.| Yes.',
    );
    expect(shown('はい。行きます！いつ？今')).toBe('はい。|行きます！|いつ？|今');
  });

  it('TRAP C-t7: takes the label only from the beginning of a sentence', () => {
    expect(shown('1 Hello my friend', NUMBERED)).toBe('{emotion:1}Hello my friend');
    expect(shown('Hello 1 my friend', NUMBERED)).toBe('Hello 1 my friend');
  });

  it('TRAP C-t8: has an emotion for every sentence of a stream', () => {
    expect(shown('1 Hello! 4 What? 9 Oh no. 0 Well.', NUMBERED)).toBe(
      '{emotion:1}Hello!|{emotion:4} What?|{emotion:9} Oh no.|{emotion:0} Well.',
    );
    expect(shown('1 こんにちは！4 本当？\n9 残念です。', NUMBERED)).toBe(
      '{emotion:1}こんにちは！|{emotion:4}本当？\n|{emotion:9}残念です。',
    );
  });

  describe('numbered emotions', () => {
    it.each([
      ['10 apples. 3.5 pears. 2nd.', '10 apples.| 3.5 pears.| 2nd.'],
      ['1. First.\n2. Second.', '1. First.\n|2. Second.'],
      ['See No. 5 of it. Done.', 'See No. 5 of it.| Done.'],
      ['I have 3 apples. Done.', 'I have 3 apples.| Done.'],
      ['１ こんにちは。', '{emotion:1}こんにちは。'],
      ['1こんにちは。', '1こんにちは。'],
      ['1Hello.', '1Hello.'],
      ['Bye. 2', 'Bye.| 2'],
      ['[face:joy]1 Hello there.', '{face:joy}{emotion:1}Hello there.'],
      ['1　全角の空白。', '{emotion:1}全角の空白。'],
      // What the form cannot tell apart; README says so.
      ['It works. 3 apples are red.', 'It works.|{emotion:3} apples are red.'],
    ])('reads %j', (text, expected) => {
      expect(shown(text, NUMBERED)).toBe(expected);
    });

    it('are text unless turned on', () => {
      expect(shown('1 Hello! 2 Bye.')).toBe('1 Hello!| 2 Bye.');
    });
  });

  describe('tags', () => {
    it.each([
      ['[face:joy]Hello.', '{face:joy}Hello.'],
      ['[FACE: joy ]Hello.', '{face:joy}Hello.'],
      ['[face：joy]こんにちは。', '{face:joy}こんにちは。'],
      ['[animation:wave,2.0]Hello.', '{animation:wave,2000}Hello.'],
      ['[animation:wave, 500ms]Hello.', '{animation:wave,500}Hello.'],
      ['<face name="joy" duration="2"/>Hello.', '{face:joy,2000}Hello.'],
      ["<face name='joy'>Hello.</face>", '{face:joy}Hello.|'],
      ['<animation name=wave />Hello.', '{animation:wave}Hello.'],
      ['<vision source="camera"/>', '{vision:camera}'],
      ['Hello! [face:sad]Bye. [face:joy]', 'Hello!|{face:sad} Bye.|{face:joy}'],
      ['[face:joy][animation:wave]Hello.', '{face:joy}{animation:wave}Hello.'],
      ['これは本当に[face:joy]すごい。', 'これは本当に|{face:joy}すごい。'],
      ['あ[face:joy]りがとう。', '{face:joy}ありがとう。'],
      ['はい、[face:joy]そうです。', 'はい、|{face:joy}そうです。'],
      ['見てみますね[vision:camera]少し待って。', '{vision:camera}見てみますね少し待って。'],
      ['見てみますね。[vision:camera]', '見てみますね。|{vision:camera}'],
    ])('reads %j', (text, expected) => {
      expect(shown(text)).toBe(expected);
    });

    it.each([
      '[1]',
      'a[i] is it',
      '[note]',
      '[Note: this] is',
      '[face]',
      '[faces:joy]',
      '[ok](https://a.b)',
      '3 < 5',
      '<b>bold</b>',
      '[',
      '<',
      'a[a',
    ])('leaves %j in the text', (text) => {
      expect(shown(`So ${text}`)).toBe(`So ${text}`);
    });

    it('knows the tags of the user, with and without a value', () => {
      const own = { own: ['Wink', 'lamp'] };
      expect(shown('[wink]Hi. [lamp:on]Bright. <lamp value="off" room="2"/>Dark.', own)).toBe(
        '{Wink:}Hi.|{lamp:on} Bright.|{lamp:off} Dark.',
      );
      expect(shown('[wink]Hi.')).toBe('[wink]Hi.');
    });

    it('gives the attributes of an XML tag, and the tag as it stood', () => {
      const [piece] = read('<face name="joy" strength="0.5" duration="1500ms"/>Hi there.');
      expect(piece?.cues).toEqual([
        {
          name: 'face',
          value: 'joy',
          durationMs: 1500,
          attributes: { name: 'joy', strength: '0.5', duration: '1500ms' },
          raw: '<face name="joy" strength="0.5" duration="1500ms"/>',
        },
      ]);
    });

    it('tells the language until the next tag of it', () => {
      const pieces = read(
        '[lang:en]Hello. How are you? [language:ja-JP]はい。そうです。[language:so what]え。',
      );
      expect(pieces.map(({ language }) => language)).toEqual(['en', 'en', 'ja-JP', 'ja-JP', 'ja-JP']);
    });

    it.each(['[fac', '[face:', '[face:jo', '<fac', '<face name="j', '<think', '</answe', '<|im_e'])(
      'drops a tag cut off at the end: %j',
      (tag) => {
        const pieces = read(`Hello. ${tag}`);
        expect(pieces.map(({ text }) => text)).toEqual(['Hello.', '']);
        expect(pieces.map(({ raw }) => raw).join('')).toBe(`Hello. ${tag}`);
      },
    );

    it('fires those at the end with a piece of nothing else', () => {
      const pieces = read('Hello. [face:joy]\n');
      expect(pieces.map(({ text, cues }) => [text, cues.length])).toEqual([
        ['Hello.', 0],
        ['', 1],
      ]);
    });
  });

  describe('thoughts and answers', () => {
    it.each([
      ['<think>Hmm. [face:sad] 3 < 5</think>Hello.', 'Hello.'],
      ['<Thinking>Hmm.</thinking >Hello.', 'Hello.'],
      ['<think>never ends. Really', ''],
      ['Hmm</think>Hello.', 'HmmHello.'],
      ['<answer>Hello.</answer>', 'Hello.|'],
      ['Hello.<|im_end|>', 'Hello.|'],
    ])('reads %j', (text, expected) => {
      expect(shown(text)).toBe(expected);
    });

    it.each([
      ['Let me think. <answer>Hello. Bye.</answer> Done.', 'Hello.| Bye.|'],
      ['<thinking>x</thinking>y<answer>[face:joy]Hello.</answer>', '{face:joy}Hello.|'],
      ['<answer>One.</answer>x<answer>Two.</answer>', 'One.|Two.|'],
      ['<answer>Never ends', 'Never ends'],
      ['No tag. At all.', 'No tag.| At all.'],
    ])('speaks of %j only the answer, where that has a tag', (text, expected) => {
      expect(shown(text, { spokenTag: 'answer' })).toBe(expected);
    });
  });

  describe('code', () => {
    it.each([
      ['Run `npm start` to begin.', 'Run to begin.'],
      ['Use ``a ` b`` here.', 'Use here.'],
      ['It costs 5` and more.', 'It costs 5` and more.'],
      ['A lone ` mark\nand `more` text.', 'A lone ` mark\n|and text.'],
      ['Here it is:\n```js\nlet a = "[face:joy]";\n```\nDone.', 'Here it is:\n|Done.'],
      ['Here it is now ```x. y``` and more.', 'Here it is now |and more.'],
      ['```\nnever ends. Really', ''],
      ['Look at this:\n~~~\ncode. code\n~~~\nあ~そう。', 'Look at this:\n|あ~そう。'],
      ['````\n```\n````\nDone.', 'Done.'],
    ])('neither speaks nor shows it: %j', (text, expected) => {
      expect(shown(text)).toBe(expected);
    });

    it('keeps the words of inline code when told', () => {
      expect(shown('Run `npm start` to begin.', { inlineCode: 'keep' })).toBe('Run npm start to begin.');
    });
  });

  it('leaves marks and emoji without words to the ones who show raw text', () => {
    const pieces = read('ありがとう。😊');
    expect(pieces.map(({ text }) => text)).toEqual(['ありがとう。', '']);
  });

  it('tells whether a sentence ends, and counts', () => {
    expect(read('そうですね、はい。').map(({ index, endsSentence }) => [index, endsSentence])).toEqual([
      [0, false],
      [1, true],
    ]);
  });

  describe('stalled', () => {
    it('gives a sentence whose end was not certain, and cues that wait', () => {
      const reader = new ReplyReader();
      reader.push('Hello there.');
      expect(reader.stalled().map(({ text }) => text)).toEqual(['Hello there.']);
      reader.push(' [face:joy]');
      expect(reader.stalled()).toMatchObject([{ raw: ' [face:joy]', text: '', cues: [{ value: 'joy' }] }]);
      expect(reader.stalled()).toEqual([]);
      expect(reader.push('Bye.')).toEqual([]);
      expect(reader.end()).toMatchObject([{ index: 2, raw: 'Bye.', text: 'Bye.', cues: [] }]);
    });

    it('gives no half words and no half tags', () => {
      const reader = new ReplyReader();
      reader.push('and then [fac');
      expect(reader.stalled()).toEqual([]);
    });
  });

  const parts = fc.array(
    fc.constantFrom(
      ...['Hello', ' there', '. ', 'こんにちは', '。', '、', '！', '\n', '1 ', '2', ' 3 ', '3.14', ' '],
      ...[
        '[face:joy]',
        '[animation:wave,2.0]',
        '[language:ja]',
        '[vision:camera]',
        '[fac',
        '[',
        ']',
        '[1]',
        '[wink]',
      ],
      ...[
        '<face name="joy"/>',
        '<think>',
        '</think>',
        '<answer>',
        '</answer>',
        '<b>',
        '<',
        '>',
        '<|im_end|>',
      ],
      ...[
        '`',
        '``',
        '```',
        '`'.repeat(70),
        '~~~',
        '「',
        '」',
        '"',
        '😀',
        '\ud83d',
        '\ude00',
        'a'.repeat(310),
        '<thi',
      ],
    ),
    { maxLength: 30 },
  );
  const options = fc.constantFrom<ReplyReaderOptions>(
    {},
    { numberedEmotions: true, own: ['wink'] },
    { spokenTag: 'answer', numberedEmotions: true },
    { inlineCode: 'keep' },
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 });

  it('gives the same pieces however the tokens are cut, and their raws are the text', () => {
    fc.assert(
      fc.property(parts, options, sizes, (written, chosen, cutting) => {
        const text = written.join('');
        const whole = read(text, chosen, [text.length + 1]);
        expect(whole.map(({ raw }) => raw).join('')).toBe(text);
        expect(read(text, chosen, cutting)).toEqual(whole);
        expect(whole.map(({ index }) => index)).toEqual(whole.map((_, index) => index));
      }),
      { numRuns: 2000 },
    );
  });

  it('loses nothing when it stalls anywhere', () => {
    fc.assert(
      fc.property(parts, options, (written, chosen) => {
        const reader = new ReplyReader(chosen);
        const pieces = written.flatMap((part) => [...reader.push(part), ...reader.stalled()]);
        expect([...pieces, ...reader.end()].map(({ raw }) => raw).join('')).toBe(written.join(''));
      }),
    );
  });

  it('never shows or speaks a known tag, whole or cut', () => {
    fc.assert(
      fc.property(parts, sizes, (written, cutting) => {
        const spoken = read(written.join(''), {}, cutting)
          .map(({ text }) => text)
          .join('');
        expect(spoken).not.toMatch(/\[(?:face|animation|language|vision):[^[\]\n]{1,200}\]|<face |<think>/);
      }),
    );
  });
});
