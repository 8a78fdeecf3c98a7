import { describe, expect, it } from 'vitest';
import type { ChatMessage, ChatPart, ChatRequest, ToolSpec } from '../../../../src/llm/index.js';
import { OfflineModel } from '../../../../src/llm/offline/offline-model.js';
import type { OfflineOptions } from '../../../../src/llm/offline/offline-options.js';
import { FakeClock } from '../../../../src/runtime/index.js';

const OPTIONS: OfflineOptions = { type: 'offline', charMs: 0, language: 'auto', timeZone: 'Asia/Tokyo' };
/** 07:13 of 2023-11-15 in Tokyo. */
const CLOCK_START_MS = 0;

const INTRODUCED: ChatMessage = { role: 'assistant', text: 'I am the built-in demonstration, as I said.' };

interface Answer {
  readonly text: string;
  readonly parts: readonly ChatPart[];
}

async function ask(
  said: string | readonly ChatMessage[],
  more: Partial<ChatRequest> = {},
  options: Partial<OfflineOptions> = {},
): Promise<Answer> {
  const clock = new FakeClock(CLOCK_START_MS);
  const model = new OfflineModel('offline', { ...OPTIONS, ...options }, { clock });
  const messages: readonly ChatMessage[] =
    typeof said === 'string' ? [INTRODUCED, { role: 'user', text: said }] : said;
  const parts: ChatPart[] = [];
  let isDone = false;
  const reading = (async () => {
    for await (const part of model.stream({ messages, ...more })) parts.push(part);
  })().finally(() => {
    isDone = true;
  });
  while (!isDone) await clock.advanceAsync(1);
  await reading;
  return { parts, text: parts.map((part) => (part.type === 'text' ? part.text : '')).join('') };
}

const user = (text: string): ChatMessage => ({ role: 'user', text });

describe('OfflineModel', () => {
  describe('what it is', () => {
    it('says in its first reply that it is a demonstration and how to set a model up', async () => {
      const { text } = await ask([user('Hello')]);
      expect(text).toMatch(/^Good morning! .*built-in demonstration.*language model is set up/);
    });

    it('says the same in Japanese to a Japanese user', async () => {
      const { text } = await ask([user('こんにちは')]);
      expect(text).toMatch(/^おはようございます！.*内蔵のデモ.*言語モデルの設定/);
    });

    it('says it once only', async () => {
      const first = await ask([user('Hello')]);
      const { text } = await ask([
        user('Hello'),
        { role: 'assistant', text: first.text },
        user('How are you?'),
      ]);
      expect(text).not.toContain('demonstration');
      expect(text).toContain('I am fine');
    });

    it('says it again when the first reply was interrupted before it', async () => {
      const { text } = await ask([
        user('Hello'),
        { role: 'assistant', text: 'Good morning!' },
        user('thanks'),
      ]);
      expect(text).toContain('built-in demonstration');
    });

    it('says it before a long story, and not after it', async () => {
      const { text } = await ask([user('Tell me a story')]);
      expect(text.indexOf('demonstration')).toBeLessThan(text.indexOf('lighthouse'));
    });
  });

  describe('answers', () => {
    it.each([
      ['What time is it?', 'It is 7:13 AM.'],
      ['今何時ですか？', '今は7:13です。'],
      ['What is the date today?', 'Today is Wednesday, November 15, 2023.'],
      ['今日は何曜日？', '今日は2023年11月15日水曜日です。'],
      ['What is 3 plus 4?', 'That makes 7.'],
      ['12×3は？', '答えは36です。'],
      ['say "the quick brown fox"', 'the quick brown fox'],
      ['「生麦生米」と言って', '生麦生米'],
      ['count to 3', '1. 2. 3. Done!'],
      ['3まで数えて', '1。2。3。おしまい。'],
      ['What is MMDAgent-EX?', 'CG avatar'],
      ['MMDAgent-EXって何？', 'CGアバター'],
      ['Tell me about this bridge', 'mmdagent-bridge'],
      ['How do your lips move?', 'My lips follow'],
      ['How do I set up an API key?', 'OPENAI_API_KEY'],
      ['What can you do?', 'Ask for a story'],
      ['Thank you!', 'You are welcome!'],
      ['Stop.', 'All right.'],
      ['Wait a moment, please', 'All right.'],
      ['ちょっと待って', 'はい、止めます。'],
      ['What is a stop word?', 'You said: What is a stop word'],
      ['I am so tired', 'I am sorry to hear that.'],
      ['', 'I did not catch anything.'],
    ])('%s', async (said, answer) => {
      expect((await ask(said)).text).toContain(answer);
    });

    it('gives the same answer to the same words', async () => {
      expect(await ask('My cat likes tuna')).toEqual(await ask('My cat likes tuna'));
    });

    it('takes up what it cannot answer, in more than one way', async () => {
      const texts = await Promise.all(
        [1, 2, 3].map(async (turns) => {
          const said = Array.from({ length: turns }, () => user('My cat likes tuna.'));
          return (await ask([INTRODUCED, ...said])).text;
        }),
      );
      expect(new Set(texts).size).toBe(3);
      for (const text of texts) expect(text).toContain('My cat likes tuna');
    });

    it('cuts long words that it takes up', async () => {
      const { text } = await ask(`my ${'very '.repeat(100)}long sentence`);
      expect(text.length).toBeLessThan(200);
      expect(text).toContain('…');
    });

    it('tells a story that is long enough to be interrupted, and another the next time', async () => {
      const first = (await ask('Tell me a story')).text;
      const second = (await ask([INTRODUCED, user('Tell me a story'), user('another story please')])).text;
      expect(first.length).toBeGreaterThan(500);
      expect(second.length).toBeGreaterThan(500);
      expect(second).not.toBe(first);
      expect((await ask('お話をして')).text).toMatch(/灯台[\s\S]{150,}/);
    });

    it('counts to a hundred at most', async () => {
      expect((await ask('count to 5000')).text).toMatch(/ 100\. Done!$/);
    });

    it('says honestly that it sees nothing in a picture', async () => {
      const messages: ChatMessage[] = [
        INTRODUCED,
        { role: 'user', text: 'What is this?', images: ['data:image/png;base64,AA=='] },
      ];
      expect((await ask(messages)).text).toContain('I cannot see anything in it');
    });

    it.each([
      ['take a look at me', /^Sorry, I could not get a picture\./, /^I did get your picture/],
      ['見てくれる？', /^すみません、画像を受け取れませんでした。/, /^画像は受け取りました/],
    ])(
      'says in words of its own what came of a look, and reads no note aloud: %s',
      async (words, no, yes) => {
        const note = (text: string, images: readonly string[]): readonly ChatMessage[] => [
          INTRODUCED,
          user(words),
          { role: 'assistant', text: '[vision:camera]' },
          { role: 'user', text, images, isNote: true },
        ];
        const failed = (await ask(note('(No picture of the camera could be taken: refused)', []))).text;
        expect(failed).toMatch(no);
        expect(failed).not.toContain('refused');
        expect(
          (await ask(note('(The picture of the camera.)', ['data:image/png;base64,AA==']))).text,
        ).toMatch(yes);
        // Later, it is nothing that the user said.
        const later = [
          ...note('(No picture of the camera could be taken: refused)', []),
          { role: 'assistant', text: failed } as const,
          user('3+4'),
        ];
        expect((await ask(later)).text).toMatch(/7/);
        expect(/[ぁ-ん]/.test((await ask(later)).text)).toBe(/[ぁ-ん]/.test(words));
      },
    );

    it('tells the result of a tool that gave pictures too', async () => {
      const messages: ChatMessage[] = [
        INTRODUCED,
        user('use look_up'),
        { role: 'assistant', text: '', calls: [{ id: 'a', name: 'look_up', argumentsJson: '{}' }] },
        { role: 'tool', callId: 'a', name: 'look_up', result: 'Sunny.' },
        {
          role: 'user',
          text: 'The pictures that the tools gave.',
          images: ['data:image/png;base64,AA=='],
          isNote: true,
        },
      ];
      expect((await ask(messages)).text).toContain('Sunny');
    });
  });

  describe('languages', () => {
    it('keeps the language of the user through words that tell none', async () => {
      expect((await ask([INTRODUCED, user('こんにちは'), user('3+4')])).text).toContain('答えは7です');
    });

    it('takes the language of the prompt when nobody has spoken', async () => {
      expect((await ask([{ role: 'system', text: 'あなたは案内役です。' }])).text).toMatch(/[ぁ-ん]/);
    });

    it('speaks the language of its settings, whatever the user speaks', async () => {
      expect((await ask('Hello', {}, { language: 'ja' })).text).toContain('おはようございます');
    });
  });

  describe('memory', () => {
    it.each([
      ['My name is Akira Tanaka.', 'What is my name?', 'Akira Tanaka'],
      ['call me Bob', 'Do you remember my name?', 'Bob'],
      ['私の名前は太郎です', '私の名前を覚えてる？', '太郎さん'],
      ['花子といいます', '私の名前は？', '花子さん'],
    ])('remembers a name from earlier words: %s', async (told, asked, name) => {
      expect((await ask([INTRODUCED, user(told), user('thanks'), user(asked)])).text).toContain(name);
    });

    it('greets by name', async () => {
      expect((await ask([INTRODUCED, user('call me Bob'), user('Hello')])).text).toContain(
        'Good morning, Bob!',
      );
    });

    it.each(['I am fine', "I'm happy", '私は元気です', 'What is my name?', '私の名前は何？'])(
      'takes no name from %s',
      async (words) => {
        const { text } = await ask([INTRODUCED, user(words), user('What is my name?')]);
        expect(text).toContain('not told me your name');
      },
    );

    it('keeps nothing from one request to the next', async () => {
      const clock = new FakeClock();
      const model = new OfflineModel('offline', { ...OPTIONS, charMs: 0 }, { clock });
      const texts: string[] = [];
      for (const said of ['My name is Bob', 'What is my name?']) {
        const reading = (async () => {
          let text = '';
          for await (const part of model.stream({ messages: [INTRODUCED, user(said)] }))
            if (part.type === 'text') text += part.text;
          return text;
        })();
        for (let step = 0; step < 60; step++) await clock.advanceAsync(1);
        texts.push(await reading);
      }
      expect(texts[1]).toContain('not told me your name');
    });
  });

  describe('control tags', () => {
    const FACES =
      '- joy\n- angry\n- sorrow\n- fun\nInsert it like [face:joy] at the beginning of the sentence.';

    it('uses none when the prompt asks for none', async () => {
      expect((await ask('I am sad')).text).not.toMatch(/[[<]/);
    });

    it('writes faces as the prompt names them, where the mood changes', async () => {
      const { text } = await ask([{ role: 'system', text: FACES }, INTRODUCED, user('I am sad')]);
      expect(text).toBe(
        '[face:sorrow]I am sorry to hear that. Shall I tell you a story to take your mind off it?',
      );
    });

    it('uses only faces that the prompt knows', async () => {
      const { text } = await ask([
        { role: 'system', text: 'Use [face:smile].' },
        INTRODUCED,
        user('I am sad'),
      ]);
      expect(text).not.toContain('[face');
    });

    it('writes the XML form where the prompt does', async () => {
      const prompt = 'Begin with <face name="joy"/> or <face name="sorrow"/>.';
      const { text } = await ask([{ role: 'system', text: prompt }, INTRODUCED, user('I am sad')]);
      expect(text).toMatch(/^<face name="sorrow"\/>I am sorry/);
    });

    it('writes the numbers of emotions before each sentence where the prompt lists them', async () => {
      const prompt = 'List of emotions:\n1 joy,happy\n2 amusement\n3 smile,calm\n4 surprise\n9 sad\n';
      const { text } = await ask([{ role: 'system', text: prompt }, INTRODUCED, user('I am sad')]);
      expect(text).toBe('9 I am sorry to hear that. 3 Shall I tell you a story to take your mind off it?');
    });

    it('waves when the prompt knows how', async () => {
      const prompt = 'You can use [animation:wave,2.0] and [animation:bow,1.0].';
      const { text } = await ask([{ role: 'system', text: prompt }, INTRODUCED, user('Good bye')]);
      expect(text).toMatch(/^\[animation:wave,2\.0\]Good bye/);
    });

    it('tells the language where the prompt asks for it', async () => {
      const prompt = 'Begin with [language:ja-JP] or [language:en-US].';
      expect((await ask([{ role: 'system', text: prompt }, INTRODUCED, user('こんにちは')])).text).toMatch(
        /^\[language:ja-JP\]/,
      );
    });

    it('asks for a look through the camera when the prompt offers it', async () => {
      const prompt = 'To see, say [vision:camera].';
      const { text } = await ask([{ role: 'system', text: prompt }, INTRODUCED, user('What can you see?')]);
      expect(text).toBe('[vision:camera]Let me have a look.');
      expect((await ask('What can you see?')).text).toContain('I cannot see');
    });
  });

  describe('tools', () => {
    const weather: ToolSpec = {
      name: 'get_weather',
      description: 'Weather of a place',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'integer', default: 2 } },
        required: ['city', 'days'],
      },
    };
    const lamp: ToolSpec = {
      name: 'setLampColor',
      description: 'Colour of the lamp',
      parameters: {
        type: 'object',
        properties: { color: { enum: ['red', 'green'] }, isOn: { type: 'boolean' } },
        required: ['color', 'isOn'],
      },
    };

    it('calls a tool whose name the words fit, with arguments out of the words', async () => {
      const { parts } = await ask('How is the weather in New York?', { tools: [lamp, weather] });
      expect(parts.at(-2)).toEqual({
        type: 'call',
        call: {
          id: 'offline-1',
          name: 'get_weather',
          argumentsJson: JSON.stringify({ city: 'New York', days: 2 }),
        },
      });
      expect(parts.at(-1)).toEqual({ type: 'end', reason: 'calls' });
    });

    it('understands Japanese words for common tools', async () => {
      const { parts } = await ask('名古屋の天気は？', { tools: [weather] });
      expect(parts.find(({ type }) => type === 'call')).toMatchObject({
        call: { argumentsJson: JSON.stringify({ city: '名古屋', days: 2 }) },
      });
    });

    it('chooses what the schema offers and the words name', async () => {
      const { parts } = await ask('Make the lamp green', { tools: [weather, lamp] });
      expect(parts.find(({ type }) => type === 'call')).toMatchObject({
        call: { name: 'setLampColor', argumentsJson: JSON.stringify({ color: 'green', isOn: true }) },
      });
    });

    it.each([
      ['no tool fits', 'Hello', {}],
      ['tools are forbidden', 'How is the weather?', { toolChoice: 'none' as const }],
    ])('calls nothing when %s', async (_why, words, more) => {
      const { parts } = await ask(words, { tools: [weather, lamp], ...more });
      expect(parts.filter(({ type }) => type === 'call')).toEqual([]);
      expect(parts.at(-1)).toEqual({ type: 'end', reason: 'stop' });
    });

    it('calls one when one must be called', async () => {
      const { parts } = await ask('Hello', { tools: [lamp], toolChoice: 'required' });
      expect(parts.find(({ type }) => type === 'call')).toMatchObject({ call: { name: 'setLampColor' } });
    });

    it('says what the tool gave', async () => {
      const call = { id: 'offline-1', name: 'get_weather', argumentsJson: '{}' };
      const history: ChatMessage[] = [
        INTRODUCED,
        user('How is the weather?'),
        { role: 'assistant', text: '', calls: [call] },
        {
          role: 'tool',
          callId: 'offline-1',
          name: 'get_weather',
          result: '{"sky":"clear","temperature_c":21}',
        },
      ];
      const { text, parts } = await ask(history, { tools: [weather] });
      expect(text).toBe('get weather says: sky: clear, temperature c: 21.');
      expect(parts.at(-1)).toEqual({ type: 'end', reason: 'stop' });
      const failed = history.map((message) =>
        message.role === 'tool' ? { ...message, isError: true } : message,
      );
      expect((await ask(failed, { tools: [weather] })).text).toContain('did not work');
    });
  });

  describe('stream', () => {
    async function timed(said: string, charMs: number): Promise<readonly [atMs: number, text: string][]> {
      const clock = new FakeClock();
      const model = new OfflineModel('offline', { ...OPTIONS, charMs }, { clock });
      const tokens: [number, string][] = [];
      let isDone = false;
      const reading = (async () => {
        for await (const part of model.stream({ messages: [INTRODUCED, user(said)] }))
          if (part.type === 'text') tokens.push([clock.nowMs(), part.text]);
        isDone = true;
      })();
      while (!isDone) await clock.advanceAsync(10);
      await reading;
      expect(clock.pendingCount).toBe(0);
      return tokens;
    }

    it('writes word by word at its rate', async () => {
      const tokens = await timed('Thank you', 10);
      expect(tokens).toEqual([
        [30, 'You'],
        [70, ' are'],
        [160, ' welcome!'],
      ]);
    });

    it('writes kana and kanji two at a time', async () => {
      const tokens = await timed('ありがとう', 10);
      expect(tokens.map(([, text]) => text)).toEqual(['どう', 'いた', 'しま', 'して', '！']);
    });

    it('stops at once when it is aborted, and leaves no timer', async () => {
      const clock = new FakeClock();
      const model = new OfflineModel('offline', { ...OPTIONS, charMs: 100 }, { clock });
      const abort = new AbortController();
      const heard: string[] = [];
      const reading = (async () => {
        for await (const part of model.stream({
          messages: [INTRODUCED, user('Tell me a story')],
          signal: abort.signal,
        }))
          if (part.type === 'text') heard.push(part.text);
      })();
      await clock.advanceAsync(500);
      abort.abort(new Error('enough'));
      await expect(reading).rejects.toThrow('enough');
      expect(heard.length).toBeGreaterThan(0);
      expect(clock.pendingCount).toBe(0);
    });

    it('ends with length at the limit of tokens', async () => {
      const { parts, text } = await ask('Tell me a story', { maxTokens: 5 });
      expect(text.trim().split(' ')).toHaveLength(5);
      expect(parts.at(-1)).toEqual({ type: 'end', reason: 'length' });
    });
  });
});
