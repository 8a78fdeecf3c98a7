import { PAUSE_NAMES } from './pause-names.js';

/** One phoneme with the weight, 0 or more, of each mouth morph. */
export interface LipRow {
  readonly name: string;
  /** In the order of the table's morphs. */
  readonly weights: readonly number[];
}

/** The mouth shapes that one MMDAgent-EX knows by name: its lip.txt. */
export class LipTable {
  /** Morph names of the model, such as あ い う お. */
  readonly morphs: readonly string[];
  /** Every usable phoneme, in the order of the table. Case-sensitive. */
  readonly names: readonly string[];
  /** A name whose mouth is closed, or as closed as this table has it: what ends every motion. */
  readonly closedName: string;
  readonly #weights: ReadonlyMap<string, readonly number[]>;

  /** @param rows - at least one; of a name that stands twice the first counts, as in MMDAgent-EX. */
  constructor(morphs: readonly string[], rows: readonly LipRow[]) {
    const weights = new Map<string, readonly number[]>();
    for (const row of rows) if (!weights.has(row.name)) weights.set(row.name, row.weights);
    this.morphs = morphs;
    this.#weights = weights;
    this.names = [...weights.keys()];
    this.closedName = this.#mostClosed();
  }

  has(name: string): boolean {
    return this.#weights.has(name);
  }

  /** Weights of the morphs; none for a name that is not here. */
  weightsOf(name: string): readonly number[] {
    return this.#weights.get(name) ?? [];
  }

  /** How far the mouth opens: the sum of the weights, at most 1. */
  openingOf(name: string): number {
    return Math.min(
      1,
      this.weightsOf(name).reduce((sum, weight) => sum + weight, 0),
    );
  }

  /** No morph moves. */
  isClosed(name: string): boolean {
    return this.openingOf(name) === 0;
  }

  #mostClosed(): string {
    const usual = [...PAUSE_NAMES].find((name) => this.has(name) && this.openingOf(name) === 0);
    if (usual !== undefined) return usual;
    const sorted = [...this.names].sort((a, b) => this.openingOf(a) - this.openingOf(b));
    return sorted[0] ?? 'sil';
  }
}
