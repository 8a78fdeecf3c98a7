import type { CaptureBackend } from './capture-backend.js';
import { PAREC } from './capture-pulse.js';

/** Every backend of a platform, the best first. `auto` tries those that are not `isByNameOnly` in this order. */
export function captureBackends(platform: NodeJS.Platform): readonly CaptureBackend[] {
  switch (platform) {
    default:
      return [PAREC];
  }
}
