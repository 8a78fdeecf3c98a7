import type { z } from 'zod';
import { ConfigError, errorText, RequestError } from '../runtime/index.js';
import type { Tool, ToolContext, ToolOutcome } from './tool.js';

/** What vendors take as the name of a function. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** A tool whose arguments a zod object describes: `run` gets them checked, with their defaults and types. */
export interface ZodTool<S extends z.ZodObject> extends Omit<Tool, 'parameters' | 'run'> {
  readonly parameters: S;
  run(args: z.output<S>, context: ToolContext): unknown | Promise<unknown> | AsyncIterable<ToolOutcome>;
}

/**
 * Makes a tool of a description and a function.
 *
 * @param definition - `parameters` is a JSON Schema of an object, or a zod object (zod 4.2 or newer).
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - the name or the parameters are not what models take.
 */
export function tool<S extends z.ZodObject>(definition: ZodTool<S>): Tool;
export function tool(definition: Tool): Tool;
export function tool(definition: Tool | ZodTool<z.ZodObject>): Tool {
  requireName(definition.name);
  if (!isZod(definition)) return requireObject(definition);
  const { parameters: schema, run, ...rest } = definition;
  return requireObject({
    ...rest,
    parameters: jsonSchemaOf(definition.name, schema),
    run: (args, context) => {
      const checked = schema.safeParse(args);
      if (!checked.success) throw misfit(checked.error.issues);
      return run.call(definition, checked.data, context);
    },
  });
}

/** @throws {ConfigError} */
export function requireName(name: string): void {
  if (NAME.test(name)) return;
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    `A tool is called ${JSON.stringify(name.slice(0, 80))}: expected 1 to 64 letters, digits, "_" and "-". Rename it.`,
  );
}

function isZod(definition: Tool | ZodTool<z.ZodObject>): definition is ZodTool<z.ZodObject> {
  return typeof (definition.parameters as { readonly safeParse?: unknown }).safeParse === 'function';
}

function jsonSchemaOf(name: string, schema: z.ZodObject): Readonly<Record<string, unknown>> {
  try {
    // What the model writes is what comes in: before defaults and transforms.
    const { $schema, ...parameters } = schema.toJSONSchema({ io: 'input' });
    return parameters;
  } catch (error) {
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `The parameters of tool ${name} cannot be told to a model: ${errorText(error)}. Use types that JSON has.`,
      { cause: error },
    );
  }
}

function requireObject(definition: Tool): Tool {
  if (definition.parameters['type'] === 'object') return definition;
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    `The parameters of tool ${definition.name}: expected a JSON Schema with type: 'object'. Wrap them in an object.`,
  );
}

function misfit(issues: readonly z.core.$ZodIssue[]): RequestError {
  return new RequestError('BRIDGE_ERR_TOOL_FAILED', `The arguments do not fit. ${issuesText(issues)}`);
}

const MAX_ISSUES = 5;

/** @internal The faults of arguments in words that a model can act on. */
export function issuesText(issues: readonly z.core.$ZodIssue[]): string {
  const told = issues
    .slice(0, MAX_ISSUES)
    .map(
      ({ path, message }) =>
        `${path.length === 0 ? 'The arguments' : path.map(String).join('.')}: ${message}.`,
    );
  return told.join(' ');
}
