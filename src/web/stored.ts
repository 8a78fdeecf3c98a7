/** What the page remembers in this browser. Where storage is off, or holds nonsense, the page works without. */
export class Stored<Value extends object> {
  readonly #key: string;
  readonly #fallback: Value;

  /** @param fallback - every key there is, with values of the kind that is believed. */
  constructor(name: string, fallback: Value) {
    this.#key = `mmdagent-bridge.${name}`;
    this.#fallback = fallback;
  }

  read(): Value {
    try {
      return believed(JSON.parse(localStorage.getItem(this.#key) ?? '{}'), this.#fallback);
    } catch {
      return this.#fallback;
    }
  }

  write(value: Value): void {
    try {
      localStorage.setItem(this.#key, JSON.stringify(value));
    } catch {
      // Not remembered.
    }
  }
}

/** `fallback`, with what `value` has under the same keys and of the same kind. */
export function believed<Value extends object>(value: unknown, fallback: Value): Value {
  if (typeof value !== 'object' || value === null) return fallback;
  const found = value as Readonly<Record<string, unknown>>;
  const entries = Object.entries(fallback).map(([key, usual]) => {
    const candidate = found[key];
    const isFit =
      typeof candidate === typeof usual && !(typeof candidate === 'number' && !Number.isFinite(candidate));
    return [key, isFit ? candidate : usual];
  });
  return Object.fromEntries(entries) as Value;
}
