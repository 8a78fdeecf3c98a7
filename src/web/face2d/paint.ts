import type { Drawing, EyeParts } from './drawing.js';
import type { FacePose } from './face-life.js';
import { browShape, eyeShape, lipsShape } from './shapes.js';

/** How far an iris goes in its eye, units of the drawing. */
const GAZE_X = 7;
const GAZE_Y = 7;

/** Puts one moment into the drawing. Attributes that stay as they are cost nothing. */
export class Painter {
  readonly #drawing: Drawing;
  readonly #painted = new Map<Element, Map<string, string>>();

  constructor(drawing: Drawing) {
    this.#drawing = drawing;
  }

  paint(pose: FacePose): void {
    const { look, lids } = pose;
    for (const [index, eye] of this.#drawing.eyes.entries()) this.#eye(eye, index === 1, pose);
    const brow = browShape(look);
    for (const [index, element] of this.#drawing.brows.entries()) {
      const raise = -9 * look.browRaise - (index === 1 ? 8 : -2) * look.browSkew;
      this.#set(element, 'd', brow);
      this.#set(element, 'transform', `translate(0 ${raise.toFixed(2)})`);
    }
    this.#mouth(pose);
    this.#body(pose);
    this.#marks(pose);
    this.#set(this.#drawing.svg, 'data-lids', lids.toFixed(2));
  }

  #eye(eye: EyeParts, isRight: boolean, { look, lids }: FacePose): void {
    const shape = eyeShape(look, lids);
    // The right eye is the left one in a mirror; light falls on both from the same side.
    const x = GAZE_X * look.gazeX * (isRight ? -1 : 1) + 1;
    const y = GAZE_Y * look.gazeY + 1;
    this.#set(eye.clip, 'd', shape.opening);
    this.#set(eye.white, 'd', shape.opening);
    this.#set(eye.lash, 'd', shape.lash);
    this.#set(eye.flick, 'd', shape.flick);
    this.#set(eye.lower, 'd', shape.lower);
    this.#set(eye.lower, 'opacity', shape.openness < 0.25 ? '0' : '0.75');
    this.#set(eye.white, 'opacity', shape.openness < 0.06 ? '0' : '1');
    this.#set(eye.ball, 'opacity', shape.openness < 0.06 ? '0' : '1');
    this.#set(
      eye.ball,
      'transform',
      `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${(isRight ? -look.iris : look.iris).toFixed(3)} ${look.iris.toFixed(3)})`,
    );
  }

  #mouth({ look, mouth }: FacePose): void {
    const { mouth: inside, mouthClip, mouthLine, teeth, tongue, svg } = this.#drawing;
    const shape = lipsShape(mouth, look);
    this.#set(inside, 'd', shape.opening);
    this.#set(inside, 'opacity', shape.openness > 0 ? '1' : '0');
    this.#set(mouthClip, 'd', shape.opening);
    this.#set(mouthLine, 'd', shape.line);
    this.#set(teeth, 'd', shape.teeth);
    this.#set(teeth, 'opacity', shape.openness > 0 ? '0.96' : '0');
    this.#set(tongue, 'cy', shape.tongueY.toFixed(2));
    this.#set(tongue, 'opacity', shape.openness > 0 ? '1' : '0');
    this.#set(svg, 'data-mouth', shape.openness.toFixed(2));
  }

  #body({ tilt, nod, shift, sway, breath }: FacePose): void {
    const { head, body, hairBack, locks } = this.#drawing;
    const move = `translate(${shift.toFixed(2)} ${nod.toFixed(2)})`;
    this.#set(head, 'transform', `${move} rotate(${tilt.toFixed(3)} 200 312)`);
    this.#set(hairBack, 'transform', `${move} rotate(${(tilt + 0.7 * sway).toFixed(3)} 200 312)`);
    const lift = 380 * (1 - breath);
    this.#set(
      body,
      'transform',
      `translate(${(0.35 * shift).toFixed(2)} ${lift.toFixed(2)}) scale(1 ${breath.toFixed(4)})`,
    );
    this.#set(locks[0], 'transform', `rotate(${(1.4 * sway).toFixed(3)} 116 160)`);
    this.#set(locks[1], 'transform', `rotate(${(1.4 * sway).toFixed(3)} 284 160)`);
  }

  #marks({ look, atMs }: FacePose): void {
    const { blush, tear, vein, sweat, gloom, dots } = this.#drawing;
    this.#set(blush, 'opacity', (0.75 * look.blush).toFixed(2));
    this.#set(gloom, 'opacity', look.gloom.toFixed(2));
    const fall = (atMs % 2600) / 2600;
    this.#set(tear, 'opacity', (look.tear * Math.min(1, 4 * (1 - fall))).toFixed(2));
    this.#set(tear, 'transform', `translate(146 ${(232 + 46 * fall * fall).toFixed(1)}) scale(0.85)`);
    const beat = 1 + 0.08 * Math.sin(atMs / 90);
    this.#set(vein, 'opacity', look.vein.toFixed(2));
    this.#set(vein, 'transform', `scale(${(look.vein * beat).toFixed(3)})`);
    const slide = 4 * Math.sin(atMs / 700);
    this.#set(sweat, 'opacity', look.sweat.toFixed(2));
    this.#set(sweat, 'transform', `translate(0 ${slide.toFixed(1)}) scale(1.15)`);
    this.#set(dots, 'opacity', (look.dots * (0.5 + 0.35 * Math.sin(atMs / 330))).toFixed(2));
  }

  #set(element: Element, name: string, value: string): void {
    let known = this.#painted.get(element);
    if (known === undefined) {
      known = new Map();
      this.#painted.set(element, known);
    }
    if (known.get(name) === value) return;
    known.set(name, value);
    element.setAttribute(name, value);
  }
}
