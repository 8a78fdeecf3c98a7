import { MOTION_FRAME_MS } from './lip-motion.js';

export type MouthMorph = 'a' | 'i' | 'u' | 'o';

/** One EXMORPH message keeps its value this long, then it goes back to 0 by itself [peer-facts-2 2.5: 1.0–1.2 s]. */
const EXMORPH_HOLD_MS = 1100;
/** EXMORPH moves 0.4 of the way per motion frame [peer-facts-2 2.5]. */
const EXMORPH_FACTOR = 0.4;
/** Values below this count as gone. */
const GONE = 0.004;

interface ExMorph {
  target: number;
  value: number;
  untilMs: number;
}

interface Binding {
  /** Key of KEYVALUE_SET, or a value set once. */
  readonly source:
    | { readonly kind: 'key'; readonly key: string; readonly range: Range }
    | {
        readonly kind: 'ramp';
        readonly from: number;
        readonly to: number;
        readonly sinceMs: number;
        readonly rampMs: number;
      };
}

/** Linear map of a key's value [min, max] to a morph rate [low, high]. */
interface Range {
  readonly min: number;
  readonly max: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Live weights from outside: EXMORPH (smoothed, decays) and MODEL_BINDFACE (by value or by KEYVALUE key).
 *
 * The caller decides who wins; this only tells what each of the two would show on a frame.
 */
export class FaceDrive {
  readonly #exMorphs = new Map<MouthMorph, ExMorph>();
  readonly #bindings = new Map<MouthMorph, Binding>();
  readonly #keys = new Map<string, number>();
  #lastFrameMs = 0;
  #isDirty = false;

  /** True while frames are needed. */
  get isMoving(): boolean {
    if (this.#isDirty || this.#exMorphs.size > 0) return true;
    for (const { source } of this.#bindings.values()) {
      if (source.kind === 'ramp' && this.#lastFrameMs < source.sinceMs + source.rampMs) return true;
    }
    return false;
  }

  /** `rate` 0..1, as sent by EXMORPH; taken in the socket thread, shown on the next frame. */
  setExMorph(morph: MouthMorph, rate: number, current: number, nowMs: number): void {
    const entry = this.#exMorphs.get(morph) ?? { target: 0, value: current, untilMs: 0 };
    entry.target = rate;
    entry.untilMs = nowMs + EXMORPH_HOLD_MS;
    this.#exMorphs.set(morph, entry);
  }

  /** At most 1000 keys are remembered. */
  setKey(key: string, value: number): void {
    if (this.#keys.size >= 1000 && !this.#keys.has(key)) return;
    this.#keys.set(key, value);
    this.#isDirty = this.#isDirty || this.#bindings.size > 0;
  }

  bindKey(morph: MouthMorph, key: string, range: Range): void {
    this.#bindings.set(morph, { source: { kind: 'key', key, range } });
    this.#isDirty = true;
  }

  bindValue(morph: MouthMorph, from: number, to: number, sinceMs: number, rampMs: number): void {
    this.#bindings.set(morph, { source: { kind: 'ramp', from, to, sinceMs, rampMs } });
    this.#isDirty = true;
  }

  /** Something else wrote over the bound morphs: they are shown again on the next frame. */
  refresh(): void {
    this.#isDirty = this.#isDirty || this.#bindings.size > 0;
  }

  unbind(morph: MouthMorph): void {
    this.#bindings.delete(morph);
  }

  /** Advances EXMORPH by one display frame of `frameMs` and returns the values it holds. */
  exMorphFrame(nowMs: number, frameMs: number): ReadonlyMap<MouthMorph, number> {
    const shown = new Map<MouthMorph, number>();
    const motionFrames = frameMs / MOTION_FRAME_MS;
    const steps = Math.max(1, Math.floor(motionFrames + 1e-6));
    const factor = EXMORPH_FACTOR * Math.min(1, motionFrames);
    for (const [morph, entry] of this.#exMorphs) {
      const target = nowMs > entry.untilMs ? 0 : entry.target;
      for (let step = 0; step < steps; step++) entry.value += (target - entry.value) * factor;
      if (nowMs > entry.untilMs && entry.value < GONE) {
        entry.value = 0;
        this.#exMorphs.delete(morph);
      }
      shown.set(morph, entry.value);
    }
    return shown;
  }

  /** What the bindings show at `nowMs`; a key never set shows nothing. */
  boundFrame(nowMs: number): ReadonlyMap<MouthMorph, number> {
    this.#isDirty = false;
    this.#lastFrameMs = nowMs;
    const shown = new Map<MouthMorph, number>();
    for (const [morph, { source }] of this.#bindings) {
      if (source.kind === 'ramp') {
        const part =
          source.rampMs <= 0 ? 1 : Math.min(1, Math.max(0, (nowMs - source.sinceMs) / source.rampMs));
        shown.set(morph, source.from + (source.to - source.from) * part);
        continue;
      }
      const value = this.#keys.get(source.key);
      if (value === undefined) continue;
      const { min, max, low, high } = source.range;
      const part = max === min ? 0 : Math.min(1, Math.max(0, (value - min) / (max - min)));
      shown.set(morph, low + (high - low) * part);
    }
    return shown;
  }

  /** A new connection or AV_END: EXMORPH goes, bindings belong to the model and stay. */
  resetExMorph(): void {
    this.#exMorphs.clear();
  }

  /** The model was deleted. */
  reset(): void {
    this.#exMorphs.clear();
    this.#bindings.clear();
  }
}
