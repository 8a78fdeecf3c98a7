import { type Fields, isFields } from '../../../vendor/index.js';

/** What Gemini's schemas have of JSON Schema. @source js-genai 6e9b35c types.ts, Schema */
const KEPT = new Set([
  ...['type', 'description', 'title', 'nullable', 'default', 'enum', 'format', 'pattern', 'required'],
  ...[
    'minimum',
    'maximum',
    'minItems',
    'maxItems',
    'minLength',
    'maxLength',
    'minProperties',
    'maxProperties',
  ],
  ...['propertyOrdering'],
]);
/** Other formats are refused. @source ai.google.dev "Function calling"; errors of the interface name these */
const FORMATS = new Set(['int32', 'int64', 'float', 'double', 'enum', 'date-time']);
const MAX_DEPTH = 24;

/**
 * JSON Schema as Gemini takes it: references put in their places, alternatives as `anyOf`, `null` as `nullable`, constants as
 * enumerations of strings, and without what it refuses (`$schema`, `additionalProperties`, other formats).
 *
 * @returns undefined for an object without properties, which stands for no parameters at all.
 */
export function geminiSchema(schema: Fields): Fields | undefined {
  const made = converted(schema, schema, 0);
  const properties = made['properties'];
  return isFields(properties) && Object.keys(properties).length > 0 ? made : undefined;
}

function converted(node: Fields, root: Fields, depth: number): Fields {
  if (depth > MAX_DEPTH) return { type: 'object' };
  const from = merged(referenced(node, root, depth), root, depth);
  const made: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(from)) if (KEPT.has(key)) made[key] = value;
  withType(made, from['type']);
  withChoices(made, from);
  if (typeof made['format'] === 'string' && !FORMATS.has(made['format'])) delete made['format'];
  const inner = (value: unknown): Fields => (isFields(value) ? converted(value, root, depth + 1) : {});
  if (isFields(from['properties'])) {
    const names = Object.entries(from['properties']).map(([name, value]) => [name, inner(value)] as const);
    made['properties'] = Object.fromEntries(names);
    made['type'] ??= 'object';
    withRequired(made, new Set(names.map(([name]) => name)));
  } else delete made['required'];
  if (made['type'] === 'array' || from['items'] !== undefined) {
    const items = Array.isArray(from['items']) ? from['items'][0] : from['items'];
    made['items'] = isFields(items) ? inner(items) : { type: 'string' };
  }
  const choices = [from['anyOf'], from['oneOf']].find(Array.isArray);
  if (choices !== undefined) withAlternatives(made, choices.map(inner));
  return made;
}

/** `$ref` within the schema. What leads nowhere is anything. */
function referenced(node: Fields, root: Fields, depth: number): Fields {
  const reference = node['$ref'];
  if (typeof reference !== 'string') return node;
  if (depth >= MAX_DEPTH || !reference.startsWith('#/')) return {};
  let at: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    at = isFields(at) ? at[key] : undefined;
  }
  const { $ref: _ref, ...own } = node;
  return isFields(at) ? { ...referenced(at, root, depth + 1), ...own } : own;
}

/** `allOf` is all of it at once. */
function merged(node: Fields, root: Fields, depth: number): Fields {
  const all = node['allOf'];
  if (!Array.isArray(all)) return node;
  const { allOf: _all, ...own } = node;
  const parts = [
    ...all.filter(isFields).map((part) => merged(referenced(part, root, depth), root, depth)),
    own,
  ];
  const properties = Object.assign({}, ...parts.map((part) => part['properties'] ?? {})) as Fields;
  const required = parts.flatMap((part) => (Array.isArray(part['required']) ? part['required'] : []));
  return {
    ...(Object.assign({}, ...parts) as Fields),
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
  };
}

/** `["string", "null"]` is a string that may be null. */
function withType(made: Record<string, unknown>, type: unknown): void {
  if (!Array.isArray(type)) return;
  const types = type.filter((one) => one !== 'null');
  if (types.length < type.length) made['nullable'] = true;
  if (types.length === 1) made['type'] = types[0];
  else {
    delete made['type'];
    withAlternatives(
      made,
      types.map((one) => ({ type: one })),
    );
  }
}

/** Enumerations hold strings only. */
function withChoices(made: Record<string, unknown>, from: Fields): void {
  const all = from['const'] === undefined ? from['enum'] : [from['const']];
  if (!Array.isArray(all)) return;
  const values = all.filter((value) => value !== null);
  if (values.length < all.length) made['nullable'] = true;
  if (values.every((value) => typeof value === 'string')) {
    made['type'] = 'string';
    made['enum'] = values;
  } else {
    // Numbers and switches are described instead.
    delete made['enum'];
    made['description'] = [made['description'], `One of ${values.join(', ')}.`].filter(Boolean).join(' ');
  }
}

function withRequired(made: Record<string, unknown>, names: ReadonlySet<string>): void {
  const required = made['required'];
  if (!Array.isArray(required)) return;
  const known = [...new Set(required.filter((name) => names.has(name)))];
  if (known.length > 0) made['required'] = known;
  else delete made['required'];
}

function withAlternatives(made: Record<string, unknown>, all: readonly Fields[]): void {
  const others = all.filter((one) => one['type'] !== 'null');
  if (others.length < all.length) made['nullable'] = true;
  const [only] = others;
  if (others.length === 1 && only !== undefined) Object.assign(made, { ...only, ...made });
  else if (others.length > 1) made['anyOf'] = others;
}
