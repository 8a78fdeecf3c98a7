import { addressMatcher, canonicalHost, isAddressRange, isAnyHost, isLoopbackHost } from '../config/index.js';
import { ConfigError } from '../runtime/index.js';
import type { IsTrusted } from './gate-request.js';
import type { LimitTable } from './limits.js';
import { canonicalOrigin, Origins } from './origins.js';

/** What a user decides about who may ask. */
export interface GateSettings {
  /** The address that the server listens on. Anything but loopback demands a key. */
  readonly host: string;
  /** Where browsers find the server, if not there: `https://bridge.example`, with a path where a proxy puts one before. @default none */
  readonly publicUrl?: string | undefined;
  /** Whether pages may be used without a key. @default false */
  readonly visitors?: boolean;
  /** Origins of other sites whose pages may ask, such as `https://example.org` or `https://*.example.org`. @default none */
  readonly origins?: readonly string[];
  /** Addresses and ranges of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. @default none */
  readonly trustedProxies?: readonly string[];
  /** @default DEFAULT_LIMITS */
  readonly limits?: LimitTable;
  /** How long a login lasts, hours. @default 12 */
  readonly loginHours?: number;
}

/** The same, read. */
export interface GateRules {
  /** Canonical, as listened on. */
  readonly host: string;
  readonly isLoopback: boolean;
  readonly isEverywhere: boolean;
  readonly publicHost: string | undefined;
  readonly publicOrigin: string | undefined;
  /** Of cookies: of the public URL, else `/`. */
  readonly path: string;
  readonly visitors: boolean;
  readonly origins: Origins;
  readonly isTrusted: IsTrusted;
  readonly loginMs: number;
}

const USUAL_LOGIN_HOURS = 12;
const HOUR_MS = 3_600_000;

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID */
export function readGateSettings(settings: GateSettings): GateRules {
  const { origins = [], trustedProxies = [], visitors = false, loginHours = USUAL_LOGIN_HOURS } = settings;
  const bare = settings.host.replace(/^\[(.*)\]$/, '$1');
  const host = canonicalHost(bare.includes(':') ? `[${bare}]` : bare) ?? bare;
  const wrongProxy = trustedProxies.find((range) => !isAddressRange(range));
  if (wrongProxy !== undefined)
    throw wrong('an address or range such as 10.0.0.0/8 as trusted proxy', wrongProxy);
  if (!(loginHours > 0)) throw wrong('hours of a login above 0', String(loginHours));
  return {
    host,
    isLoopback: isLoopbackHost(host),
    isEverywhere: isAnyHost(host),
    ...publicPlace(settings.publicUrl),
    visitors,
    origins: new Origins(origins),
    isTrusted: addressMatcher(trustedProxies),
    loginMs: loginHours * HOUR_MS,
  };
}

function publicPlace(url: string | undefined): Pick<GateRules, 'publicHost' | 'publicOrigin' | 'path'> {
  if (url === undefined) return { publicHost: undefined, publicOrigin: undefined, path: '/' };
  const place = URL.canParse(url) ? new URL(url) : undefined;
  const origin = place === undefined ? undefined : canonicalOrigin(place.origin);
  const host = place === undefined ? undefined : canonicalHost(place.hostname);
  const isPlain = place?.username === '' && place.password === '' && place.search === '' && place.hash === '';
  // A semicolon would end the path of a cookie.
  if (
    place === undefined ||
    origin === undefined ||
    host === undefined ||
    !isPlain ||
    place.pathname.includes(';')
  )
    throw wrong('a public URL such as https://bridge.example or https://example.org/bridge/', 'another');
  return { publicHost: host, publicOrigin: origin, path: place.pathname };
}

function wrong(expected: string, got: string): ConfigError {
  return new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    `Expected ${expected}, got ${JSON.stringify(got.slice(0, 100))}`,
  );
}
