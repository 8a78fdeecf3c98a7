import type { EngineFace, StatusMeaning } from '../../vendor/index.js';
import { SPEECH_FAMILY } from '../http/speech-family.js';

export interface HearingFaceOptions {
  readonly name: string;
  readonly place: string;
  readonly keyHelp: string;
  readonly reachHelp: string;
  /** Before what all engines that hear mean by a status. */
  readonly meaning?: (status: number, words: string) => StatusMeaning | undefined;
}

/** The face of an engine that hears: what it refuses is sound, not text. */
export function hearingFace(options: HearingFaceOptions): EngineFace {
  return {
    family: SPEECH_FAMILY,
    ...options,
    meaning: (status, words) => options.meaning?.(status, words) ?? usual(status),
  };
}

function usual(status: number): StatusMeaning | undefined {
  const refused = (advice: string): StatusMeaning => ({
    code: 'BRIDGE_ERR_SPEECH_REFUSED',
    retryable: false,
    advice,
  });
  switch (status) {
    case 404:
      return refused('check the model and the address');
    case 413:
      return refused('the sound is too long for it: cut it at its pauses');
    case 400:
    case 415:
    case 422:
      return refused("change the engine's options, the language or the sound");
    default:
      return undefined;
  }
}
