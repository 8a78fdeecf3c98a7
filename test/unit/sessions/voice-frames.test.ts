import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/runtime/index.js';
import { VoiceFrames } from '../../../src/sessions/voice-frames.js';

const FRAME_BYTES = 640;

function rig() {
  const clock = new FakeClock();
  const frames: { readonly bytes: Uint8Array; readonly atMs: number }[] = [];
  const dropped: number[] = [];
  const voice = new VoiceFrames({
    clock,
    onFrame: (frame, atMs) => frames.push({ bytes: frame.slice(), atMs }),
    onDropped: (ms) => dropped.push(ms),
  });
  return { clock, frames, dropped, voice };
}

/** Each byte tells its place. */
function counted(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => at % 251);
}

describe('Sound of a client on its way to the ear', () => {
  it('comes as frames of 20 ms, whatever the blocks are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 20 }), (lengths) => {
        const { frames, voice, clock } = rig();
        const total = lengths.reduce((sum, length) => sum + length, 0);
        const sound = counted(total);
        let at = 0;
        for (const length of lengths) {
          clock.advance(100);
          voice.push(sound.subarray(at, at + length));
          at += length;
        }
        expect(frames.length).toBe(Math.floor(total / FRAME_BYTES));
        const joined = Buffer.concat(frames.map(({ bytes }) => bytes));
        expect(joined.equals(sound.subarray(0, joined.byteLength))).toBe(true);
      }),
    );
  });

  it('dates the frames of a block back from when it came', () => {
    const { frames, voice, clock } = rig();
    clock.advance(1000);
    voice.push(counted(25 * FRAME_BYTES));
    expect(frames[0]?.atMs).toBe(1000 - 24 * 20);
    expect(frames.at(-1)?.atMs).toBe(1000);
  });

  it('is dropped where it comes faster than anybody speaks, whole frames at a time', () => {
    const { frames, dropped, voice, clock } = rig();
    voice.push(counted(10 * 32_000));
    expect(frames.length).toBe(150);
    expect(dropped).toEqual([7000]);
    clock.advance(2000);
    voice.push(counted(10 * 32_000));
    expect(frames.length).toBe(150 + 105);
  });

  it('is never dropped at the speed of a microphone whose clock is a little fast', () => {
    const { frames, dropped, voice, clock } = rig();
    for (let block = 0; block < 1000; block++) {
      clock.advance(19.2);
      voice.push(counted(FRAME_BYTES));
    }
    expect([frames.length, dropped]).toEqual([1000, []]);
  });

  it('is silence while nobody shall hear it, or where it is too soft', () => {
    const { frames, voice } = rig();
    voice.isDeaf = true;
    voice.push(counted(FRAME_BYTES));
    voice.isDeaf = false;
    voice.thresholdDbfs = -40;
    const soft = new Uint8Array(FRAME_BYTES);
    new DataView(soft.buffer).setInt16(0, 300, true);
    voice.push(soft);
    voice.push(counted(FRAME_BYTES));
    expect(frames.map(({ bytes }) => bytes.every((byte) => byte === 0))).toEqual([true, true, false]);
  });

  it('forgets half a frame when the microphone is gone', () => {
    const { frames, voice } = rig();
    voice.push(new Uint8Array(320).fill(1));
    voice.clear();
    voice.push(new Uint8Array(FRAME_BYTES).fill(2));
    expect(frames.map(({ bytes }) => [...new Set(bytes)])).toEqual([[2]]);
  });
});
