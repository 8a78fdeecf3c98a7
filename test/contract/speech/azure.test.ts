import { afterEach, describe, expect, test } from 'vitest';
import { azureVisemeTimeline } from '../../../src/lipsync/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import type { SpeechPart } from '../../../src/speech/index.js';
import { type AzureEvent, type AzureVendor, startAzureVendor } from '../../support/speech/azure-vendor.js';
import { checkedOptions } from '../../support/speech/http-vendor.js';
import { testPcm } from '../../support/speech/sound.js';
import { hear, providerError, synthesizerContract } from './synthesizer-contract.js';

const KEY = '0123456789abcdef0123456789abcdef';
const TEXT = 'こんにちは。"A&B"の<お店>へ行く。';
/** One second. */
const PCM = testPcm(24_000);

const VISEMES: readonly (readonly [number, number])[] = [
  [0, 0],
  [20, 50],
  [8, 90],
  [19, 150],
  [19, 200],
  [6, 240],
  [16, 300],
  [6, 350],
  [7, 420],
  [2, 460],
  [0, 600],
  [6, 700],
  [4, 780],
  [0, 900],
];
const EVENTS: readonly AzureEvent[] = [
  { visemes: VISEMES.slice(0, 3) },
  {
    words: [
      ['こんにちは', 50, 550],
      ['。', 600, 50, 'PunctuationBoundary'],
    ],
  },
  { audio: PCM.subarray(0, 4801) },
  { audio: PCM.subarray(4801, 4802) },
  { visemes: VISEMES.slice(3, 4) },
  { visemes: VISEMES.slice(4, 11) },
  { audio: PCM.subarray(4802, 30_003) },
  {
    words: [
      ['A', 650, 20],
      ['B', 680, 20],
      ['行く', 700, 200],
    ],
  },
  { visemes: VISEMES.slice(11) },
  { audio: PCM.subarray(30_003) },
];
const VOICES = [
  {
    ShortName: 'ja-JP-NanamiNeural',
    LocalName: '七海',
    Gender: 'Female',
    Locale: 'ja-JP',
    StyleList: ['chat', 'cheerful'],
  },
  {
    ShortName: 'en-US-AvaMultilingualNeural',
    DisplayName: 'Ava',
    Locale: 'en-US',
    SecondaryLocaleList: ['ja-JP'],
  },
  { DisplayName: 'no short name' },
];

const start = (): Promise<AzureVendor> => startAzureVendor(KEY, EVENTS, VOICES);

synthesizerContract({
  name: 'azure',
  key: KEY,
  text: TEXT,
  sampleRateHz: 24_000,
  pcm: PCM,
  tells: ['phonemes', 'words'],
  elsewhere: (url) => ({ baseUrl: url.replace('http', 'ws') }),
  isSocket: true,
  start,
});

describe('azure', () => {
  const vendors: AzureVendor[] = [];
  const clock = new SystemClock();
  afterEach(async () => {
    for (const vendor of vendors.splice(0)) await vendor.close();
  });
  const make = async (): Promise<AzureVendor> => {
    const vendor = await start();
    vendors.push(vendor);
    return vendor;
  };
  const phonemesOf = (parts: readonly SpeechPart[]) =>
    parts.flatMap((part) => (part.type === 'phonemes' ? part.phonemes : []));

  test('gives visemes out bit by bit, and the whole is the one line', async () => {
    const { parts } = await hear((await make()).create({ clock }).speak({ text: TEXT }));
    const whole = azureVisemeTimeline(
      VISEMES.map(([id, startMs]) => ({ id, startMs })),
      { language: 'ja-JP', durationMs: 1000 },
    );
    expect(phonemesOf(parts)).toEqual(whole);
    expect(parts.filter(({ type }) => type === 'phonemes').length).toBeGreaterThan(2);
    expect(phonemesOf(parts).some(({ orElse }) => orElse?.includes('e'))).toBe(true);
  });

  test('tells words with their places, marks left out', async () => {
    const { parts } = await hear((await make()).create({ clock }).speak({ text: TEXT }));
    const words = parts.flatMap((part) => (part.type === 'words' ? part.words : []));
    expect(words.map(({ text, startMs, endMs }) => [text, startMs, endMs])).toEqual([
      ['こんにちは', 50, 600],
      ['A', 650, 670],
      ['B', 680, 700],
      ['行く', 700, 900],
    ]);
    for (const { text, from, to } of words) expect(TEXT.slice(from, to)).toBe(text);
  });

  test('speaks the protocol: key in a header, config, context and SSML under one number', async () => {
    const vendor = await make();
    await hear(vendor.create({ clock }).speak({ text: TEXT }));
    const [handshake] = vendor.handshakes;
    expect(handshake?.url).toBe('/tts/cognitiveservices/websocket/v1');
    expect(handshake?.headers['ocp-apim-subscription-key']).toBe(KEY);
    expect(handshake?.headers['x-connectionid']).toMatch(/^[0-9a-f]{32}$/);
    const messages = vendor.heard.map((text) => text.split('\r\n\r\n'));
    const paths = messages.map(([head = '']) => /^Path: (.*)$/m.exec(head)?.[1]?.trim());
    expect(paths).toEqual(['speech.config', 'synthesis.context', 'ssml']);
    const ids = new Set(messages.map(([head = '']) => /X-RequestId: ([0-9a-f]{32})/.exec(head)?.[1]));
    expect(ids.size).toBe(1);
    expect(JSON.parse(messages[1]?.[1] ?? '')).toMatchObject({
      synthesis: {
        audio: {
          outputFormat: 'raw-24khz-16bit-mono-pcm',
          metadataOptions: { visemeEnabled: true, wordBoundaryEnabled: true },
        },
      },
    });
    expect(messages[2]?.[1]).toContain(
      '<voice name="ja-JP-NanamiNeural">こんにちは。&quot;A&amp;B&quot;の&lt;お店&gt;へ行く。</voice>',
    );
  });

  test.each([
    [{}, { speed: 1.2 }, '<prosody rate="+20.00%">'],
    [{ speed: 0.5 }, { speed: 0.5 }, '<prosody rate="-50.00%">'],
    [{ pitchPercent: -5 }, {}, '<prosody pitch="-5.00%">'],
    [
      { voice: 'ja-JP-NanamiNeural/cheerful', styleDegree: 1.5 },
      {},
      '<mstts:express-as style="cheerful" styledegree="1.5">',
    ],
    [{}, { voice: 'en-US-AvaMultilingualNeural', language: 'ja' }, '<lang xml:lang="ja-JP">'],
    [{}, { voice: 'x"/><break/>' }, '<voice name="x&quot;">'],
  ])('with %j, asked for %j, says %s', async (options, request, expected) => {
    const vendor = await make();
    await hear(vendor.create({ clock }, options).speak({ text: 'あ', ...request }));
    expect(vendor.heard.at(-1)).toContain(expected);
  });

  test('does not ask a voice of one language for another, which it would refuse', async () => {
    const vendor = await make();
    await hear(vendor.create({ clock }).speak({ text: 'hello', language: 'en-US' }));
    expect(vendor.heard.at(-1)).not.toContain('<lang');
  });

  test.each([
    [1007, 'Unsupported voice nobody.', 'BRIDGE_ERR_SPEECH_VOICE', false],
    [1007, 'Ssml should contain at least one <voice> tag', 'BRIDGE_ERR_SPEECH_VOICE', false],
    [1007, 'The request is malformed', 'BRIDGE_ERR_SPEECH_REFUSED', false],
    [1013, 'too busy', 'BRIDGE_ERR_SPEECH_BUSY', true],
    [1011, 'internal', 'BRIDGE_ERR_SPEECH_FAILED', true],
  ] as const)('understands a close with %i "%s"', async (code, reason, expected, retryable) => {
    const vendor = await make();
    vendor.closing = { code, reason };
    const error = await providerError(() => hear(vendor.create({ clock }).speak({ text: TEXT })));
    expect(error).toMatchObject({ code: expected, retryable });
  });

  test('keeps what it was to say out of the words of a close', async () => {
    const vendor = await make();
    vendor.closing = { code: 1007, reason: `bad: ${TEXT} ${KEY}` };
    const { message } = await providerError(() => hear(vendor.create({ clock }).speak({ text: TEXT })));
    expect(message).not.toContain('お店');
    expect(message).not.toContain(KEY);
  });

  test('lists voices, and each once more with its styles', async () => {
    const vendor = await make();
    const voices = await vendor.create({ clock }).voices();
    expect(
      voices.map(({ id, name, style, languages, gender, isDefault }) => [
        id,
        name,
        style,
        languages,
        gender,
        isDefault,
      ]),
    ).toEqual([
      ['ja-JP-NanamiNeural', '七海', undefined, ['ja-JP'], 'female', true],
      ['ja-JP-NanamiNeural/chat', '七海', 'chat', ['ja-JP'], 'female', false],
      ['ja-JP-NanamiNeural/cheerful', '七海', 'cheerful', ['ja-JP'], 'female', false],
      ['en-US-AvaMultilingualNeural', 'Ava', undefined, ['en-US', 'ja-JP'], undefined, false],
    ]);
    expect(vendor.server.requests[0]?.headers['ocp-apim-subscription-key']).toBe(KEY);
  });

  test.each([
    ['japaneast', 'japaneast.tts.speech.microsoft.com'],
    ['chinaeast2', 'chinaeast2.tts.speech.azure.cn'],
    ['usgovvirginia', 'usgovvirginia.tts.speech.azure.us'],
  ])('goes to the host of %s', async (region, host) => {
    const vendor = await make();
    const engine = vendor.create(
      {
        clock,
        openSocket: (url) => {
          throw new Error(`asked for ${url}`);
        },
      },
      { baseUrl: undefined, region },
    );
    const error = await providerError(() => hear(engine.speak({ text: TEXT })));
    expect(error.message).toContain(`wss://${host}/tts/cognitiveservices/websocket/v1`);
  });

  test('needs a region or an address', () => {
    expect(() => checkedOptions('azure', { apiKey: KEY })).toThrow('region');
  });
});
