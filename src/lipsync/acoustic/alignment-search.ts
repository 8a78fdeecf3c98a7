import type { DurationPrior } from './duration-prior.js';
import type { GraphArc, GraphNode } from './word-graph.js';

/** That a phoneme began at a frame, and after what. */
export interface Entry {
  readonly node: GraphNode;
  readonly startFrame: number;
  readonly before: Entry | undefined;
}

/** One way that the sound so far may have gone: its newest phoneme, and how likely all of it is. */
interface Token {
  readonly entry: Entry;
  score: number;
}

/** Every way whose newest phoneme is this one, oldest entry first. */
interface ActiveNode {
  readonly node: GraphNode;
  tokens: Token[];
}

interface Arrival {
  readonly before: Entry | undefined;
  readonly score: number;
}

/** Ways so much less likely than the likeliest are given up, natural logarithm. */
const BEAM = 150;
/** Older phonemes than this are no longer told apart by their age, frames. */
const MAX_AGE_FRAMES = 80;
/** A word outside its window, per frame. */
const OUTSIDE = -15;
const NEVER = Number.NEGATIVE_INFINITY;

/**
 * The likeliest way through a graph of words, by probabilities of classes per frame and durations of phonemes.
 *
 * Every phoneme that may be sounding is kept with every frame it may have begun at, so that durations count as they are; what is
 * much less likely is given up, so that time and memory per frame do not grow with the text. The past is kept as chains of entries
 * which the ways share.
 */
export class AlignmentSearch {
  readonly #prior: DurationPrior;
  readonly #start: readonly GraphArc[];
  #active: ActiveNode[] = [];
  #frames = 0;

  constructor(start: readonly GraphArc[], prior: DurationPrior) {
    this.#start = start;
    this.#prior = prior;
  }

  /** @param scores - of the next frame: one per class of the model, natural logarithms. */
  push(scores: Float32Array): void {
    const arrivals = this.#arrivals();
    for (const active of this.#active) {
      const arrival = arrivals.get(active.node);
      if (arrival === undefined) continue;
      this.#enter(active, arrival);
      arrivals.delete(active.node);
    }
    for (const [node, arrival] of arrivals) {
      const active: ActiveNode = { node, tokens: [] };
      this.#enter(active, arrival);
      this.#active.push(active);
    }
    this.#hear(scores);
    this.#frames++;
    this.#prune();
  }

  /** The likeliest way now: its newest phoneme. Undefined before the first frame. */
  best(): Entry | undefined {
    return this.#bestOf(() => 0);
  }

  /** The likeliest way if the sound ends here, of those whose newest phoneme may end the text. */
  bestEnd(isEnd: (node: GraphNode) => boolean): Entry | undefined {
    return this.#bestOf((node) => (isEnd(node) ? 0 : NEVER));
  }

  /** What may begin now: the best way into each phoneme. */
  #arrivals(): Map<GraphNode, Arrival> {
    const arrivals = new Map<GraphNode, Arrival>();
    if (this.#frames === 0)
      for (const { node, score } of this.#start) arrivals.set(node, { before: undefined, score });
    for (const { node, tokens } of this.#active) {
      let best: Token | undefined;
      let bestScore = NEVER;
      for (const token of tokens) {
        const frames = this.#frames - token.entry.startFrame;
        if (frames < node.minFrames) break;
        const score = token.score + (node.isPause ? 0 : this.#prior.score(node.phoneme, frames));
        if (score <= bestScore) continue;
        best = token;
        bestScore = score;
      }
      if (best === undefined) continue;
      for (const arc of node.next) {
        const score = bestScore + arc.score;
        if (score > (arrivals.get(arc.node)?.score ?? NEVER))
          arrivals.set(arc.node, { before: best.entry, score });
      }
    }
    return arrivals;
  }

  #enter({ node, tokens }: ActiveNode, { before, score }: Arrival): void {
    tokens.push({ entry: { node, startFrame: this.#frames, before }, score });
    const [oldest, second] = tokens;
    if (oldest === undefined || second === undefined) return;
    if (this.#frames - second.entry.startFrame < MAX_AGE_FRAMES) return;
    tokens.splice(oldest.score > second.score ? 1 : 0, 1);
  }

  #hear(scores: Float32Array): void {
    for (const { node, tokens } of this.#active) {
      const isOutside = this.#frames < node.firstFrame || this.#frames > node.lastFrame;
      const score = (scores[node.classIndex] as number) + (isOutside ? OUTSIDE : 0);
      for (const token of tokens) token.score += score;
    }
  }

  #prune(): void {
    let best = NEVER;
    for (const { tokens } of this.#active) for (const { score } of tokens) if (score > best) best = score;
    const least = best - BEAM;
    let to = 0;
    for (const active of this.#active) {
      if (active.tokens.some(({ score }) => score < least))
        active.tokens = active.tokens.filter(({ score }) => score >= least);
      // The best is 0 from now on: sums without end lose digits.
      for (const token of active.tokens) token.score -= best;
      if (active.tokens.length > 0) this.#active[to++] = active;
    }
    this.#active.length = to;
  }

  #bestOf(scoreOf: (node: GraphNode) => number): Entry | undefined {
    let best: Entry | undefined;
    let bestScore = NEVER;
    for (const { node, tokens } of this.#active) {
      const nodeScore = scoreOf(node);
      if (nodeScore === NEVER) continue;
      for (const { entry, score } of tokens) {
        const frames = this.#frames - entry.startFrame;
        const total = score + (node.isPause ? 0 : this.#prior.scoreSoFar(node.phoneme, frames));
        if (total <= bestScore) continue;
        best = entry;
        bestScore = total;
      }
    }
    return best;
  }
}

/** The phoneme that was sounding at a frame, on the way that ends with `newest`. */
export function entryAt(newest: Entry, frame: number): Entry {
  let entry = newest;
  while (entry.startFrame > frame && entry.before !== undefined) entry = entry.before;
  return entry;
}
