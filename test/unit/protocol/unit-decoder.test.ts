import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeMessage,
  encodeSegmentEnd,
  encodeSound,
  encodeSoundMode,
  type Unit,
  UnitDecoder,
} from '../../../src/protocol/index.js';
import { ProtocolError, type Random, seededRandom } from '../../../src/runtime/index.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const join = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

function decode(pieces: readonly Uint8Array[]): Unit[] {
  const decoder = new UnitDecoder();
  const units = pieces.flatMap((piece) => decoder.push(piece));
  decoder.end();
  return units;
}

const PCM = Uint8Array.of(1, 0x0a, 0x53, 0x4e, 0x44, 0x0a);
const STREAM = join([
  encodeMessage('A', 'b'),
  encodeSoundMode('file'),
  encodeSound(PCM),
  encodeSegmentEnd(),
  encodeMessage('SOUND_START', '声', 'x'),
  encodeSoundMode('stream'),
  encodeMessage('X'),
]);
const UNITS: Unit[] = [
  { kind: 'line', text: 'A|b' },
  { kind: 'mode', mode: 'file' },
  { kind: 'sound', pcm: PCM },
  { kind: 'segmentEnd' },
  { kind: 'line', text: 'SOUND_START|声|x' },
  { kind: 'mode', mode: 'stream' },
  { kind: 'line', text: 'X' },
];

describe('UnitDecoder', () => {
  it('reads back what the encoders wrote, in one read', () => {
    expect(decode([STREAM])).toEqual(UNITS);
  });

  it('reads the same split at every point, and byte by byte', () => {
    for (let at = 0; at <= STREAM.length; at++) {
      expect(decode([STREAM.subarray(0, at), STREAM.subarray(at)])).toEqual(UNITS);
    }
    expect(decode(Array.from(STREAM, (byte) => Uint8Array.of(byte)))).toEqual(UNITS);
  });

  it('gives copies: bytes that change afterwards change nothing', () => {
    const bytes = Buffer.from(encodeSound(Uint8Array.of(1, 2)));
    const [unit] = new UnitDecoder().push(bytes);
    bytes.fill(0);
    expect(unit).toEqual({ kind: 'sound', pcm: Uint8Array.of(1, 2) });
  });

  it('keeps a byte order mark: it is part of the text', () => {
    expect(decode([bytesOf('\ufeffA\n')])).toEqual([{ kind: 'line', text: '\ufeffA' }]);
  });

  it.each([
    ['a leading newline', bytesOf('\nA\n')],
    ['sound followed by a newline', join([encodeSound(PCM), bytesOf('\n')])],
    ['an empty chunk', bytesOf('SND0000')],
    ['an odd chunk', bytesOf('SND0003abc')],
    ['a chunk of 4098 bytes', bytesOf('SND4098')],
    ['a header that is no number', bytesOf('SND-001x')],
    ['a message that begins with SND', bytesOf('SNDFOO|BAR\n')],
    ['an overlong line', bytesOf(`${'x'.repeat(1900)}\n`)],
    ['an overlong line without an end', bytesOf('x'.repeat(1901))],
    ['invalid UTF-8', Uint8Array.of(0x41, 0xe9, 0x0a)],
    ['NUL in a line', bytesOf('A\0B\n')],
    ['CR in a line', bytesOf('A\r\n')],
  ])('refuses %s, and everything after it', (_what, bytes) => {
    const decoder = new UnitDecoder();
    const refusal = expect.objectContaining({ code: 'BRIDGE_ERR_PEER_PROTOCOL' });
    expect(() => decoder.push(bytes)).toThrow(refusal);
    expect(() => decoder.push(bytesOf('FINE\n'))).toThrow(refusal);
    expect(() => decoder.end()).toThrow(refusal);
  });

  it.each(['A|1', 'SND06', 'SND0004ab', 'ST|1'])('says at the end that %j is unfinished', (text) => {
    const decoder = new UnitDecoder();
    expect(decoder.push(bytesOf(text))).toEqual([]);
    expect(() => decoder.end()).toThrow(/unfinished/);
  });

  it('answers any bytes with units or a ProtocolError, whatever the splits', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom('SND', 'SND0004', 'SNDSTRM', 'A|b\n', '\n', 'S', '__AV').map(bytesOf),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const run = (parts: readonly Uint8Array[]): { units: Unit[]; isError: boolean } => {
          const decoder = new UnitDecoder();
          const units: Unit[] = [];
          try {
            for (const part of parts) units.push(...decoder.push(part));
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
            return { units, isError: true };
          }
          return { units, isError: false };
        };
        const bytes = join(pieces);
        const single = run(Array.from(bytes, (byte) => Uint8Array.of(byte)));
        const split = run(pieces);
        // Units before an error in the same read are lost with it: nothing but that may differ.
        expect(split.isError).toBe(single.isError);
        expect(single.units.slice(0, split.units.length)).toEqual(split.units);
        if (!split.isError) expect(split.units).toEqual(single.units);
      }),
      { numRuns: 1000, seed: 6 },
    );
  });

  it('round trips 100 000 seeded random frames in random pieces', () => {
    const random = seededRandom(20_260_101);
    const decoder = new UnitDecoder();
    const waiting: Unit[] = [];
    let checked = 0;
    for (let batch = 0; batch < 500; batch++) {
      const frames = Array.from({ length: 200 }, () => randomFrame(random));
      waiting.push(...frames.map(({ unit }) => unit));
      const bytes = Buffer.concat(frames.map(({ frame }) => frame));
      for (let at = 0; at < bytes.length; ) {
        const size = 1 + Math.floor(random() ** 3 * 4000);
        for (const unit of decoder.push(bytes.subarray(at, at + size))) {
          if (!isSame(unit, waiting[checked])) throw new Error(`unit ${checked} differs`);
          checked++;
        }
        at += size;
      }
    }
    decoder.end();
    expect(checked).toBe(100_000);
  });
});

function randomFrame(random: Random): { frame: Uint8Array; unit: Unit } {
  const kind = random();
  if (kind < 0.6) {
    const pcm = new Uint8Array(2 + 2 * Math.floor(random() * 40)).fill(Math.floor(random() * 256));
    return { frame: encodeSound(pcm), unit: { kind: 'sound', pcm } };
  }
  if (kind < 0.7) return { frame: encodeSegmentEnd(), unit: { kind: 'segmentEnd' } };
  if (kind < 0.8) return { frame: encodeSoundMode('file'), unit: { kind: 'mode', mode: 'file' } };
  const arg = `${'声x'.repeat(1 + Math.floor(random() * 20))}`;
  return { frame: encodeMessage('SAY', arg), unit: { kind: 'line', text: `SAY|${arg}` } };
}

function isSame(a: Unit, b: Unit | undefined): boolean {
  if (a.kind === 'sound' && b?.kind === 'sound') return Buffer.compare(a.pcm, b.pcm) === 0;
  return JSON.stringify(a) === JSON.stringify(b);
}
