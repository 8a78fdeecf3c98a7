import { afterEach, describe, expect, it } from 'vitest';
import { type GivenSound, type SoundReplyVoice, takesSound } from '../../../src/reply/index.js';
import { sleep } from '../../../src/runtime/index.js';
import { type ReplyRig, replyRig } from '../../support/reply/reply-rig.js';
import { tone } from '../speaking/rig.js';

const TRANSCRIPT = 'This was said by a model that speaks.';

describe.each(['stream', 'local', 'client'] as const)('Sound of a model that speaks, by %s', (topology) => {
  let rig: ReplyRig;
  afterEach(() => rig.close());

  const voiceOf = (): SoundReplyVoice => {
    const { voice } = rig;
    if (!takesSound(voice)) throw new Error('It takes no sound');
    return voice;
  };

  /** Three seconds at 24 kHz, five times as fast as they are heard. */
  const given = (state = { isReturned: false }): GivenSound => ({
    sound: (async function* () {
      try {
        for (let n = 0; n < 30; n++) {
          await sleep(rig.clock, 20);
          yield { pcm: tone(100, 24_000), sampleRateHz: 24_000 };
        }
      } finally {
        state.isReturned = true;
      }
    })(),
    transcript: (async function* () {
      for (const word of TRANSCRIPT.match(/\S+\s*/g) ?? []) {
        await sleep(rig.clock, 60);
        yield word;
      }
    })(),
  });

  it('is heard to its end, with its whole transcript', async () => {
    rig = await replyRig(topology);
    const { reply, pieces, heard } = rig.watch(voiceOf().openSound(given()));
    await reply.push({ text: 'of no use' });
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'completed', heard: { pieces: 1, text: TRANSCRIPT, by: 'whole' } });
    expect(Math.abs(end.heard.heardMs - 3000)).toBeLessThan(5);
    expect(pieces()).toEqual(['+0', '-0']);
    for (const { text } of heard) expect(TRANSCRIPT.startsWith(text)).toBe(true);
    await rig.clock.advanceAsync(500);
    expect(rig.openingNow()).toBe(0);
  });

  it('tells to the millisecond how much of it was heard when it is cancelled, and the share of its transcript', async () => {
    rig = await replyRig(topology);
    const state = { isReturned: false };
    const { reply } = rig.watch(voiceOf().openSound(given(state)));
    await rig.clock.advanceAsync(1700);
    const end = await rig.until(reply.cancel(), 1);
    await rig.clock.advanceAsync(1000);
    expect(end.reason).toBe('cancelled');
    const heardMs = rig.silentSinceMs() - firstHeardMs(rig);
    // What MMDAgent-EX drops of its last block.
    expect(end.heard.heardMs - heardMs).toBeGreaterThanOrEqual(-1);
    expect(end.heard.heardMs - heardMs).toBeLessThan(18);
    expect(end.heard.by).toBe('share');
    const share = end.heard.heardMs / 3000;
    expect(Math.abs(end.heard.text.length - share * TRANSCRIPT.length)).toBeLessThanOrEqual(1);
    expect(state.isReturned).toBe(true);
  });

  it('is thrown away unheard when it was held', async () => {
    rig = await replyRig(topology);
    const { reply, told } = rig.watch(voiceOf().openSound(given(), { isHeld: true }));
    await rig.clock.advanceAsync(1000);
    const end = await rig.until(reply.cancel());
    expect(end).toMatchObject({ reason: 'cancelled', heard: { text: '', heardMs: 0 } });
    expect(told).toEqual([]);
    expect(rig.played).toEqual([]);
  });

  it('ends as failed, with what was heard, when the model breaks off', async () => {
    rig = await replyRig(topology);
    const sound = (async function* () {
      yield { pcm: tone(600, 24_000), sampleRateHz: 24_000 };
      await sleep(rig.clock, 300);
      throw new Error('the connection is gone');
    })();
    const { reply } = rig.watch(voiceOf().openSound({ ...given(), sound }));
    const end = await rig.until(reply.ended);
    expect(end).toMatchObject({ reason: 'failed', error: { code: 'BRIDGE_ERR_SPEECH_FAILED' } });
    expect(Math.abs(end.heard.heardMs - 600)).toBeLessThan(5);
  });
});

function firstHeardMs(rig: ReplyRig): number {
  const [sound] = rig.player.of('sound');
  if (sound !== undefined) return sound.atMs + rig.player.latencyMs;
  const playback = rig.playbacks.at(-1);
  if (playback === undefined) return rig.soundFromMs();
  const first = playback.heard.findIndex((sample) => sample !== 0);
  return playback.heardAtMs(first / 16) ?? Number.NaN;
}
