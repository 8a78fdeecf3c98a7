import { ConfigError } from '../runtime/index.js';

/** One entry of the list of origins that may ask. */
interface OriginRule {
  /** Whole origin, or undefined for a wildcard. */
  readonly exact: string | undefined;
  readonly scheme: string;
  /** With the dot before it: `.example.org`. */
  readonly suffix: string;
  /** With its colon; '' for the scheme's own. */
  readonly port: string;
}

/**
 * The other sites whose pages may ask.
 *
 * An entry is an exact origin, `https://example.org` or `http://localhost:3000`, or one with a wildcard for the first label,
 * `https://*.example.org`, which stands for exactly one label. `*` alone is refused: with cookies it would let every site act as
 * every visitor.
 */
export class Origins {
  readonly #rules: readonly OriginRule[];

  /** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - an entry is no origin. */
  constructor(entries: readonly string[]) {
    this.#rules = entries.map(ruleOf);
  }

  has(origin: string): boolean {
    const parts = partsOf(origin);
    if (parts === undefined) return false;
    return this.#rules.some(({ exact, scheme, suffix, port }) => {
      if (exact !== undefined) return exact === parts.origin;
      if (scheme !== parts.scheme || port !== parts.port || !parts.host.endsWith(suffix)) return false;
      const label = parts.host.slice(0, -suffix.length);
      return label !== '' && !label.includes('.');
    });
  }
}

/**
 * An Origin header in its one spelling: lower case, without the scheme's own port.
 *
 * @returns undefined for `null` and everything else that is not `http://` or `https://` with a host.
 */
export function canonicalOrigin(text: string): string | undefined {
  return partsOf(text)?.origin;
}

interface OriginParts {
  readonly origin: string;
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
}

const ORIGIN = /^(https?:\/\/)(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/;

function partsOf(text: string): OriginParts | undefined {
  const match = ORIGIN.exec(text.toLowerCase());
  if (match === null || !URL.canParse(text)) return undefined;
  // The platform's own reading of IPv6, default ports and numbers for hosts.
  const { origin, protocol, hostname, port } = new URL(text);
  return { origin, scheme: `${protocol}//`, host: hostname, port: port === '' ? '' : `:${port}` };
}

function ruleOf(entry: string): OriginRule {
  const isWild = /^https?:\/\/\*\./i.test(entry);
  const parts = partsOf(isWild ? entry.replace('*.', '') : entry);
  const hasName = parts !== undefined && /[a-z]/.test(parts.host) && !parts.host.startsWith('[');
  // A wildcard below a whole top-level domain would let anybody in who registers a name.
  if (parts === undefined || (isWild && !(hasName && parts.host.includes('.'))))
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `Expected an origin such as https://example.org, http://localhost:3000 or https://*.example.org, got ${JSON.stringify(entry.slice(0, 100))}${entry === '*' ? ': every site could then act for every visitor' : ''}`,
    );
  return {
    exact: isWild ? undefined : parts.origin,
    scheme: parts.scheme,
    suffix: `.${parts.host}`,
    port: parts.port,
  };
}
