import { describe, expect, it } from 'vitest';
import {
  encodeSegmentEnd,
  encodeSound,
  encodeSoundMode,
  MAX_FRAME_BYTES,
  MAX_SOUND_FRAME_BYTES,
  SoundFrame,
} from '../../../src/protocol/index.js';
import { readAsPeer } from '../../support/peer-reader.js';

const ascii = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('encodeSound', () => {
  it('writes SND, four digits and the bytes, without a newline', () => {
    expect(Buffer.from(encodeSound(Uint8Array.of(0x0a, 0xff, 0x00, 0x80))).toString('hex')).toBe(
      '534e44303030340aff0080',
    );
  });

  it.each([0, 1, 3, 641, 1282, 4096, 8184])('refuses %i bytes', (size) => {
    expect(() => encodeSound(new Uint8Array(size))).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_SOUND_SIZE' }),
    );
    expect(() => new SoundFrame(size)).toThrow(expect.objectContaining({ code: 'BRIDGE_ERR_SOUND_SIZE' }));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -2, 2.5])('refuses a frame of %d bytes', (size) => {
    expect(() => new SoundFrame(size)).toThrow(expect.objectContaining({ code: 'BRIDGE_ERR_SOUND_SIZE' }));
  });

  it('makes frames that fit one TCP segment and that the peer reads as one chunk, whatever the samples', () => {
    for (let size = 2; size <= MAX_SOUND_FRAME_BYTES; size += 2) {
      const frame = encodeSound(new Uint8Array(size).fill(0x0a));
      expect(frame.byteLength).toBeLessThanOrEqual(MAX_FRAME_BYTES);
      expect(readAsPeer([frame])).toEqual({ reads: [{ kind: 'sound', byteLength: size }], leftBytes: 0 });
    }
  });
});

describe('SoundFrame', () => {
  it('sends what its payload holds, header unchanged', () => {
    const sound = new SoundFrame(4);
    sound.payload.set([1, 2, 3, 4]);
    expect([...sound.frame]).toEqual([...encodeSound(Uint8Array.of(1, 2, 3, 4))]);
    sound.payload.fill(9);
    expect(ascii(sound.frame)).toBe('SND0004\t\t\t\t');
  });
});

describe('sound verbs', () => {
  it('stand alone: a newline that follows in another segment would wedge the peer', () => {
    expect(ascii(encodeSoundMode('stream'))).toBe('SNDSTRM');
    expect(ascii(encodeSoundMode('file'))).toBe('SNDFILE');
    expect(ascii(encodeSegmentEnd())).toBe('SNDBRKS');
  });
});
