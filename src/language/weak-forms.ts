/**
 * Little words as they sound inside a sentence, likeliest first; only those whose mouth differs from the full word's. Behind `|` what
 * comes first before a vowel.
 */
const WEAK: ReadonlyMap<string, string> = new Map(
  `the: dh ax, dh iy | dh iy
a: ax
an: ax n, ae n
to: t ax, t uw | t uw
into: ih n t ax, ih n t uw
and: ae n d, ax n
of: ax v, ah v
for: f ao r, f er
or: ao r, er
your: y ao r, y er
you: y uw, y ax
are: aa r, er
our: aw er, aa r
them: dh eh m, dh ax m
he: hh iy, iy
her: hh er, er
him: hh ih m, ih m
his: hh ih z, ih z
do: d uw, d ax
what: w ah t
where: w eh r
when: w eh n
which: w ih ch
why: w ay
just: jh ah s t, jh ax s t
been: b ih n, b iy n
because: b ih k ao z, b ax k ah z`
    .split('\n')
    .map((line) => {
      const [word = '', forms = ''] = line.split(': ');
      return [word, forms];
    }),
);

/** Readings that come before the dictionary's. */
export function weakForms(word: string, isBeforeVowel: boolean): readonly (readonly string[])[] {
  const [usual = '', beforeVowel = ''] = (WEAK.get(word) ?? '').split(' | ');
  const forms = isBeforeVowel && beforeVowel !== '' ? `${beforeVowel}, ${usual}` : usual;
  return forms === '' ? [] : forms.split(', ').map((form) => form.split(' '));
}
