import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWebSocketSource } from '../../../../src/comments/sources/websocket.js';
import { sourceRig } from '../../../support/comments/source-rig.js';

let rig: ReturnType<typeof sourceRig>;
beforeEach(() => {
  const options = {
    url: 'ws://127.0.0.1:9100/c?token=hush-hush',
    headers: { 'x-key': 'hidden-1' },
    silenceMs: 30_000,
  };
  rig = sourceRig((ports) => openWebSocketSource('own', options, ports));
  rig.sockets.last().emit('open');
});
afterEach(async () => {
  await rig.close();
  expect(rig.clock.pendingCount).toBe(0);
});

describe('A WebSocket of JSON', () => {
  it('gives one comment, and lists of them', () => {
    rig.sockets.last().say({ text: '1', name: 'Aki' });
    rig.sockets.last().say([{ text: '2' }, { comment: '3' }]);
    expect(rig.comments.map(({ source, text }) => source + text)).toEqual(['own1', 'own2', 'own3']);
    expect(new Set(rig.comments.map(({ id }) => id)).size).toBe(3);
  });

  it('loses only what is wrong of a list', () => {
    rig.sockets.last().say([{ text: '1' }, 5, { text: 5 }, { text: '2' }]);
    expect(rig.comments.map(({ text }) => text)).toEqual(['1', '2']);
    expect(rig.malformed).toHaveLength(2);
  });

  it.each(['', '{', 'hello', 'null', '5', '"x"', '[[]]', '{"text":{}}'])(
    'takes %j for no comment and goes on',
    (text) => {
      rig.sockets.last().say(text);
      expect([rig.comments.length, rig.malformed.length]).toEqual([0, 1]);
    },
  );

  it('takes no bytes for text', () => {
    rig.sockets.last().emit('message', Buffer.from('{"text":"x"}'), true);
    expect([rig.comments.length, rig.malformed.length]).toEqual([0, 1]);
  });

  it('never tells its keys', async () => {
    rig.sockets.last().emit('error', new Error('refused: hush-hush hidden-1'));
    await rig.clock.advanceAsync(0);
    expect(rig.states).toEqual(['connected', 'lost: refused: [key] [key]']);
  });
});
