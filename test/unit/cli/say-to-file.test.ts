import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sayToFile } from '../../../src/cli/say-to-file.js';
import type { Pronouncer } from '../../../src/language/index.js';
import type { SpokenPart } from '../../../src/speech/index.js';

interface Beside {
  readonly lips: string;
  readonly phonemes: readonly {
    readonly phoneme: string;
    readonly startMs: number;
    readonly endMs: number;
  }[];
}

const FOLDER = new URL('../../../fixtures/lipsync/spoken/', import.meta.url);
const [SPOKEN] = (
  JSON.parse(readFileSync(new URL('truth.json', FOLDER), 'utf8')) as {
    readonly utterances: readonly { readonly id: string; readonly segments: Beside['phonemes'] }[];
  }
).utterances.filter(({ id }) => id === 'ja_mei_normal');
const SOUND = new Uint8Array(readFileSync(new URL('ja_mei_normal.wav', FOLDER))).slice(44);
const DURATION_MS = SOUND.byteLength / 32;
const READING = (SPOKEN?.segments ?? [])
  .map(({ phoneme }) => phoneme)
  .filter((name) => !/sil|pau/.test(name));
const PRONOUNCER = {
  pronounce: async () => [{ readings: [READING], isPause: false }],
} as unknown as Pronouncer;

/** One sentence of an engine that tells no phonemes, in pieces as they come. @param promised - what it said it would tell. */
async function* spoken(promised: 'nothing' | 'phonemes'): AsyncGenerator<SpokenPart> {
  yield { type: 'start', sampleRateHz: 16_000 };
  yield {
    ...{ type: 'sentence', text: '音', written: '音', startMs: 0, engine: 'x', voice: undefined },
    ...{ language: 'ja', credit: undefined, tells: promised },
  } as SpokenPart;
  for (let at = 0; at < SOUND.byteLength; at += 3200)
    yield { type: 'sound', pcm: SOUND.subarray(at, at + 3200) } as SpokenPart;
  yield { type: 'sentence-end', endMs: DURATION_MS } as SpokenPart;
}

async function written(
  pronouncer: Pronouncer | undefined,
  promised: 'nothing' | 'phonemes' = 'nothing',
): Promise<Beside> {
  const folder = await mkdtemp(join(tmpdir(), 'say-file-'));
  try {
    await sayToFile(spoken(promised), join(folder, 'a.wav'), pronouncer);
    return JSON.parse(await readFile(join(folder, 'a.json'), 'utf8')) as Beside;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('sayToFile', () => {
  it.each([
    ['aligned with the text', PRONOUNCER],
    ['estimated from the sound', undefined],
  ])('writes each phoneme once, from its beginning to its end, when %s', async (_, pronouncer) => {
    const { phonemes } = await written(pronouncer);
    expect(phonemes.length).toBeGreaterThan(10);
    expect(phonemes[0]?.startMs).toBe(0);
    for (const [index, { phoneme, startMs }] of phonemes.entries()) {
      const before = phonemes[index - 1];
      if (before === undefined) continue;
      expect(startMs).toBe(before.endMs);
      expect(phoneme).not.toBe(before.phoneme);
    }
    expect(phonemes.at(-1)?.endMs).toBeCloseTo(DURATION_MS, 0);
  });

  it('aligns the text when an engine tells none of the phonemes that it promised', async () => {
    const { lips, phonemes } = await written(PRONOUNCER, 'phonemes');
    expect(lips).toBe('aligned');
    expect(phonemes).toEqual((await written(PRONOUNCER)).phonemes);
  });
});
