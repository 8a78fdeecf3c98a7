import { describe, expect, it } from 'vitest';
import { WavHeaderStripper } from '../../../src/devices/capture-wav-header.js';

/** What arecord writes before the sound: RIFF, fmt of 16 bytes, data of unknown length. */
const HEADER = Buffer.from(
  '524946462480ffff57415645666d74201000000001000100803e0000007d0000020010006461746100800000',
  'hex',
);
const SOUND = Buffer.from([1, 2, 3, 4, 5, 6]);

function strip(...pieces: readonly Buffer[]): Buffer {
  const stripper = new WavHeaderStripper();
  return Buffer.concat(pieces.map((piece) => Buffer.from(stripper.push(piece))));
}

describe('WavHeaderStripper', () => {
  it('takes off the header wherever it is split', () => {
    const stream = Buffer.concat([HEADER, SOUND]);
    for (let at = 0; at <= stream.byteLength; at++) {
      expect(strip(stream.subarray(0, at), stream.subarray(at)), `split at ${at}`).toEqual(SOUND);
    }
  });

  it('takes off a header that comes byte by byte', () => {
    const stream = Buffer.concat([HEADER, SOUND]);
    expect(strip(...Array.from(stream, (_, at) => stream.subarray(at, at + 1)))).toEqual(SOUND);
  });

  it('takes off other chunks before the data, an odd one with its pad byte', () => {
    const list = Buffer.from('4c4953540300000061626300', 'hex');
    const stream = Buffer.concat([HEADER.subarray(0, 36), list, HEADER.subarray(36), SOUND]);
    for (let at = 0; at <= stream.byteLength; at++) {
      expect(strip(stream.subarray(0, at), stream.subarray(at)), `split at ${at}`).toEqual(SOUND);
    }
  });

  it('leaves sound without a header as it is', () => {
    expect(strip(SOUND.subarray(0, 1), SOUND.subarray(1))).toEqual(SOUND);
    const nearly = Buffer.from('RIFZ and so on');
    for (let at = 0; at <= nearly.byteLength; at++) {
      expect(strip(nearly.subarray(0, at), nearly.subarray(at))).toEqual(nearly);
    }
  });

  it('holds back no more than 4 KB for a data chunk that never comes', () => {
    const endless = Buffer.concat([HEADER.subarray(0, 12), Buffer.from('junk'), Buffer.alloc(8000, 0xff)]);
    expect(strip(endless).byteLength).toBe(endless.byteLength);
  });
});
