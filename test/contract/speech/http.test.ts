import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { SystemClock } from '../../../src/runtime/index.js';
import type { SpeechPart } from '../../../src/speech/index.js';
import {
  checkedOptions,
  type HttpVendor,
  startHttpVendor,
  type VendorAnswer,
} from '../../support/speech/http-vendor.js';
import type { ScriptedRequest } from '../../support/speech/scripted-server.js';
import { testPcm, wavOf } from '../../support/speech/sound.js';
import { hear, providerError, synthesizerContract } from './synthesizer-contract.js';

const KEY = 'niji-0123456789-abcdef-key';
const TEXT = 'こんにちは。"引用"と\\と<タグ>&の文。';
const PCM = testPcm(9001);
const RATE_HZ = 32_000;
const WAV = wavOf(PCM, { sampleRateHz: RATE_HZ });

/** An example as a user copies it, led to a server on loopback. */
function example(file: string, url: string): Record<string, unknown> {
  const text = readFileSync(new URL(`../../../fixtures/engines/${file}`, import.meta.url), 'utf8');
  const local = text
    .replace(/https?:\/\/(127\.0\.0\.1:8000|api\.nijivoice\.com)/g, url)
    .replace(/\$\{NIJIVOICE_API_KEY\}/, KEY);
  return JSON.parse(local) as Record<string, unknown>;
}

const start = (
  options: (url: string) => Readonly<Record<string, unknown>>,
  answer: (request: ScriptedRequest, url: string) => VendorAnswer | undefined,
): Promise<HttpVendor> => {
  let at = '';
  return startHttpVendor({
    type: 'http',
    options: (url) => {
      at = url;
      return options(url);
    },
    answer: (request) => answer(request, at),
  });
};

const gateway = (changes: Readonly<Record<string, unknown>> = {}): Promise<HttpVendor> =>
  start(
    (url) => ({ ...example('speech-gateway.json', url), ...changes }),
    ({ method, path }) =>
      method === 'POST' && path === '/tts'
        ? { sound: { headers: { 'content-type': 'audio/wav' }, body: WAV } }
        : undefined,
  );

const ACTORS = {
  voiceActors: [
    { id: 'abc-1', name: '水戸 明日菜' },
    { id: 'abc-2', name: '陽斗 エイデン' },
  ],
};

const niji = (): Promise<HttpVendor> =>
  start(
    (url) => example('nijivoice.json', url),
    ({ path }) => {
      if (path === '/api/platform/v1/voice-actors') return { json: ACTORS };
      if (!/^\/api\/platform\/v1\/voice-actors\/[^/]+\/generate-encoded-voice$/.test(path)) return undefined;
      const generatedVoice = {
        base64Audio: Buffer.from(WAV).toString('base64'),
        duration: 281,
        remainingCredits: 9,
      };
      return {
        sound: { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ generatedVoice }) },
      };
    },
  );

const nijiByUrl = (): Promise<HttpVendor> =>
  start(
    (url) => example('nijivoice-url.json', url),
    ({ path }, url) => {
      if (/\/generate-voice$/.test(path))
        return { json: { generatedVoice: { audioFileUrl: `${url}/files/1.wav?sig=x` } } };
      return path === '/files/1.wav'
        ? { sound: { headers: { 'content-type': 'audio/wav' }, body: WAV } }
        : undefined;
    },
  );

const shared = { text: TEXT, sampleRateHz: RATE_HZ, pcm: PCM, tells: [] };
synthesizerContract({
  ...shared,
  name: 'http as SpeechGateway',
  key: undefined,
  elsewhere: (url) => ({ url: `${url}/tts` }),
  start: () => gateway(),
});
synthesizerContract({
  ...shared,
  name: 'http as NijiVoice',
  key: KEY,
  isWhole: true,
  elsewhere: (url) => ({ url: `${url}/x` }),
  start: niji,
});
synthesizerContract({
  ...shared,
  name: 'http as NijiVoice with an address',
  key: KEY,
  elsewhere: (url) => ({ url: `${url}/x` }),
  start: nijiByUrl,
});

describe('http', () => {
  const vendors: HttpVendor[] = [];
  const clock = new SystemClock();
  afterEach(async () => {
    for (const vendor of vendors.splice(0)) await vendor.close();
  });
  const kept = async (starting: Promise<HttpVendor>): Promise<HttpVendor> => {
    const vendor = await starting;
    vendors.push(vendor);
    return vendor;
  };
  const speak = (vendor: HttpVendor, request: Readonly<Record<string, unknown>> = {}) =>
    hear(vendor.create({ clock }).speak({ text: TEXT, ...request }));

  test('asks SpeechGateway as its unified interface wants it, leaving out what is not known', async () => {
    const vendor = await kept(gateway());
    await speak(vendor);
    expect(JSON.parse(vendor.requests[0]?.body ?? '')).toEqual({ text: TEXT, speed: 1, audio_format: 'wav' });
    await speak(vendor, { voice: '46', language: 'ja', speed: 1.5 });
    expect(JSON.parse(vendor.requests[1]?.body ?? '')).toEqual({
      text: TEXT,
      speaker: '46',
      speed: 1.5,
      language: 'ja-JP',
      audio_format: 'wav',
    });
    expect(vendor.requests[1]?.headers['content-type']).toBe('application/json');
  });

  test('asks NijiVoice with its key, and lists its voices', async () => {
    const vendor = await kept(niji());
    await speak(vendor, { speed: 1.25, voice: 'a/b c' });
    expect(vendor.requests[0]?.path).toBe('/api/platform/v1/voice-actors/a%2Fb%20c/generate-encoded-voice');
    expect(vendor.requests[0]?.headers['x-api-key']).toBe(KEY);
    expect(JSON.parse(vendor.requests[0]?.body ?? '')).toEqual({
      script: TEXT,
      speed: '1.25',
      format: 'wav',
    });
    expect(await vendor.create({ clock }).voices()).toEqual([
      { id: 'abc-1', name: '水戸 明日菜', languages: ['ja'], isDefault: false },
      { id: 'abc-2', name: '陽斗 エイデン', languages: ['ja'], isDefault: false },
    ]);
  });

  test('does not take the key to where the sound lies', async () => {
    const vendor = await kept(nijiByUrl());
    await speak(vendor);
    const download = vendor.requests.find(({ path }) => path === '/files/1.wav');
    expect(download?.query.get('sig')).toBe('x');
    expect(download?.headers['x-api-key']).toBeUndefined();
  });

  test.each(['ftp://example.org/a.wav', 'file:///etc/passwd', '/files/1.wav', 7, null])(
    'gets no sound from %j',
    async (audioFileUrl) => {
      const vendor = await kept(
        start(
          (url) => example('nijivoice-url.json', url),
          () => ({ json: { generatedVoice: { audioFileUrl } } }),
        ),
      );
      expect((await providerError(() => speak(vendor))).code).toBe('BRIDGE_ERR_SPEECH_FAILED');
    },
  );

  test.each(['.', '..'])('does not leave its place in the address for the voice %j', async (voice) => {
    const vendor = await kept(niji());
    expect((await providerError(() => speak(vendor, { voice }))).code).toBe('BRIDGE_ERR_SPEECH_VOICE');
    expect(vendor.requests).toHaveLength(0);
  });

  test.each([
    ['application/json', '{"say":"{{text}}","at":{{speed}}}', JSON.stringify({ say: TEXT, at: 1 })],
    [
      'application/ssml+xml',
      '<speak xml:lang="{{language}}">{{text}}</speak>',
      '<speak xml:lang="">こんにちは。&quot;引用&quot;と\\と&lt;タグ&gt;&amp;の文。</speak>',
    ],
    [
      'application/x-www-form-urlencoded',
      'text={{text}}&speed={{speed}}',
      `${new URLSearchParams({ text: TEXT, speed: '1' })}`,
    ],
    ['text/plain', '{{text}}', TEXT],
  ])('writes a text body of %s as it needs to be', async (contentType, body, expected) => {
    const vendor = await kept(gateway({ contentType, body }));
    await speak(vendor);
    expect(vendor.requests[0]?.headers['content-type']).toBe(contentType);
    expect(vendor.requests[0]?.body).toBe(expected);
  });

  test('puts the text into the query of a GET', async () => {
    const vendor = await kept(
      start(
        (url) => ({
          url: `${url}/say?fixed=1`,
          method: 'GET',
          query: { t: '{{text}}', v: '{{voice}}', rate: '{{speed}}' },
        }),
        ({ method }) => (method === 'GET' ? { sound: { body: WAV } } : undefined),
      ),
    );
    await speak(vendor);
    expect(Object.fromEntries(vendor.requests[0]?.query ?? [])).toEqual({ fixed: '1', t: TEXT, rate: '1' });
  });

  test('lets nothing in a request write a header of its own', async () => {
    const vendor = await kept(gateway({ headers: { 'x-voice': '{{voice}}' } }));
    await speak(vendor, { voice: 'a\r\nx-evil: 1' });
    expect(vendor.requests[0]?.headers['x-voice']).toBe('a x-evil: 1');
    expect(vendor.requests[0]?.headers['x-evil']).toBeUndefined();
  });

  test('takes bare PCM of the rate that it is told', async () => {
    const vendor = await kept(
      start(
        (url) => ({ url, format: 'pcm:22050', credit: 'VOICE: somebody' }),
        () => ({ sound: { headers: { 'content-type': 'application/octet-stream' }, body: PCM } }),
      ),
    );
    const { parts, pcm } = await speak(vendor);
    expect(parts[0]).toEqual({ type: 'start', sampleRateHz: 22_050, credit: 'VOICE: somebody' });
    expect(Buffer.compare(pcm, PCM)).toBe(0);
  });

  test('mixes stereo to mono, loudness kept', async () => {
    const stereo = new Uint8Array(PCM.byteLength * 2);
    for (let at = 0; at < PCM.byteLength; at += 2) {
      stereo.set(PCM.subarray(at, at + 2), at * 2);
      stereo.set(PCM.subarray(at, at + 2), at * 2 + 2);
    }
    const vendor = await kept(
      start(
        (url) => ({ url }),
        () => ({ sound: { body: wavOf(stereo, { sampleRateHz: 48_000, channels: 2 }) } }),
      ),
    );
    const { parts, pcm } = await speak(vendor);
    expect(parts[0]).toMatchObject({ sampleRateHz: 48_000 });
    expect(Buffer.compare(pcm, PCM)).toBe(0);
  });

  test.each(['speech.mp3', 'speech-vorbis.ogg', 'speech-opus.opus', 'speech.flac'])(
    'decodes %s',
    async (file) => {
      const body = readFileSync(new URL(`../../../fixtures/audio/${file}`, import.meta.url));
      const vendor = await kept(
        start(
          (url) => ({ url, sampleRateHz: 16_000 }),
          () => ({ sound: { headers: { 'content-type': 'application/octet-stream' }, body } }),
        ),
      );
      const { parts, pcm } = await speak(vendor);
      expect(parts[0]).toMatchObject({ sampleRateHz: 16_000 });
      expect(pcm.byteLength).toBeGreaterThan(16_000);
    },
  );

  describe('timings', () => {
    const timed = (kind: string, more: Readonly<Record<string, unknown>> = {}): Promise<HttpVendor> =>
      kept(
        start(
          (url) => ({
            url,
            audio: { base64: '/audio/0' },
            format: 'pcm:24000',
            timings: { pointer: '/times', kind, ...more },
          }),
          () => ({
            json: {
              audio: [Buffer.from(testPcm(24_000)).toString('base64')],
              times: [
                { text: 'k', start: 0.1, end: 0.2, phone: 'kw', ms: 100 },
                { text: 'o', start: 0.2, end: 0.5, phone: 'a', ms: 200 },
                { start: 0.6 },
                { text: 'n', start: 0.7, phone: 'N', ms: 700 },
              ],
            },
          }),
        ),
      );
    const listIn = (parts: readonly SpeechPart[], type: string): unknown =>
      parts.filter((part) => part.type === type);

    test('of words and characters are those of the answer', async () => {
      const { parts } = await speak(await timed('words'));
      expect(listIn(parts, 'words')).toEqual([
        {
          type: 'words',
          words: [
            { text: 'k', startMs: 100, endMs: 200 },
            { text: 'o', startMs: 200, endMs: 500 },
            { text: 'n', startMs: 700, endMs: 1000 },
          ],
        },
      ]);
      expect(listIn((await speak(await timed('characters'))).parts, 'characters')).toHaveLength(1);
    });

    test('of phonemes become one line of lip.txt names', async () => {
      const vendor = await timed('phonemes', {
        text: 'phone',
        start: 'ms',
        end: 'none',
        unit: 'ms',
        isExact: false,
      });
      const { parts } = await speak(vendor);
      const [part] = parts.filter(({ type }) => type === 'phonemes');
      if (part?.type !== 'phonemes') throw new Error('no phonemes');
      expect(part.isExact).toBe(false);
      expect(part.phonemes.map(({ phoneme, startMs, endMs }) => `${phoneme} ${startMs} ${endMs}`)).toEqual([
        'sil 0 100',
        'k 100 150',
        'w 150 200',
        'a 200 700',
        'N 700 1000',
      ]);
    });
  });

  test.each([
    [{ url: 'https://example.org/{{nonsense}}' }, 'nonsense'],
    [{ url: 'https://{{voice}}.example.org/' }, 'expected an address'],
    [{ url: 'https://user:pass@example.org/' }, 'expected an address'],
    [{ url: 'https://example.org', timings: { pointer: '/t', kind: 'words' } }, 'timings come out of JSON'],
    [{ url: 'https://example.org', method: 'GET', body: 'x' }, 'a GET has no body'],
    [{ url: 'https://example.org', format: 'wav' }, 'expected file'],
    [{ url: 'https://example.org', audio: { base64: 'x' } }, 'JSON pointer'],
  ])('refuses the description %j', (options, message) => {
    expect(() => checkedOptions('http', options)).toThrow(message);
  });

  test('holds no secret header in its fingerprint', () => {
    const vendorOptions = (authorization: string): Readonly<Record<string, unknown>> => ({
      url: 'https://example.org',
      headers: { authorization, 'x-voice': 'a' },
    });
    const print = async (authorization: string): Promise<string> => {
      const vendor = await kept(gateway());
      return vendor.create({ clock }, vendorOptions(authorization)).fingerprint;
    };
    return expect(Promise.all([print('Bearer one-secret'), print('Bearer two-secret')])).resolves.toSatisfy(
      ([a, b]: string[]) => a === b && !/secret/.test(a ?? ''),
    );
  });
});
