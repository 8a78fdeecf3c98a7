import { describe, expect, it } from 'vitest';
import { SessionEyes } from '../../../src/sessions/session-eyes.js';

function rig(isThere = true) {
  const asked: { readonly id: string; readonly source: string }[] = [];
  const over: string[] = [];
  const eyes = new SessionEyes({
    ask: (picture) => {
      asked.push(picture);
      return isThere;
    },
    onOver: (id) => over.push(id),
  });
  return { asked, over, eyes };
}

describe('The eyes of a session', () => {
  const PICTURE = 'data:image/png;base64,iVBORw0KGgo=';

  it('see what the client gives', async () => {
    const { eyes, asked, over } = rig();
    const seen = eyes.look('camera', new AbortController().signal);
    const [picture] = asked;
    eyes.give(picture?.id ?? '', { image: PICTURE });
    expect(await seen).toBe(PICTURE);
    expect(over).toEqual([picture?.id]);
    expect(() => eyes.give(picture?.id ?? '', { image: PICTURE })).toThrow(/Nobody waits/);
  });

  it('are told why there is no picture', async () => {
    const { eyes, asked } = rig();
    const seen = eyes.look('screenshot', new AbortController().signal);
    eyes.give(asked[0]?.id ?? '', { refused: 'not now' });
    await expect(seen).rejects.toThrow('The user gave no picture: not now');
  });

  it('never look with what is on the machine of the bridge', async () => {
    const { eyes, asked } = rig();
    expect(await eyes.look('webcam-of-the-server', new AbortController().signal)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('fail at once where no client is connected', async () => {
    const { eyes, over } = rig(false);
    await expect(eyes.look('camera', new AbortController().signal)).rejects.toThrow('No client is connected');
    expect(over.length).toBe(1);
  });

  it('wait no longer than the turn', async () => {
    const { eyes, over } = rig();
    const turn = new AbortController();
    const seen = eyes.look('camera', turn.signal);
    turn.abort(new Error('the turn has ended'));
    await expect(seen).rejects.toThrow('the turn has ended');
    expect(over.length).toBe(1);
  });

  it('wait for a few pictures at a time', async () => {
    const { eyes } = rig();
    const turn = new AbortController();
    const waiting = Array.from({ length: 4 }, () => eyes.look('camera', turn.signal));
    await expect(eyes.look('camera', turn.signal)).rejects.toThrow('Several pictures');
    turn.abort(new Error('over'));
    await Promise.allSettled(waiting);
  });
});
