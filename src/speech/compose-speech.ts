import { Emitter } from '../runtime/index.js';
import { chooseEngines, type EngineChoice, entryOf } from './around/choose-engines.js';
import { DailyCap } from './around/daily-cap.js';
import { type EngineEntry, type EngineKinds, readEngines } from './around/engine-book.js';
import { EngineLines } from './around/engine-lines.js';
import { joinedSpeech } from './around/joined-speech.js';
import { LinkedAbort, noLongerWanted } from './around/linked-abort.js';
import { listVoices } from './around/list-voices.js';
import { readRoutes } from './around/read-routes.js';
import {
  type PiecePart,
  type SpeakPieceOptions,
  type SpeechPiece,
  speakPiece,
} from './around/speak-piece.js';
import { SpeechCache } from './around/speech-cache.js';
import { type PrepareText, speechPieces } from './around/speech-pieces.js';
import { speechQueue } from './around/speech-queue.js';
import { primary, SpeechRouter } from './around/speech-router.js';
import { UsageCounts } from './around/usage-counts.js';
import { VoiceLevels } from './around/voice-levels.js';
import type {
  EngineUsage,
  SpeakerDescription,
  Speech,
  SpeechEvents,
  SpeechPorts,
  SpeechSettings,
} from './speech.js';
import type { SpeakOptions, SpokenPart } from './spoken-part.js';

/** Sound that may wait to be heard: three long sentences. */
const MAX_BUFFERED_MS = 60_000;
const DEFAULT_PARALLEL = 3;
const DEFAULT_CACHE_BYTES = 256 * 1024 * 1024;

/** What `createSpeech` adds to settings and ports: the engines there are and the language they speak. */
export interface SpeechParts<P> {
  readonly kinds: EngineKinds<P>;
  readonly prepare: PrepareText;
}

/**
 * Everything that stands around the engines, put together.
 *
 * ```
 * text ─ pieces: made speakable, cut into sentences, each part routed to engines
 *      └ queue: up to three pieces under way, heard in order
 *          └ piece: first engine that can (others before the first sound only), even loudness
 *              └ line of an engine: cache ← retry ← counts, cap ← contract ← watchdog ← engine
 *      └ joined: one rate, one count of time
 * ```
 *
 * Who asks for parts drives it: nothing is fetched beyond what the queue may hold. What can fail: the settings (at once), an
 * engine (in its place in order, after retries and the engines behind it), the text (nothing in it can be spoken). Cache, learned
 * loudness and usage file are conveniences: when they fail, speech goes on and `warned` tells it.
 */
export async function composeSpeech<P extends SpeechPorts>(
  settings: SpeechSettings,
  ports: P,
  parts: SpeechParts<P>,
): Promise<Speech> {
  const entries = await readEngines(settings.engines, parts.kinds, ports.env);
  const routes = readRoutes(settings.routes, entries);
  // An unknown name is told now; what is not set up only when it shall speak.
  const choice = chooseEngines(settings.engine, entries);
  const events = new Emitter<SpeechEvents>();
  const warn = (text: string): void => events.emit('warned', text);
  const { clock } = ports;
  const random = ports.random ?? Math.random;
  const usage = new UsageCounts();
  const { cacheFolder: folder, cacheBytes: maxBytes = DEFAULT_CACHE_BYTES } = settings;
  const cache =
    folder === undefined || maxBytes === 0 ? undefined : new SpeechCache({ clock, folder, maxBytes, warn });
  const cap = new DailyCap({
    clock,
    warn,
    characters: settings.capCharacters ?? 0,
    folder: settings.stateFolder,
  });
  const lines = new EngineLines({
    entries,
    kinds: parts.kinds,
    ports,
    clock,
    random,
    usage,
    cap,
    cache,
    events,
  });
  const { voice, language, speed } = settings;
  const router = new SpeechRouter({
    lines: (names) => lines.of(names),
    ...{ engines: choice.names, routes, voice, language, speed },
  });
  return new ComposedSpeech({
    settings,
    ports,
    prepare: parts.prepare,
    entries,
    choice,
    events,
    usage,
    cache,
    lines,
    router,
  });
}

interface Composed<P> {
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

class ComposedSpeech<P extends SpeechPorts> implements Speech {
  readonly events: Emitter<SpeechEvents>;
  readonly #composed: Composed<P>;
  readonly #levels: VoiceLevels;
  readonly #restingUntilMs = new Map<string, number>();
  readonly #closing = new AbortController();
  /** Why an engine speaks that another fell back to. */
  readonly #fellTo = new Map<string, string>();
  readonly #told = new Set<string>();
  #closed: Promise<void> | undefined;

  constructor(composed: Composed<P>) {
    this.#composed = composed;
    this.events = composed.events;
    this.#levels = new VoiceLevels(composed.settings.stateFolder);
  }

  async *speak(text: string | AsyncIterable<string>, options: SpeakOptions = {}): AsyncGenerator<SpokenPart> {
    const { settings, prepare, router } = this.#composed;
    const outer = new LinkedAbort(this.#closing.signal);
    const abort = new LinkedAbort(options.signal);
    outer.signal.addEventListener('abort', () => abort.abort(outer.signal.reason), { once: true });
    if (outer.signal.aborted) abort.abort(outer.signal.reason);
    try {
      const queued = speechQueue({
        jobs: speechPieces(text, { prepare, router, language: settings.language }, options),
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

  async describe(options: SpeakOptions = {}): Promise<SpeakerDescription> {
    const { router, settings } = this.#composed;
    const language = options.language ?? settings.language;
    const stretch = { from: 0, to: 1, language: language === undefined ? 'other' : primary(language) };
    const [run] = await router.runs([stretch], options);
    const [line] = run?.lines ?? [];
    // A run has an engine, or making it has thrown.
    const { name: engine = '', tells = 'nothing' } = line?.engine ?? {};
    return { engine, voice: run?.voice, tells };
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

  /** Parts with the sound that each holds. */
  async *#weighed(piece: SpeechPiece, signal: AbortSignal): AsyncGenerator<Weighed> {
    let rateHz = 1;
    for await (const part of speakPiece(piece, this.#pieceOptions(), signal)) {
      if (part.type === 'begin') rateHz = part.sampleRateHz;
      yield { part, ms: part.type === 'sound' ? (part.pcm.byteLength * 500) / rateHz : 0 };
    }
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
    if (options.engine !== undefined) return 'it was asked for';
    const first = choice.names.find((name) => entries.get(name)?.missing === undefined);
    return engine === first ? choice.why : 'it speaks this language';
  }
}

interface Weighed {
  readonly part: PiecePart;
  readonly ms: number;
}
