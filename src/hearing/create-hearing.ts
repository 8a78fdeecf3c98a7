import type { Hearing } from './hearing.js';
import type { HearingSettings } from './hearing-settings.js';
import type { VoiceProbability } from './voice-probability.js';

export interface HearingOptions {
  /** Those that differ from DEFAULT_HEARING. */
  readonly settings?: Partial<HearingSettings> | undefined;
  /** A detector of the caller's own, in place of `settings.vad`; closed with the ear. */
  readonly voiceProbability?: VoiceProbability | undefined;
}

/**
 * Builds an ear.
 *
 * @throws {DeviceError} BRIDGE_ERR_VOICE_ACTIVITY - the detector is missing or could not be loaded; the message says what to install.
 */
export type CreateHearing = (options?: HearingOptions) => Promise<Hearing>;
