import { describe, expect, it } from 'vitest';
import { type PrepareText, speechPieces } from '../../../../src/speech/around/speech-pieces.js';
import type { SpeechRouter } from '../../../../src/speech/around/speech-router.js';

/** Texts that were prepared at once. */
async function preparedOf(text: string): Promise<readonly string[]> {
  const prepared: string[] = [];
  const prepare: PrepareText = (block) => {
    prepared.push(block);
    return {
      text: block,
      runs: [{ from: 0, to: block.length, language: 'en' }],
      sourceRange: (from, to) => ({ from, to }),
    };
  };
  const router = {
    runs: async (stretches: readonly { from: number; to: number }[]) =>
      stretches.map((stretch) => ({ ...stretch, language: 'en', lines: [], voice: undefined })),
  } as unknown as SpeechRouter;
  for await (const _ of speechPieces(text, { prepare, router, language: undefined }, {}));
  return prepared;
}

describe('speechPieces', () => {
  it.each([
    ['alone', (long: string) => long],
    ['first', (long: string) => `${long}\n\nA short one.`],
    ['last', (long: string) => `A short one.\n\n${long}`],
    ['between others', (long: string) => `A short one.\n\n${long}\n\nA short one.`],
  ])('prepares no paragraph without end at once, where it is %s', async (_, textOf) => {
    const text = textOf('A sentence like any other. '.repeat(3000).trim());
    const prepared = await preparedOf(text);
    expect(Math.max(...prepared.map(({ length }) => length))).toBeLessThanOrEqual(20_000);
    expect(prepared.join('')).toBe(text);
  });

  it('prepares paragraphs together', async () => {
    expect(await preparedOf('One.\n\nTwo.\n\nThree.')).toEqual(['One.\n\nTwo.\n\nThree.']);
  });
});
