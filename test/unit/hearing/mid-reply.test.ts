import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/runtime/index.js';
import { noise } from '../audio/voice-signals.js';
import {
  activeDbfs,
  echoOf,
  hearAll,
  louder,
  mixIn,
  onsetMs,
  type Sound,
  seconds,
  spoken,
  telling,
} from './sounds.js';
import type { Told } from './tracker-rig.js';

const SECONDS = 16;
const USER_DBFS = -18;
const AGAIN_MS = 10_000;
const USERS = ['en_awb', 'ja_mei_normal', 'ja_mei_happy'];
/** From the first frame of the microphone to the next sound of the reply. */
const REPLY_FROM_MS = [60, 80, 100, 160];

interface Scene {
  readonly user: string;
  readonly replyFromMs: number;
  readonly roomDbfs: number | undefined;
  /** undefined: headphones. */
  readonly echoDbfs?: number;
  readonly speaksAgain: boolean;
}

/** The microphone is switched on in the middle of a reply without pauses, and of a word; 10 s later the user speaks again. */
async function told({ user, replyFromMs, roomDbfs, echoDbfs, speaksAgain }: Scene): Promise<readonly Told[]> {
  const heard = seconds(SECONDS);
  if (roomDbfs !== undefined) mixIn(heard, noise('pink', heard.length, roomDbfs), 0);
  const voice = spoken(user, USER_DBFS);
  const first = onsetMs(voice) + 200;
  mixIn(heard, voice.slice(16 * first, 16 * (first + 1200)), 0);
  if (speaksAgain) mixIn(heard, voice.slice(0, 16 * 1500), AGAIN_MS);
  const reply = seconds(SECONDS);
  for (let atMs = replyFromMs; atMs < SECONDS * 1000; atMs += 1200)
    mixIn(reply, spoken('en_slt', -20).slice(16 * 500, 16 * 1700), atMs);
  if (echoDbfs !== undefined) mixIn(heard, echoAt(reply, echoDbfs), 0);
  const { told } = await hearAll(heard, {}, telling(reply, { fromMs: replyFromMs, pieceMs: 20 }));
  return told;
}

function echoAt(reply: Sound, dbfs: number): Sound {
  const echo = echoOf(reply, { delayMs: 90, tailMs: 300, random: seededRandom(1) });
  return louder(echo, dbfs - activeDbfs(echo));
}

describe('An ear that opens in the middle of a reply, and of a word', () => {
  it.each([
    ['digital silence', undefined, 450],
    ['a quiet room', -60, 450],
    // Its noise hides the soft beginning of a word.
    ['a fan', -48, 1200],
  ])('hears the user speak over the reply later, in front of %s', async (_, roomDbfs, mostLateMs) => {
    const lateMs: number[] = [];
    for (const user of USERS)
      for (const replyFromMs of REPLY_FROM_MS) {
        const all = await told({ user, replyFromMs, roomDbfs, speaksAgain: true });
        const lasted = all.find(({ name, atMs }) => name === 'lasted' && atMs > AGAIN_MS);
        lateMs.push((lasted?.atMs ?? Number.POSITIVE_INFINITY) - AGAIN_MS - onsetMs(spoken(user, USER_DBFS)));
      }
    expect(Math.max(...lateMs), lateMs.join(', ')).toBeLessThanOrEqual(mostLateMs);
  });

  it.each([-45, -35, -25])('takes no echo for the user later, at %d dBFS', async (echoDbfs) => {
    for (const user of USERS)
      for (const replyFromMs of REPLY_FROM_MS) {
        const all = await told({ user, replyFromMs, roomDbfs: -60, echoDbfs, speaksAgain: false });
        const later = all.filter(({ name, atMs }) => name === 'lasted' && atMs > 3000);
        expect(later, `${user}, reply from ${replyFromMs} ms`).toEqual([]);
      }
  });
});
