import { InvalidStateError } from '../../runtime/index.js';

/**
 * What the network calls each phoneme of lip.txt: `class phoneme phoneme…`. The trainer labels its material by this table, and
 * alignment looks the other way.
 */
const GROUPS: readonly string[] = [
  'sil sil pau sp cl',
  'a a aa ae ah aw ax axr ay',
  'i i ih iy',
  'u u uh uw',
  'e e eh er ey',
  'o o ao ow oy',
  'm m my p py b by',
  'N N',
  'n n ny ng',
  's s sh z j ch ts zh jh th A I U E O',
  't t ty d dy k ky g gy dh',
  'r r ry l',
  'w w',
  'y y',
  'h h hy hh f v',
];

const CLASS_OF: ReadonlyMap<string, string> = new Map(
  GROUPS.flatMap((group) => {
    const [name = '', ...phonemes] = group.split(' ');
    return phonemes.map((phoneme) => [phoneme, name] as const);
  }),
);

/** Every phoneme that has a class: the names of MMDAgent-EX's own lip.txt. */
export const CLASSED_PHONEMES: readonly string[] = [...CLASS_OF.keys()];

/** @throws {InvalidStateError} a name that is not in MMDAgent-EX's own lip.txt: map names with PhonemeNames first. */
export function classOf(phoneme: string): string {
  const name = CLASS_OF.get(phoneme);
  if (name === undefined)
    throw new InvalidStateError(`Expected a name of lip.txt, got ${JSON.stringify(phoneme)}`);
  return name;
}
