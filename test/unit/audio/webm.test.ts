import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSound } from '../../../src/audio/index.js';
import { bestAlignment, chunked, collect, fixturePath, toFloats } from '../../support/audio-fixtures.js';

const OPUS = new Uint8Array(readFileSync(fixturePath('speech-opus.opus')));

/** The packets of an Ogg file with one stream. */
function packetsOf(ogg: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = [];
  let open: number[] = [];
  for (let at = 0; at < ogg.length; ) {
    const count = ogg[at + 26] ?? 0;
    let from = at + 27 + count;
    for (const size of ogg.subarray(at + 27, from)) {
      open.push(...ogg.subarray(from, from + size));
      from += size;
      if (size === 255) continue;
      packets.push(Uint8Array.from(open));
      open = [];
    }
    at = from;
  }
  return packets;
}

const UNKNOWN = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const size = (bytes: number): number[] => [0x10, (bytes >> 16) & 0xff, (bytes >> 8) & 0xff, bytes & 0xff];
const element = (id: number[], body: number[]): number[] => [...id, ...size(body.length), ...body];
const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
const EBML = element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], ascii('webm')));
const SEGMENT = [0x18, 0x53, 0x80, 0x67];
const CLUSTER = [0x1f, 0x43, 0xb6, 0x75];
const track = (number: number, codec: string, head: readonly number[]): number[] =>
  element(
    [0xae],
    [...element([0xd7], [number]), ...element([0x86], ascii(codec)), ...element([0x63, 0xa2], [...head])],
  );
const block = (number: number, packet: Uint8Array, flags = 0x80): number[] =>
  element([0xa3], [0x80 | number, 0, 0, flags, ...packet]);

interface Made {
  readonly more?: number[];
  readonly blocks?: (packet: Uint8Array, index: number) => number[];
}

/** As a recorder writes it: sizes of Segment and Cluster unknown, a cluster every 20 packets, things between that nobody asked for. */
function webm({ more = [], blocks = (packet) => block(1, packet) }: Made = {}): Uint8Array {
  const [head = new Uint8Array(), , ...sound] = packetsOf(OPUS);
  const out = [...EBML, ...SEGMENT, ...UNKNOWN, ...element([0x15, 0x49, 0xa9, 0x66], ascii('info'))];
  out.push(...element([0x16, 0x54, 0xae, 0x6b], [...more, ...track(1, 'A_OPUS', [...head])]));
  sound.forEach((packet, index) => {
    if (index % 20 === 0) out.push(...CLUSTER, ...UNKNOWN, ...element([0xe7], [index]));
    out.push(...blocks(packet, index));
  });
  return Uint8Array.from(out);
}

async function play(bytes: Uint8Array, cut = 3_000): Promise<Float32Array> {
  return toFloats(await collect((await openSound(chunked(bytes, cut))).frames()));
}

describe('openSound with WebM', () => {
  it.each([3_000, 7, 100_000])(
    'plays the Opus in it as that of the Ogg file, read by %d bytes',
    async (cut) => {
      const sound = await openSound(chunked(webm(), cut));
      expect(sound.description).toEqual({
        container: 'webm',
        encoding: 'opus',
        sampleRateHz: 48_000,
        channels: 2,
      });
      const got = toFloats(await collect(sound.frames()));
      const wanted = await play(OPUS);
      // The last packet is cut by Ogg's count of samples, which WebM does not have.
      expect(Math.abs(got.length - wanted.length)).toBeLessThan(16 * 40);
      expect(bestAlignment(wanted, got, 8).correlation).toBeGreaterThan(0.999);
      expect([sound.truncated, sound.damagedParts]).toEqual([false, 0]);
    },
  );

  it('passes a track of video over, and its blocks', async () => {
    const beside = webm({
      more: track(2, 'V_VP8', []),
      blocks: (packet) => [...block(2, packet), ...block(1, packet)],
    });
    expect(await play(beside)).toEqual(await play(webm()));
  });

  it('reads blocks in groups', async () => {
    const grouped = webm({
      blocks: (packet) => element([0xa0], element([0xa1], [0x81, 0, 0, 0, ...packet])),
    });
    expect(await play(grouped)).toEqual(await play(webm()));
  });

  it('counts several packets in one block as damage, and goes on', async () => {
    const laced = webm({ blocks: (packet, index) => block(1, packet, index === 5 ? 0x86 : 0x80) });
    const sound = await openSound(chunked(laced, 3_000));
    expect((await play(webm())).length).toBeGreaterThan((await collect(sound.frames())).length / 2);
    expect(sound.damagedParts).toBe(1);
  });

  it('tells what is in a file that has no Opus', async () => {
    const video = Uint8Array.from([
      ...EBML,
      ...SEGMENT,
      ...UNKNOWN,
      ...element([0x16, 0x54, 0xae, 0x6b], track(1, 'A_VORBIS', [])),
    ]);
    await expect(openSound(chunked(video, 99))).rejects.toThrow(/WebM\/Matroska file with A_VORBIS/);
    await expect(openSound(chunked(Uint8Array.from(EBML), 99))).rejects.toThrow(/without a track/);
  });

  it('plays what is there of a file that was cut, wherever', async () => {
    const whole = webm();
    const samples = (await play(whole)).length;
    const end = Math.floor(whole.length / 2);
    const sound = await openSound(chunked(whole.subarray(0, end), 3_000));
    const half = toFloats(await collect(sound.frames())).length;
    expect(half / samples).toBeGreaterThan(0.3);
    expect(half / samples).toBeLessThan(0.7);
    expect(sound.truncated).toBe(true);
  });

  it('gives sound or a typed error, whatever is damaged', async () => {
    const whole = webm();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        async (changes) => {
          const bytes = whole.slice();
          for (const [at, byte] of changes) bytes[at] = byte;
          try {
            await play(bytes);
          } catch (error) {
            expect(String((error as { code?: string }).code)).toMatch(/^BRIDGE_ERR_AUDIO_/);
          }
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
