import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../src/runtime/index.js';
import {
  createHttpSynthesizer,
  type HttpEngineOptions,
  TTS_ENGINE_SCHEMAS,
} from '../../../../src/speech/http/index.js';
import {
  createRecognizer,
  type RecognizerOptions,
  STT_ENGINE_SCHEMAS,
} from '../../../../src/speech/stt/create-recognizer.js';
import { speechLike } from '../../../support/speech/hearing-sound.js';

const PCM_BASE64 = Buffer.alloc(4800, 1).toString('base64');

/** What is said by an engine that answers `answers` one after the other, and where it was asked. */
async function spoken(options: object, ...answers: readonly Response[]) {
  const asked: string[] = [];
  const left = [...answers];
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    asked.push(String(url));
    return left.shift() ?? new Response('', { status: 404 });
  };
  const checked = TTS_ENGINE_SCHEMAS.http.schema(z).parse({ type: 'http', ...options }) as HttpEngineOptions;
  const engine = createHttpSynthesizer({ name: 'mine', options: checked }, { clock: new FakeClock(), fetch });
  let error: unknown;
  try {
    for await (const _ of engine.speak({ text: 'Hello there.' }));
  } catch (thrown) {
    error = thrown;
  }
  await engine.close();
  return { asked, error };
}

const answerWith = (url: string): Response => Response.json({ sound: { url } });
const sound = (): Response =>
  new Response(Buffer.from(PCM_BASE64, 'base64'), { headers: { 'content-type': 'audio/pcm' } });
const DOWNLOADED = { audio: { url: '/sound/url' }, format: 'pcm:24000' };

describe('An engine that tells where its sound is', () => {
  it('is asked for it there', async () => {
    const { asked, error } = await spoken(
      { url: 'https://api.example.org/say', ...DOWNLOADED },
      answerWith('https://files.example.org/1.pcm'),
      sound(),
    );
    expect(error).toBeUndefined();
    expect(asked[1]).toBe('https://files.example.org/1.pcm');
  });

  it.each(['http://169.254.169.254/latest/meta-data', 'http://127.0.0.1:8080/x', 'file:///etc/passwd'])(
    'does not lead from https to %s',
    async (address) => {
      const { asked, error } = await spoken(
        { url: 'https://api.example.org/say', ...DOWNLOADED },
        answerWith(address),
        sound(),
      );
      expect(asked).toHaveLength(1);
      expect(error).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_FAILED' });
    },
  );

  it('may lead to http where it is asked through http itself', async () => {
    const { error } = await spoken(
      { url: 'http://127.0.0.1:5000/say', ...DOWNLOADED },
      answerWith('http://127.0.0.1:5000/1.pcm'),
      sound(),
    );
    expect(error).toBeUndefined();
  });
});

describe('An engine that is described in the settings', () => {
  it.each([
    ['speak', { url: 'http://user:secret@host/say' }],
    ['speak', { url: 'http://host/say', voices: { url: 'http://user:secret@host/voices' } }],
    ['hear', { url: 'http://user:secret@host/hear' }],
  ] as const)('has no user in its address, which messages would show (%s, %j)', (table, options) => {
    const row = table === 'speak' ? TTS_ENGINE_SCHEMAS.http : STT_ENGINE_SCHEMAS.http;
    const checked = row.schema(z).safeParse({ type: 'http', ...options });
    expect(checked.error?.issues[0]?.message).toContain('without user');
  });

  it('does not repeat the secrets of its headers and fields when a server does', async () => {
    const secrets = { authorization: 'Bearer sesame-0123456789', 'x-api-key': 'abracadabra-42' };
    const field = 'hocus-pocus-fidibus';
    const words = `no such key: ${Object.values(secrets).join(' or ')} or ${field}`;
    const refused = (): Response => Response.json({ error: { message: words } }, { status: 400 });
    const { error } = await spoken({ url: 'https://example.org/say', headers: secrets }, refused());
    const options = STT_ENGINE_SCHEMAS.http.schema(z).parse({
      ...{ type: 'http', url: 'https://example.org/hear', headers: secrets },
      fields: { api_key: field },
    }) as RecognizerOptions;
    const recognizer = createRecognizer(
      { name: 'mine', options },
      { clock: new FakeClock(), fetch: async () => refused() },
    );
    const hearing = (async () => {
      for await (const _ of recognizer.recognize({ sound: one(speechLike(1)) }));
    })();
    const heard = await hearing.catch((thrown: unknown) => thrown);
    await recognizer.close();
    for (const { message } of [error, heard] as Error[]) {
      expect(message).toContain('answered 400');
      expect(message).not.toMatch(/sesame|abracadabra/);
    }
    expect((heard as Error).message).not.toContain('hocus');
  });
});

async function* one(pcm: Uint8Array): AsyncGenerator<Uint8Array> {
  yield pcm;
}
