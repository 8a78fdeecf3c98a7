import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDictionary, type SpeakableOptions, speakable } from '../../../src/language/index.js';

const en = (text: string, options: SpeakableOptions = {}): string =>
  speakable(text, { language: 'en', ...options }).text;
const ja = (text: string, options: SpeakableOptions = {}): string =>
  speakable(text, { language: 'ja', ...options }).text;

/** What marks, and is never said. */
const MARKUP = /[*_#`~|<>[\]{}\\^\u2029\n\t\u0000-\u001f\u200b-\u200f\ufeff]/;

describe('speakable: markup', () => {
  it.each([
    ['# Hello **World**', 'Hello World'],
    ['Some _emphasis_, __more__ and ***most***.', 'Some emphasis, more and most.'],
    ['Title\n=====\nText', 'Title. Text'],
    ['- one\n- two\n  - three', 'one. two. three'],
    ['1. first\n2. second', 'one, first. two, second'],
    ['> quoted\n> text', 'quoted text'],
    ['| a | b |\n|--|--|\n| c | **d** |', 'a, b. c, d'],
    ['one\n\n---\n\ntwo', 'one. two'],
    ['~~gone~~ text', 'gone text'],
    ['**1. first', 'one. first'],
    ['an escaped \\*star\\*', 'an escaped star'],
    ['See [the docs](https://example.com/a_b "title") here.', 'See the docs here.'],
    ['See [the docs][1] here.\n\n[1]: https://example.com', 'See the docs here.'],
    ['![a red cat](cat.png)', 'a red cat'],
    ['```js\nfoo();\n```\nDone.', 'Done.'],
    ['Run `npm install` now.', 'Run npm install now.'],
    ['a<br>b <b>bold</b> <!-- note --> end', 'a. b bold end'],
    ['snake_case and file-name', 'snake case and file-name'],
    ['Tom &amp; Jerry&hellip; &#65;', 'Tom and Jerry… A'],
    ['unclosed **bold and `code', 'unclosed bold and code'],
  ])('says %j as %j', (text, spoken) => expect(en(text)).toBe(spoken));

  it('leaves code out or reads it, as asked', () => {
    expect(en('A `b c` d', { inlineCode: 'drop' })).toBe('A d');
    expect(en('A\n```\nb c\n```\n', { codeBlocks: 'read' })).toBe('A. b c');
    expect(en('A\n```\nb c\n', {})).toBe('A');
    expect(en('The `<b>` tag of `Vec<String>`')).toBe('The b tag of Vec String');
    expect(en('![a cat](c.png) there', { imageTexts: 'drop' })).toBe('there');
  });

  it('takes plain text for plain when told so', () => {
    expect(en('1. one\n2. two', { markdown: false })).toBe('one. one two. two');
  });

  it.each([
    ['# 見出し\n本文です。', '見出し。本文です。'],
    ['**太字**と`コード`と~~取消~~', '太字とコードと取消'],
    ['・りんご\n・みかん', 'りんご。みかん'],
    ['一行目\n二行目', '一行目、二行目'],
    ['[リンク](https://example.com)を見て。', 'リンクを見て。'],
  ])('says %j as %j', (text, spoken) => expect(ja(text)).toBe(spoken));
});

describe('speakable: what is never spoken', () => {
  it.each([
    '[face:joy]',
    '[face: joy]',
    '[animation:wave_hands]',
    '[vision:the front camera]',
    '[pause:500]',
    '[MOTION_ADD:0]',
    '[/face]',
    '[face]',
    '<face name="joy"/>',
    '<animation name="wave" duration="2.5"></animation>',
    '<break time="1s"/>',
    '<think>Let me see… **hm** </think>',
    '<|im_end|>',
    '<script>alert(1)</script>',
    '<!-- hidden -->',
    '【4†source】',
    '😀',
    '👨‍👩‍👧‍👦',
    '🏳️‍🌈',
    '🇯🇵',
    '👍🏽',
    '❤️',
    '☺',
    '(^_^)',
    '(´・ω・`)',
    '＼(^o^)／',
    'm(_ _)m',
    'ヽ(´▽`)/',
    '(≧▽≦)',
    '(；＿；)',
    '¯\\_(ツ)_/¯',
    ':-)',
    ':D',
    ';P',
    '^^',
    'T_T',
    '\u200b\u202e\ufeff',
    '\u0000\u0007\u001b',
    '\ud83d',
    '\udc00',
  ])('leaves out %j', (hidden) => {
    expect(en(`Hello ${hidden} there.`)).toBe('Hello there.');
    expect(ja(`${hidden}こんにちは${hidden}。`)).toBe('こんにちは。');
    expect(en(hidden)).toBe('');
  });

  it.each(['（笑）', '(笑)', '(泣)', 'w', 'www', 'ｗｗ'])(
    'leaves out laughter %j behind Japanese',
    (laugh) => {
      expect(ja(`すごい${laugh}`)).toBe('すごい');
    },
  );

  it.each([
    ['（例）テスト(test)です', '（例）テスト(test)です'],
    ['f(x) (see below), (3)', 'f(x) (see below), (three)'],
    ['[note] stays', 'note stays'],
    ['Choose [A] or [B]', 'Choose A or B'],
    ['ratio (a:b)', 'ratio (a:b)'],
    ['Is this it? :', 'Is this it?'],
    ['wは重さ', 'wは重さ'],
    ['© ACME', 'ACME'],
  ])('keeps what only looks like it: %j', (text, spoken) => expect(en(text)).toBe(spoken));

  it('leaves out a thought and a tag that were cut off', () => {
    expect(en('Sure. <think>the user wants')).toBe('Sure.');
    expect(en('Sure. [face:jo')).toBe('Sure.');
    expect(en('Sure. <face na')).toBe('Sure.');
  });

  it('gives nothing for what has no letter and no digit', () => {
    for (const text of ['', '   ', '…', '***', '---', '!?', '。', '😀😀', '```\ncode\n```'])
      expect(en(text)).toBe('');
  });
});

describe('speakable: addresses', () => {
  it('says where a page is, and no more', () => {
    expect(en('See https://www.example.com/a/b?c=1#d.')).toBe('See example dot com.');
    expect(en('Mail info@my-site.org!')).toBe('Mail info at my dash site dot org!');
    expect(en('Go to example.com now')).toBe('Go to example dot com now');
    expect(ja('https://example.jp/xを見て')).toBe('example ドット jp を見て');
  });

  it('says nothing of them when asked', () => {
    expect(en('See https://example.com/a, please.', { links: 'drop' })).toBe('See, please.');
    expect(ja('詳細はhttps://example.jp/で。', { links: 'drop' })).toBe('詳細は で。');
  });
});

describe('speakable: English numbers', () => {
  it.each([
    ['0 1 15 100', 'zero one fifteen one hundred'],
    [
      '1,234,567.89',
      'one million two hundred thirty-four thousand five hundred sixty-seven point eight nine',
    ],
    ['-3.5', 'minus three point five'],
    ['007', 'zero zero seven'],
    ['50% and 5–10%', 'fifty percent and five to ten percent'],
    [
      '$5.20, $1, $0.99, ¥500, €3 million, 5 USD, $2k',
      'five dollars and twenty cents, one dollar, ninety-nine cents, five hundred yen, three million euros, five dollars, two thousand dollars',
    ],
    ['£1.01', 'one pound and one penny'],
    ['2024-05-03', 'May third, twenty twenty-four'],
    ['5/3/2024 and 13/5/2024', 'May third, twenty twenty-four and May thirteenth, twenty twenty-four'],
    ['May 3, 2007', 'May third, two thousand seven'],
    ['in 1999, since 1900', 'in nineteen ninety-nine, since nineteen hundred'],
    ['the 1980s and 90s', 'the nineteen eighties and nineties'],
    [
      '10:30, 10:05, 10:00, 3:45 pm, 9 a.m.',
      "ten thirty, ten oh five, ten o'clock, three forty-five P M, nine A M.",
    ],
    ['1st 2nd 3rd 21st 112th', 'first second third twenty-first one hundred twelfth'],
    [
      '1/2, 3/4, 2/3, 1 1/2, 7/100',
      'one half, three quarters, two thirds, one and a half, seven one hundredths',
    ],
    ['½ cup, 2½ cups', 'one half cup, two and a half cups'],
    ['10-20 people, 1990-2000', 'ten to twenty people, nineteen ninety to two thousand'],
    [
      '5 km, 1 kg, 60 km/h, 20°C, 3.5GHz, 16 ft',
      'five kilometers, one kilogram, sixty kilometers per hour, twenty degrees Celsius, three point five gigahertz, sixteen feet',
    ],
    ['+1 (555) 123-4567', 'plus one, five five five, one two three, four five six seven'],
    ['v1.2.3 or 10.15.7', 'version one point two point three or ten point fifteen point seven'],
    ['192.168.0.1', 'one nine two dot one six eight dot zero dot one'],
    ['#1 and No. 5', 'number one and number five'],
    ['MP3, 3D, H2O, COVID-19', 'MP three, three D, H two O, COVID-nineteen'],
    [
      '2 + 3 = 5, 2 * 3, 6 ÷ 2, x^2',
      'two plus three equals five, two times three, six divided by two, x squared',
    ],
    [
      '12345678901234567890',
      'one two three four five six seven eight nine zero one two three four five six seven eight nine zero',
    ],
  ])('says %j as %j', (text, spoken) => expect(en(text)).toBe(spoken));

  it('leaves them to the engine when asked', () => {
    expect(en('Dr. Who has 3 cats', { englishNumbers: 'keep' })).toBe('Dr. Who has 3 cats');
  });

  it('says abbreviations', () => {
    expect(en('Dr. Smith vs. Mr. Bean, e.g. here, etc.')).toBe(
      'Doctor Smith versus Mister Bean, for example, here, et cetera.',
    );
    expect(en('on Main St. and St. Paul')).toBe('on Main Street and Saint Paul');
  });

  it('leaves no digit', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9.,:/ $%°a-z+-]{0,30}$/), (text) => {
        expect(en(text)).not.toMatch(/\d/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('speakable: Japanese numbers', () => {
  it.each([
    ['１２３円', '123円'],
    ['1,234,567人', '1234567人'],
    ['料金は¥1,234、$5.20、5%です。', '料金は1234円、5ドル20セント、5パーセントです。'],
    ['￥3万', '3万円'],
    ['2024/05/03、2024-12-31', '2024年5月3日、2024年12月31日'],
    ['5/3(金)と1/2の確率', '5月3日(金曜)と2分の1の確率'],
    ['11月21日（土・祝）の12/24(木)', '11月21日（土曜・祝）の12月24日(木曜)'],
    ['10:30〜12:00', '10時30分から12時'],
    ['5〜10km、3-5人、10〜20％', '5から10キロメートル、3から5人、10から20パーセント'],
    ['03-1234-5678に電話', 'ゼロサン、イチニーサンヨン、ゴーロクナナハチに電話'],
    ['v1.2.3です', 'バージョン1点2点3です'],
    ['気温は-5℃', '気温はマイナス5度'],
    ['差は−3点、合計：-5円、気温-2℃', '差はマイナス3点、合計:マイナス5円、気温マイナス2度'],
    ['テスト-1とあ1-3-5', 'テスト-1とあ1-3-5'],
    ['C++とC#、A&B、1+1=2、3×4', 'CプラスプラスとCシャープ、AアンドB、1プラス1イコール2、3かける4'],
    ['No.1と#2', 'ナンバー1とナンバー2'],
    ['約３．１４です', '約3.14です'],
    ['ﾃｽﾄﾃﾞｽ', 'テストデス'],
    ['そうですよね〜！', 'そうですよねー！'],
  ])('says %j as %j', (text, spoken) => expect(ja(text)).toBe(spoken));

  it('writes them in kanji for engines that read no digits', () => {
    expect(ja('1,234円と12本で3.14', { japaneseNumbers: 'words' })).toBe('千二百三十四円と十二本で三点一四');
  });

  it('goes by the language around a number, not by that of the whole', () => {
    expect(en('これは3本です。')).toBe('これは3本です。');
    expect(ja('There are 3 cats here. 3匹です。')).toBe('There are three cats here. 3匹です。');
  });
});

describe('speakable: other languages', () => {
  it('leaves numbers and signs to the engine', () => {
    expect(speakable('Das kostet **5 %** & mehr 😀', { language: 'de-DE' }).text).toBe(
      'Das kostet 5 % & mehr',
    );
  });
});

describe('speakable: dictionary', () => {
  const dictionary = parseDictionary(
    [
      'GitHub: ギットハブ',
      'C++: シープラプラ',
      'MMDAgent-EX: {spoken: エムエムディーエージェントイーエックス, phonemes: e m u}',
      'npm: N P M',
    ].join('\n'),
    'test.yaml',
  );

  it('goes before everything that changes words', () => {
    expect(ja('**GitHub**でC++', { dictionary })).toBe('ギットハブでシープラプラ');
    expect(en('Run npm 3', { dictionary })).toBe('Run N P M three');
  });

  it('does not keep an address from being one', () => {
    expect(en('See https://x.com/npm/y', { dictionary })).toBe('See x dot com');
  });

  it('leaves longer words alone', () => {
    expect(en('npmx GitHubs', { dictionary })).toBe('npmx GitHubs');
  });

  it('tells where phonemes were given', () => {
    const spoken = speakable('これは MMDAgent-EX と 3', { language: 'ja', dictionary });
    const [given] = spoken.phonemes;
    expect(given?.phonemes).toEqual(['e', 'm', 'u']);
    expect(spoken.text.slice(given?.from, given?.to)).toBe('エムエムディーエージェントイーエックス');
  });
});

describe('speakable: places in the source', () => {
  it('tells what was over when the voice stops', () => {
    const source = '# Hello **big** world\n\nIt costs $5.20 [now](x).';
    const { text, sourceAt } = speakable(source);
    expect(text).toBe('Hello big world. It costs five dollars and twenty cents now.');
    expect(source.slice(0, sourceAt(text.indexOf('big') + 3))).toBe('# Hello **big');
    expect(source.slice(0, sourceAt(text.indexOf('world') + 5))).toBe('# Hello **big** world');
    expect(source.slice(0, sourceAt(text.indexOf(' now')))).toBe('# Hello **big** world\n\nIt costs $5.20');
    expect(sourceAt(text.length)).toBe(source.length);
    expect(sourceAt(0)).toBe(0);
  });

  it('finds the source of a stretch', () => {
    const source = '[face:joy]**3本**です';
    const { text, sourceRange } = speakable(source, { language: 'ja' });
    const range = sourceRange(text.indexOf('3'), text.indexOf('本') + 1);
    expect(source.slice(range.from, range.to)).toBe('3本');
  });
});

const FRAGMENTS = fc.oneof(
  fc.constantFrom(
    '**',
    '*',
    '_',
    '__',
    '`',
    '```',
    '\n',
    '\n\n',
    '# ',
    '- ',
    '1. ',
    '> ',
    '|',
    '|--|--|\n',
    '[a](b)',
    '![x](y)',
    '[',
    ']',
    '(',
    ')',
    '[face:joy]',
    '<face name="joy"/>',
    '<think>',
    '</think>',
    '<',
    '>',
    '<b>',
    '</b>',
    '&amp;',
    '&lt;',
    '&',
    '\\',
    '~',
    '~~',
    '^',
    '=',
    '+',
    '😀',
    '👨‍👩‍👧',
    '❤️',
    '1️⃣',
    '(^_^)',
    '(´・ω・`)',
    ':)',
    'www',
    '（笑）',
    'https://a.example/b_c',
    'x@y.org',
    'example.com',
    '12',
    '1,234',
    '3.14',
    '-5',
    '10:30',
    '2024-05-03',
    '5/3',
    '$5',
    '¥300',
    '50%',
    '3-5',
    '〜',
    '5km',
    '20℃',
    'v1.2',
    '1st',
    '#1',
    '090-1234-5678',
    '½',
    '①',
    'Hello',
    'world',
    'Dr.',
    'e.g.',
    'St.',
    'Node.js',
    'こんにちは',
    '猫',
    'です',
    '。',
    '、',
    '！',
    '？',
    '「',
    '」',
    '（',
    '）',
    '・',
    'ー',
    '…',
    '—',
    '.',
    ',',
    '!',
    '?',
    ':',
    ';',
    '"',
    "'",
    ' ',
    '　',
    '\t',
    '\r\n',
    '\u200b',
    '\ud83d',
    'Привет',
    '한국어',
  ),
  fc.string({ maxLength: 6, unit: 'binary' }),
  fc.string({ maxLength: 6 }),
);
const TEXT = fc.array(FRAGMENTS, { maxLength: 14 }).map((pieces) => pieces.join(''));
const LANGUAGE = fc.constantFrom('ja', 'en', 'de');

describe('speakable: whatever is given', () => {
  it('never throws and leaves no markup, cut anywhere', () => {
    fc.assert(
      fc.property(TEXT, LANGUAGE, fc.double({ min: 0, max: 1, noNaN: true }), (text, language, share) => {
        const cut = Math.floor(text.length * share);
        for (const part of [text, text.slice(0, cut), text.slice(cut)]) {
          const spoken = speakable(part, { language }).text;
          expect(spoken).not.toMatch(MARKUP);
          expect(spoken).not.toMatch(/\p{Extended_Pictographic}/u);
          expect(spoken).toBe(new TextDecoder().decode(new TextEncoder().encode(spoken)));
        }
      }),
      { numRuns: 250 },
    );
  });

  it('changes nothing more the second time', () => {
    fc.assert(
      fc.property(TEXT, LANGUAGE, (text, language) => {
        const once = speakable(text, { language }).text;
        expect(speakable(once, { language }).text).toBe(once);
      }),
      { numRuns: 250, examples: [['0VS', 'en']] },
    );
  });

  it('has places that only grow, inside the source', () => {
    fc.assert(
      fc.property(TEXT, LANGUAGE, (text, language) => {
        const spoken = speakable(text, { language });
        let before = 0;
        for (let at = 0; at <= spoken.text.length; at++) {
          const now = spoken.sourceAt(at);
          expect(now).toBeGreaterThanOrEqual(before);
          before = now;
        }
        expect(before).toBeLessThanOrEqual(text.length);
        expect(spoken.runs.map((run) => run.text).join('')).toBe(spoken.text);
      }),
      { numRuns: 300 },
    );
  });

  it('understands a long text as it does its parts', () => {
    const part = '# Title\n\nSome **bold** text, [a link](x).\n\n```js\nfoo();\n\nbar();\n```\n\n';
    const spoken = en(part.repeat(200));
    expect(spoken.match(/Title\. Some bold text, a link\./g)).toHaveLength(200);
    expect(spoken).not.toMatch(/foo|bar/);
  });

  it('says a line without end, and leaves no markup in it', () => {
    const spoken = en(`${'**word** '.repeat(1000)}\n\n# End`);
    expect(spoken.startsWith('word word')).toBe(true);
    expect(spoken.endsWith('word. End')).toBe(true);
    expect(spoken).not.toMatch(MARKUP);
  });

  it('ends with what nobody closes', () => {
    for (const piece of ['(', '[', '**a', '[a](', '<a ', '```\n', '[face:', '(´', '1,'])
      expect(typeof en(piece.repeat(1500))).toBe('string');
  });
});
