import { describe, expect, it } from 'vitest';
import { FittingSoundVoice } from '../../../src/chat/fitting-voice.js';
import { createReplyVoice, type GivenSound } from '../../../src/reply/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { ScriptedSoundVoice } from '../../support/dialogue/scripted-sound-voice.js';

function open(isAvatarThere: () => boolean) {
  const clock = new FakeClock();
  const voice = new ScriptedSoundVoice(clock);
  const text = createReplyVoice({ topology: 'text', msPerCharacter: 10 }, { clock } as never);
  let shownOnly = 0;
  const fitting = new FittingSoundVoice({ voice, text, isAvatarThere, onShownOnly: () => shownOnly++ });
  return { clock, voice, fitting, shownOnly: () => shownOnly };
}

/** Words come only while the sound is read, as a model gives them. */
function given(words: readonly string[], fault?: Error): GivenSound & { readonly read: () => number } {
  let read = 0;
  let isOver = false;
  return {
    read: () => read,
    sound: (async function* () {
      for (const _ of words) {
        read++;
        yield { pcm: new Uint8Array(480), sampleRateHz: 24_000 };
      }
      isOver = true;
      if (fault !== undefined) throw fault;
    })(),
    transcript: (async function* () {
      for (const [at, word] of words.entries()) {
        while (read <= at && !isOver) await undefined;
        yield word;
      }
    })(),
  };
}

describe('Sound of a model while no avatar is there', () => {
  it('is shown: all of its words as one piece, read to their end', async () => {
    const { clock, voice, fitting, shownOnly } = open(() => false);
    const reply = fitting.openSound(given(['Hello ', 'there.']));
    await clock.advanceAsync(1000);
    expect(await reply.ended).toMatchObject({
      reason: 'completed',
      heard: { pieces: 1, text: 'Hello there.' },
    });
    expect(voice.sounds).toEqual([]);
    expect(shownOnly()).toBe(1);
    expect(clock.pendingCount).toBe(0);
  });

  it('waits until it may be shown, and ends where it is cancelled', async () => {
    const { clock, fitting } = open(() => false);
    const reply = fitting.openSound(given(['Hello ', 'there.']), { isHeld: true });
    await clock.advanceAsync(1000);
    expect(reply.heard().text).toBe('');
    reply.release();
    await clock.advanceAsync(50);
    expect(await reply.cancel()).toMatchObject({ reason: 'cancelled', heard: { pieces: 0, text: 'Hello' } });
    expect(clock.pendingCount).toBe(0);
  });

  it('fails with what the model threw', async () => {
    const { clock, fitting } = open(() => false);
    const reply = fitting.openSound(given(['Hello '], new Error('it broke')));
    await clock.advanceAsync(100);
    expect(await reply.ended).toMatchObject({ reason: 'failed', error: { code: 'BRIDGE_ERR_LLM_FAILED' } });
  });

  it('is heard as soon as there is one', () => {
    const { voice, fitting, shownOnly } = open(() => true);
    fitting.openSound(given(['Hello']));
    expect(voice.sounds).toHaveLength(1);
    expect(shownOnly()).toBe(0);
  });
});
