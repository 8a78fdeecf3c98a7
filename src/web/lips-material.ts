import { SoundMouth } from '../lipsync/acoustic/sound-mouth.js';
import { readTimings } from '../lipsync/read-timings.js';
import type { TimedPhoneme } from '../lipsync/timed-phoneme.js';

/** Files by what they are for. */
export interface LipsFiles {
  readonly sound: File | undefined;
  readonly timings: File | undefined;
}

const TIMING_NAME = /\.(json|lab|label|labels|textgrid|txt)$/i;
const RATE_HZ = 16_000;
/** So much is heard at a time, so that the page stays alive. */
const BLOCK_SAMPLES = RATE_HZ * 5;

/** Whether a file holds timings rather than sound, by its name: systems know no media type for most of them. */
export function isTimings({ name, type }: { readonly name: string; readonly type: string }): boolean {
  return TIMING_NAME.test(name) || type === 'application/json';
}

/** The first of each. */
export function sortFiles(files: readonly File[]): LipsFiles {
  return {
    sound: files.find((file) => !isTimings(file)),
    timings: files.find(isTimings),
  };
}

/** @throws {RequestError} BRIDGE_ERR_TIMING_FILE */
export async function timingsOf(file: File): Promise<readonly TimedPhoneme[]> {
  return readTimings(new Uint8Array(await file.arrayBuffer()), file.name).phonemes;
}

/** What is heard in the sound tells of the mouth: for a sound without timings. */
export async function phonemesOf(buffer: AudioBuffer): Promise<readonly TimedPhoneme[]> {
  const samples = await monoSamples(buffer);
  const mouth = new SoundMouth();
  const phonemes: TimedPhoneme[] = [];
  for (let at = 0; at < samples.length; at += BLOCK_SAMPLES) {
    const block = samples.subarray(at, at + BLOCK_SAMPLES);
    const pcm = Int16Array.from(block, (sample) => 32_767 * Math.max(-1, Math.min(1, sample)));
    phonemes.push(...mouth.push(new Uint8Array(pcm.buffer)));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return [...phonemes, ...mouth.end()];
}

/** 16 kHz mono, converted by the browser. */
async function monoSamples(buffer: AudioBuffer): Promise<Float32Array> {
  const length = Math.max(1, Math.ceil(buffer.duration * RATE_HZ));
  const offline = new OfflineAudioContext({ numberOfChannels: 1, length, sampleRate: RATE_HZ });
  const source = offline.createBufferSource();
  source.buffer = buffer;
  source.connect(offline.destination);
  source.start();
  return (await offline.startRendering()).getChannelData(0);
}
