import { describe, expect, it } from 'vitest';
import { isInvented } from '../../../../src/speech/stt/invented-text.js';
import { LevelTrack, type SoundEvidence } from '../../../../src/speech/stt/level-track.js';
import { noise, silence, speechLike } from '../../../support/speech/hearing-sound.js';

const evidenceOf = (...sounds: readonly Uint8Array[]): SoundEvidence => {
  const track = new LevelTrack();
  for (const sound of sounds) track.push(sound);
  return track.evidence();
};

const SPOKEN = evidenceOf(silence(0.2), speechLike(2), silence(0.2));
const SILENT = evidenceOf(silence(2));
const ROOM = evidenceOf(noise(2, -58));
const FAN = evidenceOf(noise(2, -35));

describe('LevelTrack', () => {
  it('tells speech from silence, a quiet room and a loud fan', () => {
    expect(SPOKEN.loudDbfs).toBeGreaterThan(-20);
    expect(SPOKEN.rangeDb).toBeGreaterThan(20);
    expect(SILENT.loudDbfs).toBe(-120);
    expect(ROOM.loudDbfs).toBeLessThan(-55);
    expect(FAN.loudDbfs).toBeGreaterThan(-37);
    expect(FAN.rangeDb).toBeLessThan(3);
  });

  it('says the same however the sound is cut', () => {
    const sound = speechLike(1);
    const cut = new LevelTrack();
    for (let at = 0; at < sound.byteLength; at += 333) cut.push(sound.subarray(at, at + 333));
    expect(cut.evidence()).toEqual(evidenceOf(sound));
  });

  it('takes half a second of even sound for no sign, since a short word has no pause', () => {
    expect(evidenceOf(noise(0.4, -20)).rangeDb).toBe(Number.POSITIVE_INFINITY);
    expect(isInvented({ text: 'はい', sound: evidenceOf(noise(0.4, -20)) })).toBe(false);
  });

  it('judges a part', () => {
    const track = new LevelTrack();
    for (const sound of [speechLike(1), silence(1)]) track.push(sound);
    expect(track.evidence(0, 1000).loudDbfs).toBeGreaterThan(-20);
    expect(track.evidence(1000, 2000).loudDbfs).toBe(-120);
    expect(track.durationMs).toBe(2000);
  });
});

describe('isInvented', () => {
  const subtitles = [
    'ご視聴ありがとうございました',
    'ご視聴ありがとうございました。',
    'チャンネル登録よろしくお願いします！',
    'Thank you for watching!',
    'Thanks for watching.',
    'Subtitles by the Amara.org community',
  ];

  it.each(subtitles)('drops %j where nobody can have spoken', (text) => {
    for (const sound of [SILENT, ROOM, FAN]) expect(isInvented({ text, sound })).toBe(true);
  });

  it.each(subtitles)('drops %j where the engine doubts it', (text) => {
    expect(isInvented({ text, noSpeech: 0.3, sound: SPOKEN })).toBe(true);
  });

  it.each(subtitles)('keeps %j where somebody spoke and the engine is sure', (text) => {
    expect(isInvented({ text, noSpeech: 0.01, sound: SPOKEN })).toBe(false);
    expect(isInvented({ text, sound: SPOKEN })).toBe(false);
  });

  it('drops a subtitle that comes twice in a row', () => {
    expect(isInvented({ text: 'Thanks for watching! Thanks for watching!', sound: SPOKEN })).toBe(true);
  });

  it.each(['ありがとうございました', 'ありがとうございました。', 'Thank you.', 'Bye-bye!', 'はい', 'you'])(
    'keeps a real %j, also with some doubt',
    (text) => {
      expect(isInvented({ text, sound: SPOKEN })).toBe(false);
      expect(isInvented({ text, noSpeech: 0.4, sound: SPOKEN })).toBe(false);
    },
  );

  it.each(['ありがとうございました', 'Thank you.', 'you'])('drops an invented %j', (text) => {
    expect(isInvented({ text, noSpeech: 0.7, sound: SPOKEN })).toBe(true);
    for (const sound of [SILENT, ROOM, FAN]) expect(isInvented({ text, sound })).toBe(true);
  });

  it('drops whatever is claimed of silence', () => {
    expect(isInvented({ text: 'The quick brown fox.', sound: SILENT })).toBe(true);
    expect(isInvented({ text: 'The quick brown fox.', noSpeech: 0.9, sound: FAN })).toBe(true);
  });

  it('keeps words that stand on no list, however doubtful, unless both say no', () => {
    expect(isInvented({ text: '明日の天気は？', noSpeech: 0.9, sound: SPOKEN })).toBe(false);
    expect(isInvented({ text: '明日の天気は？', noSpeech: 0.5, sound: ROOM })).toBe(false);
  });

  it('drops loops that nobody could say so fast, and keeps laughter', () => {
    expect(isInvented({ text: 'おめでとう'.repeat(30), sound: SPOKEN })).toBe(true);
    expect(isInvented({ text: 'ははははは', sound: SPOKEN })).toBe(false);
    expect(isInvented({ text: 'no no no no', sound: SPOKEN })).toBe(false);
  });

  it('drops what has no letter', () => {
    for (const text of ['', '...', '♪', '。']) expect(isInvented({ text, sound: SPOKEN })).toBe(true);
  });
});
