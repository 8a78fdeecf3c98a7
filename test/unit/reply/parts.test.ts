import { describe, expect, it } from 'vitest';
import { PieceQueue } from '../../../src/reply/piece-queue.js';
import { ReplyLine } from '../../../src/reply/reply-line.js';
import { SoundTrack } from '../../../src/reply/sound-track.js';
import { lettersOf, SpeakingRates } from '../../../src/reply/speaking-rate.js';
import { ToldPhonemes } from '../../../src/reply/told-phonemes.js';
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

describe('SpeakingRates', () => {
  const text = 'abcdefghijklmnopqrst';
  const letters = lettersOf(text);

  it('learn how fast a voice speaks', () => {
    const rate = new SpeakingRates(undefined).of('mei', 'en');
    const before = rate.reached(letters, 0, 800);
    for (let n = 0; n < 30; n++) rate.learn(letters, 0, text.length * 40);
    expect(rate.reached(letters, 0, 800)).toBeGreaterThan(before + 4);
    expect(Math.abs(rate.reached(letters, 0, 400) - 10)).toBeLessThanOrEqual(1);
    expect(rate.reached(letters, 5, 400)).toBeGreaterThanOrEqual(14);
    expect(rate.reached(letters, 0, 60_000)).toBe(text.length);
  });

  it('believe one whole sentence more than the first guess, and a word not', () => {
    const [sentence, word] = [
      new SpeakingRates(undefined).of('a', 'en'),
      new SpeakingRates(undefined).of('a', 'en'),
    ];
    const guessed = sentence.reached(letters, 0, 600);
    const long = lettersOf(text.repeat(3));
    sentence.learn(long, 0, 3 * text.length * 30);
    word.learn(lettersOf('hello'), 0, 5 * 30);
    const really = 20;
    expect(Math.abs(sentence.reached(letters, 0, 600) - really)).toBeLessThan(Math.abs(guessed - really) / 2);
    expect(word.reached(letters, 0, 600)).toBeLessThan(sentence.reached(letters, 0, 600));
  });

  it('keep voices and languages apart', () => {
    const rates = new SpeakingRates(undefined);
    const untouched = rates.of('mei', 'ja').reached(letters, 0, 600);
    rates.of('slt', 'en-US').learn(letters, 0, text.length * 25);
    expect(rates.of('mei', 'ja').reached(letters, 0, 600)).toBe(untouched);
    expect(rates.of('mei', 'en').reached(letters, 0, 600)).toBe(untouched);
    expect(rates.of('slt', 'en').reached(letters, 0, 600)).toBeGreaterThan(untouched);
  });
});

describe('ToldPhonemes', () => {
  const text = 'Hello, how are you?';
  const letters = lettersOf(text);
  /** Measured: Plugin_Flite_plus_hts_engine, 60 fps. */
  const LIST = 'hh,85,ax,40,l,125,ow,180,pau,185,hh,90,aw,185,aa,25,r,65,y,75,uw,105';

  it('tell how far a text is heard', () => {
    const told = new ToldPhonemes(0, text.length);
    told.began('Hello, how are you?', 0);
    expect(told.reached(100, letters)).toBeUndefined();
    told.told(LIST);
    told.told('sil,50');
    expect(text.slice(0, told.reached(0, letters))).toBe('');
    expect(text.slice(0, told.reached(600, letters))).toMatch(/^Hello?,? ?$/);
    expect(text.slice(0, told.reached(1159, letters))).toMatch(/^Hello, how are y?o?$/);
    expect(told.reached(1160, letters)).toBe(text.length);
  });

  it('are laid over each part of a text that is said in several', () => {
    const told = new ToldPhonemes(0, text.length);
    told.began('Hello,', 0);
    told.told('hh,100,ax,100,l,100,ow,100');
    told.began('how are you?', 700);
    expect(told.reached(650, letters)).toBe(6);
    expect(told.reached(750, letters)).toBeUndefined();
    told.told('h,100,aw,100,aa,100,y,100');
    expect(told.reached(1100, letters)).toBe(text.length);
  });

  it('tell nothing where a list is none', () => {
    const told = new ToldPhonemes(0, text.length);
    told.began(text, 0);
    for (const list of ['', 'a', 'a,b', '|', 'sil,50']) {
      told.told(list);
      expect(told.reached(500, letters)).toBeUndefined();
    }
  });
});
