import { COLOUR_NAMES, colourOf, type FaceColours } from './palette.js';

/** What the address of the face page asks for. */
export interface FaceQuery {
  /** Nothing but the face on nothing, for a browser source. */
  readonly isObs: boolean;
  /** A conversation to follow, by its number. */
  readonly session: string | undefined;
  /** An avatar of the bridge whose mouth is followed; of those that the bridge plays itself. */
  readonly lane: string | undefined;
  /** Edge of the face, pixels; undefined: as large as there is room. */
  readonly sizePx: number | undefined;
  readonly isMirrored: boolean;
  /** Whether sound comes out: always where one talks with it, else as asked. */
  readonly hasSound: boolean;
  readonly colours: Partial<FaceColours>;
  /** Behind the face. */
  readonly background: string | undefined;
  readonly language: string | null;
  readonly persona: string | undefined;
}

const MIN_SIZE_PX = 32;
const MAX_SIZE_PX = 4096;

/** Pure. What is no value of its kind counts as not asked for. */
export function readFaceQuery(search: string): FaceQuery {
  const query = new URLSearchParams(search);
  const isObs = isOn(query.get('obs'));
  const session = nonEmpty(query.get('session'));
  const lane = nonEmpty(query.get('lane'));
  const size = Number(query.get('size') ?? Number.NaN);
  const colours = Object.fromEntries(
    COLOUR_NAMES.map((name) => [name, colourOf(query.get(name))]).filter(
      ([, colour]) => colour !== undefined,
    ),
  ) as Partial<FaceColours>;
  return {
    isObs,
    session,
    lane,
    sizePx: size >= MIN_SIZE_PX && size <= MAX_SIZE_PX ? Math.round(size) : undefined,
    isMirrored: isOn(query.get('mirror')),
    hasSound:
      isOn(query.get('sound')) ||
      (!isObs && session === undefined && lane === undefined && query.get('sound') !== '0'),
    colours,
    background: colourOf(query.get('background')),
    language: query.get('lang'),
    persona: nonEmpty(query.get('persona')),
  };
}

function isOn(value: string | null): boolean {
  return value !== null && value !== '0' && value !== 'false';
}

function nonEmpty(value: string | null): string | undefined {
  return value === null || value === '' ? undefined : value.slice(0, 128);
}
