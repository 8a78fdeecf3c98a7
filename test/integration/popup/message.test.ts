import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError, SystemClock } from '../../../src/runtime/index.js';
import { fixturePath } from '../../support/audio-fixtures.js';
import {
  type PopupServer,
  type PopupServerOptions,
  startPopupServer,
} from '../../support/popup/popup-server.js';
import { type ScriptedOptions, ScriptedSessions } from '../../support/popup/scripted-sessions.js';

const RECORDING = readFileSync(fixturePath('speech-opus.opus')).toString('base64');

describe('POST /api/message', () => {
  let server: PopupServer | undefined;
  let sessions: ScriptedSessions;
  const logged: { fields: { chatId?: string }; text: string }[] = [];

  afterEach(async () => {
    expect(server?.doubleAnswers).toBe(0);
    await server?.close();
    logged.length = 0;
  });

  async function start(
    script: Partial<ScriptedOptions> = {},
    more: Partial<PopupServerOptions> = {},
  ): Promise<void> {
    const clock = new SystemClock();
    sessions = new ScriptedSessions({ clock, ...script });
    const warn = (fields: object, text: string): void => void logged.push({ fields, text });
    const logger = { debug: () => {}, info: () => {}, warn, error: warn };
    server = await startPopupServer({ sessions, clock, logger, ...more });
  }
  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server?.origin}/api/message`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const said = async (response: Promise<Response>): Promise<string> => {
    const answer = await response;
    return `${answer.status} ${await answer.text()}`;
  };

  it('W12: answers a text with text and sound, and a recording by what was recognised', async () => {
    await start({ transcribe: () => 'what time is it' });
    const typed = (await (await post({ id: 'abc', message: 'Hello' })).json()) as Record<string, string>;
    expect(Object.keys(typed)).toEqual(['answer', 'audio']);
    expect(typed['answer']).toBe('You said: Hello.');
    const spoken = await (await post({ id: 'abc', audio: RECORDING })).json();
    expect(spoken).toMatchObject({ answer: 'You said: what time is it.' });
    const url = `data:audio/webm;codecs=opus;base64,${RECORDING}`;
    expect(await (await post({ id: 'abc', audio: url })).json()).toMatchObject(spoken as object);
    expect(sessions.all.map(({ wish }) => wish.name)).toEqual(['popup:abc']);
  });

  it('W18: gives the sound of all pieces as one file in base64', async () => {
    await start({
      reply: () => ({
        pieces: [
          { text: 'One. ', soundMs: 500 },
          { text: 'Two.', soundMs: 250 },
        ],
      }),
    });
    const { audio } = (await (await post({ id: 'abc', message: 'Hello' })).json()) as { audio: string };
    const file = Buffer.from(audio, 'base64');
    expect(file.subarray(0, 4).toString()).toBe('RIFF');
    expect(file.readUInt32LE(4)).toBe(file.length - 8);
    expect([file.readUInt32LE(24), file.readUInt16LE(34), file.readUInt16LE(22)]).toEqual([24_000, 16, 1]);
    expect(file.readUInt32LE(40)).toBe(0.75 * 24_000 * 2);
    expect(file.length).toBe(44 + 0.75 * 24_000 * 2);
  });

  it('W19: makes no sound where the server or the request wants none', async () => {
    await start();
    expect(await said(post({ id: 'abc', message: 'Hi', voice: false }))).toBe(
      '200 {"answer":"You said: Hi."}\n',
    );
    await server?.close();
    await start({}, { settings: { createAudioOfAnswer: false } });
    expect(await said(post({ id: 'abc', message: 'Hi', voice: true }))).toBe(
      '200 {"answer":"You said: Hi."}\n',
    );
    expect(sessions.spoken).toEqual([]);
  });

  it.each([
    ['W13: neither', { id: 'a' }, 'Missing "message" or "audio"'],
    ['W13: nothing at all', {}, 'Missing "message" or "audio"'],
    ['W13: both empty', { id: 'a', message: '', audio: '' }, 'Missing "message" or "audio"'],
    ['W13: a list', [], 'Missing "message" or "audio"'],
    ['W13: null', null, 'Missing "message" or "audio"'],
    ['W14: both', { id: 'a', message: 'x', audio: 'eA==' }, 'Cannot be both "message" and "audio"'],
    ['W14: both, and no id', { message: 'x', audio: 'eA==' }, 'Cannot be both "message" and "audio"'],
    ['W15: no id', { message: 'x' }, 'Missing "id"'],
    ['W15: an empty id', { id: '', message: 'x' }, 'Missing "id"'],
    ['a blank id', { id: ' ', message: 'x' }, 'Missing "id"'],
    ['an id that is no text', { id: {}, message: 'x' }, 'Expected "id" to be a text'],
    ['a long id', { id: 'x'.repeat(101), message: 'x' }, 'Expected "id" to be of 1 to 100 characters'],
    ['a message that is no text', { id: 'a', message: ['x'] }, 'Expected "message" to be a text'],
    ['sound that is no base64', { id: 'a', audio: '<>' }, 'Expected "audio" to be a recording in base64'],
    ['sound that is none', { id: 'a', audio: 'eHh4eHh4eHh4' }, 'the recording: '],
    ['no JSON', '{', 'Expected a body of JSON'],
  ])('refuses %s with 400', async (_, body, text) => {
    await start();
    expect(await said(post(body))).toMatch(new RegExp(`^400 ${text}`));
    expect(sessions.all).toEqual([]);
  });

  it('W13 to W15: are word for word the whole body', async () => {
    await start();
    expect(await said(post({ id: 'a' }))).toBe('400 Missing "message" or "audio"');
    expect(await said(post({ id: 'a', message: 'x', audio: 'eA==' }))).toBe(
      '400 Cannot be both "message" and "audio"',
    );
    expect(await said(post({ message: 'x' }))).toBe('400 Missing "id"');
  });

  it('W-t1: answers once what lacks everything, asks nobody, and serves on', async () => {
    await start();
    for (let n = 0; n < 20; n++) expect((await post({})).status).toBe(400);
    expect(server?.doubleAnswers).toBe(0);
    expect(sessions.all).toEqual([]);
    expect((await post({ id: 'a', message: 'Hello' })).status).toBe(200);
  });

  it('W16: answers 500 and logs the id when hearing fails', async () => {
    await start({
      transcribe: () => {
        throw new ProviderError('BRIDGE_ERR_SPEECH_FAILED', 'secret', { provider: 'x' });
      },
    });
    expect(await said(post({ id: 'abc', audio: RECORDING }))).toBe('500 ');
    expect(logged).toMatchObject([
      { fields: { chatId: 'abc' }, text: "The user's audio could not be converted to text" },
    ]);
  });

  it('W16: answers 500 and logs the id when no answer can be had', async () => {
    const failure = { code: 'BRIDGE_ERR_LLM_FAILED', message: 'secret' };
    await start({ reply: () => ({ pieces: [{ text: 'Half' }], failure }) });
    expect(await said(post({ id: `evil\nid ${'x'.repeat(80)}`, message: 'Hi' }))).toBe('500 ');
    expect(logged).toMatchObject([
      { fields: { chatId: `evil id ${'x'.repeat(16)}…` }, text: 'No answer could be had' },
    ]);
  });

  it('W16: answers 500 when the answer is there and its voice is not', async () => {
    await start({ reply: () => ({ pieces: [{ text: 'Words.', soundMs: 0 }] }) });
    expect(await said(post({ id: 'abc', message: 'Hi' }))).toBe('500 ');
    expect(logged.map(({ text }) => text)).toEqual(['The answer could not be converted to audio']);
    // Nobody missed the voice.
    expect(await said(post({ id: 'abc', message: 'Hi', voice: false }))).toBe('200 {"answer":"Words."}\n');
  });

  it('W20: keeps what was said by id, and begins with the welcome of the page', async () => {
    await start();
    await post({ id: 'abc', message: 'one', welcome: 'Hello!' });
    await post({ id: 'abc', message: 'two', welcome: 'Hello!' });
    await post({ id: 'other', message: 'three' });
    expect(sessions.all.map(({ history }) => history)).toEqual([
      [
        'assistant: Hello!',
        'user: one',
        'assistant: You said: one.',
        'user: two',
        'assistant: You said: two.',
      ],
      ['user: three', 'assistant: You said: three.'],
    ]);
  });

  it('W-t6: gives the same id of another caller another conversation', async () => {
    await start();
    await post({ id: 'same', message: 'my secret' }, { 'X-Caller': 'anna' });
    await post({ id: 'same', message: 'hello' }, { 'X-Caller': 'ben' });
    expect(sessions.all.map(({ wish }) => wish.caller.id)).toEqual(['visitor:anna', 'visitor:ben']);
    expect(sessions.all[1]?.history.join()).not.toContain('secret');
  });

  it('W-t7: answers two questions of one id one after the other', async () => {
    await start({
      reply: ({ text }) => ({ gapMs: 30, pieces: [{ text: `${text}1 ` }, { text: `${text}2` }] }),
    });
    const both = await Promise.all(['a', 'b'].map((message) => post({ id: 'abc', message, voice: false })));
    expect(await Promise.all(both.map((answer) => answer.json()))).toEqual([
      { answer: 'a1 a2' },
      { answer: 'b1 b2' },
    ]);
  });

  it('W-t9: ends the answer when the one who asked goes away', async () => {
    await start({ reply: () => ({ gapMs: 20_000, pieces: [{ text: 'never' }] }) });
    const leave = new AbortController();
    const asked = fetch(`${server?.origin}/api/message`, {
      method: 'POST',
      body: JSON.stringify({ id: 'abc', message: 'Hi' }),
      signal: leave.signal,
    }).catch(() => 'left');
    await expect.poll(() => sessions.all[0]?.asked.length).toBe(1);
    leave.abort();
    expect(await asked).toBe('left');
    await expect.poll(() => sessions.all[0]?.cancelled).toBe(1);
    expect(sessions.all[0]?.holds).toBe(0);
    expect(logged).toEqual([]);
  });

  it('says more to who asks for it', async () => {
    await start({ transcribe: () => 'hi' });
    expect(await (await post({ id: 'abc', audio: RECORDING, details: true, voice: false })).json()).toEqual({
      answer: 'You said: hi.',
      user: 'hi',
      emotion: 'joy',
    });
  });

  it('has no answer where nobody spoke', async () => {
    await start({ transcribe: () => ' ' });
    expect(await said(post({ id: 'abc', audio: RECORDING }))).toBe('200 {"answer":""}\n');
    expect(sessions.all).toEqual([]);
  });

  it('refuses in the words of sessions, and bodies that are too large', async () => {
    await start({}, { settings: { maxBodyBytes: 1000 } });
    expect(await said(post({ id: 'abc', message: 'refused' }))).toBe('503 Too many conversations');
    expect(await said(post({ id: 'abc', message: 'x'.repeat(2000) }))).toMatch(/^413 /);
  });

  it('tells pages what it is', async () => {
    await start({}, { settings: { welcome: 'Hi there', createAudioOfAnswer: false } });
    expect(await (await fetch(`${server?.origin}/api/popup`)).json()).toEqual({
      protocol: 1,
      voice: false,
      welcome: 'Hi there',
      maxAudioSeconds: 120,
    });
    const page = await fetch(`${server?.origin}/popup`, { redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([302, 'popup.html']);
  });
});
