import { afterEach, describe, expect, test } from 'vitest';
import { SystemClock } from '../../../src/runtime/index.js';
import type { HttpEngineType } from '../../../src/speech/http/index.js';
import type { SpeechPart, Synthesizer } from '../../../src/speech/index.js';
import { type HttpVendor, startHttpVendor } from '../../support/speech/http-vendor.js';
import { testPcm, wavOf } from '../../support/speech/sound.js';
import { QUERY, type Query, samplesOf } from '../../support/speech/voicevox-query.js';
import { hear, providerError, synthesizerContract } from './synthesizer-contract.js';

const TEXT = '今日は、学校ですか。それとも、お休みですか？';
const SPEAKERS = [
  {
    name: '小夜/SAYO',
    speaker_uuid: 'a8cc6d22-aad0-4ab8-bf1e-2f843924164a',
    styles: [{ name: 'ノーマル', id: 46, type: 'talk' }],
  },
  {
    name: 'ずんだもん',
    speaker_uuid: '388f246b-8c41-4ac1-8e2d-5d79f3ff56d9',
    styles: [
      { name: 'ノーマル', id: 3 },
      { name: 'あまあま', id: 1, type: 'talk' },
      { name: 'ノーマル', id: 3003, type: 'frame_decode' },
    ],
  },
];

interface EngineScript {
  readonly type?: HttpEngineType;
  readonly query?: Query;
  readonly canCancel?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Samples that come out of the query. @default as the real engine */
  readonly samples?: (query: Query) => number;
  readonly rateHz?: number;
}

/** An engine that makes as much sound as the real one would of the query that it is sent. */
function startEngine(script: EngineScript = {}): Promise<HttpVendor> {
  const { type = 'voicevox', query = QUERY, canCancel = false, options = {}, rateHz = 24_000 } = script;
  return startHttpVendor({
    type,
    options: (url) => ({ baseUrl: url, speaker: 46, ...options }),
    answer: (request) => {
      const speaker = Number(request.query.get('speaker'));
      const isKnown = speaker === 46 || speaker === 1 || speaker === 3;
      switch (`${request.method} ${request.path}`) {
        case 'GET /speakers':
          return { json: SPEAKERS };
        case 'POST /audio_query':
          return isKnown
            ? { json: query }
            : { status: 422, json: { message: '指定されたスタイルが見つかりませんでした。' } };
        case 'POST /accent_phrases':
          return { json: query.accent_phrases };
        case 'POST /cancellable_synthesis':
          if (!canCancel) return undefined;
          break;
        case 'POST /synthesis':
          break;
        default:
          return undefined;
      }
      const sent = JSON.parse(request.body) as Query;
      const hasUpspeak = request.query.get('enable_interrogative_upspeak') !== 'false';
      const samples = script.samples?.(sent) ?? samplesOf(sent, hasUpspeak);
      const pcm = testPcm(Math.round((samples * rateHz) / 24_000));
      return {
        sound: { headers: { 'content-type': 'audio/wav' }, body: wavOf(pcm, { sampleRateHz: rateHz }) },
      };
    },
  });
}

/** Short enough to be asked for in one piece. */
const SHORT: Query = { ...QUERY, accent_phrases: QUERY.accent_phrases.slice(0, 2) };

for (const type of ['voicevox', 'sharevox', 'aivisspeech'] as const) {
  synthesizerContract({
    name: type,
    key: undefined,
    text: TEXT,
    sampleRateHz: 24_000,
    pcm: testPcm(samplesOf(SHORT, true)),
    tells: ['phonemes'],
    elsewhere: (url) => ({ baseUrl: url }),
    // Here a 404 of the one way to sound says that there is the other.
    start: () => startEngine({ type, query: SHORT }),
  });
}

describe('voicevox', () => {
  const vendors: HttpVendor[] = [];
  const make = async (
    script: EngineScript = {},
    changes: Readonly<Record<string, unknown>> = {},
  ): Promise<{ vendor: HttpVendor; engine: Synthesizer }> => {
    const vendor = await startEngine(script);
    vendors.push(vendor);
    return { vendor, engine: vendor.create({ clock: new SystemClock() }, changes) };
  };
  afterEach(async () => {
    for (const vendor of vendors.splice(0)) await vendor.close();
  });
  const phonemesOf = (parts: readonly SpeechPart[]) =>
    parts.flatMap((part) => (part.type === 'phonemes' ? part.phonemes : []));
  const sentQueries = (vendor: HttpVendor): Query[] =>
    vendor.requests.filter(({ path }) => path === '/synthesis').map(({ body }) => JSON.parse(body) as Query);

  test('tells the phonemes exactly, with the rising vowel of a question', async () => {
    const { engine } = await make({ query: SHORT });
    const { parts } = await hear(engine.speak({ text: TEXT }));
    const names = phonemesOf(parts).map(({ phoneme }) => phoneme);
    expect(names.join(' ')).toBe('sil ky o o w a pau g a cl k w a k o o d e s U pau sil');
    expect(parts.filter((part) => part.type === 'phonemes' && !part.isExact)).toEqual([]);
  });

  test('asks for a long text pause by pause, and the whole is what one request would give', async () => {
    const { vendor, engine } = await make();
    const { parts, pcm } = await hear(engine.speak({ text: TEXT }));
    expect(sentQueries(vendor).length).toBeGreaterThan(1);
    expect(pcm.byteLength / 2).toBe(samplesOf(QUERY, true));
    const single = await make({}, { intonationScale: 1.2 });
    const whole = await hear(single.engine.speak({ text: TEXT }));
    expect(sentQueries(single.vendor)).toHaveLength(1);
    const borders = (from: readonly SpeechPart[]): string[] =>
      phonemesOf(from).map(({ phoneme, endMs }) => `${phoneme} ${endMs.toFixed(3)}`);
    expect(borders(parts)).toEqual(borders(whole.parts));
    const phonemes = phonemesOf(parts);
    for (const [index, { startMs }] of phonemes.entries())
      expect(startMs).toBe(index === 0 ? 0 : phonemes[index - 1]?.endMs);
  });

  test('asks for the whole at once from its kin, which were not seen to bear that', async () => {
    const { vendor, engine } = await make({ type: 'sharevox' });
    await hear(engine.speak({ text: TEXT }));
    expect(sentQueries(vendor)).toHaveLength(1);
  });

  test('uses the way that can be cancelled where there is one', async () => {
    const { vendor, engine } = await make({ query: SHORT, canCancel: true });
    await hear(engine.speak({ text: TEXT }));
    await hear(engine.speak({ text: TEXT }));
    expect(vendor.requests.filter(({ path }) => path === '/cancellable_synthesis')).toHaveLength(2);
    expect(vendor.requests.filter(({ path }) => path === '/synthesis')).toHaveLength(0);
  });

  test('asks once whether work can be cancelled, AivisSpeech never', async () => {
    const count = async (type: HttpEngineType): Promise<number> => {
      const { vendor, engine } = await make({ type, query: SHORT });
      await hear(engine.speak({ text: TEXT }));
      await hear(engine.speak({ text: TEXT }));
      return vendor.requests.filter(({ path }) => path === '/cancellable_synthesis').length;
    };
    expect(await count('voicevox')).toBe(1);
    expect(await count('aivisspeech')).toBe(0);
  });

  test('sets what the options and the request say, and leaves the rest as it came', async () => {
    const { vendor, engine } = await make(
      { query: SHORT },
      { speed: 1.2, pitchScale: 0.05, outputSamplingRate: 16_000, upspeak: false },
    );
    await hear(engine.speak({ text: TEXT, speed: 1.25, voice: '3' }));
    const [query] = sentQueries(vendor);
    expect(query).toMatchObject({ speedScale: 1.5, pitchScale: 0.05, outputSamplingRate: 16_000 });
    expect(query).toMatchObject({ intonationScale: 1, kana: QUERY.kana, outputStereo: false });
    const synthesis = vendor.requests.find(({ path }) => path === '/synthesis');
    expect(synthesis?.query.get('enable_interrogative_upspeak')).toBe('false');
    expect(synthesis?.query.get('speaker')).toBe('3');
  });

  test('stays exact at another speed', async () => {
    const { engine } = await make({ query: SHORT });
    const { parts, pcm } = await hear(engine.speak({ text: TEXT, speed: 1.37 }));
    expect(pcm.byteLength / 2).toBe(samplesOf({ ...SHORT, speedScale: 1.37 }, true));
    expect(parts.find(({ type }) => type === 'phonemes')).toMatchObject({ isExact: true });
  });

  test('says estimated where the sound is not as long as the query says', async () => {
    const { engine } = await make({ query: SHORT, samples: () => 30_000 });
    const { parts } = await hear(engine.speak({ text: TEXT }));
    expect(parts.find(({ type }) => type === 'phonemes')).toMatchObject({ isExact: false });
    expect(phonemesOf(parts).at(-1)?.endMs).toBeCloseTo(1250, 6);
  });

  test('tells what AivisSpeech says without its times, which are all zero', async () => {
    const silent = (one: (typeof QUERY.accent_phrases)[0]['moras'][0]) => ({
      ...one,
      consonant_length: one.consonant === null ? null : 0,
      vowel_length: 0,
      pitch: 0,
    });
    const query = {
      ...SHORT,
      accent_phrases: SHORT.accent_phrases.map((phrase) => ({
        ...phrase,
        moras: phrase.moras.map(silent),
        pause_mora: phrase.pause_mora === null ? null : silent(phrase.pause_mora),
      })),
    } as Query;
    const { engine, vendor } = await make({ type: 'aivisspeech', query, samples: () => 48_000 });
    const { parts } = await hear(engine.speak({ text: TEXT }));
    expect(parts.find(({ type }) => type === 'phonemes')).toMatchObject({ isExact: false });
    const phonemes = phonemesOf(parts);
    expect(phonemes.map(({ phoneme }) => phoneme).join(' ')).toBe(
      'sil ky o o w a pau g a cl k w a k o o d e s U pau sil',
    );
    expect(phonemes.at(-1)?.endMs).toBeCloseTo(2000, 6);
    expect(sentQueries(vendor)[0]).toMatchObject({ accent_phrases: query.accent_phrases });
  });

  test('shows whose voice it is', async () => {
    const { engine } = await make({ query: SHORT });
    const credit = async (voice?: string) =>
      (await hear(engine.speak({ text: TEXT, ...(voice === undefined ? {} : { voice }) }))).parts[0];
    expect(await credit()).toMatchObject({ credit: 'VOICEVOX:小夜/SAYO' });
    expect(await credit('1')).toMatchObject({ credit: 'VOICEVOX:ずんだもん' });
  });

  test.each([{ text: 'hello' }, [], [{ name: 'x', styles: [] }]])(
    'says that a server has no speakers when it answers %j',
    async (json) => {
      const vendor = await startHttpVendor({
        ...{ type: 'voicevox', options: (url: string) => ({ baseUrl: url }), answer: () => ({ json }) },
      });
      const engine = vendor.create({ clock: new SystemClock() });
      const error = await providerError(() => engine.voices());
      expect(error.code).toBe('BRIDGE_ERR_SPEECH_FAILED');
      expect(error.message).toContain('expected speakers');
      await engine.close();
      await vendor.close();
    },
  );

  test('lists every style that speaks, with its credit', async () => {
    const { engine } = await make();
    expect(await engine.voices()).toEqual([
      {
        id: '46',
        name: '小夜/SAYO',
        languages: ['ja'],
        style: 'ノーマル',
        credit: 'VOICEVOX:小夜/SAYO',
        isDefault: true,
      },
      {
        id: '3',
        name: 'ずんだもん',
        languages: ['ja'],
        style: 'ノーマル',
        credit: 'VOICEVOX:ずんだもん',
        isDefault: false,
      },
      {
        id: '1',
        name: 'ずんだもん',
        languages: ['ja'],
        style: 'あまあま',
        credit: 'VOICEVOX:ずんだもん',
        isDefault: false,
      },
    ]);
  });

  test.each([
    ['ずんだもん', '3'],
    ['ずんだもん/あまあま', '1'],
    ['小夜/SAYO', '46'],
  ])('finds %s by name', async (voice, id) => {
    const { engine, vendor } = await make({ query: SHORT });
    await hear(engine.speak({ text: TEXT, voice }));
    expect(vendor.requests.find(({ path }) => path === '/audio_query')?.query.get('speaker')).toBe(id);
  });

  test.each(['9999', 'だれか'])('has no voice %s', async (voice) => {
    const { engine } = await make();
    const error = await providerError(() => hear(engine.speak({ text: TEXT, voice })));
    expect(error.code).toBe('BRIDGE_ERR_SPEECH_VOICE');
  });

  test('takes kana with accents as they are', async () => {
    const { engine, vendor } = await make({ query: SHORT }, { input: 'kana' });
    await hear(engine.speak({ text: QUERY.kana }));
    const asked = vendor.requests.find(({ path }) => path === '/accent_phrases');
    expect(asked?.query.get('is_kana')).toBe('true');
    expect(asked?.query.get('text')).toBe(QUERY.kana);
    expect(sentQueries(vendor)[0]).toMatchObject({ prePhonemeLength: 0.1, speedScale: 1 });
  });
});
