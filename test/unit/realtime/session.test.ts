import { describe, expect, it } from 'vitest';
import { BYTES_PER_MS, RealtimeServer, ramp } from '../../support/realtime-server.js';
import { rig, Speech, soundOf, textOf } from './session-rig.js';

const USAGE = { type: 'usage', inputTokens: 20, outputTokens: 30 };

describe('RealtimeSession', () => {
  describe('opening', () => {
    it('sends who the model is, how it hears and speaks, and what it may call', async () => {
      const tool = { name: 'look', description: 'Looks', parameters: { type: 'object' } };
      const { server } = await rig({ tools: [tool] }, { voice: 'cedar', language: 'ja', maxTokens: 500 });
      expect(server.opened[0]?.url.href).toBe('wss://api.openai.com/v1/realtime?model=gpt-realtime');
      expect(server.opened[0]?.headers).toEqual({ Authorization: 'Bearer sk-secret-key-1' });
      expect(server.last.events).toEqual([
        {
          type: 'session.update',
          event_id: 'session.update',
          session: {
            type: 'realtime',
            instructions: 'You are Gene.',
            output_modalities: ['audio'],
            audio: {
              input: {
                format: { type: 'audio/pcm', rate: 24_000 },
                transcription: { model: 'gpt-4o-mini-transcribe', language: 'ja' },
                noise_reduction: null,
                turn_detection: null,
              },
              output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'cedar', speed: 1 },
            },
            tools: [{ type: 'function', ...tool }],
            tool_choice: 'auto',
            max_output_tokens: 500,
          },
        },
      ]);
    });

    it('speaks the older form with servers that know no other', async () => {
      const { server } = await rig({}, { dialect: 'beta', baseUrl: 'https://box.local:8000/v1/realtime/' });
      expect(server.opened[0]?.url.href).toBe('wss://box.local:8000/v1/realtime?model=gpt-realtime');
      expect(server.opened[0]?.headers).toMatchObject({ 'OpenAI-Beta': 'realtime=v1' });
      expect(server.last.session).toMatchObject({
        modalities: ['text', 'audio'],
        voice: 'marin',
        input_audio_format: 'pcm16',
        output_audio_format: 'pcm16',
        turn_detection: null,
      });
    });

    it('sends headers of its settings instead of a key, as Azure wants it', async () => {
      const { server } = await rig(
        {},
        { headers: { 'api-key': 'k-1' }, baseUrl: 'wss://x.openai.azure.com/openai/v1' },
      );
      expect(server.opened[0]?.headers).toEqual({ 'api-key': 'k-1' });
    });

    it('gives back what was said before, answers to calls with their calls', async () => {
      const call = { id: 'c1', name: 'look', argumentsJson: '' };
      const { server, told } = await rig({
        history: () => [
          { role: 'user', text: 'Hello' },
          { role: 'assistant', text: 'Hi!' },
          { role: 'assistant', text: '', calls: [call, { ...call, id: 'unanswered' }] },
          { role: 'tool', callId: 'c1', name: 'look', result: 'a cat' },
          { role: 'tool', callId: 'never-called', name: 'look', result: 'nothing' },
          { role: 'user', text: '' },
        ],
      });
      expect(server.last.ofType('conversation.item.create').map(({ item }) => item)).toEqual([
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi!' }] },
        { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'a cat' },
      ]);
      expect(told).toEqual([]);
    });
  });

  describe('halves of letters', () => {
    const HALF = '\ud83d';

    it('are never sent: not of who the model is, its tools, what was said, called and found', async () => {
      const tool = {
        name: 'look',
        description: `Looks ${HALF}`,
        parameters: { type: 'object', [HALF]: [HALF] },
      };
      const call = { id: 'c1', name: 'look', argumentsJson: '{"at":"\\ud83d","😀":"\\ud83d\\ude00"}' };
      const { server, session, start, settle } = await rig({
        instructions: `You are Gene ${HALF}`,
        tools: [tool],
        history: () => [
          { role: 'user', text: `Hello ${HALF}😀` },
          { role: 'assistant', text: `\ude00 Hi!`, calls: [call] },
          { role: 'tool', callId: 'c1', name: 'look', result: `a cat ${HALF}` },
        ],
      });
      session.update({ instructions: `You are Gene, ${HALF}`, tools: [tool] });
      session.know({ said: [{ role: 'user', text: `Now ${HALF}` }] });
      start({ text: `What ${HALF}?` });
      await settle();
      const sent = JSON.stringify(server.last.events);
      expect(sent).not.toMatch(/\\u+d[89a-f]/i);
      for (const words of [
        'Gene \ufffd',
        'Gene, \ufffd',
        'Looks \ufffd',
        'Hello \ufffd😀',
        '\ufffd Hi!',
        'cat \ufffd',
      ])
        expect(sent).toContain(words);
      expect(sent).toContain('What \ufffd?');
      const given = server.last.ofType('conversation.item.create').map(({ item }) => item);
      const args = (given as { arguments?: string }[]).find(
        (item) => item.arguments !== undefined,
      )?.arguments;
      expect(JSON.parse(args ?? '')).toEqual({ at: '\ufffd', '😀': '😀' });
    });
  });

  describe('a spoken turn', () => {
    it('carries the sound up as it comes, at 24 kHz, and the answer down', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 250 }, { text: 'Hel' }, { soundMs: 250 }, { text: 'lo.' }] }];
      const { start, settle, session } = await rig({}, {}, server);
      const speech = new Speech().say(400);
      const heard = start({ sound: speech });
      await settle();
      const early = server.last.buffered;
      expect(early).toBeGreaterThan(380 * BYTES_PER_MS);
      expect(server.last.ofType('input_audio_buffer.commit')).toEqual([]);
      speech.say(600).end();
      await settle();
      expect(heard.isDone).toBe(true);
      expect(server.last.items[0]?.item).toEqual({ soundMs: 1000 });
      expect(soundOf(heard)).toEqual(ramp(500));
      expect(textOf(heard)).toBe('Hello.');
      expect(heard.parts.slice(-2)).toEqual([USAGE, { type: 'end', reason: 'stop' }]);
      expect(session.usage()).toEqual({
        responses: 1,
        inputTokens: 20,
        outputTokens: 30,
        inputAudioTokens: 15,
        outputAudioTokens: 25,
        cachedTokens: 4,
      });
    });

    it('gives whole samples only, however the server cuts', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 333 }] }];
      const { start, settle } = await rig({}, {}, server);
      const heard = start({ sound: new Speech().say(200).end() });
      await settle();
      for (const part of heard.parts) if (part.type === 'sound') expect(part.pcm.byteLength % 2).toBe(0);
      expect(soundOf(heard)).toEqual(ramp(333));
    });

    it('understands the older names of events', async () => {
      const server = new RealtimeServer();
      server.dialect = 'beta';
      server.answers = [{ says: [{ soundMs: 100 }, { text: 'Hi' }] }];
      const { start, settle } = await rig({}, { dialect: 'beta' }, server);
      const heard = start({ sound: new Speech().say(200).end() });
      await settle();
      expect([soundOf(heard).byteLength, textOf(heard)]).toEqual([100 * BYTES_PER_MS, 'Hi']);
    });

    it('fills up what is too short for the server', async () => {
      const { start, settle, server } = await rig();
      const heard = start({ sound: new Speech().say(40).end() });
      await settle();
      expect(server.last.items[0]?.item).toEqual({ soundMs: 100 });
      expect(heard.parts.at(-1)).toEqual({ type: 'end', reason: 'stop' });
    });

    it('asks nothing when nothing was said', async () => {
      const { start, settle, server } = await rig();
      const heard = start({ sound: new Speech().end() });
      await settle();
      expect(heard.parts).toEqual([{ type: 'end', reason: 'stop' }]);
      expect(server.last.ofType('response.create')).toEqual([]);
      expect(await heard.turn.userText).toBeUndefined();
    });

    it('tells what the user said, also long after the answer', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ text: 'Hi' }], userText: 'Good morning' }];
      const { start, settle, clock } = await rig({}, {}, server);
      const heard = start({ sound: new Speech().say(200).end() });
      await settle();
      expect(heard.isDone).toBe(true);
      expect(await heard.turn.userText).toBe('Good morning');
      expect(clock.pendingCount).toBe(2); // Life of the connection and its age.
    });

    it('waits for what the user said for 20 s only', async () => {
      const { start, settle } = await rig();
      const heard = start({ sound: new Speech().say(200).end() });
      await settle();
      let text: unknown = 'unknown';
      heard.turn.userText.then((known) => {
        text = known;
      });
      await settle(19_000);
      expect(text).toBe('unknown');
      await settle(2000);
      expect(text).toBeUndefined();
    });

    it('tells the parts of what the user said that come before the end', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: ['wait', { text: 'Hi' }] }];
      const { start, settle } = await rig({}, {}, server);
      const heard = start({ sound: new Speech().say(200).end() });
      await settle();
      server.last.writeDown(server.last.items[0]?.id ?? '', 'Good morning');
      server.last.go();
      await settle();
      expect(heard.parts.slice(0, 3)).toEqual([
        { type: 'userText', text: 'Good m' },
        { type: 'userText', text: 'orning' },
        { type: 'text', text: 'Hi' },
      ]);
    });
  });

  describe('a turn of words', () => {
    it('sends words and pictures as one item', async () => {
      const { start, settle, server, told } = await rig();
      start({
        text: 'What is this?',
        images: ['data:image/png;base64,AA==', 'https://example.org/a.png', 'data:image/webp;base64,AA=='],
      });
      await settle();
      expect(server.last.items[0]?.item).toEqual({
        id: 'u000000000000000000000001',
        type: 'message',
        role: 'user',
        content: [
          {
            type: 'input_text',
            text: 'What is this?\n(A picture cannot be shown to you: it is no PNG or JPEG.)',
          },
          { type: 'input_image', image_url: 'data:image/png;base64,AA==' },
        ],
      });
      expect(told).toEqual([['warned', expect.stringContaining('PNG or JPEG')]]);
    });

    it('lets the model begin when there are none', async () => {
      const { start, settle, server } = await rig();
      const heard = start({});
      await settle();
      expect(server.last.ofType('response.create')).toHaveLength(1);
      expect(heard.parts.at(-1)).toEqual({ type: 'end', reason: 'stop' });
    });
  });

  describe('tools', () => {
    it('are called, and answered in a turn of results', async () => {
      const server = new RealtimeServer();
      server.answers = [
        { says: [{ text: 'Let me see.' }, { call: 'look', arguments: '{"at":"door"}' }] },
        { says: [{ text: 'A cat.' }] },
      ];
      const { start, settle } = await rig({}, {}, server);
      const first = start({ text: 'Who is there?' });
      await settle();
      const calls = first.parts.flatMap((part) => (part.type === 'call' ? [part.call] : []));
      expect(calls).toMatchObject([{ name: 'look', argumentsJson: '{"at":"door"}' }]);
      expect(first.parts.at(-1)).toEqual({ type: 'end', reason: 'calls' });
      const second = start({ results: [{ callId: calls[0]?.id ?? '', result: '"cat"' }] });
      await settle();
      expect(server.last.items.at(-2)?.item).toEqual({
        id: expect.stringMatching(/^u\d+$/),
        type: 'function_call_output',
        call_id: calls[0]?.id,
        output: '"cat"',
      });
      expect(textOf(second)).toBe('A cat.');
    });

    it('are called once, also by servers that tell of calls only at the end', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ call: 'look', arguments: '{}' }] }];
      for (const tellsItems of [true, false]) {
        server.tellsItems = tellsItems;
        const { start, settle } = await rig({}, {}, server);
        const heard = start({ text: 'Look' });
        await settle();
        expect(heard.parts.filter(({ type }) => type === 'call')).toHaveLength(1);
        expect(heard.parts.at(-1)).toEqual({ type: 'end', reason: 'calls' });
      }
    });

    it('change with the next turn, and the voice that has spoken stays', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 100 }] }];
      const { start, settle, session, told } = await rig({}, {}, server);
      start({ text: 'Hello' });
      await settle();
      session.update({
        instructions: 'You are Uka.',
        tools: [{ name: 'sing', description: '', parameters: {} }],
      });
      await settle();
      expect(server.last.ofType('session.update')).toHaveLength(1);
      start({ text: 'Hello' });
      await settle();
      expect(server.last.session).toMatchObject({ instructions: 'You are Uka.', tools: [{ name: 'sing' }] });
      start({ text: 'Again' });
      await settle();
      expect(server.last.ofType('session.update')).toHaveLength(2);
      expect(server.last.session).toMatchObject({ audio: { output: { voice: 'marin' } } });
      expect(told).toEqual([]);
    });
    it('are answered without another answer where the model has said all', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ text: 'Hi.' }, { soundMs: 100 }, { call: 'smile', arguments: '{}' }] }];
      const { start, settle, session, told } = await rig({}, {}, server);
      const heard = start({ text: 'Hello' });
      await settle();
      const [callId = ''] = heard.parts.flatMap((part) => (part.type === 'call' ? [part.call.id] : []));
      session.know({ results: [{ callId, result: 'Shown.' }] });
      await settle();
      expect(server.last.items.at(-1)?.item).toMatchObject({ type: 'function_call_output', call_id: callId });
      expect(server.last.ofType('response.create')).toHaveLength(1);
      // Later connections know nothing of the call.
      server.last.drop();
      await settle(1000);
      session.know({ results: [{ callId, result: 'Shown.' }] });
      await settle();
      expect(server.last.ofType('conversation.item.create')).toEqual([]);
      expect(told.filter(([name]) => name === 'warned')).toEqual([]);
    });
  });

  describe('what is said without the model', () => {
    it('is known to it, in its place', async () => {
      const server = new RealtimeServer();
      const { start, settle, session, told } = await rig({}, {}, server);
      start({ text: 'Hello' });
      await settle();
      session.know({
        said: [
          { role: 'user', text: 'Is anybody there?' },
          { role: 'assistant', text: 'A person speaks now.' },
        ],
      });
      start({ text: 'And now?' });
      await settle();
      const items = server.last.ofType('conversation.item.create').map(({ item }) => item as never);
      expect(items).toMatchObject([
        { role: 'user', content: [{ text: 'Hello' }] },
        { role: 'user', content: [{ type: 'input_text', text: 'Is anybody there?' }] },
        { role: 'assistant', content: [{ type: 'output_text', text: 'A person speaks now.' }] },
        { role: 'user', content: [{ text: 'And now?' }] },
      ]);
      expect(told).toEqual([]);
    });

    it('is in the form of older servers too', async () => {
      const server = new RealtimeServer();
      server.dialect = 'beta';
      const { settle, session, told } = await rig({}, { dialect: 'beta' }, server);
      session.know({ said: [{ role: 'assistant', text: 'Hm.' }] });
      await settle();
      expect(server.last.items.at(-1)?.item).toMatchObject({ content: [{ type: 'text', text: 'Hm.' }] });
      expect(told).toEqual([]);
    });

    it('reaches a connection that was being opened and had asked for the history already', async () => {
      const server = new RealtimeServer();
      const { settle, session } = await rig({ history: () => [] }, {}, server);
      server.last.drop();
      server.deaf.add('session.update');
      await settle(300);
      session.know({ said: [{ role: 'assistant', text: 'In between.' }] });
      server.last.send({ type: 'session.updated', session: {} });
      await settle();
      expect(server.sessions).toHaveLength(2);
      expect(server.last.items.map(({ item }) => item['role'])).toEqual(['assistant']);
    });
  });

  describe('words that are looked at before they are answered', () => {
    /** What was said is there, and the model is not asked before `ask`. */
    async function lookedAt(server: RealtimeServer) {
      const { start, settle } = await rig({}, {}, server);
      let ask: (value?: unknown) => void = () => {};
      const answerWhen = new Promise((resolve) => {
        ask = resolve;
      });
      const heard = start({ sound: new Speech().say(400).end(), answerWhen });
      await settle(100);
      return { heard, settle, ask: () => ask() };
    }

    it('are written down while the model is not asked', async () => {
      const server = new RealtimeServer();
      server.writes = ['How are you?'];
      server.answers = [{ says: [{ text: 'Fine.' }] }];
      const { heard, settle, ask } = await lookedAt(server);
      expect(await heard.turn.userText).toBe('How are you?');
      expect(server.last.ofType('response.create')).toEqual([]);
      ask();
      await settle();
      expect(textOf(heard)).toBe('Fine.');
    });

    it('are forgotten with the turn that is called off', async () => {
      const server = new RealtimeServer();
      server.writes = ['How are you?'];
      const { start, settle, told } = await rig({}, {}, server);
      const heard = start({ sound: new Speech().say(400).end(), answerWhen: new Promise(() => {}) });
      await settle(100);
      await heard.turn.cancel();
      await settle();
      expect(heard.parts.at(-1)).toEqual({ type: 'end', reason: 'cancelled' });
      expect(server.last.items).toEqual([]);
      expect(server.last.ofType('response.create')).toEqual([]);
      expect(told).toEqual([]);
    });

    it('are said once more on a new connection, and asked there', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ text: 'Fine.' }] }];
      const { heard, settle, ask } = await lookedAt(server);
      server.last.drop();
      await settle(1000);
      ask();
      await settle();
      expect(server.sessions).toHaveLength(2);
      expect(textOf(heard)).toBe('Fine.');
      expect(server.last.ofType('response.create')).toHaveLength(1);
    });
  });

  describe('an interruption', () => {
    it('stops the model and cuts what it remembers to the millisecond that was heard', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 2000 }, 'wait', { soundMs: 2000 }] }];
      const { start, settle, clock } = await rig({}, {}, server);
      const heard = start({ text: 'Tell me a story' });
      await settle();
      await heard.turn.truncate(1234.9);
      await settle();
      expect(server.last.ofType('conversation.item.truncate')).toMatchObject([
        { item_id: server.last.items[1]?.id, content_index: 0, audio_end_ms: 1234 },
      ]);
      expect(server.last.items[1]?.soundMs).toBe(1234);
      expect(heard.parts.at(-1)).toEqual({ type: 'end', reason: 'cancelled' });
      expect(soundOf(heard).byteLength).toBe(2000 * BYTES_PER_MS);
      expect(clock.pendingCount).toBe(2);
    });

    it('cuts an answer that is complete but was not heard to its end', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 3000 }] }];
      const { start, settle } = await rig({}, {}, server);
      const heard = start({ text: 'Hello' });
      await settle();
      expect(heard.isDone).toBe(true);
      await heard.turn.truncate(500);
      await settle();
      expect(server.last.items[1]?.soundMs).toBe(500);
      expect(server.last.ofType('response.cancel')).toEqual([]);
    });

    it('cuts nothing when all was heard', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 1000 }] }];
      const { start, settle } = await rig({}, {}, server);
      const heard = start({ text: 'Hello' });
      await settle();
      await heard.turn.truncate(1000);
      await settle();
      expect(server.last.ofType('conversation.item.truncate')).toEqual([]);
      expect(server.last.items[1]?.soundMs).toBe(1000);
    });

    it('never asks for more than there is', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 1000 }, 'wait'] }];
      const { start, settle, told } = await rig({}, {}, server);
      const heard = start({ text: 'Hello' });
      await settle();
      await heard.turn.truncate(99_999);
      await settle();
      expect(server.last.ofType('conversation.item.truncate')).toMatchObject([{ audio_end_ms: 1000 }]);
      expect(told).toEqual([]);
    });

    it('lets the model forget an answer of which nothing was heard', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 1000 }, 'wait'] }];
      const { start, settle } = await rig({}, {}, server);
      const heard = start({ text: 'Hello' });
      await settle();
      await heard.turn.truncate(0);
      await settle();
      expect(server.last.items.map(({ role }) => role)).toEqual(['user']);
    });

    it('is in time before the model has begun', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: ['wait', { soundMs: 1000 }] }];
      const { start, settle, told } = await rig({}, {}, server);
      const heard = start({ text: 'Hello' });
      await settle();
      await heard.turn.truncate(0);
      await settle();
      expect(heard.parts).toEqual([{ type: 'end', reason: 'cancelled' }]);
      expect(server.last.ofType('response.cancel')).toHaveLength(1);
      expect(server.last.items.map(({ role }) => role)).toEqual(['user']);
      expect(told).toEqual([]);
    });

    it('stops an answer whose beginning the server tells only afterwards', async () => {
      const { start, settle, server } = await rig();
      server.deaf.add('response.create');
      const heard = start({ text: 'Hello' });
      await settle();
      await heard.turn.truncate(0);
      server.last.send({ type: 'response.created', response: { id: 'r1' } });
      await settle();
      expect(server.last.ofType('response.cancel')).toMatchObject([{ response_id: 'r1' }]);
      expect(heard.parts).toEqual([{ type: 'end', reason: 'cancelled' }]);
    });

    it('is sent once, and again only when less was heard than it was told', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 1000 }, 'wait'] }];
      const { start, settle } = await rig({}, {}, server);
      const heard = start({ text: 'Hello' });
      await settle();
      await Promise.all([heard.turn.truncate(300), heard.turn.truncate(300), heard.turn.truncate(400)]);
      await settle();
      const cuts = () => server.last.ofType('conversation.item.truncate').map((cut) => cut['audio_end_ms']);
      expect(cuts()).toEqual([300]);
      await heard.turn.truncate(100);
      await heard.turn.truncate(0);
      await heard.turn.truncate(0);
      await settle();
      expect(cuts()).toEqual([300, 100]);
      expect(server.last.ofType('conversation.item.delete')).toHaveLength(1);
      expect(server.last.ofType('response.cancel')).toHaveLength(1);
      expect(server.last.items.map(({ role }) => role)).toEqual(['user']);
    });

    it('never forgets less the second time', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 1000 }, 'wait'] }];
      const { start, settle, told } = await rig({}, {}, server);
      const heard = start({ text: 'Hello' });
      await settle();
      await heard.turn.truncate(300);
      await heard.turn.truncate(600);
      await settle();
      expect(server.last.items.at(-1)?.soundMs).toBe(300);
      expect(told).toEqual([]);
    });

    it('cuts in the second of two items, and leaves the first', async () => {
      const server = new RealtimeServer();
      server.answers = [
        {
          says: [
            { soundMs: 400, item: 'a' },
            { soundMs: 600, item: 'b' },
          ],
        },
      ];
      const { start, settle } = await rig({}, {}, server);
      const heard = start({ text: 'Hello' });
      await settle();
      await heard.turn.truncate(650);
      await settle();
      expect(server.last.items.slice(1).map(({ soundMs }) => soundMs)).toEqual([400, 250]);
    });

    it('lets the model forget a call that nobody will answer', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 400 }, { call: 'look', arguments: '{}' }, 'wait'] }];
      const { start, settle } = await rig({}, {}, server);
      const heard = start({ text: 'Hello' });
      await settle();
      await heard.turn.truncate(200);
      await settle();
      expect(server.last.items.map(({ type, soundMs }) => [type, soundMs])).toEqual([
        ['message', undefined],
        ['message', 200],
      ]);
    });

    it('deletes an item that the server cannot cut', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 400 }, 'wait'] }];
      server.refusals.set('conversation.item.truncate', {
        code: 'unsupported_content_type',
        message: 'Only model output audio messages can be truncated',
      });
      const { start, settle, told } = await rig({}, {}, server);
      const heard = start({ text: 'Hello' });
      await settle();
      await heard.turn.truncate(200);
      await settle();
      expect(server.last.items.map(({ role }) => role)).toEqual(['user']);
      expect(told).toEqual([]);
    });

    it('ends an abort with its reason', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 400 }, 'wait'] }];
      const { start, settle } = await rig({}, {}, server);
      const abort = new AbortController();
      const heard = start({ text: 'Hello', signal: abort.signal });
      await settle();
      abort.abort(new Error('interrupted'));
      await settle();
      expect(heard.error).toMatchObject({ message: 'interrupted' });
      expect(server.last.items).toEqual([]);
    });
  });

  describe('a turn that never was', () => {
    it('leaves nothing of its sound while it is being heard', async () => {
      const { start, settle, server } = await rig();
      const speech = new Speech().say(300);
      const heard = start({ sound: speech });
      await settle();
      await heard.turn.cancel();
      speech.say(300).end();
      await settle();
      expect(server.last.buffered).toBe(0);
      expect(server.last.items).toEqual([]);
      expect(heard.parts).toEqual([{ type: 'end', reason: 'cancelled' }]);
      expect(await heard.turn.userText).toBeUndefined();
    });

    it('leaves nothing of it when it is with the model already', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 400 }, 'wait'] }, { says: [{ text: 'Yes' }] }];
      const { start, settle } = await rig({}, {}, server);
      const heard = start({ sound: new Speech().say(300).end() });
      await settle();
      await heard.turn.cancel();
      await settle();
      expect(server.last.items).toEqual([]);
      const next = start({ sound: new Speech().say(900).end() });
      await settle();
      expect(textOf(next)).toBe('Yes');
    });
  });

  describe('one turn after the other', () => {
    it('stops the answer before and asks when the server is free', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 400 }, 'wait', { soundMs: 9 }] }, { says: [{ text: 'Second' }] }];
      const { start, settle, told } = await rig({}, {}, server);
      const first = start({ text: 'One' });
      await settle();
      const second = start({ text: 'Two' });
      await settle();
      expect(first.parts.at(-1)).toEqual({ type: 'end', reason: 'cancelled' });
      expect(textOf(second)).toBe('Second');
      expect(told).toEqual([]);
    });

    it('lets an answer go on while the user only begins to speak', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 400 }, 'wait', { text: 'more' }] }];
      const { start, settle } = await rig({}, {}, server);
      const first = start({ text: 'One' });
      await settle();
      const second = start({ sound: new Speech().say(300) });
      await settle();
      await second.turn.cancel();
      server.last.go();
      await settle();
      expect(textOf(first)).toBe('more');
      expect(first.parts.at(-1)).toEqual({ type: 'end', reason: 'stop' });
    });

    it('gives the buffer of sound to the newer of two that speak', async () => {
      const { start, settle, server } = await rig();
      const first = start({ sound: new Speech().say(300) });
      await settle();
      const second = start({ sound: new Speech().say(500).end() });
      await settle();
      expect(first.parts).toEqual([{ type: 'end', reason: 'cancelled' }]);
      expect(second.parts.at(-1)).toEqual({ type: 'end', reason: 'stop' });
      expect(server.last.items.map(({ item }) => item)).toEqual([{ soundMs: 500 }]);
    });

    it('asks again when another answer was under way after all', async () => {
      const server = new RealtimeServer();
      const { start, settle, told } = await rig({}, {}, server);
      server.answers = [{ says: [{ text: 'Yes' }] }];
      server.refusals.set('response.create', {
        code: 'conversation_already_has_active_response',
        message: 'Conversation already has an active response in progress',
      });
      const heard = start({ text: 'Hello' });
      await settle();
      server.refusals.clear();
      await settle(3000);
      expect(textOf(heard)).toBe('Yes');
      expect(told).toEqual([['warned', expect.stringContaining('asked again')]]);
    });
  });

  describe('the end of an answer', () => {
    it.each([
      [{ status: 'incomplete', details: { reason: 'max_output_tokens' } }, 'length'],
      [{ status: 'incomplete', details: { reason: 'content_filter' } }, 'filter'],
      [{ status: 'cancelled', details: { reason: 'turn_detected' } }, 'cancelled'],
      [{ status: 'completed' }, 'stop'],
    ])('%j is told as %s', async (status, reason) => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ text: 'Hi' }, status] }];
      const { start, settle } = await rig({}, {}, server);
      const heard = start({ text: 'Hello' });
      await settle();
      expect(heard.parts.at(-1)).toEqual({ type: 'end', reason });
    });
  });

  describe('hearing of the server', () => {
    it('begins turns by itself, and tells of the user', async () => {
      const server = new RealtimeServer();
      const { session, settle, told } = await rig({}, { turnDetection: 'semantic_vad' }, server);
      expect(server.last.session).toMatchObject({
        audio: { input: { turn_detection: { type: 'semantic_vad', create_response: true } } },
      });
      session.hear(new Uint8Array(640));
      await settle();
      session.hear(new Uint8Array(6400));
      await settle();
      expect(server.last.buffered).toBeGreaterThan(0);
      server.last.send({ type: 'input_audio_buffer.speech_started' });
      server.last.send({ type: 'input_audio_buffer.speech_stopped' });
      server.last.send({ type: 'input_audio_buffer.committed', item_id: 'user_a' });
      server.last.send({ type: 'response.created', response: { id: 'r1' } });
      server.last.send({
        type: 'response.output_audio.delta',
        response_id: 'r1',
        item_id: 'm1',
        content_index: 0,
        delta: ramp(100).toString('base64'),
      });
      server.last.send({ type: 'response.done', response: { id: 'r1', status: 'completed' } });
      server.last.writeDown('user_a', 'Hello');
      await settle();
      expect(told.map(([name]) => name)).toEqual(['userBegan', 'userPaused', 'turnBegan']);
      const turn = told[2]?.[1] as import('../../../src/realtime/index.js').RealtimeTurn;
      const parts = [];
      for await (const part of turn.parts) parts.push(part.type);
      expect(parts).toEqual(['sound', 'end']);
      await session.close();
    });

    it('refuses sound of a turn of ours', async () => {
      const { start, settle } = await rig({}, { turnDetection: 'server_vad' });
      const heard = start({ sound: new Speech().say(100).end() });
      await settle();
      expect(heard.error).toMatchObject({ code: 'BRIDGE_ERR_STATE' });
    });
  });

  describe('its life', () => {
    it('tells the limits that are left', async () => {
      const { server, settle, told } = await rig();
      server.last.send({
        type: 'rate_limits.updated',
        rate_limits: [{ name: 'tokens', limit: 40_000, remaining: 39_000, reset_seconds: 1.5 }],
      });
      await settle();
      expect(told).toEqual([
        ['rateLimits', [{ name: 'tokens', limit: 40_000, remaining: 39_000, resetMs: 1500 }]],
      ]);
    });

    it('closes and leaves nothing: turns end, timers too', async () => {
      const server = new RealtimeServer();
      server.answers = [{ says: [{ soundMs: 400 }, 'wait'] }];
      const { start, settle, session, clock } = await rig({}, {}, server);
      const heard = start({ sound: new Speech().say(300).end() });
      await settle();
      await session.close();
      await session.close();
      await settle();
      expect(heard.error).toMatchObject({ name: 'AbortError' });
      expect(await heard.turn.userText).toBeUndefined();
      expect(clock.pendingCount).toBe(0);
      const late = start({ text: 'Hello' });
      await settle();
      expect(late.error).toMatchObject({ code: 'BRIDGE_ERR_STATE' });
    });

    it('ends by the signal that it was opened with', async () => {
      const abort = new AbortController();
      const { settle, clock, start } = await rig({ signal: abort.signal });
      abort.abort(new Error('over'));
      await settle();
      expect(clock.pendingCount).toBe(0);
      const late = start({ text: 'Hello' });
      await settle();
      expect(late.error).toMatchObject({ code: 'BRIDGE_ERR_STATE' });
    });
  });
});
