import { describe, expect, it } from 'vitest';
import { joinContinued } from '../../../src/turns/index.js';

describe('joinContinued', () => {
  it.each([
    ['昨日は', '雨だった', '昨日は雨だった'],
    ['昨日は。', '雨だった。', '昨日は雨だった。'],
    ['雨だった。', 'でも行った', '雨だった。でも行った'],
    ['I want to', 'go home', 'I want to go home'],
    ['I want to.', 'go home.', 'I want to go home.'],
    ['I want to...', 'go home', 'I want to go home'],
    ["It's raining.", 'So I stayed.', "It's raining. So I stayed."],
    ['YouTubeを', 'open', 'YouTubeをopen'],
    [' well ', ' yes ', 'well yes'],
    ['', 'yes', 'yes'],
    ['はい', '', 'はい'],
  ])('joins %j and %j to %j', (earlier, later, whole) => {
    expect(joinContinued(earlier, later)).toBe(whole);
  });
});
