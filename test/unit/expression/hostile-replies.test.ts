import { describe, expect, it } from 'vitest';
import { ReplyReader } from '../../../src/expression/index.js';
import { captionLines } from '../../../src/expression/peer-caption.js';
import { PromptChoices } from '../../../src/expression/prompt-choices.js';
import { TagForms } from '../../../src/expression/tag-forms.js';
import { parseMessage } from '../../../src/protocol/index.js';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.js';
import { textWork } from '../../support/text-work.js';

const OPTIONS = { numberedEmotions: true, own: ['wink'] };

/** Stretches that a reader may look through again for each of their letters, without an end. */
const BOMBS: Readonly<Record<string, (letters: number) => string>> = {
  'tags without an end': (letters) => '[face:'.repeat(letters / 6),
  'a tag of blanks': (letters) => `[face:${' '.repeat(letters)}`,
  'a tag of blanks around a word': (letters) => `[face:${' '.repeat(letters / 2)}x${' '.repeat(letters / 2)}`,
  'a tag with a long name': (letters) => `[${'face'.repeat(letters / 4)}`,
  'opening brackets': (letters) => '['.repeat(letters),
  'elements without an end': (letters) => '<face '.repeat(letters / 6),
  'an element of attributes': (letters) => `<face ${'a="b" '.repeat(letters / 6)}`,
  'an element of blanks': (letters) => `<face${' '.repeat(letters)}`,
  thoughts: (letters) => '<think>a</think>'.repeat(letters / 16),
  'a thought that never ends': (letters) => `<think>${'</think'.repeat(letters / 7)}`,
  'single backticks': (letters) => '`a '.repeat(letters / 3),
  'single backticks in a line of their own': (letters) => `\`${'``a'.repeat(letters / 3)}`,
  'rows of backticks': (letters) => '```\n'.repeat(letters / 4),
  waves: (letters) => '~~~\n'.repeat(letters / 4),
  'tags and nothing else': (letters) => '[face:joy]'.repeat(letters / 10),
  'tags and words': (letters) => '[face:joy]Yes. '.repeat(letters / 15),
  digits: (letters) => '1 '.repeat(letters / 2),
  'quotes that open': (letters) => '「'.repeat(letters),
  'quotes that close': (letters) => '」'.repeat(letters),
  'quotes in quotes': (letters) => '「'.repeat(letters / 2) + '」'.repeat(letters / 2),
  'straight quotes': (letters) => '"a '.repeat(letters / 3),
  'one word': (letters) => 'x'.repeat(letters),
  abbreviations: (letters) => 'Mr. '.repeat(letters / 4),
  commas: (letters) => ','.repeat(letters),
  dots: (letters) => '.'.repeat(letters),
  blanks: (letters) => `${' '.repeat(letters)}a`,
  'marks that nobody sees': (letters) => '\u200b\u202e\u2028\0'.repeat(letters / 4),
  'lone surrogates': (letters) => '\ud83d'.repeat(letters),
};

function readAll(text: string, size: number): string {
  const reader = new ReplyReader(OPTIONS);
  let raw = '';
  const take = (pieces: ReturnType<ReplyReader['push']>): void => {
    for (const piece of pieces) raw += piece.raw;
  };
  for (let at = 0; at < text.length; at += size) take(reader.push(text.slice(at, at + size)));
  take(reader.end());
  return raw;
}

describe.each(Object.entries(BOMBS))('A reply of %s', (_, bomb) => {
  it.each([5, 100_000])('is read with work that grows as its length, in tokens of %i letters', (size) => {
    // Three times the text: three times the work, and a little more where the first letters wait for a tag to end; by the square nine.
    const short = textWork(() => readAll(bomb(900), size));
    const long = textWork(() => readAll(bomb(2700), size));
    expect(long / short).toBeLessThan(6);
  });

  it('is spoken in pieces that are never longer than a sentence may be', () => {
    const reader = new ReplyReader(OPTIONS);
    const pieces = [...reader.push(bomb(100_000)), ...reader.end()];
    expect(Math.max(0, ...pieces.map(({ text }) => text.trim().length))).toBeLessThanOrEqual(300);
  });

  it('is given whole', () => {
    expect(readAll(bomb(2400), 2400)).toBe(bomb(2400));
  });
});

// No clock and no counter: what an expression tries and gives up is not seen by `textWork`. By the cube this takes hours.
it.each(['[face:', '[face:x', '[animation:wave,', '[', '<face ', '<think'])(
  'Reads 20,000 blanks behind %s within the time of a test',
  (begin) => {
    const text = begin + ' '.repeat(20_000);
    for (const whole of [text, `${text}]`, `${text}>`]) expect(readAll(whole, 20_000)).toBe(whole);
    const forms = new TagForms(['wink'], undefined);
    for (const whole of [text, `${text}]`, `${text}>`])
      expect(begin.startsWith('[') ? forms.bracket(whole) : forms.element(whole)).toBe('text');
  },
);

describe('Tags in a reply', () => {
  const cuesOf = (text: string, size: number): readonly string[] => {
    const reader = new ReplyReader(OPTIONS);
    const cues: string[] = [];
    for (let at = 0; at < text.length; at += size)
      for (const piece of reader.push(text.slice(at, at + size)))
        cues.push(...piece.cues.map(({ raw }) => raw));
    for (const piece of reader.end()) cues.push(...piece.cues.map(({ raw }) => raw));
    return cues;
  };

  it.each([
    '[face:\njoy]Hello.',
    '[face:joy\n]Hello.',
    '[face: \n joy]Hello.',
    '[face\n:joy]Hello.',
    `[face:${' '.repeat(290)}joy]Hello.`,
    `[face:${' '.repeat(400)}joy]Hello.`,
    '[ face : joy ]Hello.',
    `<think>a</think${' '.repeat(15)}>Hello.`,
    `<think>a</think${' '.repeat(60)}>Hello.`,
  ])('are the same however the reply was cut: %j', (text) => {
    const whole = new ReplyReader(OPTIONS);
    const shown = [...whole.push(text), ...whole.end()].map((piece) => piece.text).join('');
    const cut = new ReplyReader(OPTIONS);
    const pieces = [...[...text].flatMap((letter) => cut.push(letter)), ...cut.end()];
    expect(pieces.map((piece) => piece.text).join('')).toBe(shown);
    expect(cuesOf(text, 1)).toEqual(cuesOf(text, text.length));
  });
});

describe('Captions', () => {
  it('break a word of 100,000 letters in lines, and lose no letter', () => {
    const word = 'x'.repeat(100_000);
    const lines = captionLines(word, 20);
    expect(lines.join('')).toBe(word);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(42);
  });
});

describe('Questions on the screen', () => {
  it.each(Object.entries(HOSTILE_TEXTS))(
    'are one message with one argument each (%s), and give the choice back as it was',
    (_, text) => {
      const choices = new PromptChoices();
      const message = choices.show(`Which? ${text}`, [`A ${text}`, `B ${text}`]);
      expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      expect(message).not.toMatch(/\p{Surrogate}/u);
      expect(parseMessage(message)).toMatchObject({ type: 'PROMPT_SHOW', args: { length: 3 } });
      expect(choices.chosen(message)).toBeUndefined();
      expect(choices.chosen('PROMPT_EVENT_SELECTED|1')).toBe(`B ${text}`);
      expect(choices.chosen('PROMPT_EVENT_SELECTED|1')).toBeUndefined();
    },
  );

  it.each(['-1', '2', '99', '1e0', '0x1', ' 1', '01|x', '', '__proto__', 'length', '1\n'])(
    'take no other answer for a choice: %j',
    (given) => {
      const choices = new PromptChoices();
      choices.show('Which?', ['A']);
      expect(choices.chosen(`PROMPT_EVENT_SELECTED|${given}`)).toBeUndefined();
    },
  );
});
