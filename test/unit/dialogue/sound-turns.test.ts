import { describe, expect, it } from 'vitest';
import { FakeClock, ProviderError, RequestError } from '../../../src/runtime/index.js';
import { createGuards, type Guard, type GuardVerdict } from '../../../src/tools/index.js';
import { ScriptedRecognizer } from '../../support/dialogue/scripted-recognizer.js';
import { LONG, soundRig } from '../../support/dialogue/sound-rig.js';

/** A guard that says this of whatever holds the word. */
function guard(on: Guard['on'], word: string, verdict: GuardVerdict, more: Partial<Guard> = {}): Guard {
  const check = (text: string): GuardVerdict => (text.includes(word) ? verdict : { action: 'pass' });
  return { name: `no ${word}`, on, check, ...more };
}

const guards = (...list: Guard[]) => createGuards(list, { clock: new FakeClock() });

describe('What a speech-to-speech model is told before it answers', () => {
  it('is who it is for this turn alone, and with which tools', async () => {
    const t = soundRig({}, { systemPrompt: 'Be {name}.', parameters: { name: 'Gene' } });
    t.conversation.ask({ text: 'やあ', by: 'typed', parameters: { name: 'Uka' } });
    await t.pass(6000);
    await t.ask('やあ');
    await t.ask('やあ');
    expect(t.session.updates).toMatchObject([
      { instructions: 'Be Uka.\n\nLook things up.', tools: [{ name: 'look_up' }] },
      { instructions: 'Be Gene.\n\nLook things up.' },
    ]);
    expect(await t.close()).toBe(0);
  });

  it('is nothing where nothing has changed', async () => {
    const t = soundRig({ tools: undefined });
    const { RealtimeBrain } = await import('../../../src/dialogue/index.js');
    const bare = soundRig({ brain: new RealtimeBrain({ session: t.session, instructions: 'Be Gene.' }) });
    bare.conversation.ask({ text: 'やあ', by: 'typed' });
    await bare.pass(100);
    expect(t.session.inputs).toHaveLength(1);
    expect(t.session.updates).toEqual([]);
  });

  it('is that its last reply was interrupted, once', async () => {
    const t = soundRig();
    await t.ask('一', 700);
    t.conversation.interrupt();
    await t.pass(500);
    await t.ask('二');
    await t.ask('三');
    const told = t.session.updates.map(({ instructions = '' }) => /The user interrupted/.test(instructions));
    expect(told).toEqual([false, true, false]);
  });

  it('is of tools that are offered only after it has asked for them, within the turn', async () => {
    const t = soundRig();
    t.session.answer = (count) => (count === 1 ? { text: '調べます。', call: true } : { text: '晴れです。' });
    t.tools.offered = async (messages) => ({
      specs: messages.some(({ role }) => role === 'tool')
        ? [{ name: 'weather', description: '', parameters: {} }]
        : [],
      instructions: [],
    });
    await t.ask('天気は？');
    expect(t.session.inputs).toHaveLength(2);
    expect(t.session.updates.map(({ tools }) => tools?.map(({ name }) => name))).toEqual([['weather']]);
  });
});

describe('What a speech-to-speech model shows', () => {
  it('is read from its words, shown in step with its sound, and no part of them', async () => {
    const t = soundRig({ tools: undefined });
    t.session.answer = () => ({ text: '[face:joy]やあ、元気です。[animation:wave,2.0]またね。' });
    const handle = t.conversation.ask({ text: 'やあ', by: 'typed' });
    const chunks: string[] = [];
    handle.events.on('chunk', ({ text, cues }) =>
      chunks.push(`${cues.map(({ raw }) => raw).join('')}|${text}`),
    );
    await t.pass(9000);
    expect(t.ends).toMatchObject([
      {
        outcome: 'completed',
        heard: 'やあ、元気です。またね。',
        reply: '[face:joy]やあ、元気です。[animation:wave,2.0]またね。',
      },
    ]);
    expect(chunks).toEqual(['[face:joy]|やあ、元気です。', '[animation:wave,2.0]|またね。']);
    expect(t.captions.join()).not.toMatch(/[[\]]/);
    expect(t.cues.map(({ tag }) => tag)).toEqual(['[face:joy]', '[animation:wave,2.0]']);
    const [face, wave] = t.cues.map(({ atMs }) => atMs);
    // Two thirds of its words lie before the second; its sound takes 0.1 s a letter, tags included.
    expect((wave ?? 0) - (face ?? 0)).toBeGreaterThan(1500);
    expect(await t.close()).toBe(0);
  });

  it('is what it calls for, when the sound before the call was heard, without another answer', async () => {
    const cueChoices = [{ name: 'face', values: ['joy', 'sad'], about: '' }];
    const t = soundRig({ cueChoices });
    t.session.answer = () => ({
      text: 'やあ、元気です。',
      calls: [{ name: 'express', argumentsJson: '{"face":"joy","other":1}' }],
    });
    const startMs = t.clock.nowMs();
    await t.ask('やあ', 6000);
    expect(t.session.inputs).toHaveLength(1);
    expect(t.session.known).toEqual([{ results: [{ callId: 'c1', result: 'Shown.' }] }]);
    expect(t.cues.map(({ tag }) => tag)).toEqual(['[face:joy]']);
    // 0.3 s until it answers, then eight letters.
    expect((t.cues[0]?.atMs ?? 0) - startMs).toBeGreaterThan(1000);
    expect(t.session.updates[0]?.tools?.map(({ name }) => name)).toEqual(['look_up', 'express']);
    expect(t.session.updates[0]?.instructions).toContain('call express');
  });

  it('is followed by its words at once when it calls before it speaks', async () => {
    const t = soundRig({ cueChoices: [{ name: 'face', values: ['joy'], about: '' }] });
    const calls = [{ name: 'express', argumentsJson: '{"face":"joy"}' }];
    t.session.answer = (count) => (count === 1 ? { text: '', calls } : { text: 'やあ。' });
    await t.ask('やあ');
    expect(t.session.inputs[1]?.results).toEqual([{ callId: 'c1', result: 'Shown.' }]);
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: 'やあ。' }]);
    expect(t.cues).toHaveLength(1);
    expect(t.records[0]?.calls).toBeUndefined();
  });

  it('is nothing that it has not, and nothing of a reply that was cut', async () => {
    const t = soundRig({ cueChoices: [{ name: 'face', values: ['joy'], about: '' }] });
    t.session.answer = () => ({
      text: 'やあ、とても長いお話です。[face:joy]おわり。',
      calls: [{ name: 'express', argumentsJson: '{"face":"rage"}' }],
    });
    await t.ask('やあ', 1200);
    t.conversation.interrupt();
    await t.pass(6000);
    expect(t.cues).toEqual([]);
    expect(t.session.known[0]?.results?.[0]?.result).toMatch(/no such expression/);
  });
});

describe('Pictures for a speech-to-speech model', () => {
  const PNG = 'data:image/png;base64,AA==';
  const eyes = { sources: ['camera'], look: async () => PNG };

  it('are taken when its words ask for them, and it goes on as one reply', async () => {
    const t = soundRig({ eyes, tools: undefined });
    t.session.answer = (count) => ({ text: count === 1 ? '見てみます。[vision:camera]' : '猫です。' });
    const seen: string[] = [];
    const handle = t.conversation.ask({ text: '何が見える？', by: 'typed' });
    handle.events.on('vision', (source) => seen.push(source));
    await t.pass(8000);
    expect(seen).toEqual(['camera']);
    expect(t.session.inputs[1]).toMatchObject({ images: [PNG], text: '(The picture of the camera.)' });
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: '見てみます。猫です。' }]);
    expect(t.cues).toEqual([]);
  });

  it('are taken by a call where the prompt tells of them, and only from where it tells', async () => {
    const t = soundRig({ eyes, tools: undefined }, { systemPrompt: 'Write [vision:camera] to see.' });
    const calls = [
      { name: 'look', argumentsJson: '{"source":"camera"}' },
      { name: 'look', argumentsJson: '{"source":"screenshot"}' },
    ];
    t.session.answer = (count) => (count === 1 ? { text: '', calls } : { text: '猫です。' });
    await t.ask('何が見える？');
    expect(t.session.inputs[1]?.images).toEqual([PNG]);
    expect(t.session.inputs[1]?.results?.[1]?.result).toMatch(/no such source/);
    expect(t.ends).toMatchObject([{ heard: '猫です。' }]);
  });

  it('are not offered where nobody has spoken of them', async () => {
    const t = soundRig({ eyes });
    await t.ask('やあ');
    expect(t.session.updates[0]?.tools?.map(({ name }) => name)).toEqual(['look_up']);
  });
});

describe('Guards of a speech-to-speech reply', () => {
  const BLOCK = guard('response', '秘密', { action: 'block', text: '言えません。' });

  it('let nothing of a sentence be heard that they block, and speak in its place', async () => {
    const t = soundRig({ guards: guards(BLOCK), tools: undefined });
    t.session.answer = () => ({ text: 'はい、そうですね。秘密の番号は一二三。では。' });
    await t.ask('番号は？');
    expect(t.ends).toMatchObject([
      {
        outcome: 'completed',
        heard: 'はい、そうですね。言えません。',
        reply: 'はい、そうですね。言えません。',
      },
    ]);
    expect(t.captions.join()).not.toContain('秘密');
    // Nine letters of 0.1 s were let through: the answer is called off there.
    expect(t.session.truncations.every((heardMs) => heardMs <= 900)).toBe(true);
    expect(t.session.truncations.at(-1)).toBe(900);
    expect(t.session.known.at(-1)).toEqual({ said: [{ role: 'assistant', text: '言えません。' }] });
    expect(t.voice.textOf(0)).toBe('言えません。');
    expect(t.conversation.messages().at(-1)?.text).toBe('はい、そうですね。言えません。');
    expect(await t.close()).toBe(0);
  });

  it('speak at once where the first sentence is blocked, and the model never answered', async () => {
    const t = soundRig({ guards: guards(BLOCK), tools: undefined });
    t.session.answer = () => ({ text: '秘密です。' });
    await t.ask('番号は？');
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: '言えません。' }]);
    expect(t.session.truncations).toContain(0);
  });

  it('end the reply where they would replace words: a sound cannot be put in other words', async () => {
    const t = soundRig({
      guards: guards(guard('response', '一二三', { action: 'replace', text: '番号は***。' })),
    });
    t.session.answer = () => ({ text: 'はい。番号は一二三。では。' });
    await t.ask('番号は？');
    expect(t.ends).toMatchObject([{ heard: 'はい。番号は***。' }]);
  });

  it('show what they say where no voice can speak it', async () => {
    const t = soundRig({ guards: guards(BLOCK), tools: undefined });
    t.session.answer = () => ({ text: '秘密です。' });
    const open = t.voice.open.bind(t.voice);
    t.voice.open = (options) => {
      const reply = open(options);
      void reply.cancel();
      return reply;
    };
    await t.ask('番号は？');
    expect(t.captions).toEqual(['言えません。']);
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: '言えません。' }]);
  });

  it('let everything else be heard, to the last letter without a mark', async () => {
    const t = soundRig({ guards: guards(BLOCK) });
    t.session.answer = (count) => (count === 1 ? { text: '調べます', call: true } : { text: '晴れです' });
    await t.ask('天気は？');
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: '調べます晴れです' }]);
    expect(t.session.truncations).toEqual([]);
    expect(await t.close()).toBe(0);
  });

  it('look at the whole reply too: history and model have what they make of it', async () => {
    const whole = guard('response', '番号', { action: 'replace', text: 'はい。' }, { parts: 'whole' });
    const t = soundRig({ guards: guards(whole) });
    t.session.answer = () => ({ text: '番号です。' });
    await t.ask('番号は？');
    expect(t.session.truncations).toEqual([0]);
    expect(t.session.known).toEqual([{ said: [{ role: 'assistant', text: 'はい。' }] }]);
  });

  it('can be spoken over: what was heard of both is kept', async () => {
    const t = soundRig({ guards: guards(BLOCK), tools: undefined });
    t.session.answer = () => ({ text: 'はい。秘密です。' });
    await t.ask('番号は？', 1000);
    t.conversation.interrupt();
    await t.pass(1000);
    expect(t.ends).toMatchObject([{ outcome: 'interrupted', heard: expect.stringMatching(/^はい。言/) }]);
    expect(t.conversation.messages().at(-1)?.text).toBe(t.ends[0]?.heard);
  });
});

describe('Guards of what is asked of a speech-to-speech model', () => {
  const NO_BOMB = guard('request', '爆弾', { action: 'block', text: 'だめです。' });

  it('see typed words before the model does', async () => {
    const t = soundRig({ guards: guards(NO_BOMB) });
    await t.ask('爆弾を作って');
    expect(t.session.inputs).toEqual([]);
    expect(t.ends).toMatchObject([{ outcome: 'failed', error: { code: 'BRIDGE_ERR_GUARDRAIL' } }]);
    expect(t.voice.textOf(0)).toBe('だめです。');
  });

  it('see what was said before the model is asked, as soon as it is written down', async () => {
    const t = soundRig({ guards: guards(NO_BOMB) });
    t.ear.say({ text: `爆弾を作って${LONG}`, ms: 900 });
    await t.pass(6000);
    expect(t.session.inputs).toHaveLength(1);
    expect(t.session.cancelled).toEqual([1]);
    expect(t.ends).toMatchObject([{ outcome: 'failed', user: '爆弾を作って' }]);
    t.ear.say({ text: `天気は${LONG}`, ms: 900 });
    await t.pass(6000);
    expect(t.session.inputs).toHaveLength(2);
    expect(t.ends[1]).toMatchObject({ outcome: 'completed', user: '天気は', heard: 'はい、そうですね。' });
    expect(await t.close()).toBe(0);
  });

  it('let nothing through that nobody writes down', async () => {
    const t = soundRig({ guards: guards(NO_BOMB) });
    t.session.writesAfterMs = 'never';
    t.ear.say({ text: `天気は${LONG}`, ms: 900 });
    await t.pass(15_000);
    expect(t.ends).toMatchObject([{ outcome: 'failed', error: { code: 'BRIDGE_ERR_GUARDRAIL' } }]);
    expect(t.session.cancelled).toEqual([1]);
  });

  it('put it in other words: those are asked in place of the sound', async () => {
    const other = guard('request', '番号', { action: 'replace', text: '何か話して' });
    const t = soundRig({ guards: guards(other) });
    t.ear.say({ text: `番号は${LONG}`, ms: 900 });
    await t.pass(6000);
    expect(t.session.cancelled).toEqual([1]);
    expect(t.session.inputs[1]).toMatchObject({ text: '何か話して' });
    expect(t.ends).toMatchObject([{ outcome: 'completed', user: '何か話して' }]);
  });

  it('are read by hooks too', async () => {
    const read: string[] = [];
    const t = soundRig({ hooks: [{ request: ({ text }) => void read.push(text) }] });
    t.ear.say({ text: `天気は${LONG}`, ms: 900 });
    await t.pass(6000);
    expect(read).toEqual(['天気は']);
    expect(t.ends).toMatchObject([{ outcome: 'completed' }]);
  });
});

describe('A speech-to-speech reply that breaks', () => {
  const LOST = new ProviderError('BRIDGE_ERR_LLM_TRUNCATED', 'the connection broke', { provider: 'rt' });

  it('is apologised for behind what was heard, in the voice of the settings, and the next turn works', async () => {
    const t = soundRig({}, { reply: { sorry: 'すみません。' } });
    t.session.answer = (count) => ({
      text: 'はい、そうですね。',
      ...(count === 1 ? { breaksAfter: 5 } : {}),
    });
    await t.ask('一', 3500);
    expect(t.ends).toMatchObject([
      { outcome: 'failed', heard: 'はい、そう', error: { code: 'BRIDGE_ERR_LLM_TRUNCATED' } },
    ]);
    expect(t.errors).toEqual(['model BRIDGE_ERR_LLM_TRUNCATED']);
    expect(t.voice.textOf(0)).toBe('すみません。');
    expect(t.session.cancelled).toEqual([1]);
    await t.ask('二');
    expect(t.ends[1]).toMatchObject({ outcome: 'completed', heard: 'はい、そうですね。' });
    expect(await t.close()).toBe(0);
  });

  it('is shown to be broken where the way to the avatar broke', async () => {
    const t = soundRig({}, { reply: { sorry: 'すみません。' } });
    t.session.fault = new RequestError('BRIDGE_ERR_SPEECH_FAILED', 'the loudspeaker is gone');
    t.session.answer = () => ({ text: 'はい、そうですね。', breaksAfter: 5 });
    await t.ask('一', 3500);
    expect(t.errors).toEqual(['voice BRIDGE_ERR_SPEECH_FAILED']);
    expect(t.voice.replies).toEqual([]);
    expect(t.captions.at(-1)).toBe('はい、そうすみません。');
    expect(t.ends).toMatchObject([{ outcome: 'failed', heard: 'はい、そう' }]);
  });

  it('gives way to the user in the middle of its apology', async () => {
    const t = soundRig({}, { reply: { sorry: 'たいへん申しわけありません。' } });
    t.session.fault = LOST;
    t.session.answer = (count) => ({ text: 'はい。', ...(count === 1 ? { breaksAfter: 0 } : {}) });
    await t.ask('一', 800);
    t.conversation.ask({ text: '二', by: 'typed' });
    await t.pass(4000);
    expect(t.ends.map(({ outcome }) => outcome)).toEqual(['failed', 'completed']);
    expect(t.voice.textOf(0).length).toBeLessThan('たいへん申しわけありません。'.length);
  });
});

describe('The record of a speech-to-speech turn', () => {
  it('has its calls with what came of them', async () => {
    const t = soundRig();
    t.session.answer = (count) => (count === 1 ? { text: '調べます。', call: true } : { text: '晴れです。' });
    await t.ask('天気は？');
    expect(t.records).toMatchObject([
      { calls: [{ name: 'look_up', arguments: '{}', result: '晴れ', isError: false, tookMs: 400 }] },
    ]);
  });

  it('has words that were written down after the turn had ended, in its place', async () => {
    const t = soundRig();
    t.session.writesAfterMs = 5000;
    t.session.answer = () => ({ text: 'はい。' });
    t.ear.say({ text: `天気は${LONG}`, ms: 900 });
    await t.pass(2500);
    expect(t.ends).toHaveLength(1);
    expect(t.records).toEqual([]);
    const late: string[] = [];
    t.conversation.ask({ text: '次', by: 'typed' }).events.on('userText', (text) => late.push(text));
    await t.pass(2500);
    // The second waits for the first.
    expect(t.ends).toHaveLength(2);
    expect(t.records).toEqual([]);
    await t.pass(3000);
    expect(t.records.map(({ turn, user }) => `${turn} ${user}`)).toEqual(['1 天気は', '2 次']);
    expect(t.conversation.messages().map(({ text }) => text)).toEqual(['天気は', 'はい。', '次', 'はい。']);
    expect(late).toEqual([]);
    expect(await t.close()).toBe(0);
  });

  it('is kept without them when the conversation is closed before', async () => {
    const t = soundRig();
    t.session.writesAfterMs = 60_000;
    t.session.answer = () => ({ text: 'はい。' });
    t.ear.say({ text: `天気は${LONG}`, ms: 900 });
    await t.pass(3000);
    expect(t.records).toEqual([]);
    await t.close();
    expect(t.records).toMatchObject([{ user: '', heard: 'はい。' }]);
  });
});

describe('An operator beside a speech-to-speech model', () => {
  it('is known to it, with what was asked of the operator', async () => {
    const t = soundRig();
    t.conversation.say('こんにちは。');
    await t.pass(3000);
    t.conversation.takeOver();
    t.conversation.ask({ text: '誰？', by: 'typed' });
    await t.pass(100);
    t.conversation.say('人です。');
    await t.pass(3000);
    expect(t.session.inputs).toEqual([]);
    expect(t.session.known).toEqual([
      { said: [{ role: 'assistant', text: 'こんにちは。' }] },
      {
        said: [
          { role: 'user', text: '誰？' },
          { role: 'assistant', text: '人です。' },
        ],
      },
    ]);
    await t.close();
  });

  it('hands a turn that waits back to it', async () => {
    const t = soundRig();
    t.conversation.takeOver();
    t.conversation.ask({ text: '誰？', by: 'typed' });
    await t.pass(100);
    t.conversation.handBack();
    await t.pass(4000);
    expect(t.session.inputs).toMatchObject([{ text: '誰？' }]);
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: 'はい、そうですね。' }]);
    expect(t.session.known).toEqual([]);
    expect(await t.close()).toBe(0);
  });

  it('is told of the welcome no second time, nor of an apology', async () => {
    const t = soundRig({}, { welcome: 'ようこそ。' });
    t.conversation.greet();
    await t.pass(3000);
    t.session.answer = () => 'error';
    await t.ask('一');
    expect(t.session.known).toEqual([]);
  });
});

describe('Wake words beside a speech-to-speech model', () => {
  it('are refused where nobody writes down what is said', () => {
    expect(() => soundRig({}, { wake: { words: ['ジーン'] } })).toThrow(
      expect.objectContaining({
        code: 'BRIDGE_ERR_CONFIG_INVALID',
        message: expect.stringMatching(/wake\.words.*recogniser.*--stt-engine/),
      }),
    );
  });

  it('work with a recogniser, and without an ear', () => {
    const clock = new FakeClock();
    for (const more of [{ recognizer: new ScriptedRecognizer(clock) }, { ear: undefined }]) {
      const { conversation } = soundRig(more, { wake: { words: ['ジーン'] } });
      expect(conversation.isAwake).toBe(false);
    }
  });
});
