import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseIrc } from '../../../../src/comments/sources/irc-message.js';
import { openTwitch } from '../../../../src/comments/sources/twitch.js';
import { withEmotes, withoutCheers } from '../../../../src/comments/sources/twitch-text.js';
import { sourceRig } from '../../../support/comments/source-rig.js';

let rig: ReturnType<typeof openRig>;
function openRig() {
  const options = { channel: 'dev', baseUrl: 'wss://irc.example:443', silenceMs: 30_000 };
  return sourceRig((ports) => openTwitch('twitch', options, ports));
}
beforeEach(() => {
  rig = openRig();
});
afterEach(async () => {
  await rig.close();
  expect(rig.clock.pendingCount).toBe(0);
});

const TAGS = {
  'badge-info': 'subscriber/8',
  badges: 'subscriber/6',
  'display-name': 'Aki',
  emotes: '',
  id: 'm1',
  mod: '0',
  'room-id': '1',
  subscriber: '1',
  'tmi-sent-ts': '1642786203573',
  'user-id': '7',
};

function line(tags: Record<string, string>, rest: string): string {
  return `@${Object.entries({ ...TAGS, ...tags })
    .map(([name, value]) => `${name}=${value}`)
    .join(';')} ${rest}\r\n`;
}
function say(text: string, tags: Record<string, string> = {}): void {
  rig.sockets.last().say(line(tags, `:aki!aki@aki.tmi.twitch.tv PRIVMSG #dev :${text}`));
}

describe('Twitch', () => {
  it('comes in without an account, asks for tags and commands, and is there when the room answers', () => {
    const socket = rig.sockets.last();
    socket.emit('open');
    expect(socket.sent).toEqual([
      'CAP REQ :twitch.tv/tags twitch.tv/commands',
      'NICK justinfan50000',
      'JOIN #dev',
    ]);
    expect(rig.states).toEqual([]);
    socket.say(':tmi.twitch.tv 001 justinfan50000 :Welcome, GLHF!\r\n:justinfan50000!x@y JOIN #dev\r\n');
    socket.say('@emote-only=0;room-id=1 :tmi.twitch.tv ROOMSTATE #dev\r\n');
    expect(rig.states).toEqual(['connected']);
  });

  it('answers a PING with the same words, and asks by itself when nothing comes', async () => {
    const socket = rig.sockets.last();
    socket.emit('open');
    socket.say('PING :tmi.twitch.tv\r\n');
    expect(socket.sent.at(-1)).toBe('PONG :tmi.twitch.tv');
    await rig.clock.advanceAsync(30_000);
    expect(socket.sent.at(-1)).toBe('PING :mmdagent-bridge');
    socket.say(':tmi.twitch.tv PONG tmi.twitch.tv :mmdagent-bridge\r\n');
    await rig.clock.advanceAsync(30_000);
    expect(socket.isTerminated).toBe(false);
  });

  it('connects anew when it is asked to', async () => {
    rig.sockets.last().emit('open');
    rig.sockets.last().say(':tmi.twitch.tv RECONNECT\r\n');
    expect(rig.sockets.last().isTerminated).toBe(true);
    await rig.clock.advanceAsync(1000);
    expect(rig.sockets.opened).toHaveLength(2);
    expect(rig.states).toEqual(['lost: Twitch asked to connect anew']);
  });

  it.each([
    [
      '@msg-id=msg_channel_suspended :tmi.twitch.tv NOTICE #dev :This channel does not exist or has been suspended.',
      'does not let the channel be heard (msg_channel_suspended)',
    ],
    [':tmi.twitch.tv NOTICE * :Login authentication failed', 'Twitch refused the login'],
  ])('tells that the channel is not heard: %s', async (notice, reason) => {
    rig.sockets.last().say(notice);
    await rig.clock.advanceAsync(0);
    expect(rig.states).toEqual([expect.stringContaining(reason)]);
  });

  it('gives a comment with its author', () => {
    say('Hello there');
    expect(rig.comments).toEqual([
      {
        id: 'm1',
        source: 'twitch',
        author: { id: '7', name: 'Aki', isModerator: false, isMember: true, isOwner: false },
        text: 'Hello there',
        atMs: 1_642_786_203_573,
        kind: 'comment',
      },
    ]);
  });

  it('takes several lines of one message, and blanks, colons and semicolons in words', () => {
    rig.sockets
      .last()
      .say(
        `${line({}, ':a!a@a PRIVMSG #dev ::) a : b ; c =d')}${line({ id: 'm2' }, ':b!b@b PRIVMSG #dev :2')}`,
      );
    expect(rig.comments.map(({ text }) => text)).toEqual([':) a : b ; c =d', '2']);
  });

  it('knows the owner, moderators and who has no name of their own', () => {
    say('1', { badges: 'broadcaster/1,subscriber/3' });
    say('2', { badges: 'moderator/1', mod: '1', subscriber: '0', 'display-name': '' });
    expect(rig.comments.map(({ author }) => author)).toMatchObject([
      { isOwner: true, isMember: true, isModerator: false },
      { isOwner: false, isMember: false, isModerator: true, name: 'aki' },
    ]);
  });

  it('takes bits for money, and leaves their words out', () => {
    say('Cheer100 great Cheer50', { bits: '150' });
    expect(rig.comments[0]).toMatchObject({
      kind: 'paid',
      text: 'great',
      paid: { amount: 150, currency: 'bits', display: '150 bits' },
    });
  });

  it('marks emotes, which are counted in letters and not in halves of them', () => {
    say('🦖 Kappa Kappa 👍 LUL', { emotes: '25:2-6,8-12/425618:16-18' });
    expect(rig.comments[0]?.text).toBe('🦖 :Kappa: 👍 :LUL:');
  });

  it('takes /me for what is said', () => {
    say('\u0001ACTION waves Kappa\u0001', { emotes: '25:6-10' });
    expect(rig.comments[0]?.text).toBe('waves :Kappa:');
  });

  it('gives subscriptions, announcements and raids as what they are', () => {
    const notice = (tags: Record<string, string>, said = ''): void =>
      rig.sockets.last().say(line(tags, `:tmi.twitch.tv USERNOTICE #dev${said}`));
    notice(
      { 'msg-id': 'resub', 'system-msg': 'Aki\\shas\\ssubscribed\\sfor\\s6\\smonths!', login: 'aki' },
      ' :Great stream',
    );
    notice({ id: 'm2', 'msg-id': 'raid', 'system-msg': '15\\sraiders\\sfrom\\sBen\\shave\\sjoined!' });
    notice({ id: 'm3', 'msg-id': 'announcement', 'system-msg': '' }, ' :News');
    expect(rig.comments.map(({ kind, text }) => [kind, text])).toEqual([
      ['membership', 'Aki has subscribed for 6 months! Great stream'],
      ['system', '15 raiders from Ben have joined!'],
      ['comment', 'News'],
    ]);
  });

  it('tells what a moderator took away', () => {
    const socket = rig.sockets.last();
    socket.say('@login=aki;target-msg-id=m1 :tmi.twitch.tv CLEARMSG #dev :words\r\n');
    socket.say('@ban-duration=1;target-user-id=7 :tmi.twitch.tv CLEARCHAT #dev :aki\r\n');
    socket.say(':tmi.twitch.tv CLEARCHAT #dev\r\n');
    expect(rig.removals).toEqual([{ ids: ['m1'] }, { authorId: '7' }, { isAll: true }]);
  });

  it.each([
    '',
    '@',
    '@a=b',
    ':only',
    '🦖',
    'PRIVMSG',
    'PRIVMSG #dev',
    '@emotes=25:9999-1,a-b;bits=x :a PRIVMSG #dev :hi',
    '\u0000\u0001',
  ])('survives %j', (text) => {
    rig.sockets.last().say(`${text}\r\n`);
    say('still here');
    expect(rig.comments.at(-1)?.text).toBe('still here');
  });
});

describe('parseIrc', () => {
  it('reads tags with their escapes, source, command and words', () => {
    const message = parseIrc('@a=1\\s2\\:3\\\\4\\r\\n5\\x\\;b;c= :nick!user@host privmsg #x y :last one :z');
    expect([...(message?.tags ?? [])]).toEqual([
      ['a', '1 2;3\\4\r\n5x'],
      ['b', ''],
      ['c', ''],
    ]);
    expect(message).toMatchObject({ from: 'nick', command: 'PRIVMSG', params: ['#x', 'y', 'last one :z'] });
  });

  it('takes any line for a message or for none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const message = parseIrc(text);
        expect(message === undefined || /^([A-Z]+|\d{3})$/.test(message.command)).toBe(true);
      }),
    );
  });
});

describe('withEmotes', () => {
  it('changes nothing but the places of emotes, whatever the places', () => {
    const place = fc.tuple(fc.nat(30), fc.nat(30)).map(([from, to]) => `${from}-${to}`);
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 20 }),
        fc.array(place, { maxLength: 6 }),
        (text, places) => {
          const marked = withEmotes(text, `1:${places.join(',')}`);
          expect(marked.replaceAll(':', '')).toBe(text.replaceAll(':', ''));
        },
      ),
    );
  });
});

describe('withoutCheers', () => {
  it.each([
    ['Cheer100 hi', 100, 'hi'],
    ['Kappa50 hi DoodleCheer50', 100, 'hi'],
    ['room101 hi', 100, 'room101 hi'],
    ['Cheer100 room101', 100, 'Cheer100 room101'],
    ['Cheer1', 1, ''],
  ])('makes %j with %d bits to %j', (text, bits, expected) => {
    expect(withoutCheers(text, bits)).toBe(expected);
  });
});
