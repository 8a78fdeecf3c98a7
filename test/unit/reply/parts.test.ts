import { describe, expect, it } from 'vitest';
import { PieceQueue } from '../../../src/reply/piece-queue.js';
import { ReplyLine } from '../../../src/reply/reply-line.js';
import { SoundTrack } from '../../../src/reply/sound-track.js';
import { SpeakingRate } from '../../../src/reply/speaking-rate.js';
import { wholeLetters, wordBefore, wordPlaces } from '../../../src/reply/word-places.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('PieceQueue', () => {
  it('keeps who writes waiting until its piece is taken', async () => {
    const queue = new PieceQueue();
    const taken: string[] = [];
    void queue.push({ text: 'one' }).then(() => taken.push('one'));
    void queue.push({ text: 'two' }).then(() => taken.push('two'));
    await settled();
    expect(taken).toEqual([]);
    const reader = queue[Symbol.asyncIterator]();
    expect((await reader.next()).value).toEqual({ text: 'one' });
    await settled();
    expect(taken).toEqual(['one']);
    queue.end();
    expect((await reader.next()).value).toEqual({ text: 'two' });
    expect((await reader.next()).done).toBe(true);
  });

  it('lets all go when it is stopped', async () => {
    const queue = new PieceQueue();
    const pushed = queue.push({ text: 'one' });
    queue.stop();
    await pushed;
    await queue.push({ text: 'two' });
    expect((await queue[Symbol.asyncIterator]().next()).done).toBe(true);
  });
});

describe('ReplyLine', () => {
  it('gives the turn to one at a time, and passes over who has left', () => {
    const line = new ReplyLine();
    const turns: string[] = [];
    const leaveA = line.enter(() => turns.push('a'));
    const leaveB = line.enter(() => turns.push('b'));
    line.enter(() => turns.push('c'));
    expect(turns).toEqual(['a']);
    leaveB();
    leaveB();
    expect(turns).toEqual(['a']);
    leaveA();
    expect(turns).toEqual(['a', 'c']);
  });
});

describe('SoundTrack', () => {
  const level = (ms: number, value: number) => new Uint8Array(new Int16Array(ms * 16).fill(value).buffer);

  it('gives back what it was given, from anywhere, until that is forgotten', () => {
    const track = new SoundTrack(16_000);
    for (let n = 0; n < 10; n++) track.append(level(50, n));
    expect(track.endMs).toBe(500);
    expect(track.read(track.bytesAt(120), 64)).toEqual(level(2, 2));
    expect(track.read(track.endBytes, 64)).toBeUndefined();
    track.forgetBefore(200);
    expect(track.read(track.bytesAt(120), 64)).toBeUndefined();
    expect(track.read(track.bytesAt(200), 64)).toEqual(level(2, 4));
  });

  it('knows the end of the last pause', () => {
    const track = new SoundTrack(16_000);
    for (const [ms, value] of [
      [300, 5000],
      [80, 10],
      [200, 5000],
      [40, 0],
      [200, 5000],
    ] as const)
      track.append(level(ms, value));
    expect(track.lastPauseEnd(0, 800)).toBe(380);
    expect(track.lastPauseEnd(400, 800)).toBeUndefined();
    expect(track.lastPauseEnd(0, 200)).toBeUndefined();
  });
});

describe('Words by their letters', () => {
  it('are found in Japanese too, and their borders before a place', () => {
    const text = '今日は雨です。';
    expect(wordPlaces(text, 'ja').map(({ from, to }) => text.slice(from, to))).toEqual([
      '今日',
      'は',
      '雨',
      'です',
    ]);
    expect(wordBefore(text, 'ja', 5)).toBe(4);
    expect(wordBefore('Nobody knows', 'en', 6)).toBe(6);
    expect(wordBefore('Nobody knows', 'no such language!', 5)).toBe(0);
    expect(wholeLetters('a😊b', 2)).toBe(1);
    expect(wholeLetters('a😊b', 3)).toBe(3);
  });
});

describe('SpeakingRate', () => {
  it('learns how fast a voice speaks', () => {
    const rate = new SpeakingRate(undefined);
    const text = 'abcdefghijklmnopqrst';
    const before = rate.reached(text, 0, 800);
    for (let n = 0; n < 30; n++) rate.learn(text, 0, text.length * 40);
    expect(rate.reached(text, 0, 800)).toBeGreaterThan(before + 4);
    expect(Math.abs(rate.reached(text, 0, 400) - 10)).toBeLessThanOrEqual(1);
    expect(rate.reached(text, 5, 400)).toBeGreaterThanOrEqual(14);
    expect(rate.reached(text, 0, 60_000)).toBe(text.length);
  });
});
