import { CLOSED, type MouthWeights } from '../mouth-track.js';
import { blend } from '../voice-kit/lip-curve.js';
import { Blinks } from './blinks.js';
import { type FaceLook, lookOf, mixLooks, toward } from './face-look.js';

export type FacePhase = 'asleep' | 'idle' | 'listening' | 'thinking' | 'speaking';

/** The face of one moment. */
export interface FacePose {
  readonly look: FaceLook;
  /** 0 shut … 1 as the look has it. */
  readonly lids: number;
  readonly mouth: MouthWeights;
  /** Degrees, and units of the drawing. */
  readonly tilt: number;
  readonly nod: number;
  readonly shift: number;
  /** Hair follows the head a little later. */
  readonly sway: number;
  /** Of the chest: 1 is at rest. */
  readonly breath: number;
  /** For what moves by itself: tears, dots. */
  readonly atMs: number;
}

const LOOK_TAU_MS = 120;
const MOUTH_TAU_MS = 26;
const SLEEP_TAU_MS = 260;
const GAZE_TAU_MS = 40;
const ENERGY_TAU_MS = 260;
const SWAY_TAU_MS = 220;
/** Nothing is made up for while the page was hidden. */
const MAX_STEP_MS = 100;

/**
 * What makes a drawing alive: eyes that blink and wander, a head that is never quite still and moves more while it speaks, expressions
 * that come and go gently. Pure: times and chance come from the caller.
 */
export class FaceLife {
  readonly #random: () => number;
  readonly #blinks: Blinks;
  #look: FaceLook;
  #emotion = 'neutral';
  #emotionEndsMs = Number.POSITIVE_INFINITY;
  #phase: FacePhase = 'idle';
  #mouth = CLOSED;
  #wake = 1;
  #energy = 0;
  #sway = 0;
  #gaze = { x: 0, y: 0 };
  #gazeAim = { x: 0, y: 0 };
  #gazeMovesMs = 1200;
  #drawnMs = 0;

  constructor(random: () => number) {
    this.#random = random;
    this.#blinks = new Blinks(random);
    this.#look = lookOf('neutral') ?? unreachable();
  }

  set phase(phase: FacePhase) {
    this.#phase = phase;
  }

  /** The face that is shown or aimed at. */
  get face(): string {
    return this.#emotion;
  }

  /** @param lastsMs - 0: until another comes. What this face cannot show is neutral. */
  show(face: string, lastsMs: number, nowMs: number): void {
    this.#emotion = lookOf(face) === undefined ? 'neutral' : face;
    this.#emotionEndsMs = lastsMs > 0 ? nowMs + lastsMs : Number.POSITIVE_INFINITY;
    this.#blinks.now(nowMs);
  }

  /** @param isStill - nothing moves by itself: for people whom motion makes sick. */
  at(nowMs: number, mouth: MouthWeights, isStill = false): FacePose {
    const stepMs = Math.min(MAX_STEP_MS, Math.max(0, nowMs - this.#drawnMs));
    this.#drawnMs = nowMs;
    if (nowMs >= this.#emotionEndsMs) this.show('neutral', 0, nowMs);
    this.#look = mixLooks(this.#look, this.#aim(), isStill ? 1 : partOf(stepMs, LOOK_TAU_MS));
    this.#wake = toward(this.#wake, this.#phase === 'asleep' ? 0 : 1, partOf(stepMs, SLEEP_TAU_MS));
    this.#moveMouth(mouth, stepMs);
    const lids = (isStill ? 1 : this.#blinks.lidsAt(nowMs)) * this.#wake;
    if (isStill) return { ...STILL, look: this.#look, lids, mouth: this.#mouth, atMs: nowMs };
    this.#moveGaze(nowMs, stepMs);
    return { ...this.#motion(nowMs, stepMs), look: this.#gazing(), lids, mouth: this.#mouth, atMs: nowMs };
  }

  #aim(): FaceLook {
    const phaseLook =
      this.#phase === 'thinking' || this.#phase === 'listening' ? lookOf(this.#phase) : undefined;
    const look = lookOf(this.#emotion) ?? this.#look;
    // A feeling is stronger than what one does.
    return this.#emotion === 'neutral' ? (phaseLook ?? look) : look;
  }

  #moveMouth(mouth: MouthWeights, stepMs: number): void {
    const open = Math.min(1, mouth.a + mouth.i + mouth.u + mouth.o);
    const isTalking = this.#phase === 'speaking' || open > 0.02;
    this.#energy = toward(this.#energy, open, partOf(stepMs, ENERGY_TAU_MS));
    // A laughing mouth speaks, too: what is said goes before.
    const aim = isTalking ? blend(mouth, this.#look.rest, 0.25 * (1 - open)) : this.#look.rest;
    this.#mouth = blend(this.#mouth, aim, partOf(stepMs, isTalking ? MOUTH_TAU_MS : LOOK_TAU_MS));
  }

  #moveGaze(nowMs: number, stepMs: number): void {
    if (nowMs >= this.#gazeMovesMs) {
      const isBack = this.#random() < 0.55;
      this.#gazeAim = isBack
        ? { x: 0, y: 0 }
        : { x: 0.5 * (this.#random() - 0.5), y: 0.3 * (this.#random() - 0.5) };
      this.#gazeMovesMs = nowMs + 700 + 2600 * this.#random();
    }
    const part = partOf(stepMs, GAZE_TAU_MS);
    this.#gaze = {
      x: toward(this.#gaze.x, this.#gazeAim.x, part),
      y: toward(this.#gaze.y, this.#gazeAim.y, part),
    };
  }

  #gazing(): FaceLook {
    return {
      ...this.#look,
      gazeX: this.#look.gazeX + this.#gaze.x,
      gazeY: this.#look.gazeY + this.#gaze.y,
    };
  }

  #motion(nowMs: number, stepMs: number): Pick<FacePose, 'tilt' | 'nod' | 'shift' | 'sway' | 'breath'> {
    const s = nowMs / 1000;
    const calm = 0.35 + 0.65 * this.#wake;
    const energy = this.#energy * this.#wake;
    const tilt =
      this.#look.tilt +
      calm * (1.1 * Math.sin(s * 0.63) + 0.6 * Math.sin(s * 1.37 + 1)) +
      energy * 1.4 * Math.sin(s * 3.1);
    const nod =
      this.#look.bow +
      9 * (1 - this.#wake) +
      calm * 1.3 * Math.sin(s * 0.9) +
      energy * (1.8 * Math.sin(s * 4.7) + 1.2 * Math.sin(s * 7.9 + 2));
    this.#sway = toward(this.#sway, tilt, partOf(stepMs, SWAY_TAU_MS));
    return {
      tilt,
      nod,
      shift: calm * 1.2 * Math.sin(s * 0.41 + 2) + energy * 1.1 * Math.sin(s * 2.3),
      sway: this.#sway - tilt,
      breath: 1 + 0.007 * Math.sin(s * (this.#phase === 'asleep' ? 1.1 : 1.6)),
    };
  }
}

const STILL = { tilt: 0, nod: 0, shift: 0, sway: 0, breath: 1 } as const;

/** How much of the way is gone in a step, whatever the display's rate. */
function partOf(stepMs: number, tauMs: number): number {
  return 1 - Math.exp(-stepMs / tauMs);
}

function unreachable(): never {
  throw new Error('A face without a neutral look');
}
