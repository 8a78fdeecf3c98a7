import type { VendorPorts } from '../../vendor/index.js';

/** What an engine behind a network takes from the machine. */
export interface HttpSpeechPorts extends VendorPorts {
  /** The most sound that one request may give. @default 128 MiB: 45 minutes at 24 kHz */
  readonly maxSoundBytes?: number | undefined;
}

/** More than any request for a few sentences gives, and still far below what would hurt the process. */
export const MAX_SOUND_BYTES = 128 * 1024 * 1024;
