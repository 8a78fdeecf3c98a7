import { make } from '../dom.js';
import type { Words } from '../words.js';
import { table } from './elements.js';
import { type Bar, barsOf, extentOf, type Trace } from './stages.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 1000;
const ROW = 16;

/** All stages of a turn in one line, each in its colour; for the eye only, the table tells the same. */
export function strip(trace: Trace, toMs: number): SVGSVGElement {
  const bars = barsOf(trace);
  const { fromMs } = extentOf(bars);
  return drawn(bars, { fromMs, toMs: Math.max(toMs, fromMs + 1) });
}

/** A table of the stages of a turn: names, times, and bars that lie where they happened. */
export function stageTable(words: Words, caption: string, trace: Trace): HTMLElement {
  const bars = barsOf(trace);
  const extent = extentOf(bars);
  const heads = [
    words.say('conStage'),
    words.say('conReached'),
    words.say('conTook'),
    words.say('conWaterfall'),
  ];
  const ms = (value: number): string => words.say('conMs', { ms: Math.round(value) });
  const rows = bars.map((bar) => [
    { content: words.say(`stage_${bar.stage}`) },
    { content: ms(bar.toMs), className: 'con-number' },
    { content: ms(bar.toMs - bar.fromMs), className: 'con-number' },
    { content: make('div', 'con-bar', drawn([bar], extent)), className: 'con-bars' },
  ]);
  return table(caption, heads, rows);
}

function drawn(
  bars: readonly Bar[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${ROW}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('con-strip');
  const scale = WIDTH / (toMs - fromMs);
  for (const bar of bars) {
    const rect = document.createElementNS(SVG, 'rect');
    rect.setAttribute('x', ((bar.fromMs - fromMs) * scale).toFixed(1));
    // What took no time is still there to be seen.
    rect.setAttribute('width', Math.max(4, (bar.toMs - bar.fromMs) * scale).toFixed(1));
    rect.setAttribute('height', String(ROW));
    rect.classList.add('con-stage');
    rect.dataset['stage'] = bar.stage;
    svg.append(rect);
  }
  return svg;
}
