import { describe, expect, test } from 'vitest';
import { SystemClock } from '../../../src/runtime/index.js';
import { type HttpVendor, startHttpVendor } from '../../support/speech/http-vendor.js';
import { testPcm, wavOf } from '../../support/speech/sound.js';
import { hear, providerError, synthesizerContract } from './synthesizer-contract.js';

const KEY = 'sk-proj-0123456789abcdefXYZ';
const TEXT = 'It is a quiet evening, and nobody listens.';
const PCM = testPcm(6001);

const start = (format = 'pcm', body: Uint8Array = PCM, type = 'audio/pcm'): Promise<HttpVendor> =>
  startHttpVendor({
    type: 'openai',
    options: (url) => ({ baseUrl: `${url}/v1`, apiKey: KEY, format }),
    answer: ({ method, path }) =>
      method === 'POST' && path === '/v1/audio/speech'
        ? { sound: { headers: { 'content-type': type }, body } }
        : undefined,
  });

synthesizerContract({
  name: 'openai',
  key: KEY,
  text: TEXT,
  sampleRateHz: 24_000,
  pcm: PCM,
  tells: [],
  elsewhere: (url) => ({ baseUrl: `${url}/v1` }),
  start: () => start(),
});

synthesizerContract({
  name: 'openai with wav',
  key: KEY,
  text: TEXT,
  sampleRateHz: 22_050,
  pcm: PCM,
  tells: [],
  elsewhere: (url) => ({ baseUrl: `${url}/v1` }),
  start: () => start('wav', wavOf(PCM, { sampleRateHz: 22_050, listBytes: 35 }), 'audio/wav'),
});

describe('openai', () => {
  const clock = new SystemClock();

  async function spoken(
    changes: Readonly<Record<string, unknown>>,
    request: { readonly [key: string]: unknown } = {},
  ): Promise<{ body: Record<string, unknown>; headers: Readonly<Record<string, string>> }> {
    const vendor = await start();
    const engine = vendor.create({ clock }, changes);
    try {
      await hear(engine.speak({ text: TEXT, ...request }));
    } finally {
      await engine.close();
      await vendor.close();
    }
    const { body = '', headers = {} } = vendor.requests[0] ?? {};
    return { body: JSON.parse(body), headers };
  }

  test('asks for bare PCM with the key as bearer', async () => {
    const { body, headers } = await spoken({});
    expect(headers['authorization']).toBe(`Bearer ${KEY}`);
    expect(body).toEqual({ model: 'gpt-4o-mini-tts', voice: 'alloy', input: TEXT, response_format: 'pcm' });
  });

  test('hands on model, voice, manner and speed, the request before the options', async () => {
    const options = { model: 'gpt-4o-mini-tts', voice: 'sage', instructions: 'calm', speed: 1.5 };
    expect((await spoken(options)).body).toMatchObject({ voice: 'sage', instructions: 'calm', speed: 1.5 });
    const request = { voice: 'coral', instructions: 'angry', speed: 4 };
    expect((await spoken(options, request)).body).toMatchObject({
      voice: 'coral',
      instructions: 'angry',
      speed: 4,
    });
  });

  test('gives no manner to the older models, which refuse it', async () => {
    expect((await spoken({ model: 'tts-1', instructions: 'calm' })).body).not.toHaveProperty('instructions');
  });

  test('sends no key to a server of ones own when there is none', async () => {
    const { headers } = await spoken({ apiKey: undefined });
    expect(headers['authorization']).toBeUndefined();
  });

  test('does not go to the vendor without a key', async () => {
    const vendor = await start();
    const engine = vendor.create({ clock }, { apiKey: undefined, baseUrl: 'https://api.openai.com/v1' });
    const error = await providerError(() => hear(engine.speak({ text: TEXT })));
    expect(error.code).toBe('BRIDGE_ERR_SPEECH_KEY');
    expect(error.message).toContain('OPENAI_API_KEY');
    await vendor.close();
  });

  test.each([
    [400, 'Input should be one of the voices', 'BRIDGE_ERR_SPEECH_VOICE', false],
    [429, 'You exceeded your current quota', 'BRIDGE_ERR_SPEECH_BUSY', false],
    [400, 'string_too_long: at most 4096 characters', 'BRIDGE_ERR_SPEECH_TEXT', false],
  ])('understands %i "%s"', async (status, message, code, retryable) => {
    const vendor = await start();
    const engine = vendor.create({ clock });
    vendor.fault = { status, body: JSON.stringify({ error: { message } }) };
    expect(await providerError(() => hear(engine.speak({ text: TEXT })))).toMatchObject({ code, retryable });
    await vendor.close();
  });

  test('takes a WAV for a WAV although PCM was asked for', async () => {
    const vendor = await start('pcm', wavOf(PCM, { sampleRateHz: 16_000 }), 'application/octet-stream');
    const { parts, pcm } = await hear(vendor.create({ clock }).speak({ text: TEXT }));
    expect(parts[0]).toMatchObject({ sampleRateHz: 16_000 });
    expect(Buffer.compare(pcm, PCM)).toBe(0);
    await vendor.close();
  });

  test('plays a WAV whose header does not know its length', async () => {
    const wav = wavOf(PCM, { sampleRateHz: 24_000, dataBytes: 0xffff_ffff });
    const vendor = await start('wav', wav, 'audio/wav');
    const { pcm } = await hear(vendor.create({ clock }).speak({ text: TEXT }));
    expect(Buffer.compare(pcm, PCM)).toBe(0);
    await vendor.close();
  });

  test('lists the voices that the model has', async () => {
    const vendor = await start();
    const named = async (changes: Readonly<Record<string, unknown>>): Promise<string[]> =>
      (await vendor.create({ clock }, changes).voices()).map(({ id }) => id);
    const baseUrl = 'https://api.openai.com/v1';
    expect(await named({ baseUrl })).toEqual(expect.arrayContaining(['alloy', 'marin', 'cedar']));
    expect(await named({ baseUrl, model: 'tts-1' })).not.toContain('marin');
    expect(await named({ voice: 'af_heart' })).toEqual(['af_heart']);
    await vendor.close();
  });
});
