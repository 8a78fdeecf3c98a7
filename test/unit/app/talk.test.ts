import { afterEach, describe, expect, it } from 'vitest';
import { Talk, type TalkOptions } from '../../../src/app/talk.js';
import type { Chat } from '../../../src/chat/index.js';
import { ConfigError } from '../../../src/runtime/index.js';
import { pageChat, Reader } from './page-chat.js';

const JPEG = 'data:image/jpeg;base64,/9j/4AAQSkZJRg==';

describe('Talk', () => {
  let page: ReturnType<typeof pageChat>;
  let talk: Talk;
  let watcher: Reader;
  let alive = 0;
  const begin = (options: Parameters<typeof pageChat>[0] = {}, open?: TalkOptions['open']): void => {
    page = pageChat(options);
    watcher = new Reader();
    talk = new Talk({
      open: open ?? page.open,
      isAddressed: () => true,
      news: (event) => watcher.tell(event),
      onAlive: () => {
        alive++;
      },
    });
  };
  const ask = (text: string, image?: string) => {
    const reader = new Reader();
    const done = talk.ask({ text, image }, reader.tell);
    done.catch(() => {});
    return { reader, done };
  };
  afterEach(async () => {
    await page.face.close();
    expect(await page.end()).toBe(0);
  });

  it('tells a turn from its beginning to its end', async () => {
    begin();
    page.model.answer = () => 'Hello. How are you?';
    const { reader, done } = ask('Hi');
    await page.pass(20_000);
    await done;
    const names = reader.events.map(({ event }) => event);
    expect(names[0]).toBe('opened');
    expect(reader.of('opened')).toEqual([
      {
        event: 'opened',
        talk: expect.any(String),
        model: 'scripted (script-1)',
        isDemonstration: false,
        said: [],
      },
    ]);
    expect(names.indexOf('turn')).toBeLessThan(names.indexOf('started'));
    expect(reader.of('started')).toEqual([{ event: 'started', turn: 1, text: 'Hi' }]);
    expect(
      reader
        .of('chunk')
        .map(({ text }) => text)
        .join(''),
    ).toContain('Hello. How are you?');
    const heard = reader.of('heard').reduce((text, one) => text.slice(0, one.from) + one.text, '');
    expect(heard).toContain('How are you?');
    expect(names.at(-1)).toBe('ended');
    expect(reader.of('ended')[0]).toMatchObject({ outcome: 'completed', error: undefined });
    expect(reader.of('ended')[0]?.trace).toHaveProperty('firstToken');
    expect(reader.of('phase').map(({ phase }) => phase)).toEqual(['thinking', 'speaking', 'idle']);
    expect(talk.isBusy).toBe(false);
    expect(talk.said()).toHaveLength(2);
    expect(alive).toBeGreaterThan(0);
  });

  it('tells how far a tool is that went on behind its turn', async () => {
    begin();
    const { done } = ask('Hi');
    await page.pass(20_000);
    await done;
    const news = { turn: 1, callId: '7', name: 'search', argumentsJson: '{}', stage: 'progress' as const };
    page.conversation.events.emit('toolProgress', { ...news, value: 'a third' });
    expect(watcher.of('toolProgress')).toEqual([
      { event: 'toolProgress', call: '1:7', name: 'search', text: 'a third' },
    ]);
  });

  it('opens once, and tells that to the first question only', async () => {
    begin();
    const first = ask('One');
    await page.pass(20_000);
    const second = ask('Two');
    await page.pass(20_000);
    expect(first.reader.of('opened')).toHaveLength(1);
    expect(second.reader.of('opened')).toHaveLength(0);
    expect(talk.said().map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  });

  it('tells who comes in the midst of it what has been heard so far', async () => {
    begin();
    page.model.answer = () => 'This is a long story. '.repeat(20);
    ask('A story');
    await page.pass(6000);
    const [question, reply, more] = talk.said();
    expect(question).toMatchObject({ role: 'user', text: 'A story', outcome: 'open' });
    expect(reply).toMatchObject({ role: 'assistant', outcome: 'open' });
    expect(reply?.text).toMatch(/^This is a/);
    expect(more).toBeUndefined();
    talk.stop();
    await page.pass(1000);
    expect(talk.said()).toHaveLength(2);
    expect(talk.said()[1]).toMatchObject({ outcome: 'interrupted' });
  });

  it('is stopped where it is, and told so', async () => {
    begin();
    page.model.answer = () => 'This is a long story. '.repeat(20);
    const { reader, done } = ask('A story');
    await page.pass(5000);
    expect(talk.isBusy).toBe(true);
    talk.stop();
    await page.pass(1000);
    await done;
    expect(reader.of('ended')[0]).toMatchObject({ outcome: 'interrupted' });
    expect(reader.of('ended')[0]?.heard.length).toBeGreaterThan(5);
  });

  it('never begins what was stopped while it was being opened', async () => {
    let opened: (chat: Chat) => void = () => {};
    begin({}, () => new Promise((resolve) => (opened = resolve)));
    const { reader, done } = ask('A story');
    talk.stop();
    opened(page.chat);
    await done;
    expect(reader.of('ended')).toMatchObject([{ outcome: 'dropped' }]);
    expect(page.model.requests).toHaveLength(0);
  });

  it('is interrupted by the next question, whose reader hears the face from then on', async () => {
    begin();
    page.model.answer = () => 'This is a long story. '.repeat(20);
    const first = ask('A story');
    await page.pass(4000);
    const second = ask('Another');
    await page.pass(2000);
    page.face.cue({ name: 'face', value: 'joy', durationMs: 1000, attributes: {}, raw: '' }, 0);
    await page.pass(50);
    expect(first.reader.of('ended')[0]?.outcome).toBe('interrupted');
    expect(first.reader.of('face')).toEqual([]);
    expect(second.reader.of('face')).toEqual([{ event: 'face', face: 'joy', emoji: '😊', lastsMs: 1000 }]);
    talk.stop();
    await page.pass(2000);
  });

  it('goes on when nobody reads it', async () => {
    begin();
    const { reader, done } = ask('Hi');
    reader.isThere = false;
    await page.pass(20_000);
    await done;
    expect(talk.said().at(-1)).toMatchObject({ role: 'assistant', outcome: 'completed' });
  });

  it('tries to open again when it could not be opened', async () => {
    let tries = 0;
    const wrong = new ConfigError('BRIDGE_ERR_LLM_ENGINE', 'none');
    begin({}, () => (++tries === 1 ? Promise.reject(wrong) : page.open({} as never)));
    const failed = ask('Hi');
    await expect(failed.done).rejects.toBe(wrong);
    expect(failed.reader.events).toEqual([]);
    expect(talk.isBusy).toBe(false);
    const { reader } = ask('Hi');
    await page.pass(20_000);
    expect(reader.of('ended')[0]?.outcome).toBe('completed');
    expect(reader.of('opened')).toHaveLength(1);
  });

  it('tells why a turn failed', async () => {
    begin();
    page.model.faults.push({ when: 'before', kind: 'error' });
    const { reader } = ask('Hi');
    await page.pass(20_000);
    expect(reader.of('ended')[0]).toMatchObject({
      outcome: 'failed',
      error: { code: expect.stringMatching(/^BRIDGE_ERR_LLM_/) },
    });
  });

  it('tells what is worth telling, and not who thinks when all goes as planned', async () => {
    begin();
    const { reader } = ask('Hi');
    await page.pass(10);
    const fault = { error: '401', code: 'BRIDGE_ERR_LLM_KEY' };
    page.hooks()?.tell('', { code: 'modelOffline', values: { model: 'offline', why: 'none is set up' } });
    page.hooks()?.tell('', { code: 'modelFellBack', values: { from: 'openai', to: 'offline', ...fault } });
    page.hooks()?.tell('', { code: 'onlyShown', values: {} });
    expect(reader.of('notice')).toEqual([
      {
        event: 'notice',
        code: 'modelFellBack',
        values: { from: 'openai', to: 'offline', ...fault },
        text: 'openai failed, offline thinks instead: 401',
      },
      {
        event: 'notice',
        code: 'onlyShown',
        values: {},
        text: 'No MMDAgent-EX is connected: replies are only shown until one is',
      },
    ]);
    await page.pass(20_000);
  });

  it('tells what was noticed while it was being opened in its first turn', async () => {
    begin({}, async (hooks) => {
      hooks.tell('', { code: 'onlyShown', values: {} });
      return page.open(hooks);
    });
    const { reader } = ask('Hi');
    await page.pass(20_000);
    expect(reader.events.map(({ event }) => event).indexOf('notice')).toBe(
      reader.events.map(({ event }) => event).indexOf('turn') + 1,
    );
  });

  describe('that is watched', () => {
    const names = (reader: Reader): string[] => reader.events.map(({ event }) => event);

    it('tells the same to who asks and to who watches', async () => {
      begin();
      const { reader } = ask('Hi');
      await page.pass(20_000);
      expect(names(reader)).toContain('chunk');
      expect(watcher.events).toEqual(reader.events);
    });

    it('tells of words that MMDAgent-EX recognised, which nobody asked here', async () => {
      begin();
      ask('One');
      await page.pass(20_000);
      watcher.events.length = 0;
      page.model.answer = () => 'Good morning.';
      page.conversation.recognised('Are you awake?');
      await page.pass(20_000);
      expect(watcher.of('turn')).toEqual([
        { event: 'turn', talk: expect.any(String), turn: 2, by: 'peer', pictures: 0 },
      ]);
      expect(watcher.of('started')).toEqual([{ event: 'started', turn: 2, text: 'Are you awake?' }]);
      expect(watcher.of('ended')).toMatchObject([{ turn: 2, outcome: 'completed', heard: 'Good morning.' }]);
    });

    it('does not tell the one who asked before of turns that others begin', async () => {
      begin();
      page.model.answer = () => 'This is a long story. '.repeat(20);
      const { reader } = ask('A story');
      await page.pass(4000);
      page.conversation.recognised('Please stop that now');
      await page.pass(20_000);
      expect(reader.of('turn')).toHaveLength(1);
      expect(names(reader).at(-1)).toBe('ended');
      expect(watcher.of('turn').map(({ by }) => by)).toEqual(['typed', 'peer']);
      talk.stop();
      await page.pass(1000);
    });

    it('tells of words that the next turn takes up that they stand there no more', async () => {
      begin();
      ask('One');
      await page.pass(20_000);
      watcher.events.length = 0;
      page.conversation.recognised('What is the weather');
      await page.pass(100);
      page.conversation.recognised('in Nagoya?');
      await page.pass(20_000);
      expect(watcher.of('gone')).toEqual([{ event: 'gone', turn: 2 }]);
      expect(talk.said().map(({ turn }) => turn)).not.toContain(2);
      expect(watcher.of('started').at(-1)?.text).toContain('in Nagoya?');
    });

    it('names each question as its asker did, with how many pictures went along', async () => {
      begin();
      talk.ask({ text: '', image: JPEG, id: 'mine' }, () => true).catch(() => {});
      await page.pass(2000);
      expect(watcher.of('turn')).toMatchObject([{ turn: 1, id: 'mine', pictures: 1 }]);
      expect(talk.said()[0]).toMatchObject({ turn: 1, role: 'user', text: '', id: 'mine', pictures: 1 });
      await page.pass(20_000);
      expect(talk.said()[0]).toMatchObject({ outcome: 'completed', pictures: 1 });
    });

    it('tells who comes in the midst what is being said, and where its hearing goes on', async () => {
      begin();
      page.model.answer = () => 'This is a long story. '.repeat(20);
      ask('A story');
      await page.pass(6000);
      const { said, phase } = talk.state();
      const { text = '', reply = '', outcome } = said.at(-1) ?? {};
      expect([phase, outcome]).toEqual(['speaking', 'open']);
      expect(reply.startsWith(text.trimEnd())).toBe(true);
      expect(reply.length).toBeGreaterThan(text.length);
      watcher.events.length = 0;
      await page.pass(1000);
      expect(watcher.of('heard')[0]?.from).toBe(text.length);
      talk.stop();
      await page.pass(1000);
    });

    it('shows a background tool’s result to nobody as the user’s words', async () => {
      begin();
      ask('One');
      await page.pass(20_000);
      page.conversation.ask({ by: 'tool', text: '(Tool timer, which was still running, has finished.)' });
      await page.pass(20_000);
      expect(JSON.stringify(talk.said())).not.toContain('Tool timer');
      expect(watcher.of('started').at(-1)?.text).toBe('');
    });
  });

  describe('that wants to see', () => {
    const looking = async () => {
      begin();
      page.model.answer = (_request, count) => (count === 1 ? 'I look. [vision:camera]' : 'I see a cat.');
      const turn = ask('What do you see?');
      await page.pass(3000);
      return turn;
    };

    it('asks the page that holds the turn, and goes on with the picture', async () => {
      const { reader } = await looking();
      const [{ id, source } = { id: '', source: '' }] = reader.of('vision');
      expect(source).toBe('camera');
      talk.give({ id, image: JPEG });
      await page.pass(20_000);
      expect(JSON.stringify(page.asked())).toContain(JPEG);
      expect(reader.of('ended')[0]).toMatchObject({ outcome: 'completed' });
      expect(() => talk.give({ id, image: JPEG })).toThrow(/Nobody waits for this picture/);
    });

    it('goes on without one when the user refuses, and looks no other way', async () => {
      const { reader } = await looking();
      talk.give({ id: reader.of('vision')[0]?.id ?? '', refused: 'not now' });
      await page.pass(20_000);
      expect(JSON.stringify(page.asked())).toContain('not now');
      expect(JSON.stringify(page.asked())).not.toContain('programs of this machine');
      expect(reader.of('ended')[0]).toMatchObject({ outcome: 'completed' });
    });

    it('asks those who watch when nobody asked, and tells them when one of them has answered', async () => {
      begin();
      ask('One');
      await page.pass(20_000);
      page.model.answer = (_request, count) => (count === 2 ? '[vision:camera]' : 'I see a cat.');
      page.conversation.recognised('What do you see?');
      await page.pass(3000);
      const [{ id } = { id: '' }] = watcher.of('vision');
      expect(watcher.of('looked')).toEqual([]);
      talk.give({ id, image: JPEG });
      expect(watcher.of('looked')).toEqual([{ event: 'looked', id }]);
      await page.pass(20_000);
      expect(JSON.stringify(page.asked())).toContain(JPEG);
    });

    it('asks nobody when the page is gone', async () => {
      begin();
      watcher.isThere = false;
      page.model.answer = (_request, count) => (count === 1 ? '[vision:screenshot]' : 'Nothing.');
      const { reader, done } = ask('What do you see?');
      await page.pass(0);
      reader.isThere = false;
      await page.pass(20_000);
      await done;
      expect(JSON.stringify(page.asked())).toContain('No page is open');
    });

    it('waits no longer than its turn', async () => {
      const { reader } = await looking();
      talk.stop();
      await page.pass(1000);
      expect(() => talk.give({ id: reader.of('vision')[0]?.id ?? '', image: JPEG })).toThrow(/Nobody waits/);
      expect(reader.of('ended')).toHaveLength(1);
    });
  });

  it('sends a picture along with the question', async () => {
    begin();
    ask('', JPEG);
    await page.pass(20_000);
    expect(JSON.stringify(page.asked())).toContain(JPEG);
  });
});
