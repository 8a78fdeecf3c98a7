/**
 * An entry of CMU's dictionary as lip.txt names: stress decides between `ah` and `ax`, and is dropped.
 *
 * @param entry - for example `HH AH0 L OW1`; a remark behind `#` is left out.
 */
export function phonemesOfEntry(entry: string): string[] {
  return entry
    .replace(/ *#.*/, '')
    .trim()
    .split(/\s+/)
    .map((sound) => (sound === 'AH0' ? 'ax' : sound.replace(/\d/, '').toLowerCase()));
}

/** The same with `ax` for an unstressed `ih` that is no part of -ing, as many say it: visited, office. Undefined: there is none. */
export function reducedEntry(entry: string): string | undefined {
  if (!/[12]/.test(entry)) return undefined;
  const reduced = entry.replace(/\bIH0\b(?! NG)/g, 'AH0');
  return reduced === entry ? undefined : reduced;
}

export function isVowel(phoneme: string | undefined): boolean {
  return phoneme !== undefined && /^[aeiou]/.test(phoneme);
}

/** What -s sounds like behind this: `s`, `z` or `ax z`. */
export function pluralSounds(last: string | undefined): string[] {
  if (/^(?:s|z|sh|zh|ch|jh)$/.test(last ?? '')) return ['ax', 'z'];
  return /^(?:p|t|k|f|th)$/.test(last ?? '') ? ['s'] : ['z'];
}

/** What -ed sounds like behind this: `t`, `d` or `ax d`. */
export function pastSounds(last: string | undefined): string[] {
  if (last === 't' || last === 'd') return ['ax', 'd'];
  return /^(?:p|k|f|th|s|sh|ch)$/.test(last ?? '') ? ['t'] : ['d'];
}

const LETTERS: Readonly<Record<string, string>> = {
  a: 'ey',
  b: 'b iy',
  c: 's iy',
  d: 'd iy',
  e: 'iy',
  f: 'eh f',
  g: 'jh iy',
  h: 'ey ch',
  i: 'ay',
  j: 'jh ey',
  k: 'k ey',
  l: 'eh l',
  m: 'eh m',
  n: 'eh n',
  o: 'ow',
  p: 'p iy',
  q: 'k y uw',
  r: 'aa r',
  s: 'eh s',
  t: 't iy',
  u: 'y uw',
  v: 'v iy',
  w: 'd ah b ax l y uw',
  x: 'eh k s',
  y: 'w ay',
  z: 'z iy',
};

/** The names of the letters one after the other. @param letters - others than a to z are passed over. */
export function spelledOut(letters: string): string[] {
  return [...letters.toLowerCase()].flatMap((letter) => LETTERS[letter]?.split(' ') ?? []);
}
