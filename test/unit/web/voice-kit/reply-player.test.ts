import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../src/runtime/index.js';
import { ReplyPlayer } from '../../../../src/web/voice-kit/reply-player.js';
import { FakeSpeaker, pcmOf, RATE_HZ } from './rig.js';

let clock: FakeClock;
let speaker: FakeSpeaker;
let player: ReplyPlayer;
let told: string[];

beforeEach(() => {
  clock = new FakeClock();
  speaker = new FakeSpeaker(clock);
  player = new ReplyPlayer(clock, speaker);
  told = [];
  player.events.on('sounding', (turn) => told.push(`sounding ${turn}`));
  player.events.on('drained', (turn) => told.push(`drained ${turn}`));
  player.events.on('position', (turn, ms) => told.push(`${turn}: ${Math.round(ms)}`));
});

const sound = (turn: number, fromMs: number, ms: number, rateHz = RATE_HZ): void =>
  player.sound({ turn, fromMs, pcm: pcmOf(ms, rateHz), sampleRateHz: rateHz });

describe('ReplyPlayer', () => {
  it('G8: sounds before the reply is complete, each stretch right behind the one before', () => {
    sound(1, 0, 100);
    clock.advance(40);
    sound(1, 100, 100);
    const [first, second] = speaker.played;
    expect((second?.atS ?? 0) - (first?.atS ?? 0)).toBeCloseTo(0.1, 9);
    expect(first?.samples).toBe(2400);
  });

  it('tells what is heard, the device included, and when all of it was', () => {
    sound(1, 0, 500);
    clock.advance(160);
    // Scheduled 120 ms ahead, and heard 50 ms later.
    expect(told).toEqual([]);
    clock.advance(700);
    expect(told[0]).toBe('sounding 1');
    expect(told.at(-2)).toBe('1: 500');
    expect(told.at(-1)).toBe('drained 1');
    expect(clock.pendingCount).toBe(0);
  });

  it('is silent at once when it is cut, says what was heard, and takes no more of it', () => {
    sound(1, 0, 1000);
    clock.advance(470);
    player.cut(1);
    expect(speaker.silenced).toEqual([1]);
    expect(told.at(-1)).toBe('1: 300');
    sound(1, 1000, 100);
    expect(speaker.played).toHaveLength(1);
    expect(player.isSilent(1)).toBe(true);
    expect(player.takeTape(1)?.pcm.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(14_400);
  });

  it('goes on from where it is told, when the cut was for nothing', () => {
    sound(1, 0, 1000);
    clock.advance(470);
    player.cut(1);
    player.resumed(1, 280);
    sound(1, 280, 720);
    clock.advance(1500);
    expect(told.at(-2)).toBe('1: 1000');
    expect(told.at(-1)).toBe('drained 1');
  });

  it('plays the next reply when the one before is over', () => {
    sound(1, 0, 1000);
    sound(2, 0, 100);
    const [first, second] = speaker.played;
    expect((second?.atS ?? 0) - (first?.atS ?? 0)).toBeCloseTo(1, 9);
    clock.advance(1400);
    expect(told.filter((news) => !news.includes(':'))).toEqual([
      'sounding 1',
      'drained 1',
      'sounding 2',
      'drained 2',
    ]);
  });

  it('plays sound of another rate at its own, without losing any', () => {
    for (let n = 0; n < 20; n++) sound(1, 50 * n, 50, 48_000);
    const samples = speaker.played.reduce((sum, played) => sum + played.samples, 0);
    // What the filter still holds is two milliseconds.
    expect(samples).toBeGreaterThan(24_000 - 60);
    expect(samples).toBeLessThanOrEqual(24_000);
  });

  it('moves the mouth with what is heard, and closes it when that ends or is cut', () => {
    player.lips(1, [
      { phoneme: 'sil', startMs: 0, endMs: 200 },
      { phoneme: 'a', startMs: 200, endMs: 1000 },
    ]);
    sound(1, 0, 1000);
    clock.advance(300);
    expect(player.mouthNow().a).toBe(0);
    clock.advance(90);
    expect(player.mouthNow().a).toBeGreaterThan(0.45);
    player.cut(1);
    expect(player.mouthNow().a).toBe(0);
  });

  it('says that the browser lets no sound out', () => {
    let blocked = 0;
    player.events.on('blocked', () => blocked++);
    speaker.isRunning = false;
    sound(1, 0, 100);
    expect(blocked).toBe(1);
  });

  it('holds no more than a few replies, and nothing when cleared', () => {
    for (let turn = 1; turn <= 20; turn++) sound(turn, 0, 10);
    expect(player.takeTape(16)).toBeUndefined();
    expect(player.takeTape(17)).toBeDefined();
    player.clear();
    expect(player.takeTape(20)).toBeUndefined();
    expect(clock.pendingCount).toBe(0);
  });
});
