const HEADER_BYTES = 44;

/** A WAV file of s16le mono. */
export function wavFile(pcm: readonly Uint8Array[], sampleRateHz: number): Blob {
  const bytes = pcm.reduce((sum, part) => sum + part.byteLength, 0);
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  const name = (at: number, letters: string): void => {
    for (let index = 0; index < letters.length; index++) view.setUint8(at + index, letters.charCodeAt(index));
  };
  name(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + bytes, true);
  name(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, 2 * sampleRateHz, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  name(36, 'data');
  view.setUint32(40, bytes, true);
  return new Blob([view.buffer, ...pcm.map((part) => new Uint8Array(part))], { type: 'audio/wav' });
}
