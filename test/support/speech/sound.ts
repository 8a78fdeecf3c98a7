import { seededRandom } from '../../../src/runtime/index.js';

/** Noise that no decoder could give by accident, s16le mono. */
export function testPcm(samples: number, seed = 7): Uint8Array {
  const random = seededRandom(seed);
  const pcm = new Uint8Array(samples * 2);
  const view = new DataView(pcm.buffer);
  for (let index = 0; index < samples; index++)
    view.setInt16(index * 2, Math.round((random() * 2 - 1) * 20_000), true);
  return pcm;
}

export interface WavOptions {
  readonly sampleRateHz: number;
  readonly channels?: number;
  /** What the header says; a writer to a pipe says 0xFFFFFFFF. @default the truth */
  readonly dataBytes?: number;
  /** A LIST chunk of so many bytes in front of the sound, as ffmpeg writes. */
  readonly listBytes?: number;
}

/** A WAV file around s16le samples. */
export function wavOf(pcm: Uint8Array, options: WavOptions): Uint8Array {
  const { sampleRateHz, channels = 1, dataBytes = pcm.byteLength, listBytes } = options;
  const list = listBytes === undefined ? Buffer.alloc(0) : Buffer.alloc(8 + listBytes + (listBytes % 2));
  if (listBytes !== undefined) {
    list.write('LIST', 0, 'latin1');
    list.writeUInt32LE(listBytes, 4);
  }
  const head = Buffer.alloc(36);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(dataBytes >= 0xffff_f000 ? 0xffff_ffff : 36 + list.byteLength + dataBytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(sampleRateHz, 24);
  head.writeUInt32LE(sampleRateHz * channels * 2, 28);
  head.writeUInt16LE(channels * 2, 32);
  head.writeUInt16LE(16, 34);
  const data = Buffer.alloc(8);
  data.write('data', 0, 'latin1');
  data.writeUInt32LE(dataBytes, 4);
  return new Uint8Array(Buffer.concat([head, list, data, pcm]));
}
