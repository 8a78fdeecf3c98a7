import type { TimedPhoneme } from '../timed-phoneme.js';
import type { AlignableWord } from './alignable-word.js';
import { AlignmentScores } from './alignment-scores.js';
import { AlignmentSearch, type Entry } from './alignment-search.js';
import { Agreement, frameAgreement } from './confidence.js';
import { DurationPrior } from './duration-prior.js';
import { FRAME_MS } from './log-mel.js';
import type { PosteriorFrames } from './posteriors.js';
import { type GraphNode, WordGraph } from './word-graph.js';

/** Where one word was heard. */
export interface AlignedWord {
  readonly startMs: number;
  readonly endMs: number;
  /** How well the sound fits, 0 to 1. */
  readonly confidence: number;
}

export interface Alignment {
  /** Names of lip.txt, contiguous from 0 to the end of the sound; `pau` where nothing is said. */
  readonly phonemes: readonly TimedPhoneme[];
  /** In the order of the words given; undefined for one that is not spoken, or for which no sound was left. */
  readonly words: readonly (AlignedWord | undefined)[];
  /** How well text and sound fit together, 0 to 1, over all that is spoken. */
  readonly confidence: number;
  /** Whether the sound says this text, as far as can be heard. If not, what `SoundMouth` hears is the better answer. */
  readonly isReliable: boolean;
}

/** A phoneme on the likeliest way. */
interface Segment {
  readonly node: GraphNode;
  readonly startFrame: number;
  readonly endFrame: number;
}

/**
 * Of a text and a sound that belong together it is higher, of others lower. Measured on 120 utterances of the evaluation set:
 * with their own text 0.45 at least and 0.78 in the middle, with another's 0.33 at most.
 */
const MIN_CONFIDENCE = 0.38;
/** Fewer phonemes tell little of the speed. */
const MIN_FOR_SPEED = 10;

/**
 * Finds where each phoneme of a known text is in a sound (forced alignment): the likeliest way through all readings, devoiced
 * vowels and pauses that the text allows. It is done twice, the second time with the speed that the first has found.
 *
 * Memory is about 6 KB per second of sound and does not grow with the text.
 *
 * @param posteriors - of the whole sound, after its `end`.
 * @throws {InvalidStateError} a phoneme is not in MMDAgent-EX's own lip.txt.
 */
export function alignWords(posteriors: PosteriorFrames, words: readonly AlignableWord[]): Alignment {
  const graph = new WordGraph(posteriors.classes);
  graph.append(words);
  const first = search(posteriors, graph, new DurationPrior());
  const segments = search(posteriors, graph, new DurationPrior(speedOf(first)));
  return toAlignment(posteriors, segments, words.length, graph);
}

function search(posteriors: PosteriorFrames, graph: WordGraph, prior: DurationPrior): readonly Segment[] {
  const lattice = new AlignmentSearch(graph.start, prior);
  const scores = new AlignmentScores(posteriors.priors);
  for (let frame = 0; frame < posteriors.frames; frame++) lattice.push(scores.of(posteriors.at(frame)));
  const segments: Segment[] = [];
  let endFrame = posteriors.frames;
  let entry: Entry | undefined = lattice.bestEnd((node) => graph.isEnd(node)) ?? lattice.best();
  for (; entry !== undefined; entry = entry.before) {
    segments.push({ node: entry.node, startFrame: entry.startFrame, endFrame });
    endFrame = entry.startFrame;
  }
  return segments.reverse();
}

/** How much longer than usual the phonemes are. */
function speedOf(segments: readonly Segment[]): number {
  const prior = new DurationPrior();
  const ratios = segments
    .filter(({ node }) => !node.isPause)
    .map(({ node, startFrame, endFrame }) => prior.logRatio(node.phoneme, endFrame - startFrame));
  if (ratios.length < MIN_FOR_SPEED) return 1;
  return Math.exp(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length);
}

function toAlignment(
  posteriors: PosteriorFrames,
  segments: readonly Segment[],
  wordCount: number,
  graph: WordGraph,
): Alignment {
  const frames = new Agreement();
  const phonemes = new Agreement();
  const words: (WordSpan | undefined)[] = Array.from({ length: wordCount });
  for (const { node, startFrame, endFrame } of segments) {
    const word = node.isPause
      ? undefined
      : (words[node.word] ?? { startFrame, endFrame, agreement: new Agreement() });
    if (word !== undefined) {
      word.endFrame = endFrame;
      words[node.word] = word;
    }
    const phoneme = new Agreement();
    for (let frame = startFrame; frame < endFrame; frame++) {
      const agreement = frameAgreement(posteriors.at(frame), node);
      frames.add(agreement);
      phoneme.add(agreement);
      word?.agreement.add(agreement);
    }
    if (!node.isPause) phonemes.add(phoneme.mean);
  }
  const last = segments.at(-1);
  // Text for which no sound was left is in many phonemes and few frames; sound that is not in the text, the other way round.
  const confidence = Math.min(frames.confidence, phonemes.confidence);
  const isWhole = last !== undefined && graph.isEnd(last.node);
  return {
    phonemes: segments.map(({ node, startFrame, endFrame }) => ({
      phoneme: node.phoneme,
      startMs: startFrame * FRAME_MS,
      endMs: endFrame * FRAME_MS,
    })),
    words: words.map((word) => word && toWord(word)),
    confidence,
    isReliable: isWhole && confidence >= MIN_CONFIDENCE,
  };
}

interface WordSpan {
  readonly startFrame: number;
  endFrame: number;
  readonly agreement: Agreement;
}

function toWord({ startFrame, endFrame, agreement }: WordSpan): AlignedWord {
  return { startMs: startFrame * FRAME_MS, endMs: endFrame * FRAME_MS, confidence: agreement.confidence };
}
