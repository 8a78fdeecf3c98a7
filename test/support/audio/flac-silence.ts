/** Samples of one frame; all of them are said by one number. */
const BLOCK = 65_535;
const RATE_HZ = 16_000;

/** A FLAC file of silence: hours of it are some kilobytes. @source RFC 9639 */
export function flacSilence(seconds: number): Buffer {
  const frames = Math.ceil((seconds * RATE_HZ) / BLOCK);
  return Buffer.concat([
    Buffer.from('fLaC'),
    streamInfo(frames),
    ...Array.from({ length: frames }, (_, number) => frame(number)),
  ]);
}

function streamInfo(frames: number): Buffer {
  const block = Buffer.alloc(4 + 34);
  block[0] = 0x80;
  block.writeUIntBE(34, 1, 3);
  block.writeUInt16BE(BLOCK, 4);
  block.writeUInt16BE(BLOCK, 6);
  // 20 bits rate, 3 bits channels - 1, 5 bits bits - 1, 36 bits samples.
  const facts = (BigInt(RATE_HZ) << 44n) | (15n << 36n) | BigInt(frames * BLOCK);
  block.writeBigUInt64BE(facts, 14);
  return block;
}

/** Fixed block size, mono, 16 bits, one constant subframe of 0. */
function frame(number: number): Buffer {
  const header = Buffer.from([0xff, 0xf8, 0x75, 0x08, ...utf8Number(number), 0, 0]);
  header.writeUInt16BE(BLOCK - 1, header.length - 2);
  const body = Buffer.concat([header, Buffer.from([crc(header, 8, 0x07)]), Buffer.from([0, 0, 0])]);
  const end = Buffer.alloc(2);
  end.writeUInt16BE(crc(body, 16, 0x8005));
  return Buffer.concat([body, end]);
}

function utf8Number(number: number): number[] {
  return [...Buffer.from(String.fromCodePoint(number))];
}

function crc(bytes: Buffer, bits: 8 | 16, polynomial: number): number {
  const top = 1 << (bits - 1);
  const mask = 2 ** bits - 1;
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (bits - 8);
    for (let bit = 0; bit < 8; bit++) value = (value & top ? (value << 1) ^ polynomial : value << 1) & mask;
  }
  return value;
}
