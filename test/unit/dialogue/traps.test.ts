import { describe, expect, it } from 'vitest';
import { talk } from '../../support/dialogue/talk.js';

/** Defects of the documents' own samples, as they would show in a conversation. */
describe('Traps of the documents', () => {
  it('C-t1: text behind the punctuation is spoken once', async () => {
    const t = talk();
    t.model.answer = () => 'Hello. How are you? Fine';
    t.conversation.ask({ text: 'x', by: 'typed' });
    await t.pass(10_000);
    expect(t.voice.textOf(0)).toBe('Hello. How are you? Fine');
    await t.end();
  });

  it('C-t2: blanks between words stay', async () => {
    const t = talk();
    t.model.answer = () => 'Hello my friend, how are you.';
    t.conversation.ask({ text: 'x', by: 'typed' });
    await t.pass(10_000);
    expect(t.ends[0]?.heard).toBe('Hello my friend, how are you.');
    await t.end();
  });

  it('C-t3: Japanese does not wait for the whole reply', async () => {
    const t = talk();
    t.model.answer = () => 'はい。これはとても長い二つ目の文です。';
    t.conversation.ask({ text: 'x', by: 'typed' });
    await t.pass(3 * 30 + 100 + 1);
    expect(t.voice.sent[0]?.text).toBe('は');
    expect(t.model.running).toBe(1);
    await t.end();
  });

  it('C-t4: an error of the API locks nothing', async () => {
    const t = talk();
    t.model.faults.push({ kind: 'error', when: 'before' });
    t.conversation.ask({ text: '一', by: 'typed' });
    t.conversation.ask({ text: '二', by: 'typed', ifBusy: 'queue' });
    await t.pass(20_000);
    expect(t.ends.map(({ user, outcome }) => [user, outcome])).toEqual([
      ['一', 'failed'],
      ['二', 'completed'],
    ]);
    await t.end();
  });

  it('C-t5: what is recognised while the avatar speaks is not discarded: it interrupts and is answered', async () => {
    const t = talk();
    t.conversation.ask({ text: '一', by: 'peer' });
    await t.pass(2000);
    t.conversation.ask({ text: '二', by: 'peer' });
    await t.pass(10_000);
    expect(t.ends.map(({ user, outcome }) => [user, outcome])).toEqual([
      ['一', 'interrupted'],
      ['二', 'completed'],
    ]);
    await t.end();
  });

  it('C-t6: an empty question ends nothing', async () => {
    const t = talk();
    t.conversation.ask({ text: '一', by: 'peer' });
    await t.pass(1000);
    expect(() => t.conversation.ask({ text: '', by: 'peer' })).toThrow(/text or an image/);
    await t.pass(10_000);
    expect(t.ends).toMatchObject([{ outcome: 'completed' }]);
    await t.end();
  });

  it.each(['C-t7', 'C-t8'])(
    '%s: emotions of the text are those of their sentences, also while it streams',
    async () => {
      const t = talk();
      t.model.answer = () => '[emotion:1]Hello my friend. [emotion:9]I am sad.';
      t.conversation.ask({ text: 'x', by: 'typed' });
      await t.pass(10_000);
      expect(t.sink.cues.map(({ cue }) => cue.value)).toEqual(['1', '9']);
      expect(t.voice.textOf(0)).toBe('Hello my friend. I am sad.');
      await t.end();
    },
  );

  it('G-t1: what is listened to is sound; a picture is taken only when the model asks for one', async () => {
    const looked: string[] = [];
    const look = async (source: string): Promise<string> => {
      looked.push(source);
      return 'data:image/png;base64,AA==';
    };
    const t = talk({ ports: { eyes: { sources: ['camera'], look } } });
    t.ear.say({ text: '今日の天気は？', ms: 800 });
    await t.pass(10_000);
    expect(t.ends).toMatchObject([{ by: 'voice', outcome: 'completed' }]);
    expect(looked).toEqual([]);
    expect(t.asked().flatMap((message) => (message.role === 'user' ? (message.images ?? []) : []))).toEqual(
      [],
    );
    t.model.answer = (_request, count) => (count === 2 ? '見ますね。[vision:camera]' : '猫です。');
    t.ear.say({ text: 'これは何ですか？', ms: 800 });
    await t.pass(10_000);
    expect(looked).toEqual(['camera']);
    await t.end();
  });

  it('G-t2: silence is not answered', async () => {
    const t = talk();
    t.ear.say({ text: '', ms: 900 });
    await t.pass(5000);
    t.ear.say({ text: 'ざあ', ms: 50 });
    await t.pass(5000);
    expect(t.ends).toEqual([]);
    expect(t.model.requests).toHaveLength(0);
    expect(t.conversation.phase).toBe('idle');
    await t.end();
  });

  it('G-t3: the user may speak while the avatar does', async () => {
    const t = talk();
    t.ear.say({ text: '一つ目。', ms: 500 });
    await t.pass(2000);
    expect(t.conversation.phase).toBe('speaking');
    t.ear.say({ text: '二つ目。', ms: 500 });
    await t.pass(10_000);
    expect(t.ends.map(({ user, outcome }) => [user, outcome])).toEqual([
      ['一つ目。', 'interrupted'],
      ['二つ目。', 'completed'],
    ]);
    await t.end();
  });

  it('C12, C13, C14: sentences are spoken in order while tokens still come, the tail without punctuation too', async () => {
    const t = talk({ model: { msPerCharacter: 60 } });
    t.model.answer = () => 'いち。に。さん。よん';
    t.conversation.ask({ text: 'x', by: 'typed' });
    await t.pass(400);
    expect([t.voice.sent.length > 0, t.model.running]).toEqual([true, 1]);
    await t.pass(10_000);
    expect(t.ends[0]?.heard).toBe('いち。に。さん。よん');
    await t.end();
  });
});
