import { type Emitter, InvalidStateError, sharedAbort } from '../runtime/index.js';
import type { EngineEntry } from '../vendor/index.js';
import { type EngineChoice, entryOf } from './around/choose-engines.js';
import type { EngineLines } from './around/engine-lines.js';
import { joinedSpeech } from './around/joined-speech.js';
import { LinkedAbort, noLongerWanted } from './around/linked-abort.js';
import { listVoices } from './around/list-voices.js';
import { ReadyText } from './around/ready-text.js';
import {
  type PiecePart,
  type SpeakPieceOptions,
  type SpeechPiece,
  speakPiece,
} from './around/speak-piece.js';
import type { SpeechCache } from './around/speech-cache.js';
import { type PrepareText, speechPieces } from './around/speech-pieces.js';
import { speechQueue } from './around/speech-queue.js';
import { namesIn, primary, type SpeechRouter } from './around/speech-router.js';
import type { UsageCounts } from './around/usage-counts.js';
import { VoiceLevels } from './around/voice-levels.js';
import type {
  EngineUsage,
  PlannedSentence,
  SpeakerDescription,
  Speech,
  SpeechEvents,
  SpeechInput,
  SpeechPorts,
  SpeechSettings,
} from './speech.js';
import type { SpeakOptions, SpokenPart } from './spoken-part.js';
import type { Synthesizer } from './synthesizer.js';

/** Sound that may wait to be heard: three long sentences. */
const MAX_BUFFERED_MS = 60_000;
const DEFAULT_PARALLEL = 3;

/** What `composeSpeech` puts together. */
export interface Composed<P> {
  readonly settings: SpeechSettings;
  readonly ports: P;
  readonly prepare: PrepareText;
  readonly entries: ReadonlyMap<string, EngineEntry>;
  readonly choice: EngineChoice;
  readonly events: Emitter<SpeechEvents>;
  readonly usage: UsageCounts;
  readonly cache: SpeechCache | undefined;
  readonly lines: EngineLines<P>;
  readonly router: SpeechRouter;
}

/** Speech through the parts that `composeSpeech` put together. */
export class ComposedSpeech<P extends SpeechPorts> implements Speech {
  readonly events: Emitter<SpeechEvents>;
  readonly #composed: Composed<P>;
  readonly #levels: VoiceLevels;
  readonly #ready: ReadyText;
  readonly #restingUntilMs = new Map<string, number>();
  readonly #closing = sharedAbort();
  /** Why an engine speaks that another fell back to. */
  readonly #fellTo = new Map<string, string>();
  readonly #told = new Set<string>();
  #closed: Promise<void> | undefined;

  constructor(composed: Composed<P>) {
    this.#composed = composed;
    this.events = composed.events;
    this.#levels = new VoiceLevels(composed.settings.stateFolder);
    this.#ready = new ReadyText(composed.ports.clock, composed.prepare);
  }

  async *speak(text: SpeechInput, options: SpeakOptions = {}): AsyncGenerator<SpokenPart> {
    const { settings } = this.#composed;
    const outer = new LinkedAbort(this.#closing.signal);
    const abort = new LinkedAbort(options.signal);
    outer.signal.addEventListener('abort', () => abort.abort(outer.signal.reason), { once: true });
    if (outer.signal.aborted) abort.abort(outer.signal.reason);
    try {
      const queued = speechQueue({
        jobs: this.#pieces(text, options),
        speak: (piece, signal) => this.#weighed(piece, signal),
        costMs: ({ ms }) => ms,
        parallel: settings.parallel ?? DEFAULT_PARALLEL,
        maxBufferedMs: MAX_BUFFERED_MS,
        signal: abort.signal,
      });
      yield* joinedSpeech(this.#shown(queued, options), options.sampleRateHz);
    } finally {
      abort.release();
      outer.release();
    }
  }

  async *sentences(text: SpeechInput, options: SpeakOptions = {}): AsyncGenerator<PlannedSentence> {
    for await (const piece of this.#pieces(text, options)) {
      const { text: spoken, written, language, voice, lines, place } = piece;
      const engine = lines[0]?.engine.name ?? '';
      yield { text: spoken, written, language, voice, engine, ...(place === undefined ? {} : { place }) };
    }
  }

  async prepare(options: SpeakOptions = {}): Promise<void> {
    try {
      const wanted = await this.#wanted(options);
      const engine: Synthesizer & { readonly warmUp?: () => Promise<void> } = wanted.engine;
      await engine.warmUp?.();
      this.#ready.now(options.language ?? this.#composed.settings.language);
    } catch {
      // Whoever speaks is told then.
    }
  }

  async describe(options: SpeakOptions = {}): Promise<SpeakerDescription> {
    const { engine, voice } = await this.#wanted(options);
    const { name, tells } = engine;
    return { engine: name, type: entryOf(name, this.#composed.entries).type, voice, tells };
  }

  voices({
    engine,
    signal,
  }: {
    readonly engine?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  } = {}) {
    const { entries, choice, lines, ports } = this.#composed;
    const asked = engine === undefined ? [...entries.values()] : [entryOf(engine, entries)];
    const rank = ({ name }: EngineEntry): number =>
      choice.names.includes(name) ? choice.names.indexOf(name) : 99;
    const inOrder = asked.toSorted((a, b) => rank(a) - rank(b));
    return listVoices(inOrder, { lines, clock: ports.clock, chosen: choice.names[0], signal });
  }

  usage(): Readonly<Record<string, EngineUsage>> {
    return this.#composed.usage.snapshot();
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#closing.abort(noLongerWanted());
    await Promise.all([this.#composed.lines.close(), this.#levels.save(), this.#composed.cache?.whenIdle()]);
  }

  async *#pieces(text: SpeechInput, options: SpeakOptions): AsyncGenerator<SpeechPiece> {
    const { settings, router } = this.#composed;
    const language = options.language ?? settings.language;
    const readying = typeof text === 'string' ? undefined : this.#ready.soon(language);
    const prepare: PrepareText = (...block) => {
      readying?.cancel();
      return this.#ready.prepare(...block);
    };
    try {
      yield* speechPieces(text, { prepare, router, language: settings.language }, options);
    } finally {
      readying?.cancel();
    }
  }

  /** Who speaks a text that shows no other language than the one asked for. */
  async #wanted(options: SpeakOptions) {
    const { router, settings } = this.#composed;
    const language = options.language ?? settings.language;
    const stretch = { from: 0, to: 1, language: language === undefined ? 'other' : primary(language) };
    const [run] = await router.runs([stretch], options);
    const engine = run?.lines[0]?.engine;
    if (engine === undefined) throw new InvalidStateError('A run of speech needs an engine');
    return { engine, voice: run?.voice };
  }

  /** Parts with the sound that each holds. */
  async *#weighed(piece: SpeechPiece, signal: AbortSignal): AsyncGenerator<Weighed> {
    let rateHz = 1;
    for await (const part of speakPiece(piece, this.#pieceOptions(), signal)) {
      if (part.type === 'begin') rateHz = part.sampleRateHz;
      yield { part, ms: part.type === 'sound' ? (part.pcm.byteLength * 500) / rateHz : 0 };
    }
    // Told at once: the next piece may still be being written.
    yield { part: { type: 'end' }, ms: 0 };
  }

  #pieceOptions(): SpeakPieceOptions {
    const { settings, ports, usage } = this.#composed;
    return {
      clock: ports.clock,
      levels: this.#levels,
      targetLufs: settings.loudnessLufs,
      restingUntilMs: this.#restingUntilMs,
      onFall: (fall) => {
        usage.add(fall.from, { fallbacks: 1 });
        this.#fellTo.set(fall.to, `${fall.from} failed`);
        this.events.emit('fellBack', fall);
      },
    };
  }

  /** Tells who speaks and what must be shown, at the moment it is heard. */
  async *#shown(parts: AsyncIterable<Weighed>, options: SpeakOptions): AsyncGenerator<PiecePart> {
    for await (const { part } of parts) {
      if (part.type === 'begin') {
        const { engine, voice, credit } = part;
        if (this.#isNew(`voice ${engine} ${voice ?? ''}`))
          this.events.emit('chosen', { engine, voice, why: this.#why(engine, options) });
        if (credit !== undefined && this.#isNew(`credit ${credit}`)) this.events.emit('credit', credit);
      }
      yield part;
    }
  }

  #isNew(fact: string): boolean {
    if (this.#told.has(fact)) return false;
    this.#told.add(fact);
    return true;
  }

  #why(engine: string, options: SpeakOptions): string {
    const { choice, entries } = this.#composed;
    const fell = this.#fellTo.get(engine);
    if (fell !== undefined) return fell;
    const asked = namesIn(options.engine);
    const first = (asked ?? choice.names).find((name) => entries.get(name)?.missing === undefined);
    if (engine !== first) return 'it speaks this language';
    return asked === undefined ? choice.why : 'it was asked for';
  }
}

interface Weighed {
  readonly part: PiecePart;
  readonly ms: number;
}
