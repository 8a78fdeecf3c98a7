import { wavFile } from '../../audio/wav-file.js';

const RATE_HZ = 16_000;

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
  const pcm = new DataView(new ArrayBuffer(samples.length * 2));
  for (const [at, sample] of samples.entries())
    pcm.setInt16(2 * at, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true);
  return wavFile([new Uint8Array(pcm.buffer)], RATE_HZ);
}
