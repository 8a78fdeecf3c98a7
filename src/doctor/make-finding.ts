import { InvalidStateError } from '../runtime/index.js';
import { FINDING_AREAS, type Finding, type FindingArea, type FindingLevel } from './finding.js';
import type { FindingId, ValuesOf } from './texts/finding-texts.js';

/**
 * Makes a finding; its area is the part of its id before the dot.
 *
 * @param area - for findings of any area (`check.…`) only.
 */
export function finding<Id extends FindingId>(
  id: Id,
  level: FindingLevel,
  values: ValuesOf<Id>,
  area: FindingArea = areaOf(id),
): Finding {
  return { id, level, area, values };
}

function areaOf(id: string): FindingArea {
  const area = FINDING_AREAS.find((candidate) => id.startsWith(`${candidate}.`));
  if (area === undefined) throw new InvalidStateError(`The finding ${id} needs an area`);
  return area;
}
