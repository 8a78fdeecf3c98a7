import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSound } from '../../../src/audio/index.js';
import { FakeSessions } from '../../support/api/fake-sessions.js';
import { type ServerRig, startServer } from './server-rig.js';

const SAMPLE = fileURLToPath(new URL('../../../fixtures/audio/speech-sample.wav', import.meta.url));

const sessions = new FakeSessions();
let server: ServerRig;

beforeAll(async () => {
  server = await startServer(sessions, { lanes: ['main'], messageTypes: ['MOTION_ADD'] });
});

afterAll(() => server[Symbol.asyncDispose]());

async function post(path: string, body: unknown, key?: string): Promise<{ status: number; json: unknown }> {
  const response = await server.ask(path, {
    ...{ method: 'POST', body: JSON.stringify(body) },
    ...(key === undefined ? {} : { key }),
  });
  return { status: response.status, json: await response.json() };
}

async function opened(name: string): Promise<string> {
  const { json } = await post('/sessions', { name });
  return (json as { readonly session: string }).session;
}

async function ended(run: () => void): Promise<void> {
  while (!sessions.last.isBusy) await new Promise((resolve) => setImmediate(resolve));
  run();
}

describe('REST', () => {
  it('tells versions, features and limits to everybody, and nothing else', async () => {
    const info = await server.ask('', { key: '' });
    expect(await info.json()).toMatchObject({ name: 'mmdagent-bridge', version: '1.2.3', versions: [1] });
    const document = await server.ask('/openapi.json', { key: '' });
    expect(await document.json()).toMatchObject({ openapi: '3.1.0' });
    for (const path of ['/sessions', '/personas', '/lanes']) {
      const refused = await server.ask(path, { key: '' });
      expect(refused.status).toBe(401);
      expect(await refused.json()).toMatchObject({ error: { code: 'BRIDGE_ERR_ACCESS' } });
    }
  });

  it('opens, lists, shows and ends sessions', async () => {
    const { status, json } = await post('/sessions', {
      name: 'a',
      user: 'Ann',
      voice: { to: 'client', sampleRateHz: 8000 },
    });
    expect(status).toBe(201);
    const { session } = json as { readonly session: string };
    expect(json).toMatchObject({ name: 'a', phase: 'idle', sampleRateHz: 8000, messages: [] });
    expect(await (await server.ask('/sessions')).json()).toMatchObject({
      sessions: [{ session, name: 'a', user: 'Ann' }],
    });
    expect((await server.ask(`/sessions/${session}`)).status).toBe(200);
    expect((await server.ask(`/sessions/${session}`, { method: 'DELETE' })).status).toBe(200);
    expect((await server.ask(`/sessions/${session}`)).status).toBe(404);
  });

  it('opens a new session of nobody’s voice where nothing is wished', async () => {
    const response = await server.ask('/sessions', { method: 'POST' });
    expect(response.status).toBe(201);
    expect(sessions.last.wish).toMatchObject({
      voice: { to: 'nobody' },
      name: expect.stringMatching(/^api-.{20,}/),
    });
  });

  it('hides sessions of others from clients, not from operators', async () => {
    const session = await opened('hidden');
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/messages'],
      ['POST', '/interrupt'],
      ['POST', '/forget'],
    ] as const)
      expect((await server.ask(`/sessions/${session}${path}`, { method, key: server.keys.bob })).status).toBe(
        404,
      );
    expect((await server.ask(`/sessions/${session}`, { key: server.keys.operator })).status).toBe(200);
    expect(sessions.last.done).toEqual([]);
  });

  it('answers a question when its turn has ended', async () => {
    const session = await opened('asked');
    const answer = post(`/sessions/${session}/ask`, { text: 'hello', parameters: { name: 'Ann' } });
    await ended(() => sessions.last.end(1, 'completed', 'Hi.'));
    expect(await answer).toEqual({
      status: 200,
      json: {
        ...{ turn: 1, outcome: 'completed', context: 'context-1', user: 'asked', reply: 'Hi.', heard: 'Hi.' },
        trace: { firstToken: 12.5 },
      },
    });
    expect(sessions.last.done).toEqual([['ask', { text: 'hello', parameters: { name: 'Ann' } }]]);
  });

  it('tells a turn as it happens, each event in one piece, and nothing of other turns', async () => {
    const session = await opened('followed');
    const response = await server
      .ask(`/sessions/${session}/ask?sound=base64`, {
        ...{ method: 'POST', body: '{"text":"hello"}' },
        headers: { Accept: 'text/event-stream' },
      })
      .then(async (one) => {
        const { events } = sessions.last;
        events.emit('sound', { turn: 7, fromMs: 0, pcm: new Uint8Array(2), sampleRateHz: 24_000 });
        events.emit('sound', { turn: 1, fromMs: 5, pcm: new Uint8Array([1, 2]), sampleRateHz: 24_000 });
        events.emit('face', 'joy', 300);
        sessions.last.end(1);
        return one;
      });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const told = (await response.text()).trim().split('\r\n\r\n');
    expect(told.map((one) => /^event: (\w+)\r\ndata: \{/.exec(one)?.[1])).toEqual([
      'turn',
      'sound',
      'face',
      'ended',
    ]);
    expect(told[1]).toContain('{"turn":1,"fromMs":5,"sampleRateHz":24000,"pcm":"AQI="}');
    expect(sessions.last.holds).toBe(0);
    expect(sessions.last.events.listenerCount('sound')).toBe(0);
  });

  it('cancels the turn of somebody who goes away', async () => {
    const session = await opened('gone');
    const leaving = new AbortController();
    const answer = server.ask(`/sessions/${session}/say`, {
      ...{ method: 'POST', body: '{"text":"hello"}', signal: leaving.signal },
    });
    const fake = sessions.last;
    await ended(() => leaving.abort());
    await expect(answer).rejects.toThrow();
    while (fake.done.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(fake.done.at(-1)).toEqual(['cancel', 1]);
    fake.end(1, 'interrupted');
  });

  it('does what else a session is asked', async () => {
    const session = await opened('else');
    const fake = sessions.last;
    fake.lines = [{ turn: 1, role: 'user', text: 'hello', outcome: 'completed' }];
    expect(await (await server.ask(`/sessions/${session}/messages`)).json()).toEqual({
      messages: fake.lines,
    });
    await post(`/sessions/${session}/interrupt`, {});
    await post(`/sessions/${session}/picture`, { picture: 'p1', refused: 'no camera' });
    expect((await post(`/sessions/${session}/picture`, { picture: 'unknown', image: 'data:' })).status).toBe(
      404,
    );
    await post(`/sessions/${session}/forget`, {});
    expect(fake.done.map(([name]) => name)).toEqual(['interrupt', 'give', 'forget']);
  });

  it.each([
    ['/sessions', { name: '' }],
    ['/sessions', { unknown: 1 }],
    ['/sessions', []],
    ['/sessions/s/ask', { text: 5 }],
    ['/synthesize', { text: '' }],
    ['/synthesize', { text: 'x', sampleRateHz: 1 }],
    ['/lanes/main/message', { message: 'A|B\nC' }],
    ['/lanes/main/lips', { phonemes: [] }],
  ])('refuses what is none of it: %s %j', async (path, body) => {
    const { status, json } = await post(path, body);
    expect(status).toBe(400);
    expect(json).toMatchObject({ error: { code: 'BRIDGE_ERR_USAGE' } });
  });

  it('refuses what is no JSON, too large, of another method or nowhere', async () => {
    const big = `{"text":"${'x'.repeat(300_000)}"}`;
    expect((await server.ask('/sessions', { method: 'POST', body: '{' })).status).toBe(400);
    expect((await server.ask('/synthesize', { method: 'POST', body: big })).status).toBe(413);
    expect((await server.ask('/sessions', { method: 'PUT' })).status).toBe(405);
    expect((await server.ask('/nowhere')).status).toBe(404);
  });

  it('gives sound of a text, and words of a sound', async () => {
    const body = (format: string) => JSON.stringify({ text: 'Hi.', format });
    const wav = await server.ask('/synthesize', { method: 'POST', body: body('wav') });
    const sound = await openSound(Readable.from([Buffer.from(await wav.arrayBuffer())]), {
      sampleRateHz: 24_000,
    });
    const samples: number[] = [];
    for await (const pcm of sound.frames()) samples.push(...pcm);
    expect(samples).toEqual([1, 0, 2, 0, 3, 0]);
    const pcm = await server.ask('/synthesize', { method: 'POST', body: body('pcm') });
    expect(pcm.headers.get('content-type')).toBe('audio/x-pcm;rate=24000;channels=1');
    const words = await server.ask('/transcribe?language=ja', {
      method: 'POST',
      body: await readFile(SAMPLE),
    });
    expect(await words.json()).toEqual({ text: 'words' });
    expect(sessions.heard.at(-1)?.byteLength).toBeGreaterThan(32_000);
    const noise = await server.ask('/transcribe', { method: 'POST', body: 'this is no sound at all' });
    expect(noise.status).toBe(400);
  });

  it('speaks on avatars that the settings allow', async () => {
    const saying = post('/lanes/main/say', { text: 'hello' });
    while (server.avatars.speeches.length === 0) await new Promise((resolve) => setImmediate(resolve));
    server.avatars.last.finish({ reason: 'completed', heardMs: 500 });
    expect((await saying).json).toEqual({ lane: 'main', reason: 'completed', heardMs: 500 });
    const sent = await post('/lanes/main/message', { message: 'MOTION_ADD|0|a|b.vmd' });
    expect(sent).toEqual({ status: 200, json: { lane: 'main' } });
    const phonemes = [{ phoneme: 'a', startMs: 0, endMs: 90 }];
    expect((await post('/lanes/main/lips', { phonemes, startsInMs: 100 })).status).toBe(200);
    expect((await post('/lanes/main/interrupt', {})).status).toBe(200);
    expect(server.avatars.done.map(([name]) => name)).toEqual(['say', 'send', 'lips', 'interrupt']);
    expect(await (await server.ask('/lanes')).json()).toMatchObject({ lanes: [{ lane: 'main' }] });
  });

  it.each([
    ['/lanes/second/say', { text: 'x' }],
    ['/lanes/second/interrupt', {}],
    ['/lanes/main/message', { message: 'PLUGIN_DISABLE|Audio' }],
  ])('refuses a client what the settings do not allow, and no operator: %s', async (path, body) => {
    expect((await post(path, body)).status).toBe(403);
    const answer = post(path, body, server.keys.operator);
    if (path.endsWith('say')) {
      while (server.avatars.last.lane !== 'second') await new Promise((resolve) => setImmediate(resolve));
      server.avatars.last.finish({ reason: 'completed', heardMs: 0 });
    }
    expect((await answer).status).toBe(200);
  });

  it('plays a sound on an avatar as it comes', async () => {
    const before = server.avatars.speeches.length;
    const playing = server.ask('/lanes/main/play', { method: 'POST', body: await readFile(SAMPLE) });
    while (server.avatars.speeches.length === before) await new Promise((resolve) => setImmediate(resolve));
    const speech = server.avatars.last;
    while (!speech.isComplete) await new Promise((resolve) => setImmediate(resolve));
    speech.finish({ reason: 'completed', heardMs: 1000 });
    expect(await (await playing).json()).toEqual({ lane: 'main', reason: 'completed', heardMs: 1000 });
    expect(speech.written.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeGreaterThan(32_000);
  });
});
