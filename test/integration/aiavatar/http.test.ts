import { get, request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { wavFile } from '../../../src/aiavatar/wav-file.js';
import { ProviderError, RequestError } from '../../../src/runtime/index.js';
import type { FakeSession } from '../../support/aiavatar/fake-sessions.js';
import { eventsOf, startRoom } from './room-rig.js';

const PICTURE = 'data:image/png;base64,iVBORw0KGgo=';

/** Answers every question in two pieces. */
function twoPieces(session: FakeSession, turn: number): void {
  setImmediate(() => {
    session.piece(turn, { raw: '[face:joy]Hello.', text: 'Hello.', cues: [{ name: 'face', value: 'joy' }] });
    session.piece(turn, { raw: ' How are you?' });
    session.finish(turn, '[face:joy]Hello. How are you?', 'Hello. How are you?');
  });
}

describe('POST /chat', () => {
  it('answers a question with start, chunks and final', async () => {
    await using room = await startRoom();
    room.sessions.reply = twoPieces;
    const answer = await room.post('/chat', {
      type: 'start',
      session_id: 's',
      user_id: 'u',
      text: 'Hi',
      system_prompt_params: { name: 'Ann' },
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = await eventsOf(answer);
    expect(events.map(({ type }) => type)).toEqual(['start', 'chunk', 'chunk', 'final']);
    expect(events[0]).toMatchObject({
      session_id: 's',
      user_id: 'u',
      context_id: room.sessions.last.context,
      metadata: { request_text: 'Hi' },
    });
    expect(events[1]).toMatchObject({ voice_text: 'Hello.', metadata: { is_first_chunk: true } });
    expect(String(events[1]?.['audio_data'])).toMatch(/^UklGR/);
    expect(events[3]).toMatchObject({ voice_text: 'Hello. How are you?' });
    expect(room.sessions.last.asked[0]).toMatchObject({ text: 'Hi', parameters: { name: 'Ann' } });
    expect(room.sessions.last.holds).toBe(0);
  });

  it('goes on with the context that start told, also in another session', async () => {
    await using room = await startRoom();
    room.sessions.reply = twoPieces;
    const body = { type: 'start', session_id: 's2', text: 'Hi', context_id: 'context of s1' };
    const events = await eventsOf(await room.post('/chat', body));
    expect(room.sessions.last.asked[0]?.context).toBe('context of s1');
    expect(events[0]?.['context_id']).toBe('context of s1');
  });

  it('hears recorded sound, and tells canceled where there are no words', async () => {
    await using room = await startRoom();
    room.sessions.reply = twoPieces;
    const audio_data = wavFile(new Uint8Array(3200), 16_000).toString('base64');
    const heard = await eventsOf(await room.post('/chat', { type: 'start', session_id: 's', audio_data }));
    expect(heard[0]).toMatchObject({ type: 'start', metadata: { recognized_text: 'What did I say?' } });
    room.sessions.words = '';
    const silent = await eventsOf(await room.post('/chat', { type: 'start', session_id: 's', audio_data }));
    expect(silent).toMatchObject([{ type: 'canceled', metadata: { reason: 'No speech recognized.' } }]);
  });

  it('ends with vision where a picture is wanted, and goes on with the same turn when it comes', async () => {
    await using room = await startRoom();
    room.sessions.reply = (session, turn) =>
      setImmediate(() => {
        session.piece(turn, { raw: 'Let me see. [vision:camera]', text: 'Let me see.' });
        session.events.emit('vision', { id: 'p1', source: 'camera', turn });
      });
    const asked = { type: 'start', session_id: 's', text: 'What is this?' };
    const first = await eventsOf(await room.post('/chat', asked));
    expect(first.map(({ type }) => type)).toEqual(['start', 'chunk', 'vision']);
    expect(first[2]).toMatchObject({ metadata: { source: 'camera' } });
    const session = room.sessions.last;
    // Who holds a session is asked: it is held until the picture is there.
    expect(session.holds).toBe(1);
    const shown = room.post('/chat', {
      type: 'start',
      session_id: 's',
      files: [{ type: 'image', url: PICTURE }],
    });
    await expect.poll(() => session.given.length).toBe(1);
    session.piece(1, { raw: 'A cat.' });
    session.finish(1, 'Let me see. A cat.');
    expect((await eventsOf(await shown)).map(({ type }) => type)).toEqual(['start', 'chunk', 'final']);
    expect([session.asked.length, session.holds]).toEqual([1, 0]);
  });

  it('tells the tag where ChatdollKit looks for it, and words that were late when the picture comes, without it', async () => {
    await using room = await startRoom();
    room.sessions.reply = (session, turn) =>
      setImmediate(() => session.events.emit('vision', { id: 'p1', source: 'camera', turn }));
    const asked = { type: 'start', session_id: 's', text: 'What is this?', audio: 'none' };
    const first = await eventsOf(await room.post('/chat', asked));
    expect(first.map(({ type, text }) => [type, text])).toEqual([
      ['start', null],
      ['chunk', '[vision:camera]'],
      ['vision', '[vision:camera]'],
    ]);
    const session = room.sessions.last;
    session.piece(1, { raw: 'Let me see.' });
    const text = 'This is the image you captured. (source: camera)';
    const shown = room.post('/chat', { ...asked, text, files: [{ type: 'image', url: PICTURE }] });
    await expect.poll(() => session.given.length).toBe(1);
    session.piece(1, {
      raw: '[vision:camera]A cat.',
      text: 'A cat.',
      cues: [{ name: 'vision', value: 'camera' }],
    });
    session.finish(1, 'Let me see. A cat.');
    expect((await eventsOf(await shown)).map(({ type, text: words }) => [type, words])).toEqual([
      ['start', null],
      ['chunk', 'Let me see.'],
      ['chunk', 'A cat.'],
      ['final', 'Let me see. A cat.'],
    ]);
  });

  it('goes on where the picture is not waited for any more before it was asked for', async () => {
    await using room = await startRoom();
    room.sessions.reply = (session, turn) =>
      setImmediate(() => {
        session.events.emit('vision', { id: 'p1', source: 'camera', turn });
        session.events.emit('looked', 'p1');
        session.piece(turn, { raw: 'I cannot see.' });
        session.finish(turn, 'I cannot see.');
      });
    const events = await eventsOf(await room.post('/chat', { type: 'start', session_id: 's', text: 'Look' }));
    expect(events.map(({ type }) => type)).toEqual(['start', 'chunk', 'final']);
    expect(room.sessions.last.holds).toBe(0);
  });

  it('cancels a turn of which nobody reads the rest, not one that was given whole', async () => {
    await using room = await startRoom();
    room.sessions.reply = (session, turn) => setImmediate(() => session.piece(turn, { raw: 'Long' }));
    const leave = new AbortController();
    const answer = await fetch(`${room.origin}/chat`, {
      method: 'POST',
      body: JSON.stringify({ type: 'start', session_id: 's', text: 'x' }),
      signal: leave.signal,
    });
    await answer.body?.getReader().read();
    leave.abort();
    await expect.poll(() => room.sessions.last.cancelled).toEqual([1]);
    room.sessions.last.reply = (session, turn) =>
      setImmediate(() => {
        session.piece(turn, { raw: 'Whole' });
        session.events.emit('given', turn, 'Whole', 'Whole');
      });
    await eventsOf(await room.post('/chat', { type: 'start', session_id: 's', text: 'y' }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(room.sessions.last.cancelled).toEqual([1]);
  });

  it('leaves alone what its client does not wait for: nothing is asked, nothing is logged', async () => {
    await using room = await startRoom();
    let say: (words: string) => void = () => {};
    room.sessions.words = new Promise((resolve) => {
      say = resolve;
    });
    const leave = new AbortController();
    const asked = fetch(`${room.origin}/chat`, {
      method: 'POST',
      body: JSON.stringify({ type: 'start', session_id: 's', audio_data: 'AAAAAA==' }),
      signal: leave.signal,
    });
    await expect.poll(() => room.sessions.transcribed.length).toBe(1);
    leave.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => room.endings()).toBe(1);
    say('Hello');
    await expect.poll(() => room.sessions.last.holds).toBe(0);
    expect([room.sessions.last.asked, room.logged]).toEqual([[], []]);
  });

  it('tells of the turn that was asked for, also where others go on', async () => {
    await using room = await startRoom();
    room.sessions.reply = (session, turn) => {
      if (turn !== 2) return;
      setImmediate(() => {
        session.end(1, { outcome: 'interrupted' });
        session.piece(1, { raw: 'not asked' });
        session.piece(2, { raw: 'asked' });
        session.finish(2, 'asked');
      });
    };
    const first = room.post('/chat', { type: 'start', session_id: 's', text: 'one' });
    await expect.poll(() => room.sessions.opened[0]?.asked.length).toBe(1);
    const second = await eventsOf(await room.post('/chat', { type: 'start', session_id: 's', text: 'two' }));
    expect(second.map(({ type, text }) => [type, text])).toEqual([
      ['start', null],
      ['chunk', 'asked'],
      ['final', 'asked'],
    ]);
    expect((await eventsOf(await first)).map(({ type }) => type)).toEqual(['start', 'final']);
  });

  it('shows that it lives while the model thinks', async () => {
    await using room = await startRoom();
    const answer = await room.post('/chat', { type: 'start', session_id: 's', text: 'x' });
    const reader = answer.body?.getReader();
    let text = '';
    while (!text.includes(': ping\r\n\r\n: ping')) text += Buffer.from((await reader?.read())?.value ?? []);
    await reader?.cancel();
  });

  it.each([
    [400, { error: 'session_id is required.' }, { type: 'start', text: 'x' }],
    [400, { error: expect.stringContaining('"text"') }, { type: 'start', session_id: 's' }],
    [400, { error: expect.stringContaining('object') }, []],
    [400, { error: expect.stringContaining('base64') }, { type: 'start', session_id: 's', audio_data: '**' }],
  ])('refuses what it cannot take with %i and %j', async (status, body, asked) => {
    await using room = await startRoom();
    const answer = await room.post('/chat', asked);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject(body);
  });

  it('tells what no session or turn could be begun for with a status, and a turn that fails with an event', async () => {
    await using room = await startRoom();
    room.sessions.refusal = new RequestError('BRIDGE_ERR_QUEUE_FULL', 'Too many', { retryable: true });
    const full = await room.post('/chat', { type: 'start', session_id: 's', text: 'x' });
    expect([full.status, await full.json()]).toEqual([
      503,
      { error: 'Too many', code: 'BRIDGE_ERR_QUEUE_FULL' },
    ]);
    room.sessions.refusal = undefined;
    room.sessions.reply = (session, turn) =>
      setImmediate(() => {
        session.end(turn, { outcome: 'failed', error: { code: 'BRIDGE_ERR_LLM_BUSY', message: 'Busy' } });
      });
    const events = await eventsOf(await room.post('/chat', { type: 'start', session_id: 's', text: 'x' }));
    expect(events.at(-1)).toMatchObject({ type: 'error', metadata: { error: 'Busy' } });
  });

  it('lets nobody in without a key that it knows, as FastAPI says it', async () => {
    await using room = await startRoom({ isKeyed: true });
    for (const authorization of ['', 'Bearer wrong']) {
      const answer = await room.post('/chat', { session_id: 's', text: 'x' }, { authorization });
      expect([answer.status, await answer.json()]).toEqual([401, { detail: 'Invalid or missing API Key' }]);
    }
    room.sessions.reply = twoPieces;
    expect((await room.post('/chat', { type: 'start', session_id: 's', text: 'x' })).status).toBe(200);
  });
});

describe('POST /start', () => {
  it('answers with one connected', async () => {
    await using room = await startRoom();
    const events = await eventsOf(
      await room.post('/start', { type: 'start', session_id: 's', user_id: 'u' }),
    );
    expect(events).toMatchObject([{ type: 'connected', session_id: 's', user_id: 'u', metadata: {} }]);
  });
});

describe('AIAvatarKit 2.2-9: what the README of AIAvatarKit names is there', () => {
  it.each(['/stt', '/transcribe'])('POST %s writes down what is said', async (path) => {
    await using room = await startRoom();
    const form = new FormData();
    form.set('audio', new Blob([new Uint8Array(wavFile(new Uint8Array(3200), 16_000))]), 'voice.wav');
    form.set('session_id', 's');
    const answer = await fetch(`${room.origin}${path}`, { method: 'POST', body: form });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { text: 'What did I say?', preprocess_metadata: null, postprocess_metadata: null, speakers: null },
    ]);
    expect(room.sessions.transcribed[0]?.byteLength).toBe(3200);
  });

  it.each(['/tts', '/synthesize'])('POST %s says it', async (path) => {
    await using room = await startRoom();
    const answer = await room.post(path, { text: 'Hello', style_info: null, language: 'en-US' });
    expect(answer.headers.get('content-type')).toBe('audio/wav');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename=voice.wav');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([bytes.toString('latin1', 0, 4), bytes.byteLength]).toEqual(['RIFF', 44 + 10]);
  });

  it('refuses what is no sound and no text in its words', async () => {
    await using room = await startRoom();
    const empty = new FormData();
    empty.set('audio', new Blob([]), 'voice.wav');
    const silent = await fetch(`${room.origin}/stt`, { method: 'POST', body: empty });
    expect([silent.status, await silent.json()]).toMatchObject([400, { error: 'audio data is required.' }]);
    const form = new FormData();
    form.set('sound', 'x');
    expect((await fetch(`${room.origin}/transcribe`, { method: 'POST', body: form })).status).toBe(422);
    expect((await room.post('/transcribe', {})).status).toBe(400);
    const mute = await room.post('/synthesize', { text: ' ' });
    expect([mute.status, await mute.json()]).toMatchObject([400, { error: 'text is required.' }]);
    room.sessions.refusal = new ProviderError('BRIDGE_ERR_SPEECH_KEY', 'The key is missing', {
      provider: 'x',
    });
    expect((await room.post('/tts', { text: 'Hello' })).status).toBe(503);
  });
});

describe('POST /chat-messages', () => {
  const QUESTION = { query: 'Hi', user: 'u', inputs: {} };

  it('tells the reply as Dify does, in events', async () => {
    await using room = await startRoom();
    room.sessions.reply = twoPieces;
    const events = await eventsOf(
      await room.post('/chat-messages', { ...QUESTION, response_mode: 'streaming' }),
    );
    expect(events.map(({ event, answer }) => [event, answer])).toEqual([
      ['message', '[face:joy]Hello.'],
      ['message', ' How are you?'],
      ['message_end', null],
    ]);
    expect(new Set(events.map(({ message_id }) => message_id)).size).toBe(1);
    expect(events[0]).toMatchObject({
      conversation_id: room.sessions.last.context,
      created_at: expect.any(Number),
    });
    expect(room.sessions.last.wish.voice).toEqual({ to: 'nobody' });
  });

  it('tells it whole where it is asked to', async () => {
    await using room = await startRoom();
    room.sessions.reply = twoPieces;
    const answer = await room.post('/chat-messages', { ...QUESTION, response_mode: 'blocking' });
    expect(await answer.json()).toMatchObject({
      event: 'message',
      mode: 'chat',
      answer: '[face:joy]Hello. How are you?',
      conversation_id: room.sessions.last.context,
    });
  });

  it('goes on with a conversation, and keeps two of one user apart', async () => {
    await using room = await startRoom();
    room.sessions.reply = twoPieces;
    await eventsOf(await room.post('/chat-messages', { ...QUESTION, conversation_id: 'c1' }));
    expect(room.sessions.last.asked[0]?.context).toBe('c1');
    await eventsOf(await room.post('/chat-messages', QUESTION));
    await eventsOf(await room.post('/chat-messages', QUESTION));
    expect(room.sessions.opened).toHaveLength(3);
  });

  it('asks for no picture that its client could not show', async () => {
    await using room = await startRoom();
    room.sessions.reply = (session, turn) =>
      setImmediate(() => {
        session.events.emit('vision', { id: 'p1', source: 'camera', turn });
        session.events.emit('looked', 'p1');
        session.piece(turn, { raw: 'I cannot see.' });
        session.finish(turn, 'I cannot see.');
      });
    const events = await eventsOf(await room.post('/chat-messages', QUESTION));
    expect(events.map(({ event }) => event)).toEqual(['message', 'message_end']);
    expect(room.sessions.last.holds).toBe(0);
  });

  it.each([
    {},
    { query: 'x' },
    { user: 'u' },
    { ...QUESTION, response_mode: 'fast' },
    { ...QUESTION, inputs: 3 },
  ])('refuses %j', async (body) => {
    await using room = await startRoom();
    const answer = await room.post('/chat-messages', body);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { code: 'BRIDGE_ERR_USAGE', status: 400 },
    ]);
  });

  it('tells a turn that failed, in both ways', async () => {
    await using room = await startRoom();
    room.sessions.reply = (session, turn) =>
      setImmediate(() => session.end(turn, { outcome: 'failed', error: { code: 'X', message: 'no' } }));
    const events = await eventsOf(await room.post('/chat-messages', QUESTION));
    expect(events).toMatchObject([{ event: 'error', code: 'X', message: 'no' }]);
    const blocking = await room.post('/chat-messages', { ...QUESTION, response_mode: 'blocking' });
    expect([blocking.status, await blocking.json()]).toEqual([
      500,
      { code: 'X', message: 'no', status: 500 },
    ]);
  });
});

describe('POST /v1/chat/completions', () => {
  const MESSAGES = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'I am Ann.' },
    { role: 'assistant', content: 'Hello Ann.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Who am I?' },
        { type: 'image_url', image_url: { url: PICTURE } },
      ],
    },
  ];

  it('answers with a completion, from the conversation that came along, in a session of its own', async () => {
    await using room = await startRoom();
    room.sessions.reply = twoPieces;
    const answer = await room.post('/v1/chat/completions', {
      model: 'gene',
      messages: MESSAGES,
      user: 'ann',
    });
    expect(await answer.json()).toMatchObject({
      object: 'chat.completion',
      model: 'gene',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Hello. How are you?' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 },
    });
    const session = room.sessions.last;
    expect(session.wish).toMatchObject({
      persona: 'gene',
      user: 'ann',
      voice: { to: 'nobody' },
      instructions: 'Be kind.',
      said: [
        { role: 'user', text: 'I am Ann.' },
        { role: 'assistant', text: 'Hello Ann.' },
      ],
    });
    expect(session.asked).toMatchObject([{ text: 'Who am I?', images: [PICTURE] }]);
    await expect.poll(() => session.isClosed).toBe(true);
  });

  it('streams chunks as they come, usage where it is asked for, and the end', async () => {
    await using room = await startRoom();
    room.sessions.reply = twoPieces;
    const answer = await room.post('/v1/chat/completions', {
      model: 'any',
      messages: MESSAGES,
      stream: true,
      stream_options: { include_usage: true },
    });
    const text = await answer.clone().text();
    expect(text.endsWith('data: [DONE]\r\n\r\n')).toBe(true);
    const chunks = (await eventsOf(answer)) as unknown as {
      choices: { delta: object; finish_reason: unknown }[];
      usage?: object;
    }[];
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'Hello.' },
      { content: ' How are you?' },
      {},
      undefined,
    ]);
    expect(chunks[3]?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks[4]?.usage).toMatchObject({ completion_tokens: 5 });
    expect(room.sessions.last.wish.persona).toBeUndefined();
  });

  it.each([
    [{}],
    [{ messages: [] }],
    [{ messages: [{ role: 'system', content: 'x' }] }],
    [{ messages: [{ role: 'user', content: '' }] }],
    [{ messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] }],
    [{ messages: MESSAGES, n: 2 }],
    [{ messages: MESSAGES, stream: 'yes' }],
  ])('refuses %j in the words of OpenAI', async (body) => {
    await using room = await startRoom();
    const answer = await room.post('/v1/chat/completions', body);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { type: 'invalid_request_error', code: 'BRIDGE_ERR_USAGE', param: null } },
    ]);
    expect(room.sessions.opened).toEqual([]);
  });

  it('tells a key that it does not know, and a turn that failed, in the words of OpenAI', async () => {
    await using keyed = await startRoom({ isKeyed: true });
    const wrong = await keyed.post(
      '/v1/chat/completions',
      { messages: MESSAGES },
      { authorization: 'Bearer x' },
    );
    expect([wrong.status, await wrong.json()]).toMatchObject([
      401,
      { error: { type: 'authentication_error', code: 'invalid_api_key' } },
    ]);
    await using room = await startRoom();
    room.sessions.reply = (session, turn) =>
      setImmediate(() => session.end(turn, { outcome: 'failed', error: { code: 'X', message: 'no' } }));
    const failed = await room.post('/v1/chat/completions', { messages: MESSAGES });
    expect([failed.status, await failed.json()]).toMatchObject([
      502,
      { error: { type: 'server_error', message: 'no' } },
    ]);
    const streamed = await room.post('/v1/chat/completions', { messages: MESSAGES, stream: true });
    expect((await eventsOf(streamed)).at(-1)).toMatchObject({ error: { message: 'no' } });
  });

  it('names the personas as models', async () => {
    await using room = await startRoom();
    const answer = await fetch(`${room.origin}/v1/models`);
    expect(((await answer.json()) as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([
      'house',
      'gene',
    ]);
  });
});

/**
 * How ChatdollKit reads a stream, written from what it does (478a740, AIAvatarKitService.cs): each read of the network by itself is text,
 * is cut at line ends, and lines that begin with `data:` are JSON; what a read cuts in two is lost.
 */
function chatdollReads(reads: readonly Buffer[]): Record<string, unknown>[] {
  return reads.flatMap((read) =>
    read
      .toString('utf8')
      .split(/\r\n|\n/)
      .filter((line) => line.startsWith('data:'))
      .flatMap((line) => {
        try {
          return [JSON.parse(line.slice('data:'.length).trim())];
        } catch {
          return [];
        }
      }),
  );
}

describe('ChatdollKit', () => {
  const LONG = 'そうですね。'.repeat(200);

  function story(session: FakeSession, turn: number): void {
    let piece = 0;
    const next = (): void => {
      if (piece++ < 10) {
        session.piece(turn, { raw: `[face:joy]${LONG}${piece}`, text: `${LONG}${piece}` });
        setTimeout(next, 2);
      } else session.finish(turn, 'all');
    };
    next();
  }

  async function readsOf(port: number, headers: Record<string, string>): Promise<Buffer[]> {
    return new Promise((resolve, reject) => {
      const reads: Buffer[] = [];
      const asked = httpRequest(
        { port, host: '127.0.0.1', path: '/chat', method: 'POST', headers },
        (answer) => {
          answer.on('data', (read: Buffer) => reads.push(read));
          answer.on('end', () => resolve(reads));
        },
      );
      asked.on('error', reject);
      asked.end(JSON.stringify({ type: 'start', session_id: 'ChatdollKit-1', user_id: 'u', text: 'Hi' }));
    });
  }

  it('gets every event whole in one read, as it needs it', async () => {
    await using room = await startRoom();
    room.sessions.reply = (session, turn) => setImmediate(() => story(session, turn));
    const reads = await readsOf(room.port, { 'User-Agent': 'UnityPlayer/2022.3.4f1 (UnityWebRequest/1.0)' });
    const events = chatdollReads(reads);
    expect(events.map(({ type }) => type)).toEqual(['start', ...new Array(10).fill('chunk'), 'final']);
    expect(events.map(({ text }) => text).slice(1, 3)).toEqual([`[face:joy]${LONG}1`, `[face:joy]${LONG}2`]);
    // Of a read that ends inside an event the parser loses it: that the test can fail.
    const whole = Buffer.concat(reads);
    const cut = whole.indexOf('chunk') + 100;
    expect(chatdollReads([whole.subarray(0, cut), whole.subarray(cut)])).toHaveLength(events.length - 1);
  });

  it('reads the same wherever whole events are cut, whichever come together', async () => {
    await using room = await startRoom();
    room.sessions.reply = twoPieces;
    const answer = await room.post('/chat', { type: 'start', session_id: 's', text: 'Hi', audio: 'none' });
    const events = (await answer.text()).split(/(?<=\r\n\r\n)/).map((event) => Buffer.from(event));
    const expected = chatdollReads(events);
    expect(expected).toHaveLength(4);
    for (let cuts = 0; cuts < 2 ** (events.length - 1); cuts++) {
      const reads: Buffer[] = [];
      let together: Buffer[] = [];
      for (const [index, event] of events.entries()) {
        together.push(event);
        if (index === events.length - 1 || (cuts >> index) % 2 === 1)
          reads.push(Buffer.concat(together.splice(0)));
      }
      together = [];
      expect(chatdollReads(reads)).toEqual(expected);
    }
  });

  it('is given no language that no tag set: it would read it aloud as one', async () => {
    await using room = await startRoom();
    room.sessions.reply = (session, turn) =>
      setImmediate(() => {
        session.piece(turn, { raw: 'Ja.' });
        session.piece(turn, {
          raw: '[lang:en-US]Yes.',
          text: 'Yes.',
          cues: [{ name: 'lang', value: 'en-US' }],
        });
        session.piece(turn, { raw: 'Of course.' });
        session.finish(turn, 'all');
      });
    const events = await eventsOf(await room.post('/chat', { type: 'start', session_id: 's', text: 'Hi' }));
    expect(events.slice(1, 4).map(({ language }) => language)).toEqual([null, 'en-US', 'en-US']);
  });
});

describe('GET /ws/sessions', () => {
  it('tells the open connection of a user of the caller, and of nobody else', async () => {
    await using room = await startRoom();
    const asked = async (user: string): Promise<unknown> =>
      (await fetch(`${room.origin}/ws/sessions?user_id=${user}`)).json();
    expect(await asked('u')).toEqual({ session_id: null });
    const client = await room.dial('/ws');
    client.send({ type: 'start', session_id: 's', user_id: 'u', metadata: { barge_in_enabled: true } });
    await expect.poll(() => client.types()).toEqual(['connected']);
    expect(await asked('u')).toEqual({ session_id: 's', data: { metadata: { barge_in_enabled: true } } });
    expect(await asked('v')).toEqual({ session_id: null });
    const status = await new Promise((resolve) => {
      get(`${room.origin}/ws/sessions`, (answer) => resolve(answer.resume().statusCode));
    });
    expect(status).toBe(400);
  });
});
