import { describe, expect, it } from 'vitest';
import { talk } from '../../support/dialogue/talk.js';

/** First clause 6 letters, sentence 11: as AIAvatarKit was measured. */
const FIXED = 'はい、そう、今日は晴れですよ。';

describe('A turn of the voice', () => {
  it('is heard, answered and remembered, with every phase', async () => {
    const t = talk();
    t.ear.say({ text: '今日の天気は？', ms: 800 });
    await t.pass(10_000);
    expect(t.ends).toMatchObject([{ by: 'voice', outcome: 'completed', user: '今日の天気は？' }]);
    expect(t.ends[0]?.heard).toBe(t.ends[0]?.reply);
    expect(t.sink.phases).toEqual(['listening', 'thinking', 'speaking', 'idle']);
    expect(t.conversation.messages().map(({ role, text }) => [role, text])).toEqual([
      ['user', '今日の天気は？'],
      ['assistant', 'はい、そうですね。今日はいい天気です。'],
    ]);
    expect(await t.end()).toBe(0);
  });

  it('has its first audio on the wire 0.6 s after the end of speech, with 150 ms of STT, 30 ms a letter and 100 ms of TTS', async () => {
    const t = talk({ ear: { pauseMs: 300 } });
    t.model.answer = () => FIXED;
    t.ear.say({ text: '今日の天気は？', ms: 800 });
    await t.pass(5000);
    const trace = t.ends[0]?.trace ?? {};
    // 120 ms of pause, STT, six letters and TTS: nothing of our own.
    expect(trace.sent).toBe(120 + 150 + 6 * 30 + 100);
    expect(trace).toMatchObject({ transcript: 270, firstClause: 450, firstAudio: 550 });
    await t.end();
  });

  it('knows when its first sound was there, although it had to wait for the end of the turn', async () => {
    const t = talk({ ear: { pauseMs: 900 } });
    t.model.answer = () => FIXED;
    t.ear.say({ text: '今日の天気', ms: 800 });
    await t.pass(5000);
    expect(t.ends[0]?.trace).toMatchObject({ firstAudio: 550, endOfTurn: 900, sent: 900 });
    await t.end();
  });

  it('waits for the end of a fixed pause of 0.5 s with its reply ready', async () => {
    const t = talk({ ear: { pauseMs: 500 } });
    t.model.answer = () => FIXED;
    t.ear.say({ text: '今日の天気', ms: 800 });
    await t.pass(5000);
    expect(t.ends[0]?.trace).toMatchObject({ endOfTurn: 500, sent: 550 });
    await t.end();
  });

  it('thinks only after the end when speculation is off', async () => {
    const t = talk({ ear: { pauseMs: 500 }, settings: { speculation: { isOn: false } } });
    t.model.answer = () => FIXED;
    t.ear.say({ text: '今日の天気', ms: 800 });
    await t.pass(5000);
    expect(t.ends[0]?.trace.sent).toBe(500 + 6 * 30 + 100);
    await t.end();
  });

  it('throws away unheard what was prepared when the user goes on, and answers everything once (P4)', async () => {
    const t = talk({ ear: { pauseMs: 1200 } });
    t.ear.say({ text: '明日の', ms: 500 }, { pauseMs: 700 }, { text: '天気は？', ms: 500 });
    await t.pass(1100);
    expect(t.model.running).toBe(1);
    await t.pass(10_000);
    expect(t.ends).toMatchObject([{ outcome: 'completed', user: '明日の天気は？' }]);
    expect(t.voice.textOf(0)).toBe('');
    expect(t.model.aborted).toBe(1);
    expect(t.conversation.messages()).toHaveLength(2);
    expect(await t.end()).toBe(0);
  });

  it('prepares no more than maxTries replies in one utterance', async () => {
    const t = talk({ ear: { pauseMs: 1000 }, settings: { speculation: { maxTries: 2 } } });
    t.ear.say(
      { text: '一', ms: 300 },
      { pauseMs: 500 },
      { text: '二', ms: 300 },
      { pauseMs: 500 },
      { text: '三', ms: 300 },
      { pauseMs: 500 },
      { text: '四。', ms: 300 },
    );
    await t.pass(12_000);
    // Two guesses and the turn itself.
    expect(t.model.requests).toHaveLength(3);
    expect(t.ends).toMatchObject([{ user: '一二三四。', outcome: 'completed' }]);
    await t.end();
  });

  it('tells nobody of a guess: no hook, no event, no record, no number', async () => {
    const started: string[] = [];
    const hook = { start: ({ text }: { text: string }) => void started.push(text) };
    const t = talk({ ear: { pauseMs: 1200 }, ports: { hooks: [hook] } });
    t.ear.say({ text: '明日の', ms: 500 }, { pauseMs: 900 }, { text: '天気は？', ms: 500 });
    await t.pass(1300);
    expect(started).toEqual([]);
    await t.pass(10_000);
    expect(started).toEqual(['明日の天気は？']);
    expect(t.records.map(({ turn }) => turn)).toEqual([1]);
    await t.end();
  });

  it('runs no tool for a guess', async () => {
    const { ScriptedTools } = await import('../../support/dialogue/scripted-tools.js');
    const tools: InstanceType<typeof ScriptedTools> = new ScriptedTools(() => t.clock);
    const t = talk({ ear: { pauseMs: 2500 }, ports: { tools } });
    t.model.answer = (_request, count) =>
      count > 1
        ? '晴れです。'
        : { text: 'ええ。', calls: [{ id: '1', name: 'look_up', argumentsJson: '{}' }] };
    t.ear.say({ text: '天気', ms: 500 });
    await t.pass(2400);
    expect(t.model.requests).toHaveLength(1);
    expect(tools.called).toHaveLength(0);
    await t.pass(6000);
    expect(tools.called).toHaveLength(1);
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: 'ええ。晴れです。' }]);
    await t.end();
  });

  it('waits while the words are plainly unfinished, and answers soon behind a question', async () => {
    const t = talk({ ear: { pauseMs: 700 } });
    t.ear.say({ text: 'えっと…', ms: 500 }, { pauseMs: 2000 }, { text: '何時？', ms: 500 });
    await t.pass(10_000);
    expect(t.ends).toMatchObject([
      { user: 'えっと何時？'.replace('えっと', 'えっと…'), outcome: 'completed' },
    ]);
    expect(t.ends[0]?.trace.endOfTurn).toBe(300);
    await t.end();
  });

  it('asks once more when the final words are others than those it guessed with', async () => {
    const t = talk({ recognizer: { isStreaming: true }, ear: { pauseMs: 600 } });
    const original = t.recognizer.recognize.bind(t.recognizer);
    t.recognizer.recognize = async function* (request) {
      for await (const part of original(request))
        yield part.type === 'final' ? { ...part, text: '明日の天気は？' } : part;
    };
    t.ear.say({ text: '今日の天気', ms: 600 });
    await t.pass(10_000);
    expect(t.ends).toMatchObject([{ user: '明日の天気は？', outcome: 'completed' }]);
    expect(t.model.requests).toHaveLength(2);
    await t.end();
  });

  it('streams: words come while they are said, and only marks differ at the end', async () => {
    const t = talk({ recognizer: { isStreaming: true }, ear: { pauseMs: 600 } });
    const partials: string[] = [];
    t.conversation.events.on('partial', (text) => partials.push(text));
    t.ear.say({ text: '今日の', ms: 500 }, { pauseMs: 50 }, { text: '天気', ms: 500 });
    await t.pass(10_000);
    expect(partials).toContain('今日の');
    expect(t.ends).toMatchObject([{ user: '今日の天気' }]);
    expect(t.model.requests).toHaveLength(1);
    await t.end();
  });

  it('joins what the user adds before anything was heard, and answers once', async () => {
    const t = talk({ ear: { pauseMs: 300 }, model: { msPerCharacter: 200 } });
    t.ear.say({ text: '今日の天気は？', ms: 600 });
    await t.pass(1000);
    t.ear.say({ text: '東京のです。', ms: 600 });
    await t.pass(20_000);
    expect(t.ends).toMatchObject([
      { outcome: 'dropped', user: '今日の天気は？', heard: '' },
      { outcome: 'completed', user: '今日の天気は？東京のです。' },
    ]);
    expect(t.asked().filter(({ role }) => role === 'user')).toEqual([
      { role: 'user', text: '今日の天気は？東京のです。' },
    ]);
    await t.end();
  });

  it('joins what the user adds when less than a word of the answer was heard, and answers once', async () => {
    const t = talk({ ear: { pauseMs: 300 } });
    t.model.answer = () => FIXED;
    t.ear.say({ text: '今日の天気は？', ms: 600 });
    while (t.voice.sent.length === 0) await t.pass(20);
    t.ear.say({ text: '東京のです。', ms: 600 });
    await t.pass(20_000);
    expect(t.voice.textOf(0)).not.toBe('');
    expect(t.ends).toMatchObject([
      { outcome: 'dropped', user: '今日の天気は？', heard: '' },
      { outcome: 'completed', user: '今日の天気は？東京のです。', heard: FIXED },
    ]);
    expect(t.asked().filter(({ role }) => role !== 'system')).toEqual([
      { role: 'user', text: '今日の天気は？東京のです。' },
    ]);
    expect(t.conversation.messages().map(({ text }) => text)).toEqual(['今日の天気は？東京のです。', FIXED]);
    expect(t.sink.interruptions).toBe(1);
    expect(await t.end()).toBe(0);
  });

  it('joins what the user adds when no more than the acknowledgement was heard', async () => {
    const t = talk({
      ear: { pauseMs: 300 },
      settings: { acknowledgement: { phrases: ['ええと、そうですね。'], afterMs: 0 } },
      model: { msPerCharacter: 400 },
    });
    t.model.answer = () => FIXED;
    t.ear.say({ text: '今日の天気は？', ms: 600 });
    while (t.voice.sent.length === 0) await t.pass(20);
    await t.pass(900);
    t.ear.say({ text: '東京のです。', ms: 600 });
    await t.pass(40_000);
    expect(t.ends).toMatchObject([
      { outcome: 'dropped', heard: '', acknowledgement: expect.stringMatching(/^ええと、そうですね/) },
      { outcome: 'completed', user: '今日の天気は？東京のです。', heard: FIXED },
    ]);
    await t.end();
  });

  it('keeps what was heard of an answer that the user lets go on for a word or more', async () => {
    const t = talk({ ear: { pauseMs: 300 } });
    t.model.answer = () => FIXED;
    t.ear.say({ text: '今日の天気は？', ms: 600 });
    while (t.voice.sent.length === 0) await t.pass(20);
    await t.pass(500);
    t.ear.say({ text: '東京のです。', ms: 600 });
    await t.pass(20_000);
    expect(t.ends).toMatchObject([
      { outcome: 'interrupted', user: '今日の天気は？', heard: expect.stringMatching(/^はい/) },
      { outcome: 'completed', user: '東京のです。' },
    ]);
    await t.end();
  });

  it('keeps an answer of which little was heard when what follows comes late', async () => {
    const t = talk({ ear: { pauseMs: 300 }, settings: { turnEnd: { continueMs: 500 } } });
    t.model.answer = () => FIXED;
    t.ear.say({ text: '今日の天気は？', ms: 600 });
    while (t.voice.sent.length === 0) await t.pass(20);
    t.ear.say({ text: '東京のです。', ms: 600 });
    await t.pass(20_000);
    expect(t.ends).toMatchObject([{ outcome: 'interrupted' }, { user: '東京のです。' }]);
    await t.end();
  });

  it('answers the first words anew when what followed a begun answer was nothing after all', async () => {
    const t = talk({ ear: { pauseMs: 300 } });
    t.model.answer = () => FIXED;
    t.ear.say({ text: '今日の天気は？', ms: 600 });
    while (t.voice.sent.length === 0) await t.pass(20);
    t.ear.say({ text: 'ざわざわ', ms: 1500 });
    await t.pass(1400);
    expect(t.ends).toMatchObject([{ outcome: 'dropped', heard: '' }]);
    t.ear.drop('noise');
    await t.pass(10_000);
    expect(t.ends.slice(1)).toMatchObject([{ outcome: 'completed', user: '今日の天気は？', heard: FIXED }]);
    await t.end();
  });

  it('answers the first words when what followed was nothing after all', async () => {
    const t = talk({ ear: { pauseMs: 300 }, model: { msPerCharacter: 200 } });
    t.ear.say({ text: '今日の天気は？', ms: 600 });
    await t.pass(1000);
    t.ear.say({ text: 'ざわざわ', ms: 1500 });
    await t.pass(1400);
    expect(t.ends).toMatchObject([{ outcome: 'dropped' }]);
    t.ear.drop('noise');
    await t.pass(10_000);
    expect(t.ends).toMatchObject([{ outcome: 'dropped' }, { outcome: 'completed', user: '今日の天気は？' }]);
    await t.end();
  });

  it('continues an utterance that was cut because it was long', async () => {
    const t = talk({ ear: { pauseMs: 400 } });
    t.ear.say({ text: 'とても長い話で', ms: 1000 });
    await t.pass(900);
    t.ear.cut('、終わりです。', 500);
    await t.pass(10_000);
    expect(t.ends).toHaveLength(1);
    expect(t.ends[0]?.user).toMatch(/^とても長い.*、終わりです。$/);
    await t.end();
  });

  it('loses no words of a cut utterance when a turn of another kind comes between (seed 184)', async () => {
    const t = talk({ ear: { pauseMs: 400 } });
    t.ear.say({ text: '問一番', ms: 1000 });
    await t.pass(1150);
    t.ear.cut('、それで。', 300);
    await t.pass(250);
    t.conversation.ask({ text: '問二番。', by: 'peer' });
    await t.pass(10_000);
    expect(t.ends.at(-1)).toMatchObject({ user: '問一番問二番。、それで。', outcome: 'completed' });
    await t.end();
  });

  it('does not answer what has no words', async () => {
    const t = talk();
    t.ear.say({ text: '', ms: 500 });
    await t.pass(5000);
    expect(t.ends).toEqual([]);
    expect(t.told).toEqual([['ignored', '', 'noWords']]);
    expect(t.conversation.phase).toBe('idle');
    await t.end();
  });

  it('sleeps until it hears its name, and again a while after the last turn (A43, A44)', async () => {
    const t = talk({ settings: { wake: { words: ['メイちゃん'], timeoutMs: 20_000 } } });
    t.ear.say({ text: '今日の天気は？', ms: 600 });
    await t.pass(5000);
    expect(t.told).toContainEqual(['ignored', '今日の天気は？', 'asleep']);
    t.ear.say({ text: 'メイちゃん、天気は？', ms: 600 });
    await t.pass(8000);
    expect(t.ends).toMatchObject([{ user: '天気は？', outcome: 'completed' }]);
    t.ear.say({ text: '明日は？', ms: 600 });
    await t.pass(10_000);
    expect(t.ends).toHaveLength(2);
    await t.pass(21_000);
    expect(t.conversation.isAwake).toBe(false);
    t.ear.say({ text: '明後日は？', ms: 600 });
    await t.pass(5000);
    expect(t.ends).toHaveLength(2);
    expect(await t.end()).toBe(0);
  });

  it('is not interrupted while it sleeps by what is not its name', async () => {
    const welcome = 'いらっしゃいませ、どうぞ声をかけてくださいね。';
    const t = talk({ settings: { welcome, wake: { words: ['メイちゃん'] } } });
    t.conversation.greet();
    await t.pass(1000);
    t.ear.say({ text: 'テレビの音です。', ms: 1500 });
    await t.pass(8000);
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: welcome }]);
    expect(t.told).toEqual([['ignored', 'テレビの音です。', 'asleep']]);
    t.conversation.greet();
    await t.pass(500);
    t.ear.say({ text: 'メイちゃん、値段は？', ms: 700 });
    await t.pass(10_000);
    expect(t.ends.slice(1)).toMatchObject([
      { outcome: 'interrupted' },
      { user: '値段は？', outcome: 'completed' },
    ]);
    await t.end();
  });

  it('gives up a voice that never ends, and words that never come, and works on (P18)', async () => {
    const t = talk({ settings: { limits: { listeningMs: 5000, recognitionMs: 1000 } } });
    t.ear.say({ text: 'あ'.repeat(100), ms: 60_000 });
    await t.pass(5200);
    expect(t.conversation.phase).not.toBe('listening');
    await t.pass(10_000);
    t.ear.flush = () => {};
    t.ear.say({ text: 'い'.repeat(100), ms: 60_000 });
    await t.pass(5200);
    expect(t.conversation.phase).toBe('idle');
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(8000);
    expect(t.ends.at(-1)).toMatchObject({ user: 'やあ', outcome: 'completed' });
    expect(await t.end()).toBe(0);
  });

  it('answers several utterances in their order, however long each takes to be understood', async () => {
    const t = talk({ ear: { pauseMs: 300 }, settings: { turnEnd: { continueMs: 0 } } });
    const original = t.recognizer.recognize.bind(t.recognizer);
    let count = 0;
    t.recognizer.recognize = async function* (request) {
      if (++count <= 2) await new Promise<void>((resolve) => t.clock.after(2500, resolve));
      yield* original(request);
    };
    t.ear.say({ text: '一つ目は長い。', ms: 600 });
    await t.pass(1000);
    t.ear.say({ text: '二つ目。', ms: 500 });
    await t.pass(15_000);
    expect(t.ends.map(({ user }) => user)).toEqual(['一つ目は長い。', '二つ目。']);
    await t.end();
  });

  it('ends a reply when the key of push to talk goes down', async () => {
    const t = talk();
    t.conversation.ask({ text: '話して', by: 'typed' });
    await t.pass(1500);
    expect(t.conversation.phase).toBe('speaking');
    t.conversation.press();
    expect(t.ear.isTalking).toBe(true);
    const sent = t.voice.sent.length;
    await t.pass(1000);
    expect(t.voice.sent).toHaveLength(sent);
    t.conversation.release();
    expect(t.ear.isTalking).toBe(false);
    await t.end();
  });

  it('tells when its words could not be had, aloud, and the next turn works', async () => {
    const t = talk({ settings: { language: 'ja' } });
    t.recognizer.faults.push({ kind: 'error', when: 'before' }, { kind: 'error', when: 'before' });
    t.ear.say({ text: '一つ目。', ms: 600 });
    await t.pass(8000);
    expect(t.ends).toMatchObject([{ outcome: 'failed', heard: expect.stringContaining('すみません') }]);
    expect(t.told[0]).toMatchObject(['error', { code: 'BRIDGE_ERR_SPEECH_FAILED' }, 'recognition']);
    t.ear.say({ text: '二つ目。', ms: 600 });
    await t.pass(8000);
    expect(t.ends[1]).toMatchObject({ outcome: 'completed', user: '二つ目。' });
    await t.end();
  });

  it('asks a recognizer that failed once more before it tells', async () => {
    const t = talk();
    t.recognizer.faults.push({ kind: 'error', when: 'during' });
    t.ear.say({ text: '一つ目。', ms: 600 });
    await t.pass(8000);
    expect(t.ends).toMatchObject([{ outcome: 'completed', user: '一つ目。' }]);
    await t.end();
  });
});
