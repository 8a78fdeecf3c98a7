import { afterEach, describe, expect, it } from 'vitest';
import { BYTES_PER_MS, listen, RealtimeServer } from '../../support/realtime-server.js';
import { cliRig } from '../cli/rig.js';
import {
  KEY,
  type SpeechRig,
  type SpeechRigOptions,
  speech,
  speechRig,
  spokenAnswer,
  tone,
  typesOf,
} from './speech-rig.js';

const LIMIT_MS = 60_000;
/** What MMDAgent-EX plays at once, and what the simulator may drop of its last block. */
const UNIT_MS = 40;

describe('A conversation with a speech-to-speech model', { timeout: LIMIT_MS }, () => {
  let rig: SpeechRig;
  afterEach(() => rig?.close());

  const open = async (
    answers: RealtimeServer['answers'],
    options: SpeechRigOptions = {},
  ): Promise<RealtimeServer> => {
    const server = new RealtimeServer();
    server.answers = answers;
    rig = await speechRig(server, options);
    return server;
  };

  it('answers typed words with the sound of the model, by the mouth of the avatar', async () => {
    const server = await open([
      { says: [{ text: 'Hello, ' }, { pcm: spokenAnswer(2000) }, { text: 'you!' }] },
    ]);
    const turn = rig.conversation.ask({ text: 'Good morning', by: 'typed' });
    expect(await turn.ended).toMatchObject({
      outcome: 'completed',
      user: 'Good morning',
      reply: 'Hello, you!',
      heard: 'Hello, you!',
    });
    expect(server.last.items[0]?.item).toMatchObject({
      role: 'user',
      content: [{ type: 'input_text', text: 'Good morning' }],
    });
    expect(JSON.stringify(server.last.session)).toContain('You are Gene.');
    expect(rig.playedMs()).toBeGreaterThan(1200);
    expect(Math.max(...rig.openings)).toBeGreaterThan(0.3);
    await rig.until('the mouth is closed', () => (rig.openings.at(-1) ?? 1) < 0.05);
    expect(rig.chat.parts).toMatchObject({ model: 'rt (gpt-realtime)', topology: 'stream' });
    // All of it was heard: nothing is cut.
    expect(typesOf(server)).toEqual(['session.update', 'conversation.item.create', 'response.create']);
  });

  it('moves the mouth by messages of our own where they are asked for, estimated from the sound', async () => {
    await open([{ says: [{ pcm: spokenAnswer(2500) }] }], { settings: { voice: { lips: 'own' } } });
    await rig.conversation.ask({ text: 'Hello', by: 'typed' }).ended;
    const lists = rig.sent.filter((text) => text.startsWith('LIPSYNC_START|0|'));
    expect(lists.length).toBeGreaterThan(1);
    expect(lists.join()).toMatch(/[|,][aiueo],\d+/);
  });

  it('hears what is said and writes it down', async () => {
    const server = await open([{ says: [{ text: 'I see.' }, { pcm: tone(600) }], userText: 'How are you?' }]);
    rig.voice.say(speech(1800));
    await rig.until(
      'it is sent while it is said',
      () => (server.sessions[0]?.buffered ?? 0) > 300 * BYTES_PER_MS,
    );
    expect(rig.voice.isSpeaking).toBe(true);
    await rig.until('the turn ends', () => rig.ends.length > 0);
    expect(rig.ends).toMatchObject([{ by: 'voice', outcome: 'completed', heard: 'I see.' }]);
    const soundMs = Number(server.last.items[0]?.item['soundMs']);
    expect(soundMs).toBeGreaterThan(1600);
    expect(soundMs).toBeLessThan(3200);
    await rig.until('the words are there', () => rig.conversation.messages()[0]?.text === 'How are you?');
    expect(rig.chat.parts.hears).toContain('it hears by itself');
  });

  it('makes the model forget what was not heard when the user speaks over it, and answers that', async () => {
    const server = await open([
      { says: [{ text: 'A long story. ' }, { pcm: tone(6000) }, { text: 'The end.' }, 'wait'] },
      { says: [{ text: 'Yes?' }, { pcm: tone(400) }] },
    ]);
    rig.conversation.ask({ text: 'Tell me a story', by: 'typed' });
    await rig.until('it sounds', () => rig.playedMs() > 900);
    // Without a pause, after which the reply would go on, some of it twice.
    rig.voice.say(speech(1900, 2190));
    await rig.until('the model forgets', () => server.last.ofType('conversation.item.truncate').length > 0);
    const playedMs = rig.playedMs();
    rig.forgetPlayed();
    const [cut] = server.last.ofType('conversation.item.truncate');
    expect(server.last.ofType('response.cancel')).toHaveLength(1);
    expect(Math.abs(Number(cut?.['audio_end_ms']) - playedMs)).toBeLessThanOrEqual(UNIT_MS);
    await rig.until('the next turn ends', () => rig.ends.length > 1);
    expect(rig.ends[0]).toMatchObject({ outcome: 'interrupted', user: 'Tell me a story' });
    expect('A long story. The end.'.startsWith(rig.ends[0]?.heard ?? '?')).toBe(true);
    expect(rig.ends[1]).toMatchObject({ by: 'voice', outcome: 'completed', heard: 'Yes?' });
    expect(rig.events).toContain('interrupted 1');
    expect(rig.playedMs()).toBeGreaterThan(300);
    expect(rig.told.filter((text) => text.startsWith('warning'))).toEqual([]);
  });

  it('goes on after a listening noise, which it knows by its length', async () => {
    const server = await open([{ says: [{ text: 'It goes on.' }, { pcm: tone(4000) }] }]);
    const turn = rig.conversation.ask({ text: 'Hello', by: 'typed' });
    await rig.until('it sounds', () => rig.playedMs() > 700);
    rig.voice.say(speech(360));
    expect(await turn.ended).toMatchObject({ outcome: 'completed', heard: 'It goes on.' });
    expect(rig.events).toEqual(['held', 'resumed', 'ignored  noWords']);
    expect(rig.playedMs()).toBeGreaterThanOrEqual(3900);
    expect(server.last.ofType('conversation.item.truncate')).toEqual([]);
    expect(server.last.ofType('response.create')).toHaveLength(1);
    expect(server.last.buffered).toBe(0);
  });

  it('runs tools and lets the model go on, as one reply', async () => {
    const server = await open(
      [
        { says: [{ text: 'Let me see. ' }, { pcm: tone(500) }, { call: 'add', arguments: '{"a":2,"b":3}' }] },
        { says: [{ text: 'Five.' }, { pcm: tone(500) }] },
      ],
      {
        ports: {
          tools: [
            {
              name: 'add',
              description: 'Adds',
              parameters: {
                type: 'object',
                properties: { a: { type: 'number' }, b: { type: 'number' } },
                required: ['a', 'b'],
              },
              run: async (given: unknown) => {
                const { a, b } = given as { a: number; b: number };
                return { sum: a + b };
              },
            },
          ] as never,
        },
      },
    );
    const turn = rig.conversation.ask({ text: 'What is two and three?', by: 'typed' });
    expect(await turn.ended).toMatchObject({ outcome: 'completed', heard: 'Let me see. Five.' });
    const result = server.last.items.find(({ type }) => type === 'function_call_output');
    expect(JSON.parse(String(result?.item['output']))).toEqual({ sum: 5 });
    expect(rig.playedMs()).toBeGreaterThan(900);
  });

  it('tells the user when the connection breaks in the middle of an answer, and the next turn works', async () => {
    const server = await open([
      { says: [{ text: 'Well, ' }, { pcm: tone(1000) }, 'wait', 'drop'] },
      { says: [{ text: 'Here again.' }, { pcm: tone(400) }] },
    ]);
    const turn = rig.conversation.ask({ text: 'Hello', by: 'typed' });
    await rig.until('it sounds', () => rig.playedMs() > 300);
    server.last.go();
    const end = await turn.ended;
    expect(end).toMatchObject({ outcome: 'failed', heard: expect.stringMatching(/^Well/) });
    expect(end.error?.code).toMatch(/^BRIDGE_ERR_LLM_/);
    expect(rig.events.some((text) => text.startsWith('error '))).toBe(true);
    expect(rig.told.some((text) => /^warning: rt is connected anew/.test(text))).toBe(true);
    const next = await rig.conversation.ask({ text: 'And now?', by: 'typed' }).ended;
    expect(next).toMatchObject({ outcome: 'completed', heard: 'Here again.' });
    expect(server.sessions).toHaveLength(2);
  });

  it('says everything once more when the connection breaks before the answer', async () => {
    const server = await open([{ says: ['drop'] }, { says: [{ text: 'Yes.' }, { pcm: tone(400) }] }]);
    rig.voice.say(speech(1500));
    await rig.until('the turn ends', () => rig.ends.length > 0);
    expect(rig.ends).toMatchObject([{ outcome: 'completed', heard: 'Yes.' }]);
    const [first, second] = server.sessions.map(({ events }) =>
      events
        .filter(({ type }) => type === 'input_audio_buffer.append')
        .reduce((sum, { audio }) => sum + Buffer.from(String(audio), 'base64').byteLength / BYTES_PER_MS, 0),
    );
    expect(second).toBeCloseTo(first ?? 0, 3);
  });

  it('has what was said before an outage on the new connection', async () => {
    const server = await open([{ says: [{ text: 'Nice name.' }, { pcm: tone(300) }] }], {
      settings: { conversation: { welcome: 'Welcome!' } },
    });
    await rig.conversation.ask({ text: 'I am Taro', by: 'typed' }).ended;
    server.last.drop();
    await rig.until('it is connected again', () => server.sessions.length > 1);
    await rig.conversation.ask({ text: 'Who am I?', by: 'typed' }).ended;
    expect(textsOf(server, 1)).toEqual(['Welcome!', 'I am Taro', 'Nice name.', 'Who am I?']);
  });

  it('knows the welcome and the first messages from the beginning', async () => {
    const server = await open([{ says: [{ text: 'Hm.' }, { pcm: tone(300) }] }], {
      settings: {
        conversation: {
          welcome: 'Welcome!',
          initialMessages: [
            { role: 'user', text: 'Who are you?' },
            { role: 'assistant', text: 'Gene.' },
          ],
        },
      },
    });
    await rig.conversation.ask({ text: 'Hello', by: 'typed' }).ended;
    expect(textsOf(server, 0)).toEqual(['Welcome!', 'Who are you?', 'Gene.', 'Hello']);
  });

  it('forgets with the conversation', async () => {
    const server = await open([{ says: [{ text: 'Nice name.' }, { pcm: tone(300) }] }]);
    await rig.conversation.ask({ text: 'I am Taro', by: 'typed' }).ended;
    await rig.chat.forget();
    await rig.conversation.ask({ text: 'Who am I?', by: 'typed' }).ended;
    const known = server.last.items.filter(({ role }) => role === 'user');
    expect(known.map(({ item }) => JSON.stringify(item))).toEqual([expect.stringContaining('Who am I?')]);
    expect(rig.told.filter((text) => text.startsWith('warning'))).toEqual([]);
  });

  it('answers while no avatar is connected', async () => {
    await open([{ says: [{ text: 'Only shown.' }, { pcm: tone(500) }] }], {
      links: ['tcp-listen://127.0.0.1:0'],
      settings: { voice: { readyTimeoutMs: 300 } },
    });
    const end = await rig.conversation.ask({ text: 'Hello', by: 'typed' }).ended;
    expect(end).toMatchObject({ reply: 'Only shown.' });
    expect(end).toMatchObject({ outcome: 'completed', heard: 'Only shown.' });
    expect(rig.told.some((text) => /No MMDAgent-EX is connected/.test(text))).toBe(true);
  });

  it('shows faces that the model calls for, in step with its sound, and asks it for nothing more', async () => {
    const cues: { tag: string; playedMs: number }[] = [];
    const sink = {
      name: 'test',
      cue: ({ raw }: { raw: string }) => void cues.push({ tag: raw, playedMs: rig.playedMs() }),
      close: async () => {},
    };
    const server = await open(
      [
        {
          says: [
            { text: '[face:smile]Well, hello. ' },
            { pcm: tone(1200) },
            { call: 'express', arguments: '{"face":"joy"}' },
          ],
        },
      ],
      { ports: { sinks: [sink] }, settings: { expression: { tellModel: true } } },
    );
    const end = await rig.conversation.ask({ text: 'Hello', by: 'typed' }).ended;
    expect(end).toMatchObject({ outcome: 'completed', heard: 'Well, hello. ' });
    expect(cues.map(({ tag }) => tag)).toEqual(['[face:smile]', '[face:joy]']);
    expect(cues[0]?.playedMs).toBeLessThan(600);
    expect(cues[1]?.playedMs).toBeGreaterThan(800);
    expect(JSON.stringify(server.last.session)).toContain('"name":"express"');
    expect(JSON.stringify(server.last.session)).not.toContain('[face:');
    expect(server.last.ofType('response.create')).toHaveLength(1);
    expect(server.last.items.at(-1)?.type).toBe('function_call_output');
  });

  it('stops the model where a guard blocks it, and nothing of it is remembered that was not heard', async () => {
    const server = await open(
      [
        {
          says: [
            { text: 'Well, yes. ' },
            { pcm: tone(600) },
            { text: 'The secret is' },
            { pcm: tone(3000) },
            'wait',
          ],
        },
        { says: [{ text: 'Fine.' }, { pcm: tone(300) }] },
      ],
      {
        settings: {
          tools: { guards: [{ words: ['secret'], on: 'response', action: 'block', text: 'No.' }] },
        },
      },
    );
    const end = await rig.conversation.ask({ text: 'Tell me', by: 'typed' }).ended;
    expect(end).toMatchObject({ outcome: 'completed', heard: 'Well, yes. No.' });
    expect(server.last.ofType('response.cancel')).toHaveLength(1);
    expect(Number(server.last.ofType('conversation.item.truncate')[0]?.['audio_end_ms'])).toBeLessThanOrEqual(
      600,
    );
    await rig.until('the model knows it', () => textsOf(server, 0).includes('No.'));
    expect(server.last.items.at(-1)?.role).toBe('assistant');
    expect(await rig.conversation.ask({ text: 'Then go on', by: 'typed' }).ended).toMatchObject({
      heard: 'Fine.',
    });
    expect(rig.told.filter((text) => text.startsWith('warning'))).toEqual([]);
  });

  it('refuses settings that cannot hold', async () => {
    await expect(
      open([], { settings: { conversation: { wake: { words: ['Gene'] } } } }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/wake\.words.*recogniser/),
    });
    await expect(open([], { engine: { turnDetection: 'server_vad' } })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_CONFIG_INVALID',
      message: expect.stringMatching(/llmEngines\.rt\.turnDetection/),
    });
  });

  it('refuses a voice that is not its own', async () => {
    for (const topology of ['text', 'peer'] as const)
      await expect(open([], { settings: { voice: { topology } } })).rejects.toMatchObject({
        code: 'BRIDGE_ERR_LLM_ENGINE',
        message: expect.stringMatching(/topology stream or local .* got (text|peer)/),
      });
  });

  it('says what is wrong with the key, without the key, when it is connected and at every turn', async () => {
    await open([], { engine: { apiKey: 'sk-wrong-key-9' } });
    await rig.until('it is told', () => rig.told.some((text) => /^warning: .*key/.test(text)));
    const end = await rig.conversation.ask({ text: 'Hello', by: 'typed' }).ended;
    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'BRIDGE_ERR_LLM_KEY' } });
    expect([...rig.told, ...rig.events].join()).not.toContain('sk-wrong-key-9');
  });

  it('ends a script of chat with an error where the key is refused, and with none where it is not', async () => {
    const server = new RealtimeServer();
    server.answers = [{ says: [{ text: 'Hello!' }, { pcm: tone(300) }] }];
    const model = await listen(server, KEY);
    const cli = cliRig();
    try {
      const script = cli.file('script.txt', 'Good morning\n');
      const chat = (apiKey: string) => {
        const llmEngines = {
          rt: { type: 'openai-realtime', baseUrl: model.baseUrl, apiKey: '$' + '{RT_KEY}' },
        };
        const settings = cli.file('settings.json', JSON.stringify({ llmEngines }));
        cli.env['RT_KEY'] = apiKey;
        return cli.run('chat', '--script', script, '--config', settings, '--link', 'simulator:');
      };
      const refused = await chat('sk-wrong-key-9');
      expect(refused.code).toBe(1);
      expect(refused.stdout + refused.stderr).toMatch(/key is missing or was refused/);
      expect(refused.stdout + refused.stderr).not.toContain('sk-wrong-key-9');
      const taken = await chat(KEY);
      expect(taken.code).toBe(0);
      expect(taken.stdout).toContain('Hello!');
    } finally {
      await cli.close();
      await model.close();
    }
  });
});

/** Words that a connection was given, in order. */
function textsOf(server: RealtimeServer, session: number): string[] {
  return (server.sessions[session]?.ofType('conversation.item.create') ?? []).flatMap(({ item }) =>
    ((item as { content?: { text?: string }[] }).content ?? []).flatMap(({ text }) => text ?? []),
  );
}
