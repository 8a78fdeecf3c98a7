import type { LipTable } from '../lip-table.js';
import { PhonemeNames } from '../phoneme-names.js';
import { CLASSED_PHONEMES } from './phoneme-classes.js';

/**
 * Names that estimated and aligned lips use and this table lacks, with what is shown for them: the name of the table whose mouth is
 * most alike. Empty for MMDAgent-EX's own table; for a user's own, worth a warning.
 *
 * @param names - @default all names of MMDAgent-EX's own table
 */
export function lipStandIns(
  table: LipTable,
  names: readonly string[] = CLASSED_PHONEMES,
): ReadonlyMap<string, string> {
  const lookUp = new PhonemeNames(table);
  return new Map(
    names.filter((name) => !table.has(name)).map((name) => [name, lookUp.namesFor(name).join(' ')] as const),
  );
}
