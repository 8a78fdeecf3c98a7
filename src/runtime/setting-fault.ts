import { nearestName } from './nearest.js';

/** What a zod schema says against a value; told by its shape, so that nothing here loads zod. */
export interface SchemaFault {
  readonly code?: string | undefined;
  /** From the value that was checked. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Of `unrecognized_keys`: the names that are not known. */
  readonly keys?: readonly string[];
  /** Of `invalid_union`: what each of the forms says. */
  readonly errors?: readonly (readonly SchemaFault[])[];
}

/** Of a name that somebody else wrote so many letters are repeated. */
const SHOWN_LETTERS = 64;
/** More names than these are not listed. */
const LISTED_NAMES = 12;

/**
 * The sentence that tells a fault in a settings file: where, what was expected, what to do.
 *
 * @param section - the path of the value that was checked, such as `tools.mcp.files`.
 * @param namesAt - what is known at a path below it.
 * @returns One line.
 */
export function settingFault(
  fault: SchemaFault,
  section: string,
  namesAt: (path: readonly string[]) => readonly string[],
): string {
  const { path, message, keys } = deepest(fault);
  const place = path.map(String);
  const at = [section, ...place].join('.');
  const [unknown] = keys ?? [];
  if (unknown === undefined) return `${at}: ${message.replace(/\.$/, '')}. Change or remove it.`;
  return `${at}.${unknown.slice(0, SHOWN_LETTERS)}: there is no such setting. ${advice(unknown, namesAt(place))}`;
}

/** Of a choice of forms, what is wrong with the one that was meant: the object. */
function deepest(fault: SchemaFault): SchemaFault {
  const inner = fault.errors?.flat().find(({ path, keys }) => path.length > 0 || keys !== undefined);
  return inner === undefined ? fault : deepest({ ...inner, path: [...fault.path, ...inner.path] });
}

function advice(unknown: string, known: readonly string[]): string {
  const near = nearestName(unknown, known);
  if (near !== undefined) return `Did you mean ${near}?`;
  return known.length > 0 && known.length <= LISTED_NAMES ? `There are ${known.join(', ')}.` : 'Remove it.';
}
