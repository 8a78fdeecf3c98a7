import { LipTable } from './lip-table.js';

/**
 * The 69 phonemes of the lip.txt that MMDAgent-EX ships, with the weights of あ, い, う and お. The order matters in one
 * place: a name that MMDAgent-EX does not know becomes the first row, a mouth one fifth open.
 *
 * @source MMDAgent-EX at 9981469, Release/AppData/lip.txt, taken over as facts
 */
const ROWS = `
A .2 0 0 0|E .1 .3 .1 0|I 0 .2 0 0|N 0 0 0 0|O 0 0 0 .2|U 0 0 .2 0|a .5 0 0 0|b .1 0 0 0|by .1 0 0 0|ch .1 0 0 0
cl 0 0 .3 0|d .1 0 0 0|dy .1 0 0 0|e .1 .6 .2 0|f 0 0 .5 0|g .1 0 0 0|gy .1 0 0 0|h 0 0 .3 0|hy 0 0 .3 0|i 0 .4 0 0
j 0 0 0 0|k .1 0 0 0|ky .1 0 0 0|m 0 0 0 0|my 0 0 0 0|n 0 0 0 0|ny 0 0 0 0|o 0 0 0 .8|p 0 0 0 0|pau 0 0 0 0
py 0 0 0 0|r .1 0 0 0|ry .1 0 0 0|s .1 0 0 0|sh .1 0 0 0|sil 0 0 0 0|t .1 0 0 0|ts 0 0 .3 0|ty .1 0 0 0|u 0 0 1 0
v 0 0 0 0|w 0 0 .5 0|y 0 .3 0 0|z .1 0 0 0|aa .5 0 0 0|ae .5 0 0 0|ah .5 0 0 0|ao 0 0 0 .8|aw .5 0 0 0|ax .5 0 0 0
axr .5 0 0 0|ay .5 0 0 0|dh .1 .1 0 0|eh .1 .6 .2 0|er .1 .6 .2 0|ey .1 .6 .2 0|hh 0 0 .3 0|ih 0 .4 0 0|iy 0 .4 0 0
jh 0 0 .3 0|l .2 0 .1 0|ng 0 0 0 0|ow 0 0 0 .8|oy 0 0 0 .8|sp 0 0 0 0|th 0 .3 0 0|uh 0 0 1 0|uw 0 0 1 0|zh 0 0 .2 0
`;

/** What MMDAgent-EX knows unless its user changed its lip.txt. */
export const DEFAULT_LIP_TABLE = new LipTable(
  ['あ', 'い', 'う', 'お'],
  ROWS.trim()
    .split(/[|\n]/)
    .map((row) => {
      const [name = '', ...weights] = row.split(' ');
      return { name, weights: weights.map(Number) };
    }),
);
