import { ARECORD } from './capture-alsa.js';
import type { CaptureBackend } from './capture-backend.js';
import { FFMPEG_AVFOUNDATION, FFMPEG_DSHOW, FFMPEG_PULSE } from './capture-ffmpeg.js';
import { MIC_ARECORD, MIC_REC } from './capture-mic-package.js';
import { PW_RECORD } from './capture-pipewire.js';
import { PAREC } from './capture-pulse.js';
import { SOX_ALSA, SOX_COREAUDIO, SOX_WAVEAUDIO } from './capture-sox.js';

const UNIX: readonly CaptureBackend[] = [PAREC, PW_RECORD, ARECORD, SOX_ALSA, FFMPEG_PULSE, MIC_ARECORD];
const MACOS: readonly CaptureBackend[] = [SOX_COREAUDIO, FFMPEG_AVFOUNDATION, MIC_REC];
/** Without `mic`: it has SoX write 32-bit sound with a header there, whatever it is asked for. */
const WINDOWS: readonly CaptureBackend[] = [FFMPEG_DSHOW, SOX_WAVEAUDIO];

/** Every backend of a platform, in the order in which `auto` tries them. */
export function captureBackends(platform: NodeJS.Platform): readonly CaptureBackend[] {
  if (platform === 'darwin') return MACOS;
  return platform === 'win32' ? WINDOWS : UNIX;
}
