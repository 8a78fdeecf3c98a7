import type { AvatarCommand, WireFrame } from '../protocol/index.js';
import type { EffectKind } from './delay-estimator.js';

/** A message that acts when its position in a stream is heard. */
export interface TiedMessage {
  readonly tieId: number;
  /** Milliseconds of the stream's own sound. */
  readonly positionMs: number;
  readonly kind: EffectKind;
  readonly content:
    | { readonly frame: WireFrame; readonly text: string }
    | { readonly command: AvatarCommand };
}

/** Tied messages of one stream, in the order of their positions; equal positions keep the order they came in. */
export class TiedMessages {
  readonly #ties: TiedMessage[] = [];

  get size(): number {
    return this.#ties.length;
  }

  add(tie: TiedMessage): void {
    const after = this.#ties.findLastIndex((candidate) => candidate.positionMs <= tie.positionMs);
    this.#ties.splice(after + 1, 0, tie);
  }

  /** When the earliest must leave; Infinity when there is none. `heardAtMs` says when a position is heard. */
  nextDueMs(heardAtMs: (positionMs: number) => number, delayMs: (kind: EffectKind) => number): number {
    let dueMs = Number.POSITIVE_INFINITY;
    for (const tie of this.#ties) {
      const tieDueMs = heardAtMs(tie.positionMs) - delayMs(tie.kind);
      if (tieDueMs < dueMs) dueMs = tieDueMs;
      // Delays differ by less than this between kinds: later positions cannot be due earlier.
      if (tie.positionMs > (this.#ties[0]?.positionMs ?? 0) + 1000) break;
    }
    return dueMs;
  }

  /** Takes out all that are due by `nowMs`. */
  takeDue(
    nowMs: number,
    heardAtMs: (positionMs: number) => number,
    delayMs: (kind: EffectKind) => number,
  ): TiedMessage[] {
    const due: TiedMessage[] = [];
    for (let index = 0; index < this.#ties.length; ) {
      const tie = this.#ties[index];
      if (tie === undefined || heardAtMs(tie.positionMs) > nowMs + 1000) break;
      if (heardAtMs(tie.positionMs) - delayMs(tie.kind) <= nowMs + 0.5) {
        due.push(tie);
        this.#ties.splice(index, 1);
      } else {
        index++;
      }
    }
    return due;
  }

  takeAll(): TiedMessage[] {
    return this.#ties.splice(0);
  }

  /** The most that any tie wants to leave before `latencyMs` after a first unit: how long the sound must wait for them. */
  holdMs(latencyMs: number, delayMs: (kind: EffectKind) => number): number {
    let holdMs = 0;
    for (const tie of this.#ties) {
      if (tie.positionMs > 1000) break;
      holdMs = Math.max(holdMs, delayMs(tie.kind) - latencyMs - tie.positionMs);
    }
    return holdMs;
  }

  clear(): void {
    this.#ties.length = 0;
  }
}
