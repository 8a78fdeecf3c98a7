export type { SoundInput } from './byte-source.js';
export {
  CHIRP_MS,
  type ChirpDelay,
  chirp,
  chirpDelay,
  chirpSeries,
  type FoundChirp,
  findChirps,
} from './chirp-detect.js';
export { levelDbfs, SILENCE_DBFS } from './level.js';
export { type LoudnessMeasure, LoudnessMeter } from './loudness.js';
export type { LoudnessReport } from './loudness-gain.js';
export { NoiseFloor } from './noise-floor.js';
export { type OpenSoundOptions, openSound } from './open-sound.js';
export {
  MAX_CHANNELS,
  MAX_SAMPLE_RATE_HZ,
  MIN_SAMPLE_RATE_HZ,
  OUTPUT_BYTES_PER_MS,
  OUTPUT_FORMAT,
  OUTPUT_SAMPLE_RATE_HZ,
  type PcmFormat,
  type RawEncoding,
  type RawFormat,
} from './pcm.js';
export { MonoResampler } from './resampler.js';
export type { SoundDescription } from './sound-reader.js';
export { SoundRecorder, type SoundRecorderOptions } from './sound-recorder.js';
export type { SoundSource } from './sound-source.js';
export {
  MAX_GAIN_DB,
  MIN_GAIN_DB,
  VOICE_FRAME_BYTES,
  VoiceFeed,
  type VoiceFeedOptions,
  type VoiceMeter,
} from './voice-feed.js';
export type { VoiceGateRule } from './voice-gate.js';
export { VoiceLevel } from './voice-level.js';
export { WAV_HEADER_BYTES, wavFile, wavHeader } from './wav-file.js';
export { wholeSound } from './whole-sound.js';
