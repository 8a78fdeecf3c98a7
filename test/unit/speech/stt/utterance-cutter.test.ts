import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CutUtterance, UtteranceCutter } from '../../../../src/speech/stt/utterance-cutter.js';
import { noise, silence, speechLike } from '../../../support/speech/hearing-sound.js';

function cut(sound: Uint8Array, bytes = sound.byteLength): CutUtterance[] {
  const cutter = new UtteranceCutter();
  const found: CutUtterance[] = [];
  for (let at = 0; at < sound.byteLength; at += bytes)
    found.push(...cutter.push(sound.subarray(at, at + bytes)));
  return [...found, ...cutter.end()];
}

const joinedSound = (...sounds: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(sounds));

describe('UtteranceCutter', () => {
  it('cuts at pauses, leaves silence out and keeps a little before and behind', () => {
    const found = cut(joinedSound(silence(1), speechLike(2), silence(2), speechLike(1), silence(1)));
    expect(found).toHaveLength(2);
    const [first, second] = found;
    expect(first?.startMs).toBeGreaterThanOrEqual(600);
    expect(first?.startMs).toBeLessThanOrEqual(1000);
    expect(first?.endMs).toBeGreaterThanOrEqual(3000);
    expect(first?.endMs).toBeLessThanOrEqual(3700);
    expect(second?.startMs).toBeGreaterThanOrEqual(4600);
    expect(second?.startMs).toBeLessThanOrEqual(5000);
    for (const { startMs, endMs, pcm } of found) expect(pcm.byteLength).toBe((endMs - startMs) * 32);
  });

  it('hears short gaps as part of an utterance', () => {
    expect(cut(joinedSound(speechLike(1), silence(0.4), speechLike(1)))).toHaveLength(1);
  });

  it('finds nothing in silence, in steady noise that it has learnt, and in a click', () => {
    expect(cut(silence(5))).toEqual([]);
    expect(cut(joinedSound(noise(10, -60)))).toEqual([]);
    expect(cut(new Uint8Array(0))).toEqual([]);
  });

  it('gives the last utterance when the sound ends in the middle of it', () => {
    const [only] = cut(joinedSound(silence(0.5), speechLike(1)));
    expect(only?.endMs).toBe(1500);
  });

  it('cuts speech without a pause before 30 s, and loses nothing of it', () => {
    const found = cut(speechLike(100));
    expect(found.length).toBeGreaterThanOrEqual(4);
    let atMs = 0;
    for (const { startMs, endMs } of found) {
      expect(endMs - startMs).toBeLessThanOrEqual(29_000);
      expect(startMs).toBe(atMs);
      atMs = endMs;
    }
    expect(atMs).toBeGreaterThanOrEqual(99_900);
  });

  it('gives pieces of the sound itself, the same however it arrives', () => {
    const sound = joinedSound(silence(0.7), speechLike(1.3), silence(1.1), speechLike(0.8, 9), silence(0.3));
    const whole = cut(sound);
    for (const { startMs, endMs, pcm } of whole)
      expect(Buffer.compare(pcm, Buffer.from(sound.subarray(startMs * 32, endMs * 32)))).toBe(0);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (bytes) => {
        expect(cut(sound, bytes).map(({ startMs, endMs }) => [startMs, endMs])).toEqual(
          whole.map(({ startMs, endMs }) => [startMs, endMs]),
        );
      }),
      { numRuns: 20 },
    );
  });
});
