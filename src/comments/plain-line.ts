import { wellFormed } from '../runtime/index.js';

/** Of what is given so much is looked at: more than any line that comes out can hold. */
const MAX_GIVEN_UNITS = 20_000;
/** A letter of several code points counts once; so many UTF-16 units it may have on average. */
const UNITS_PER_LETTER = 4;
/** More marks than a letter of any language has: somebody draws towers. */
const MAX_MARKS = 4;

/** Everything that ends a line or moves a cursor, and blanks that no language writes. */
const BLANKS = /[\p{Cc}\s\u2800]+/gu;
/**
 * Letters that nobody sees: zero-width, turning the direction, tags, selectors, fillers, private use. With them words hide from rules and
 * orders from people (U+E0000 holds the whole of ASCII unseen). Not the two that make emoji, see below.
 */
const UNSEEN = /(?!\u200d|\ufe0f)[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}]/gu;
/** U+FE0F makes an emoji of what stands before it, U+200D one of two; elsewhere they are unseen as well. */
const IDLE_SELECTOR = /(?<!\p{Emoji})\ufe0f/gu;
const IDLE_JOINER =
  /(?<!\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\ufe0f)?)\u200d|\u200d(?!\p{Extended_Pictographic})/gu;
const TOWERS = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, 'gu');
/** The same picture over and over, as `:name:`. */
const SAME_PICTURES = /(:[\w-]{1,64}:)(?:\s?\1)+/g;

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * A stranger's text as one line that can be shown, spoken and put before a model: no line breaks, control characters and letters that
 * nobody sees, halves of letters as U+FFFD, composed (NFC), the same `:picture:` in a row once, cut between letters.
 *
 * What it gives it leaves as it is when given it again.
 *
 * @param maxLetters - as people count them; 1 to 4000. Of letters that are made of many others, fewer.
 * @returns Without blanks at its ends; empty when nothing is left.
 */
export function plainLine(text: string, maxLetters: number): string {
  const given = wellFormed(text.slice(0, MAX_GIVEN_UNITS)).normalize('NFC');
  const seen = given
    .replace(BLANKS, ' ')
    .replace(UNSEEN, '')
    .replace(IDLE_SELECTOR, '')
    .replace(IDLE_JOINER, '')
    .normalize('NFC')
    .replace(TOWERS, '$1')
    .replace(BLANKS, ' ')
    .replace(SAME_PICTURES, '$1');
  return firstLetters(seen.trim(), maxLetters).trim();
}

function firstLetters(line: string, maxLetters: number): string {
  const maxUnits = maxLetters * UNITS_PER_LETTER;
  if (line.length <= maxLetters) return line;
  let count = 0;
  for (const { segment, index } of letters.segment(line.slice(0, maxUnits + UNITS_PER_LETTER))) {
    if (count === maxLetters || index + segment.length > maxUnits) return line.slice(0, index);
    count += 1;
  }
  return line;
}

/** How many letters a line has, as people count them. */
export function countLetters(line: string): number {
  let count = 0;
  for (const _letter of letters.segment(line)) count += 1;
  return count;
}
