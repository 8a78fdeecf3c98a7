import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Pronouncer } from '../../../src/language/index.js';
import type { TimedPhoneme } from '../../../src/lipsync/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { MouthSource } from '../../../src/speaking/mouth-source.js';
import type { Outlet } from '../../../src/speaking/outlet.js';
import { VoiceFlow } from '../../../src/speaking/voice-flow.js';
import type { SpokenPart, SpokenPhoneme } from '../../../src/speech/index.js';

const FOLDER = new URL('../../../fixtures/lipsync/spoken/', import.meta.url);
const SPOKEN = (
  JSON.parse(readFileSync(new URL('truth.json', FOLDER), 'utf8')) as {
    readonly utterances: readonly {
      readonly id: string;
      readonly durationMs: number;
      readonly segments: readonly TimedPhoneme[];
    }[];
  }
).utterances.find(({ id }) => id === 'ja_mei_normal');
const TRUTH = SPOKEN?.segments ?? [];
const DURATION_MS = SPOKEN?.durationMs ?? 0;
const SOUND = new Uint8Array(readFileSync(new URL('ja_mei_normal.wav', FOLDER))).slice(44);
/** What an engine says that knows the phonemes and not when they sound. */
const GUESS = TRUTH.map(({ phoneme }, n) => ({
  phoneme,
  startMs: (n * DURATION_MS) / TRUTH.length,
  endMs: ((n + 1) * DURATION_MS) / TRUTH.length,
}));

/** Share of the moments at which the mouth shows what is said. */
function agreement(told: readonly TimedPhoneme[], shiftMs = 0): number {
  const at = (list: readonly TimedPhoneme[], ms: number): string => {
    const name = list.find(({ startMs, endMs }) => startMs <= ms && ms < endMs)?.phoneme ?? 'sil';
    return name === 'pau' ? 'sil' : name.toLowerCase();
  };
  let same = 0;
  let all = 0;
  for (let ms = 0; ms < DURATION_MS; ms += 10, all++) if (at(TRUTH, ms) === at(told, ms + shiftMs)) same++;
  return same / all;
}

function listening() {
  const told: TimedPhoneme[] = [];
  const mouth = new MouthSource({ onPhonemes: (phonemes) => told.push(...phonemes) });
  const hear = (pcm: Uint8Array): void => {
    for (let at = 0; at < pcm.byteLength; at += 640) mouth.hear(pcm.subarray(at, at + 640));
  };
  return { told, mouth, hear };
}

describe('Phonemes that an engine tells without their times', () => {
  it('are the text that the sound is aligned with', () => {
    expect(agreement(GUESS)).toBeLessThan(0.4);
    const { told, mouth, hear } = listening();
    mouth.begin({ startMs: 0, tells: 'phonemes' });
    mouth.told(GUESS, false);
    expect(mouth.freeMs).toBe(0);
    hear(SOUND);
    mouth.end();
    expect(mouth.kind).toBe('aligned');
    expect(agreement(told)).toBeGreaterThan(0.75);
  });

  it('are added to what was told of the same sentence', () => {
    const { told, mouth, hear } = listening();
    const half = GUESS.findIndex(({ phoneme }) => phoneme === 'pau');
    const halfBytes = 2 * Math.round((TRUTH[half]?.startMs ?? 0) * 16);
    mouth.begin({ startMs: 0, tells: 'phonemes' });
    mouth.told(GUESS.slice(0, half), false);
    hear(SOUND.subarray(0, halfBytes));
    mouth.told(GUESS.slice(half), false);
    hear(SOUND.subarray(halfBytes));
    mouth.end();
    expect(mouth.kind).toBe('aligned');
    expect(agreement(told)).toBeGreaterThan(0.7);
  });

  it('do not pass for those of the sentence before, whose sound is still on its way', () => {
    const { told, mouth, hear } = listening();
    const before = { phoneme: 'a', startMs: 0, endMs: 500 };
    mouth.begin({ startMs: 0, tells: 'phonemes' });
    mouth.told([before]);
    hear(new Uint8Array(490 * 32));
    mouth.endStretch(500);
    mouth.begin({ startMs: 500, tells: 'phonemes' });
    const later = GUESS.map(({ phoneme, startMs, endMs }) => ({
      phoneme,
      startMs: startMs + 500,
      endMs: endMs + 500,
    }));
    mouth.told(later, false);
    expect(told).toEqual([before]);
    hear(new Uint8Array(10 * 32));
    hear(SOUND);
    mouth.end();
    expect(mouth.kind).toBe('aligned');
    expect(agreement(told, 500)).toBeGreaterThan(0.75);
  });

  it('are taken as they are where the sound has gone by', () => {
    const { told, mouth, hear } = listening();
    mouth.begin({ startMs: 0, tells: 'phonemes' });
    hear(SOUND);
    mouth.told(GUESS, false);
    mouth.end();
    expect(told).toEqual(GUESS);
    expect(mouth.kind).toBe('estimated');
  });

  it('give way to a text that is aligned already', () => {
    const { told, mouth, hear } = listening();
    mouth.begin({
      startMs: 0,
      tells: 'nothing',
      words: [{ readings: [TRUTH.map(({ phoneme }) => phoneme)] }],
    });
    mouth.told(GUESS, false);
    mouth.told(GUESS);
    expect(told).toEqual([]);
    hear(SOUND.subarray(0, 6400));
    expect(mouth.kind).toBe('aligned');
  });
});

describe('An engine that promises phonemes and tells none', () => {
  const WORDS = [{ readings: [TRUTH.map(({ phoneme }) => phoneme)] }];
  const PIECE_MS = 20;

  /** Sound as fast as it is heard. */
  function living() {
    const told: TimedPhoneme[] = [];
    const clock = new FakeClock();
    const mouth = new MouthSource({ clock, onPhonemes: (phonemes) => told.push(...phonemes) });
    let at = 0;
    return {
      ...{ told, mouth, clock },
      hearUntil: (untilMs: number): void => {
        for (; at < 32 * untilMs && at < SOUND.byteLength; at += 32 * PIECE_MS) {
          mouth.hear(SOUND.subarray(at, at + 32 * PIECE_MS));
          clock.advance(PIECE_MS);
        }
      },
    };
  }

  it('is waited for while 200 ms of the sound leave, and estimated from its first sample then', () => {
    const { told, mouth, hearUntil } = living();
    mouth.begin({ startMs: 0, tells: 'phonemes' });
    hearUntil(200);
    expect([mouth.kind, mouth.isUntold, mouth.freeMs]).toEqual(['exact', true, Infinity]);
    hearUntil(260);
    expect([mouth.kind, mouth.isUntold]).toEqual(['estimated', false]);
    hearUntil(400);
    expect(told[0]?.startMs).toBe(0);
    hearUntil(DURATION_MS);
    mouth.end();
    const soundAlone: TimedPhoneme[] = [];
    const other = new MouthSource({ onPhonemes: (phonemes) => soundAlone.push(...phonemes) });
    other.begin({ startMs: 0, tells: 'nothing' });
    other.hear(SOUND);
    other.end();
    expect(agreement(told)).toBe(agreement(soundAlone));
  });

  it('is aligned with its words, as they are known when the time is over', () => {
    const { told, mouth, hearUntil } = living();
    let known: typeof WORDS | undefined;
    mouth.begin({ startMs: 0, tells: 'phonemes', spareWords: () => known });
    hearUntil(150);
    known = WORDS;
    hearUntil(DURATION_MS);
    mouth.end();
    expect(mouth.kind).toBe('aligned');
    expect(agreement(told)).toBeGreaterThan(0.75);
  });

  it('is not heeded any more when it tells after all', () => {
    const { told, mouth, hearUntil } = living();
    mouth.begin({ startMs: 0, tells: 'phonemes' });
    hearUntil(1000);
    const before = [...told];
    mouth.told(TRUTH);
    expect(told).toEqual(before);
    expect(before.length).toBeGreaterThan(3);
  });

  it('is heard at the end of its sentence, where all the sound came at once', () => {
    const { told, mouth } = living();
    mouth.begin({ startMs: 0, tells: 'phonemes', spareWords: () => WORDS });
    mouth.hear(SOUND);
    expect([told, mouth.kind]).toEqual([[], 'exact']);
    mouth.endStretch(DURATION_MS);
    expect(mouth.kind).toBe('aligned');
    expect(agreement(told)).toBeGreaterThan(0.75);
    expect(told.at(-1)?.endMs).toBeLessThanOrEqual(DURATION_MS);
  });

  it('is judged sentence by sentence', () => {
    const { told, mouth } = living();
    mouth.begin({ startMs: 0, tells: 'phonemes' });
    mouth.told([{ phoneme: 'a', startMs: 0, endMs: 500 }]);
    mouth.hear(new Uint8Array(500 * 32));
    mouth.endStretch(500);
    expect(mouth.kind).toBe('exact');
    mouth.begin({ startMs: 500, tells: 'phonemes', spareWords: () => WORDS });
    mouth.hear(SOUND);
    mouth.begin({ startMs: 500 + DURATION_MS, tells: 'phonemes' });
    const last = { phoneme: 'o', startMs: 500 + DURATION_MS, endMs: 900 + DURATION_MS };
    mouth.told([last]);
    mouth.hear(new Uint8Array(400 * 32));
    mouth.end();
    expect(mouth.kind).toBe('aligned');
    expect(agreement(told, 500)).toBeGreaterThan(0.75);
    expect(told.at(-1)).toEqual(last);
  });

  it('is believed where it tells once, however late, before the time is over', () => {
    const { told, mouth, clock, hearUntil } = living();
    mouth.begin({ startMs: 0, tells: 'phonemes', spareWords: () => WORDS });
    hearUntil(180);
    mouth.told(TRUTH.slice(0, 2));
    expect(mouth.isUntold).toBe(false);
    hearUntil(2000);
    clock.advance(5000);
    mouth.told(TRUTH.slice(2));
    mouth.endStretch(DURATION_MS);
    mouth.end();
    expect(told).toEqual(TRUTH);
    expect(mouth.kind).toBe('exact');
  });
});

describe('Names that an engine leaves open', () => {
  const OPEN: readonly SpokenPhoneme[] = TRUTH.map((told) =>
    told.phoneme === 'u' || told.phoneme === 'e' ? { ...told, phoneme: 'u', orElse: ['e'] } : told,
  );
  const OPEN_COUNT = OPEN.filter(({ orElse }) => orElse !== undefined).length;
  const bytesOf = (ms: number): number => 2 * Math.round(ms * 16);
  const right = (told: readonly TimedPhoneme[]): number =>
    OPEN.filter(({ orElse }, n) => orElse !== undefined && told[n]?.phoneme === TRUTH[n]?.phoneme).length;
  const blindlyRight = right(OPEN);

  it('are chosen by the sound that was there before them', () => {
    const { told, mouth, hear } = listening();
    mouth.begin({ startMs: 0, tells: 'phonemes' });
    hear(SOUND);
    mouth.told(OPEN);
    mouth.end();
    expect(blindlyRight / OPEN_COUNT).toBeLessThan(0.6);
    expect(right(told) / OPEN_COUNT).toBeGreaterThan(0.9);
    expect(told.map(({ startMs, endMs }) => ({ startMs, endMs }))).toEqual(
      TRUTH.map(({ startMs, endMs }) => ({ startMs, endMs })),
    );
    expect(mouth.kind).toBe('exact');
  });

  it('are chosen where each is told a little behind its sound, in a later sentence too', () => {
    const { told, mouth, hear } = listening();
    for (const fromMs of [0, DURATION_MS]) {
      mouth.begin({ startMs: fromMs, tells: 'phonemes' });
      let heardBytes = 0;
      for (const open of OPEN) {
        const untilBytes = Math.min(SOUND.byteLength, bytesOf(open.endMs + 80));
        hear(SOUND.subarray(heardBytes, untilBytes));
        heardBytes = untilBytes;
        mouth.told([{ ...open, startMs: open.startMs + fromMs, endMs: open.endMs + fromMs }]);
      }
      mouth.hear(SOUND.subarray(heardBytes, bytesOf(DURATION_MS)));
      mouth.endStretch(fromMs + DURATION_MS);
    }
    expect(told).toHaveLength(2 * TRUTH.length);
    for (const sentence of [told.slice(0, TRUTH.length), told.slice(TRUTH.length)])
      expect(right(sentence) / OPEN_COUNT).toBeGreaterThan(0.9);
  });

  it('are the first where the sound is not here yet, and are told at once', () => {
    const { told, mouth, hear } = listening();
    mouth.begin({ startMs: 0, tells: 'phonemes' });
    mouth.told(OPEN.slice(0, 1));
    hear(SOUND.subarray(0, bytesOf(OPEN[0]?.endMs ?? 0)));
    mouth.told(OPEN.slice(1));
    expect(told.map(({ phoneme }) => phoneme)).toEqual(OPEN.map(({ phoneme }) => phoneme));
    hear(SOUND.subarray(bytesOf(OPEN[0]?.endMs ?? 0)));
    mouth.end();
    expect(told).toHaveLength(TRUTH.length);
  });

  it('are the first where their sound has gone by more than five seconds ago', () => {
    const { told, mouth, hear } = listening();
    mouth.begin({ startMs: 0, tells: 'phonemes' });
    mouth.told(TRUTH.slice(0, 1));
    hear(SOUND);
    hear(new Uint8Array(5000 * 32));
    mouth.told(OPEN.slice(1));
    expect(right(told)).toBe(blindlyRight);
  });
});

describe('An utterance', () => {
  const GUESSED: SpokenPart = { type: 'phonemes', phonemes: GUESS, isExact: false };
  const SOUNDS: SpokenPart = { type: 'sound', pcm: SOUND };
  const CLOSING: SpokenPart = {
    type: 'phonemes',
    phonemes: [{ phoneme: 'sil', startMs: DURATION_MS, endMs: DURATION_MS + 1 }],
    isExact: false,
  };
  /** Knows the one sentence. */
  const PRONOUNCER: Pronouncer = {
    pronounce: async (text) => [
      {
        ...{ text, language: 'ja', from: 0, to: text.length, isPause: false },
        readings: [TRUTH.map(({ phoneme }) => phoneme)],
      },
    ],
  };

  it.each([
    ['of phonemes without times has aligned lips, not the guess', [GUESSED, SOUNDS, CLOSING], undefined],
    ['without the phonemes that were promised is aligned with its text', [SOUNDS], PRONOUNCER],
  ])('%s', async (_, told, pronouncer) => {
    const moved: TimedPhoneme[] = [];
    let end: (end: Awaited<Outlet['ended']>) => void = () => {};
    const ended = new Promise<Awaited<Outlet['ended']>>((resolve) => {
      end = resolve;
    });
    const outlet: Outlet = {
      lane: 'test',
      sampleRateHz: 16_000,
      movesLips: true,
      report: { parts: 0, lateParts: 0, reanchors: 0 },
      heardMs: undefined,
      ended,
      begin: async () => {},
      write: async () => {},
      phonemes: (phonemes) => moved.push(...phonemes),
      lipsEnd: () => {},
      end: async () => end({ reason: 'completed', heardMs: DURATION_MS }),
      interrupt: async () => end({ reason: 'interrupted', heardMs: 0 }),
      close: () => {},
    };
    const facts = { text: 'x', written: 'x', language: 'ja', engine: 'test', voice: undefined };
    const parts: readonly SpokenPart[] = [
      { type: 'start', sampleRateHz: 16_000 },
      {
        ...{ ...facts, type: 'sentence', index: 0, credit: undefined },
        ...{ tells: 'phonemes', isCached: false, startMs: 0 },
      },
      ...told,
      { type: 'sentence-end', index: 0, endMs: DURATION_MS },
    ];
    const flow = new VoiceFlow({
      ...{
        clock: new FakeClock(),
        outlet,
        movesMouth: true,
        knows: 'phonemes',
        drain: undefined,
        estimator: undefined,
      },
      ...{
        pronouncer,
        onPart: undefined,
        stop: new AbortController(),
        engine: new AbortController(),
      },
      parts: (async function* () {
        yield* parts;
      })(),
    });
    expect((await flow.run()).mouth).toBe('aligned');
    expect(agreement(moved)).toBeGreaterThan(0.75);
  });
});
