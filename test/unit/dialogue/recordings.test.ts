import { describe, expect, it } from 'vitest';
import { talk } from '../../support/dialogue/talk.js';

/** How much sound of which turn and side was given, and which turns were told to be over, in order. */
function recording() {
  const told: string[] = [];
  const bytes = new Map<string, number>();
  return {
    told,
    bytes,
    kept: {
      append: () => {},
      sound: (turn: number, side: 'user' | 'avatar', pcm: Uint8Array) => {
        const key = `${turn} ${side}`;
        if (!bytes.has(key)) told.push(key);
        bytes.set(key, (bytes.get(key) ?? 0) + pcm.byteLength);
      },
      soundEnded: (turn: number) => void told.push(`${turn} over`),
    },
  };
}

describe('Recordings of a conversation', () => {
  it('have what the user said and what was heard of the avatar, turn by turn', async () => {
    const { kept, told, bytes } = recording();
    const t = talk({ ports: { kept } });
    t.ear.say({ text: '今日の天気は？', ms: 800 });
    await t.pass(10_000);
    t.conversation.ask({ text: '明日は？', by: 'typed' });
    await t.pass(10_000);
    expect(told).toEqual(['1 user', '1 avatar', '1 over', '2 avatar', '2 over']);
    expect(bytes.get('1 user')).toBeGreaterThan(0);
    expect(bytes.get('1 avatar')).toBe(bytes.get('2 avatar'));
    await t.end();
  });

  it('have less of a reply that was cut', async () => {
    const { kept, told, bytes } = recording();
    const t = talk({ ports: { kept } });
    t.ear.say({ text: '今日の天気は？', ms: 800 });
    await t.pass(2200);
    t.conversation.interrupt();
    await t.pass(2000);
    t.ear.say({ text: '明日の天気は？', ms: 800 });
    await t.pass(10_000);
    expect(told).toEqual(['1 user', '1 avatar', '1 over', '2 user', '2 avatar', '2 over']);
    expect(bytes.get('1 avatar')).toBeLessThan(bytes.get('2 avatar') ?? 0);
    await t.end();
  });
});
