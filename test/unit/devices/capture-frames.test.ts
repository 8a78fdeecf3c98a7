import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAPTURE_FRAME_BYTES } from '../../../src/devices/capture.js';
import { FrameSlicer } from '../../../src/devices/capture-frames.js';

/** Bytes that differ everywhere, so that a shift by one shows. */
function ramp(byteLength: number): Buffer {
  return Buffer.from(Array.from({ length: byteLength }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
}

function slice(pieces: readonly Buffer[]): Buffer[] {
  const frames: Buffer[] = [];
  const slicer = new FrameSlicer((frame) => frames.push(Buffer.from(frame)));
  for (const piece of pieces) slicer.push(piece, 0);
  return frames;
}

describe('FrameSlicer', () => {
  it('gives the same frames wherever two frames are split', () => {
    const sound = ramp(2 * CAPTURE_FRAME_BYTES);
    for (let at = 0; at <= sound.byteLength; at++) {
      const frames = slice([sound.subarray(0, at), sound.subarray(at)]);
      expect(frames.length, `split at ${at}`).toBe(2);
      expect(Buffer.concat(frames).equals(sound), `split at ${at}`).toBe(true);
    }
  });

  it('gives the same frames byte by byte', () => {
    const sound = ramp(3 * CAPTURE_FRAME_BYTES);
    const bytes = Array.from(sound, (_, at) => sound.subarray(at, at + 1));
    expect(Buffer.concat(slice(bytes)).equals(sound)).toBe(true);
  });

  it('loses nothing but the unfinished frame, for pieces of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000), { maxLength: 20 }), (sizes) => {
        const sound = ramp(sizes.reduce((sum, size) => sum + size, 0));
        let at = 0;
        const pieces = sizes.map((size) => {
          at += size;
          return sound.subarray(at - size, at);
        });
        const whole = Math.floor(sound.byteLength / CAPTURE_FRAME_BYTES) * CAPTURE_FRAME_BYTES;
        expect(Buffer.concat(slice(pieces)).equals(sound.subarray(0, whole))).toBe(true);
      }),
    );
  });

  it('stamps a frame with the arrival of its last byte', () => {
    const stamps: number[] = [];
    const slicer = new FrameSlicer((_, capturedAtMs) => stamps.push(capturedAtMs));
    slicer.push(Buffer.alloc(639), 100);
    slicer.push(Buffer.alloc(1), 120);
    slicer.push(Buffer.alloc(1280), 140);
    expect(stamps).toEqual([120, 140, 140]);
  });

  it('uses one memory for all frames', () => {
    const frames = new Set<Uint8Array>();
    const slicer = new FrameSlicer((frame) => frames.add(frame));
    slicer.push(Buffer.alloc(10 * CAPTURE_FRAME_BYTES), 0);
    expect(frames.size).toBe(1);
  });

  it('gives nothing more once ended, even within a piece', () => {
    let count = 0;
    const slicer = new FrameSlicer(() => {
      count++;
      slicer.end();
    });
    slicer.push(Buffer.alloc(5 * CAPTURE_FRAME_BYTES), 0);
    slicer.push(Buffer.alloc(5 * CAPTURE_FRAME_BYTES), 20);
    expect(count).toBe(1);
  });
});
