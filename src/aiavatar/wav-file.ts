const HEADER_BYTES = 44;

/** A WAV file around s16le mono; `pcm` is copied. */
export function wavFile(pcm: Uint8Array, sampleRateHz: number): Buffer {
  const file = Buffer.alloc(HEADER_BYTES + pcm.byteLength);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(HEADER_BYTES - 8 + pcm.byteLength, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRateHz, 24);
  file.writeUInt32LE(sampleRateHz * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(pcm.byteLength, 40);
  file.set(pcm, HEADER_BYTES);
  return file;
}
