import { describe, expect, it } from 'vitest';
import { talk } from '../../support/dialogue/talk.js';

const LONG = 'これはとても長いお話です。むかしむかし、あるところに、おじいさんがいました。';

function speaking(options: Parameters<typeof talk>[0] = {}) {
  const t = talk(options);
  t.model.answer = (_request, count) => (count === 1 ? LONG : 'はい、どうぞ。');
  t.conversation.ask({ text: '話して', by: 'typed' });
  return t;
}

describe('An interruption', () => {
  it('stops the sound after 200 ms of voice and ends the turn when words are known; nothing leaves afterwards', async () => {
    const t = speaking();
    await t.pass(2000);
    t.ear.say({ text: 'ちがうよ', ms: 600 });
    const onsetMs = t.clock.nowMs();
    await t.pass(10_000);
    const last = t.voice.sent.filter(({ reply }) => reply === 0).at(-1)?.atMs ?? 0;
    expect(last - onsetMs).toBeLessThanOrEqual(200);
    expect(t.told.slice(0, 2)).toEqual([['held'], ['interrupted', 1]]);
    expect(t.ends).toMatchObject([
      { outcome: 'interrupted', user: '話して' },
      { outcome: 'completed', user: 'ちがうよ', heard: 'はい、どうぞ。' },
    ]);
    await t.end();
  });

  it('leaves in the history exactly what was heard', async () => {
    const t = speaking();
    await t.pass(2000);
    t.ear.say({ text: 'ちがうよ', ms: 600 });
    await t.pass(10_000);
    const heard = t.voice.textOf(0);
    expect(t.ends[0]?.heard).toBe(heard);
    expect(t.asked().slice(1)).toEqual([
      { role: 'user', text: '話して' },
      { role: 'assistant', text: heard },
      { role: 'user', text: 'ちがうよ' },
    ]);
    await t.end();
  });

  it('goes on after a listening noise, within 300 ms of knowing, without a word lost or said twice (P3)', async () => {
    const t = speaking();
    await t.pass(2000);
    t.ear.say({ text: 'うん', ms: 300 });
    await t.pass(20_000);
    expect(t.told.map(([name]) => name)).toEqual(['held', 'resumed', 'ignored']);
    expect(t.voice.textOf(0)).toBe(LONG);
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: LONG }]);
    const gaps = t.voice.sent.map(({ atMs }, at) => atMs - (t.voice.sent[at - 1]?.atMs ?? atMs));
    // 100 ms of voice, 120 ms of pause, 150 ms of STT: and at once.
    expect(Math.max(...gaps)).toBeLessThanOrEqual(470);
    await t.end();
  });

  it.each(['echo', 'noise'] as const)('goes on at once when the voice was an %s', async (why) => {
    const t = speaking();
    await t.pass(2000);
    t.ear.say({ text: 'ざあ', ms: 900 });
    await t.pass(500);
    t.ear.drop(why);
    expect(t.told.map(([name]) => name)).toEqual(['held', 'resumed']);
    await t.pass(20_000);
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: LONG }]);
    await t.end();
  });

  it('is not made by its own words in the microphone (P1)', async () => {
    const t = speaking();
    await t.pass(2000);
    t.ear.say({ text: 'とても長い', ms: 700 });
    await t.pass(20_000);
    expect(t.told.at(-1)).toEqual(['ignored', 'とても長い', 'echo']);
    expect(t.ends).toMatchObject([{ outcome: 'completed' }]);
    await t.end();
  });

  it('is made by a hard word alone', async () => {
    const t = speaking();
    await t.pass(2000);
    t.ear.say({ text: '待って', ms: 400 });
    await t.pass(10_000);
    expect(t.ends).toMatchObject([{ outcome: 'interrupted' }, { user: '待って' }]);
    await t.end();
  });

  it('is made by a second of voice whose words are not known yet', async () => {
    const t = speaking();
    await t.pass(2000);
    const onsetMs = t.clock.nowMs();
    t.ear.say({ text: 'それについて言いたいことがあります', ms: 2200 });
    await t.pass(1100);
    expect(t.ends).toMatchObject([{ outcome: 'interrupted' }]);
    const at = t.voice.sent.at(-1)?.atMs ?? 0;
    expect(at - onsetMs).toBeLessThanOrEqual(200);
    await t.pass(10_000);
    expect(t.ends[1]).toMatchObject({ user: 'それについて言いたいことがあります', outcome: 'completed' });
    await t.end();
  });

  it('is made by enough letters of a streaming recognizer before the voice ends', async () => {
    const t = speaking({ recognizer: { isStreaming: true } });
    await t.pass(2000);
    t.ear.say({ text: 'ねえ', ms: 300 }, { pauseMs: 60 }, { text: 'ちょっと', ms: 400 });
    await t.pass(420);
    expect(t.told.map(([name]) => name)).toContain('interrupted');
    await t.end();
  });

  it('of words that MMDAgent-EX recognised follows the same rules', async () => {
    const t = speaking({ settings: { wake: { words: [] } } });
    await t.pass(2000);
    expect(t.conversation.recognised('うん')).toBeUndefined();
    expect(t.conversation.recognised('とても長い')).toBeUndefined();
    expect(t.conversation.recognised(' ')).toBeUndefined();
    expect(t.told).toEqual([
      ['ignored', 'うん', 'backchannel'],
      ['ignored', 'とても長い', 'echo'],
      ['ignored', ' ', 'noWords'],
    ]);
    expect(t.conversation.phase).toBe('speaking');
    expect(t.conversation.recognised('ちがうよ')?.by).toBe('peer');
    await t.pass(10_000);
    expect(t.ends.map(({ user, outcome }) => [user, outcome])).toEqual([
      ['話して', 'interrupted'],
      ['ちがうよ', 'completed'],
    ]);
    expect(t.conversation.recognised('はい')?.by).toBe('peer');
    await t.end();
    const asleep = talk({ settings: { wake: { words: ['メイちゃん'] } } });
    expect(asleep.conversation.recognised('天気は？')).toBeUndefined();
    expect(asleep.conversation.recognised('メイちゃん、天気は？')).toBeDefined();
    await asleep.pass(300);
    expect(asleep.asked()).toEqual([{ role: 'user', text: '天気は？' }]);
    await asleep.end();
  });

  it('takes "はい" at the very end of a reply as its answer', async () => {
    const t = talk();
    t.model.answer = (_request, count) => (count === 1 ? '行きますか？' : 'では行きましょう。');
    t.conversation.ask({ text: '散歩', by: 'typed' });
    await t.pass(600);
    t.ear.say({ text: 'はい', ms: 300 });
    await t.pass(10_000);
    expect(t.ends[1]).toMatchObject({ user: 'はい', outcome: 'completed' });
    await t.end();
  });

  it('may be made by the voice alone, or not at all (half duplex)', async () => {
    const voice = speaking({ settings: { interruption: { by: 'voice' } } });
    await voice.pass(2000);
    voice.ear.say({ text: 'うん', ms: 400 });
    await voice.pass(250);
    expect(voice.ends).toMatchObject([{ outcome: 'interrupted' }]);
    await voice.end();
    const off = speaking({ settings: { interruption: { by: 'off' } } });
    await off.pass(2000);
    off.ear.say({ text: '待って', ms: 1500 });
    await off.pass(20_000);
    expect(off.ends).toMatchObject([{ outcome: 'completed', heard: LONG }]);
    await off.end();
  });

  it('reads the model on while it holds the reply', async () => {
    const t = speaking({ model: { msPerCharacter: 60 } });
    await t.pass(1500);
    t.ear.say({ text: 'うん', ms: 300 });
    await t.pass(250);
    const before = t.model.running;
    const events: string[] = [];
    t.conversation.turn?.events.on('text', (text) => events.push(text));
    await t.pass(200);
    expect({ before, went: events.length > 2 }).toEqual({ before: 1, went: true });
    await t.pass(20_000);
    expect(t.voice.textOf(0)).toBe(LONG);
    await t.end();
  });

  it.each(['typed', 'peer', 'tool', 'operator'] as const)(
    'ends a turn %s as it ends one of the voice',
    async (by) => {
      const t = talk();
      t.model.answer = () => LONG;
      t.conversation.ask({ text: '話して', by });
      await t.pass(2000);
      t.ear.say({ text: 'ちがうよ', ms: 600 });
      const onsetMs = t.clock.nowMs();
      await t.pass(900);
      const last = t.voice.sent.filter(({ reply }) => reply === 0).at(-1)?.atMs ?? 0;
      expect(last - onsetMs).toBeLessThanOrEqual(200);
      expect(t.ends).toMatchObject([{ by, outcome: 'interrupted' }]);
      await t.end();
    },
  );

  it('comes by a typed turn or a call too, in the same transaction', async () => {
    const t = speaking();
    await t.pass(2000);
    t.conversation.ask({ text: '別の話', by: 'typed' });
    expect(t.voice.replies[0]?.state).toBe('ended');
    await t.pass(500);
    t.conversation.interrupt();
    expect(t.conversation.phase).toBe('idle');
    const sent = t.voice.sent.length;
    await t.pass(5000);
    expect(t.voice.sent).toHaveLength(sent);
    expect(t.model.running).toBe(0);
    expect(t.ends.map(({ outcome }) => outcome)).toEqual(['interrupted', 'interrupted']);
    expect(await t.end()).toBe(0);
  });

  it('tells the sinks within the call, and the ear of everything that is heard, to the last', async () => {
    const t = speaking();
    await t.pass(2000);
    const played = t.ear.playedAtMs.length;
    expect(played).toBe(t.voice.sent.length);
    t.conversation.interrupt();
    expect(t.sink.interruptions).toBe(1);
    expect(t.ear.playedAtMs).toHaveLength(played + 1);
    await t.end();
  });

  it('goes on when the words never come, and does not wait for ever', async () => {
    const t = speaking({ settings: { limits: { recognitionMs: 2000 } } });
    await t.pass(2000);
    t.recognizer.faults.push({ kind: 'stall', when: 'before' });
    t.ear.say({ text: 'ええと', ms: 400 });
    await t.pass(4000);
    expect(t.told.map(([name]) => name)).toEqual(['held', 'error', 'resumed']);
    await t.pass(20_000);
    expect(t.ends).toMatchObject([{ outcome: 'completed', heard: LONG }]);
    await t.end();
  });
});
