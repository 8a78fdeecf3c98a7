import { describe, expect, test } from 'vitest';
import { mouthOpening, type SoundClip } from '../../../src/simulator/index.js';
import { wavClipOf } from '../../../src/simulator/wav-clip.js';
import { createRig, type Rig, tone } from './rig.js';

const CLIPS: Readonly<Record<string, SoundClip>> = {
  'five.wav': { durationMs: 5000, pcm: tone(5000) },
  'long.wav': { durationMs: 61_000, pcm: new Int16Array(0) },
};

function rigWithFiles(): Rig {
  return createRig({ readClip: (file) => CLIPS[file] });
}

function within(ms: number | undefined, least: number, most: number): void {
  expect(ms).toBeGreaterThanOrEqual(least);
  expect(ms).toBeLessThanOrEqual(most);
}

function lastHeardMs(rig: Rig): number {
  return (rig.played.at(-1)?.atMs ?? Number.NaN) + 16;
}

describe('SPEAK and SOUND', () => {
  test('a 5 s file gives the measured events', () => {
    const rig = rigWithFiles();
    const sentMs = rig.clock.nowMs();
    rig.send('SPEAK_START|0|five.wav\n');
    rig.clock.advance(7000);
    expect(rig.texts()).toContain('SOUND_START|__speak__0|five.wav');
    within(rig.delayOf('SPEAK_EVENT_START|0', sentMs), 15, 150);
    within(rig.delayOf('SOUND_EVENT_START|__speak__0', sentMs), 50, 230);
    within((rig.played[0]?.atMs ?? 0) - sentMs, 100, 370);
    within(rig.delayOf('SPEAK_EVENT_STOP|0', sentMs), 5100, 5470);
    within(rig.delayOf('SOUND_EVENT_STOP|__speak__0', sentMs), 5200, 5550);
    expect(Math.max(...rig.mouths.map(({ mouth }) => mouthOpening(mouth)))).toBeGreaterThan(0.3);
  });
  test('SPEAK_STOP: the event within 0.3 s, the sound goes on for 0.7 to 1 s', () => {
    const rig = rigWithFiles();
    rig.send('SPEAK_START|0|five.wav\n');
    rig.clock.advance(2000);
    const sentMs = rig.clock.nowMs();
    rig.send('SPEAK_STOP|0\n');
    rig.clock.advance(6000);
    within(rig.delayOf('SPEAK_EVENT_STOP|0', sentMs), 80, 260);
    within(lastHeardMs(rig) - sentMs, 730, 960);
    expect(rig.texts().filter((text) => text === 'SPEAK_EVENT_STOP|0')).toHaveLength(1);
  });
  test('a second SPEAK_START freezes the program until the first has ended', () => {
    const rig = rigWithFiles();
    rig.send('SPEAK_START|0|five.wav\n');
    rig.clock.advance(1000);
    const sentMs = rig.clock.nowMs();
    rig.send('SPEAK_START|0|five.wav\n');
    rig.clock.advance(200);
    rig.send('X|1\n');
    rig.clock.advance(8000);
    within(rig.delayOf('X|1', sentMs), 3900, 4400);
    expect(rig.texts().filter((text) => text === 'SPEAK_EVENT_START|0')).toHaveLength(2);
  });
  test.each(['missing.wav', 'long.wav'])('%s gives no event', (file) => {
    const rig = rigWithFiles();
    rig.send(`SPEAK_START|0|${file}\n`);
    rig.clock.advance(70_000);
    expect(rig.texts().some((text) => text.startsWith('SPEAK_EVENT') || text.startsWith('SOUND'))).toBe(
      false,
    );
  });
  test('SOUND_START and SOUND_STOP', () => {
    const rig = rigWithFiles();
    rig.send('SOUND_START|bgm|five.wav\n');
    rig.clock.advance(1000);
    rig.send('SOUND_STOP|bgm\n');
    const sentMs = rig.clock.nowMs();
    rig.clock.advance(3000);
    expect(rig.texts()).toContain('SOUND_EVENT_START|bgm');
    expect(rig.texts()).toContain('SOUND_EVENT_STOP|bgm');
    within(lastHeardMs(rig) - sentMs, 750, 870);
    expect(rig.mouths).toEqual([]);
  });
});

describe('SYNTH', () => {
  const say = (text: string): string => `SYNTH_START|0|slt_voice_normal|${text}\n`;
  const events = (rig: Rig): string[] => rig.texts().filter((text) => text.startsWith('SYNTH_EVENT'));

  test('speaks: events, sound at about 100 ms, mouth ahead of the sound', () => {
    const rig = createRig();
    const sentMs = rig.clock.nowMs();
    rig.send(say('Hello, how are you'));
    rig.clock.advance(4000);
    within(rig.delayOf('SYNTH_EVENT_START|0', sentMs), 18, 45);
    within(rig.delayOf('LIPSYNC_EVENT_START|0', sentMs), 31, 60);
    within((rig.played[0]?.atMs ?? 0) - sentMs, 85, 115);
    within((rig.delayOf('SYNTH_EVENT_STOP|0', sentMs) ?? 0) + sentMs - lastHeardMs(rig), 20, 60);
    expect(rig.texts().at(-1)).toBe('LIPSYNC_EVENT_STOP|0');
  });
  test('a second one replaces the first', () => {
    const rig = createRig();
    rig.send(say('one, a long sentence that is cut'));
    rig.clock.advance(300);
    rig.send(say('two'));
    rig.clock.advance(4000);
    expect(events(rig)).toEqual([
      'SYNTH_EVENT_START|0',
      'SYNTH_EVENT_STOP|0',
      'SYNTH_EVENT_START|0',
      'SYNTH_EVENT_STOP|0',
    ]);
  });
  test('SYNTH_STOP ends the sound after 65 ms and leaves the mouth open', () => {
    const rig = createRig();
    rig.send(say('aaaaaaaaaaaaaaaaaaaaaaaa'));
    rig.clock.advance(550);
    const sentMs = rig.clock.nowMs();
    rig.send('SYNTH_STOP|0\n');
    rig.clock.advance(6000);
    within(lastHeardMs(rig) - sentMs, 30, 95);
    within(rig.delayOf('SYNTH_EVENT_STOP|0', sentMs), 60, 130);
    expect(mouthOpening(rig.mouths.at(-1)?.mouth ?? { a: 0, i: 0, u: 0, o: 0 })).toBeGreaterThan(0.1);
  });
  test('unknown voice and an idle stop: no event; unknown model: events without mouth', () => {
    const rig = createRig();
    rig.send('SYNTH_START|0|nobody|text\nSYNTH_STOP|0\n');
    rig.clock.advance(2000);
    expect(events(rig)).toEqual([]);
    rig.send('SYNTH_START|other|slt_voice_normal|text\n');
    rig.clock.advance(2000);
    expect(events(rig)).toEqual(['SYNTH_EVENT_START|other', 'SYNTH_EVENT_STOP|other']);
    expect(rig.mouths).toEqual([]);
  });
});

describe('wavClipOf', () => {
  test('reads rate, channels and length, refuses what is no 16-bit PCM WAV', () => {
    const bytes = new Uint8Array(44 + 48_000 * 4);
    const view = new DataView(bytes.buffer);
    bytes.set(new TextEncoder().encode('RIFF'));
    bytes.set(new TextEncoder().encode('WAVEfmt '), 8);
    view.setUint32(16, 16, true);
    view.setUint16(20, 1, true);
    view.setUint16(22, 2, true);
    view.setUint32(24, 48_000, true);
    view.setUint16(34, 16, true);
    bytes.set(new TextEncoder().encode('data'), 36);
    view.setUint32(40, 48_000 * 4, true);
    view.setInt16(44, 100, true);
    view.setInt16(46, 300, true);
    const clip = wavClipOf(bytes);
    expect(clip?.durationMs).toBe(1000);
    expect(clip?.pcm.length).toBe(16_000);
    expect(clip?.pcm[0]).toBe(200);
    expect(wavClipOf(bytes.slice(0, 30))).toBeUndefined();
    expect(wavClipOf(new Uint8Array(100))).toBeUndefined();
  });
});
