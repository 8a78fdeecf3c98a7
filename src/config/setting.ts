import type { z } from 'zod';

/** The zod namespace, handed to the schemas so that nothing imports zod before a value must be checked. */
export type Zod = typeof z;

/** One row of the settings table: everything the product knows about a setting. */
export interface Setting<T> {
  /** Flag without the dashes; undefined = no flag. */
  readonly flag: string | undefined;
  readonly env: string;
  /** How text becomes a value, before the schema sees it. In the environment a list is split at commas, a section is JSON. */
  readonly kind: 'text' | 'number' | 'boolean' | 'list' | 'section';
  readonly schema: (zod: Zod) => z.ZodType<T>;
  readonly default: T;
  /** One line for help and README; no full stop at the end. */
  readonly describe: string;
  /** Ends the sentence "expected ...". */
  readonly expects: string;
  readonly choices?: readonly string[];
  /** Never shown, never in a file. @default false */
  readonly isSecret?: boolean;
  /** @default true */
  readonly fileAllowed?: boolean;
  /** A path: relative ones in a config file count from the file's folder. @default false */
  readonly isPath?: boolean;
}

/** What every row says by itself; the rest follows from the kind of row. */
interface RowHead {
  readonly flag: string | undefined;
  readonly env: string;
  readonly describe: string;
  readonly fileAllowed?: boolean;
  readonly isSecret?: boolean;
  readonly isPath?: boolean;
}

/** A whole number from `min` to `max`. */
export function wholeNumber(
  row: RowHead & {
    readonly min: number;
    readonly max: number;
    readonly unit: string;
    readonly default: number;
  },
): Setting<number> {
  const { min, max, unit, ...head } = row;
  return {
    ...head,
    kind: 'number',
    expects: `a whole number from ${min} to ${max}${unit === '' ? '' : ` (${unit})`}`,
    schema: (zod) => zod.number().int().min(min).max(max),
  };
}

/** A number from `min` to `max`, with or without decimals. */
export function decimal(
  row: RowHead & { readonly min: number; readonly max: number; readonly default: number },
): Setting<number> {
  const { min, max, ...head } = row;
  return {
    ...head,
    kind: 'number',
    expects: `a number from ${min} to ${max}`,
    schema: (zod) => zod.number().min(min).max(max),
  };
}

/** Names with whatever belongs to each; those who use it check what stands inside. */
export function section(
  row: RowHead & { readonly expects: string },
): Setting<Readonly<Record<string, unknown>>> {
  return { ...row, kind: 'section', default: {}, schema: (zod) => zod.record(zod.string(), zod.unknown()) };
}

/** One of a few words. */
export function choice<const W extends string>(
  row: RowHead & { readonly choices: readonly W[]; readonly default: NoInfer<W> },
): Setting<W> {
  return {
    ...row,
    kind: 'text',
    expects: `one of ${row.choices.join(', ')}`,
    schema: (zod) => zod.enum(row.choices),
  };
}

/** Yes or no. */
export function yesNo(row: RowHead & { readonly default: boolean }): Setting<boolean> {
  return { ...row, kind: 'boolean', expects: 'true or false', schema: (zod) => zod.boolean() };
}

/** Text that passes `accepts`. */
export function text(
  row: RowHead & {
    readonly default: string;
    readonly expects: string;
    readonly accepts: (value: string) => boolean;
  },
): Setting<string> {
  const { accepts, ...head } = row;
  return { ...head, kind: 'text', schema: (zod) => zod.string().refine(accepts) };
}

/** Text that passes `accepts`, or nothing. */
export function optionalText(
  row: RowHead & { readonly expects: string; readonly accepts: (value: string) => boolean },
): Setting<string | undefined> {
  const { accepts, ...head } = row;
  return {
    ...head,
    kind: 'text',
    default: undefined,
    schema: (zod) => zod.string().refine(accepts).optional(),
  };
}

/** A list of texts that each pass `accepts`; at least one. */
export function textList(
  row: RowHead & {
    readonly default: readonly string[];
    readonly expects: string;
    readonly accepts: (value: string) => boolean;
  },
): Setting<readonly string[]> {
  const { accepts, ...head } = row;
  return {
    ...head,
    kind: 'list',
    schema: (zod) => zod.array(zod.string().refine(accepts)).min(1).readonly(),
  };
}
