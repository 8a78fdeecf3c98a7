import { afterEach, describe, expect, test } from 'vitest';
import { SystemClock } from '../../../src/runtime/index.js';
import { type HttpVendor, startHttpVendor } from '../../support/speech/http-vendor.js';
import { testPcm, wavOf } from '../../support/speech/sound.js';
import { hear, providerError, synthesizerContract } from './synthesizer-contract.js';

const KEY = 'AIzaSy0123456789abcdefghijklmnopqrstuvw';
const TEXT = 'Fish & "chips" <again>, at 5 o\'clock.';
const PCM = testPcm(48_000);
const RATE_HZ = 24_000;

/** Marks come back in order, a tenth of a second apart, as v1beta1 tells them. */
const timepointsOf = (ssml: string): { markName: string; timeSeconds: number }[] =>
  [...ssml.matchAll(/<mark name="([^"]+)"\/>/g)].map(([, markName = ''], index) => ({
    markName,
    timeSeconds: 0.05 + index * 0.1,
  }));

const start = (options: Readonly<Record<string, unknown>> = {}): Promise<HttpVendor> =>
  startHttpVendor({
    type: 'google',
    options: (url) => ({ baseUrl: url, apiKey: KEY, language: 'en-US', ...options }),
    answer: ({ method, path, body }) => {
      if (method === 'GET' && path === '/v1/voices') {
        const voice = { languageCodes: ['ja-JP'], name: 'ja-JP-Neural2-B', ssmlGender: 'FEMALE' };
        return { json: { voices: [voice, { name: 7 }] } };
      }
      if (method !== 'POST' || !/^\/v1(beta1)?\/text:synthesize$/.test(path)) return undefined;
      const { ssml } = (JSON.parse(body) as { input: { ssml?: string } }).input;
      const json = {
        audioContent: Buffer.from(wavOf(PCM, { sampleRateHz: RATE_HZ })).toString('base64'),
        ...(ssml === undefined ? {} : { timepoints: timepointsOf(ssml) }),
      };
      return { sound: { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) } };
    },
    empty: { headers: { 'content-type': 'application/json' }, body: '{"audioContent":""}' },
  });

for (const timings of ['nothing', 'words'] as const) {
  synthesizerContract({
    name: `google with timings: ${timings}`,
    key: KEY,
    text: TEXT,
    sampleRateHz: RATE_HZ,
    pcm: PCM,
    tells: timings === 'words' ? ['words'] : [],
    elsewhere: (url) => ({ baseUrl: url }),
    isWhole: true,
    start: () => start({ timings }),
  });
}

describe('google', () => {
  const vendors: HttpVendor[] = [];
  afterEach(async () => {
    for (const vendor of vendors.splice(0)) await vendor.close();
  });
  const clock = new SystemClock();
  async function asked(
    options: Readonly<Record<string, unknown>>,
    request: Readonly<Record<string, unknown>> = {},
  ): Promise<{ body: Record<string, unknown>; headers: Readonly<Record<string, string>>; path: string }> {
    const vendor = await start(options);
    vendors.push(vendor);
    await hear(vendor.create({ clock }).speak({ text: TEXT, ...request }));
    const { body = '', headers = {}, path = '' } = vendor.requests.at(-1) ?? {};
    return { body: JSON.parse(body), headers, path };
  }

  test('asks for bare text with the key in a header, never in the address', async () => {
    const { body, headers, path } = await asked({});
    expect(path).toBe('/v1/text:synthesize');
    expect(headers['x-goog-api-key']).toBe(KEY);
    expect(body).toEqual({
      input: { text: TEXT },
      voice: { languageCode: 'en-US' },
      audioConfig: { audioEncoding: 'LINEAR16', sampleRateHertz: RATE_HZ },
    });
  });

  test('takes a token and a project instead of a key', async () => {
    const { headers } = await asked({ apiKey: undefined, accessToken: 'ya29.token', project: 'my-project' });
    expect(headers['authorization']).toBe('Bearer ya29.token');
    expect(headers['x-goog-user-project']).toBe('my-project');
    expect(headers['x-goog-api-key']).toBeUndefined();
  });

  test.each([
    [{ voice: 'ja-JP-Neural2-B' }, {}, { languageCode: 'ja-JP', name: 'ja-JP-Neural2-B' }],
    [{ voice: 'ja-JP-Neural2-B' }, { language: 'ja' }, { languageCode: 'ja-JP', name: 'ja-JP-Neural2-B' }],
    [{ voice: 'ja-JP-Neural2-B' }, { language: 'en' }, { languageCode: 'en-US' }],
    [
      { voice: 'ja-JP-Neural2-B' },
      { voice: 'en-GB-Wavenet-A' },
      { languageCode: 'en-GB', name: 'en-GB-Wavenet-A' },
    ],
    [{}, { language: 'ja' }, { languageCode: 'ja-JP' }],
    [{}, { voice: 'Kore' }, { languageCode: 'en-US', name: 'Kore' }],
  ])('with %j, asked for %j, speaks as %j', async (options, request, voice) => {
    expect((await asked(options, request)).body['voice']).toEqual(voice);
  });

  test('marks words in strict SSML and tells where each is in the text and the sound', async () => {
    const vendor = await start({ timings: 'words' });
    vendors.push(vendor);
    const { parts } = await hear(vendor.create({ clock }).speak({ text: TEXT }));
    const { input } = JSON.parse(vendor.requests.at(-1)?.body ?? '') as { input: { ssml: string } };
    expect(vendor.requests.at(-1)?.path).toBe('/v1beta1/text:synthesize');
    expect(input.ssml.replace(/<\/?speak>|<mark name="\d+e?"\/>/g, '')).toBe(
      'Fish &amp; &quot;chips&quot; &lt;again&gt;, at 5 o&apos;clock.',
    );
    const words = parts.flatMap((part) => (part.type === 'words' ? part.words : []));
    expect(words.map(({ text }) => text)).toEqual(['Fish', 'chips', 'again', 'at', '5', "o'clock"]);
    for (const { text, from, to } of words) expect(TEXT.slice(from, to)).toBe(text);
    expect(words.slice(0, 2).map(({ startMs, endMs }) => [Math.round(startMs), Math.round(endMs)])).toEqual([
      [50, 150],
      [250, 350],
    ]);
    expect(words.slice(3, 5).map(({ startMs, endMs }) => [Math.round(startMs), Math.round(endMs)])).toEqual([
      [650, 750],
      [750, 850],
    ]);
  });

  test('refuses by itself a text that is longer than Google takes', async () => {
    const vendor = await start();
    vendors.push(vendor);
    const text = 'あ'.repeat(1667);
    const error = await providerError(() => hear(vendor.create({ clock }).speak({ text })));
    expect(error.code).toBe('BRIDGE_ERR_SPEECH_TEXT');
    expect(vendor.requests).toHaveLength(0);
  });

  test.each([
    [400, 'API key not valid. Please pass a valid API key.', 'BRIDGE_ERR_SPEECH_KEY'],
    [400, "Voice 'xx' does not exist. Is it misspelled?", 'BRIDGE_ERR_SPEECH_VOICE'],
  ])('understands %i "%s"', async (status, message, code) => {
    const vendor = await start();
    vendors.push(vendor);
    vendor.fault = { status, body: JSON.stringify({ error: { code: status, message } }) };
    expect((await providerError(() => hear(vendor.create({ clock }).speak({ text: TEXT })))).code).toBe(code);
  });

  test('goes nowhere without a key', async () => {
    const vendor = await start({ apiKey: undefined });
    vendors.push(vendor);
    const error = await providerError(() => hear(vendor.create({ clock }).speak({ text: TEXT })));
    expect(error.code).toBe('BRIDGE_ERR_SPEECH_KEY');
    expect(error.message).toContain('GOOGLE_API_KEY');
    expect(vendor.requests).toHaveLength(0);
  });

  test('lists voices', async () => {
    const vendor = await start({ voice: 'ja-JP-Neural2-B' });
    vendors.push(vendor);
    expect(await vendor.create({ clock }).voices()).toEqual([
      {
        id: 'ja-JP-Neural2-B',
        name: 'ja-JP-Neural2-B',
        languages: ['ja-JP'],
        gender: 'female',
        isDefault: true,
      },
    ]);
  });
});
