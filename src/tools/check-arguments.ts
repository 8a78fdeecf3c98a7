import type { z } from 'zod';
import type { Logger } from '../runtime/index.js';
import { issuesText } from './define-tool.js';
import type { Tool } from './tool.js';

export type CheckedArguments =
  | { readonly args: Readonly<Record<string, unknown>> }
  /** In words for the model. */
  | { readonly problem: string };

/** A model that writes more has lost its way. */
const MAX_ARGUMENT_CHARS = 200_000;
/** So much of the schema is shown to a model that got it wrong. */
const SHOWN_SCHEMA_CHARS = 1500;

/** `undefined`: a schema that cannot be checked here, so the tool has to. */
type Checker = z.ZodType | undefined;

/**
 * Checks what a model wrote against the tool's schema.
 *
 * zod reads the schema when the tool is first called. What it cannot express (`not`, `if`, `unevaluatedProperties`, references to
 * elsewhere) is left to the tool; then only the required names are looked for.
 */
export class ArgumentChecks {
  readonly #log: Logger;
  readonly #checkers = new WeakMap<object, Promise<Checker>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * @param argumentsJson - `''` is `{}`.
   * @param isForeign - the schema comes from another machine: its patterns are not run, since one could hold us up.
   */
  async check(tool: Tool, argumentsJson: string, isForeign: boolean): Promise<CheckedArguments> {
    const read = readObject(argumentsJson);
    if ('problem' in read) return { problem: `${read.problem} ${schemaText(tool)}` };
    const checker = await this.#checkerOf(tool, isForeign);
    const problem =
      checker === undefined ? missingNames(tool, read.args) : this.#problem(tool, checker, read.args);
    return problem === undefined
      ? read
      : { problem: `The arguments do not fit. ${problem} ${schemaText(tool)}` };
  }

  /** A schema may mean itself and nothing else, and arguments may be nested without end: both run out of stack. */
  #problem(tool: Tool, checker: z.ZodType, args: Readonly<Record<string, unknown>>): string | undefined {
    try {
      return problemOf(checker, args);
    } catch (error) {
      this.#log.debug({ tool: tool.name, error: String(error) }, 'The tool checks its arguments itself');
      return missingNames(tool, args);
    }
  }

  #checkerOf(tool: Tool, isForeign: boolean): Promise<Checker> {
    const known = this.#checkers.get(tool.parameters);
    if (known !== undefined) return known;
    const made = this.#makeChecker(tool, isForeign);
    this.#checkers.set(tool.parameters, made);
    return made;
  }

  async #makeChecker(tool: Tool, isForeign: boolean): Promise<Checker> {
    const { z: zod } = await import('zod');
    try {
      const schema = isForeign ? withoutPatterns(tool.parameters) : tool.parameters;
      return zod.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema);
    } catch (error) {
      this.#log.debug({ tool: tool.name, error: String(error) }, 'The tool checks its arguments itself');
      return undefined;
    }
  }
}

function readObject(json: string): CheckedArguments {
  if (json.trim() === '') return { args: {} };
  if (json.length > MAX_ARGUMENT_CHARS)
    return { problem: `The arguments are longer than ${MAX_ARGUMENT_CHARS} characters.` };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : '';
    return { problem: `The arguments are not JSON (${reason}).` };
  }
  // Some models write null where there are none.
  if (value === null) return { args: {} };
  if (isObject(value)) return { args: value };
  return {
    problem: `The arguments are ${Array.isArray(value) ? 'a list' : `a ${typeof value}`}, not an object.`,
  };
}

function problemOf(checker: z.ZodType, args: Readonly<Record<string, unknown>>): string | undefined {
  const checked = checker.safeParse(args);
  return checked.success ? undefined : issuesText(checked.error.issues);
}

function missingNames(tool: Tool, args: Readonly<Record<string, unknown>>): string | undefined {
  const { required } = tool.parameters;
  const missing = Array.isArray(required)
    ? required.filter((name) => !Object.hasOwn(args, String(name)))
    : [];
  return missing.length === 0 ? undefined : `Missing: ${missing.join(', ')}.`;
}

function schemaText(tool: Tool): string {
  const schema = JSON.stringify(tool.parameters);
  const shown = schema.length > SHOWN_SCHEMA_CHARS ? `${schema.slice(0, SHOWN_SCHEMA_CHARS)}…` : schema;
  return `Call ${tool.name} again with an object of this JSON Schema: ${shown}`;
}

/** Keywords whose values map names of the user's own to schemas: there `pattern` is a name. */
const NAME_MAPS = new Set(['properties', '$defs', 'definitions']);

function withoutPatterns(schema: unknown, isNameMap = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withoutPatterns(item));
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(
    ([key]) => isNameMap || !['pattern', 'patternProperties', 'propertyNames'].includes(key),
  );
  return Object.fromEntries(
    kept.map(([key, value]) => [key, withoutPatterns(value, !isNameMap && NAME_MAPS.has(key))]),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
