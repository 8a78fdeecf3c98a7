import { afterEach, describe, expect, test } from 'vitest';
import { SystemClock } from '../../../src/runtime/index.js';
import type { TimedText } from '../../../src/speech/index.js';
import { type HttpVendor, startHttpVendor } from '../../support/speech/http-vendor.js';
import { testPcm } from '../../support/speech/sound.js';
import { hear, providerError, synthesizerContract } from './synthesizer-contract.js';

const KEY = 'sk_0123456789abcdef0123456789abcdef';
const TEXT = 'Hello there, my "friend" {or} not.';
const PCM = testPcm(24_000);
const SECONDS_PER_LETTER = 0.9 / TEXT.length;

interface Writing {
  /** Letters of each object. */
  readonly sizes?: readonly number[];
  /** Times count from the beginning of each object. */
  readonly isRelative?: boolean;
  readonly separator?: string;
  readonly spoken?: string;
}

/** The answer as the vendor writes it: objects with some sound, cut at an odd byte, and the letters in it. */
function answerOf({
  sizes = [9, 1, 14, 100],
  isRelative = false,
  separator = '\n',
  spoken = TEXT,
}: Writing): string {
  const objects: string[] = [];
  let letter = 0;
  let byte = 0;
  for (const size of sizes) {
    const letters = [...spoken.slice(letter, letter + size)];
    const from = isRelative ? 0 : letter;
    const isLast = letter + size >= spoken.length;
    const untilByte = isLast ? PCM.byteLength : byte + 2 * Math.round((size * 24_000) / TEXT.length) + 1;
    const alignment = {
      characters: letters,
      character_start_times_seconds: letters.map((_, at) => (from + at) * SECONDS_PER_LETTER),
      character_end_times_seconds: letters.map((_, at) => (from + at + 1) * SECONDS_PER_LETTER),
    };
    const audio = Buffer.from(PCM.subarray(byte, untilByte)).toString('base64');
    objects.push(
      JSON.stringify({
        audio_base64: audio,
        alignment: letters.length === 0 ? null : alignment,
        normalized_alignment: letters.length === 0 ? null : alignment,
      }),
    );
    letter += size;
    byte = untilByte;
  }
  return objects.join(separator);
}

const start = (writing: Writing = {}): Promise<HttpVendor> =>
  startHttpVendor({
    type: 'elevenlabs',
    options: (url) => ({ baseUrl: url, apiKey: KEY }),
    answer: ({ method, path }) => {
      if (method === 'GET' && path === '/v1/voices') {
        const voice = {
          voice_id: 'JBFqnCBsd6RMkjVDRZzb',
          name: 'George',
          labels: { gender: 'male', descriptive: 'warm' },
          verified_languages: [{ language: 'en' }, { language: 'ja' }, { language: 'en' }],
        };
        return { json: { voices: [voice, { name: 'without an id' }] } };
      }
      return method === 'POST' && /^\/v1\/text-to-speech\/[^/]+\/stream\/with-timestamps$/.test(path)
        ? { sound: { headers: { 'content-type': 'application/json' }, body: answerOf(writing) } }
        : undefined;
    },
  });

for (const writing of [{}, { isRelative: true }, { separator: '' }, { separator: '\n\ndata: ' }])
  synthesizerContract({
    name: `elevenlabs ${JSON.stringify(writing)}`,
    key: KEY,
    text: TEXT,
    sampleRateHz: 24_000,
    pcm: PCM,
    tells: ['characters'],
    elsewhere: (url) => ({ baseUrl: url }),
    start: () => start(writing),
  });

describe('elevenlabs', () => {
  const vendors: HttpVendor[] = [];
  const clock = new SystemClock();
  const make = async (writing: Writing = {}): Promise<HttpVendor> => {
    const vendor = await start(writing);
    vendors.push(vendor);
    return vendor;
  };
  afterEach(async () => {
    for (const vendor of vendors.splice(0)) await vendor.close();
  });
  const charactersOf = async (writing: Writing, text = TEXT): Promise<readonly TimedText[]> => {
    const vendor = await make(writing);
    const { parts } = await hear(vendor.create({ clock }).speak({ text }));
    return parts.flatMap((part) => (part.type === 'characters' ? part.characters : []));
  };

  test('tells every character with its place in text and sound', async () => {
    const characters = await charactersOf({});
    expect(characters.map(({ text }) => text).join('')).toBe(TEXT);
    for (const [index, { text, startMs, endMs, from, to }] of characters.entries()) {
      expect(TEXT.slice(from, to)).toBe(text);
      expect(startMs).toBeCloseTo(index * SECONDS_PER_LETTER * 1000, 6);
      expect(endMs).toBeCloseTo((index + 1) * SECONDS_PER_LETTER * 1000, 6);
    }
  });

  test('tells the same when the times count anew in every piece', async () => {
    const whole = await charactersOf({});
    const anew = await charactersOf({ isRelative: true });
    for (const [index, { startMs }] of anew.entries())
      expect(startMs).toBeCloseTo(whole[index]?.startMs ?? -1, 6);
  });

  test('gives no places in the text where something else is spoken', async () => {
    const characters = await charactersOf({ spoken: 'Hello five there' }, 'Hello 5 there');
    expect(characters.slice(0, 6).every(({ from }) => from !== undefined)).toBe(true);
    expect(characters.slice(6).every(({ from }) => from === undefined)).toBe(true);
  });

  test('does not count the blanks that are put around the text', async () => {
    const characters = await charactersOf({ spoken: ` ${TEXT} ` });
    expect(characters[0]).not.toHaveProperty('from');
    expect(characters[1]).toMatchObject({ text: 'H', from: 0, to: 1 });
    expect(characters.at(-2)).toMatchObject({ from: TEXT.length - 1, to: TEXT.length });
  });

  test('asks as documented', async () => {
    const vendor = await make();
    const options = { model: 'eleven_flash_v2_5', stability: 0.4, speed: 1.1, seed: 7, sampleRateHz: 16_000 };
    await hear(
      vendor.create({ clock }, options).speak({ text: TEXT, voice: 'abc', language: 'ja-JP', speed: 3 }),
    );
    const request = vendor.requests.at(-1);
    expect(request?.path).toBe('/v1/text-to-speech/abc/stream/with-timestamps');
    expect(request?.query.get('output_format')).toBe('pcm_16000');
    expect(request?.headers['xi-api-key']).toBe(KEY);
    expect(JSON.parse(request?.body ?? '')).toEqual({
      text: TEXT,
      model_id: 'eleven_flash_v2_5',
      language_code: 'ja',
      voice_settings: { stability: 0.4, speed: 1.2 },
      seed: 7,
    });
  });

  test('gives no language to the model that refuses one', async () => {
    const vendor = await make();
    await hear(vendor.create({ clock }).speak({ text: TEXT, language: 'ja' }));
    expect(JSON.parse(vendor.requests.at(-1)?.body ?? '')).toEqual({
      text: TEXT,
      model_id: 'eleven_multilingual_v2',
    });
  });

  test.each([
    [
      401,
      { status: 'quota_exceeded', message: 'This request exceeds your quota.' },
      'BRIDGE_ERR_SPEECH_BUSY',
    ],
    [
      400,
      { status: 'voice_not_found', message: 'A voice with that ID was not found.' },
      'BRIDGE_ERR_SPEECH_VOICE',
    ],
    [401, { status: 'invalid_api_key', message: 'Invalid API key' }, 'BRIDGE_ERR_SPEECH_KEY'],
  ])('understands %i %j', async (status, detail, code) => {
    const vendor = await make();
    vendor.fault = { status, body: JSON.stringify({ detail }) };
    const error = await providerError(() => hear(vendor.create({ clock }).speak({ text: TEXT })));
    expect(error).toMatchObject({ code, retryable: false });
  });

  test('fails with the words of an error that comes as a success', async () => {
    const vendor = await make();
    vendor.fault = { status: 200, body: '{"detail":{"message":"model is asleep"}}' };
    const error = await providerError(() => hear(vendor.create({ clock }).speak({ text: TEXT })));
    expect(error.code).toBe('BRIDGE_ERR_SPEECH_FAILED');
    expect(error.message).toContain('model is asleep');
  });

  test('notices an object without its end', async () => {
    const vendor = await make();
    vendor.fault = { status: 200, body: answerOf({}).slice(0, -30) };
    const error = await providerError(() => hear(vendor.create({ clock }).speak({ text: TEXT })));
    expect(error.code).toBe('BRIDGE_ERR_SPEECH_TRUNCATED');
  });

  test('lists voices', async () => {
    const vendor = await make();
    expect(await vendor.create({ clock }).voices()).toEqual([
      {
        id: 'JBFqnCBsd6RMkjVDRZzb',
        name: 'George',
        languages: ['en', 'ja'],
        style: 'warm',
        gender: 'male',
        isDefault: true,
      },
    ]);
  });
});
