import { connect } from '../../api/client/index.js';
import { SystemClock } from '../../runtime/clock.js';
import { byId } from '../dom.js';
import { Microphone } from '../microphone.js';
import { MouthTrack, type MouthWeights } from '../mouth-track.js';
import { PageWords } from '../page-words.js';
import { TapPlayer } from '../tap-player.js';
import { ApiTalkLink } from '../voice-kit/api-talk-link.js';
import { facePhaseOf } from '../voice-kit/face-phase.js';
import { BrowserLoudspeaker, NoLoudspeaker } from '../voice-kit/loudspeaker.js';
import { ReplyPlayer } from '../voice-kit/reply-player.js';
import { tabName } from '../voice-kit/tab-name.js';
import { VoiceLoop } from '../voice-kit/voice-loop.js';
import { createFace, type FaceOptions } from './create-face.js';
import { FaceControls } from './face-controls.js';
import { readFaceQuery } from './face-query.js';
import { FACE_TEXTS } from './face-texts.js';
import { LaneLips } from './lane-lips.js';
import { LaneMirror } from './lane-mirror.js';

/**
 * The browser face: the only file that knows all its parts. One of three, by the page's address (`face-query.ts`):
 *
 *   alone: Microphone, keyboard → VoiceLoop → ApiTalkLink ⇄ server;   ApiTalkLink → ReplyPlayer → loudspeaker, face
 *   `session`: ApiTalkLink (follows) → VoiceLoop without a microphone → ReplyPlayer → face
 *   `lane`, or `obs` alone: LaneMirror → MouthTrack (of a simulator), LaneLips (of MMDAgent-EX) → face
 */
const SAMPLE_RATE_HZ = 24_000;
/** An emotion of a lane is over after this, unless another comes. */
const LANE_FACE_MS = 4000;
const query = readFaceQuery(location.search);
const clock = new SystemClock();
const words = new PageWords(FACE_TEXTS, query.language);
const host = byId('face');

document.title = words.say('title');
document.body.dataset['obs'] = String(query.isObs);
if (query.background !== undefined) document.body.style.background = query.background;
if (query.sizePx !== undefined) {
  host.style.flex = 'none';
  host.style.width = `${query.sizePx}px`;
  host.style.height = `${query.sizePx}px`;
}
const look: FaceOptions = {
  label: words.say('faceLabel'),
  colours: query.colours,
  isMirrored: query.isMirrored,
};
if (query.session === undefined && (query.isObs || query.lane !== undefined)) followLane();
else converse();

function converse(): void {
  const api = connect({ url: new URL('./', location.href), client: 'face page', clock });
  const link = new ApiTalkLink(
    api,
    clock,
    query.session === undefined
      ? {
          open: {
            name: tabName('face', query.persona),
            voice: { to: 'client', sampleRateHz: SAMPLE_RATE_HZ },
            ...(query.persona === undefined ? {} : { persona: query.persona }),
          },
        }
      : { attach: query.session },
  );
  const speaker = new BrowserLoudspeaker(clock, SAMPLE_RATE_HZ);
  const player = new ReplyPlayer(clock, query.hasSound ? speaker : new NoLoudspeaker(clock));
  const mic = new Microphone(clock);
  const loop = new VoiceLoop({ clock, link, mic, player });
  const face = createFace(host, { ...look, mouthNow: () => player.mouthNow() });
  const unlock = (): void => {
    if (query.hasSound) speaker.unlock();
  };
  link.events.on('face', (shown, lastsMs) => face.show(shown, lastsMs));
  addEventListener('online', () => api.retryNow());
  addEventListener('pagehide', () => mic.stop());
  if (query.session === undefined && !query.isObs) {
    new FaceControls({ words, link, loop, mic, face, unlock });
  } else {
    // Who only follows says nothing, and asks for nothing.
    const show = (): void => {
      document.body.dataset['link'] = link.state === 'refused' ? 'lost' : link.state;
      face.phase = facePhaseOf(loop.phase, false, link.state);
    };
    loop.events.on('changed', show);
    link.events.on('link', show);
    unlockAtGesture(unlock);
  }
}

function followLane(): void {
  const mirror = new LaneMirror(clock, query.lane);
  const mouths = new MouthTrack();
  const lips = new LaneLips();
  const speaker = new TapPlayer();
  const face = createFace(host, {
    ...look,
    mouthNow: () => {
      const now = performance.now();
      return wider(mouths.at(now), lips.at(now));
    },
  });
  let isThere = false;
  let isSpeaking = false;
  const show = (): void => {
    document.body.dataset['link'] = isThere ? 'online' : 'lost';
    face.phase = !isThere ? 'asleep' : isSpeaking ? 'speaking' : 'idle';
  };
  mirror.events.on('link', (isLinked) => {
    isThere = isLinked;
    show();
  });
  mirror.events.on('speaking', (isTalking) => {
    isSpeaking = isTalking;
    show();
  });
  mirror.events.on('mouth', (mouth) => mouths.push(mouth, performance.now(), speaker.delayMs));
  mirror.events.on('lips', (phonemes) => lips.start(phonemes, performance.now()));
  mirror.events.on('face', (shown) => face.show(shown, LANE_FACE_MS));
  if (query.hasSound) {
    mirror.events.on('sound', (part) => speaker.push(part));
    unlockAtGesture(() => speaker.unlock());
  }
  show();
  void mirror.run();
}

/** Of two avatars that are followed at once the one that speaks. */
function wider(one: MouthWeights, other: MouthWeights): MouthWeights {
  const sum = ({ a, i, u, o }: MouthWeights): number => a + i + u + o;
  return sum(other) > sum(one) ? other : one;
}

/** OBS lets sound out at once; other browsers after the first click or key press. */
function unlockAtGesture(unlock: () => void): void {
  unlock();
  for (const gesture of ['pointerdown', 'keydown'] as const)
    addEventListener(gesture, unlock, { passive: true });
}
