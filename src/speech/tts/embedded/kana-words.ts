import { type Mora, moraeOf } from './kana-morae.js';

/** espeak-ng keeps at most 200 phonemes of a word and drops the rest without a word. */
const MAX_WORD_MORAE = 40;
/** A word of one mora is a particle, and goes with the word before it. */
const MIN_WORD_MORAE = 2;
const LABIALS = /^[pbm]/;
const VELARS = /^[kg]/;
const VOICELESS = /^(k|s|t|p|C|h)/;

/**
 * Pronunciation kana as espeak-ng's phoneme notation, word by word: `コンニチワ` becomes `[[k,onn'it_s\,iw,a]]`.
 *
 * espeak-ng gives a word one long stressed vowel and halves the others. With a stress on every vowel, the strongest on the second,
 * morae come out even and the pitch rises after the first and stays, as in Japanese words without an accent kernel.
 *
 * @param kana - words divided by blanks, without punctuation.
 * @returns Empty when there is no kana in it.
 */
export function notationOf(kana: string): string {
  const words: Mora[][] = [];
  // A blank in front of a small letter is a slip of who divided the words.
  for (const piece of kana.replace(/\s+(?=[ァィゥェォャュョヮぁぃぅぇぉゃゅょゎー])/g, '').split(/[\s・]+/)) {
    const morae = [...moraeOf(piece)];
    const last = words.at(-1);
    const isParticle = morae.length > 0 && morae.length < MIN_WORD_MORAE && last !== undefined;
    if (isParticle && last.length < MAX_WORD_MORAE) last.push(...morae);
    else
      for (let at = 0; at < morae.length; at += MAX_WORD_MORAE)
        words.push(morae.slice(at, at + MAX_WORD_MORAE));
  }
  return words.map((morae, index) => `[[${wordOf(morae, words[index + 1]?.[0])}]]`).join(' ');
}

function wordOf(morae: readonly Mora[], following: Mora | undefined): string {
  const nextOf = (index: number): Mora | undefined => morae[index + 1] ?? following;
  const voiced = morae.flatMap((mora, index) =>
    'aiueo'.includes(mora.nucleus) && !isSilentU(morae, index, nextOf(index)) ? [index] : [],
  );
  const strongest = voiced[1] ?? voiced[0];
  return morae
    .map((mora, index) => {
      if (mora.nucleus === 'N') return nasalBefore(nextOf(index));
      if (mora.nucleus === 'Q') return closureBefore(nextOf(index));
      if (!voiced.includes(index)) return mora.onset;
      const vowel = `${index === strongest ? "'" : ','}${mora.nucleus}`;
      // Said twice it lasts 1.7 times as long, as a long vowel does; espeak-ng's own mark makes it 1.3 times.
      return `${mora.onset}${vowel}${mora.isLong ? `,${mora.nucleus}` : ''}`;
    })
    .join('');
}

/** The nasal takes the place of what follows it. */
function nasalBefore(next: Mora | undefined): string {
  if (next !== undefined && LABIALS.test(next.onset) && !next.onset.startsWith('p\\')) return 'm';
  return next !== undefined && VELARS.test(next.onset) ? 'N' : 'N\\';
}

/** Half of a double consonant is the consonant once more: a closed stop, or a longer hiss. */
function closureBefore(next: Mora | undefined): string {
  const onset = (next?.onset ?? '').replace(/(_j|w)$/, '');
  if (onset === '') return '?';
  return onset.startsWith('t_s') ? 't' : onset.startsWith('d_z') ? 'd' : onset;
}

/** The u of です and ます is not heard unless voice goes on behind it. */
function isSilentU(morae: readonly Mora[], index: number, next: Mora | undefined): boolean {
  const mora = morae[index];
  const before = morae[index - 1];
  if (mora?.onset !== 's' || mora.nucleus !== 'u' || mora.isLong || before === undefined) return false;
  const isEnding =
    (before.onset === 'd' && before.nucleus === 'e') || (before.onset === 'm' && before.nucleus === 'a');
  return isEnding && (next === undefined || VOICELESS.test(next.onset));
}
