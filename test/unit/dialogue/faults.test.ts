import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, FAULT_TIMES } from '../../support/dialogue/scripted-fault.js';
import { talk } from '../../support/dialogue/talk.js';

const cells = FAULT_KINDS.flatMap((kind) => FAULT_TIMES.map((when) => ({ kind, when })));
const LIMITS = { limits: { recognitionMs: 3000, modelMs: 3000, speakingMs: 3000 } };
/** Longer than any limit. */
const LATER_MS = 30_000;

describe.each(['model', 'voice', 'recognizer', 'streaming recognizer'] as const)(
  'When the %s fails',
  (engine) => {
    it.each(cells)(
      '$when: $kind: the user is told where something is missing, and the next turn works within a second',
      async (fault) => {
        const t = talk({ settings: LIMITS, recognizer: { isStreaming: engine === 'streaming recognizer' } });
        const broken = engine === 'model' ? t.model : engine === 'voice' ? t.voice : t.recognizer;
        // A recognizer is asked again.
        broken.faults.push(fault, ...(engine.endsWith('recognizer') ? [fault, fault] : []));
        t.ear.say({ text: '一つ目の質問です。', ms: 800 });
        await t.pass(LATER_MS);
        expect(t.conversation.phase).toBe('idle');
        expect(t.conversation.turn).toBeUndefined();
        const failed = t.ends.filter(({ outcome }) => outcome === 'failed');
        const errors = t.told.filter(([name]) => name === 'error');
        expect(errors).toHaveLength(failed.length);
        // Nothing was missing: it was all there before it broke, or nothing was said.
        if (failed.length === 0)
          expect(
            t.ends.every(({ outcome, heard, reply }) => outcome === 'completed' && heard === reply),
          ).toBe(true);
        for (const pending of [t.model, t.voice, t.recognizer]) pending.faults.length = 0;
        const askedAtMs = t.clock.nowMs();
        t.ear.say({ text: '二つ目の質問です。', ms: 800 });
        await t.pass(10_000);
        expect(t.ends.at(-1)).toMatchObject({ outcome: 'completed', user: '二つ目の質問です。' });
        const firstMs = t.voice.sent.find(({ atMs }) => atMs > askedAtMs)?.atMs ?? Number.POSITIVE_INFINITY;
        expect(firstMs - (askedAtMs + 800)).toBeLessThan(1000);
        expect(await t.end()).toBe(0);
      },
    );
  },
);

describe('A turn that fails', () => {
  it('leaves the history for the model as it was, and says so aloud in the language of the user (C7)', async () => {
    const t = talk();
    t.model.faults.push({ kind: 'error', when: 'during' });
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(10_000);
    expect(t.ends[0]).toMatchObject({ outcome: 'failed' });
    expect(t.voice.textOf(0)).toContain('すみません');
    t.conversation.ask({ text: 'Hello', by: 'typed' });
    await t.pass(100);
    expect(t.asked()).toEqual([{ role: 'user', text: 'Hello' }]);
    expect(t.conversation.messages()[0]).toMatchObject({ text: 'やあ', outcome: 'failed' });
    await t.end();
  });

  it('says so when the model falls silent in the middle of a reply, as long as the voice may', async () => {
    const t = talk();
    t.model.faults.push({ kind: 'stall', when: 'during' });
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(60_000);
    expect(t.ends[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'BRIDGE_ERR_LLM_STALLED' },
    });
    expect(t.voice.textOf(0)).toContain('すみません');
    await t.end();
  });

  it.each([
    [
      'Hi',
      'It is sunny. Tomorrow it will rain all day.',
      'Sorry, something went wrong. Please say it again.',
      ' ',
    ],
    ['やあ', '今日は晴れ。明日は一日中雨が降る。', 'すみません', ''],
  ])('keeps the apology apart from what the model said: %s', async (text, answer, sorry, blank) => {
    const t = talk();
    t.model.answer = () => answer;
    t.model.faults.push({ kind: 'error', when: 'during' });
    const handle = t.conversation.ask({ text, by: 'typed' });
    await t.pass(20_000);
    const said = t.voice.textOf(0);
    const model = said.slice(0, said.indexOf(`${blank}${sorry}`));
    expect(model.trim()).not.toBe('');
    expect(answer.startsWith(model)).toBe(true);
    expect(said.startsWith(`${model}${blank}${sorry}`)).toBe(true);
    const end = await handle.ended;
    expect(end).toMatchObject({ outcome: 'failed', heard: model });
    expect(t.records[0]).toMatchObject({ heard: model });
    expect(t.conversation.messages().map((message) => message.text)).toEqual([text, model]);
    expect(t.sink.captions.at(-1)).toBe(`avatar: ${said}`);
    await t.end();
  });

  it('keeps the apology apart when the user talks over it', async () => {
    const t = talk();
    t.model.answer = () => 'It is sunny. Tomorrow it will rain all day.';
    t.model.faults.push({ kind: 'error', when: 'during' });
    t.conversation.ask({ text: 'Hi', by: 'typed' });
    for (let n = 0; n < 400 && !t.voice.textOf(0).includes('Sorry, some'); n++) await t.pass(50);
    expect(t.ends).toEqual([]);
    t.conversation.interrupt();
    await t.pass(1000);
    const { heard = '' } = t.ends[0] ?? {};
    expect(heard).not.toBe('');
    expect(heard).not.toContain('Sorry');
    await t.end();
  });

  it('is silent about it when the settings say so', async () => {
    const t = talk({ settings: { reply: { sorry: '' } } });
    t.model.faults.push({ kind: 'error', when: 'before' });
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(1000);
    expect(t.ends[0]).toMatchObject({ outcome: 'failed', heard: '' });
    await t.end();
  });

  it('can be interrupted in its apology', async () => {
    const t = talk();
    t.model.faults.push({ kind: 'error', when: 'before' });
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(500);
    t.conversation.ask({ text: 'もう一度', by: 'typed' });
    await t.pass(10_000);
    expect(t.ends.map(({ outcome }) => outcome)).toEqual(['failed', 'completed']);
    await t.end();
  });
});
