import { afterEach, describe, expect, it } from 'vitest';
import { connect, type Talk, type TalkOptions } from '../../../src/index.js';
import { listen, RealtimeServer } from '../../support/realtime-server.js';
import { until } from '../daemon/rig.js';

const KEY = 'sk-right-key-123';

/** Speech-to-speech as `chat` and the library open it: a Realtime server at a real socket, an avatar that carries sound. */
describe('A conversation with a speech-to-speech model', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function talkWith(
    server: RealtimeServer,
    { apiKey = KEY, ...options }: TalkOptions & { readonly apiKey?: string } = {},
  ): Promise<{ readonly talk: Talk; readonly told: readonly string[] }> {
    const door = await listen(server, KEY);
    closing.push(door.close);
    const bridge = await connect({ embedded: { links: ['simulator:'] } });
    closing.push(() => bridge.close());
    const told: string[] = [];
    const talk = await bridge.talk({
      systemPrompt: 'You are {name}.',
      llm: { engine: 'rt', engines: { rt: { type: 'openai-realtime', apiKey, baseUrl: door.baseUrl } } },
      tell: (text) => told.push(text),
      ...options,
    });
    closing.push(() => talk.close());
    return { talk, told };
  }

  it('is opened by its name, with prompt, welcome and tools, and is heard through the avatar', async () => {
    const server = new RealtimeServer();
    server.answers = [{ says: [{ soundMs: 600 }, { text: 'It is noon.' }] }];
    const { talk, told } = await talkWith(server, {
      conversation: { parameters: { name: 'Gene' }, welcome: 'Hello!' },
      ownTools: [
        {
          name: 'clock',
          description: 'Tells the time',
          parameters: { type: 'object', properties: {} },
          run: async () => 'noon',
        },
      ],
    });
    const end = await talk.ask('What time is it?').ended;
    expect(end).toMatchObject({ outcome: 'completed', heard: 'It is noon.' });
    expect(end.trace.sent).toBeGreaterThan(0);
    expect(talk.chat.parts.model).toBe('rt (gpt-realtime)');
    expect(talk.chat.parts.topology).toBe('stream');
    expect(told.join('\n')).toMatch(/rt \(gpt-realtime\) hears, thinks and speaks/);
    expect(server.last.session).toMatchObject({
      instructions: expect.stringMatching(/^You are Gene\.\n\nYou have a face and a body\./),
      tools: [{ name: 'clock' }, { name: 'express' }],
    });
    expect(server.last.items.map(({ role }) => role)).toEqual(['assistant', 'user', 'assistant']);
    expect(talk.chat.usage()[0]).toMatchObject({ engine: 'rt', requests: 1, inputTokens: 20 });
  }, 30_000);

  it('speaks as fast, says as much and listens for what the settings of the conversation say', async () => {
    const server = new RealtimeServer();
    server.answers = [{ says: [{ soundMs: 300 }, { text: 'Yes.' }] }];
    const { talk, told } = await talkWith(server, {
      conversation: {
        language: 'ja-JP',
        hints: ['Gene', 'MMDAgent'],
        reply: { speed: 1.25, maxTokens: 200, temperature: 0.7, voice: '46', maxCharacters: 300 },
        interruption: { hardWords: ['halt'] },
      },
    });
    await talk.ask('Is it so?').ended;
    expect(server.last.session).toMatchObject({
      max_output_tokens: 200,
      audio: {
        output: { speed: 1.25, voice: 'marin' },
        input: { transcription: { language: 'ja', prompt: 'Gene, MMDAgent' } },
      },
    });
    expect(server.last.session).not.toHaveProperty('temperature');
    const lines = told.filter((text) => /^No effect|operator lines/.test(text));
    expect(lines).toEqual([
      'No effect with rt, which hears and speaks by itself: conversation.reply.temperature, conversation.reply.maxCharacters',
      expect.stringMatching(
        /^conversation\.reply\.voice is heard in operator lines .* llmEngines\.rt\.voice/,
      ),
    ]);
  }, 30_000);

  it('says nothing of settings where there is nothing to say', async () => {
    const server = new RealtimeServer();
    const { told } = await talkWith(server);
    expect(told.filter((text) => /No effect|operator lines/.test(text))).toEqual([]);
  }, 30_000);

  it('forgets with the conversation', async () => {
    const server = new RealtimeServer();
    server.answers = [{ says: [{ soundMs: 300 }, { text: 'Yes.' }] }];
    const { talk } = await talkWith(server);
    await talk.ask('Remember oranges.').ended;
    talk.conversation.forget();
    await talk.ask('What did I say?').ended;
    expect(server.sessions).toHaveLength(2);
    expect(JSON.stringify(server.last.items)).not.toContain('oranges');
  }, 30_000);

  it('tells a key that is refused at once, and the turn fails without harm', async () => {
    const server = new RealtimeServer();
    const { talk, told } = await talkWith(server, { apiKey: 'sk-wrong-key-456' });
    await until(() => told.some((text) => /refused|key/i.test(text)));
    const end = await talk.ask('Hello').ended;
    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'BRIDGE_ERR_LLM_KEY' } });
    expect(told.join('\n')).not.toContain('wrong-key');
    expect(talk.conversation.phase).toBe('idle');
  }, 60_000);

  it('refuses a way to be heard that takes no sound', async () => {
    const server = new RealtimeServer();
    await expect(talkWith(server, { voice: { topology: 'text' } })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LLM_ENGINE',
    });
  }, 30_000);
});
