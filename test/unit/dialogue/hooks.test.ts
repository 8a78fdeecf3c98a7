import { describe, expect, it } from 'vitest';
import type { ConversationHooks } from '../../../src/dialogue/index.js';
import { talk } from '../../support/dialogue/talk.js';

function recording() {
  const stages: unknown[] = [];
  const hooks: ConversationHooks = {
    name: 'recording',
    request: ({ text }) => {
      stages.push(['request', text]);
      return undefined;
    },
    start: ({ text }) => void stages.push(['start', text]),
    chunk: (_turn, { text, isFirst }) => void stages.push(['chunk', text, isFirst]),
    finish: (_turn, { heard }) => void stages.push(['finish', heard]),
    interrupted: (_turn, { text }) => void stages.push(['interrupted', text]),
    error: (_turn, { code }) => void stages.push(['error', code]),
  };
  return { stages, hooks };
}

describe('Hooks', () => {
  it('see every stage in order, the first chunk marked (A41, A62, A63)', async () => {
    const { stages, hooks } = recording();
    const t = talk({ ports: { hooks: [hooks] } });
    t.model.answer = () => 'ひとつ。ふたつ。';
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(5000);
    expect(stages).toEqual([
      ['request', 'やあ'],
      ['start', 'やあ'],
      ['chunk', 'ひとつ。', true],
      ['chunk', 'ふたつ。', false],
      ['finish', 'ひとつ。ふたつ。'],
    ]);
    await t.end();
  });

  it('see interruptions with what was heard, and errors', async () => {
    const { stages, hooks } = recording();
    const t = talk({ ports: { hooks: [hooks] } });
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(1000);
    t.conversation.interrupt();
    t.model.faults.push({ kind: 'error', when: 'before' });
    t.conversation.ask({ text: 'まだ？', by: 'typed' });
    await t.pass(5000);
    expect(stages).toContainEqual(['interrupted', t.ends[0]?.heard]);
    expect(stages).toContainEqual(['error', 'BRIDGE_ERR_LLM_FAILED']);
    await t.end();
  });

  it('change the request one after the other, and its parameters', async () => {
    const t = talk({
      settings: { systemPrompt: 'You talk to {who}.' },
      ports: {
        hooks: [
          { request: ({ text }) => ({ text: `${text}！`, parameters: { who: '田中' } }) },
          { request: async ({ text }) => ({ text: `${text}？` }) },
        ],
      },
    });
    t.conversation.ask({ text: 'やあ', by: 'typed', parameters: { who: '誰か' } });
    await t.pass(5000);
    expect(t.asked()).toEqual([
      { role: 'system', text: 'You talk to 田中.' },
      { role: 'user', text: 'やあ！？' },
    ]);
    expect(t.ends[0]?.user).toBe('やあ！？');
    await t.end();
  });

  it('refuse a request: something else is said and nothing joins the history', async () => {
    const t = talk({ ports: { hooks: [{ request: () => ({ refuse: '今は休みです。' }) }] } });
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(5000);
    expect(t.model.requests).toHaveLength(0);
    expect(t.ends[0]).toMatchObject({ outcome: 'failed', heard: '今は休みです。' });
    await t.end();
  });

  it('stop no turn when they throw, reject or never end', async () => {
    const throwing = (): never => {
      throw new Error('hook broke');
    };
    const t = talk({
      settings: { limits: { hookMs: 500 } },
      ports: {
        hooks: [
          { name: 'throws', request: throwing, start: throwing, chunk: throwing, finish: throwing },
          { name: 'rejects', start: async () => throwing(), finish: async () => throwing() },
          { name: 'hangs', request: () => new Promise(() => {}), finish: () => new Promise(() => {}) },
        ],
      },
    });
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(10_000);
    expect(t.ends).toMatchObject([{ outcome: 'completed' }]);
    const faults = t.told.filter(([name, , stage]) => name === 'error' && stage === 'hook');
    expect(faults.map(([, error]) => (error as Error).message).join('\n')).toMatch(
      /Hook throws failed at "request": hook broke/,
    );
    expect(faults.map(([, error]) => (error as Error).message).join('\n')).toMatch(
      /Hook hangs .* longer than 500 ms/,
    );
    expect(await t.end()).toBe(0);
  });
});
