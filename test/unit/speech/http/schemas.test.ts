import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../src/runtime/index.js';
import {
  createHttpSynthesizer,
  type HttpEngineOptions,
  type HttpEngineType,
  TTS_ENGINE_SCHEMAS,
} from '../../../../src/speech/http/index.js';

/** What must be given besides the type. */
const NEEDED: Partial<Record<HttpEngineType, Readonly<Record<string, unknown>>>> = {
  azure: { region: 'japaneast' },
  http: { url: 'http://127.0.0.1:1/say' },
};
const TYPES = Object.keys(TTS_ENGINE_SCHEMAS) as HttpEngineType[];
const parse = (type: HttpEngineType, more: Readonly<Record<string, unknown>> = {}): HttpEngineOptions =>
  TTS_ENGINE_SCHEMAS[type].schema(z).parse({ type, ...NEEDED[type], ...more });

describe.each(TYPES)('The options of %s', (type) => {
  test('have a default for everything that is not needed, and make an engine that asks nothing yet', async () => {
    const options = parse(type);
    expect(options.type).toBe(type);
    const fetch = (): never => {
      throw new Error('asked');
    };
    const engine = createHttpSynthesizer({ name: 'a-name', options }, { clock: new FakeClock(), fetch });
    expect(engine.name).toBe('a-name');
    expect(engine.fingerprint).toMatch(new RegExp(`^${type}:[0-9a-f]{32}$`));
    await engine.close();
  });

  test('refuse what they do not know', () => {
    expect(() => parse(type, { vioce: 'x' })).toThrow();
  });

  test.each([{ idleMs: 0 }, { firstByteMs: 1e9 }, { speed: 0 }, { speed: 'fast' }])('refuse %j', (more) => {
    expect(() => parse(type, more)).toThrow();
  });

  test('are described, and name their key where they take one', () => {
    const row = TTS_ENGINE_SCHEMAS[type];
    expect(row.description).not.toMatch(/\.$/);
    expect(row.needsKey).toBe(row.keyEnv !== undefined);
  });

  test('make another fingerprint when they make another sound', () => {
    const print = (more: Readonly<Record<string, unknown>>): string =>
      createHttpSynthesizer({ name: 'n', options: parse(type, more) }, { clock: new FakeClock() })
        .fingerprint;
    expect(print({ speed: 1.1 })).not.toBe(print({}));
    expect(print({ idleMs: 5000 })).toBe(print({}));
  });
});

describe('Addresses and keys', () => {
  test.each([
    'ftp://host',
    'host:8080',
    'http://user:secret@host',
    'http://host/?key=x',
    'http://host/#x',
    '',
  ])('an engine has none like %j', (baseUrl) => {
    expect(() => parse('openai', { baseUrl })).toThrow();
    expect(() => parse('voicevox', { baseUrl })).toThrow();
  });

  test.each(['a b', 'a\nb', '', 'ключ'])('no key is like %j', (apiKey) => {
    expect(() => parse('openai', { apiKey })).toThrow();
  });

  test.each([
    ['voicevox', { baseUrl: 'http://127.0.0.1:50021', speaker: 46 }],
    ['aivisspeech', { baseUrl: 'http://127.0.0.1:10101', speaker: 888_753_761 }],
    ['sharevox', { baseUrl: 'http://127.0.0.1:50025' }],
    ['coeiroink', { baseUrl: 'http://127.0.0.1:50032' }],
    ['style-bert-vits2', { baseUrl: 'http://127.0.0.1:5000' }],
    ['openai', { baseUrl: 'https://api.openai.com/v1', format: 'pcm', sampleRateHz: 24_000 }],
    ['elevenlabs', { baseUrl: 'https://api.elevenlabs.io' }],
    ['google', { baseUrl: 'https://texttospeech.googleapis.com' }],
  ] as const)('%s stands where its vendor puts it', (type, expected) => {
    expect(parse(type)).toMatchObject(expected);
  });

  test('waits are 15 s for the first byte and 10 s within an answer, longer where all is made before the first byte', () => {
    expect(parse('openai')).toMatchObject({ firstByteMs: 15_000, idleMs: 10_000 });
    expect(parse('voicevox')).toMatchObject({ firstByteMs: 60_000, idleMs: 10_000 });
  });
});
