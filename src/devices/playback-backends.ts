import { APLAY } from './playback-alsa.js';
import type { PlaybackBackend } from './playback-backend.js';
import { FFPLAY, FFPLAY_DEFAULT } from './playback-ffplay.js';
import { PW_PLAY } from './playback-pipewire.js';
import { PACAT } from './playback-pulse.js';
import { PLAY, PLAY_MACOS, PLAY_WINDOWS } from './playback-sox.js';

/** Every backend of a platform, the best first as measured (test/bench/playback.js): `auto` tries them in this order. */
export function playbackBackends(platform: NodeJS.Platform): readonly PlaybackBackend[] {
  switch (platform) {
    case 'win32':
      return [FFPLAY_DEFAULT, PLAY_WINDOWS];
    case 'darwin':
      return [PLAY_MACOS, FFPLAY_DEFAULT];
    default:
      return [PACAT, PW_PLAY, APLAY, PLAY, FFPLAY];
  }
}
