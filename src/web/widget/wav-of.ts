const RATE_HZ = 16_000;
const HEADER_BYTES = 44;

/**
 * A recording as WAV, mono at 16 kHz, decoded by the browser that made it: for kinds that the server does not read (MP4 with AAC, of
 * older Safari).
 *
 * @throws DOMException - the browser does not read it either.
 */
export async function wavOf(recording: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> {
  // Decodes to its own rate, and mixes to its own number of channels.
  const context = new OfflineAudioContext(1, 1, RATE_HZ);
  return wavFileOf(monoOf(await context.decodeAudioData(recording)));
}

function monoOf(sound: AudioBuffer): Float32Array {
  const mono = new Float32Array(sound.length);
  for (let channel = 0; channel < sound.numberOfChannels; channel++) {
    const samples = sound.getChannelData(channel);
    for (let at = 0; at < mono.length; at++)
      mono[at] = (mono[at] ?? 0) + (samples[at] ?? 0) / sound.numberOfChannels;
  }
  return mono;
}

/** @param samples - mono at 16 kHz, -1 … 1; what is beyond is cut. */
export function wavFileOf(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const dataBytes = samples.length * 2;
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + dataBytes));
  const letters = (at: number, text: string): void => {
    for (let index = 0; index < text.length; index++) view.setUint8(at + index, text.charCodeAt(index));
  };
  letters(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  letters(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE_HZ, true);
  view.setUint32(28, RATE_HZ * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  letters(36, 'data');
  view.setUint32(40, dataBytes, true);
  for (const [at, sample] of samples.entries())
    view.setInt16(HEADER_BYTES + 2 * at, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true);
  return new Uint8Array(view.buffer);
}
