/** A mora as espeak-ng's Japanese voice can say it, in its own phoneme mnemonics. */
export interface Mora {
  /** Empty for a vowel alone, a moraic nasal and the first half of a double consonant. */
  readonly onset: string;
  /** `a i u e o`, `N` for a moraic nasal, `Q` for the first half of a double consonant. */
  readonly nucleus: string;
  readonly isLong: boolean;
}

const VOWELS = 'aiueo';
/** Rows of the syllabary: kana with a i u e o (`.`: none) and their consonant (`-`: none). */
const ROWS = [
  'アイウエオ -|カキクケコ k|ガギグゲゴ g|サ.スセソ s|ザ.ズゼゾ z|タ..テト t',
  'ダ..デド d|ナニヌネノ n|ハ..ヘホ h|バビブベボ b|パピプペポ p|マミムメモ m',
  'ヤ.ユ.ヨ j|ラリルレロ r`|ワヰ.ヱ. w|ヷヸヴヹヺ v|.シ... s\\|.ジ... d_z\\',
  '.ヂ... d_z\\|.チ... t_s\\|..ツ.. t_s|..ヅ.. z|.ヒ... C|..フ.. p\\',
  '....ヲ -|ヵ..ヶ. k',
];
/** Consonants that have the sound of a following y in them. */
const PALATAL = new Set(['s\\', 'd_z\\', 't_s\\', 'C']);
const SMALL_VOWELS = 'ァィゥェォ';
const SMALL_Y: Readonly<Record<string, string>> = { ャ: 'a', ュ: 'u', ョ: 'o', ヮ: 'a' };

const LETTERS = lettersOf(ROWS);

/**
 * Reads pronunciation kana (`コンニチワ`, `トーキョー`); hiragana too. Anything else is left out.
 *
 * espeak-ng's own reading of kana drops ー, says りょ as "rya o" and does not know ヴ: so it is given phonemes.
 */
export function moraeOf(kana: string): readonly Mora[] {
  const morae: Mora[] = [];
  for (const letter of katakana(kana)) {
    const last = morae.at(-1);
    const joined = last === undefined ? undefined : joinedTo(last, letter);
    if (joined !== undefined) morae[morae.length - 1] = joined;
    else morae.push(...aloneOf(letter));
  }
  return morae;
}

/** Hiragana and half-width kana as katakana. */
export function katakana(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[ぁ-ゖ]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0x60));
}

/** A small letter or ー together with what stands before it; undefined: it is a mora of its own. */
function joinedTo(last: Mora, letter: string): Mora | undefined {
  const isVowel = VOWELS.includes(last.nucleus);
  if (letter === 'ー') return isVowel ? { ...last, isLong: true } : undefined;
  if (!isVowel || last.isLong) return undefined;
  const afterY = SMALL_Y[letter];
  if (letter === 'ヮ') return last.nucleus === 'u' ? glided(last, 'w', 'a') : undefined;
  if (afterY !== undefined) return withY(last, afterY);
  const vowel = VOWELS[SMALL_VOWELS.indexOf(letter)];
  return vowel === undefined ? undefined : withVowel(last, vowel);
}

function withY(last: Mora, vowel: string): Mora | undefined {
  if (last.onset === '') return last.nucleus === 'i' ? { ...last, onset: 'j', nucleus: vowel } : undefined;
  if (PALATAL.has(last.onset)) return { ...last, nucleus: vowel };
  if (last.onset === 'p\\' || last.onset === 'v' || last.nucleus === 'i' || last.nucleus === 'e')
    return glided(last, '_j', vowel);
  return undefined;
}

function withVowel(last: Mora, vowel: string): Mora | undefined {
  // ねぇ, ああぁ: said longer.
  if (vowel === last.nucleus) return { ...last, isLong: true };
  if (last.onset === '' && last.nucleus === 'u') return { ...last, onset: 'w', nucleus: vowel };
  if (last.onset === '' && last.nucleus === 'i' && vowel === 'e')
    return { ...last, onset: 'j', nucleus: vowel };
  if (PALATAL.has(last.onset)) return { ...last, nucleus: vowel };
  if (['p\\', 'v', 't_s'].includes(last.onset)) return { ...last, nucleus: vowel };
  if (['k', 'g'].includes(last.onset) && last.nucleus === 'u') return glided(last, 'w', vowel);
  const isBorrowed = ['t', 'd', 's', 'z'].includes(last.onset) && ['e', 'o', 'u'].includes(last.nucleus);
  if (isBorrowed && (vowel === 'i' || vowel === 'u')) return { ...last, nucleus: vowel };
  if (last.nucleus === 'i' && vowel === 'e' && last.onset !== '') return glided(last, '_j', vowel);
  return undefined;
}

function glided(last: Mora, glide: string, nucleus: string): Mora {
  return { ...last, onset: last.onset + glide, nucleus };
}

function aloneOf(letter: string): readonly Mora[] {
  if (letter === 'ン') return [{ onset: '', nucleus: 'N', isLong: false }];
  if (letter === 'ッ') return [{ onset: '', nucleus: 'Q', isLong: false }];
  const small = SMALL_VOWELS.indexOf(letter);
  const nucleus = VOWELS[small] ?? SMALL_Y[letter];
  if (nucleus !== undefined)
    return [{ onset: small >= 0 ? '' : letter === 'ヮ' ? 'w' : 'j', nucleus, isLong: false }];
  const mora = LETTERS.get(letter);
  return mora === undefined ? [] : [mora];
}

function lettersOf(rows: readonly string[]): ReadonlyMap<string, Mora> {
  const letters = new Map<string, Mora>();
  for (const row of rows.flatMap((line) => line.split('|'))) {
    const [kana = '', onset = ''] = row.split(' ');
    for (const [index, letter] of [...kana].entries()) {
      if (letter === '.') continue;
      letters.set(letter, {
        onset: onset === '-' ? '' : onset,
        nucleus: VOWELS[index] ?? 'a',
        isLong: false,
      });
    }
  }
  return letters;
}
