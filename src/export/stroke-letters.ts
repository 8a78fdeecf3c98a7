/** Width and height of a letter's grid; lines lie on its points. */
const GRID_WIDTH = 4;
const GRID_HEIGHT = 6;
const SPACE = 2;

/**
 * Letters of a few straight lines: each line a row of points `xy`, x 0 to 4 from the left, y 0 to 8 from the top (6 is the base
 * line). Small letters only; others are drawn as these.
 */
const LETTERS: Readonly<Record<string, string>> = {
  a: '12 32 43 46 26 05 04 14 44',
  b: '00 06 36 45 43 32 02',
  c: '42 12 03 05 16 46',
  d: '40 46 16 05 03 12 42',
  e: '04 44 43 32 12 03 05 16 46',
  f: '30 20 11 16,02 32',
  g: '42 12 03 05 16 46,42 47 38 08',
  h: '00 06,02 32 43 46',
  i: '22 26,20 21',
  j: '32 37 28 08,30 31',
  k: '00 06,42 04 46',
  l: '20 26',
  m: '06 02 12 23 26,23 32 42 46',
  n: '06 02 32 43 46',
  o: '12 32 43 45 36 16 05 03 12',
  p: '08 02 32 43 45 36 06',
  q: '48 42 12 03 05 16 46',
  r: '06 02,04 22 42',
  s: '42 12 03 34 45 36 06',
  t: '20 25 36 46,02 42',
  u: '02 05 16 46 42',
  v: '02 26 42',
  w: '02 16 23 36 42',
  x: '02 46,42 06',
  y: '02 26,42 08',
  z: '02 42 06 46',
  '0': '10 30 41 45 36 16 05 01 10,05 41',
  '1': '11 20 26,16 36',
  '2': '01 10 30 41 42 06 46',
  '3': '01 10 30 41 42 33 44 45 36 16 05,13 33',
  '4': '30 04 44,30 36',
  '5': '40 00 03 33 44 45 36 06',
  '6': '40 10 01 05 16 36 45 44 33 03',
  '7': '00 40 16',
  '8': '10 30 41 42 33 13 02 01 10,13 04 05 16 36 45 44 33',
  '9': '43 13 02 01 10 30 41 45 36 06',
  '.': '25 26',
  ',': '25 17',
  ':': '22 23,25 26',
  '-': '04 44',
  _: '07 47',
  '/': '40 06',
  '(': '30 12 14 36',
  ')': '10 32 34 16',
  '=': '03 43,05 45',
  '%': '40 06,00 01 11 10 00,35 36 46 45 35',
  '?': '01 10 30 41 23 24,25 26',
};

/** Lines of a text as the data of an SVG path, for pictures that must not depend on a font. @param height - of a capital, pixels. */
export function strokePath(
  text: string,
  {
    x,
    y,
    height,
    anchor,
  }: { readonly x: number; readonly y: number; readonly height: number; readonly anchor: 'start' | 'middle' },
): string {
  const scale = height / GRID_HEIGHT;
  const letters = [...text.toLowerCase()];
  const left = anchor === 'middle' ? x - strokeWidth(text, height) / 2 : x;
  return letters
    .flatMap((letter, index) => {
      const strokes = letter === ' ' ? '' : (LETTERS[letter] ?? LETTERS['?'] ?? '');
      const originX = left + index * (GRID_WIDTH + SPACE) * scale;
      return strokes === ''
        ? []
        : strokes.split(',').map((stroke) => lineOf(stroke, originX, y - height, scale));
    })
    .join('');
}

export function strokeWidth(text: string, height: number): number {
  return Math.max(0, ([...text].length * (GRID_WIDTH + SPACE) - SPACE) * (height / GRID_HEIGHT));
}

function lineOf(stroke: string, originX: number, originY: number, scale: number): string {
  return stroke
    .split(' ')
    .map((point, index) => {
      const x = originX + Number(point.charAt(0)) * scale;
      const y = originY + Number(point.charAt(1)) * scale;
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
