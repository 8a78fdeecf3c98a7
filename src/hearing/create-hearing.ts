import { Ear } from './ear.js';
import { ANY_SOUND, type FrameDetector } from './frame-detector.js';
import type { Hearing } from './hearing.js';
import { DEFAULT_HEARING, type HearingSettings } from './hearing-settings.js';
import { ProbabilityDetector } from './probability-detector.js';
import { openSilero } from './silero.js';
import { VoiceJudge } from './voice-judge.js';
import type { VoiceProbability } from './voice-probability.js';
import { WEBRTC_DETECTORS } from './webrtc-detector.js';

export interface HearingOptions {
  /** Those that differ from DEFAULT_HEARING. */
  readonly settings?: Partial<HearingSettings> | undefined;
  /** A detector of the caller's own, in place of `settings.vad`; closed with the ear. */
  readonly voiceProbability?: VoiceProbability | undefined;
}

/**
 * Builds an ear. It has no clock and no device of its own: all times are those of the frames.
 *
 * @throws {DeviceError} BRIDGE_ERR_VOICE_ACTIVITY - the detector is missing or could not be loaded; the message says what to install.
 */
export async function createHearing(options: HearingOptions = {}): Promise<Hearing> {
  const settings: HearingSettings = { ...DEFAULT_HEARING, ...options.settings };
  const detector = await openDetector(settings, options.voiceProbability);
  const thresholdDbfs = settings.vad === 'level' ? settings.thresholdDbfs : undefined;
  return new Ear(settings, new VoiceJudge({ detector, thresholdDbfs }));
}

async function openDetector(
  settings: HearingSettings,
  own: VoiceProbability | undefined,
): Promise<FrameDetector> {
  if (own !== undefined) return new ProbabilityDetector(own);
  switch (settings.vad) {
    case 'level':
      return ANY_SOUND;
    case 'silero':
      return new ProbabilityDetector(await openSilero(settings.sileroModel));
    case 'webrtc':
    case 'off':
      return WEBRTC_DETECTORS.open();
  }
}
