import { describe, expect, it } from 'vitest';
import { talk } from '../../support/dialogue/talk.js';

describe('Numbers of turns', () => {
  it('are never given twice: not to a reply that is prepared and to what came to wait meanwhile', async () => {
    const t = talk({ ear: { pauseMs: 1500 } });
    t.ear.say({ text: '今日の天気', ms: 800 });
    // In the pause the reply is being prepared already.
    await t.pass(800 + 120 + 150 + 50);
    const waiting = [1, 2].map((n) => t.conversation.ask({ text: `結果${n}`, by: 'tool' }));
    await t.pass(30_000);
    t.conversation.ask({ text: '最後', by: 'typed' });
    await t.pass(10_000);
    expect(t.model.requests.length).toBe(4);
    const numbers = t.ends.map(({ turn }) => turn);
    expect(t.ends.map(({ by }) => by)).toEqual(['voice', 'tool', 'tool', 'typed']);
    expect(new Set(numbers).size).toBe(4);
    expect(waiting.map(({ turn }) => turn)).toEqual(numbers.slice(1, 3));
    expect(numbers.at(-1)).toBe(Math.max(...numbers));
    await t.end();
  });
});
