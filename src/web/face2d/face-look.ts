import { emotionOf } from '../../expression/emotions.js';
import type { MouthWeights } from '../mouth-track.js';

/** What makes an expression, in numbers that can be mixed. */
export interface FaceLook {
  /** Upper lid: 0 shut, 1 open, more is wide. */
  readonly eyeOpen: number;
  /** How much the eyes are shut by cheeks that smile, 0 … 1. */
  readonly eyeSmile: number;
  /** Upper lids: 1 down at the nose, -1 down at the temples. */
  readonly lidTilt: number;
  /** Lower lid, raised 0 … 1. */
  readonly squint: number;
  /** Size of the iris. */
  readonly iris: number;
  /** Where it looks, -1 … 1: left to right of who looks at it, up to down. */
  readonly gazeX: number;
  readonly gazeY: number;
  /** Brows, -1 … 1: height; 1 down at the nose; arch; the right one higher than the left. */
  readonly browRaise: number;
  readonly browTilt: number;
  readonly browArch: number;
  readonly browSkew: number;
  /** Corners of the mouth, -1 … 1: up; wide; one higher than the other; a wavy line. */
  readonly smile: number;
  readonly wide: number;
  readonly skew: number;
  readonly wave: number;
  /** The mouth while nothing is said. */
  readonly rest: MouthWeights;
  /** 0 … 1 each. */
  readonly blush: number;
  readonly tear: number;
  readonly vein: number;
  readonly sweat: number;
  readonly gloom: number;
  readonly dots: number;
  /** Degrees; to the right of who looks at it. */
  readonly tilt: number;
  /** Down, in units of the drawing. */
  readonly bow: number;
}

const SHUT: MouthWeights = { a: 0, i: 0, u: 0, o: 0 };

const NEUTRAL: FaceLook = {
  eyeOpen: 1,
  eyeSmile: 0,
  lidTilt: 0,
  squint: 0,
  iris: 1,
  gazeX: 0,
  gazeY: 0,
  browRaise: 0,
  browTilt: 0,
  browArch: 0.3,
  browSkew: 0,
  smile: 0.35,
  wide: 0,
  skew: 0,
  wave: 0,
  rest: SHUT,
  blush: 0.4,
  tear: 0,
  vein: 0,
  sweat: 0,
  gloom: 0,
  dots: 0,
  tilt: 0,
  bow: 0,
};

/** The emotions of `expression`, by their names, and two looks of a conversation. */
const LOOKS = {
  neutral: NEUTRAL,
  joy: look({
    eyeOpen: 0.95,
    eyeSmile: 0.3,
    squint: 0.28,
    iris: 1.05,
    browRaise: 0.45,
    browArch: 0.75,
    smile: 1,
    wide: 0.35,
    rest: { a: 0.3, i: 0.2, u: 0, o: 0 },
    blush: 0.85,
    tilt: 2.5,
    bow: -2,
  }),
  amusement: look({
    eyeOpen: 0,
    eyeSmile: 1,
    browRaise: 0.55,
    browArch: 0.9,
    smile: 1,
    wide: 0.55,
    rest: { a: 0.62, i: 0.25, u: 0, o: 0 },
    blush: 1,
    tilt: -4,
    bow: -3,
  }),
  smile: look({
    eyeOpen: 0.86,
    eyeSmile: 0.3,
    squint: 0.2,
    browRaise: 0.15,
    browArch: 0.6,
    smile: 0.85,
    wide: 0.25,
    blush: 0.7,
    tilt: 1.5,
  }),
  surprise: look({
    eyeOpen: 1.18,
    iris: 0.8,
    browRaise: 1,
    browArch: 0.95,
    smile: -0.05,
    wide: -0.5,
    rest: { a: 0.12, i: 0, u: 0, o: 0.55 },
    bow: -5,
  }),
  disgust: look({
    eyeOpen: 0.62,
    lidTilt: 0.3,
    squint: 0.42,
    gazeX: -0.35,
    gazeY: 0.15,
    browRaise: -0.35,
    browTilt: 0.35,
    browArch: 0.05,
    smile: -0.75,
    wave: 0.9,
    blush: 0,
    gloom: 1,
    tilt: -3,
    bow: 3,
  }),
  contempt: look({
    eyeOpen: 0.52,
    gazeX: 0.5,
    browRaise: -0.1,
    browTilt: 0.2,
    browArch: 0.15,
    browSkew: 0.6,
    smile: 0.1,
    skew: 0.9,
    blush: 0.15,
    tilt: 3,
    bow: -3,
  }),
  frustration: look({
    eyeOpen: 0,
    eyeSmile: 0.06,
    lidTilt: 0.5,
    squint: 0.5,
    browRaise: -0.4,
    browTilt: 0.75,
    browArch: 0,
    smile: -0.6,
    wide: 0.1,
    wave: 1,
    sweat: 1,
    tilt: -1.5,
    bow: 4,
  }),
  anger: look({
    eyeOpen: 0.86,
    lidTilt: 0.85,
    squint: 0.2,
    iris: 0.92,
    browRaise: -0.75,
    browTilt: 1.25,
    browArch: -0.2,
    smile: -0.8,
    wide: -0.05,
    blush: 0.6,
    vein: 1,
    bow: 4,
  }),
  sad: look({
    eyeOpen: 0.74,
    lidTilt: -0.75,
    squint: 0.12,
    iris: 1.04,
    gazeY: 0.3,
    browRaise: 0.25,
    browTilt: -0.95,
    browArch: 0.1,
    smile: -0.65,
    wide: -0.3,
    blush: 0.3,
    tear: 1,
    tilt: -2.5,
    bow: 6,
  }),
  thinking: look({
    eyeOpen: 0.92,
    gazeX: 0.5,
    gazeY: -0.6,
    browRaise: 0.2,
    browTilt: 0.15,
    browSkew: 0.55,
    smile: 0.05,
    wide: -0.4,
    skew: 0.25,
    dots: 1,
    tilt: 4,
  }),
  listening: look({ eyeOpen: 1.05, iris: 1.04, browRaise: 0.25, browArch: 0.45, smile: 0.45, tilt: -3 }),
} as const satisfies Readonly<Record<string, FaceLook>>;

export type LookName = keyof typeof LOOKS;

export const LOOK_NAMES = Object.keys(LOOKS) as readonly LookName[];

/** The look of a face by any name or number that `expression` knows it by; undefined: this face cannot show it. */
export function lookOf(face: string): FaceLook | undefined {
  const plain = face.trim().toLowerCase();
  const name = emotionOf(plain)?.faces[0] ?? plain;
  return Object.hasOwn(LOOKS, name) ? LOOKS[name as LookName] : undefined;
}

/** What lies so far between two looks. */
export function mixLooks(from: FaceLook, to: FaceLook, part: number): FaceLook {
  const mixed: Record<string, number | MouthWeights> = {};
  for (const key of Object.keys(to) as (keyof FaceLook)[]) {
    const [one, other] = [from[key], to[key]];
    mixed[key] =
      typeof one === 'number' || typeof other === 'number'
        ? toward(one as number, other as number, part)
        : {
            a: toward(one.a, other.a, part),
            i: toward(one.i, other.i, part),
            u: toward(one.u, other.u, part),
            o: toward(one.o, other.o, part),
          };
  }
  return mixed as unknown as FaceLook;
}

export function toward(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}

function look(changes: Partial<FaceLook>): FaceLook {
  return { ...NEUTRAL, ...changes };
}
