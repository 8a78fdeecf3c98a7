/**
 * Consonants of each kana, in the order of あ い う え お; `-` no consonant, `.` no such kana. `k+w` are two phonemes.
 *
 * @source Open JTalk's phoneme set (lipsync.md 7.2)
 */
const ROWS: Readonly<Record<string, string>> = {
  アイウエオ: '- - - - -',
  ァィゥェォ: '- - - - -',
  カキクケコ: 'k k k k k',
  ガギグゲゴ: 'g g g g g',
  サシスセソ: 's sh s s s',
  ザジズゼゾ: 'z j z z z',
  タチツテト: 't ch ts t t',
  ダヂヅデド: 'd j z d d',
  ナニヌネノ: 'n n n n n',
  ハヒフヘホ: 'h h f h h',
  バビブベボ: 'b b b b b',
  パピプペポ: 'p p p p p',
  マミムメモ: 'm m m m m',
  ヤ_ユ_ヨ: 'y . y . y',
  ャ_ュ_ョ: 'y . y . y',
  ラリルレロ: 'r r r r r',
  ワヰ_ヱヲ: 'w - . - -',
  ヮ____: 'w . . . .',
  ヵ__ヶ_: 'k . . k .',
  ヷヸヴヹヺ: 'v v v v v',
};

/** Two kana that are one mora: the first, then the second, with the consonant they share. */
const PAIRS = `
ャュョェ: キky ギgy シsh ジj チch ヂj ニny ヒhy ビby ピpy ミmy リry
ャュョ: テty デdy フf+y ヴv+y
ァィェォ: クk+w グg+w フf ヴv ツts
ィェォ: ウw
ヮ: クk+w グg+w
ィ: テt デd スs ズz
ゥ: トt ドd ホh
ェ: イy
`;

const VOWELS = 'aiueo';
const VOWEL_OF: Readonly<Record<string, string>> = {
  ァ: 'a',
  ャ: 'a',
  ヮ: 'a',
  ィ: 'i',
  ゥ: 'u',
  ュ: 'u',
  ェ: 'e',
  ォ: 'o',
  ョ: 'o',
};
const HIRAGANA = /[\u3041-\u3096\u309d\u309e]/g;
const MORAS = moraTable();

/** Hiragana, half-width and decomposed kana as katakana; everything else as NFKC has it. */
export function katakanaOf(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[〜～]/g, 'ー')
    .replace(HIRAGANA, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0x60));
}

/** Whether all of it can be said kana by kana. */
export function isKana(text: string): boolean {
  return (
    /^[\p{Script=Hiragana}\p{Script=Katakana}ーｰ゛゜〜～・]+$/u.test(text) && /[^ー゛゜・〜～]/u.test(text)
  );
}

/**
 * The phonemes of kana as they are pronounced: は is `h a`, so particles must have become ワ and エ before. A long mark repeats the
 * vowel, and ッ is `cl`; signs that are no kana are passed over.
 *
 * @param kana - hiragana or katakana, of any width.
 * @returns Names of lip.txt; vowels are voiced, see `devoiced`.
 */
export function phonemesOfKana(kana: string): string[] {
  const phonemes: string[] = [];
  for (const mora of morasOf(kana)) {
    if (mora === 'ー') {
      const last = phonemes.at(-1);
      if (last !== undefined && /^[aiueoN]$/.test(last)) phonemes.push(last);
    } else phonemes.push(...(MORAS.get(mora) ?? []));
  }
  return phonemes;
}

/** Kana cut into moras, in katakana; what has no sound is left out. */
export function morasOf(kana: string): string[] {
  const letters = [...katakanaOf(kana)];
  const moras: string[] = [];
  for (let at = 0; at < letters.length; at++) {
    const one = letters[at] ?? '';
    const two = one + (letters[at + 1] ?? '');
    if (two.length > 1 && MORAS.has(two)) {
      moras.push(two);
      at++;
    } else if (one === 'ー' || MORAS.has(one)) moras.push(one);
  }
  return moras;
}

/**
 * The same with `I` and `U` for the vowels that lose their voice: i and u between voiceless consonants, and u behind s at the end
 * (です, ます). Never two in a row.
 */
export function devoiced(phonemes: readonly string[]): string[] {
  const voiceless = /^(k|ky|s|sh|t|ch|ts|h|hy|f|p|py|cl)$/;
  let wasDevoiced = false;
  return phonemes.map((phoneme, index) => {
    const before = phonemes[index - 1] ?? '';
    const after = phonemes[index + 1];
    const isHigh = phoneme === 'i' || phoneme === 'u';
    const isBetween =
      voiceless.test(before) && before !== 'cl' && after !== undefined && voiceless.test(after);
    const isAtEnd = phoneme === 'u' && before === 's' && (after === undefined || after === 'pau');
    if (/^[aeo]$/.test(phoneme)) wasDevoiced = false;
    if (!isHigh) return phoneme;
    wasDevoiced = !wasDevoiced && (isBetween || isAtEnd);
    return wasDevoiced ? phoneme.toUpperCase() : phoneme;
  });
}

function moraTable(): ReadonlyMap<string, readonly string[]> {
  const table = new Map<string, readonly string[]>([
    ['ン', ['N']],
    ['ッ', ['cl']],
  ]);
  for (const [kana, consonants] of Object.entries(ROWS))
    for (const [index, consonant] of consonants.split(' ').entries())
      if (consonant !== '.') table.set(kana[index] ?? '', joined(consonant, VOWELS[index] ?? ''));
  for (const line of PAIRS.trim().split('\n')) {
    const [seconds = '', firsts = ''] = line.split(': ');
    for (const first of firsts.split(' '))
      for (const second of seconds)
        table.set(`${first[0]}${second}`, joined(first.slice(1), VOWEL_OF[second] ?? ''));
  }
  return table;
}

function joined(consonant: string, vowel: string): readonly string[] {
  return consonant === '-' ? [vowel] : [...consonant.split('+'), vowel];
}
