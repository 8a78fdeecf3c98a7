import type { EngineUsage } from '../speech.js';

/** Counts what each engine was used for. */
export class UsageCounts {
  readonly #engines = new Map<string, Counts>();

  /** Adds to the counts of an engine. */
  add(engine: string, more: Partial<EngineUsage>): void {
    const counts = this.#of(engine);
    for (const key of KEYS) counts[key] += more[key] ?? 0;
  }

  /** A copy, by engine; engines never used are left out. */
  snapshot(): Readonly<Record<string, EngineUsage>> {
    return Object.fromEntries([...this.#engines].map(([name, counts]) => [name, { ...counts }]));
  }

  #of(engine: string): Counts {
    let counts = this.#engines.get(engine);
    if (counts === undefined) {
      counts = {
        requests: 0,
        characters: 0,
        soundMs: 0,
        cacheHits: 0,
        failures: 0,
        retries: 0,
        fallbacks: 0,
      };
      this.#engines.set(engine, counts);
    }
    return counts;
  }
}

type Counts = { -readonly [K in keyof EngineUsage]: number };

const KEYS = [
  'requests',
  'characters',
  'soundMs',
  'cacheHits',
  'failures',
  'retries',
  'fallbacks',
] as const satisfies readonly (keyof EngineUsage)[];
