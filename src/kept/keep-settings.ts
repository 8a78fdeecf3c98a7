import { ConfigError, type SchemaFault, settingFault } from '../runtime/index.js';

/** The section `keep` of the settings, checked and with its defaults. */
export interface KeepSettings {
  /**
   * `jsonl`: a file of JSON lines for each session; `sqlite`: one database, needs Node 22.13 or later; `memory`: until the process
   * ends, for `resume` without a trace; `none`: nothing.
   *
   * @default 'none', and 'jsonl' as soon as another setting of this section asks for something to be kept
   */
  readonly store: 'jsonl' | 'sqlite' | 'memory' | 'none';
  /** @default a folder of the user's own, see `KeptPorts.defaultFolder` */
  readonly folder: string | undefined;
  /** Whether the sound of both sides is kept too, a WAV file for each turn and side. @default false */
  readonly recordings: boolean;
  /** Sessions in which nothing happened for so many days are removed. @default 30 */
  readonly days: number | 'forever';
  /** No more sessions than these; the oldest go first. @default 10000 */
  readonly maxSessions: number;
  /** No more megabytes (10^6) than these, recordings included; the oldest sessions go first. @default 2000 */
  readonly maxMb: number;
}

const DEFAULT_DAYS = 30;
const DEFAULT_MAX_SESSIONS = 10_000;
const DEFAULT_MAX_MB = 2000;
const STORES = ['jsonl', 'sqlite', 'memory', 'none'] as const;
/** A century: longer is a slip of the hand. */
const MAX_DAYS = 36_500;

/**
 * Reads the section `keep`.
 *
 * Nothing is kept unless the user asks for it: what somebody says to an avatar is private. Naming a store, a folder, recordings or a
 * limit is asking. What is kept goes after 30 days, unless `days: forever` says otherwise.
 *
 * @param section - as the settings file gives it; undefined: it has none.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault, with its path.
 */
export async function readKeep(section: unknown): Promise<KeepSettings> {
  const { z: zod } = await import('zod');
  const schema = zod.strictObject({
    store: zod.enum(STORES).optional(),
    folder: zod.string().min(1).optional(),
    recordings: zod.boolean().default(false),
    days: zod.union([zod.number().gt(0).max(MAX_DAYS), zod.literal('forever')]).default(DEFAULT_DAYS),
    maxSessions: zod.number().int().min(1).default(DEFAULT_MAX_SESSIONS),
    maxMb: zod.number().gt(0).default(DEFAULT_MAX_MB),
  });
  const checked = schema.safeParse(section ?? {});
  if (!checked.success) {
    const known = Object.keys(schema.shape);
    throw invalid(checked.error.issues.map((issue) => faultText(issue, known)).join('\n'));
  }
  const { store, folder, ...rest } = checked.data;
  const isAsked = Object.values((section ?? {}) as object).some(
    (value) => value !== undefined && value !== false,
  );
  const settings = { store: store ?? (isAsked ? 'jsonl' : 'none'), folder, ...rest } as const;
  if (settings.recordings && (settings.store === 'none' || settings.store === 'memory'))
    throw invalid(
      `keep.recordings: expected a store on disk for recordings, got store ${settings.store}. Set keep.store to jsonl or sqlite, or remove keep.recordings.`,
    );
  return settings;
}

function faultText(fault: SchemaFault, known: readonly string[]): string {
  const message = fault.path[0] === 'days' ? 'expected a number of days above 0, or forever' : fault.message;
  return settingFault({ ...fault, message }, 'keep', () => known);
}

function invalid(message: string): ConfigError {
  return new ConfigError('BRIDGE_ERR_CONFIG_INVALID', message);
}
