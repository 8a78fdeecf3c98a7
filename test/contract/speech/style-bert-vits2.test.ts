import { afterEach, describe, expect, test } from 'vitest';
import { SystemClock } from '../../../src/runtime/index.js';
import { type HttpVendor, startHttpVendor } from '../../support/speech/http-vendor.js';
import { testPcm, wavOf } from '../../support/speech/sound.js';
import { hear, providerError, synthesizerContract } from './synthesizer-contract.js';

const TEXT = 'おはようございます。いい天気ですね。';
const PCM = testPcm(12_345);

const MODELS = {
  '0': {
    config_path: 'model_assets/amitaro/config.json',
    id2spk: { '0': 'あみたろ' },
    spk2id: { あみたろ: 0 },
    style2id: { Neutral: 0, 上機嫌: 1 },
  },
  '1': {
    config_path: 'C:\\models\\jvnu\\config.json',
    id2spk: { '0': 'jvnu' },
    spk2id: { jvnu: 0 },
    style2id: { Neutral: 0 },
  },
};

const start = (options: Readonly<Record<string, unknown>> = {}): Promise<HttpVendor> =>
  startHttpVendor({
    type: 'style-bert-vits2',
    options: (url) => ({ baseUrl: url, ...options }),
    answer: ({ method, path }) => {
      if (method === 'GET' && path === '/models/info') return { json: MODELS };
      return method === 'POST' && path === '/voice'
        ? {
            sound: {
              headers: { 'content-type': 'audio/wav' },
              body: wavOf(PCM, { sampleRateHz: 44_100 }),
            },
          }
        : undefined;
    },
  });

synthesizerContract({
  name: 'style-bert-vits2',
  key: undefined,
  text: TEXT,
  sampleRateHz: 44_100,
  pcm: PCM,
  tells: [],
  elsewhere: (url) => ({ baseUrl: url }),
  start: () => start(),
});

describe('style-bert-vits2', () => {
  const vendors: HttpVendor[] = [];
  const clock = new SystemClock();
  afterEach(async () => {
    for (const vendor of vendors.splice(0)) await vendor.close();
  });
  const make = async (options: Readonly<Record<string, unknown>> = {}): Promise<HttpVendor> => {
    const vendor = await start(options);
    vendors.push(vendor);
    return vendor;
  };
  const asked = async (
    options: Readonly<Record<string, unknown>>,
    request: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, string>> => {
    const vendor = await make(options);
    await hear(vendor.create({ clock }).speak({ text: TEXT, ...request }));
    return Object.fromEntries(vendor.requests.at(-1)?.query ?? []);
  };

  test('asks for model and speaker by number or name', async () => {
    expect(await asked({})).toEqual({ text: TEXT, model_id: '0', speaker_id: '0', language: 'JP' });
    expect(await asked({ model: 'amitaro', speaker: 'あみたろ', style: '上機嫌', styleWeight: 3 })).toEqual({
      text: TEXT,
      model_name: 'amitaro',
      speaker_name: 'あみたろ',
      style: '上機嫌',
      style_weight: '3',
      language: 'JP',
    });
  });

  test('takes a voice as its list names it, and speed as its reverse, the length', async () => {
    expect(
      await asked({ speed: 1.25 }, { voice: '1-0-上機嫌-強め', speed: 1.6, language: 'en-US' }),
    ).toMatchObject({
      model_id: '1',
      speaker_id: '0',
      style: '上機嫌-強め',
      length: '0.5',
      language: 'EN',
    });
    expect(await asked({}, { voice: 'amitaro' })).toMatchObject({ model_name: 'amitaro' });
  });

  test('lists every style of every speaker', async () => {
    const vendor = await make();
    const voices = await vendor.create({ clock }).voices();
    expect(voices.map(({ id, name, style, isDefault }) => [id, name, style, isDefault])).toEqual([
      ['0-0-Neutral', 'amitaro あみたろ', 'Neutral', true],
      ['0-0-上機嫌', 'amitaro あみたろ', '上機嫌', false],
      ['1-0-Neutral', 'jvnu', 'Neutral', false],
    ]);
  });

  test.each([
    ['model_id=9 not found', 'BRIDGE_ERR_SPEECH_VOICE'],
    ['String should have at most 100 characters', 'BRIDGE_ERR_SPEECH_TEXT'],
    ['Input should be a valid number', 'BRIDGE_ERR_SPEECH_REFUSED'],
  ])('understands 422 "%s"', async (msg, code) => {
    const vendor = await make();
    vendor.fault = {
      status: 422,
      body: JSON.stringify({ detail: [{ type: 'x', msg, loc: ['query', 'y'] }] }),
    };
    expect((await providerError(() => hear(vendor.create({ clock }).speak({ text: TEXT })))).code).toBe(code);
  });
});
