import { describe, expect, it } from 'vitest';
import { TTS_ENGINE_SCHEMAS } from '../../../src/speech/http/index.js';
import { readEngines } from '../../../src/speech/index.js';
import { STT_ENGINE_SCHEMAS } from '../../../src/speech/stt/create-recognizer.js';
import type { EngineFacts } from '../../../src/vendor/index.js';

const ENV = {
  OPENAI_API_KEY: 'sk-secret',
  AZURE_SPEECH_KEY: 'az-secret',
  AZURE_SPEECH_REGION: 'japaneast',
  GOOGLE_API_KEY: 'g-secret',
  ELEVENLABS_API_KEY: 'el-secret',
};
const TABLES = { speak: TTS_ENGINE_SCHEMAS, hear: STT_ENGINE_SCHEMAS } as const;
type Table = keyof typeof TABLES;

async function read(table: Table, given: object, env: Readonly<Record<string, string>> = ENV) {
  const kinds: Readonly<Record<string, EngineFacts>> = TABLES[table];
  const entry = (await readEngines({ mine: given }, kinds, env)).get('mine');
  const options = (entry?.options ?? {}) as Readonly<Record<string, unknown>>;
  return { key: options['apiKey'], missing: entry?.missing };
}

describe('A key of the environment', () => {
  it.each([
    ['speak', 'openai', 'sk-secret'],
    ['speak', 'azure', 'az-secret'],
    ['speak', 'google', 'g-secret'],
    ['speak', 'elevenlabs', 'el-secret'],
    ['hear', 'openai', 'sk-secret'],
    ['hear', 'azure', 'az-secret'],
    ['hear', 'google', 'g-secret'],
  ] as const)('goes to the vendor where no address is given (%s, %s)', async (table, type, key) => {
    expect(await read(table, { type })).toEqual({ key, missing: undefined });
  });

  it.each([
    ['speak', 'openai', 'https://api.openai.com/v1/'],
    ['speak', 'openai', 'https://eu.api.openai.com/v1'],
    ['speak', 'google', 'https://eu-texttospeech.googleapis.com'],
    ['speak', 'elevenlabs', 'https://api.us.elevenlabs.io'],
    ['speak', 'azure', 'wss://japaneast.tts.speech.microsoft.com'],
    ['speak', 'azure', 'wss://mine.cognitiveservices.azure.com/tts/cognitiveservices/websocket/v1'],
    ['hear', 'azure', 'wss://chinaeast2.stt.speech.azure.cn'],
    ['hear', 'google', 'https://us-speech.googleapis.com/v1'],
  ] as const)('goes to an address of the vendor (%s, %s, %s)', async (table, type, baseUrl) => {
    expect((await read(table, { type, baseUrl })).key).toBeDefined();
  });

  it.each([
    ['speak', 'openai', 'http://127.0.0.1:8880/v1'],
    ['speak', 'openai', 'https://api.openai.com.example.org/v1'],
    ['speak', 'openai', 'https://example.org/api.openai.com/v1'],
    ['speak', 'openai', 'https://notapi.openai.com.evil/v1'],
    ['speak', 'openai', 'http://api.openai.com/v1'],
    ['speak', 'azure', 'ws://japaneast.tts.speech.microsoft.com'],
    ['speak', 'azure', 'wss://anybody.cloudapp.azure.com'],
    ['speak', 'google', 'https://proxy.example.org'],
    ['speak', 'elevenlabs', 'https://xelevenlabs.io'],
    ['hear', 'openai', 'http://127.0.0.1:8000/v1'],
    ['hear', 'azure', 'wss://example.org'],
    ['hear', 'google', 'https://example.org/v1'],
  ] as const)(
    'goes to no other address, and not through the open (%s, %s, %s)',
    async (table, type, baseUrl) => {
      expect((await read(table, { type, baseUrl })).key).toBeUndefined();
    },
  );

  it('goes elsewhere when the options say so, by its name or as it is', async () => {
    const baseUrl = 'https://speech.example.org/v1';
    const named = { type: 'openai', baseUrl, apiKey: `\${OPENAI_API_KEY}` };
    expect((await read('speak', named)).key).toBe('sk-secret');
    expect((await read('hear', { type: 'google', baseUrl, apiKey: 'own' })).key).toBe('own');
  });

  it('is not needed by a server of its own that may take none, and else there is advice', async () => {
    const local = { type: 'openai', baseUrl: 'http://127.0.0.1:8000/v1' };
    expect(await read('speak', local)).toEqual({ key: undefined, missing: undefined });
    expect(await read('hear', local)).toEqual({ key: undefined, missing: undefined });
    const proxied = await read('speak', { type: 'elevenlabs', baseUrl: 'https://proxy.example.org' });
    expect(proxied.missing).toBe(
      `set engines.mine.apiKey, for example to "\${ELEVENLABS_API_KEY}": by itself that variable goes to the vendor only`,
    );
    expect((await read('speak', { type: 'google' }, {})).missing).toBe(
      'set GOOGLE_API_KEY in the environment',
    );
  });

  it('is asked for together with what else the environment gives', async () => {
    const entry = (await readEngines({}, TTS_ENGINE_SCHEMAS, {})).get('azure');
    expect(entry?.missing).toBe('set AZURE_SPEECH_KEY and AZURE_SPEECH_REGION in the environment');
    const described = (await readEngines({}, TTS_ENGINE_SCHEMAS, {})).get('http');
    expect(described?.missing).toBe('set url under engines.http in the config file');
  });

  it('gives way to a token that is given instead', async () => {
    const given = { type: 'google', accessToken: 'ya29.token' };
    expect(await read('speak', given)).toEqual({ key: undefined, missing: undefined });
    expect(await read('speak', given, {})).toEqual({ key: undefined, missing: undefined });
  });
});
