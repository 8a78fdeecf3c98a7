import { assertNever, RequestError } from '../runtime/index.js';
import { createLocalVoice, createStreamVoice } from './avatar-voices.js';
import { createClientVoice } from './client-voice.js';
import { createPeerVoice } from './peer-voice.js';
import type { ReplyVoice } from './reply-voice.js';
import { createTextVoice } from './text-voice.js';
import type { ReplyVoicePorts, ReplyVoiceSettings } from './voice-settings.js';

/**
 * The voice of a topology.
 *
 * @throws {RequestError} BRIDGE_ERR_LINK_UNSUPPORTED - `local`, and there is no loudspeaker on this side.
 */
export function createReplyVoice(settings: ReplyVoiceSettings, ports: ReplyVoicePorts): ReplyVoice {
  switch (settings.topology) {
    case 'stream':
      return createStreamVoice(settings, ports);
    case 'local': {
      const { openPlayback } = ports;
      if (openPlayback === undefined)
        throw new RequestError(
          'BRIDGE_ERR_LINK_UNSUPPORTED',
          'Expected a loudspeaker of this machine for a local voice, got none: this side cannot play sound',
        );
      return createLocalVoice(settings, { ...ports, openPlayback });
    }
    case 'peer':
      return createPeerVoice(settings, ports);
    case 'client':
      return createClientVoice(settings, ports);
    case 'text':
      return createTextVoice(settings, ports);
    default:
      return assertNever(settings);
  }
}
