import { DEFAULT_COLOURS, type FaceColours, type Palette, paletteOf } from './palette.js';
import { box, gradient, oval, path, stroke, tag } from './svg.js';

/** The parts of a drawing that move. */
export interface Drawing {
  readonly svg: SVGSVGElement;
  readonly body: SVGElement;
  readonly head: SVGElement;
  readonly hairBack: SVGElement;
  readonly locks: readonly [SVGElement, SVGElement];
  readonly blush: SVGElement;
  readonly eyes: readonly [EyeParts, EyeParts];
  readonly brows: readonly [SVGElement, SVGElement];
  readonly mouth: SVGElement;
  readonly mouthClip: SVGElement;
  readonly mouthLine: SVGElement;
  readonly teeth: SVGElement;
  readonly tongue: SVGElement;
  readonly tear: SVGElement;
  readonly vein: SVGElement;
  readonly sweat: SVGElement;
  readonly gloom: SVGElement;
  readonly dots: SVGElement;
}

export interface EyeParts {
  readonly clip: SVGElement;
  readonly white: SVGElement;
  readonly ball: SVGElement;
  readonly lash: SVGElement;
  readonly flick: SVGElement;
  readonly lower: SVGElement;
}

let drawings = 0;

/** Draws a face into a new element: our own character, all of it in vectors, with its colours. Nothing of it moves by itself. */
export function drawFace(label: string, colours: FaceColours = DEFAULT_COLOURS): Drawing {
  const id = `face2d-${++drawings}`;
  const p = paletteOf(colours);
  const eyes = [eye(`${id}-left`, p), eye(`${id}-right`, p)] as const;
  const brows = [
    stroke(p.ink, 4.2, '', { opacity: 0.72 }),
    stroke(p.ink, 4.2, '', { opacity: 0.72 }),
  ] as const;
  const lips = mouth(id);
  const head = headOf(p, eyes, brows, lips);
  const body = bodyOf(p);
  const hairBack = path(p.hairDeep, HAIR_BACK);
  const svg = tag('svg', {
    viewBox: '30 18 340 358',
    // Whoever has shoulders stands on something.
    preserveAspectRatio: 'xMidYMax meet',
    role: 'img',
    'aria-label': label,
    focusable: 'false',
  });
  svg.append(
    tag(
      'defs',
      {},
      gradient(`${id}-iris`, p.eyesDeep, p.eyesLight),
      gradient(`${id}-hair`, p.hair, p.hairLow),
    ),
    hairBack,
    body,
    head.element,
  );
  for (const part of head.element.querySelectorAll('[data-hair]'))
    part.setAttribute('fill', `url(#${id}-hair)`);
  return {
    svg,
    body,
    hairBack,
    eyes: [eyes[0].parts, eyes[1].parts],
    brows,
    ...lips.parts,
    ...head.parts,
    head: head.element,
  };
}

const HAIR_BACK =
  'M200 50C102 50 66 124 72 214c3 56 6 100 30 124 20 18 50 8 62-6h72c12 14 42 24 62 6 24-24 27-68 30-124 6-90-30-164-128-164z';

function bodyOf(p: Palette): SVGElement {
  return tag(
    'g',
    {},
    path(p.cloth, 'M66 380c4-44 54-56 108-66h52c54 10 104 22 108 66z'),
    stroke(p.clothShade, 2.6, 'M112 380q-3-20-14-33M288 380q3-20 14-33'),
    path(p.accent, 'M158 316c8 24 24 37 42 42 18-5 34-18 42-42l-15-4h-54z'),
    path(p.accentDeep, 'M200 358l-9 8 9 14 9-14z'),
  );
}

function headOf(
  p: Palette,
  eyes: readonly [Eye, Eye],
  brows: readonly [SVGElement, SVGElement],
  lips: ReturnType<typeof mouth>,
) {
  const locks = [
    path(p.hair, 'M110 148c-22 54-25 116-10 160 4 8 13 7 16-1 9-44 9-84 5-112z', { 'data-hair': '' }),
    path(p.hair, 'M290 148c22 54 25 116 10 160-4 8-13 7-16-1-9-44-9-84-5-112z', { 'data-hair': '' }),
  ] as const;
  const blush = tag('g', {}, oval(p.blush, 138, 250, 19, 10), oval(p.blush, 262, 250, 19, 10));
  const gloom = tag(
    'g',
    {},
    stroke('#5d6f96', 3, 'M186 178v16M195 174v24M205 174v24M214 178v16', {
      opacity: 0.5,
    }),
  );
  const tear = path('#8fd0f2', 'M0 0c5 8 9 13 9 19a9 9 0 0 1-18 0c0-6 4-11 9-19z', {
    stroke: '#ffffff',
    'stroke-width': 1.6,
  });
  const sweat = path('#9fd8f4', 'M0-12c5 8 9 13 9 19a9 9 0 0 1-18 0c0-6 4-11 9-19z', {
    stroke: '#ffffff',
    'stroke-width': 2,
  });
  const vein = stroke('#d8434e', 5, 'M-13-4q7 0 9-9M-13 5q7 0 9 9M13-4q-7 0-9-9M13 5q-7 0-9 9');
  const dots = tag(
    'g',
    {},
    oval(p.ink, 0, 0, 5.5, 5.5),
    oval(p.ink, 17, -7, 6.5, 6.5),
    oval(p.ink, 37, -13, 8, 8),
  );
  const element = tag(
    'g',
    {},
    path(p.skinShade, 'M173 272h54v48c-8 15-18 21-27 21s-19-6-27-21z'),
    path(
      p.skin,
      'M200 90c-62 0-90 46-88 108 2 42 17 68 42 89 18 15 32 22 46 22s28-7 46-22c25-21 40-47 42-89 2-62-26-108-88-108z',
    ),
    gloom,
    blush,
    stroke(p.skinLine, 2.4, 'M201 240q3.5 5-1.5 7', { opacity: 0.8 }),
    tag('g', { transform: 'translate(158 210)' }, eyes[0].element),
    tag('g', { transform: 'translate(242 210) scale(-1 1)' }, eyes[1].element),
    tag('g', { transform: 'translate(200 274)' }, lips.element),
    locks[0],
    locks[1],
    path(
      p.hair,
      'M100 220C84 128 128 58 200 58s116 70 100 158c-4-17-10-31-20-41-12-8-23-19-30-35-13 22-38 37-79 41 10-8 16-16 19-28-19 17-40 26-62 33 5-6 7-11 7-18-15 13-29 31-35 52z',
      { 'data-hair': '' },
    ),
    stroke(p.hairShine, 8, 'M146 106c22-17 58-24 92-15', { opacity: 0.6 }),
    tag('g', { transform: 'translate(158 170)' }, brows[0]),
    tag('g', { transform: 'translate(242 170) scale(-1 1)' }, brows[1]),
    stroke(p.accentDeep, 11, 'M86 208C70 106 126 47 200 47s130 59 114 161'),
    tag('g', {}, box(p.accent, 69, 182, 35, 66, 16), box(p.accentLight, 77, 197, 6, 36, 3)),
    tag('g', {}, box(p.accent, 296, 182, 35, 66, 16), box(p.accentLight, 317, 197, 6, 36, 3)),
    tear,
    tag('g', { transform: 'translate(296 128)' }, sweat),
    tag('g', { transform: 'translate(286 104)' }, vein),
    tag('g', { transform: 'translate(304 62)' }, dots),
  );
  return { element, parts: { locks, blush, gloom, tear, sweat, vein, dots } };
}

type Eye = ReturnType<typeof eye>;

function eye(id: string, p: Palette) {
  const clip = path('none', '');
  const white = path('#ffffff', '');
  // Its gradient is that of the drawing.
  const iris = oval(`url(#${id.replace(/-(left|right)$/, '')}-iris)`, 0, 0, 17, 22.5);
  const ball = tag(
    'g',
    {},
    iris,
    oval(p.eyesDeep, 0, 1, 8, 11.5),
    oval(p.eyesLight, 0, 13, 9.5, 6, { opacity: 0.5 }),
    oval('#ffffff', -6.5, -9.5, 5.8, 6.2),
    oval('#ffffff', 6.5, 9, 2.8, 2.8, { opacity: 0.8 }),
  );
  const shade = path(p.eyesDeep, 'M-26-30h52v18q-26-9-52 0z', { opacity: 0.16 });
  const lash = stroke(p.ink, 6, '');
  const flick = stroke(p.ink, 4.2, '');
  const lower = stroke(p.skinLine, 1.8, '', { opacity: 0.75 });
  const element = tag(
    'g',
    {},
    tag('clipPath', { id: `${id}-clip` }, clip),
    white,
    tag('g', { 'clip-path': `url(#${id}-clip)` }, ball, shade),
    lower,
    lash,
    flick,
  );
  return { element, parts: { clip, white, ball, lash, flick, lower } };
}

function mouth(id: string) {
  const inside = path('#8f3743', '');
  const clip = path('none', '');
  const teeth = path('#ffffff', '', { opacity: 0.96 });
  const tongue = oval('#e0868a', 0, 0, 16, 12);
  const line = stroke('#9c4650', 3.2, '');
  const element = tag(
    'g',
    {},
    tag('clipPath', { id: `${id}-mouth` }, clip),
    inside,
    tag('g', { 'clip-path': `url(#${id}-mouth)` }, tongue, teeth),
    line,
  );
  return { element, parts: { mouth: inside, mouthClip: clip, mouthLine: line, teeth, tongue } };
}
