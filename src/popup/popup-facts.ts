import type { PopupFacts } from './frames.js';
import type { PopupSettings } from './settings.js';

/** What pages are told of this server. */
export function factsOf(settings: PopupSettings): PopupFacts {
  const { createAudioOfAnswer: voice, welcome, maxAudioSeconds } = settings;
  return { protocol: 1, voice, welcome, maxAudioSeconds };
}
