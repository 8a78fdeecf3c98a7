import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitByLanguage } from '../../../src/language/index.js';
import { systemHost } from '../../../src/programs/index.js';
import { FakeClock, ProviderError } from '../../../src/runtime/index.js';
import { composeSpeech } from '../../../src/speech/compose-speech.js';
import type {
  PlannedSentence,
  Speech,
  SpeechPorts,
  SpeechSettings,
  SpokenPart,
} from '../../../src/speech/index.js';
import type { Synthesizer } from '../../../src/speech/synthesizer.js';
import type { EngineKinds, Zod } from '../../../src/vendor/index.js';
import { collect, FakeEngine, fault, RATE_HZ, type Script, sound, start } from './around/fake-engine.js';

class Rig {
  readonly clock = new FakeClock();
  readonly engines = new Map<string, FakeEngine>();
  readonly told: string[] = [];
  readonly scripts: Record<string, Script> = {};
  readonly languages: Record<string, readonly string[]> = {};
  speech: Speech | undefined;

  async make(settings: SpeechSettings = {}, env: Record<string, string> = {}): Promise<Speech> {
    const schema = (type: string) => (zod: Zod) =>
      zod.strictObject({
        type: zod.literal(type),
        apiKey: zod.string().optional(),
        tone: zod.number().optional(),
        headers: zod.record(zod.string(), zod.string()).optional(),
      });
    const kind = (type: string, keyEnv?: string) => ({
      description: type,
      schema: schema(type),
      keyEnv,
      needsKey: keyEnv !== undefined,
      create: (name: string) => this.#engine(name),
    });
    const kinds: EngineKinds<SpeechPorts, Synthesizer> = {
      embedded: kind('embedded'),
      cloud: kind('cloud', 'CLOUD_KEY'),
      kana: kind('kana'),
    };
    const ports: SpeechPorts = { clock: this.clock, env, host: systemHost({}), random: () => 1 };
    const speech = await composeSpeech(settings, ports, {
      kinds,
      prepare: (text, language) => ({
        text,
        runs: splitByLanguage(text, language === 'ja' ? 'ja' : 'en'),
        sourceRange: (from, to) => ({ from, to }),
      }),
    });
    speech.events.on('chosen', ({ engine, voice, why }) =>
      this.told.push(`${engine} ${voice ?? '-'}: ${why}`),
    );
    speech.events.on('credit', (credit) => this.told.push(`credit ${credit}`));
    speech.events.on('fellBack', ({ from, to }) => this.told.push(`${from} -> ${to}`));
    speech.events.on('warned', (text) => this.told.push(text));
    this.speech = speech;
    return speech;
  }

  async say(text: string | AsyncIterable<string>, options: Parameters<Speech['speak']>[1] = {}) {
    if (this.speech === undefined) await this.make();
    const parts = collect(this.speech?.speak(text, options) ?? nothing());
    parts.catch(() => {});
    let isDone = false;
    void parts.then(
      () => {
        isDone = true;
      },
      () => {
        isDone = true;
      },
    );
    for (let at = 0; at < 300 && !isDone; at++) await this.clock.advanceAsync(200);
    return parts;
  }

  texts(engine: string): string[] {
    return this.engines.get(engine)?.requests.map(({ text }) => text) ?? [];
  }

  #engine(name: string): FakeEngine {
    const engine = new FakeEngine(name, this.clock, this.scripts[name]);
    engine.languages = this.languages[name] ?? [];
    this.engines.set(name, engine);
    return engine;
  }
}

async function* nothing(): AsyncGenerator<SpokenPart> {}
async function* noSentences(): AsyncGenerator<PlannedSentence> {}

const types = (parts: readonly SpokenPart[]): string[] => parts.map(({ type }) => type);
const sentences = (parts: readonly SpokenPart[]) =>
  parts.flatMap((part) => (part.type === 'sentence' ? [part] : []));
const ends = (parts: readonly SpokenPart[]) =>
  parts.flatMap((part) => (part.type === 'sentence-end' ? [part.endMs] : []));
const pcm = (parts: readonly SpokenPart[]): Buffer =>
  Buffer.concat(parts.flatMap((part) => (part.type === 'sound' ? [part.pcm] : [])));

describe('composeSpeech', () => {
  it('gives all sentences as one stream, with where each begins and ends', async () => {
    const rig = new Rig();
    const parts = await rig.say('One here. Two here.');
    expect(types(parts)).toEqual([
      'start',
      ...['sentence', 'sound', 'sentence-end'],
      ...['sentence', 'sound', 'sentence-end'],
    ]);
    expect(sentences(parts)).toMatchObject([
      { index: 0, text: 'One here.', startMs: 0, engine: 'embedded' },
      { index: 1, text: 'Two here.', startMs: 100 },
    ]);
    expect(ends(parts)).toEqual([100, 200]);
  });

  it('fills nothing that only rounding leaves open', async () => {
    const rig = new Rig();
    const exact = (endMs: number) => ({
      type: 'phonemes' as const,
      phonemes: [{ phoneme: 'a', startMs: 0, endMs }],
      isExact: true,
    });
    rig.scripts['embedded'] = (_, call) => [start(), exact(100 + (call === 0 ? -1 : 1) * 1e-11), sound(100)];
    const parts = await rig.say('One here. Two here. Three here.');
    const phonemes = parts.flatMap((part) => (part.type === 'phonemes' ? part.phonemes : []));
    expect(phonemes.map(({ phoneme }) => phoneme)).toEqual(['a', 'a', 'a']);
  });

  it('shifts every kind of timing to the whole and fills what phonemes leave open', async () => {
    const rig = new Rig();
    rig.scripts['embedded'] = () => [
      start(),
      { type: 'phonemes', phonemes: [{ phoneme: 'a', startMs: 0, endMs: 60, orElse: ['o'] }], isExact: true },
      { type: 'words', words: [{ text: 'w', startMs: 10, endMs: 50, from: 0, to: 1 }] },
      { type: 'characters', characters: [{ text: 'c', startMs: 20, endMs: 30 }] },
      sound(100),
    ];
    const parts = await rig.say('One here. Two here.');
    expect(parts.flatMap((part) => (part.type === 'phonemes' ? part.phonemes : []))).toEqual([
      { phoneme: 'a', startMs: 0, endMs: 60, orElse: ['o'] },
      { phoneme: 'sil', startMs: 60, endMs: 100 },
      { phoneme: 'a', startMs: 100, endMs: 160, orElse: ['o'] },
      { phoneme: 'sil', startMs: 160, endMs: 200 },
    ]);
    expect(parts.flatMap((part) => (part.type === 'words' ? part.words : []))[1]).toEqual({
      text: 'w',
      startMs: 110,
      endMs: 150,
      from: 0,
      to: 1,
    });
    expect(parts.flatMap((part) => (part.type === 'characters' ? part.characters : []))[1]).toEqual({
      text: 'c',
      startMs: 120,
      endMs: 130,
    });
  });

  it('never lets phonemes of two sentences overlap', async () => {
    const rig = new Rig();
    rig.scripts['embedded'] = () => [
      start(),
      {
        type: 'phonemes',
        phonemes: [
          { phoneme: 'sil', startMs: 0, endMs: 20 },
          { phoneme: 'a', startMs: 20, endMs: 130 },
        ],
        isExact: true,
      },
      sound(100),
    ];
    const parts = await rig.say('One here. Two here.');
    const phonemes = parts.flatMap((part) => (part.type === 'phonemes' ? part.phonemes : []));
    for (const [index, { startMs }] of phonemes.entries())
      expect(startMs).toBe(phonemes[index - 1]?.endMs ?? 0);
  });

  it('keeps one rate and one count of time when engines differ', async () => {
    const rig = new Rig();
    rig.languages['kana'] = ['ja'];
    rig.scripts['kana'] = () => [start(24_000), sound(50, 0, 24_000), sound(50, 0, 24_000)];
    rig.scripts['embedded'] = () => [start(22_050), sound(100, 0, 22_050)];
    await rig.make({ routes: { ja: 'kana' } });
    const parts = await rig.say('Good evening to you. こんばんは。 And a good night. ');
    expect(parts[0]).toMatchObject({ type: 'start', sampleRateHz: 22_050 });
    const at = ends(parts);
    expect(at).toHaveLength(3);
    for (const [index, endMs] of at.entries()) expect(Math.abs(endMs - (index + 1) * 100)).toBeLessThan(0.1);
    expect(pcm(parts).byteLength / 2).toBe(Math.round(((at.at(-1) ?? 0) * 22_050) / 1000));
  });

  it('gives the rate that is asked for', async () => {
    const rig = new Rig();
    const parts = await rig.say('One here.', { sampleRateHz: 48_000 });
    expect(parts[0]).toEqual({ type: 'start', sampleRateHz: 48_000 });
    expect(pcm(parts).byteLength).toBe(2 * 4800);
  });

  it('speaks a text that is still being written as soon as it is a sentence', async () => {
    const rig = new Rig();
    await rig.make();
    let write: (text: string | undefined) => void = () => {};
    async function* written(): AsyncGenerator<string> {
      for (;;) {
        const text = await new Promise<string | undefined>((resolve) => {
          write = resolve;
        });
        if (text === undefined) return;
        yield text;
      }
    }
    const parts = rig.speech?.speak(written())[Symbol.asyncIterator]();
    const next = async () => {
      const part = parts?.next();
      await rig.clock.advanceAsync(0);
      return (await part)?.value as SpokenPart | undefined;
    };
    const first = next();
    await rig.clock.advanceAsync(0);
    write('One he');
    await rig.clock.advanceAsync(0);
    expect(rig.texts('embedded')).toEqual([]);
    write('re.\n');
    expect(await first).toMatchObject({ type: 'start' });
    expect(await next()).toMatchObject({ type: 'sentence', text: 'One here.' });
    expect(await next()).toMatchObject({ type: 'sound' });
    await parts?.return?.();
  });

  it('says that another of those asked for speaks the language, not that it was the one wanted', async () => {
    const rig = new Rig();
    rig.languages['kana'] = ['ja'];
    await rig.make();
    await rig.say('One here. ', { engine: 'kana,embedded' });
    expect(rig.told).toEqual(['embedded -: it speaks this language']);
    const other = new Rig();
    await other.make();
    await other.say('One here. ', { engine: 'cloud,embedded' });
    expect(other.told.at(-1)).toBe('embedded -: it was asked for');
  });

  it('says once who speaks and why, and once what must be shown', async () => {
    const rig = new Rig();
    rig.scripts['embedded'] = () => [start(RATE_HZ, 'VOICE by X'), sound(10)];
    const parts = await rig.say('One here. Two here.');
    await rig.say('Three here.');
    expect(rig.told).toEqual(['embedded -: no other engine is set up', 'credit VOICE by X']);
    expect(parts[0]).toMatchObject({ credit: 'VOICE by X' });
    expect(sentences(parts)[1]).toMatchObject({ credit: 'VOICE by X' });
  });

  it('falls back before the first sound, tells it, and lets the failed engine rest', async () => {
    const rig = new Rig();
    rig.scripts['cloud'] = () => [fault(false)];
    await rig.make({}, { CLOUD_KEY: 'k' });
    const parts = await rig.say('One here. Two here.', {});
    expect(sentences(parts).map(({ engine }) => engine)).toEqual(['embedded', 'embedded']);
    expect(rig.told).toEqual(['cloud -> embedded', 'embedded -: cloud failed']);
    expect(rig.texts('cloud')).toEqual(['One here.']);
    await rig.clock.advanceAsync(31_000);
    await rig.say('Three here.');
    expect(rig.texts('cloud')).toEqual(['One here.', 'Three here.']);
    expect(rig.speech?.usage()['cloud']).toMatchObject({ requests: 2, failures: 2, fallbacks: 2 });
  });

  it('does not let an engine rest that refused one text', async () => {
    const rig = new Rig();
    const refused = new ProviderError('BRIDGE_ERR_SPEECH_REFUSED', 'not that', { provider: 'cloud' });
    rig.scripts['cloud'] = ({ text }) => (text.startsWith('Bad') ? [refused] : [start(), sound(10)]);
    await rig.make({}, { CLOUD_KEY: 'k' });
    const parts = await rig.say('Bad words here. Good words here.');
    expect(sentences(parts).map(({ engine }) => engine)).toEqual(['embedded', 'cloud']);
  });

  it('does not give the voice of one engine to another', async () => {
    const rig = new Rig();
    rig.scripts['cloud'] = () => [fault(false)];
    await rig.make({ voice: 'coral' }, { CLOUD_KEY: 'k' });
    await rig.say('One here.');
    expect(rig.engines.get('cloud')?.requests[0]).toMatchObject({ voice: 'coral' });
    expect(rig.engines.get('embedded')?.requests[0]?.voice).toBeUndefined();
  });

  it('does not fall back after the first sound: what was heard is not said again', async () => {
    const rig = new Rig();
    rig.scripts['cloud'] = () => [start(), sound(10), fault()];
    await rig.make({}, { CLOUD_KEY: 'k' });
    await expect(rig.say('One here.')).rejects.toMatchObject({ code: 'BRIDGE_ERR_SPEECH_FAILED' });
    expect(rig.texts('embedded')).toEqual([]);
  });

  it('speaks every sentence once, in order, with whatever engines fail before their first sound', async () => {
    const step = fc.record({ cloud: fc.boolean(), waitMs: fc.integer({ min: 0, max: 300 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const rig = new Rig();
        const of = (text: string): (typeof steps)[number] | undefined => steps[Number(/\d+/.exec(text)?.[0])];
        rig.scripts['cloud'] = ({ text }) =>
          of(text)?.cloud === true
            ? [of(text)?.waitMs ?? 0, start(), sound(20)]
            : [of(text)?.waitMs ?? 0, fault(false)];
        rig.scripts['embedded'] = ({ text }) => [of(text)?.waitMs ?? 0, start(), sound(20)];
        await rig.make({}, { CLOUD_KEY: 'k' });
        const parts = await rig.say(steps.map((_step, index) => `Sentence ${index} here.`).join(' '));
        expect(sentences(parts).map(({ text }) => text)).toEqual(
          steps.map((_step, index) => `Sentence ${index} here.`),
        );
        expect(ends(parts)).toEqual(steps.map((_step, index) => (index + 1) * 20));
        expect([...rig.engines.values()].map(({ active }) => active)).toEqual([...rig.engines].map(() => 0));
        expect(rig.clock.pendingCount).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  describe('engines', () => {
    it('takes what is configured before what has a key, and that before the embedded voice', async () => {
      const configured = new Rig();
      await configured.make({ engines: { mine: { type: 'kana' } } }, { CLOUD_KEY: 'k' });
      expect(await configured.speech?.describe()).toMatchObject({ engine: 'mine' });
      const keyed = new Rig();
      await keyed.make({}, { CLOUD_KEY: 'k' });
      expect(await keyed.speech?.describe()).toMatchObject({ engine: 'cloud' });
      const bare = new Rig();
      await bare.make();
      expect(await bare.speech?.describe()).toMatchObject({ engine: 'embedded' });
    });

    it('tells every fault in the settings with its path and what was probably meant', async () => {
      const making = new Rig().make({
        engines: { 'my voice': {}, a: { type: 'clout' }, cloud: { tonee: 1 }, kana: { tone: 'high' }, b: 7 },
      });
      await expect(making).rejects.toMatchObject({ code: 'BRIDGE_ERR_CONFIG_INVALID' });
      const text = await making.catch((error: Error) => error.message);
      expect(text).toContain('engines.my voice: expected a name');
      expect(text).toContain(
        'engines.a.type: expected one of embedded, cloud, kana, got "clout". Did you mean cloud?',
      );
      expect(text).toContain('engines.cloud.tonee: there is no such setting. Did you mean tone?');
      expect(text).toContain('engines.kana.tone:');
      expect(text).toContain('engines.b: expected options of an engine');
    });

    it('tells faults in the routes', async () => {
      const making = new Rig().make({
        routes: { japanese: 'kana', ja: 'kanna', en: { voce: 'x', speed: 9 }, de: 3 },
      });
      const text = await making.then(
        () => '',
        (error: Error) => error.message,
      );
      expect(text).toContain('speechRoutes.japanese: expected a language');
      expect(text).toContain('speechRoutes.ja.engine:');
      expect(text).toContain('Did you mean kana?');
      expect(text).toContain('speechRoutes.en.voce:');
      expect(text).toContain('speechRoutes.en.speed:');
      expect(text).toContain('speechRoutes.de:');
    });

    it('refuses an engine that is none, and one that is not set up, saying what to do', async () => {
      await expect(new Rig().make({ engine: 'clod' })).rejects.toThrow('Did you mean cloud?');
      const rig = new Rig();
      await rig.make({ engine: 'cloud' });
      await expect(rig.say('One here.')).rejects.toThrow(
        'cloud is not set up: set CLOUD_KEY in the environment',
      );
    });

    it('leaves out of several what is not set up, and says so once', async () => {
      const rig = new Rig();
      await rig.make({ engine: 'cloud, kana' });
      await rig.say('One here. Two here.');
      expect(rig.texts('kana')).toHaveLength(2);
      expect(rig.told).toEqual([
        'cloud is left out: set CLOUD_KEY in the environment',
        'kana -: it was asked for',
      ]);
    });

    it('puts variables into keys and headers, nowhere else, and tells which is not set', async () => {
      const rig = new Rig();
      const variable = (name: string): string => `\${${name}}`;
      const engines = {
        a: { type: 'cloud', apiKey: variable('MINE') },
        b: { type: 'cloud', apiKey: variable('NOT_SET') },
      };
      await rig.make({ engines }, { MINE: 'secret' });
      const states = await rig.speech?.voices();
      expect(states?.map(({ name, isReady, advice }) => [name, isReady, advice])).toEqual([
        ['a', true, undefined],
        ['embedded', true, undefined],
        ['b', false, 'set NOT_SET in the environment: engines.b names it'],
        ['cloud', false, 'set CLOUD_KEY in the environment'],
        ['kana', true, undefined],
      ]);
    });

    it('gives up on a list of voices that does not come', async () => {
      const rig = new Rig();
      await rig.make({ engine: 'kana' });
      await rig.speech?.voices();
      const kana = rig.engines.get('kana');
      if (kana !== undefined) kana.voices = () => new Promise(() => {});
      const asked = rig.speech?.voices({ engine: 'kana' });
      await rig.clock.advanceAsync(6000);
      expect(await asked).toMatchObject([{ name: 'kana', isReady: false, advice: 'no answer within 5 s' }]);
    });
  });

  describe('languages', () => {
    it('sends a language where its route says, with that voice', async () => {
      const rig = new Rig();
      await rig.make({ routes: { ja: { engine: 'kana', voice: 46, speed: 1.2 } }, voice: 'coral' });
      await rig.say('Hello my dear friends. こんにちは。');
      expect(rig.engines.get('embedded')?.requests).toMatchObject([
        { text: 'Hello my dear friends.', voice: 'coral' },
      ]);
      expect(rig.engines.get('kana')?.requests).toMatchObject([
        { text: 'こんにちは。', voice: '46', language: 'ja', speed: 1.2 },
      ]);
    });

    it('gives an engine that reads everything a mixed sentence in one piece', async () => {
      const rig = new Rig();
      await rig.say('日本語の中に there are many English words がある。');
      expect(rig.texts('embedded')).toHaveLength(1);
      expect(rig.engines.get('embedded')?.requests[0]?.language).toBeUndefined();
    });

    it('tells an engine that names its languages which one it reads', async () => {
      const rig = new Rig();
      rig.languages['embedded'] = ['ja', 'en'];
      await rig.make({ language: 'en-GB' });
      await rig.say('こんにちは世界。Hello to all of you.');
      expect(rig.engines.get('embedded')?.requests).toMatchObject([
        { language: 'ja' },
        { language: 'en-GB' },
      ]);
    });

    it('keeps a few foreign words with the engine of the sentence, and a foreign sentence with one that reads it', async () => {
      const rig = new Rig();
      rig.languages['kana'] = ['ja'];
      await rig.make({ engine: 'kana,embedded' });
      await rig.say(
        'これはとても長い日本語の文であり there are three words です。This one is English only.',
        {
          language: 'ja',
        },
      );
      expect(rig.texts('kana')).toHaveLength(1);
      expect(rig.texts('embedded')).toEqual(['This one is English only.']);
    });

    it('lets an engine that is asked for by name speak everything', async () => {
      const rig = new Rig();
      await rig.make({ routes: { ja: 'kana' } });
      await rig.say('こんにちは。', { engine: 'embedded', voice: 'v' });
      expect(rig.engines.get('embedded')?.requests).toMatchObject([{ voice: 'v' }]);
    });
  });

  it.each([
    ['', ' \n'],
    ['…', '!?'],
    ['🎉', '---'],
  ])('refuses a text in which nothing can be spoken: %j, %j', async (...texts) => {
    for (const text of texts) {
      await expect(new Rig().say(text)).rejects.toMatchObject({ code: 'BRIDGE_ERR_SPEECH_TEXT' });
    }
  });

  it('tells the sentences of a text and who would speak them, without asking anybody', async () => {
    const rig = new Rig();
    await rig.make({ routes: { ja: { engine: 'kana', voice: '46' } } });
    const planned = await collect(
      rig.speech?.sentences('Hello my dear friends. こんにちは。') ?? noSentences(),
    );
    expect(planned).toEqual([
      { text: 'Hello my dear friends.', written: 'Hello my dear friends.', engine: 'embedded' },
      { text: 'こんにちは。', written: 'こんにちは。', language: 'ja', engine: 'kana', voice: '46' },
    ]);
    expect([...rig.engines.values()].map(({ requests }) => requests.length)).toEqual([0, 0]);
    expect(await rig.speech?.describe({ language: 'ja' })).toMatchObject({
      engine: 'kana',
      type: 'kana',
      voice: '46',
    });
    await rig.speech?.prepare();
  });

  it('ends at once with the reason of the signal, and leaves nothing running', async () => {
    const rig = new Rig();
    rig.scripts['embedded'] = (_request, call) => [
      start(),
      sound(10),
      ...(call === 0 ? [] : ([900_000] as const)),
    ];
    await rig.make();
    const abort = new AbortController();
    const said = rig.speech?.speak('One here. Two here. Three here.', { signal: abort.signal });
    const work = collect(said ?? nothing());
    work.catch(() => {});
    await rig.clock.advanceAsync(100);
    abort.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    await rig.clock.advanceAsync(0);
    expect(rig.engines.get('embedded')).toMatchObject({ active: 0 });
    expect(rig.clock.pendingCount).toBe(0);
  });

  it('ends what is spoken when it is closed, and closes the engines', async () => {
    const rig = new Rig();
    rig.scripts['embedded'] = () => [start(), sound(10), 'forever'];
    await rig.make();
    const work = collect(rig.speech?.speak('One here.') ?? nothing());
    work.catch(() => {});
    await rig.clock.advanceAsync(10);
    await rig.speech?.close();
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    expect(rig.engines.get('embedded')?.isClosed).toBe(true);
    await rig.speech?.close();
  });

  describe('loudness', () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'speech-levels-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('is even from the first sound on for a voice that was heard before, in another process too', async () => {
      const levels: number[] = [];
      for (const _run of [0, 1]) {
        const rig = new Rig();
        rig.scripts['embedded'] = () => [start(), ...Array.from({ length: 50 }, () => tone(20, 0.02))];
        await rig.make({ loudnessLufs: -20, stateFolder: folder });
        const parts = await rig.say('One here.');
        await rig.speech?.close();
        levels.push(rmsDb(pcm(parts).subarray(0, 6400)));
      }
      expect(levels[0]).toBeCloseTo(20 * Math.log10(0.02 / Math.SQRT2), 0);
      expect(levels[1]).toBeGreaterThan((levels[0] ?? 0) + 12);
      expect(JSON.parse(await readFile(join(folder, 'voice-levels.json'), 'utf8'))).not.toEqual({});
    });

    it('leaves sound as it is when it is off', async () => {
      const rig = new Rig();
      const parts = await rig.say('One here.');
      expect(pcm(parts)).toEqual(Buffer.from((sound(100) as { pcm: Uint8Array }).pcm));
    });
  });

  it('tells the end of a given piece at once, though the next is still being written', async () => {
    const rig = new Rig();
    const speech = await rig.make();
    let write: (text: string) => void = () => {};
    const next = new Promise<string>((resolve) => {
      write = resolve;
    });
    const pieces = async function* () {
      yield { text: 'One. Two.' };
      yield { text: await next };
    };
    const parts: SpokenPart[] = [];
    const spoken = (async () => {
      for await (const part of speech.speak(pieces())) parts.push(part);
    })();
    await rig.clock.advanceAsync(1000);
    expect(types(parts)).toEqual(['start', 'sentence', 'sound', 'sentence-end']);
    write('three');
    await spoken;
    expect(sentences(parts).map(({ text, place }) => [place?.piece, text])).toEqual([
      [0, 'One. Two.'],
      [1, 'three'],
    ]);
    expect(rig.texts('embedded')).toEqual(['One. Two.', 'three']);
  });
});

function tone(ms: number, amplitude: number): ReturnType<typeof sound> {
  const samples = Int16Array.from({ length: (RATE_HZ * ms) / 1000 }, (_value, index) =>
    Math.round(32_767 * amplitude * Math.sin((2 * Math.PI * 1000 * index) / RATE_HZ)),
  );
  return { type: 'sound', pcm: new Uint8Array(samples.buffer) };
}

function rmsDb(bytes: Buffer): number {
  const samples = Array.from(
    { length: bytes.byteLength / 2 },
    (_value, index) => bytes.readInt16LE(index * 2) / 32_768,
  );
  return 10 * Math.log10(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
}
