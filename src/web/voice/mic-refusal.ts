import { make } from '../dom.js';
import type { PlayError } from '../play-error.js';
import type { VoiceWords } from './voice-words.js';

/** What makes a certificate for this server, where a browser wants one. */
const CERTIFICATE_COMMAND = 'mmdagent-bridge cert';

/** Why the microphone cannot be used and what to do about it, in words. */
export function micRefusal(words: VoiceWords, error: PlayError): Node[] {
  const known = words.isKey(error.code) ? error.code : 'micFailed';
  const rows: Node[] = [make('p', '', words.say(known))];
  if (error.code === 'InsecureOrigin') rows.push(make('p', 'command', make('code', '', CERTIFICATE_COMMAND)));
  else if (known === 'micFailed')
    rows.push(make('p', '', make('code', '', `${error.code}: ${error.message}`)));
  return rows;
}
