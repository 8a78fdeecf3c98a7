import { byId } from './dom.js';
import { mouthShape } from './mouth-shape.js';
import { CLOSED, type MouthWeights } from './mouth-track.js';

/** The mouth goes this much of the way to its aim per 16 ms. */
const MOUTH_STEP = 0.42;
const BLINK_MS = 170;
const BLINK_MIN_MS = 2200;
const BLINK_SPAN_MS = 3800;
/** Beyond this no animation of a hidden tab is made up for. */
const MAX_STEP_MS = 100;

/** The drawn face: a mouth that follows, eyes that blink, a head that is never quite still. */
export class Face {
  readonly #svg = byId('face', SVGSVGElement);
  readonly #head = byId('head', SVGGElement);
  readonly #body = byId('body', SVGGElement);
  readonly #brows = byId('brows', SVGGElement);
  readonly #mouth = byId('mouth', SVGPathElement);
  readonly #mouthClip = byId('mouth-clip', SVGPathElement);
  readonly #mouthLine = byId('mouth-line', SVGPathElement);
  readonly #teeth = byId('teeth', SVGPathElement);
  readonly #tongue = byId('tongue', SVGEllipseElement);
  readonly #eyeballs = document.querySelectorAll<SVGGElement>('#face .eyeball');
  readonly #lashes = document.querySelectorAll<SVGPathElement>('#face .lash');
  readonly #stillness = matchMedia('(prefers-reduced-motion: reduce)');
  #shown: MouthWeights = CLOSED;
  #energy = 0;
  #eyes = 1;
  #blinkAtMs = 1500;
  #drawnAtMs = 0;
  #isAsleep = true;

  /** Nobody is there to speak. */
  set isAsleep(isAsleep: boolean) {
    this.#isAsleep = isAsleep;
  }

  /** @param nowMs - of the animation frame. */
  draw(aim: MouthWeights, nowMs: number): void {
    const stepMs = Math.min(MAX_STEP_MS, Math.max(0, nowMs - this.#drawnAtMs));
    this.#drawnAtMs = nowMs;
    const part = 1 - (1 - MOUTH_STEP) ** (stepMs / 16);
    this.#shown = mix(this.#shown, aim, part);
    this.#drawMouth();
    this.#drawEyes(nowMs, part);
    this.#drawHead(nowMs, stepMs);
  }

  #drawMouth(): void {
    const { opening, line, teeth, tongueY, openness } = mouthShape(this.#shown);
    this.#mouth.setAttribute('d', opening);
    this.#mouthClip.setAttribute('d', opening);
    this.#mouthLine.setAttribute('d', line);
    this.#teeth.setAttribute('d', teeth);
    this.#tongue.setAttribute('cy', tongueY.toFixed(2));
    this.#mouth.style.opacity = openness > 0.06 ? '1' : '0';
    this.#svg.dataset['mouth'] = openness.toFixed(2);
  }

  #drawEyes(nowMs: number, part: number): void {
    if (nowMs > this.#blinkAtMs + BLINK_MS) {
      this.#blinkAtMs = nowMs + BLINK_MIN_MS + Math.random() * BLINK_SPAN_MS;
    }
    const phase = (nowMs - this.#blinkAtMs) / BLINK_MS;
    const isBlinking = phase >= 0 && phase <= 1 && !this.#stillness.matches;
    const lid = isBlinking ? Math.abs(2 * phase - 1) : 1;
    const aim = this.#isAsleep ? 0 : lid;
    // A blink is exact; falling asleep and waking are gradual.
    this.#eyes = isBlinking && !this.#isAsleep ? aim : this.#eyes + (aim - this.#eyes) * part * 0.5;
    const open = this.#eyes;
    const ball = `translate(0 ${(7 * (1 - open)).toFixed(2)}) scale(1 ${Math.max(0.02, open).toFixed(3)})`;
    const lash = `M-23 ${lerp(4, -9, open)}Q-15 ${lerp(12, -25, open)} 0 ${lerp(13, -25, open)}T23 ${lerp(4, -9, open)}`;
    for (const eyeball of this.#eyeballs) {
      eyeball.setAttribute('transform', ball);
      eyeball.style.opacity = open < 0.12 ? '0' : '1';
    }
    for (const path of this.#lashes) path.setAttribute('d', lash);
  }

  #drawHead(nowMs: number, stepMs: number): void {
    const { a, i, u, o } = this.#shown;
    this.#energy += (Math.min(1, a + i + u + o) - this.#energy) * Math.min(1, stepMs / 260);
    if (this.#stillness.matches) {
      this.#head.removeAttribute('transform');
      this.#body.removeAttribute('transform');
      this.#brows.removeAttribute('transform');
      return;
    }
    const s = nowMs / 1000;
    const tilt =
      1.3 * Math.sin(s * 0.63) + 0.7 * Math.sin(s * 1.37 + 1) + this.#energy * 1.1 * Math.sin(s * 3.1);
    const nod = 1.4 * Math.sin(s * 0.9) + this.#energy * 2.2 * Math.sin(s * 4.7);
    const breath = 1 + 0.006 * Math.sin(s * 1.5);
    this.#head.setAttribute('transform', `translate(0 ${nod.toFixed(2)}) rotate(${tilt.toFixed(3)} 200 310)`);
    this.#body.setAttribute(
      'transform',
      `translate(0 ${(376 * (1 - breath)).toFixed(2)}) scale(1 ${breath.toFixed(4)})`,
    );
    this.#brows.setAttribute('transform', `translate(0 ${(-3.5 * this.#energy).toFixed(2)})`);
  }
}

function mix(from: MouthWeights, to: MouthWeights, part: number): MouthWeights {
  const blend = (key: keyof MouthWeights): number => from[key] + (to[key] - from[key]) * part;
  return { a: blend('a'), i: blend('i'), u: blend('u'), o: blend('o') };
}

function lerp(from: number, to: number, part: number): string {
  return (from + (to - from) * part).toFixed(2);
}
