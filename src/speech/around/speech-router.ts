import type { SpeechRoute } from '../speech.js';
import type { SpeakOptions } from '../spoken-part.js';
import type { EngineLine } from './engine-line.js';

/** A stretch of a sentence, and who speaks it how. */
export interface RoutedRun {
  readonly from: number;
  readonly to: number;
  readonly language: string | undefined;
  readonly lines: readonly EngineLine[];
  readonly voice: string | undefined;
  readonly speed: number | undefined;
  readonly instructions: string | undefined;
}

/** A stretch of a text with its language, as `splitByLanguage` tells it: `ja`, `en`, or `other`. */
export interface LanguageStretch {
  readonly from: number;
  readonly to: number;
  readonly language: string;
}

export interface SpeechRouterOptions {
  /** Those of the named engines that are set up; at least one. @throws {ConfigError} BRIDGE_ERR_SPEECH_ENGINE */
  readonly lines: (names: readonly string[]) => Promise<readonly EngineLine[]>;
  /** Names of the engines that speak without a route, the wanted one first. */
  readonly engines: readonly string[];
  /** By language in lower case, with or without region. */
  readonly routes: ReadonlyMap<string, SpeechRoute>;
  readonly voice: string | undefined;
  readonly language: string | undefined;
  readonly speed: number | undefined;
}

/**
 * Decides which engine says which part of a sentence.
 *
 * A language with a route goes there. Everything else stays with the first engine, in one piece where that can be: a change of
 * voice for a word or two sounds worse than an accent. An engine that names its languages is told which one it reads; one that
 * does not is given mixed text as it is. A sentence none of whose languages the first engine speaks goes to the first that does.
 */
export class SpeechRouter {
  readonly #options: SpeechRouterOptions;

  constructor(options: SpeechRouterOptions) {
    this.#options = options;
  }

  /** @param stretches - of one sentence, in order; at least one. */
  async runs(stretches: readonly LanguageStretch[], speak: SpeakOptions): Promise<readonly RoutedRun[]> {
    const ways = await Promise.all(stretches.map((stretch) => this.#way(stretch.language, speak)));
    const main = mainLanguage(stretches);
    const runs: RoutedRun[] = [];
    for (const [index, stretch] of stretches.entries()) {
      const way = ways[index];
      if (way === undefined) continue;
      const run = this.#run(stretch, way, main, speak);
      const last = runs.at(-1);
      if (last !== undefined && isSame(last, run)) runs[runs.length - 1] = { ...last, to: run.to };
      else runs.push(run);
    }
    return runs;
  }

  #run({ from, to, language: own }: LanguageStretch, way: Way, main: string, speak: SpeakOptions): RoutedRun {
    const { route } = way;
    const [first] = way.lines;
    const languages = first?.engine.languages ?? [];
    // What the engine cannot read by itself it reads as the rest of the sentence.
    const read = route !== undefined || languages.includes(own) ? own : main;
    const isTold = route !== undefined || languages.length > 0;
    const lines = route === undefined ? inReach(way.lines, read) : way.lines;
    return {
      from,
      to,
      language: isTold ? this.#tagged(read, speak) : this.#asked(speak),
      lines,
      voice: lines[0] === first ? this.#voice(route, speak) : undefined,
      speed: speak.speed ?? route?.speed ?? this.#options.speed,
      instructions: speak.instructions ?? route?.instructions,
    };
  }

  /** A voice belongs to the engine it was named for. */
  #voice(route: SpeechRoute | undefined, speak: SpeakOptions): string | undefined {
    if (route?.engine !== undefined) return route.voice;
    if (speak.engine !== undefined) return speak.voice;
    return speak.voice ?? route?.voice ?? this.#options.voice;
  }

  async #way(language: string, speak: SpeakOptions): Promise<Way> {
    const { lines, engines } = this.#options;
    // An engine asked for by name speaks everything.
    const route = speak.engine === undefined ? this.#routeOf(language, speak) : undefined;
    const names = namesIn(speak.engine) ?? namesIn(route?.engine) ?? engines;
    return { route, lines: await lines(names) };
  }

  #routeOf(language: string, speak: SpeakOptions): SpeechRoute | undefined {
    const tag = this.#tagged(language, speak)?.toLowerCase();
    const { routes } = this.#options;
    return (
      (tag === undefined ? undefined : routes.get(tag)) ??
      routes.get(language) ??
      routes.get(primary(tag ?? ''))
    );
  }

  #asked(speak: SpeakOptions): string | undefined {
    return speak.language ?? this.#options.language;
  }

  /** A language as the user wrote it, with its region, where it is the same; undefined: nobody knows. */
  #tagged(language: string, speak: SpeakOptions): string | undefined {
    const asked = this.#asked(speak);
    if (asked !== undefined && (language === 'other' || primary(asked) === language)) return asked;
    return language === 'other' ? undefined : language;
  }
}

interface Way {
  readonly route: SpeechRoute | undefined;
  readonly lines: readonly EngineLine[];
}

/** Names in a list divided by commas; undefined for none and for `auto`. */
export function namesIn(list: string | undefined): readonly string[] | undefined {
  const names = (list ?? '').split(',').map((name) => name.trim());
  const found = [...new Set(names.filter((name) => name !== '' && name !== 'auto'))];
  return found.length === 0 ? undefined : found;
}

/** The language without region and script, in lower case. */
export function primary(tag: string): string {
  return (tag.split('-')[0] ?? '').toLowerCase();
}

/** Engines that speak the language first; all of them as they are when none says so. */
function inReach(lines: readonly EngineLine[], language: string): readonly EngineLine[] {
  const can = lines.filter(
    ({ engine: { languages } }) => languages.length === 0 || languages.includes(language),
  );
  return can.length === 0 ? lines : can;
}

/** A Japanese character takes as long to say as two or three Latin letters. */
const JAPANESE_WEIGHT = 2.5;

/** Of most of the sentence, as it is heard. */
function mainLanguage(stretches: readonly LanguageStretch[]): string {
  const lengths = new Map<string, number>();
  for (const { from, to, language } of stretches) {
    const length = (to - from) * (language === 'ja' ? JAPANESE_WEIGHT : 1);
    lengths.set(language, (lengths.get(language) ?? 0) + length);
  }
  return [...lengths].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'other';
}

function isSame(a: RoutedRun, b: RoutedRun): boolean {
  return (
    a.language === b.language &&
    a.voice === b.voice &&
    a.speed === b.speed &&
    a.instructions === b.instructions &&
    a.lines.length === b.lines.length &&
    a.lines.every((line, index) => line === b.lines[index])
  );
}
