import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLASSED_PHONEMES, classOf } from '../../../../src/lipsync/acoustic/phoneme-classes.js';
import { ACOUSTIC_MODEL } from '../../../../src/lipsync/acoustic/weights.js';
import type { Alphabet } from '../../../../src/lipsync/alphabets.js';
import { DEFAULT_LIP_TABLE } from '../../../../src/lipsync/default-lip-table.js';
import { PhonemeNames } from '../../../../src/lipsync/phoneme-names.js';

interface Labels {
  readonly classes: readonly string[];
  /** Mouth shape of each class: closed a i u e o other. */
  readonly groups: readonly number[];
  /** By engine: class to its phonemes. */
  readonly phonemes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const labels = JSON.parse(
  readFileSync(new URL('../../../../src/lipsync/training/labels.json', import.meta.url), 'utf8'),
) as Labels;

/** Phonemes of a table with the class of each. */
function entries(engine: string): readonly (readonly [phoneme: string, className: string])[] {
  return Object.entries(labels.phonemes[engine] ?? {}).flatMap(([name, members]) =>
    members.split(' ').map((phoneme) => [phoneme, name] as const),
  );
}

/** What the evaluation's scorer counts as one mouth shape [lipsync.md 3]. */
const SHAPES: readonly string[] = [
  'sil pau sp cl N m my p py b by',
  'a aa ae ah aw ax axr ay',
  'i ih iy',
  'u uh uw',
  'e eh er ey',
  'o ao ow oy',
];

function shapeOf(phoneme: string): number {
  const shape = SHAPES.findIndex((members) => members.split(' ').includes(phoneme));
  return shape === -1 ? SHAPES.length : shape;
}

describe('Labels of the training material', () => {
  it('are the classes of the committed network, in its order', () => {
    expect(labels.classes).toEqual(ACOUSTIC_MODEL.classes);
  });

  it('put every phoneme of lip.txt into the class that the product puts it into', () => {
    expect(new Map(entries('lip'))).toEqual(new Map(CLASSED_PHONEMES.map((name) => [name, classOf(name)])));
  });

  it('put no phoneme into a class of another mouth shape', () => {
    const wrong = entries('lip').filter(
      ([phoneme, name]) => labels.groups[labels.classes.indexOf(name)] !== shapeOf(phoneme),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ['openjtalk', 'lip'],
    ['arpabet', 'arpabet'],
    ['espeak', 'espeak'],
  ] as const)(
    'agree with what the product calls the phonemes of %s',
    (engine: string, alphabet: Alphabet) => {
      const names = new PhonemeNames(DEFAULT_LIP_TABLE, alphabet);
      const wrong = entries(engine).filter(([phoneme, name]) => {
        // Of two sounds in one, the trainer takes the first.
        const [first = ''] = names.namesFor(phoneme);
        return classOf(first) !== name;
      });
      expect(wrong).toEqual([]);
      expect([...names.unknown.keys()]).toEqual([]);
    },
  );

  it.each(Object.keys(labels.phonemes))('name each phoneme of %s once, in a class there is', (engine) => {
    const phonemes = entries(engine).map(([phoneme]) => phoneme);
    expect(new Set(phonemes).size).toBe(phonemes.length);
    expect(entries(engine).filter(([, name]) => !labels.classes.includes(name))).toEqual([]);
  });
});
