import { describe, expect, it } from 'vitest';
import { joinContinued, judgeEnd, judgeInterjection, withoutOwnVoice } from '../../../src/turns/index.js';

const SIZE = 100_000;
/** Texts with which an expression tries every row of something from each of its places: minutes of work, were it so. */
const TEXTS: Readonly<Record<string, string>> = {
  'blanks inside': `a${' '.repeat(SIZE)}b`,
  'dots inside': `a${'.'.repeat(SIZE)}b`,
  'Japanese dots inside': `あ${'。'.repeat(SIZE)}い`,
  'closing brackets inside': `a${')'.repeat(SIZE)}b`,
  'opening brackets': '['.repeat(SIZE),
  'opening brackets of Japanese': '【'.repeat(SIZE),
  'opening brackets with words': '(x'.repeat(SIZE / 2),
  stars: '*a '.repeat(SIZE / 3),
  'one word': 'x'.repeat(SIZE),
  'listening without an end': 'うん'.repeat(SIZE / 2),
  'hard words without an end': '待って'.repeat(SIZE / 3),
  'lengthened vowels': `え${'ー'.repeat(SIZE)}と`,
  'conjunctions without an end': 'and '.repeat(SIZE / 4),
  'te-forms without an end': '行って'.repeat(SIZE / 3),
  'lone surrogates': '\ud83d'.repeat(SIZE),
  'marks that nobody sees': '\u200b\u202e\u2028\0'.repeat(SIZE / 4),
};

// No clock: what takes the square of the length takes longer than a test may.
describe.each(Object.entries(TEXTS))('Turns of 100,000 letters (%s)', (_, text) => {
  it('are judged, as a turn and as what is said over the avatar', () => {
    expect(['open', 'finished', 'unfinished']).toContain(judgeEnd(text).state);
    expect(['words', 'nothing', 'backchannel', 'stop']).toContain(judgeInterjection(text));
  });

  it('are freed of what the avatar said', () => {
    const [spoken, user] = ['Sharks are fish, サメは魚の仲間です。', 'what about whales, クジラはどうなの'];
    expect(withoutOwnVoice(`${text} ${spoken}${user}`, spoken)).toContain(user);
    expect(text.trim().startsWith(withoutOwnVoice(text, text.slice(-2000)).slice(0, 9))).toBe(true);
  });

  it('are joined with what follows, and lose no word', () => {
    expect(joinContinued(text, 'yes').endsWith('yes')).toBe(true);
    expect(joinContinued('yes', text).replace(/\s/gu, '')).toBe(`yes${text}`.replace(/\s/gu, ''));
  });
});

describe('Noises that a recognizer writes', () => {
  it('are known however they are named, and what is too long for a name is words', () => {
    expect(judgeInterjection('[speaking in a foreign language]')).toBe('nothing');
    expect(judgeInterjection(`[${'tiger '.repeat(40)}]`)).toBe('words');
  });
});
