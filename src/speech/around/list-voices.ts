import { type Clock, errorText, orAborted } from '../../runtime/index.js';
import type { EngineEntry } from '../../vendor/index.js';
import type { EngineVoices } from '../speech.js';
import type { Synthesizer } from '../synthesizer.js';
import type { EngineLines } from './engine-lines.js';
import { LinkedAbort } from './linked-abort.js';

/** Longer nobody waits for a list; a server that is there answers. */
const PATIENCE_MS = 5_000;

export interface ListVoicesOptions<P> {
  readonly lines: EngineLines<P>;
  readonly clock: Clock;
  /** Would speak now. */
  readonly chosen: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The voices of engines, all asked at once; one that does not answer keeps its place, with the reason. */
export async function listVoices<P>(
  entries: readonly EngineEntry[],
  options: ListVoicesOptions<P>,
): Promise<readonly EngineVoices[]> {
  // One listener on the caller's signal, however many engines there are.
  const all = new LinkedAbort(options.signal);
  try {
    return await Promise.all(entries.map((entry) => voicesOf(entry, { ...options, signal: all.signal })));
  } finally {
    all.release();
  }
}

async function voicesOf<P>(
  entry: EngineEntry,
  { lines, clock, chosen, signal }: ListVoicesOptions<P>,
): Promise<EngineVoices> {
  const { name, type, missing } = entry;
  const head = { name, type, isChosen: name === chosen };
  const unknown = { ...head, isReady: false, tells: undefined, languages: [], voices: [] };
  if (missing !== undefined) return { ...unknown, advice: missing };
  const abort = new LinkedAbort(signal);
  const timer = clock.after(PATIENCE_MS, () =>
    abort.abort(new Error(`no answer within ${PATIENCE_MS / 1000} s`)),
  );
  try {
    const engine = await lines.engine(entry);
    const advice = await orAborted(adviceOf(engine), abort.signal);
    if (advice !== undefined) return { ...unknown, advice };
    const voices = await orAborted(engine.voices(abort.signal), abort.signal);
    const { tells, languages } = engine;
    return { ...head, isReady: true, advice: undefined, tells, languages, voices };
  } catch (error) {
    signal?.throwIfAborted();
    return { ...unknown, advice: errorText(error) };
  } finally {
    timer.cancel();
    abort.release();
  }
}

/** Engines on this machine know what they lack. */
async function adviceOf(engine: Synthesizer & { readonly advice?: () => Promise<string | undefined> }) {
  return engine.advice?.();
}
