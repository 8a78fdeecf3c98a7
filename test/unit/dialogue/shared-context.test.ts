import { describe, expect, it } from 'vitest';
import { talk } from '../../support/dialogue/talk.js';

/** Two conversations with one memory. */
function two(settings = {}) {
  const one = talk({ settings });
  const other = talk({ settings, history: one.conversation.history });
  return { one, other, forgottenBy: () => other.told.filter(([name]) => name === 'forgotten').length };
}

const ask = (t: ReturnType<typeof talk>, text: string) => t.conversation.ask({ text, by: 'typed' });
const sent = (t: ReturnType<typeof talk>) =>
  t.asked().flatMap((message) => ('text' in message && message.role === 'user' ? [message.text] : []));

describe('A context that two conversations share', () => {
  it('is forgotten for both when one forgets, and both are told once', async () => {
    const { one, other, forgottenBy } = two();
    ask(one, '一。');
    await one.pass(10_000);
    one.conversation.forget();
    expect(one.told.filter(([name]) => name === 'forgotten')).toHaveLength(1);
    expect(forgottenBy()).toBe(1);
    expect(other.conversation.messages()).toEqual([]);
    ask(other, '二。');
    await other.pass(10_000);
    expect(sent(other)).toEqual(['二。']);
    expect(await one.end()).toBe(0);
    expect(await other.end()).toBe(0);
  });

  it('does not end the reply of the other, which is spoken to its end and not remembered', async () => {
    const { one, other } = two();
    const turn = ask(other, '一。');
    await other.pass(1500);
    one.conversation.forget();
    await other.pass(10_000);
    const end = await turn.ended;
    expect(end).toMatchObject({ outcome: 'completed', user: '一。' });
    expect(end.heard).not.toBe('');
    expect(other.records).toHaveLength(1);
    expect(other.conversation.messages()).toEqual([]);
    ask(other, '二。');
    await other.pass(10_000);
    expect(sent(other)).toEqual(['二。']);
    expect(await one.end()).toBe(0);
    expect(await other.end()).toBe(0);
  });

  it('that became too old is told to both too', async () => {
    const { one, other, forgottenBy } = two({ history: { timeoutMs: 60_000 } });
    ask(other, '一。');
    await other.pass(10_000);
    // The memory goes by the clock of the one it was made for.
    await one.pass(70_000);
    ask(one, '二。');
    expect(one.told.filter(([name]) => name === 'forgotten')).toHaveLength(1);
    expect(forgottenBy()).toBe(1);
    await one.pass(10_000);
    expect(sent(one)).toEqual(['二。']);
    expect(await one.end()).toBe(0);
    expect(await other.end()).toBe(0);
  });

  it('tells nothing to one that is closed', async () => {
    const { one, other, forgottenBy } = two();
    expect(await other.end()).toBe(0);
    one.conversation.forget();
    expect(forgottenBy()).toBe(0);
    expect(one.conversation.history.events.listenerCount('forgotten')).toBe(1);
    expect(await one.end()).toBe(0);
    expect(one.conversation.history.events.listenerCount('forgotten')).toBe(0);
  });
});
