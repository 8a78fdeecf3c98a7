import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/runtime/index.js';
import { createWakeWords, type WakeWordsOptions } from '../../../src/turns/index.js';

function wakeWords(options: Partial<WakeWordsOptions> = {}) {
  const clock = new FakeClock();
  const changes: boolean[] = [];
  const words = createWakeWords({
    words: ['メイちゃん', 'Hey Mei'],
    clock,
    onChange: (isOpen) => changes.push(isOpen),
    ...options,
  });
  return { words, clock, changes };
}

describe('Wake words', () => {
  it('open what is closed, and what is said without them is not meant', () => {
    const { words, changes } = wakeWords();
    expect(words.isOpen).toBe(false);
    expect(words.hear('今日の天気は')).toMatchObject({ isMeant: false, woke: false, word: undefined });
    expect(words.hear('メイちゃん、今日の天気は')).toEqual({
      isMeant: true,
      woke: true,
      word: 'メイちゃん',
      text: '今日の天気は',
      rest: '今日の天気は',
    });
    expect(words.hear('明日は')).toMatchObject({ isMeant: true, woke: false, text: '明日は' });
    expect(changes).toEqual([true]);
    words.close();
  });

  it.each([
    'めいちゃん',
    'ﾒｲちゃん',
    'メーイちゃん！',
    'メイ　ちゃん',
    'メイちゃーん',
    'hey mei',
    'HEY, MEI!',
    'Ｈｅｙ　Ｍｅｉ',
    'ねえ、メイちゃん',
    'えっとメイちゃん',
    'ok hey mei',
  ])('are known however they are written: %s', (text) => {
    const { words } = wakeWords();
    expect(words.hear(text)).toMatchObject({ isMeant: true, woke: true, rest: '' });
    words.close();
  });

  it('are not found inside other words', () => {
    const { words } = wakeWords({ words: ['mei'], where: 'anywhere' });
    expect(words.hear('the meister sings').isMeant).toBe(false);
    expect(words.hear('tell me, Mei').isMeant).toBe(true);
    words.close();
  });

  it('count at the beginning only, unless they may be anywhere', () => {
    const { words } = wakeWords();
    expect(words.hear('昨日メイちゃんに会った').isMeant).toBe(false);
    words.close();
    const anywhere = wakeWords({ where: 'anywhere' }).words;
    expect(anywhere.hear('天気を教えて、メイちゃん')).toMatchObject({ woke: true, rest: '天気を教えて' });
    expect(anywhere.hear('ねえ、メイちゃん、元気？')).toMatchObject({ rest: '元気？' });
    anywhere.close();
  });

  it('may be a greeting that stays in the text', () => {
    const { words } = wakeWords({ words: ['こんにちは'], strip: false });
    expect(words.hear('こんにちは、元気？')).toMatchObject({ text: 'こんにちは、元気？', rest: '元気？' });
    words.close();
  });

  it('keep a greeting before them when nothing else is said', () => {
    const { words } = wakeWords();
    expect(words.hear('こんにちは、メイちゃん').rest).toBe('こんにちは');
    words.sleep();
    expect(words.hear('こんにちは、メイちゃん、天気は').rest).toBe('天気は');
    words.close();
  });

  it('prefer the longer of two', () => {
    const { words } = wakeWords({ words: ['メイ', 'メイちゃん'] });
    expect(words.hear('メイちゃん元気')).toMatchObject({ word: 'メイちゃん', rest: '元気' });
    words.close();
  });

  it('close 60 s after the last activity', () => {
    const { words, clock, changes } = wakeWords();
    words.hear('メイちゃん');
    clock.advance(59_999);
    words.hear('まだいる');
    clock.advance(59_999);
    words.touch();
    clock.advance(59_999);
    expect(words.isOpen).toBe(true);
    clock.advance(1);
    expect(words.isOpen).toBe(false);
    expect(words.hear('まだいる').isMeant).toBe(false);
    expect(changes).toEqual([true, false]);
    expect(clock.pendingCount).toBe(0);
  });

  it('stay open while a turn goes on', () => {
    const { words, clock } = wakeWords({ timeoutMs: 1000 });
    words.hear('メイちゃん');
    words.hold();
    clock.advance(600_000);
    expect(words.isOpen).toBe(true);
    words.touch();
    clock.advance(1000);
    expect(words.isOpen).toBe(false);
  });

  it('open and close by hand', () => {
    const { words, clock, changes } = wakeWords();
    words.touch();
    expect(words.isOpen).toBe(false);
    words.wake();
    words.wake();
    words.sleep();
    words.sleep();
    expect(changes).toEqual([true, false]);
    words.wake();
    words.close();
    words.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('are always open when there are none', () => {
    const { words, clock, changes } = wakeWords({ words: [] });
    expect(words.hear('こんにちは')).toEqual({
      isMeant: true,
      woke: false,
      word: undefined,
      text: 'こんにちは',
      rest: 'こんにちは',
    });
    words.sleep();
    expect(words.isOpen).toBe(true);
    expect(clock.pendingCount).toBe(0);
    expect(changes).toEqual([]);
  });

  it('need letters', () => {
    expect(() => wakeWords({ words: ['メイ', '！'] })).toThrow(/Expected wake words with letters/);
  });
});
