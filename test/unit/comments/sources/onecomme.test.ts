import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOneComme } from '../../../../src/comments/sources/onecomme.js';
import { sourceRig } from '../../../support/comments/source-rig.js';

let rig: ReturnType<typeof openRig>;
function openRig(services: string[] = []) {
  const options = { url: 'ws://127.0.0.1:11180/sub', services, silenceMs: 30_000 };
  const opened = sourceRig((ports) => openOneComme('onecomme', options, ports));
  opened.sockets.last().emit('open');
  return opened;
}
beforeEach(() => {
  rig = openRig();
});
afterEach(async () => {
  await rig.close();
  expect(rig.clock.pendingCount).toBe(0);
});

/** A comment as OneSDK's types describe it. */
function entry(data: object, service = 'youtube') {
  const fixed = { userId: 'UC1', liveId: 'live', name: 'Aki', isOwner: false, hasGift: false, badges: [] };
  const times = { timestamp: '2026-11-22T05:00:00.000Z', profileImage: '', comment: 'hello' };
  return {
    id: 'frame',
    service,
    name: 'My stream',
    url: 'https://x',
    data: { id: 'm1', ...fixed, ...times, ...data },
  };
}

function say(...comments: object[]): void {
  rig.sockets.last().say({ type: 'comments', data: { comments } });
}

describe('OneComme', () => {
  it('says what it wants to hear: from version 8 nothing comes without', () => {
    expect(rig.sockets.urls).toEqual(['ws://127.0.0.1:11180/sub?p=comments,deleted,clear']);
    expect(rig.states).toEqual(['connected']);
  });

  it('gives a comment with its author', () => {
    say(
      entry({
        isModerator: true,
        isMember: true,
        comment: 'Nice &amp; <b>warm</b> <img src="x" alt=":_hi:">',
      }),
    );
    expect(rig.comments).toEqual([
      {
        id: 'm1',
        source: 'onecomme',
        author: { id: 'UC1', name: 'Aki', isModerator: true, isMember: true, isOwner: false },
        text: 'Nice & warm :_hi:',
        atMs: Date.UTC(2026, 10, 22, 5),
        kind: 'comment',
      },
    ]);
  });

  it("prefers the streamer's nickname for somebody, then the whole name to the one that was cut", () => {
    say(
      entry({ nickname: 'Nick', displayName: 'Ak…' }),
      entry({ displayName: 'Ak…' }),
      entry({ name: '', displayName: 'Ak…' }),
    );
    expect(rig.comments.map(({ author }) => author.name)).toEqual(['Nick', 'Aki', 'Ak…']);
  });

  it.each([
    [
      { hasGift: true, price: 500, unit: '¥', paidText: '¥500', giftType: 'superchat' },
      'paid',
      { amount: 500, currency: '¥', display: '¥500' },
    ],
    [{ bits: '100', hasGift: true }, 'paid', { amount: 100, currency: 'bits', display: '100 bits' }],
    [{ hasGift: true, comment: '' }, 'paid', { amount: undefined, currency: undefined, display: '' }],
    [{ giftType: 'milestonechat', hasGift: true }, 'membership', { display: '' }],
    [{ price: 0 }, 'comment', undefined],
  ])('tells money and memberships from words: %j', (data, kind, paid) => {
    say(entry(data));
    expect(rig.comments[0]?.kind).toBe(kind);
    if (paid === undefined) expect(rig.comments[0]?.paid).toBeUndefined();
    else expect(rig.comments[0]?.paid).toMatchObject(paid);
  });

  it('tells subscribers and moderators of Twitch by its own marks', () => {
    say(entry({ subscriber: '1', mod: '1' }, 'twitch'));
    expect(rig.comments[0]?.author).toMatchObject({ isMember: true, isModerator: true });
  });

  it('does not answer what was there before, nor what the platform holds back', () => {
    rig.sockets.last().say({ type: 'connected', data: { comments: [entry({})] } });
    rig.sockets.last().say({ type: 'comments', data: { comments: [entry({})], options: { init: true } } });
    say(entry({ autoModerated: true }));
    expect(rig.comments).toEqual([]);
  });

  it('tells what was deleted, and that all was', () => {
    rig.sockets.last().say({ type: 'deleted', data: [{ id: 'm1', message: 'x' }, { id: 5 }] });
    rig.sockets.last().say({ type: 'clear', data: null });
    expect(rig.removals).toEqual([{ ids: ['m1'] }, { isAll: true }]);
  });

  it('hears only the services that are asked for', async () => {
    await rig.close();
    rig = openRig(['twitch']);
    say(entry({}), entry({ id: 'm2' }, 'twitch'));
    expect(rig.comments.map(({ id }) => id)).toEqual(['m2']);
  });

  it('never interprets what somebody wrote', () => {
    say(
      entry({ comment: '&lt;script&gt;alert(1)&lt;/script&gt;' }),
      entry({ comment: '<script>alert(1)</script>hi', name: '<img src=x onerror=alert(1)>Eve' }),
    );
    expect(rig.comments.map(({ text, author }) => [text, author.name])).toEqual([
      ['<script>alert(1)</script>', 'Aki'],
      ['hi', 'Eve'],
    ]);
  });

  it.each([
    ['{', 1],
    ['[]', 1],
    ['null', 1],
    ['{"type":"comments"}', 0],
    ['{"type":"comments","data":{"comments":{"a":1}}}', 0],
    [
      '{"type":"comments","data":{"comments":[null,3,{},{"data":null},{"data":{"comment":5,"timestamp":{}}}]}}',
      0,
    ],
    ['{"type":"deleted","data":{}}', 0],
    ['{"type":"meta","data":{"id":"x"}}', 0],
  ])('survives %j', (text, malformed) => {
    rig.sockets.last().say(text);
    expect([rig.comments.length, rig.malformed.length]).toEqual([0, malformed]);
    say(entry({}));
    expect(rig.comments).toHaveLength(1);
  });
});
