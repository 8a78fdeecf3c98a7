import { Emitter } from '../runtime/index.js';
import { type EngineKinds, readEngines } from '../vendor/index.js';
import { chooseEngines } from './around/choose-engines.js';
import { DailyCap } from './around/daily-cap.js';
import { EngineLines } from './around/engine-lines.js';
import { readRoutes } from './around/read-routes.js';
import { SpeechCache } from './around/speech-cache.js';
import type { PrepareText } from './around/speech-pieces.js';
import { SpeechRouter } from './around/speech-router.js';
import { UsageCounts } from './around/usage-counts.js';
import { ComposedSpeech } from './composed-speech.js';
import { givenKind, withGiven } from './given-synthesizer.js';
import type { Speech, SpeechEvents, SpeechPorts, SpeechSettings } from './speech.js';
import type { Synthesizer } from './synthesizer.js';

const DEFAULT_CACHE_BYTES = 256 * 1024 * 1024;

/** What `createSpeech` adds to settings and ports: the engines there are and the language they speak. */
export interface SpeechParts<P> {
  readonly kinds: EngineKinds<P, Synthesizer>;
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
  const read = await readEngines(settings.engines, parts.kinds, ports.env);
  const { synthesizer } = ports;
  const entries = synthesizer === undefined ? read : withGiven(read, synthesizer);
  const kinds = synthesizer === undefined ? parts.kinds : { ...parts.kinds, ...givenKind(synthesizer) };
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
    kinds,
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
