import { type Clock, ConfigError, type Emitter, type Random } from '../../runtime/index.js';
import { type EngineEntry, type EngineKinds, isFields } from '../../vendor/index.js';
import type { SpeechEvents } from '../speech.js';
import type { Synthesizer } from '../synthesizer.js';
import { entryOf } from './choose-engines.js';
import type { DailyCap } from './daily-cap.js';
import { EngineLine } from './engine-line.js';
import type { SpeechCache } from './speech-cache.js';
import type { UsageCounts } from './usage-counts.js';

export interface EngineLinesOptions<P> {
  readonly entries: ReadonlyMap<string, EngineEntry>;
  readonly kinds: EngineKinds<P, Synthesizer>;
  readonly ports: P;
  readonly clock: Clock;
  readonly random: Random;
  readonly usage: UsageCounts;
  /** For engines with a key. */
  readonly cap: DailyCap;
  readonly cache: SpeechCache | undefined;
  readonly events: Emitter<SpeechEvents>;
}

/** An engine on this machine that is silent for so long is ill. */
const IDLE_MS = 30_000;
/** An engine that watches over itself knows better what is wrong: it is given time to say so. */
const GRACE_MS = 5_000;

/** The engines in use, each made when it is first needed. */
export class EngineLines<P> {
  readonly #options: EngineLinesOptions<P>;
  readonly #lines = new Map<string, Promise<EngineLine>>();
  readonly #told = new Set<string>();

  constructor(options: EngineLinesOptions<P>) {
    this.#options = options;
  }

  /**
   * Those of the named engines that are set up; the others are told of once.
   *
   * @throws {ConfigError} BRIDGE_ERR_SPEECH_ENGINE - none is, or there is none of a name.
   */
  async of(names: readonly string[]): Promise<readonly EngineLine[]> {
    const entries = names.map((name) => entryOf(name, this.#options.entries));
    const ready = entries.filter(({ missing }) => missing === undefined);
    if (ready.length === 0) {
      const [first] = entries;
      throw new ConfigError(
        'BRIDGE_ERR_SPEECH_ENGINE',
        `${first?.name ?? 'The engine'} is not set up: ${first?.missing ?? 'nothing is known of it'}`,
      );
    }
    for (const { name, missing } of entries) {
      if (missing === undefined || this.#told.has(name)) continue;
      this.#told.add(name);
      this.#options.events.emit('warned', `${name} is left out: ${missing}`);
    }
    return Promise.all(ready.map((entry) => this.#line(entry)));
  }

  /** The engine of an entry that is set up. */
  async engine(entry: EngineEntry): Promise<Synthesizer> {
    return (await this.#line(entry)).engine;
  }

  async close(): Promise<void> {
    const lines = await Promise.allSettled(this.#lines.values());
    this.#lines.clear();
    await Promise.allSettled(
      lines.map((line) => (line.status === 'fulfilled' ? line.value.engine.close() : undefined)),
    );
  }

  #line(entry: EngineEntry): Promise<EngineLine> {
    let line = this.#lines.get(entry.name);
    if (line === undefined) {
      line = this.#make(entry);
      this.#lines.set(entry.name, line);
      // One that could not be made is tried again the next time.
      line.catch(() => this.#lines.delete(entry.name));
    }
    return line;
  }

  async #make({ name, type, options, hasKey }: EngineEntry): Promise<EngineLine> {
    const { kinds, ports, clock, random, usage, cap, cache, events } = this.#options;
    const kind = entryKind(kinds, type);
    // The schema of its own kind gave the options.
    const engine = await kind.create(name, options as never, ports);
    return new EngineLine(engine, {
      ...{ clock, random, usage, cache },
      // Where a key is, there is a bill.
      cap: hasKey ? cap : undefined,
      idleMs: patienceMs(options),
      onRetry: (error, delayMs) => events.emit('retried', { engine: name, error, delayMs }),
    });
  }
}

function entryKind<P>(kinds: EngineKinds<P, Synthesizer>, type: string) {
  const kind = kinds[type];
  if (kind === undefined) throw new ConfigError('BRIDGE_ERR_SPEECH_ENGINE', `No kind of engine is "${type}"`);
  return kind;
}

/** Engines behind a network say how long they wait themselves. */
function patienceMs(options: unknown): number {
  if (!isFields(options) || typeof options['firstByteMs'] !== 'number') return IDLE_MS;
  const idleMs = typeof options['idleMs'] === 'number' ? options['idleMs'] : 0;
  return Math.max(options['firstByteMs'], idleMs) + GRACE_MS;
}
