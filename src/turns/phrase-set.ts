import { spokenForm } from './spoken-form.js';

const LATIN = /[a-z0-9]/;

/**
 * Phrases that are looked for at a place of a clause, in their spoken forms. Takes time by the length of the clause alone, which a
 * pattern of phrases that may follow each other does not.
 */
export class PhraseSet {
  readonly #byFirst = new Map<string, string[]>();

  constructor(phrases: readonly string[]) {
    for (const form of new Set(phrases.map(spokenForm))) {
      if (form === '') continue;
      const first = form.charAt(0);
      this.#byFirst.set(first, [...(this.#byFirst.get(first) ?? []), form]);
    }
  }

  /** Where the phrases that stand at `at` end, a blank behind them included. Latin ones stand there as whole words. */
  endsAt(clause: string, at: number): readonly number[] {
    const ends: number[] = [];
    for (const form of this.#byFirst.get(clause.charAt(at)) ?? []) {
      if (!clause.startsWith(form, at)) continue;
      const end = at + form.length;
      const isCut = LATIN.test(clause.charAt(end)) && LATIN.test(clause.charAt(end - 1));
      if (!isCut) ends.push(clause.charAt(end) === ' ' ? end + 1 : end);
    }
    return ends;
  }
}

/** A way through a clause: which phrases may follow in a state, and the state they lead to. */
export type PhraseSteps = readonly (readonly { readonly phrases: PhraseSet; readonly to: number }[])[];

/**
 * All places that phrases one after another lead to from the beginning.
 *
 * @param steps - by state; the first is where it begins.
 * @returns by state, whether each place can be reached; one more place than the clause has letters.
 */
export function reachable(clause: string, steps: PhraseSteps): readonly (readonly boolean[])[] {
  const reached = steps.map(() => new Array<boolean>(clause.length + 1).fill(false));
  const first = reached[0];
  if (first !== undefined) first[0] = true;
  for (let at = 0; at < clause.length; at++) {
    for (const [state, ways] of steps.entries()) {
      if (reached[state]?.[at] !== true) continue;
      for (const { phrases, to } of ways) {
        const target = reached[to];
        for (const end of phrases.endsAt(clause, at)) if (target !== undefined) target[end] = true;
      }
    }
  }
  return reached;
}
