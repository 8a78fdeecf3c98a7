import { hiragana } from './fold-text.js';

/** Vowels of the rows of kana, for lengthened ones: へええ, ねぇ, あああ. */
const ROWS: readonly (readonly [vowels: string, row: string])[] = [
  ['あぁ', 'あかさたなはまやらわがざだばぱぁゃ'],
  ['いぃ', 'いきしちにひみりぎじぢびぴぃ'],
  ['うぅ', 'うくすつぬふむゆるぐずづぶぷぅゅ'],
  ['えぇ', 'えけせてねへめれげぜでべぺぇ'],
  ['おぉ', 'おこそとのほもよろをごぞどぼぽぉょ'],
];
const LENGTHENED = new RegExp(ROWS.map(([vowels, row]) => `(?<=[${row}])[${vowels}]+`).join('|'), 'gu');
/** What recognizers write for what is no word: [音楽], (laughs), *coughs*, ♪. Laughter stays: it is listening. No name of a noise is longer. */
const ANNOTATION = /\[[^\]]{0,80}\]|【[^】]{0,80}】|\((?!笑)[^)]{0,80}\)|\*[^*]{0,80}\*|[♪♫♬]+/gu;
/** Where a clause ends. */
const MARK = /[\p{P}\p{S}]+/gu;

/**
 * The clauses of what was said, each in one spelling: hiragana without long vowels and small っ, Latin words in small letters with every
 * letter once, a blank between words.
 *
 * はーい, はぁい and ハイ are one, and so are yeahhh and Yeah; good and god become one too, which does no harm in lists of phrases.
 */
export function spokenClauses(text: string): readonly string[] {
  return text
    .normalize('NFKC')
    .replace(/[’‘]/gu, "'")
    .replace(ANNOTATION, ' ')
    .replace(/(?<=\p{L})['-](?=\p{L})/gu, (mark) => (mark === '-' ? ' ' : ''))
    .split(MARK)
    .map(spokenForm)
    .filter((clause) => clause !== '');
}

/** One phrase without punctuation. */
export function spokenForm(phrase: string): string {
  return (
    hiragana(phrase.normalize('NFKC').toLowerCase())
      .replace(/'/gu, '')
      .replace(/(?<=[そほ])[ー~〜]+/gu, 'う')
      .replace(/[ー~〜っ]+/gu, '')
      .replace(LENGTHENED, '')
      .replace(/([a-z])\1+/gu, '$1')
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      // Japanese has blanks where recognizers felt like it.
      .replace(/(?<=[\p{Script=Hiragana}\p{Script=Han}]) +| +(?=[\p{Script=Hiragana}\p{Script=Han}])/gu, '')
      .trim()
  );
}
