import { afterEach, describe, expect, test } from 'vitest';
import { SystemClock } from '../../../src/runtime/index.js';
import { type HttpVendor, startHttpVendor } from '../../support/speech/http-vendor.js';
import { testPcm, wavOf } from '../../support/speech/sound.js';
import { hear, providerError, synthesizerContract } from './synthesizer-contract.js';

const TEXT = 'さくら、かんさい。';
const RATE_HZ = 44_100;
const UUID = '3c37646f-3881-5374-2a83-149267990abc';
const OTHER = 'd1143ac1-c486-4273-92ef-a30938d01b91';
const SPEAKERS = [
  {
    speakerName: 'つくよみちゃん',
    speakerUuid: UUID,
    styles: [
      { styleName: 'れいせい', styleId: 0, base64Icon: '' },
      { styleName: 'おしとやか', styleId: 5, base64Icon: '' },
    ],
  },
  { speakerName: 'べつのひと', speakerUuid: OTHER, styles: [{ styleName: 'のーまる', styleId: 5 }] },
];

/** Token, samples. */
const SPOKEN: readonly (readonly [mora: string, phonemes: readonly (readonly [string, number])[]])[] = [
  ['pau', [['pau', 4410]]],
  [
    's-a',
    [
      ['s', 3000],
      ['a', 4000],
    ],
  ],
  [
    'k-u',
    [
      ['k', 2000],
      ['u', 3500],
    ],
  ],
  [
    'r-a',
    [
      ['r', 1500],
      ['a', 6000],
    ],
  ],
  ['_', [['_', 5000]]],
  [
    'kw-a',
    [
      ['kw', 2200],
      ['a', 3700],
    ],
  ],
  ['N', [['N', 3300]]],
  ['pau', [['pau', 4411]]],
];

function durations(): unknown[] {
  let at = 0;
  return SPOKEN.map(([mora, phonemes]) => {
    const from = at;
    const phonemePitches = phonemes.map(([phoneme, samples]) => {
      const start = at;
      at += samples;
      return { phoneme, wavRange: { start, end: at } };
    });
    return { mora, hira: '', phonemePitches, wavRange: { start: from, end: at } };
  });
}
const SAMPLES = SPOKEN.flatMap(([, phonemes]) => phonemes).reduce((sum, [, count]) => sum + count, 0);
const PCM = testPcm(SAMPLES);

const start = (): Promise<HttpVendor> =>
  startHttpVendor({
    type: 'coeiroink',
    options: (url) => ({ baseUrl: url }),
    answer: ({ method, path }) => {
      if (method === 'GET' && path === '/v1/speakers') return { json: SPEAKERS };
      if (method !== 'POST' || path !== '/v1/predict_with_duration') return undefined;
      const wavBase64 = Buffer.from(wavOf(PCM, { sampleRateHz: RATE_HZ })).toString('base64');
      const body = JSON.stringify({ wavBase64, moraDurations: durations() });
      return { sound: { headers: { 'content-type': 'application/json' }, body } };
    },
  });

synthesizerContract({
  name: 'coeiroink',
  key: undefined,
  text: TEXT,
  sampleRateHz: RATE_HZ,
  pcm: PCM,
  tells: ['phonemes'],
  elsewhere: (url) => ({ baseUrl: url }),
  isWhole: true,
  start,
});

describe('coeiroink', () => {
  const vendors: HttpVendor[] = [];
  const clock = new SystemClock();
  afterEach(async () => {
    for (const vendor of vendors.splice(0)) await vendor.close();
  });
  const make = async (): Promise<HttpVendor> => {
    const vendor = await start();
    vendors.push(vendor);
    return vendor;
  };

  test('tells each phoneme to the sample, and whose voice it is', async () => {
    const { parts } = await hear((await make()).create({ clock }).speak({ text: TEXT }));
    expect(parts[0]).toMatchObject({ credit: 'COEIROINK:つくよみちゃん' });
    const [part] = parts.filter(({ type }) => type === 'phonemes');
    if (part?.type !== 'phonemes') throw new Error('no phonemes');
    expect(part.isExact).toBe(true);
    expect(part.phonemes.map(({ phoneme }) => phoneme).join(' ')).toBe('pau s a k u r a sil k w a N pau');
    expect(part.phonemes[2]?.startMs).toBeCloseTo((7410 / RATE_HZ) * 1000, 9);
    expect(part.phonemes[2]?.endMs).toBeCloseTo((11_410 / RATE_HZ) * 1000, 9);
    expect(part.phonemes.at(-1)?.endMs).toBeCloseTo((SAMPLES / RATE_HZ) * 1000, 9);
  });

  test.each([
    ['5', UUID, 5],
    [`${OTHER}:5`, OTHER, 5],
    [OTHER, OTHER, 5],
    ['べつのひと', OTHER, 5],
    ['つくよみちゃん/おしとやか', UUID, 5],
  ])('finds the voice %s', async (voice, speakerUuid, styleId) => {
    const vendor = await make();
    const engine = vendor.create({ clock });
    await hear(engine.speak({ text: TEXT, voice, speed: 1.5 }));
    expect(JSON.parse(vendor.requests.at(-1)?.body ?? '')).toEqual({
      speakerUuid,
      styleId,
      text: TEXT,
      speedScale: 1.5,
    });
    await hear(engine.speak({ text: TEXT, voice }));
    expect(vendor.requests.filter(({ path }) => path === '/v1/speakers')).toHaveLength(1);
  });

  test('has no voice that nobody knows', async () => {
    const error = await providerError(async () =>
      hear((await make()).create({ clock }).speak({ text: TEXT, voice: '77' })),
    );
    expect(error.code).toBe('BRIDGE_ERR_SPEECH_VOICE');
  });

  test('lists every style under a name that is its own', async () => {
    const voices = await (await make()).create({ clock }).voices();
    expect(voices.map(({ id, name, style, isDefault }) => [id, name, style, isDefault])).toEqual([
      [`${UUID}:0`, 'つくよみちゃん', 'れいせい', true],
      [`${UUID}:5`, 'つくよみちゃん', 'おしとやか', false],
      [`${OTHER}:5`, 'べつのひと', 'のーまる', false],
    ]);
  });
});
