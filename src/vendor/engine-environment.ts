import { isVendors } from './engine-options.js';

/** A whole option that names a variable: `${MY_KEY}`. */
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
/** Where secrets stand: only there variables are put in, since other options have braces of their own. */
const SECRET = /key|token|secret|password|authorization/i;

/** Options that hold a key; one is enough. */
export const KEY_OPTIONS = ['apiKey', 'accessToken'] as const;

/** What of a kind of engine comes from the environment. */
export interface EnvironmentOptions {
  readonly keyEnv?: string | undefined;
  /** Hosts of the vendor. */
  readonly keyHosts?: RegExp | undefined;
  readonly optionEnv?: Readonly<Record<string, string>> | undefined;
}

/**
 * Options with what the environment gives: `${NAME}` inside secrets and headers, and the kind's own variables for what is left out.
 * The variable of the key goes to the vendor only: a server that somebody else runs gets the keys that are written for it.
 *
 * @returns `missing`: a sentence about a variable that is named and not set; `taken`: which of the kind's own variables gave an option.
 */
export function withEnvironment(
  options: Readonly<Record<string, unknown>>,
  kind: EnvironmentOptions,
  env: Readonly<Record<string, string | undefined>>,
  path: string,
): {
  readonly options: Readonly<Record<string, unknown>>;
  readonly missing: string | undefined;
  readonly taken: Readonly<Record<string, string>>;
} {
  const taken: Record<string, string> = {};
  const unset: string[] = [];
  const filled = filledIn(options, false, env, unset) as Record<string, unknown>;
  const [name] = unset;
  const missing = name === undefined ? undefined : `set ${name} in the environment: ${path} names it`;
  if (missing !== undefined) return { options: filled, missing, taken };
  const takesKey = isAtVendor(filled, kind) && KEY_OPTIONS.every((option) => filled[option] === undefined);
  const sources = {
    ...kind.optionEnv,
    ...(kind.keyEnv !== undefined && takesKey ? { apiKey: kind.keyEnv } : {}),
  };
  for (const [option, variable] of Object.entries(sources)) {
    const value = env[variable]?.trim();
    if (filled[option] !== undefined || value === undefined || value === '') continue;
    filled[option] = value;
    taken[option] = variable;
  }
  return { options: filled, missing: undefined, taken };
}

/** Whether the options leave the address to the vendor, or name one of its own. */
export function isAtVendor(
  options: Readonly<Record<string, unknown>>,
  { keyHosts }: Pick<EnvironmentOptions, 'keyHosts'>,
): boolean {
  return isVendors(options['baseUrl'], { keyHosts });
}

function filledIn(
  value: unknown,
  isSecret: boolean,
  env: Readonly<Record<string, string | undefined>>,
  unset: string[],
): unknown {
  if (typeof value === 'string' && isSecret) {
    return value.replace(VARIABLE, (_whole, name: string) => {
      const found = env[name]?.trim();
      if (found === undefined || found === '') unset.push(name);
      return found ?? '';
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      filledIn(inner, isSecret || key === 'headers' || SECRET.test(key), env, unset),
    ]),
  );
}
