import { PAUSE_NAMES, type TimedPhoneme } from '../lipsync/index.js';
import { xmlText } from '../runtime/index.js';
import type { MouthMoment, ShownMouth } from './mouth-curve.js';
import { strokePath } from './stroke-letters.js';
import type { Waveform } from './waveform.js';

export interface LipsPlot {
  /** For the heading: the sound, and where its phonemes come from. */
  readonly title: string;
  readonly waveform: Waveform;
  /** As given or estimated. */
  readonly phonemes: readonly TimedPhoneme[];
  readonly mouth: ShownMouth;
}

export interface PlotOptions {
  /** Letters as text, which can be searched and needs a font, or as lines, which look the same everywhere. @default 'text' */
  readonly letters?: 'text' | 'lines';
}

const LEFT = 76;
const RIGHT = 16;
const PIXELS_PER_SECOND = 200;
/** The legend of the usual four morphs fits. */
const MIN_WIDTH = 730;
const MAX_WIDTH = 12_000;
const WAVE = { top: 44, height: 110 };
const GIVEN = { top: 166, height: 24 };
const SHOWN = { top: 194, height: 24 };
const MOUTH = { top: 236, height: 130 };
const AXIS_TOP = MOUTH.top + MOUTH.height;
const HEIGHT = AXIS_TOP + 56;
/** Phonemes narrower than this have no name. */
const MIN_NAMED = 9;
const MORPH_COLOURS = ['#c0392b', '#2471a3', '#7d3c98', '#b9770e', '#117864', '#5d6d7e'];
/** Marks of time stand so far apart. */
const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];
const MIN_STEP_PIXELS = 70;

/** Draws a sound, its phonemes and the mouth that MMDAgent-EX will show, one below the other on one line of time. @returns an SVG document. */
export function plotLips(plot: LipsPlot, options: PlotOptions = {}): string {
  const width = plotWidth(plot);
  const scene = new Scene(width - LEFT - RIGHT, durationOf(plot), options.letters ?? 'text');
  const body = [
    scene.text(plot.title, { x: LEFT, y: 24, size: 14 }),
    grid(scene),
    wave(scene, plot.waveform),
    band(scene, plot.phonemes, { ...GIVEN, label: 'phonemes', fill: '#dfeaf5' }),
    band(scene, plot.mouth.phonemes, { ...SHOWN, label: 'shown', fill: '#e9e4f3' }),
    mouth(scene, plot.mouth),
    axis(scene),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" font-family="sans-serif"><rect width="100%" height="100%" fill="#ffffff"/>${body.join('')}</svg>\n`;
}

/** Of the whole picture, pixels. */
export function plotWidth(plot: LipsPlot): number {
  const wished = (durationOf(plot) / 1000) * PIXELS_PER_SECOND;
  return LEFT + Math.round(Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, wished))) + RIGHT;
}

function durationOf({ waveform, mouth: { moments } }: LipsPlot): number {
  return Math.max(1, waveform.durationMs, moments.at(-1)?.atMs ?? 0);
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly anchor?: 'start' | 'middle';
  readonly colour?: string;
}

/** Where things lie, and how letters are drawn. */
class Scene {
  readonly inner: number;
  readonly durationMs: number;
  readonly #letters: 'text' | 'lines';

  constructor(inner: number, durationMs: number, letters: 'text' | 'lines') {
    this.inner = inner;
    this.durationMs = durationMs;
    this.#letters = letters;
  }

  x(atMs: number): number {
    return LEFT + (Math.max(0, Math.min(this.durationMs, atMs)) / this.durationMs) * this.inner;
  }

  text(text: string, { x, y, size, anchor = 'start', colour = '#222222' }: TextPlace): string {
    if (this.#letters === 'text')
      return `<text x="${fixed(x)}" y="${fixed(y)}" font-size="${size}" text-anchor="${anchor}" fill="${colour}">${escaped(text)}</text>`;
    const path = strokePath(text, { x, y, height: size * 0.7, anchor });
    return path === ''
      ? ''
      : `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${fixed(size / 11)}" stroke-linecap="round" stroke-linejoin="round"/>`;
  }
}

function stepMs(scene: Scene): number {
  const perSecond = (scene.inner * 1000) / scene.durationMs;
  return 1000 * (STEPS_S.find((step) => step * perSecond >= MIN_STEP_PIXELS) ?? 600);
}

function grid(scene: Scene): string {
  const lines: string[] = [];
  for (let atMs = 0; atMs <= scene.durationMs; atMs += stepMs(scene))
    lines.push(`M${fixed(scene.x(atMs))} ${WAVE.top}V${AXIS_TOP}`);
  return `<path d="${lines.join('')}" stroke="#e5e5e5" stroke-width="1" fill="none"/>`;
}

function wave(scene: Scene, { low, high, columnMs }: Waveform): string {
  const middle = WAVE.top + WAVE.height / 2;
  const half = WAVE.height / 2;
  // No more columns than the picture can show.
  const join = Math.max(1, Math.floor((low.length / scene.inner) * 0.5));
  const columns: string[] = [];
  for (let index = 0; index < low.length; index += join) {
    const top = Math.max(...high.slice(index, index + join));
    const bottom = Math.min(...low.slice(index, index + join));
    const y = middle - top * half;
    columns.push(
      `M${fixed(scene.x(index * columnMs))} ${fixed(y)}V${fixed(Math.max(y + 0.5, middle - bottom * half))}`,
    );
  }
  const frame = box(scene, WAVE.top, WAVE.height);
  return `${label(scene, 'sound', middle)}${frame}<path d="${columns.join('')}" stroke="#3a6ea5" stroke-width="1" fill="none"/>`;
}

function band(
  scene: Scene,
  phonemes: readonly { readonly phoneme: string; readonly startMs: number; readonly endMs: number }[],
  row: { readonly top: number; readonly height: number; readonly label: string; readonly fill: string },
): string {
  const boxes = phonemes.map(({ phoneme, startMs, endMs }) => {
    const from = scene.x(startMs);
    const width = scene.x(endMs) - from;
    const isRest = PAUSE_NAMES.has(phoneme);
    const name = phoneme.slice(0, 4);
    const isNamed = width >= MIN_NAMED && width >= name.length * 6.5;
    return `<rect x="${fixed(from)}" y="${row.top}" width="${fixed(width)}" height="${row.height}" fill="${isRest ? '#f6f6f6' : row.fill}" stroke="#9aa5b1" stroke-width="0.5"/>${
      isNamed
        ? scene.text(name, {
            x: from + width / 2,
            y: row.top + row.height - 8,
            size: 11,
            anchor: 'middle',
            colour: isRest ? '#9a9a9a' : '#222222',
          })
        : ''
    }`;
  });
  return label(scene, row.label, row.top + row.height / 2) + boxes.join('');
}

function mouth(scene: Scene, { moments, morphs, partStartsMs }: ShownMouth): string {
  const y = (value: number): number => MOUTH.top + MOUTH.height * (1 - Math.min(1, value));
  const line = (value: (moment: MouthMoment) => number): string =>
    moments
      .map(
        (moment, index) =>
          `${index === 0 ? 'M' : 'L'}${fixed(scene.x(moment.atMs))} ${fixed(y(value(moment)))}`,
      )
      .join('');
  const base = MOUTH.top + MOUTH.height;
  const lastX = fixed(scene.x(moments.at(-1)?.atMs ?? 0));
  const opening = line((moment) => moment.opening);
  const area =
    opening === ''
      ? ''
      : `<path d="${opening}L${lastX} ${base}L${LEFT} ${base}Z" fill="#f5c6a5" fill-opacity="0.6"/>`;
  const outline = `<path d="${opening}" fill="none" stroke="#a04000" stroke-width="1.6"/>`;
  const curves = morphs.map(
    (_name, index) =>
      `<path d="${line(({ weights }) => weights[index] ?? 0)}" fill="none" stroke="${colourOf(index)}" stroke-width="1" stroke-opacity="0.8"/>`,
  );
  const parts = partStartsMs.map((atMs) => `M${fixed(scene.x(atMs))} ${MOUTH.top}V${base}`).join('');
  const half = `<path d="M${LEFT} ${y(0.5)}H${fixed(LEFT + scene.inner)}" stroke="#e5e5e5" fill="none"/>`;
  return [
    label(scene, 'mouth', MOUTH.top + MOUTH.height / 2),
    scene.text('1', { x: LEFT - 12, y: MOUTH.top + 8, size: 10, colour: '#777777' }),
    scene.text('0', { x: LEFT - 12, y: base, size: 10, colour: '#777777' }),
    half,
    area,
    ...curves,
    outline,
    `<path d="${parts}" stroke="#555555" stroke-width="0.8" stroke-dasharray="3 3" fill="none"/>`,
    box(scene, MOUTH.top, MOUTH.height),
    legend(scene, morphs),
  ].join('');
}

/** Morphs of the usual lip.txt have names that a picture without a font cannot show. */
const ROMAN: Readonly<Record<string, string>> = { あ: 'a', い: 'i', う: 'u', え: 'e', お: 'o' };

function legend(scene: Scene, morphs: readonly string[]): string {
  const entries = [
    { name: 'opening', colour: '#a04000' },
    ...morphs.map((name, index) => ({ name: `morph ${ROMAN[name] ?? name}`, colour: colourOf(index) })),
    { name: 'dashed: a LIPSYNC_START takes over', colour: '#555555' },
  ];
  let x = LEFT;
  return entries
    .map(({ name, colour }) => {
      const entry = `<path d="M${x} ${AXIS_TOP + 42}h16" stroke="${colour}" stroke-width="2"/>${scene.text(name, { x: x + 22, y: AXIS_TOP + 46, size: 11 })}`;
      x += 40 + name.length * 7;
      return entry;
    })
    .join('');
}

function axis(scene: Scene): string {
  const marks: string[] = [];
  const step = stepMs(scene);
  for (let atMs = 0; atMs <= scene.durationMs; atMs += step) {
    const seconds = atMs / 1000;
    const text = step < 1000 ? seconds.toFixed(1) : String(Math.round(seconds));
    marks.push(
      scene.text(text, { x: scene.x(atMs), y: AXIS_TOP + 16, size: 11, anchor: 'middle', colour: '#555555' }),
    );
  }
  return `${marks.join('')}${scene.text('s', { x: 12, y: AXIS_TOP + 16, size: 11, colour: '#555555' })}`;
}

function label(scene: Scene, text: string, middle: number): string {
  return scene.text(text, { x: 8, y: middle + 4, size: 11, colour: '#555555' });
}

function box(scene: Scene, top: number, height: number): string {
  return `<rect x="${LEFT}" y="${top}" width="${fixed(scene.inner)}" height="${height}" fill="none" stroke="#9aa5b1"/>`;
}

function colourOf(index: number): string {
  return MORPH_COLOURS[index % MORPH_COLOURS.length] ?? '#555555';
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return xmlText(text.replace(/[\u0000-\u001f\u007f]/g, ' '));
}
