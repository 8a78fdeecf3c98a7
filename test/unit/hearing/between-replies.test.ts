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

const SECONDS = 30;
/** Enough to learn the way of the echo; then 13 s of nothing, in which an ear keeps only the room; then one more. */
const REPLIES_MS = [1000, 4500, 8000, 24_000];
const LAST_MS = 24_000;

async function told(delayMs: number, users: readonly (readonly [Sound, number])[]): Promise<readonly Told[]> {
  const reply = seconds(SECONDS);
  for (const atMs of REPLIES_MS) mixIn(reply, spoken('en_slt', -20), atMs);
  const echo = echoOf(reply, { delayMs, tailMs: 300, random: seededRandom(delayMs) });
  const heard = louder(echo, -29 - activeDbfs(echo));
  mixIn(heard, noise('pink', heard.length, -60), 0);
  for (const [voice, atMs] of users) mixIn(heard, voice, atMs);
  const { told } = await hearAll(heard, {}, telling(reply));
  return told.filter(({ name }) => name === 'lasted');
}

describe('An ear that has heard nothing of the avatar for long', () => {
  const user = spoken('en_awb', -24).slice(0, 16 * 1600);

  it.each([40, 150, 300])('knows its echo still, %d ms late', async (delayMs) => {
    expect((await told(delayMs, [])).filter(({ atMs }) => atMs > LAST_MS)).toEqual([]);
  });

  it.each([40, 150, 300])(
    'hears the user in the meantime and over the next reply, with an echo %d ms late',
    async (delayMs) => {
      const [meantime, over] = [16_000, LAST_MS + 700];
      const lasted = await told(delayMs, [
        [user, meantime],
        [user, over],
      ]);
      for (const atMs of [meantime, over]) {
        const first = lasted.find((event) => event.atMs > atMs)?.atMs ?? Number.POSITIVE_INFINITY;
        expect(first - atMs - onsetMs(user)).toBeLessThanOrEqual(500);
      }
    },
  );
});
