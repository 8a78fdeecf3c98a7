import { SOUNDS, TREES } from './letter-sound-tree.js';

/** Places of the features A, B, C … relative to the letter; behind them come the sounds of the one and two letters before. */
const PLACES = [-4, -3, -2, -1, 1, 2, 3, 4];
const NO_SOUND = 255;

/** A question with what follows from its answer, or the index of a sound. */
type Tree =
  | number
  | { readonly feature: number; readonly value: number; readonly yes: Tree; readonly no: Tree };

const trees = new Map<string, Tree>();

/**
 * How a word that is in no dictionary probably sounds, by its letters alone.
 *
 * Measured on 5859 words left out of the training: 61 % without a mistake, 9.3 % of the phonemes wrong.
 *
 * @param word - a to z in lower case; other letters are passed over.
 * @returns Names of lip.txt.
 */
export function letterSounds(word: string): string[] {
  const letters = word.replace(/[^a-z]/g, '');
  const chosen: number[] = [];
  for (let at = 0; at < letters.length; at++) chosen.push(soundAt(letters, at, chosen));
  return chosen.flatMap((index) => (SOUNDS[index] ?? '').split('+')).filter((sound) => sound !== '');
}

function soundAt(letters: string, at: number, before: readonly number[]): number {
  let node = treeOf(letters[at] ?? '');
  while (typeof node === 'object')
    node = featureOf(letters, at, before, node.feature) === node.value ? node.yes : node.no;
  return node;
}

function featureOf(letters: string, at: number, before: readonly number[], feature: number): number {
  const offset = PLACES[feature];
  if (offset === undefined) return before[at - (feature - PLACES.length + 1)] ?? NO_SOUND;
  const code = letters.charCodeAt(at + offset);
  return Number.isNaN(code) ? 0 : code - 96;
}

function treeOf(letter: string): Tree {
  const known = trees.get(letter);
  if (known !== undefined) return known;
  const line = TREES.split('\n').find((text) => text.startsWith(letter)) ?? '';
  const { tree } = parsed(line, 1);
  trees.set(letter, tree);
  return tree;
}

/** Depth first: a leaf is two digits of base 36; a question a capital letter, two digits, and the trees for yes and for no. */
function parsed(text: string, at: number): { readonly tree: Tree; readonly next: number } {
  const feature = text.charCodeAt(at) - 65;
  if (!(feature >= 0 && feature < 26)) return { tree: digitsAt(text, at), next: at + 2 };
  const yes = parsed(text, at + 3);
  const no = parsed(text, yes.next);
  return { tree: { feature, value: digitsAt(text, at + 1), yes: yes.tree, no: no.tree }, next: no.next };
}

function digitsAt(text: string, at: number): number {
  return Number.parseInt(text.slice(at, at + 2), 36);
}
