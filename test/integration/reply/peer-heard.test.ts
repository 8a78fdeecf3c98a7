import { afterEach, describe, expect, it } from 'vitest';
import { type ReplyRig, replyRig } from '../../support/reply/reply-rig.js';

const TEXT = 'Nobody knows everything about it.';
/** Of the stand-in's voice. */
const MS_PER_CHARACTER = 80;

describe("What is heard of MMDAgent-EX's own voice", () => {
  let rig: ReplyRig;
  afterEach(() => rig.close());

  it('follows the phonemes that its plugin tells, from the first sentence on', async () => {
    rig = await replyRig('peer');
    const { reply, say, heard } = rig.open();
    say(TEXT);
    reply.end();
    await rig.until(reply.ended);
    const fromMs = rig.soundFromMs();
    // The letters of a text are its phonemes here, but for blanks and signs, which the stand-in says too.
    for (const { text, heardMs, by, isEstimated } of heard) {
      const really = heardMs / MS_PER_CHARACTER;
      if (text !== TEXT && heardMs > 200) expect(Math.abs(text.length - really)).toBeLessThanOrEqual(2.5);
      if (text !== '' && text !== TEXT) expect({ by, isEstimated }).toEqual({ by: 'phoneme' });
    }
    expect(heard.length).toBeGreaterThan(20);
    expect(fromMs).toBeGreaterThan(0);
  });

  it('is a guess, and called one, before anything is told of it', async () => {
    rig = await replyRig('peer', {
      settings: { topology: 'peer', model: 'nobody', engine: 'mmdagent' } as never,
    });
    const { reply, say, heard } = rig.open();
    // Of a model that is not there no mouth is moved.
    say(TEXT);
    reply.end();
    await rig.until(reply.ended);
    const cut = heard.filter(({ text }) => text !== '' && text !== TEXT);
    expect(cut.length).toBeGreaterThan(10);
    for (const { by, isEstimated } of cut)
      expect({ by, isEstimated }).toEqual({ by: 'share', isEstimated: true });
    // Never more than its sentence, and not all of it before it was said to be over.
    for (const { text } of cut) expect(TEXT.startsWith(text)).toBe(true);
  });
});
