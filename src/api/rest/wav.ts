const HEADER_BYTES = 44;
const FORMAT_BYTES = 16;
const PCM = 1;
const CHANNELS = 1;
const SAMPLE_BYTES = 2;

/** A WAV file of s16le mono samples. */
export function wavOf(pcm: Uint8Array, sampleRateHz: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + pcm.byteLength);
  const view = new DataView(bytes.buffer);
  const ascii = (at: number, text: string): void => {
    for (let index = 0; index < text.length; index++) view.setUint8(at + index, text.charCodeAt(index));
  };
  ascii(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + pcm.byteLength, true);
  ascii(8, 'WAVEfmt ');
  view.setUint32(16, FORMAT_BYTES, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, CHANNELS, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * SAMPLE_BYTES * CHANNELS, true);
  view.setUint16(32, SAMPLE_BYTES * CHANNELS, true);
  view.setUint16(34, SAMPLE_BYTES * 8, true);
  ascii(36, 'data');
  view.setUint32(40, pcm.byteLength, true);
  bytes.set(pcm, HEADER_BYTES);
  return bytes;
}
