import type { MouthWeights } from '../mouth-track.js';
import type { FaceLook } from './face-look.js';

/** An eye around its own middle; the left one of who looks at it, whose nose is on the right. */
export interface EyeShape {
  /** Outline of what is open. */
  readonly opening: string;
  readonly lash: string;
  /** The lash at the temple. */
  readonly flick: string;
  /** Thin line of the lower lid. */
  readonly lower: string;
  /** 0 shut … 1. */
  readonly openness: number;
}

export interface LipsShape {
  readonly opening: string;
  readonly line: string;
  readonly teeth: string;
  readonly tongueY: number;
  readonly openness: number;
}

const EYE_HALF_WIDTH = 23;
/** What of a closed mouth is drawn as a line, and of an open one as an opening. */
const OPEN_FROM = 0.07;

/** Pure. @param lids - of a blink, 0 … 1. */
export function eyeShape(look: FaceLook, lids: number): EyeShape {
  const open = look.eyeOpen * lids;
  const shutY = mix(12, -11, look.eyeSmile);
  const upperY = mix(shutY, -27, Math.min(1.2, open));
  const lowerY = mix(shutY, mix(25, 11, look.squint), Math.min(1, Math.max(open, 0.02)));
  const cornerY = mix(5, 8, look.eyeSmile) - 3 * (1 - look.eyeSmile) * Math.min(1, open);
  // A tilt lowers one half of the lid: the lid of a shut eye has none to lower.
  const tilt = 17 * look.lidTilt * Math.min(1, open);
  const [outerY, innerY] = [upperY - Math.min(0, tilt), upperY + Math.max(0, tilt)];
  const w = EYE_HALF_WIDTH;
  const upper = `C${xy(-w * 0.82, outerY)} ${xy(w * 0.7, innerY)} ${xy(w, cornerY + Math.max(0, tilt) * 0.25)}`;
  const lower = `C${xy(w * 0.78, lowerY)} ${xy(-w * 0.78, lowerY)} ${xy(-w, cornerY)}`;
  return {
    opening: `M${xy(-w, cornerY)}${upper}${lower}Z`,
    lash: `M${xy(-w, cornerY)}${upper}`,
    flick: `M${xy(-w + 1.5, cornerY - 2)}q-4 ${round(mix(1, 0, Math.min(1, open)))} -6.5 ${round(mix(2.5, -3.5, Math.min(1, open)))}`,
    lower: `M${xy(-w * 0.55, mix(cornerY, lowerY, 0.66))}Q${xy(0, mix(cornerY, lowerY, 0.86))} ${xy(w * 0.55, mix(cornerY, lowerY, 0.66))}`,
    openness: Math.max(0, Math.min(1, (lowerY - upperY) / 46)),
  };
}

/** A brow around its own middle, the left one of who looks at it. Pure. */
export function browShape(look: FaceLook): string {
  const arch = 9 * look.browArch;
  const outer = 5 * look.browTilt;
  const inner = -9 * look.browTilt;
  return `M${xy(-22, -outer + 3)}Q${xy(-4, -arch - outer / 2 - inner / 2 - 3)} ${xy(20, -inner)}`;
}

/**
 * The four morphs as MMD models wear them: あ tall, い wide, う small and round, お round; with a look's corners. MMDAgent-EX opens a
 * model's あ by half in speech, which is all of it here. Pure.
 */
export function lipsShape({ a, i, u, o }: MouthWeights, look: FaceLook): LipsShape {
  const width = clamp(20 + 5 * look.wide + 4 * a + 10 * i - 11 * u - 9 * o, 8, 34);
  const height = clamp(48 * a + 15 * i + 13 * u + 26 * o, 0, 33);
  const openness = clamp(height / 32, 0, 1);
  // Round mouths have no corners to lift: they bulge as much upwards as downwards.
  const roundness = clamp(1.1 * u + 1.25 * o - 0.6 * i, 0, 1);
  const rise = 7.5 * look.smile * (1 - 0.75 * roundness);
  const leftY = -rise * mix(1, 0.55, openness) + 4 * look.skew;
  const rightY = -rise * mix(1, 0.55, openness) - 6.5 * look.skew;
  // The closed line sags below its corners where they smile; the upper lip of an open mouth hangs between them.
  const middle = 0.72 * rise * (1 - 0.7 * openness);
  const top = middle - mix(0.2, 0.62, roundness) * height;
  const bottom = middle + mix(1.02, 0.72, roundness) * height;
  const bulge = clamp(0.5 + 0.5 * roundness + 0.12 * a, 0.5, 1);
  const wave = 7 * look.wave * (1 - openness);
  const upper =
    `C${xy(-width * bulge, top - wave)} ${xy(width * bulge * (1 - 0.3 * look.wave), top + wave * 1.5)} ` +
    xy(width, rightY);
  const round_ = 0.3 + bulge * 0.7;
  const lower = `C${xy(width * round_, bottom * 1.22)} ${xy(-width * round_, bottom * 1.22)} ${xy(-width, leftY)}`;
  const opening = `M${xy(-width, leftY)}${upper}${lower}Z`;
  return {
    opening,
    line: openness > OPEN_FROM ? opening : `M${xy(-width, leftY)}${upper}`,
    teeth: `M${xy(-width - 2, Math.min(leftY, rightY, top) - 10)}H${round(width + 2)}V${round(mix(top, middle, 0.25) + Math.min(5, height * 0.13) * (1 - roundness))}H${round(-width - 2)}Z`,
    tongueY: bottom * 0.92 + 4,
    openness: openness > OPEN_FROM ? openness : 0,
  };
}

function mix(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

function xy(x: number, y: number): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
