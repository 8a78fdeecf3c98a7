import type { LipEstimator, TimedPhoneme } from '../timed-phoneme.js';
import type { AcousticModel } from './acoustic-model.js';
import type { AlignableWord } from './alignable-word.js';
import { AlignmentScores } from './alignment-scores.js';
import { AlignmentSearch, type Entry, entryAt } from './alignment-search.js';
import { frameAgreement } from './confidence.js';
import { DurationPrior } from './duration-prior.js';
import { FixedLagDecoder } from './fixed-lag-decoder.js';
import { FRAME_MS } from './log-mel.js';
import { MOUTH_SWITCH_PENALTY, MouthScores } from './mouth-scores.js';
import { PosteriorStream } from './posterior-stream.js';
import { RunTeller } from './run-teller.js';
import { WordGraph } from './word-graph.js';

export interface TextMouthOptions {
  /** What is said; more may follow by `append`. @default none */
  readonly words?: readonly AlignableWord[];
  /** @default the committed one */
  readonly model?: AcousticModel;
  /** What goes on is told at least so often, milliseconds. @default 30 */
  readonly tellEveryMs?: number;
}

/** A frame is decided when so many after it are known: with what the network needs, 127.5 ms. */
const LAG_FRAMES = 6;
/** The fit of text and sound is looked at over about so many frames. */
const FIT_FRAMES = 80;
/** Lower, and they do not belong together: between what was measured of texts that do and of texts that do not. */
const MIN_CONFIDENCE = 0.3;
const CLOSING_MS = 40;

/**
 * Tells mouth shapes from sound whose text is known, while it comes: the phonemes are those of the text, and the sound tells when.
 * Each moment is told when 150 ms of sound after it are there, and is final.
 *
 * Where text and sound do not fit together for about a second, it goes on with what the sound alone tells, as `SoundMouth`, to the
 * end (`isLost`).
 */
export class TextMouth implements LipEstimator {
  readonly lookAheadMs: number;
  readonly tellsWithinMs: number;
  readonly #posteriors: PosteriorStream;
  readonly #graph: WordGraph;
  readonly #search: AlignmentSearch;
  readonly #scores: AlignmentScores;
  readonly #teller: RunTeller;
  /** What the sound alone tells, for when the text is lost: names of the frames that are not yet told. */
  readonly #decoder: FixedLagDecoder;
  readonly #mouthScores: MouthScores;
  readonly #heard: string[] = [];
  /** Of the frames that are not yet decided, oldest first. */
  readonly #waiting: Float32Array[] = [];
  readonly #spare: Float32Array[] = [];
  #decided = 0;
  /** Mean of the agreements lately. */
  #fit = 0;
  #judged = 0;
  #isLost = false;

  /** @throws {InvalidStateError} a phoneme is not in MMDAgent-EX's own lip.txt. */
  constructor({ words = [], model, tellEveryMs = 30 }: TextMouthOptions = {}) {
    this.#posteriors = new PosteriorStream((frame) => this.#hear(frame), model);
    const { classes } = this.#posteriors;
    this.#graph = new WordGraph(classes);
    this.#graph.append(words);
    this.#search = new AlignmentSearch(this.#graph.start, new DurationPrior());
    this.#scores = new AlignmentScores(this.#posteriors.priors);
    this.#decoder = new FixedLagDecoder({
      classCount: classes.length,
      silence: classes.indexOf('sil'),
      switchPenalty: MOUTH_SWITCH_PENALTY,
    });
    this.#mouthScores = new MouthScores(classes, this.#posteriors.priors);
    this.#teller = new RunTeller(tellEveryMs);
    this.lookAheadMs = this.#posteriors.lookAheadMs + LAG_FRAMES * FRAME_MS;
    this.tellsWithinMs = this.lookAheadMs + this.#teller.delayMs;
  }

  /** Whether text and sound did not fit together, so that what is told since is from sound alone. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** How well they fitted lately, 0 to 1. */
  get confidence(): number {
    return Math.exp(this.#fit);
  }

  /**
   * More text behind what there is; before its sound is heard, or it is taken for something else.
   *
   * @throws {InvalidStateError} a phoneme is not in MMDAgent-EX's own lip.txt.
   */
  append(words: readonly AlignableWord[]): void {
    this.#graph.append(words);
  }

  push(pcm: Uint8Array): readonly TimedPhoneme[] {
    this.#posteriors.push(pcm);
    return this.#teller.take();
  }

  end(): readonly TimedPhoneme[] {
    this.#posteriors.end();
    for (const index of this.#decoder.end()) this.#keepHeard(index);
    const newest = this.#search.bestEnd((node) => this.#graph.isEnd(node)) ?? this.#search.best();
    while (this.#waiting.length > 0) this.#decide(newest);
    this.#teller.end();
    this.#teller.close(CLOSING_MS);
    return this.#teller.take();
  }

  #hear(frame: Float32Array): void {
    const index = this.#decoder.push(this.#mouthScores.of(frame));
    if (index !== undefined) this.#keepHeard(index);
    const kept = this.#spare.pop() ?? new Float32Array(frame.length);
    kept.set(frame);
    this.#waiting.push(kept);
    if (!this.#isLost) this.#search.push(this.#scores.of(frame));
    if (this.#waiting.length > LAG_FRAMES) this.#decide(this.#isLost ? undefined : this.#search.best());
  }

  #keepHeard(index: number): void {
    this.#heard.push(this.#posteriors.classes[index] ?? 'sil');
  }

  /** The oldest frame that waits, by the likeliest way to this newest phoneme. */
  #decide(newest: Entry | undefined): void {
    const frame = this.#decided++;
    const posteriors = this.#waiting.shift();
    const heard = this.#heard.shift() ?? 'sil';
    if (posteriors !== undefined) this.#spare.push(posteriors);
    if (newest === undefined || posteriors === undefined || this.#isLost) {
      this.#teller.add(heard);
      return;
    }
    const entry = entryAt(newest, frame);
    // What was told does not bind the search: bound to an early error it would never find back.
    this.#teller.add(entry.node.phoneme);
    this.#judge(frameAgreement(posteriors, entry.node));
  }

  #judge(agreement: number | undefined): void {
    if (agreement === undefined) return;
    this.#judged = Math.min(FIT_FRAMES, this.#judged + 1);
    this.#fit += (agreement - this.#fit) / this.#judged;
    this.#isLost = this.#judged >= FIT_FRAMES / 2 && this.confidence < MIN_CONFIDENCE;
  }
}
