/** Weights of the four mouth morphs あ, い, う, お, each 0..1. */
export interface MouthWeights {
  readonly a: number;
  readonly i: number;
  readonly u: number;
  readonly o: number;
}

export const CLOSED_MOUTH: MouthWeights = { a: 0, i: 0, u: 0, o: 0 };

/** The 69 phonemes of the peer's lip.txt by shape, copied as facts; columns あ い う お. */
const SHAPES: readonly (readonly [names: string, a: number, i: number, u: number, o: number])[] = [
  ['A', 0.2, 0, 0, 0],
  ['E', 0.1, 0.3, 0.1, 0],
  ['I', 0, 0.2, 0, 0],
  ['N j m my n ny p pau py sil v ng sp', 0, 0, 0, 0],
  ['O', 0, 0, 0, 0.2],
  ['U zh', 0, 0, 0.2, 0],
  ['a aa ae ah aw ax axr ay', 0.5, 0, 0, 0],
  ['b by ch d dy g gy k ky r ry s sh t ty z', 0.1, 0, 0, 0],
  ['cl h hy ts hh jh', 0, 0, 0.3, 0],
  ['e eh er ey', 0.1, 0.6, 0.2, 0],
  ['f w', 0, 0, 0.5, 0],
  ['i ih iy', 0, 0.4, 0, 0],
  ['o ao ow oy', 0, 0, 0, 0.8],
  ['u uh uw', 0, 0, 1, 0],
  ['y th', 0, 0.3, 0, 0],
  ['dh', 0.1, 0.1, 0, 0],
  ['l', 0.2, 0, 0.1, 0],
];

const TABLE = new Map<string, MouthWeights>(
  SHAPES.flatMap(([names, a, i, u, o]) => names.split(' ').map((name) => [name, { a, i, u, o }] as const)),
);

/** The first row of lip.txt: what an unknown phoneme becomes [peer-facts 5]. */
const FIRST_ROW: MouthWeights = { a: 0.2, i: 0, u: 0, o: 0 };

/** Number of phonemes known. */
export const PHONEME_COUNT = TABLE.size;

/** Mouth shape of a phoneme; names are case-sensitive, an unknown one is `A`, not silence. */
export function mouthOfPhoneme(name: string): MouthWeights {
  return TABLE.get(name) ?? FIRST_ROW;
}

/** `from` at 0, `to` at 1, linear between; `part` is not clamped. */
export function mixMouths(from: MouthWeights, to: MouthWeights, part: number): MouthWeights {
  return {
    a: from.a + (to.a - from.a) * part,
    i: from.i + (to.i - from.i) * part,
    u: from.u + (to.u - from.u) * part,
    o: from.o + (to.o - from.o) * part,
  };
}

/** Sum of the four weights: 0 is closed. */
export function mouthOpening(mouth: MouthWeights): number {
  return mouth.a + mouth.i + mouth.u + mouth.o;
}
