import type { FaultFamily } from '../../vendor/index.js';

/** What goes wrong with engines that speak and hear. */
export const SPEECH_FAMILY: FaultFamily = {
  codes: {
    key: 'BRIDGE_ERR_SPEECH_KEY',
    unreachable: 'BRIDGE_ERR_SPEECH_UNREACHABLE',
    absent: 'BRIDGE_ERR_SPEECH_VOICE',
    refused: 'BRIDGE_ERR_SPEECH_REFUSED',
    busy: 'BRIDGE_ERR_SPEECH_BUSY',
    failed: 'BRIDGE_ERR_SPEECH_FAILED',
    stalled: 'BRIDGE_ERR_SPEECH_STALLED',
    truncated: 'BRIDGE_ERR_SPEECH_TRUNCATED',
  },
  absentHelp: 'check the voice, the model and the address',
  refusedHelp: "change the text or the engine's options",
  tooMuchHelp: 'ask for less text at once',
};
