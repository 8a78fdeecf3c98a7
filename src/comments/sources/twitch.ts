import type { EngineFacts, Zod } from '../../vendor/index.js';
import { commentFrom, type GivenComment } from '../comment.js';
import type { CommentSource, SourceListener } from '../source.js';
import { type ChatSocketOptions, runChatSocket } from './chat-socket.js';
import { type IrcMessage, parseIrc } from './irc-message.js';
import { keepConnected } from './keep-connected.js';
import { factsOf, type SourcePorts } from './source-ports.js';
import { withEmotes, withoutCheers } from './twitch-text.js';
import { silence, socketUrl } from './websocket.js';

export interface TwitchOptions {
  readonly channel: string;
  readonly baseUrl: string;
  readonly silenceMs: number;
}

export const TWITCH_SOURCE = {
  description: 'The chat of a channel of Twitch, read without an account',
  schema: (zod: Zod) =>
    zod.strictObject({
      type: zod.string(),
      channel: zod
        .string()
        .transform((text) => text.replace(/^(https?:\/\/)?(www\.)?twitch\.tv\/|^#/i, '').toLowerCase())
        .refine((name) => /^[a-z0-9_]{1,25}$/.test(name), {
          message: "expected the channel's name as in its address, such as twitchdev",
        }),
      baseUrl: socketUrl(zod).default('wss://irc-ws.chat.twitch.tv:443'),
      silenceMs: silence(zod),
    }),
} as const satisfies EngineFacts;

type Send = Parameters<ChatSocketOptions['onOpen']>[0];

/** Subscriptions and what people do with them. @source dev.twitch.tv "IRC Tags", USERNOTICE msg-id */
const MEMBERSHIPS =
  /^(sub|resub|subgift|submysterygift|anonsubgift|anonsubmysterygift|giftpaidupgrade|anongiftpaidupgrade|primepaidupgrade|standardpayforward|communitypayforward)$/;
/** Notices after which the channel is not heard. @source dev.twitch.tv "Twitch IRC", NOTICE msg-id */
const CLOSED = /^(msg_channel_suspended|msg_banned|msg_room_not_found|tos_ban|invalid_user)$/;

/**
 * The chat of one channel over Twitch's IRC by WebSocket, anonymous: `justinfan` and a number reads everything and can write nothing.
 *
 * @source dev.twitch.tv "Twitch IRC": connecting, capabilities tags and commands, PING, RECONNECT, PRIVMSG, USERNOTICE, CLEARCHAT, CLEARMSG
 */
export function openTwitch(name: string, options: TwitchOptions, ports: SourcePorts): CommentSource {
  const { channel, baseUrl: url, silenceMs } = options;
  const { clock, random, openSocket } = ports;
  const facts = factsOf(name, ports);
  const onComment = (given: GivenComment, listener: SourceListener): void => {
    const comment = commentFrom(given, facts());
    if (comment !== undefined) listener.onComment(comment);
  };
  return {
    name,
    type: 'twitch',
    start: (listener, signal) =>
      keepConnected({ clock, random, listener, signal }, (onReady) => {
        const onLine = (line: string, send: Send): void => {
          const message = parseIrc(line);
          if (message === undefined) listener.onMalformed('expected a message of IRC');
          else if (message.command === 'PING') send(`PONG :${message.params.at(-1) ?? 'tmi.twitch.tv'}`);
          else if (message.command === 'RECONNECT') throw new Error('Twitch asked to connect anew');
          else if (message.command === 'ROOMSTATE') onReady();
          else if (message.command === 'NOTICE') onNotice(message);
          else if (message.command === 'PRIVMSG') onComment(spoken(message), listener);
          else if (message.command === 'USERNOTICE') onComment(noticed(message), listener);
          else tellRemoval(message, listener);
        };
        return runChatSocket({
          ...{ url, headers: {}, secrets: [], openSocket, clock, signal, silenceMs },
          ping: (send) => send('PING :mmdagent-bridge'),
          onOpen: (send) => {
            send('CAP REQ :twitch.tv/tags twitch.tv/commands');
            send(`NICK justinfan${10_000 + Math.floor(random() * 80_000)}`);
            send(`JOIN #${channel}`);
          },
          onBinary: () => listener.onMalformed('expected text, got a binary message'),
          onText: (text, send) => {
            for (const line of text.split(/\r?\n/)) if (line !== '') onLine(line, send);
          },
        });
      }),
  };
}

/** @throws {Error} the channel is not to be heard. */
function onNotice({ tags, params }: IrcMessage): void {
  const id = tags.get('msg-id') ?? '';
  const words = params.at(-1) ?? '';
  if (CLOSED.test(id)) throw new Error(`Twitch does not let the channel be heard (${id})`);
  if (/^(login|improperly formatted|login authentication)/i.test(words))
    throw new Error('Twitch refused the login');
}

function spoken(message: IrcMessage): GivenComment {
  const { tags, params } = message;
  // "/me waves" comes as an ACTION; the places of emotes are counted without it.
  const said = (params[1] ?? '').replace(/^\u0001ACTION (.*?)\u0001?$/s, '$1');
  const bits = Number(tags.get('bits') ?? 0);
  const text = withEmotes(said, tags.get('emotes') ?? '');
  return {
    ...base(message),
    text: bits > 0 ? withoutCheers(text, bits) : text,
    ...(bits > 0 ? { kind: 'paid', paid: { amount: bits, currency: 'bits' } } : {}),
  };
}

/** What Twitch says of somebody, and what they say to it. */
function noticed(message: IrcMessage): GivenComment {
  const { tags, params } = message;
  const id = tags.get('msg-id') ?? '';
  const said = withEmotes(params[1] ?? '', tags.get('emotes') ?? '');
  if (id === 'announcement') return { ...base(message), text: said };
  const kind = MEMBERSHIPS.test(id) ? 'membership' : 'system';
  return { ...base(message), kind, text: `${tags.get('system-msg') ?? ''} ${said}` };
}

function base({ tags, from }: IrcMessage): GivenComment {
  const badges = (tags.get('badges') ?? '').split(',').map((badge) => badge.split('/')[0]);
  const sentMs = Number(tags.get('tmi-sent-ts') ?? Number.NaN);
  return {
    id: tags.get('id'),
    author: {
      id: tags.get('user-id') ?? '',
      name: (tags.get('display-name') ?? '').trim() || (tags.get('login') ?? from),
      isOwner: badges.includes('broadcaster'),
      isModerator: badges.includes('moderator') || tags.get('mod') === '1',
      isMember: badges.includes('subscriber') || badges.includes('founder') || tags.get('subscriber') === '1',
    },
    atMs: Number.isNaN(sentMs) ? undefined : sentMs,
  };
}

function tellRemoval({ command, tags, params }: IrcMessage, listener: SourceListener): void {
  if (command === 'CLEARMSG') listener.onRemoved({ ids: [tags.get('target-msg-id') ?? ''] });
  if (command !== 'CLEARCHAT') return;
  const authorId = tags.get('target-user-id');
  if (params.length < 2) listener.onRemoved({ isAll: true });
  else if (authorId !== undefined && authorId !== '') listener.onRemoved({ authorId });
}
