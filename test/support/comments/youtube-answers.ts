/** Answers of YouTube's Data API, in the shapes of its reference. Made up, not recorded. */
export const LIVE_VIDEO = {
  kind: 'youtube#videoListResponse',
  items: [{ id: 'abcdefghijk', liveStreamingDetails: { activeLiveChatId: 'CHAT', concurrentViewers: '5' } }],
};

let count = 0;

/** One message of the chat; `snippet` over an ordinary one. */
export function chatItem(snippet: object = {}, author: object = {}, id = `y${++count}`) {
  return {
    kind: 'youtube#liveChatMessage',
    id,
    snippet: {
      ...{ type: 'textMessageEvent', liveChatId: 'CHAT', authorChannelId: 'UC1', hasDisplayContent: true },
      ...{ publishedAt: '2023-11-14T22:13:20.5+00:00', displayMessage: 'hello' },
      textMessageDetails: { messageText: 'hello' },
      ...snippet,
    },
    authorDetails: {
      ...{ channelId: 'UC1', displayName: 'Aki', isVerified: false },
      ...{ isChatOwner: false, isChatSponsor: false, isChatModerator: false },
      ...author,
    },
  };
}

export function chatPage(items: readonly object[], nextPageToken: string, more: object = {}) {
  return {
    kind: 'youtube#liveChatMessageListResponse',
    pollingIntervalMillis: 2000,
    nextPageToken,
    items,
    ...more,
  };
}

export function refusal(status: number, reason: string, message = 'No.') {
  return Response.json(
    { error: { code: status, message, errors: [{ message, domain: 'x', reason }] } },
    { status },
  );
}
