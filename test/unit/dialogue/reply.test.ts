import { describe, expect, it } from 'vitest';
import type { TurnChunk } from '../../../src/dialogue/index.js';
import type { GuardOutcome, Guards } from '../../../src/tools/index.js';
import { ScriptedTools } from '../../support/dialogue/scripted-tools.js';
import { talk } from '../../support/dialogue/talk.js';

const CALL = { id: 'c1', name: 'look_up', argumentsJson: '{"q":"天気"}' };

function withTools(options: Parameters<typeof talk>[0] = {}) {
  const tools: ScriptedTools = new ScriptedTools(() => t.clock);
  const t = talk({ ...options, ports: { tools, ...options.ports } });
  return { t, tools };
}

describe('A reply', () => {
  it('fires each cue with its own sentence, never speaks a tag (A25, A26)', async () => {
    const t = talk();
    t.model.answer = () => '[face:joy]こんにちは。[animation:wave]元気ですか。';
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(10_000);
    expect(t.voice.textOf(0)).toBe('こんにちは。元気ですか。');
    const [first, second] = t.sink.cues;
    expect(first?.cue).toMatchObject({ name: 'face', value: 'joy' });
    expect(second?.cue).toMatchObject({ name: 'animation', value: 'wave' });
    expect(first?.atMs).toBe(t.voice.sent[0]?.atMs);
    expect(second?.atMs).toBe(t.voice.sent[6]?.atMs);
    await t.end();
  });

  it('fires a cue at its end when all was heard, and none of an interrupted rest', async () => {
    const t = talk();
    t.model.answer = () => 'またね。[face:sad]';
    t.conversation.ask({ text: 'じゃあ', by: 'typed' });
    await t.pass(5000);
    expect(t.sink.cues.map(({ cue }) => cue.value)).toEqual(['sad']);
    t.model.answer = () => 'ひとつめ。[face:joy]ふたつめ。';
    t.conversation.ask({ text: 'もっと', by: 'typed' });
    await t.pass(600);
    t.conversation.interrupt();
    await t.pass(5000);
    expect(t.sink.cues).toHaveLength(1);
    await t.end();
  });

  it('shows captions in step with what is heard', async () => {
    const t = talk();
    t.model.answer = () => 'はい。';
    t.conversation.ask({ text: 'いる？', by: 'typed' });
    await t.pass(5000);
    expect(t.sink.captions).toEqual([
      'avatar: ',
      'user: いる？',
      'avatar: は',
      'avatar: はい',
      'avatar: はい。',
    ]);
    await t.end();
  });

  it('speaks what waits for its sentence end when the model stalls for 300 ms (P11)', async () => {
    const t = talk();
    const original = t.model.stream.bind(t.model);
    t.model.answer = () => 'そうだなあ、ええと、続きです。';
    t.model.stream = async function* (request) {
      let count = 0;
      for await (const part of original(request)) {
        yield part;
        if (++count === 4) await new Promise<void>((resolve) => t.clock.after(3000, resolve));
      }
    };
    t.conversation.ask({ text: '？', by: 'typed' });
    await t.pass(600);
    expect(t.voice.replies[0]?.pieces.map(({ text }) => text)).toEqual(['そうだな']);
    await t.pass(10_000);
    expect(t.ends[0]).toMatchObject({ outcome: 'completed', heard: 'そうだなあ、ええと、続きです。' });
    await t.end();
  });

  it('gives its chunks to any number of readers, the first one marked', async () => {
    const t = talk();
    t.model.answer = () => 'ひとつ。ふたつ。';
    const handle = t.conversation.ask({ text: 'x', by: 'typed' });
    const chunks: TurnChunk[] = [];
    const reading = (async () => {
      for await (const chunk of handle.chunks()) chunks.push(chunk);
    })();
    await t.pass(5000);
    await reading;
    expect(chunks.map(({ text, isFirst }) => [text, isFirst])).toEqual([
      ['ひとつ。', true],
      ['ふたつ。', false],
    ]);
    const late: string[] = [];
    for await (const { text } of handle.chunks()) late.push(text);
    expect(late).toEqual(['ひとつ。', 'ふたつ。']);
    await t.end();
  });

  it('calls tools between its words, keeps both, and tells of progress', async () => {
    const { t, tools } = withTools();
    t.model.answer = (_request, count) =>
      count === 1 ? { text: '調べますね。', calls: [CALL], vendor: ['v'] } : '晴れです。';
    const handle = t.conversation.ask({ text: '天気は？', by: 'typed', metadata: { room: 7 } });
    const stages: string[] = [];
    handle.events.on('tool', ({ stage }) => stages.push(stage));
    await t.pass(10_000);
    expect(stages).toEqual(['called', 'progress', 'result']);
    expect(tools.called[0]?.metadata).toEqual({ session: 'conversation', turn: 1, user: undefined, room: 7 });
    expect(t.ends[0]).toMatchObject({ outcome: 'completed', heard: '調べますね。晴れです。' });
    expect(t.asked().slice(-3)).toEqual([
      { role: 'user', text: '天気は？' },
      { role: 'assistant', text: '調べますね。', calls: [CALL], vendor: ['v'] },
      { role: 'tool', callId: 'c1', name: 'look_up', result: '晴れ', isError: false },
    ]);
    // Six letters, 30 ms each, and a tool that takes 400 ms.
    expect(t.records[0]?.calls).toEqual([
      {
        ...{ name: 'look_up', arguments: '{"q":"天気"}', result: '晴れ', isError: false },
        ...{ atMs: (t.records[0]?.startedAtMs ?? 0) + 6 * 30, tookMs: 400 },
      },
    ]);
    await t.end();
  });

  it('asks the model no more often than maxRounds, and forbids calls in the last', async () => {
    const { t } = withTools({ settings: { reply: { maxRounds: 3 } } });
    t.model.answer = () => ({ text: 'もう一度。', calls: [CALL] });
    t.conversation.ask({ text: 'x', by: 'typed' });
    await t.pass(20_000);
    expect(t.model.requests.map(({ toolChoice }) => toolChoice)).toEqual(['auto', 'auto', 'none']);
    expect(t.ends[0]).toMatchObject({ outcome: 'completed' });
    await t.end();
  });

  it('stops its tool when it is interrupted, and the history stays whole', async () => {
    const { t, tools } = withTools();
    tools.delayMs = 60_000;
    t.model.answer = (_request, count) => (count === 1 ? { text: '調べますね。', calls: [CALL] } : 'はい。');
    t.conversation.ask({ text: '天気は？', by: 'typed' });
    await t.pass(3000);
    t.conversation.ask({ text: 'もういい', by: 'typed' });
    await t.pass(5000);
    expect(t.ends).toMatchObject([
      { outcome: 'interrupted', heard: '調べますね。' },
      { outcome: 'completed' },
    ]);
    expect(t.asked().slice(2, 4)).toMatchObject([
      { role: 'assistant', calls: [{ id: 'c1' }] },
      { role: 'tool', callId: 'c1', isError: true },
    ]);
    expect(await t.end()).toBe(0);
  });

  it('is not taken for stuck while a tool works for a minute', async () => {
    const { t, tools } = withTools();
    tools.delayMs = 70_000;
    t.model.answer = (_request, count) => (count === 1 ? { text: '調べますね。', calls: [CALL] } : 'はい。');
    t.conversation.ask({ text: '天気は？', by: 'typed' });
    await t.pass(80_000);
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: '調べますね。はい。' }]);
    await t.end();
  });

  it('looks when a tag asks for it, and goes on with the picture in the same turn (A38)', async () => {
    const looked: string[] = [];
    const t = talk({
      ports: {
        eyes: {
          sources: ['camera'],
          look: async (source) => {
            looked.push(source);
            return 'data:image/png;base64,AA==';
          },
        },
      },
    });
    t.model.answer = (_request, count) => (count === 1 ? '見てみます。[vision:camera]' : '猫ですね。');
    t.conversation.ask({ text: 'これは？', by: 'typed' });
    await t.pass(10_000);
    expect(looked).toEqual(['camera']);
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: '見てみます。猫ですね。' }]);
    expect(t.asked().at(-1)).toMatchObject({ role: 'user', images: ['data:image/png;base64,AA=='] });
    expect(t.sink.cues).toEqual([]);
    await t.end();
  });

  it('tells the model when no picture could be taken', async () => {
    const look = async (): Promise<string> => {
      throw new Error('no camera');
    };
    const t = talk({ ports: { eyes: { sources: [], look } } });
    t.model.answer = (_request, count) => (count === 1 ? '見ます。[vision:camera]' : '見えません。');
    t.conversation.ask({ text: 'これは？', by: 'typed' });
    await t.pass(10_000);
    expect(t.asked().at(-1)).toMatchObject({ text: expect.stringContaining('no camera') });
    expect(t.ends[0]).toMatchObject({ outcome: 'completed' });
    await t.end();
  });

  it('is followed by what a tool in the background gave, as a turn of its own, when nobody speaks', async () => {
    const { t, tools } = withTools();
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(1000);
    const result = { type: 'result' as const, value: 1, text: '完了', isError: false, images: [] };
    tools.finish({
      taskId: 't',
      call: CALL,
      metadata: { session: 'conversation', turn: 1, user: undefined },
      result,
    });
    tools.finish({
      taskId: 't',
      call: CALL,
      metadata: { session: 'other', turn: 1, user: undefined },
      result,
    });
    await t.pass(20_000);
    expect(t.ends.map(({ by, outcome }) => [by, outcome])).toEqual([
      ['typed', 'completed'],
      ['tool', 'completed'],
    ]);
    expect(t.ends[1]?.user).toContain('完了');
    await t.end();
  });

  it('may be acknowledged when it takes long, outside of the history', async () => {
    const t = talk({
      settings: { acknowledgement: { phrases: ['ええと。'], afterMs: 500 } },
      model: { msPerCharacter: 300 },
    });
    t.model.answer = () => 'わかりました。';
    t.conversation.ask({ text: 'x', by: 'typed' });
    await t.pass(10_000);
    expect(t.voice.textOf(0)).toBe('ええと。わかりました。');
    expect(t.ends[0]).toMatchObject({ heard: 'わかりました。', acknowledgement: 'ええと。' });
    expect(t.records[0]).toMatchObject({ heard: 'わかりました。', acknowledgement: 'ええと。' });
    t.conversation.ask({ text: 'y', by: 'typed' });
    await t.pass(1000);
    expect(t.asked()).toContainEqual({ role: 'assistant', text: 'わかりました。' });
    await t.end();
  });

  it('counts as heard without the acknowledgement before it, wherever it is cut', async () => {
    for (const [cutMs, heard, acknowledgement, units] of [
      [350, '', 'Let me', 0],
      [1100, '', 'Let me see.', 0],
      [2700, 'Certainly. Then th', 'Let me see.', 18],
    ] as const) {
      const t = talk({
        settings: { acknowledgement: { phrases: ['Let me see.'], afterMs: 100 } },
        model: { msPerCharacter: 60 },
        voice: { msPerCharacter: 50 },
      });
      t.model.answer = () => '[face:joy]Certainly. Then there is more.';
      const told: string[] = [];
      t.conversation
        .ask({ text: 'x', by: 'typed' })
        .events.on('heard', (position) => told.push(position.text));
      await t.pass(200 + cutMs);
      t.conversation.interrupt();
      await t.pass(100);
      expect(t.ends[0]).toMatchObject({ outcome: 'interrupted', heard, acknowledgement });
      expect(t.records[0]).toMatchObject({ heard, acknowledgement });
      expect(t.records[0]?.cut).toEqual(heard === '' ? undefined : { unit: 'character', isEstimated: false });
      expect(heard.startsWith(told.at(-1) ?? '')).toBe(true);
      t.conversation.ask({ text: 'y', by: 'typed' });
      await t.pass(500);
      const assistant = t.asked().filter(({ role }) => role === 'assistant');
      expect(assistant).toEqual(heard === '' ? [] : [{ role: 'assistant', text: `[face:joy]${heard}` }]);
      expect(heard).toHaveLength(units);
      await t.end();
    }
  });

  it('is looked at by guards before it is spoken, and before it is asked', async () => {
    const outcome = (text: string): GuardOutcome => {
      if (text.includes('秘密'))
        return { action: 'block', text: 'それは言えません。', guard: 'g', reason: undefined };
      if (text.includes('悪')) return { action: 'replace', text: '良い。', guard: 'g', reason: undefined };
      return { action: 'pass', text };
    };
    const guards: Guards = {
      has: () => true,
      request: async (text) => outcome(text),
      response: () => ({
        piece: async (text) => outcome(text),
        whole: async (text) => ({ action: 'pass', text }),
      }),
    };
    const t = talk({ ports: { guards } });
    t.model.answer = () => '[face:joy]悪い。秘密です。もっと話します。まだ話します。';
    t.conversation.ask({ text: '話して', by: 'typed' });
    await t.pass(10_000);
    expect(t.ends[0]).toMatchObject({ outcome: 'completed', heard: '良い。それは言えません。' });
    expect(t.model.aborted).toBe(1);
    t.conversation.ask({ text: '秘密は？', by: 'typed' });
    await t.pass(10_000);
    expect(t.ends[1]).toMatchObject({
      outcome: 'failed',
      error: { code: 'BRIDGE_ERR_GUARDRAIL' },
      heard: 'それは言えません。',
    });
    expect(t.model.requests).toHaveLength(1);
    t.conversation.ask({ text: '次', by: 'typed' });
    await t.pass(300);
    expect(t.asked()).toEqual([
      { role: 'user', text: '話して' },
      { role: 'assistant', text: '[face:joy]良い。それは言えません。' },
      { role: 'user', text: '次' },
    ]);
    await t.end();
  });

  it('ends when it is longer than maxCharacters', async () => {
    const t = talk({ settings: { reply: { maxCharacters: 100 } }, model: { msPerCharacter: 1 } });
    t.model.answer = () => 'ながい。'.repeat(1000);
    t.conversation.ask({ text: 'x', by: 'typed' });
    await t.pass(60_000);
    expect(t.ends[0]).toMatchObject({ outcome: 'completed' });
    expect(t.ends[0]?.reply.length).toBeLessThanOrEqual(104);
    await t.end();
  });
});

describe('Turns that are asked', () => {
  it('interrupt, wait or are refused when one is under way; no more wait than may', async () => {
    const t = talk({ settings: { limits: { maxWaiting: 2 } } });
    t.model.answer = () => 'はい。';
    t.conversation.ask({ text: '1', by: 'typed' });
    t.conversation.ask({ text: '2', by: 'typed', ifBusy: 'queue' });
    t.conversation.ask({ text: '3', by: 'typed', ifBusy: 'queue' });
    const refusedCall = (ifBusy: 'queue' | 'refuse') => () =>
      t.conversation.ask({ text: '4', by: 'typed', ifBusy });
    expect(refusedCall('queue')).toThrow(expect.objectContaining({ code: 'BRIDGE_ERR_TURN_REFUSED' }));
    expect(refusedCall('refuse')).toThrow(expect.objectContaining({ code: 'BRIDGE_ERR_TURN_REFUSED' }));
    expect(() => t.conversation.ask({ text: ' ', by: 'typed' })).toThrow(/text or an image/);
    await t.pass(20_000);
    expect(t.ends.map(({ user, outcome }) => [user, outcome])).toEqual([
      ['1', 'completed'],
      ['2', 'completed'],
      ['3', 'completed'],
    ]);
    await t.end();
    expect(() => t.conversation.ask({ text: '5', by: 'typed' })).toThrow(/closed/);
  });

  it('of MMDAgent-EX in pieces are answered as one', async () => {
    const t = talk();
    t.conversation.ask({ text: '今日の', by: 'peer' });
    await t.pass(200);
    t.conversation.ask({ text: '天気は？', by: 'peer' });
    await t.pass(10_000);
    expect(t.ends).toMatchObject([{ outcome: 'dropped' }, { user: '今日の天気は？', outcome: 'completed' }]);
    expect(t.asked()).toEqual([{ role: 'user', text: '今日の天気は？' }]);
    await t.end();
  });

  it('may be said without the model, and join the history as the avatar (wizard)', async () => {
    const t = talk();
    const handle = t.conversation.say('[face:joy]いらっしゃいませ。');
    await t.pass(5000);
    expect(await handle.ended).toMatchObject({
      by: 'operator',
      outcome: 'completed',
      heard: 'いらっしゃいませ。',
    });
    expect(t.model.requests).toHaveLength(0);
    t.conversation.ask({ text: 'どうも', by: 'typed' });
    await t.pass(100);
    expect(t.asked()).toEqual([
      { role: 'assistant', text: '[face:joy]いらっしゃいませ。' },
      { role: 'user', text: 'どうも' },
    ]);
    await t.end();
  });

  it('wait for the operator who has taken over; the model goes on from what was said', async () => {
    const t = talk();
    t.conversation.takeOver();
    t.conversation.ask({ text: '値段は？', by: 'typed' });
    await t.pass(60_000);
    expect(t.model.requests).toHaveLength(0);
    const handle = t.conversation.say('千円です。');
    await t.pass(5000);
    expect(await handle.ended).toMatchObject({ user: '値段は？', heard: '千円です。', outcome: 'completed' });
    t.conversation.ask({ text: '高いな', by: 'typed' });
    await t.pass(1000);
    t.conversation.handBack();
    await t.pass(5000);
    expect(t.asked()).toEqual([
      { role: 'user', text: '値段は？' },
      { role: 'assistant', text: '千円です。' },
      { role: 'user', text: '高いな' },
    ]);
    expect(t.ends.at(-1)).toMatchObject({ outcome: 'completed' });
    expect(await t.end()).toBe(0);
  });

  it("go to the operator when they were not heard yet, and are the model's again when nobody answers", async () => {
    const t = talk({ settings: { limits: { operatorMs: 5000 } }, model: { msPerCharacter: 300 } });
    t.conversation.ask({ text: '値段は？', by: 'typed' });
    await t.pass(500);
    t.conversation.takeOver();
    await t.pass(4000);
    expect(t.model.running).toBe(0);
    await t.pass(20_000);
    expect(t.ends.map(({ outcome }) => outcome)).toEqual(['dropped', 'completed']);
    expect(t.asked()).toEqual([{ role: 'user', text: '値段は？' }]);
    await t.end();
  });

  it('begin with a welcome that is the first of the history and is told once (W2)', async () => {
    const t = talk({ settings: { welcome: 'ようこそ。' } });
    await t.pass(0);
    const handle = t.conversation.greet();
    await t.pass(3000);
    expect(await handle?.ended).toMatchObject({ by: 'avatar', heard: 'ようこそ。' });
    t.conversation.ask({ text: 'どうも', by: 'typed' });
    await t.pass(100);
    expect(t.asked()).toEqual([
      { role: 'assistant', text: 'ようこそ。' },
      { role: 'user', text: 'どうも' },
    ]);
    await t.end();
  });

  it('share a context where conversations share a history', async () => {
    const { History, CONVERSATION_DEFAULTS } = await import('../../../src/dialogue/index.js');
    const { FakeClock } = await import('../../../src/runtime/index.js');
    const history = new History({ clock: new FakeClock(), settings: CONVERSATION_DEFAULTS.history });
    const one = talk({ history });
    const two = talk({ history });
    one.conversation.ask({ text: '私は田中です', by: 'typed' });
    await one.pass(8000);
    two.conversation.ask({ text: '私は誰？', by: 'typed' });
    await two.pass(100);
    expect(two.asked().map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    await one.end();
    await two.end();
  });

  it('begin a new context after a forget, and the turn under way ends', async () => {
    const t = talk();
    t.conversation.ask({ text: 'a', by: 'typed' });
    await t.pass(1500);
    t.conversation.forget();
    await t.pass(1000);
    t.conversation.ask({ text: 'b', by: 'typed' });
    await t.pass(100);
    expect(t.asked()).toEqual([{ role: 'user', text: 'b' }]);
    await t.end();
  });

  it('are recorded with their times', async () => {
    const t = talk();
    t.ear.say({ text: '天気は？', ms: 600 });
    await t.pass(10_000);
    expect(t.records[0]).toMatchObject({
      turn: 1,
      by: 'voice',
      startedAtMs: 1_700_000_000_000,
      speechEndAtMs: 1_700_000_000_600,
      user: '天気は？',
      outcome: 'completed',
      trace: { endOfTurn: 300, transcript: 270, firstToken: 300 },
    });
    await t.end();
  });
});
