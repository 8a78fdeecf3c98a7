import { describe, expect, it } from 'vitest';
import { MOTION_FRAME_MS } from '../../../../src/lipsync/index.js';
import { LipMotion } from '../../../../src/simulator/lip-motion.js';
import type { Clip } from '../../../../src/web/voice-kit/clip.js';
import { ClipShelf } from '../../../../src/web/voice-kit/clip-shelf.js';
import { LipCurve } from '../../../../src/web/voice-kit/lip-curve.js';
import { MicBlocks } from '../../../../src/web/voice-kit/mic-blocks.js';
import { ReplyTape } from '../../../../src/web/voice-kit/reply-tape.js';
import { SpeechTape } from '../../../../src/web/voice-kit/speech-tape.js';
import { wavFile } from '../../../../src/web/voice-kit/wav-file.js';

const FRAME_BYTES = 640;
const frame = (value: number): Uint8Array => new Uint8Array(FRAME_BYTES).fill(value);
const timed = (names: string, ms: number) =>
  names.split(' ').map((phoneme, index) => ({ phoneme, startMs: index * ms, endMs: (index + 1) * ms }));

describe('MicBlocks', () => {
  it('G2: sends the microphone’s sound in blocks of half a second', () => {
    const blocks = new MicBlocks(500);
    const sent = Array.from({ length: 60 }, (_, index) => blocks.push(frame(index))).flat();
    expect(sent.map(({ byteLength }) => byteLength)).toEqual([16_000, 16_000]);
    expect([sent[0]?.[0], sent[1]?.[0]]).toEqual([0, 25]);
    expect(blocks.flush().byteLength).toBe(10 * FRAME_BYTES);
    expect(blocks.flush().byteLength).toBe(0);
  });

  it('loses nothing of a frame that ends in the middle of a block', () => {
    const blocks = new MicBlocks(30);
    const sent = [blocks.push(frame(1)), blocks.push(frame(2)), blocks.push(frame(3))].flat();
    expect(sent.map((block) => [...new Set(block)])).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });
});

describe('LipCurve', () => {
  // Five frames each, where rounding to frames changes nothing.
  const FIVE_MS = 5 * MOTION_FRAME_MS;
  const WORDS = 'a k o pau i u sil e';

  it('is the mouth that MMDAgent-EX makes of the same phonemes', () => {
    const curve = new LipCurve();
    curve.append(timed(WORDS, FIVE_MS));
    const list = WORDS.split(' ').map((name) => `${name},${FIVE_MS}`);
    const motion = new LipMotion(list.join(','), { a: 0.5, i: 0, u: 0, o: 0 });
    for (let ms = 0; ms < motion.durationMs; ms += 3) {
      // Its beginning is faded in from the mouth before; from there on both are one.
      if (ms < FIVE_MS || ms >= 7 * FIVE_MS) continue;
      const expected = motion.at(ms);
      for (const key of ['a', 'i', 'u', 'o'] as const)
        expect(curve.at(ms)[key]).toBeCloseTo(expected[key], 4);
    }
    expect(curve.at(0).a).toBe(0.5);
  });

  it('closes behind the last phoneme, and in gaps', () => {
    const curve = new LipCurve();
    curve.append([
      { phoneme: 'a', startMs: 100, endMs: 200 },
      { phoneme: 'o', startMs: 500, endMs: 600 },
    ]);
    expect(curve.at(50)).toEqual({ a: 0, i: 0, u: 0, o: 0 });
    expect(curve.at(199.9).a).toBeLessThan(0.01);
    expect(curve.at(350)).toEqual({ a: 0, i: 0, u: 0, o: 0 });
    expect(curve.at(510).o).toBeGreaterThan(0.7);
    expect(curve.at(5000)).toEqual({ a: 0, i: 0, u: 0, o: 0 });
    // Looks may go back.
    expect(curve.at(110).a).toBeGreaterThan(0.4);
  });

  it('takes what is told of a stretch once, until it is cut there', () => {
    const curve = new LipCurve();
    curve.append(timed('a a', 200));
    curve.append([{ phoneme: 'o', startMs: 0, endMs: 300 }]);
    expect(curve.at(10).o).toBe(0);
    curve.cutAt(100);
    curve.append([{ phoneme: 'o', startMs: 100, endMs: 300 }]);
    expect(curve.at(110).o).toBeGreaterThan(0.7);
    expect(curve.at(10).a).toBeGreaterThan(0.4);
  });
});

describe('SpeechTape', () => {
  it('G10: keeps what the user said, from a little before it was noticed', () => {
    const tape = new SpeechTape();
    for (let n = 0; n < 100; n++) tape.push(frame(n));
    tape.begin();
    for (let n = 100; n < 200; n++) tape.push(frame(n));
    const said = tape.take();
    expect(said[0]?.[0]).toBe(60);
    expect(said.at(-1)?.[0]).toBe(199);
    expect(tape.take()).toEqual([]);
  });

  it('G5: has nothing where nobody spoke', () => {
    const tape = new SpeechTape();
    for (let n = 0; n < 100; n++) tape.push(frame(n));
    expect(tape.take()).toEqual([]);
  });

  it('stays bounded when a voice never ends', () => {
    const tape = new SpeechTape();
    tape.begin();
    for (let n = 0; n < 10_000; n++) tape.push(frame(n));
    expect(tape.take().length).toBe(6500);
  });
});

describe('ReplyTape', () => {
  const second = (value: number): Uint8Array => new Uint8Array(48_000).fill(value);
  const bytes = (tape: ReplyTape): number => tape.pcm.reduce((sum, part) => sum + part.byteLength, 0);

  it('G10: keeps of a reply what was heard of it, once', () => {
    const tape = new ReplyTape();
    tape.push(0, second(1), 24_000);
    tape.push(1000, second(2), 24_000);
    tape.push(1500, second(3), 24_000);
    expect(bytes(tape)).toBe(120_000);
    tape.cutAt(1250);
    expect(bytes(tape)).toBe(60_000);
    tape.push(1250, second(4), 24_000);
    expect(tape.pcm.at(-1)?.[0]).toBe(4);
  });

  it('stays bounded', () => {
    const tape = new ReplyTape();
    for (let n = 0; n < 600; n++) tape.push(1000 * n, second(1), 24_000);
    expect(bytes(tape)).toBe(14_400_000);
  });
});

describe('A WAV file', () => {
  it('says its rate and length, and holds the samples', async () => {
    const file = wavFile([new Uint8Array([1, 2]), new Uint8Array([3, 4])], 16_000);
    const view = new DataView(await file.arrayBuffer());
    expect(file.type).toBe('audio/wav');
    expect([view.byteLength, view.getUint32(4, true), view.getUint32(24, true)]).toEqual([48, 40, 16_000]);
    expect([view.getUint32(40, true), view.getUint8(44), view.getUint8(47)]).toEqual([4, 1, 4]);
  });
});

describe('ClipShelf', () => {
  const clip = (bytes: number): Clip => ({ file: new Blob([new Uint8Array(bytes)]), durationMs: 1 });

  it('lets the oldest go when it holds too much, and says so', () => {
    const shelf = new ClipShelf(100);
    const gone: string[] = [];
    const first = clip(40);
    shelf.add(first, () => gone.push('first'));
    shelf.add(clip(40), () => gone.push('second'));
    shelf.add(clip(50), () => gone.push('third'));
    expect(gone).toEqual(['first']);
    expect(shelf.bytes).toBe(90);
    shelf.remove(first);
    shelf.clear();
    expect(gone).toEqual(['first', 'second', 'third']);
    expect(shelf.bytes).toBe(0);
  });
});
