import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonVersion } from '../../../src/api/protocol.js';
import {
  decodeSoundFrame,
  encodeSoundFrame,
  SOUND_HEADER_BYTES,
  type SoundFrame,
} from '../../../src/api/sound-frame.js';

const frames = fc.record({
  kind: fc.constantFrom('microphone' as const, 'reply' as const, 'lane' as const),
  channel: fc.integer({ min: 0, max: 0xffff }),
  seq: fc.integer({ min: 0, max: 0xffff_ffff }),
  turn: fc.integer({ min: 0, max: 0xffff_ffff }),
  fromSample: fc.integer({ min: 0, max: 0xffff_ffff }),
  sampleRateHz: fc.integer({ min: 0, max: 0xffff_ffff }),
  pcm: fc.uint8Array({ maxLength: 400 }).map((bytes) => bytes.subarray(0, bytes.length - (bytes.length % 2))),
}) satisfies fc.Arbitrary<SoundFrame>;

describe('Sound frames', () => {
  it('have these bytes', () => {
    const frame = encodeSoundFrame({
      ...{ kind: 'reply', channel: 0x0102, seq: 0x03040506, turn: 0x0708090a, fromSample: 0x0b0c0d0e },
      sampleRateHz: 24_000,
      pcm: new Uint8Array([0xaa, 0xbb]),
    });
    expect([...frame]).toEqual([
      2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0, 0, 0x5d, 0xc0, 0xaa, 0xbb,
    ]);
  });

  it('come back as they went, from any place in a larger buffer', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 0, max: 7 }), (frame, offset) => {
        const bytes = encodeSoundFrame(frame);
        const larger = new Uint8Array(offset + bytes.length + 3);
        larger.set(bytes, offset);
        const decoded = decodeSoundFrame(larger.subarray(offset, offset + bytes.length));
        expect({ ...decoded, pcm: [...(decoded?.pcm ?? [])] }).toEqual({ ...frame, pcm: [...frame.pcm] });
      }),
    );
  });

  it('are told from every other run of bytes without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const frame = decodeSoundFrame(bytes);
        const isOne =
          bytes.length >= SOUND_HEADER_BYTES && bytes.length % 2 === 0 && [1, 2, 3].includes(bytes[0] ?? 0);
        expect(frame !== undefined).toBe(isOne);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('commonVersion', () => {
  it.each([
    [[], 1],
    [['mmdagent-bridge.v1'], 1],
    [['mmdagent-bridge.v9', 'mmdagent-bridge.v1'], 1],
    [['Authorization.a2V5', 'mmdagent-bridge.v1'], 1],
    [['Authorization.a2V5'], 1],
    [['Visitor.token'], 1],
    [['mmdagent-bridge.v9'], undefined],
    [['mmdagent-bridge.v1x'], undefined],
    [['mmdagent-bridge.v01'], undefined],
    [['chat'], undefined],
  ])('of %j is %s', (offered, version) => {
    expect(commonVersion(offered)).toBe(version);
  });
});
