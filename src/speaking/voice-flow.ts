import { OUTPUT_SAMPLE_RATE_HZ } from '../audio/index.js';
import type { SpeechEnd } from '../client/index.js';
import {
  type Pronouncer,
  pronunciationForAlignment,
  type SpokenLanguage,
  type SpokenWord,
} from '../language/index.js';
import type { AlignableWord, LipEstimator } from '../lipsync/index.js';
import { type Clock, orAborted, sleep } from '../runtime/index.js';
import type { SentencePart, SpeechPart, SpokenPart, TellsTimings, TimedText } from '../speech/index.js';
import { asFailure } from './as-failure.js';
import type { LipsKnowledge } from './choose-lips.js';
import { HeldSound } from './held-sound.js';
import { type KnownStretch, type MouthKind, MouthSource } from './mouth-source.js';
import type { Outlet } from './outlet.js';
import { VoiceConverter } from './voice-converter.js';

export interface VoiceFlowOptions {
  readonly clock: Clock;
  readonly outlet: Outlet;
  readonly parts: AsyncIterable<SpeechPart | SpokenPart>;
  /** Ends all at once; fired by the flow too, when the outlet has ended. */
  readonly stop: AbortController;
  /** Ends the engine alone; fired by the flow when nothing more is wanted of it. */
  readonly engine: AbortController;
  readonly drain: AbortSignal | undefined;
  readonly knows: LipsKnowledge;
  /** False: messages of the caller do. */
  readonly movesMouth: boolean;
  readonly estimator: (() => LipEstimator) | undefined;
  readonly pronouncer: Pronouncer | undefined;
  readonly onPart: ((part: SpeechPart | SpokenPart) => void) | undefined;
}

export interface FlowEnd {
  readonly end: SpeechEnd;
  readonly mouth: MouthKind | undefined;
}

interface ComingSentence {
  readonly part: SentencePart;
  /** Never rejects; undefined: nobody knows how to say it. */
  readonly spoken: Promise<readonly SpokenWord[] | undefined> | undefined;
  readonly timed: TimedText[];
  readonly spareWords?: KnownStretch['spareWords'];
}

/** Sound waits no longer for what is known of its text. */
const PRONOUNCED_WITHIN_MS = 100;
const SPOKEN: readonly SpokenLanguage[] = ['ja', 'en'];
/** The network is given so much at once: more would keep everything else waiting. */
const PIECE_MS = 100;

/** What stands between an engine and an outlet: one utterance from its first part to its end. */
export class VoiceFlow {
  readonly #options: VoiceFlowOptions;
  readonly #mouth: MouthSource | undefined;
  #held: HeldSound | undefined;
  /** To the outlet's rate; and to what the lips are heard at, where that is another. */
  #voice: VoiceConverter | undefined;
  #ears: VoiceConverter | undefined;
  #sampleRateHz = OUTPUT_SAMPLE_RATE_HZ;
  /** Begins with its first sound. */
  #coming: ComingSentence | undefined;
  /** Settles when the words of a sentence whose phonemes were promised are known, should they be needed. */
  #spare: Promise<unknown> | undefined;
  #hasSentences = false;
  #isSoundHere = false;

  constructor(options: VoiceFlowOptions) {
    this.#options = options;
    const { outlet, estimator, movesMouth } = options;
    if (outlet.movesLips && movesMouth) {
      this.#mouth = new MouthSource({
        estimator,
        clock: options.clock,
        onPhonemes: (phonemes) => outlet.phonemes(phonemes),
      });
    }
  }

  /** @throws {BridgeError} of the engine, where it gave no sound; of the loudspeaker. */
  async run(): Promise<FlowEnd> {
    const { outlet, stop } = this.#options;
    const onStop = (): void => this.#cut();
    stop.signal.addEventListener('abort', onStop, { once: true });
    if (stop.signal.aborted) onStop();
    // Interrupted by somebody else, or the avatar is gone: the engine ends with it.
    void outlet.ended.then(() => stop.abort());
    try {
      const failure = await this.#feed();
      if (failure !== undefined && !this.#isSoundHere) {
        await outlet.interrupt();
        throw failure;
      }
      const end = await outlet.ended;
      const isOurs = failure !== undefined && end.reason === 'completed';
      const told: SpeechEnd = isOurs ? { ...end, reason: 'failed', error: asFailure(failure) } : end;
      return { end: told, mouth: this.#mouth?.kind };
    } finally {
      stop.signal.removeEventListener('abort', onStop);
      this.#free();
    }
  }

  /** @returns What went wrong with the engine, if anything did and it was not told to end. */
  async #feed(): Promise<unknown> {
    const { outlet, stop } = this.#options;
    try {
      await this.#takeParts();
      await this.#finish();
      return undefined;
    } catch (error) {
      if (stop.signal.aborted) return undefined;
      // What there is of it is spoken; a loudspeaker or daemon that fails tells so by `ended`.
      await this.#finish().catch(() => outlet.interrupt());
      return error;
    }
  }

  async #takeParts(): Promise<void> {
    const { parts, stop, drain, onPart } = this.#options;
    const iterator = parts[Symbol.asyncIterator]();
    const drained = new AbortController();
    const onDrain = (): void => drained.abort();
    if (drain?.aborted === true) onDrain();
    drain?.addEventListener('abort', onDrain, { once: true });
    try {
      while (!drained.signal.aborted && !stop.signal.aborted) {
        const next = await this.#next(iterator, drained.signal);
        if (next === undefined) return;
        onPart?.(next);
        await this.#take(next);
      }
    } finally {
      drain?.removeEventListener('abort', onDrain);
      this.#options.engine.abort();
      // Not awaited: an engine that does not listen must not keep anybody.
      void iterator.return?.().catch(() => {});
    }
  }

  /** @returns undefined: nothing more comes, or nothing more is wanted. */
  async #next(
    iterator: AsyncIterator<SpeechPart | SpokenPart>,
    drained: AbortSignal,
  ): Promise<SpeechPart | SpokenPart | undefined> {
    const { stop } = this.#options;
    const coming = iterator.next();
    coming.catch(() => {});
    try {
      const next = await orAborted(orAborted(coming, drained), stop.signal);
      return next.done === true ? undefined : next.value;
    } catch (error) {
      if (drained.aborted) return undefined;
      throw error;
    }
  }

  async #take(part: SpeechPart | SpokenPart): Promise<void> {
    switch (part.type) {
      case 'start':
        await this.#start(part.sampleRateHz);
        break;
      case 'sentence':
        await this.#enterSentence();
        this.#sentence(part);
        break;
      case 'sentence-end':
        await this.#enterSentence();
        if (this.#mouth?.isUntold === true && this.#spare !== undefined) await this.#soon(this.#spare);
        this.#mouth?.endStretch(part.endMs);
        this.#freeSound();
        break;
      case 'sound':
        await this.#sound(part.pcm);
        break;
      case 'phonemes':
        await this.#enterSentence();
        this.#beginUntold('phonemes');
        this.#mouth?.told(part.phonemes, part.isExact);
        this.#freeSound();
        break;
      case 'words':
        this.#coming?.timed.push(...part.words);
        break;
      case 'characters':
        this.#coming?.timed.push(...part.characters);
        break;
    }
  }

  #sentence(part: SentencePart): void {
    this.#hasSentences = true;
    if (this.#mouth === undefined) return;
    const { pronouncer } = this.#options;
    const spoken = part.tells === 'phonemes' ? undefined : pronouncer && pronounced(pronouncer, part);
    this.#coming = { part, spoken, timed: [] };
  }

  /** Its sound is here: what was told of it until now is what is known. */
  async #enterSentence(): Promise<void> {
    const coming = this.#coming;
    if (coming === undefined) return;
    this.#coming = undefined;
    const { startMs, tells } = coming.part;
    const words = coming.spoken && (await this.#soon(coming.spoken));
    const { spareWords } = coming;
    this.#mouth?.begin({ startMs, tells, words: words && alignable(coming, words), spareWords });
    this.#freeSound();
  }

  /** Sound came before the phonemes that were promised: if they do not come at all, the words are needed. Nothing waits for them. */
  #lookUpSpare(coming: ComingSentence): void {
    const { pronouncer } = this.#options;
    if (pronouncer === undefined) return;
    let known: readonly SpokenWord[] | undefined;
    this.#spare = pronounced(pronouncer, coming.part).then((words) => {
      known = words;
    });
    const spareWords = () => known && alignable(coming, known);
    this.#coming = { ...coming, spareWords };
  }

  /** @returns undefined: it takes too long. */
  async #soon<T>(pending: Promise<T>): Promise<T | undefined> {
    const giveUp = new AbortController();
    const late = sleep(this.#options.clock, PRONOUNCED_WITHIN_MS, giveUp.signal).then(
      () => undefined,
      () => undefined,
    );
    try {
      return await Promise.race([pending, late]);
    } finally {
      giveUp.abort();
    }
  }

  async #start(sampleRateHz: number): Promise<void> {
    if (this.#voice !== undefined && sampleRateHz === this.#sampleRateHz) return;
    if (this.#voice !== undefined) await this.#endConverters();
    const { outlet, clock } = this.#options;
    this.#sampleRateHz = sampleRateHz;
    const outHz = outlet.sampleRateHz ?? sampleRateHz;
    await outlet.begin(sampleRateHz);
    this.#voice = await VoiceConverter.create(sampleRateHz, outHz);
    if (outHz !== OUTPUT_SAMPLE_RATE_HZ) this.#ears = await VoiceConverter.create(sampleRateHz);
    this.#held ??= new HeldSound({ clock, sampleRateHz: outHz, write: (pcm) => outlet.write(pcm) });
    this.#freeSound();
  }

  async #sound(pcm: Uint8Array): Promise<void> {
    this.#isSoundHere = true;
    if (this.#voice === undefined) await this.#start(this.#sampleRateHz);
    if (this.#coming?.part.tells === 'phonemes') this.#lookUpSpare(this.#coming);
    await this.#enterSentence();
    this.#beginUntold(this.#options.knows === 'phonemes' ? 'phonemes' : 'nothing');
    const pieceBytes = 2 * Math.ceil((this.#sampleRateHz * PIECE_MS) / 1000);
    for (let at = 0; at < pcm.byteLength && !this.#options.stop.signal.aborted; at += pieceBytes) {
      const piece = pcm.subarray(at, at + pieceBytes);
      await this.#pass(this.#voice?.push(piece), this.#ears?.push(piece));
    }
  }

  /** @param heard - at 16 kHz, where the outlet's rate is another. */
  async #pass(voice: Uint8Array | undefined, heard: Uint8Array | undefined): Promise<void> {
    const forEars = heard ?? voice;
    if (forEars !== undefined) this.#mouth?.hear(forEars);
    this.#freeSound();
    if (voice !== undefined) await this.#held?.push(voice);
  }

  /** Sound of engines without sentences around it is one stretch. */
  #beginUntold(tells: TellsTimings): void {
    if (this.#hasSentences) return;
    this.#hasSentences = true;
    this.#mouth?.begin({ startMs: 0, tells });
    this.#freeSound();
  }

  #freeSound(): void {
    if (this.#held !== undefined) this.#held.freeMs = this.#mouth?.freeMs ?? Number.POSITIVE_INFINITY;
  }

  async #endConverters(): Promise<void> {
    const voice = this.#voice?.end();
    const heard = this.#ears?.end();
    this.#freeConverters();
    await this.#pass(voice, heard);
  }

  /** Nothing more comes: the rest is spoken. */
  async #finish(): Promise<void> {
    const { outlet, stop } = this.#options;
    if (this.#voice !== undefined) await this.#endConverters();
    this.#mouth?.end();
    outlet.lipsEnd();
    await this.#held?.flush();
    if (!stop.signal.aborted) await outlet.end();
  }

  #cut(): void {
    this.#options.engine.abort(this.#options.stop.signal.reason);
    this.#held?.stop();
    void this.#options.outlet.interrupt();
  }

  #freeConverters(): void {
    this.#voice?.free();
    this.#ears?.free();
    this.#voice = undefined;
    this.#ears = undefined;
  }

  #free(): void {
    this.#held?.stop();
    this.#freeConverters();
  }
}

function alignable({ part, timed }: ComingSentence, words: readonly SpokenWord[]): readonly AlignableWord[] {
  const inSentence = timed.map((place) => ({
    ...place,
    startMs: place.startMs - part.startMs,
    endMs: place.endMs - part.startMs,
  }));
  return pronunciationForAlignment(words, { timed: inSentence });
}

async function pronounced(
  pronouncer: Pronouncer,
  { text, language }: SentencePart,
): Promise<readonly SpokenWord[] | undefined> {
  const spoken = SPOKEN.find((known) => language?.startsWith(known));
  if (language !== undefined && spoken === undefined) return undefined;
  return pronouncer.pronounce(text, spoken).catch(() => undefined);
}
