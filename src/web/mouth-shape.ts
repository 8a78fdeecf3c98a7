import type { MouthWeights } from './mouth-track.js';

/** A mouth as it is drawn, in units of the face's drawing, around its own middle. */
export interface MouthShape {
  /** Outline of the opening. */
  readonly opening: string;
  /** Line of the lips: all of a closed mouth, the edge of an open one. */
  readonly line: string;
  readonly teeth: string;
  readonly tongueY: number;
  /** 0 closed, 1 as open as it gets. */
  readonly openness: number;
}

/** Draws the four morphs as MMD models wear them: あ tall, い wide, う small and round, お round. Pure. */
export function mouthShape({ a, i, u, o }: MouthWeights): MouthShape {
  const width = clamp(19 + 3 * a + 9 * i - 9 * u - 6 * o, 7, 32);
  const height = clamp(30 * a + 9 * i + 12 * u + 25 * o, 0, 36);
  const openness = clamp(height / 30, 0, 1);
  // A resting mouth smiles a little; an open one hangs on its upper lip.
  const corner = -4 * (1 - openness) - 1;
  const top = -0.22 * height + 3.2 * (1 - openness);
  const bottom = 0.86 * height + 3.2 * (1 - openness);
  // How round: corners of う and お bulge, those of い and あ are flat.
  const bulge = clamp(0.45 + 0.4 * (o + u) + 0.1 * a, 0.45, 0.95);
  const upper = `C${pair(-width * bulge, top)} ${pair(width * bulge, top)} ${pair(width, corner)}`;
  const lower = `C${pair(width * (0.25 + bulge * 0.75), bottom * 1.2)} ${pair(-width * (0.25 + bulge * 0.75), bottom * 1.2)} ${pair(-width, corner)}`;
  const opening = `M${pair(-width, corner)}${upper}${lower}Z`;
  return {
    opening,
    line: openness > 0.06 ? opening : `M${pair(-width, corner)}${upper}`,
    teeth: `M${pair(-width, top - 8)}H${round(width)}V${round(top * 0.7 + Math.min(4.5, height * 0.16))}H${round(-width)}Z`,
    tongueY: bottom * 0.9 + 4,
    openness,
  };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

function pair(x: number, y: number): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
