import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type EspeakFrame,
  EspeakFrameDecoder,
  encodeAnswer,
  encodeSound,
} from '../../../../src/speech/tts/embedded/espeak-frames.js';

const FRAMES: readonly EspeakFrame[] = [
  { kind: 'answer', answer: { type: 'ready', sampleRateHz: 22_050, loadMs: 3 } },
  { kind: 'answer', answer: { type: 'events', id: 1, unit: 0, events: [[3, 'ɯᵝ']] } },
  { kind: 'sound', pcm: new Uint8Array([1, 2, 3, 4]) },
  { kind: 'answer', answer: { type: 'end', id: 1, samples: 2, memoryBytes: 5 } },
];
const BYTES = Buffer.concat(
  FRAMES.map((frame) => (frame.kind === 'sound' ? encodeSound(frame.pcm) : encodeAnswer(frame.answer))),
);

describe('EspeakFrameDecoder', () => {
  it('gives the same frames wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(BYTES.length), { maxLength: 8 }), (cuts) => {
        const decoder = new EspeakFrameDecoder();
        const places = [0, ...cuts.sort((a, b) => a - b), BYTES.length];
        const frames = places
          .slice(1)
          .flatMap((to, index) => decoder.push(BYTES.subarray(places[index], to)));
        expect(frames).toEqual(FRAMES);
      }),
    );
  });

  it('does not keep what it was given', () => {
    const decoder = new EspeakFrameDecoder();
    const first = Uint8Array.from(BYTES.subarray(0, 7));
    decoder.push(first);
    first.fill(0);
    expect(decoder.push(BYTES.subarray(7))).toEqual(FRAMES);
  });

  it.each([
    ['words', Buffer.from('Warning: something\n')],
    ['a frame of no length', Buffer.from([0, 0, 0, 0])],
    ['a frame beyond the limit', Buffer.from([255, 255, 255, 127])],
    ['an unknown kind', Buffer.from([1, 0, 0, 0, 9])],
    ['half a sample', Buffer.from([2, 0, 0, 0, 2, 7])],
    ['an answer that is no JSON', Buffer.from([2, 0, 0, 0, 1, 0x7b])],
  ])('refuses %s', (_name, bytes) => {
    expect(() => new EspeakFrameDecoder().push(bytes)).toThrow(RangeError);
  });
});
