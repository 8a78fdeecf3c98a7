import { connect } from '../../api/client/index.js';
import { SystemClock } from '../../runtime/clock.js';
import { byId } from '../dom.js';
import { createFace } from '../face2d/create-face.js';
import { Microphone } from '../microphone.js';
import { PageWords } from '../page-words.js';
import { ApiTalkLink } from '../voice-kit/api-talk-link.js';
import { BrowserLoudspeaker } from '../voice-kit/loudspeaker.js';
import { ReplyPlayer } from '../voice-kit/reply-player.js';
import { tabName } from '../voice-kit/tab-name.js';
import { VoiceLog } from '../voice-kit/voice-log.js';
import { VoiceLoop } from '../voice-kit/voice-loop.js';
import { Typing } from './typing.js';
import { VoicePanel } from './voice-panel.js';
import { VOICE_TEXTS } from './voice-words.js';

/**
 * The voice page: the only file that knows all its parts.
 *
 *   Microphone → VoiceLoop → ApiTalkLink ⇄ server;   ApiTalkLink → ReplyPlayer → loudspeaker, face;   both → VoiceLog
 *
 * In its address: `lang` (en, ja), `persona`, `limit` (seconds that one may speak at a time, 5 to 120) and `block` (milliseconds of sound
 * in one frame to the server, 20 to 500).
 */
const SAMPLE_RATE_HZ = 24_000;
const query = new URLSearchParams(location.search);
const clock = new SystemClock();
const words = new PageWords(VOICE_TEXTS, query.get('lang'));
const api = connect({ url: new URL('./', location.href), client: 'voice page', clock });
const persona = query.get('persona');
const link = new ApiTalkLink(api, clock, {
  open: {
    name: tabName('voice', persona ?? ''),
    voice: { to: 'client', sampleRateHz: SAMPLE_RATE_HZ },
    ...(persona === null ? {} : { persona }),
  },
});
const mic = new Microphone(clock);
const speaker = new BrowserLoudspeaker(clock, SAMPLE_RATE_HZ);
const player = new ReplyPlayer(clock, speaker);
const loop = new VoiceLoop(
  { clock, link, mic, player },
  { limitMs: numberOf('limit', 5, 120, 30) * 1000, blockMs: numberOf('block', 20, 500, 100) },
);
const log = new VoiceLog({ link, loop, player, words, log: byId('log'), empty: byId('log-empty') });
const face = createFace(byId('stage'), { mouthNow: () => player.mouthNow(), label: words.say('faceLabel') });
const unlock = (): void => speaker.unlock();
const panel = new VoicePanel({ words, link, mic, loop, log, face, unlock });
new Typing({ words, link, loop, log, unlock });

link.events.on('face', (shown, lastsMs) => face.show(shown, lastsMs));
words.events.on('changed', () => {
  face.label = words.say('faceLabel');
  document.title = words.say('title');
});
document.title = words.say('title');
addEventListener('online', () => api.retryNow());
// Gone, or kept for going back to: the browser's sign of recording must not stay on, nor somebody go on speaking.
addEventListener('pagehide', () => loop.stop());
requestAnimationFrame(draw);

function draw(nowMs: number): void {
  panel.draw(nowMs);
  // For tests, and for whoever wonders whether sound leaves the page.
  byId('stage').dataset['level'] = speaker.peak().toFixed(3);
  requestAnimationFrame(draw);
}

function numberOf(name: string, min: number, max: number, usual: number): number {
  const value = Number(query.get(name) ?? usual);
  return value >= min && value <= max ? Math.round(value) : usual;
}
