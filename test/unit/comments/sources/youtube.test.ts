import { afterEach, describe, expect, it } from 'vitest';
import { openYouTube } from '../../../../src/comments/sources/youtube.js';
import { givenComment } from '../../../../src/comments/sources/youtube-message.js';
import { sourceRig } from '../../../support/comments/source-rig.js';
import { chatItem, chatPage, LIVE_VIDEO, refusal } from '../../../support/comments/youtube-answers.js';

const KEY = 'AIza-secret-key-0123456789';
type Answer = object | Response;

let rig: ReturnType<typeof sourceRig> | undefined;
afterEach(async () => {
  await rig?.close();
  expect(rig?.clock.pendingCount).toBe(0);
});

/** YouTube that answers in order, and then with empty pages. */
function youTube(...answers: Answer[]) {
  const asked: { readonly url: URL; readonly key: string | null }[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    asked.push({ url: new URL(String(url)), key: new Headers(init?.headers).get('x-goog-api-key') });
    const answer = answers.shift() ?? chatPage([], 'later');
    return answer instanceof Response ? answer : Response.json(answer);
  };
  const options = { video: 'abcdefghijk', apiKey: KEY, pollMs: 5000, baseUrl: 'https://yt.example/v3' };
  rig = sourceRig((ports) => openYouTube('youtube', options, ports), fetch);
  return { ...rig, asked };
}

describe('YouTube', () => {
  it('finds the chat of the video, and asks for what is new with the token of the last page', async () => {
    const { clock, asked, states, comments } = youTube(
      LIVE_VIDEO,
      chatPage([chatItem({}, {}, 'old')], 't1'),
      chatPage([chatItem({}, {}, 'new1'), chatItem({}, {}, 'new2')], 't2'),
    );
    await clock.advanceAsync(10_000);
    expect(asked.map(({ url }) => url.pathname + url.search)).toEqual([
      '/v3/videos?part=liveStreamingDetails&id=abcdefghijk',
      '/v3/liveChat/messages?part=id%2Csnippet%2CauthorDetails&liveChatId=CHAT&maxResults=200',
      '/v3/liveChat/messages?part=id%2Csnippet%2CauthorDetails&liveChatId=CHAT&maxResults=200&pageToken=t1',
      '/v3/liveChat/messages?part=id%2Csnippet%2CauthorDetails&liveChatId=CHAT&maxResults=200&pageToken=t2',
    ]);
    expect(states).toEqual(['connected']);
    expect(comments.map(({ id }) => id)).toEqual(['new1', 'new2']);
  });

  it('sends its key in a header and nowhere else', async () => {
    const { clock, asked, states } = youTube(refusal(403, 'forbidden', `The key ${KEY} may not`));
    await clock.advanceAsync(0);
    expect(asked[0]?.key).toBe(KEY);
    expect(asked[0]?.url.href).not.toContain('AIza');
    expect(states[0]).toMatch(/^failed: .*\[key\]/);
    expect(states.join()).not.toContain('AIza');
  });

  it('asks no sooner than YouTube allows', async () => {
    const { clock, asked } = youTube(LIVE_VIDEO, chatPage([], 't1', { pollingIntervalMillis: 20_000 }));
    await clock.advanceAsync(19_999);
    expect(asked).toHaveLength(2);
    await clock.advanceAsync(1);
    expect(asked).toHaveLength(3);
  });

  it('gives money, memberships and words as what they are', async () => {
    const superChat = {
      amountMicros: '500000000',
      currency: 'JPY',
      amountDisplayString: '¥500',
      userComment: 'Go!',
    };
    const sticker = {
      amountMicros: '1990000',
      currency: 'USD',
      amountDisplayString: '$1.99',
      superStickerMetadata: { altText: 'A pear' },
    };
    const { clock, comments } = youTube(
      LIVE_VIDEO,
      chatPage([], 't1'),
      chatPage(
        [
          chatItem({}, { isChatModerator: true, isChatSponsor: true, isChatOwner: true }),
          chatItem({
            type: 'superChatEvent',
            displayMessage: '¥500 from Aki: "Go!"',
            superChatDetails: superChat,
          }),
          chatItem({ type: 'superStickerEvent', superStickerDetails: sticker }),
          chatItem({ type: 'newSponsorEvent', displayMessage: 'Aki is a member now' }),
          chatItem({ type: 'memberMilestoneChatEvent', displayMessage: 'Six months!' }),
          chatItem({ type: 'giftMembershipReceivedEvent' }),
          chatItem({ type: 'pollEvent' }),
          chatItem({ type: 'aTypeOfLaterYears' }),
        ],
        't2',
      ),
    );
    await clock.advanceAsync(5000);
    expect(comments.map(({ kind, text, paid }) => [kind, text, paid])).toEqual([
      ['comment', 'hello', undefined],
      ['paid', 'Go!', { amount: 500, currency: 'JPY', display: '¥500' }],
      ['paid', 'A pear', { amount: 1.99, currency: 'USD', display: '$1.99' }],
      ['membership', 'Aki is a member now', undefined],
      ['membership', 'Six months!', undefined],
    ]);
    expect(comments[0]).toMatchObject({
      atMs: 1_700_000_000_500,
      author: { id: 'UC1', name: 'Aki', isModerator: true, isMember: true, isOwner: true },
    });
  });

  it('tells what was deleted, and who was banned', async () => {
    const { clock, removals } = youTube(
      LIVE_VIDEO,
      chatPage([], 't1'),
      chatPage(
        [
          chatItem({ type: 'messageDeletedEvent', messageDeletedDetails: { deletedMessageId: 'y1' } }),
          chatItem({ type: 'messageRetractedEvent', messageRetractedDetails: { retractedMessageId: 'y2' } }),
          chatItem({ type: 'tombstone' }, {}, 'y3'),
          chatItem({
            type: 'userBannedEvent',
            userBannedDetails: { bannedUserDetails: { channelId: 'UC9' } },
          }),
        ],
        't2',
      ),
    );
    await clock.advanceAsync(5000);
    expect(removals).toEqual([{ ids: ['y1'] }, { ids: ['y2'] }, { ids: ['y3'] }, { authorId: 'UC9' }]);
  });

  it('waits for a video that is not live yet, a minute at a time', async () => {
    const { clock, asked, states } = youTube({ items: [{ id: 'x', liveStreamingDetails: {} }] }, LIVE_VIDEO);
    await clock.advanceAsync(59_999);
    expect(asked).toHaveLength(1);
    expect(states).toEqual([expect.stringContaining('lost: the video has no live chat now')]);
    await clock.advanceAsync(1);
    expect(states.at(-1)).toBe('connected');
  });

  it.each<[string, string, Answer[]]>([
    ['there is no such video', 'there is no such video', [{ items: [] }]],
    [
      'the stream was before',
      'over',
      [{ items: [{ liveStreamingDetails: { actualEndTime: '2023-01-01T00:00:00Z' } }] }],
    ],
    ['the chat has ended', 'over', [LIVE_VIDEO, refusal(403, 'liveChatEnded')]],
    ['the chat is gone', 'over', [LIVE_VIDEO, refusal(404, 'liveChatNotFound')]],
    [
      'the stream goes offline',
      'over',
      [LIVE_VIDEO, chatPage([], 't1', { offlineAt: '2023-11-14T22:13:20Z' })],
    ],
    [
      'the chat says that it ends',
      'over',
      [LIVE_VIDEO, chatPage([chatItem({ type: 'chatEndedEvent' })], 't1')],
    ],
    ['the chat is off', 'switched off', [LIVE_VIDEO, refusal(403, 'liveChatDisabled')]],
    ['the key is wrong', 'apiKey', [refusal(400, 'badRequest', 'API key not valid.')]],
    ['the key may not', 'the key is missing or was refused', [refusal(403, 'accessNotConfigured')]],
  ])('ends when %s', async (_name, words, answers) => {
    const { done, states } = youTube(...answers);
    await done;
    expect(states.at(-1)).toMatch(/^failed: /);
    expect(states.at(-1)).toContain(words);
  });

  it('waits half an hour when the quota of the day is used up', async () => {
    const { clock, asked, states } = youTube(LIVE_VIDEO, refusal(403, 'quotaExceeded'));
    await clock.advanceAsync(1_799_999);
    expect(asked).toHaveLength(2);
    expect(states.at(-1)).toContain('lost: the quota of the key is used up for today (raise pollMs)');
    await clock.advanceAsync(1);
    expect(states.at(-1)).toBe('connected');
  });

  it.each<[string, () => Answer]>([
    ['too many questions', () => refusal(403, 'rateLimitExceeded')],
    ['a failure of its own', () => refusal(503, 'backendError')],
    ['a page of HTML', () => new Response('<html>', { status: 502 })],
    [
      'something that is no JSON',
      () => new Response('{{', { headers: { 'content-type': 'application/json' } }),
    ],
  ])('goes on where it was after %s', async (_name, answer) => {
    const { clock, comments, states } = youTube(
      LIVE_VIDEO,
      chatPage([], 't1'),
      answer(),
      chatPage([chatItem({}, {}, 'n')], 't2'),
    );
    await clock.advanceAsync(6000);
    expect(states).toEqual(['connected', expect.stringMatching(/^lost: /), 'connected']);
    expect(comments.map(({ id }) => id)).toEqual(['n']);
  });

  it('begins a new page when its token is not taken any more, and does not answer what is old', async () => {
    const { clock, asked, comments } = youTube(
      LIVE_VIDEO,
      chatPage([], 't1'),
      refusal(400, 'pageTokenInvalid'),
      chatPage([chatItem({}, {}, 'old')], 't5'),
      chatPage([chatItem({}, {}, 'new')], 't6'),
    );
    await clock.advanceAsync(12_000);
    expect(asked[3]?.url.searchParams.get('pageToken')).toBeNull();
    expect(comments.map(({ id }) => id)).toEqual(['new']);
  });

  it('survives answers of any shape', async () => {
    const { clock, comments, states } = youTube(
      LIVE_VIDEO,
      chatPage([], 't1'),
      [],
      { items: 'x', nextPageToken: 5, pollingIntervalMillis: 'x' },
      chatPage([null, 3, {}, { snippet: 4 }, { snippet: { type: '__proto__' } }] as object[], 't2'),
      chatPage([chatItem({}, {}, 'n')], 't3'),
    );
    await clock.advanceAsync(25_000);
    expect(comments.map(({ id }) => id)).toEqual(['n']);
    expect(states).toEqual(['connected']);
  });

  it('needs a key, and says where it comes from', async () => {
    const options = {
      video: 'abcdefghijk',
      apiKey: undefined,
      pollMs: 5000,
      baseUrl: 'https://www.googleapis.com/youtube/v3',
    };
    rig = sourceRig(
      (ports) => openYouTube('youtube', options, ports),
      () => Promise.reject(new Error('asked')),
    );
    await rig.clock.advanceAsync(0);
    expect(rig.states.join()).toContain('YOUTUBE_API_KEY');
  });
});

describe('givenComment of YouTube', () => {
  it('takes nothing from names that objects have', () => {
    expect(givenComment({ snippet: { type: 'constructor' } })).toBeUndefined();
  });
});
