import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { heardLength } from '../../../src/web/reply-text.js';
import { type TalkEvent, TalkLine } from '../../../src/web/talk-request.js';

describe('heardLength', () => {
  it.each([
    ['nothing', 'Hello there.', '', 0],
    ['a part', 'Hello there.', 'Hello', 5],
    ['all', 'Hello there.', 'Hello there.', 12],
    ['words of the bridge before the reply', 'Hello there.', 'One moment. Hello', 5],
    ['only words of the bridge', 'Hello there.', 'One moment.', 0],
    ['an apology behind it', 'Hello there.', 'Hello Sorry, that failed.', 6],
    ['more than there is', 'Hello', 'Hello there', 5],
    ['nothing of nothing', '', 'One moment.', 0],
  ])('tells %s', (_, reply, heard, expected) => {
    expect(heardLength(reply, heard)).toBe(expected);
  });

  it('is the length of any beginning', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (reply, cut) => {
        const heard = reply.slice(0, cut % (reply.length + 1));
        expect(heardLength(reply, heard)).toBe(heard.length);
      }),
    );
  });

  it('is never more than the reply, whatever was heard', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (reply, heard) => {
        const length = heardLength(reply, heard);
        expect(length).toBeGreaterThanOrEqual(0);
        expect(length).toBeLessThanOrEqual(Math.min(reply.length, heard.length));
      }),
    );
  });
});

const QUESTION = { text: 'Hi', image: undefined, id: 'q1' };

describe('TalkLine', () => {
  afterEach(() => vi.unstubAllGlobals());
  const answers = (...responses: Response[]): { url: string; init: RequestInit | undefined }[] => {
    const seen: { url: string; init: RequestInit | undefined }[] = [];
    vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
      seen.push({ url, init });
      return responses.shift();
    });
    return seen;
  };
  const lines = (...events: object[]): Response =>
    new Response(`${events.map((event) => JSON.stringify(event)).join('\n')}\n`);

  it('tells every event of a turn', async () => {
    const seen = answers(
      lines({ event: 'turn', turn: 1 }, { event: 'ended', outcome: 'completed', heard: 'a' }),
    );
    const line = new TalkLine();
    line.lane = 'left one';
    const told: TalkEvent[] = [];
    await line.ask(QUESTION, (event) => told.push(event));
    expect(told.map(({ event }) => event)).toEqual(['turn', 'ended']);
    expect(seen[0]?.url).toBe('api/talk?lane=left+one');
    expect(JSON.parse(String(seen[0]?.init?.body))).toEqual({ text: 'Hi', id: 'q1' });
  });

  it('tells of a connection that was lost in the midst of it', async () => {
    answers(lines({ event: 'turn', turn: 1 }));
    await expect(new TalkLine().ask(QUESTION, () => {})).rejects.toMatchObject({
      code: 'BRIDGE_ERR_DAEMON_UNREACHABLE',
    });
  });

  it('tells why the server refused', async () => {
    const error = { code: 'BRIDGE_ERR_LLM_KEY', message: '401' };
    answers(new Response(JSON.stringify({ error }), { status: 503 }));
    await expect(new TalkLine().ask(QUESTION, () => {})).rejects.toEqual(error);
  });

  it('gives pictures and refusals', async () => {
    const seen = answers(new Response('{}'), new Response('{}'));
    const line = new TalkLine();
    await line.give('a', { image: 'data:' });
    await line.give('b', { refused: 'no' });
    expect(seen.map(({ init }) => JSON.parse(String(init?.body)))).toEqual([
      { id: 'a', image: 'data:' },
      { id: 'b', refused: 'no' },
    ]);
  });
});
