import {
  type EngineFacts,
  type Fields,
  fieldsIn,
  finiteOf,
  isFields,
  parsed,
  textOf,
  type Zod,
} from '../../vendor/index.js';
import { type CommentKind, commentFrom, type GivenComment } from '../comment.js';
import { htmlText } from '../html-text.js';
import type { CommentSource, SourceListener } from '../source.js';
import { addressSecrets, runChatSocket } from './chat-socket.js';
import { keepConnected } from './keep-connected.js';
import { factsOf, type SourcePorts } from './source-ports.js';
import { silence, socketUrl } from './websocket.js';

export interface OneCommeOptions {
  readonly url: string;
  /** Only of these services: youtube, twitch, niconama, …; empty: of all. */
  readonly services: readonly string[];
  readonly silenceMs: number;
}

export const ONECOMME_SOURCE = {
  description: 'OneComme (わんコメ) on this machine, which collects the chats of a dozen services',
  schema: (zod: Zod) =>
    zod.strictObject({
      type: zod.string(),
      url: socketUrl(zod).default('ws://127.0.0.1:11180/sub'),
      services: zod.array(zod.string().min(1)).default([]),
      silenceMs: silence(zod),
    }),
} as const satisfies EngineFacts;

/** What is subscribed to; from version 8 nothing comes without. @source onecomme.com docs "WebSocket API"; OneSDK permissions.ts */
const WANTED = 'comments,deleted,clear';
const MEMBERSHIPS = new Set(['milestonechat', 'sponsorgift', 'giftreceived', 'subscribe']);

/**
 * Comments by way of OneComme's local WebSocket: `{type, data}` with `type` `comments`, `deleted` or `clear`.
 *
 * What was there before we came - the message `connected`, and `comments` with `options.init` - is not answered.
 *
 * @source onecomme.com docs "WebSocket API"; OneComme/OneSDK src/types/{Comment,BaseResponse,YouTube,Twitch}.ts, src/OneSDK.ts
 */
export function openOneComme(name: string, options: OneCommeOptions, ports: SourcePorts): CommentSource {
  const { clock, random, openSocket } = ports;
  const { services, silenceMs } = options;
  const url = withSubscription(options.url);
  const facts = factsOf(name, ports);
  const onMessage = (message: Fields, listener: SourceListener): void => {
    const { type, data } = message;
    if (type === 'clear') listener.onRemoved({ isAll: true });
    if (type === 'deleted')
      listener.onRemoved({ ids: fieldsIn(data).flatMap(({ id }) => (typeof id === 'string' ? [id] : [])) });
    if (type !== 'comments' || !isFields(data) || isHistory(data)) return;
    for (const entry of fieldsIn(data['comments'])) {
      const service = textOf(entry['service']) ?? '';
      if (services.length > 0 && !services.includes(service)) continue;
      const given = isFields(entry['data']) ? givenComment(service, entry['data']) : undefined;
      const comment = given === undefined ? undefined : commentFrom(given, facts());
      if (comment !== undefined) listener.onComment(comment);
    }
  };
  return {
    name,
    type: 'onecomme',
    start: (listener, signal) =>
      keepConnected({ clock, random, listener, signal }, (onReady) =>
        runChatSocket({
          ...{ url, headers: {}, secrets: addressSecrets(options.url), openSocket, clock, signal, silenceMs },
          onOpen: onReady,
          onBinary: () => listener.onMalformed('expected text, got a binary message'),
          onText: (text) => {
            const message = parsed(text);
            if (isFields(message)) onMessage(message, listener);
            else listener.onMalformed('expected a message {type, data}');
          },
        }),
      ),
  };
}

function withSubscription(address: string): string {
  const url = new URL(address);
  // A comma is a comma there, and not %2C.
  if (!url.searchParams.has('p')) url.search = `${url.search === '' ? '?' : `${url.search}&`}p=${WANTED}`;
  return url.href;
}

function isHistory(data: Fields): boolean {
  return isFields(data['options']) && data['options']['init'] === true;
}

/** undefined: the platform holds it back for its moderators. */
function givenComment(service: string, data: Fields): GivenComment | undefined {
  if (data['autoModerated'] === true) return undefined;
  const paid = payment(data);
  return {
    id: textOf(data['id']),
    text: htmlText(textOf(data['comment']) ?? ''),
    author: {
      id: textOf(data['userId']) ?? '',
      // The nickname is the streamer's own; `displayName` may be cut.
      name: htmlText(textOf(data['nickname']) ?? textOf(data['name']) ?? textOf(data['displayName']) ?? ''),
      isOwner: data['isOwner'] === true,
      isModerator: data['isModerator'] === true || data['mod'] === '1',
      isMember: data['isMember'] === true || data['subscriber'] === '1',
    },
    paid,
    atMs: timeOf(data['timestamp']),
    kind: kindOf(service, data, paid !== undefined),
  };
}

function kindOf(service: string, data: Fields, isPaid: boolean): CommentKind {
  if (service === 'system') return 'system';
  if (MEMBERSHIPS.has(textOf(data['giftType']) ?? '')) return 'membership';
  return isPaid ? 'paid' : 'comment';
}

function payment(data: Fields): GivenComment['paid'] {
  const price = finiteOf(data['price']) ?? 0;
  const bits = Number(textOf(data['bits']) ?? 0);
  if (data['hasGift'] !== true && !(price > 0) && !(bits > 0)) return undefined;
  const display = htmlText(textOf(data['paidText']) ?? '');
  if (price > 0) return { amount: price, currency: textOf(data['unit']), display };
  return bits > 0 ? { amount: bits, currency: 'bits', display } : { display };
}

function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
