import { describe, expect, it } from 'vitest';
import {
  Conversation,
  type ConversationPorts,
  conversationSettings,
  RealtimeBrain,
  type TurnEnd,
} from '../../../src/dialogue/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { ScriptedEar } from '../../support/dialogue/scripted-ear.js';
import { ScriptedModel } from '../../support/dialogue/scripted-model.js';
import { ScriptedSession } from '../../support/dialogue/scripted-session.js';
import { ScriptedSoundVoice } from '../../support/dialogue/scripted-sound-voice.js';
import { ScriptedTools } from '../../support/dialogue/scripted-tools.js';
import { ScriptedVoice } from '../../support/dialogue/scripted-voice.js';
import { SIMPLE_JUDGE } from '../../support/dialogue/simple-judge.js';
import { SimpleReader } from '../../support/dialogue/simple-reader.js';

/** Long enough to be meant: an ear's sound is 32 bytes a millisecond, this one's is its words. */
const LONG = '\0'.repeat(40_000);

function open(more: Partial<ConversationPorts> = {}) {
  const clock = new FakeClock();
  const ear = new ScriptedEar(clock);
  const voice = new ScriptedSoundVoice(clock);
  const session = new ScriptedSession(clock);
  const tools = new ScriptedTools(() => clock);
  const conversation = new Conversation(
    {
      clock,
      ear,
      voice,
      model: new ScriptedModel(clock),
      judge: SIMPLE_JUDGE,
      openReader: () => new SimpleReader(),
      brain: new RealtimeBrain({ session, tools }),
      tools,
      ...more,
    },
    conversationSettings(),
  );
  const ends: TurnEnd[] = [];
  conversation.events.on('turnEnded', (end) => ends.push(end));
  const close = async (): Promise<number> => {
    const closing = conversation.close();
    await clock.advanceAsync(1000);
    await closing;
    ear.close();
    return clock.pendingCount;
  };
  return {
    clock,
    ear,
    voice,
    session,
    tools,
    conversation,
    ends,
    close,
    pass: (ms: number) => clock.advanceAsync(ms),
  };
}

describe('A conversation with a speech-to-speech model', () => {
  it('gives it the sound of the utterance and lets its sound be heard', async () => {
    const t = open();
    t.ear.say({ text: `今日の天気は？${LONG}`, ms: 900 });
    await t.pass(6000);
    expect(t.session.heard).toEqual(['今日の天気は？']);
    expect(t.ends).toMatchObject([
      { by: 'voice', outcome: 'completed', user: '今日の天気は？', heard: 'はい、そうですね。' },
    ]);
    expect(t.conversation.messages().map(({ text }) => text)).toEqual([
      '今日の天気は？',
      'はい、そうですね。',
    ]);
    expect(await t.close()).toBe(0);
  });

  it('takes typed turns too', async () => {
    const t = open();
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(5000);
    expect(t.session.inputs[0]?.text).toBe('やあ');
    expect(t.ends).toMatchObject([{ outcome: 'completed', user: 'やあ' }]);
    await t.close();
  });

  it('tells what it says sentence by sentence, the last one without a mark too', async () => {
    const t = open();
    t.session.answer = () => ({ text: 'はい。そうです' });
    const turn = t.conversation.ask({ text: 'やあ', by: 'typed' });
    const chunks: string[] = [];
    turn.events.on('chunk', ({ index, text }) => chunks.push(`${index} ${text}`));
    await t.pass(5000);
    expect(chunks).toEqual(['0 はい。', '1 そうです']);
    await t.close();
  });

  it('makes the model forget what was not heard', async () => {
    const t = open();
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(700);
    t.ear.say({ text: `待って${LONG}`, ms: 800 });
    await t.pass(8000);
    const heardMs = t.session.truncations[0] ?? -1;
    expect(heardMs).toBeGreaterThan(300);
    expect(heardMs).toBeLessThan(700);
    expect(t.ends[0]).toMatchObject({ outcome: 'interrupted' });
    expect(t.ends[0]?.heard).toBe('はい、そうですね。'.slice(0, t.ends[0]?.heard.length));
    expect(t.ends[1]).toMatchObject({ outcome: 'completed', user: '待って' });
    await t.close();
  });

  it('sends what is said while it is said, and asks when it is known to be a question', async () => {
    const t = open();
    t.ear.say({ text: `今日の${LONG}`, ms: 900 });
    await t.pass(150);
    expect(t.session.inputs).toHaveLength(1);
    await t.pass(6000);
    expect(t.session.inputs).toHaveLength(1);
    expect(t.session.heard).toEqual(['今日の']);
    expect(t.ends).toMatchObject([{ outcome: 'completed', user: '今日の' }]);
    expect(t.session.cancelled).toEqual([]);
    await t.close();
  });

  it('takes back what turns out to be none: a noise, a listening noise, an utterance that goes on', async () => {
    const t = open();
    t.ear.say({ text: LONG, ms: 900 });
    await t.pass(200);
    t.ear.drop();
    t.ear.say({ text: 'うん', ms: 300 });
    await t.pass(2000);
    expect(t.session.cancelled).toEqual([1, 2]);
    t.ear.say({ text: `それは${LONG}${LONG}`, ms: 900 });
    await t.pass(700);
    t.ear.cut(`、それで${LONG}`);
    await t.pass(6000);
    expect(t.session.cancelled).toEqual([1, 2, 3, 4]);
    expect(t.ends).toHaveLength(1);
    expect(t.session.heard.at(-1)).toBe('それは、それで');
    await t.close();
  });

  it('sends nothing while an operator answers', async () => {
    const t = open();
    t.conversation.takeOver();
    t.ear.say({ text: `今日の${LONG}`, ms: 900 });
    await t.pass(500);
    expect(t.session.inputs).toEqual([]);
    await t.close();
  });

  it('leaves with the model what was heard of a reply: it is cut, never called off', async () => {
    const t = open();
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(700);
    t.conversation.interrupt();
    await t.pass(1000);
    expect(t.session.truncations).toHaveLength(1);
    expect(t.session.cancelled).toEqual([]);
    await t.close();
  });

  it('calls a turn off whose words go on in the next one, which has all of the sound', async () => {
    const t = open();
    t.ear.say({ text: `東京の${LONG}`, ms: 900 });
    await t.pass(1430);
    expect(t.session.inputs).toHaveLength(1);
    t.ear.say({ text: `天気は？${LONG}`, ms: 900 });
    await t.pass(6000);
    // The second is what came of the new words alone.
    expect(t.session.cancelled).toEqual([1, 2]);
    expect(t.session.truncations).toEqual([]);
    expect(t.session.heard.at(-1)).toBe('東京の天気は？');
    await t.close();
  });

  it('calls a turn off that failed', async () => {
    const t = open();
    t.session.answer = () => 'error';
    t.conversation.ask({ text: '一', by: 'typed' });
    await t.pass(3000);
    expect(t.session.cancelled).toEqual([1]);
    await t.close();
  });

  it('cuts what it said before a tool was called as well', async () => {
    const t = open();
    t.session.answer = (count) =>
      count === 1 ? { text: '調べますので少し待ってください。', call: true } : { text: '晴れです。' };
    t.conversation.ask({ text: '天気は？', by: 'typed' });
    // The tool has answered long before this is heard.
    await t.pass(1200);
    expect(t.session.inputs).toHaveLength(2);
    t.conversation.interrupt();
    await t.pass(500);
    const [first = 0, second] = t.session.truncations;
    expect(first).toBeGreaterThan(300);
    expect(first).toBeLessThan(1600);
    expect(second).toBe(0);
    await t.close();
  });

  it('takes sound whose words nobody knows for words, whatever judges', async () => {
    const t = open({ judge: undefined });
    t.ear.say({ text: `今日の天気は？${LONG}`, ms: 900 });
    await t.pass(6000);
    expect(t.ends).toMatchObject([{ by: 'voice', outcome: 'completed', user: '今日の天気は？' }]);
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(700);
    t.ear.say({ text: `それから${LONG}`, ms: 800 });
    await t.pass(8000);
    expect(t.ends.map(({ outcome }) => outcome)).toEqual(['completed', 'interrupted', 'completed']);
    await t.close();
  });

  it('goes on after a noise that is too short to be meant', async () => {
    const t = open();
    t.conversation.ask({ text: 'やあ', by: 'typed' });
    await t.pass(700);
    t.ear.say({ text: 'うん', ms: 300 });
    await t.pass(6000);
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: 'はい、そうですね。' }]);
    await t.close();
  });

  it('runs its tools and lets it go on, as one reply', async () => {
    const t = open();
    t.session.answer = (count) => (count === 1 ? { text: '調べます。', call: true } : { text: '晴れです。' });
    t.conversation.ask({ text: '天気は？', by: 'typed' });
    await t.pass(8000);
    expect(t.session.inputs[1]?.results).toEqual([{ callId: 'c1', result: '晴れ' }]);
    expect(t.voice.sounds).toHaveLength(1);
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: '調べます。晴れです。' }]);
    expect(t.tools.called).toHaveLength(1);
    await t.close();
  });

  it('tells when it fails, and the next turn works', async () => {
    const t = open();
    t.session.answer = (count) => (count === 1 ? 'error' : { text: 'はい。' });
    t.conversation.ask({ text: '一', by: 'typed' });
    await t.pass(6000);
    expect(t.ends).toMatchObject([{ outcome: 'failed' }]);
    t.conversation.ask({ text: '二', by: 'typed' });
    await t.pass(3000);
    expect(t.ends[1]).toMatchObject({ outcome: 'completed', heard: 'はい。' });
    expect(await t.close()).toBe(0);
  });

  it('needs a voice that takes sound', () => {
    const clock = new FakeClock();
    const session = new ScriptedSession(clock);
    const ports = {
      clock,
      voice: new ScriptedVoice(clock),
      model: new ScriptedModel(clock),
      openReader: () => new SimpleReader(),
      brain: new RealtimeBrain({ session }),
    };
    expect(() => new Conversation(ports, conversationSettings())).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_CONFIG_INVALID' }),
    );
  });
});
