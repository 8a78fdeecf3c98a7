import { type Fields, isFields, textOf } from '../../vendor/index.js';
import type { CommentKind, GivenComment } from '../comment.js';
import type { Removal } from '../comment-queue.js';

/** What becomes a comment, and which of its details has the money and the words; the other types are of the chat's own housekeeping. */
const TYPES: Readonly<Record<string, { readonly kind: CommentKind; readonly details: string }>> = {
  textMessageEvent: { kind: 'comment', details: 'textMessageDetails' },
  superChatEvent: { kind: 'paid', details: 'superChatDetails' },
  superStickerEvent: { kind: 'paid', details: 'superStickerDetails' },
  fanFundingEvent: { kind: 'paid', details: 'fanFundingEventDetails' },
  newSponsorEvent: { kind: 'membership', details: 'newSponsorDetails' },
  memberMilestoneChatEvent: { kind: 'membership', details: 'memberMilestoneChatDetails' },
  membershipGiftingEvent: { kind: 'membership', details: 'membershipGiftingDetails' },
};

/**
 * One item of `liveChatMessages.list`.
 *
 * @returns undefined for what is no comment: deletions, bans, polls, gifts received (one for each of a gifting), types of later years.
 * @source developers.google.com/youtube/v3/live/docs/liveChatMessages
 */
export function givenComment(item: Fields): GivenComment | undefined {
  const snippet = fieldsOf(item, 'snippet');
  const type = textOf(snippet['type']) ?? '';
  const meant = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (meant === undefined || snippet['hasDisplayContent'] === false) return undefined;
  const details = fieldsOf(snippet, meant.details);
  const author = fieldsOf(item, 'authorDetails');
  const atMs = Date.parse(textOf(snippet['publishedAt']) ?? '');
  return {
    id: textOf(item['id']),
    text: textIn(meant.kind, snippet, details),
    author: {
      id: textOf(author['channelId']) ?? textOf(snippet['authorChannelId']) ?? '',
      name: textOf(author['displayName']) ?? '',
      isModerator: author['isChatModerator'] === true,
      isMember: author['isChatSponsor'] === true,
      isOwner: author['isChatOwner'] === true,
    },
    kind: meant.kind,
    ...(meant.kind === 'paid' ? { paid: payment(details) } : {}),
    atMs: Number.isNaN(atMs) ? undefined : atMs,
  };
}

/** Which comments an item takes back. */
export function removalOf(item: Fields): Removal | undefined {
  const snippet = fieldsOf(item, 'snippet');
  switch (snippet['type']) {
    case 'messageDeletedEvent':
      return idRemoval(fieldsOf(snippet, 'messageDeletedDetails')['deletedMessageId']);
    case 'messageRetractedEvent':
      return idRemoval(fieldsOf(snippet, 'messageRetractedDetails')['retractedMessageId']);
    case 'tombstone':
      return idRemoval(item['id']);
    case 'userBannedEvent': {
      const banned = fieldsOf(fieldsOf(snippet, 'userBannedDetails'), 'bannedUserDetails');
      const authorId = textOf(banned['channelId']);
      return authorId === undefined ? undefined : { authorId };
    }
    default:
      return undefined;
  }
}

function idRemoval(id: unknown): Removal | undefined {
  const text = textOf(id);
  return text === undefined ? undefined : { ids: [text] };
}

/** Of money only what the giver wrote: YouTube's own sentence repeats the sum. */
function textIn(kind: CommentKind, snippet: Fields, details: Fields): string {
  if (kind === 'paid')
    return (
      textOf(details['userComment']) ?? textOf(fieldsOf(details, 'superStickerMetadata')['altText']) ?? ''
    );
  return (
    textOf(snippet['displayMessage']) ??
    textOf(details['messageText']) ??
    textOf(details['userComment']) ??
    ''
  );
}

function payment(details: Fields): GivenComment['paid'] {
  // A number of 64 bits comes as a text.
  const micros = Number(details['amountMicros'] ?? Number.NaN);
  return {
    ...(Number.isFinite(micros) ? { amount: micros / 1_000_000 } : {}),
    currency: textOf(details['currency']),
    display: textOf(details['amountDisplayString']),
  };
}

function fieldsOf(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isFields(value) ? value : {};
}
