/** Of a header as `wavHeader` makes it. */
export const WAV_HEADER_BYTES = 44;

const FORMAT_BYTES = 16;
const PCM = 1;
const SAMPLE_BYTES = 2;

/**
 * The header of a WAV file of s16le samples. Runs in browsers too.
 *
 * @param dataBytes - of the samples behind it, 0 … 4 294 967 259: both size fields have 32 bits, which is for callers to heed.
 * @source Microsoft "Multimedia Programming Interface and Data Specifications 1.0", RIFF WAVE
 */
export function wavHeader(
  dataBytes: number,
  sampleRateHz: number,
  channels: 1 | 2 = 1,
): Uint8Array<ArrayBuffer> {
  const blockBytes = SAMPLE_BYTES * channels;
  const view = new DataView(new ArrayBuffer(WAV_HEADER_BYTES));
  const letters = (at: number, text: string): void => {
    for (let index = 0; index < text.length; index++) view.setUint8(at + index, text.charCodeAt(index));
  };
  letters(0, 'RIFF');
  view.setUint32(4, WAV_HEADER_BYTES - 8 + dataBytes, true);
  letters(8, 'WAVEfmt ');
  view.setUint32(16, FORMAT_BYTES, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * blockBytes, true);
  view.setUint16(32, blockBytes, true);
  view.setUint16(34, SAMPLE_BYTES * 8, true);
  letters(36, 'data');
  view.setUint32(40, dataBytes, true);
  return new Uint8Array(view.buffer);
}

/** A whole WAV file of sound in pieces, which are copied. @param pieces - s16le mono. */
export function wavFile(pieces: readonly Uint8Array[], sampleRateHz: number): Uint8Array<ArrayBuffer> {
  const dataBytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  const file = new Uint8Array(WAV_HEADER_BYTES + dataBytes);
  file.set(wavHeader(dataBytes, sampleRateHz));
  let at = WAV_HEADER_BYTES;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.byteLength;
  }
  return file;
}
