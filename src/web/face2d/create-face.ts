import { CLOSED, type MouthWeights } from '../mouth-track.js';
import { drawFace } from './drawing.js';
import { FaceLife, type FacePhase } from './face-life.js';
import { Painter } from './paint.js';
import { DEFAULT_COLOURS, type FaceColours } from './palette.js';

export interface FaceOptions {
  /** What the mouth does now, asked for with every picture. @default shut */
  readonly mouthNow?: () => MouthWeights;
  /** For who cannot see it. @default 'A drawn face' */
  readonly label?: string;
  readonly colours?: Partial<FaceColours>;
  /** As in a mirror. @default false */
  readonly isMirrored?: boolean;
  /** For blinks and glances, 0 … 1. @default Math.random */
  readonly random?: () => number;
}

/** A face on a page. */
export interface Face2d {
  readonly element: SVGSVGElement;
  /** What it is doing. @default 'idle' */
  phase: FacePhase;
  /**
   * @param face - a name or number of an emotion, as replies have them; what it cannot show is neutral.
   * @param lastsMs - then neutral again; 0: until another comes. @default 0
   */
  show(face: string, lastsMs?: number): void;
  set label(label: string);
  /** Takes it off the page. Idempotent. */
  close(): void;
}

/**
 * Draws a face as large as its host and keeps it alive until it is closed. Needs no stylesheet, and no other file; many may be on one page.
 */
export function createFace(host: Element, options: FaceOptions = {}): Face2d {
  const {
    mouthNow = () => CLOSED,
    label = 'A drawn face',
    isMirrored = false,
    random = Math.random,
  } = options;
  const drawing = drawFace(label, { ...DEFAULT_COLOURS, ...options.colours });
  const { svg } = drawing;
  const life = new FaceLife(random);
  const painter = new Painter(drawing);
  const stillness = matchMedia('(prefers-reduced-motion: reduce)');
  let phase: FacePhase = 'idle';
  let request = 0;
  let isClosed = false;

  svg.style.width = '100%';
  svg.style.height = '100%';
  svg.style.display = 'block';
  if (isMirrored) svg.style.transform = 'scaleX(-1)';
  host.append(svg);
  draw(performance.now());

  function draw(nowMs: number): void {
    if (isClosed) return;
    painter.paint(life.at(nowMs, mouthNow(), stillness.matches));
    svg.dataset['face'] = life.face;
    request = requestAnimationFrame(draw);
  }

  return {
    element: svg,
    get phase() {
      return phase;
    },
    set phase(next) {
      phase = next;
      life.phase = next;
      svg.dataset['phase'] = next;
    },
    show: (face, lastsMs = 0) => life.show(face, lastsMs, performance.now()),
    set label(text: string) {
      svg.setAttribute('aria-label', text);
    },
    close() {
      isClosed = true;
      cancelAnimationFrame(request);
      svg.remove();
    },
  };
}
