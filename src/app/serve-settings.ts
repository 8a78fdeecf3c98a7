import type { z } from 'zod';
import { DEFAULT_LIMITS, type Limits, type LimitTable } from '../access/index.js';
import type { AvatarAllowance } from '../api/index.js';
import { POPUP_DEFAULTS, type PopupSettings } from '../popup/index.js';
import { ConfigError, settingFault } from '../runtime/index.js';
import { SESSION_LIMITS, type SessionLimits } from '../sessions/index.js';

type Zod = typeof z;

/** Section `serve` of the settings file, checked; everything may be left out. */
export interface ServeSettings {
  /** Whether pages of this server and of `origins` may talk to it without a key. @default false */
  readonly visitors: boolean;
  /** Other sites whose pages may: `https://example.org`, `https://*.example.org`. @default [] */
  readonly origins: readonly string[];
  /** Where browsers find the server, if not at its address. @default none */
  readonly publicUrl: string | undefined;
  /** Proxies whose X-Forwarded-For is believed. @default [] */
  readonly trustedProxies: readonly string[];
  /** How long a login of a page lasts. @default 12 */
  readonly loginHours: number;
  /** @default keys.json in the user's folder */
  readonly keyFile: string | undefined;
  /** Certificate and key; with them the server speaks https. @default none */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly sessions: SessionLimits;
  /** How much visitors, addresses, clients and operators may use. @default DEFAULT_LIMITS */
  readonly limits: LimitTable;
  /** Whether clients may give pictures by https address, which who answers then fetches. @default false */
  readonly imageLinks: boolean;
  /** What keys of role client may do with avatars; operators may everything. @default nothing */
  readonly avatars: AvatarAllowance;
  readonly popup: PopupSettings;
}

const MAX_PROBLEMS = 20;
const SECTION = 'serve';
const MINUTE_MS = 60_000;

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault, with its path. */
export async function readServeSettings(section: unknown): Promise<ServeSettings> {
  const { z: zod } = await import('zod');
  const checked = schema(zod).safeParse(section ?? {});
  if (!checked.success) {
    const problems = checked.error.issues
      .slice(0, MAX_PROBLEMS)
      .map((issue) => settingFault(issue, SECTION, ([group]) => NAMES[group ?? ''] ?? []));
    throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', problems.join('\n'));
  }
  const { sessions, popup, publicUrl, keyFile, tls, limits, ...rest } = checked.data;
  const { idleMinutes, sleepMinutes, contextMinutes, maxPerCaller, maxSessions } = sessions;
  return {
    ...rest,
    ...{ publicUrl, keyFile, tls },
    limits: limitsOf(limits),
    sessions: {
      maxSessions,
      maxPerCaller: { ...SESSION_LIMITS.maxPerCaller, ...maxPerCaller },
      idleMs: idleMinutes * MINUTE_MS,
      sleepMs: sleepMinutes * MINUTE_MS,
      contextMs: contextMinutes * MINUTE_MS,
    },
    popup: { ...POPUP_DEFAULTS, ...popup },
  };
}

/** What is left out of a caller's limits is as usual. */
function limitsOf(given: Readonly<Partial<Record<keyof LimitTable, Partial<Limits>>>>): LimitTable {
  const { visitor, address, client, operator } = DEFAULT_LIMITS;
  return {
    visitor: { ...visitor, ...given.visitor },
    address: { ...address, ...given.address },
    client: { ...client, ...given.client },
    operator: { ...operator, ...given.operator },
  };
}

/** For advice about names that are not known. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  '': [
    'visitors',
    'origins',
    'publicUrl',
    'trustedProxies',
    'loginHours',
    'keyFile',
    'tls',
    'sessions',
    'limits',
    'imageLinks',
    'avatars',
    'popup',
  ],
  sessions: ['maxSessions', 'maxPerCaller', 'idleMinutes', 'sleepMinutes', 'contextMinutes'],
  tls: ['certFile', 'keyFile'],
  avatars: ['lanes', 'messageTypes'],
  popup: Object.keys(POPUP_DEFAULTS),
  limits: Object.keys(DEFAULT_LIMITS),
};

function schema(zod: Zod) {
  const texts = zod.array(zod.string().min(1).max(300)).max(200).default([]);
  const minutes = (standardMs: number) =>
    zod
      .number()
      .min(0.1)
      .max(100_000)
      .default(standardMs / MINUTE_MS);
  const count = zod.number().int().min(1).max(100_000);
  const bytes = zod.number().int().min(1000).max(1_000_000_000);
  const path = zod.string().min(1).max(4096);
  const rate = zod.strictObject({ perS: zod.number().positive(), burst: zod.number().positive() });
  const limits = zod
    .strictObject({ requests: rate, turns: rate, bytes: rate, connections: count })
    .partial()
    .transform(withoutUndefined);
  return zod.strictObject({
    visitors: zod.boolean().default(false),
    origins: texts,
    publicUrl: zod.string().min(1).max(500).optional(),
    trustedProxies: texts,
    loginHours: zod.number().positive().max(8760).default(12),
    keyFile: path.optional(),
    tls: zod.strictObject({ certFile: path, keyFile: path }).optional(),
    sessions: zod
      .strictObject({
        maxSessions: count.default(SESSION_LIMITS.maxSessions),
        maxPerCaller: zod
          .strictObject({ visitor: count.optional(), client: count.optional(), operator: count.optional() })
          .transform(withoutUndefined)
          .prefault({}),
        idleMinutes: minutes(SESSION_LIMITS.idleMs),
        sleepMinutes: minutes(SESSION_LIMITS.sleepMs),
        contextMinutes: minutes(SESSION_LIMITS.contextMs),
      })
      .prefault({}),
    limits: zod
      .strictObject({ visitor: limits, address: limits, client: limits, operator: limits })
      .partial()
      .transform(withoutUndefined)
      .prefault({}),
    imageLinks: zod.boolean().default(false),
    avatars: zod
      .strictObject({
        lanes: zod.union([zod.literal('all'), texts]).default([]),
        messageTypes: texts,
      })
      .prefault({}),
    popup: zod
      .strictObject({
        createAudioOfAnswer: zod.boolean(),
        welcome: zod.string().max(2000),
        maxBodyBytes: bytes,
        maxAudioBytes: bytes,
        maxAudioSeconds: zod.number().int().min(1).max(120),
        maxOpenAudioBytes: bytes,
        maxConnections: count,
      })
      .partial()
      .transform(withoutUndefined)
      .prefault({}),
  });
}

/** Left out is left out: zod tells undefined for what was given as such. */
function withoutUndefined<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
