import type { HttpEndpoint, HttpMethod, SocketEndpoint } from './endpoint.js';

/** What was found at a path. */
export interface Found<T> {
  readonly endpoint: T;
  readonly params: Readonly<Record<string, string>>;
}

interface Pattern<T> {
  readonly segments: readonly string[];
  readonly byMethod: Map<string, T>;
}

const NO_PARAMS: Readonly<Record<string, string>> = {};

/** Endpoints by path: exact ones first, then those with `:name` in the order in which they were given. */
class PathTable<T> {
  readonly #exact = new Map<string, Map<string, T>>();
  readonly #patterns: Pattern<T>[] = [];

  /** @throws {Error} two of the same method and path. */
  add(path: string, method: string, endpoint: T): void {
    const byMethod = this.#methodsAt(path);
    if (byMethod.has(method)) throw new Error(`Two endpoints for ${method} ${path}`);
    byMethod.set(method, endpoint);
  }

  /** @returns undefined: there is nothing at this path. */
  at(
    path: string,
  ): { readonly byMethod: ReadonlyMap<string, T>; readonly params: Found<T>['params'] } | undefined {
    const exact = this.#exact.get(path);
    if (exact !== undefined) return { byMethod: exact, params: NO_PARAMS };
    const segments = path.split('/');
    for (const pattern of this.#patterns) {
      const params = matched(pattern.segments, segments);
      if (params !== undefined) return { byMethod: pattern.byMethod, params };
    }
    return undefined;
  }

  #methodsAt(path: string): Map<string, T> {
    if (!path.includes(':')) {
      const known = this.#exact.get(path) ?? new Map<string, T>();
      this.#exact.set(path, known);
      return known;
    }
    const segments = path.split('/');
    const known = this.#patterns.find((one) => one.segments.join('/') === path);
    if (known !== undefined) return known.byMethod;
    const pattern: Pattern<T> = { segments, byMethod: new Map() };
    this.#patterns.push(pattern);
    return pattern.byMethod;
  }
}

export class HttpTable {
  readonly #table = new PathTable<HttpEndpoint>();

  constructor(endpoints: readonly HttpEndpoint[]) {
    for (const endpoint of endpoints) this.#table.add(endpoint.path, endpoint.method, endpoint);
  }

  /** @returns undefined: nothing is at this path; else what is, or the methods that would be. */
  find(method: string, path: string): Found<HttpEndpoint> | { readonly allowed: string } | undefined {
    const found = this.#table.at(path);
    if (found === undefined) return undefined;
    const asked = method === 'HEAD' ? ('GET' satisfies HttpMethod) : method;
    const endpoint = found.byMethod.get(asked);
    if (endpoint !== undefined) return { endpoint, params: found.params };
    const methods = [...found.byMethod.keys()].flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
    return { allowed: methods.join(', ') };
  }

  has(path: string): boolean {
    return this.#table.at(path) !== undefined;
  }
}

export class SocketTable {
  readonly #table = new PathTable<SocketEndpoint>();

  constructor(endpoints: readonly SocketEndpoint[]) {
    for (const endpoint of endpoints) this.#table.add(endpoint.path, 'GET', endpoint);
  }

  find(path: string): Found<SocketEndpoint> | undefined {
    const found = this.#table.at(path);
    const endpoint = found?.byMethod.get('GET');
    return endpoint === undefined ? undefined : { endpoint, params: found?.params ?? NO_PARAMS };
  }
}

/** @returns undefined: they do not fit, or what stands for a name is no text. */
function matched(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (!expected.startsWith(':')) {
      if (expected !== segment) return undefined;
      continue;
    }
    const text = decoded(segment);
    if (text === undefined || text === '') return undefined;
    params[expected.slice(1)] = text;
  }
  return params;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
