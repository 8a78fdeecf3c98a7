import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { SystemClock } from '../../../src/runtime/index.js';
import { noise, pieces, silence, speechLike } from '../../support/speech/hearing-sound.js';
import {
  type HearingVendor,
  startAzureVendor,
  startHearingVendor,
} from '../../support/speech/hearing-vendor.js';
import { listen, providerError } from './recognizer-contract.js';

const KEY = 'sk-proj-0123456789abcdefXYZ';
const clock = new SystemClock();
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function answering(
  type: 'openai' | 'google' | 'http',
  answer: unknown,
  options: (url: string) => Readonly<Record<string, unknown>> = (url) => ({ baseUrl: url, apiKey: KEY }),
  contentType = 'application/json',
): Promise<HearingVendor> {
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const vendor = await startHearingVendor({ type, options, answer: () => ({ type: contentType, body }) });
  closing.push(() => vendor.close());
  return vendor;
}

const fieldOf = (vendor: HearingVendor, name: string): string[] => {
  const body = vendor.requests[0]?.body.toString('latin1') ?? '';
  const pattern = new RegExp(`name="${name.replace(/[[\]]/g, '\\$&')}"\\r\\n\\r\\n([^\\r]*)\\r\\n`, 'g');
  return [...body.matchAll(pattern)].map(([, value = '']) => Buffer.from(value, 'latin1').toString('utf8'));
};

describe('openai hears', () => {
  const speech = { sound: pieces(speechLike(1)) };

  test('W17: sends a WAV with its name, model, language without region, and hints', async () => {
    const vendor = await answering('openai', { text: 'x' }, (url) => ({
      baseUrl: url,
      apiKey: KEY,
      model: 'whisper-1',
    }));
    const engine = vendor.create({ clock });
    await listen(
      engine.recognize({ sound: pieces(speechLike(1)), language: 'ja-JP', hints: ['初音ミク', 'MMDAgent'] }),
    );
    const [request] = vendor.requests;
    expect(request?.path).toBe('/audio/transcriptions');
    expect(request?.headers['authorization']).toBe(`Bearer ${KEY}`);
    expect(request?.body.toString('latin1')).toContain('filename="speech.wav"');
    expect(fieldOf(vendor, 'model')).toEqual(['whisper-1']);
    expect(fieldOf(vendor, 'language')).toEqual(['ja']);
    expect(fieldOf(vendor, 'prompt')).toEqual(['初音ミク, MMDAgent']);
    expect(fieldOf(vendor, 'response_format')).toEqual(['verbose_json']);
    expect(fieldOf(vendor, 'timestamp_granularities[]')).toEqual(['word', 'segment']);
  });

  test('W17: sends no language where none is set', async () => {
    const vendor = await answering('openai', { text: 'x' });
    await listen(vendor.create({ clock }).recognize({ sound: pieces(speechLike(1)) }));
    expect(fieldOf(vendor, 'model')).toEqual(['gpt-4o-mini-transcribe']);
    expect(fieldOf(vendor, 'language')).toEqual([]);
  });

  test('asks newer models for a stream with the tokens’ chance', async () => {
    const events = [
      { type: 'transcript.text.delta', delta: 'Hel' },
      {
        type: 'transcript.text.done',
        text: 'Hello.',
        logprobs: [{ logprob: Math.log(0.5) }, { logprob: Math.log(0.5) }],
      },
    ];
    const sse = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    const vendor = await answering('openai', sse, undefined, 'text/event-stream');
    const { partials, finals } = await listen(vendor.create({ clock }).recognize(speech));
    expect(fieldOf(vendor, 'stream')).toEqual(['true']);
    expect(partials).toEqual(['Hel']);
    expect(finals[0]).toMatchObject({ text: 'Hello.' });
    expect(finals[0]?.confidence).toBeCloseTo(0.5);
  });

  test('is not fooled by a stream that ends without its end', async () => {
    const sse = 'data: {"type":"transcript.text.delta","delta":"Hel"}\n\n';
    const vendor = await answering('openai', sse, undefined, 'text/event-stream');
    const sound = pieces(speechLike(1));
    const error = await providerError(() => listen(vendor.create({ clock }).recognize({ sound })));
    expect(error.code).toBe('BRIDGE_ERR_SPEECH_TRUNCATED');
  });

  test('tells of a failure inside the stream, without the key', async () => {
    const sse = `data: {"error":{"message":"model overloaded for ${KEY}"}}\n\n`;
    const vendor = await answering('openai', sse, undefined, 'text/event-stream');
    const sound = pieces(speechLike(1));
    const error = await providerError(() => listen(vendor.create({ clock }).recognize({ sound })));
    expect(error.code).toBe('BRIDGE_ERR_SPEECH_FAILED');
    expect(error.message).toContain('model overloaded');
    expect(error.message).not.toContain(KEY);
  });

  test('takes the invented end off a true sentence, with its words', async () => {
    const answer = {
      language: 'japanese',
      text: '本当の話です。ご視聴ありがとうございました',
      segments: [
        { start: 0, end: 1, text: '本当の話です。', no_speech_prob: 0.01, avg_logprob: -0.1 },
        { start: 1, end: 3, text: 'ご視聴ありがとうございました', no_speech_prob: 0.02, avg_logprob: -0.3 },
      ],
      words: [
        { word: '本当', start: 0.1, end: 0.6 },
        { word: 'ご視聴', start: 1.4, end: 2 },
      ],
    };
    const vendor = await answering('openai', answer, (url) => ({
      baseUrl: url,
      apiKey: KEY,
      model: 'whisper-1',
    }));
    async function* sound(): AsyncGenerator<Uint8Array, void> {
      yield* pieces(speechLike(1));
      yield* pieces(silence(2));
    }
    const { finals } = await listen(vendor.create({ clock }).recognize({ sound: sound() }));
    expect(finals[0]).toMatchObject({ text: '本当の話です。', language: 'ja', noSpeech: 0.01 });
    expect(finals[0]?.words?.map(({ text }) => text)).toEqual(['本当']);
    expect(finals[0]).not.toHaveProperty('segments');
  });

  test('keeps a real ありがとうございました that whisper doubts a little', async () => {
    const text = 'ありがとうございました';
    const answer = { text, segments: [{ start: 0, end: 1, text, no_speech_prob: 0.2 }] };
    const options = (url: string) => ({ baseUrl: url, apiKey: KEY, model: 'whisper-1' });
    const vendor = await answering('openai', answer, options);
    expect((await listen(vendor.create({ clock }).recognize({ sound: pieces(speechLike(1)) }))).text).toBe(
      text,
    );
    const onFan = vendor.create({ clock }).recognize({ sound: pieces(noise(1, -40)) });
    expect((await listen(onFan)).text).toBe('');
  });

  test('needs a key for the vendor, and none for a server of ones own', async () => {
    const vendor = await answering('openai', { text: 'hi' }, (url) => ({ baseUrl: url, model: 'tiny' }));
    expect((await listen(vendor.create({ clock }).recognize({ sound: pieces(speechLike(1)) }))).text).toBe(
      'hi',
    );
    expect(vendor.requests[0]?.headers['authorization']).toBeUndefined();
    const engine = vendor.create({ clock }, { baseUrl: 'https://api.openai.com/v1' });
    const error = await providerError(() => listen(engine.recognize({ sound: pieces(speechLike(1)) })));
    expect(error.code).toBe('BRIDGE_ERR_SPEECH_KEY');
    expect(error.message).toContain('OPENAI_API_KEY');
  });

  test('refuses sound that is longer than the engine takes, without sending it', async () => {
    const vendor = await answering('openai', { text: 'x' });
    const engine = vendor.create({ clock }, { maxSeconds: 1 });
    const error = await providerError(() => listen(engine.recognize({ sound: pieces(speechLike(1.5)) })));
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_REFUSED', retryable: false });
    expect(vendor.requests).toHaveLength(0);
  });

  test('says what to set when a server does not know the format', async () => {
    const vendor = await answering('openai', {});
    vendor.fault = { status: 400, body: '{"detail":"response_format verbose_json is not supported"}' };
    const error = await providerError(() =>
      listen(vendor.create({ clock }).recognize({ sound: pieces(speechLike(1)) })),
    );
    expect(error.message).toContain('answer: plain');
  });
});

describe('google hears', () => {
  test('sends the key in a header, the language with region, and hints', async () => {
    const vendor = await answering('google', {});
    await listen(
      vendor.create({ clock }).recognize({ sound: pieces(speechLike(1)), language: 'ja', hints: ['ミク'] }),
    );
    const [request] = vendor.requests;
    expect(request?.path).toBe('/speech:recognize');
    expect(request?.query.toString()).toBe('');
    expect(request?.headers['x-goog-api-key']).toBe(KEY);
    expect(JSON.parse(request?.body.toString('utf8') ?? '').config).toMatchObject({
      encoding: 'LINEAR16',
      sampleRateHertz: 16000,
      languageCode: 'ja-JP',
      speechContexts: [{ phrases: ['ミク'] }],
    });
  });

  test('joins the results and takes the readings off Japanese words', async () => {
    const vendor = await answering('google', {
      results: [
        {
          alternatives: [
            {
              transcript: '今日は',
              confidence: 0.9,
              words: [{ startTime: '0s', endTime: '0.500s', word: '今日|キョウ' }],
            },
          ],
        },
        { alternatives: [{ transcript: '晴れです', confidence: 0.7 }] },
      ],
    });
    const { finals } = await listen(vendor.create({ clock }).recognize({ sound: pieces(speechLike(1)) }));
    expect(finals[0]?.text).toBe('今日は晴れです');
    expect(finals[0]?.confidence).toBeCloseTo(0.8);
    expect(finals[0]?.words).toEqual([{ text: '今日', startMs: 0, endMs: 500 }]);
  });

  test('knows a wrong key, which is a 400 there', async () => {
    const vendor = await answering('google', {});
    vendor.fault = {
      status: 400,
      body: '{"error":{"message":"API key not valid. Please pass a valid API key."}}',
    };
    const error = await providerError(() =>
      listen(vendor.create({ clock }).recognize({ sound: pieces(speechLike(1)) })),
    );
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_KEY', retryable: false });
  });
});

describe('http hears', () => {
  test('fills the address, headers and fields', async () => {
    const vendor = await answering('http', { a: [{ 'b/c': 'hi', p: 0.5 }] }, (url) => ({
      url: `${url}/asr?l={language}`,
      apiKey: KEY,
      headers: { 'X-Key': '{key}' },
      fields: { words: '{hints}', none: '{hints}' },
      fileField: 'audio',
      text: '/a/0/b~1c',
      confidence: '/a/0/p',
    }));
    const { finals } = await listen(
      vendor
        .create({ clock })
        .recognize({ sound: pieces(speechLike(1)), language: 'ja-JP', hints: ['ミク', 'b\r\nc'] }),
    );
    expect(finals[0]).toMatchObject({ text: 'hi', confidence: 0.5 });
    const [request] = vendor.requests;
    expect(request?.query.get('l')).toBe('ja-JP');
    expect(request?.headers['x-key']).toBe(KEY);
    expect(request?.body.toString('latin1')).toContain('name="audio"; filename="speech.wav"');
    expect(request?.body.toString('utf8')).toContain('ミク');
  });

  test('sends bare samples and takes a bare text', async () => {
    const sound = speechLike(0.5);
    const options = (url: string) => ({ url, body: 'raw', sound: 'pcm', text: '' });
    const vendor = await answering('http', ' こんにちは \n', options, 'text/plain; charset=utf-8');
    const { text } = await listen(vendor.create({ clock }).recognize({ sound: pieces(sound) }));
    expect(text).toBe('こんにちは');
    expect(vendor.requests[0]?.headers['content-type']).toBe('application/octet-stream');
    expect(Buffer.compare(vendor.requests[0]?.body ?? Buffer.alloc(0), sound)).toBe(0);
  });

  test('says where it looked in vain', async () => {
    const vendor = await answering('http', { result: {} }, (url) => ({ url, text: '/result/text' }));
    const error = await providerError(() =>
      listen(vendor.create({ clock }).recognize({ sound: pieces(speechLike(1)) })),
    );
    expect(error.message).toContain('/result/text');
  });
});

describe('azure hears', () => {
  async function start() {
    const vendor = await startAzureVendor(KEY);
    closing.push(() => vendor.close());
    return vendor;
  }

  test('speaks the protocol: key and language at the door, config, context, a WAV header, sound, an empty end', async () => {
    const vendor = await start();
    const engine = vendor.create({ clock });
    await listen(engine.recognize({ sound: pieces(speechLike(0.5)), language: 'ja', hints: ['ミク'] }));
    const [talk] = vendor.talks;
    expect(talk?.path).toBe('/speech/recognition/conversation/cognitiveservices/v1');
    expect(talk?.headers['ocp-apim-subscription-key']).toBe(KEY);
    expect(talk?.headers['x-connectionid']).toMatch(/^[0-9A-F]{32}$/);
    expect(Object.fromEntries(talk?.query ?? [])).toMatchObject({ language: 'ja-JP', format: 'detailed' });
    expect(talk?.messages.map(({ path }) => path)).toEqual(['speech.config', 'speech.context']);
    expect(JSON.parse(talk?.messages[1]?.body ?? '')).toEqual({
      dgi: { Groups: [{ Type: 'Generic', Items: [{ Text: 'ミク' }] }] },
    });
    expect(new Set(talk?.messages.map(({ requestId }) => requestId)).size).toBe(1);
    expect(talk?.sound[0]?.subarray(0, 4).toString('latin1')).toBe('RIFF');
  });

  test('gives hypotheses while somebody still speaks, and a final part for each phrase', async () => {
    const vendor = await start();
    vendor.onSound = (send, count) => {
      if (count === 1) send('speech.hypothesis', { Text: 'guten', Offset: 0, Duration: 0 });
      if (count === 3)
        send('speech.phrase', {
          RecognitionStatus: 'Success',
          DisplayText: 'Guten Tag.',
          Offset: 0,
          Duration: 0,
        });
    };
    const seen: string[] = [];
    let goOn = (): void => {};
    async function* sound(): AsyncGenerator<Uint8Array, void> {
      yield* pieces(speechLike(0.5), 3200);
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      yield* pieces(speechLike(0.2), 3200);
    }
    for await (const part of vendor.create({ clock }).recognize({ sound: sound() })) {
      seen.push(`${part.type}:${part.text}`);
      if (part.text === 'Guten Tag.') goOn();
    }
    expect(seen.slice(0, 2)).toEqual(['partial:guten', 'final:Guten Tag.']);
    expect(seen.at(-1)).toBe('final:The weather is fine today.');
  });

  test('tells what the service could not do', async () => {
    const vendor = await start();
    vendor.onSound = (send) => send('speech.phrase', { RecognitionStatus: 'Error' });
    const error = await providerError(() =>
      listen(vendor.create({ clock }).recognize({ sound: pieces(speechLike(1)) })),
    );
    expect(error.code).toBe('BRIDGE_ERR_SPEECH_FAILED');
  });

  test('leaves no listener on the signal of many utterances', async () => {
    const vendor = await start();
    const { signal } = new AbortController();
    const engine = vendor.create({ clock });
    for (let n = 0; n < 3; n++) await listen(engine.recognize({ sound: pieces(speechLike(0.3)), signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('needs a key', async () => {
    const vendor = await start();
    const engine = vendor.create({ clock }, { apiKey: undefined });
    const error = await providerError(() => listen(engine.recognize({ sound: pieces(speechLike(1)) })));
    expect(error.code).toBe('BRIDGE_ERR_SPEECH_KEY');
    expect(vendor.talks).toHaveLength(0);
  });
});
