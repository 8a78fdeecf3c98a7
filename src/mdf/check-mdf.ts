import { canonicalHost, type LinkSpec } from '../config/index.js';
import {
  COMMAND_KEY,
  type MdfOptions,
  type MdfSetting,
  mdfSettings,
  REMOTE_KEYS,
  RETRY_COUNT,
} from './mdf-lines.js';
import {
  latin1AsUtf8,
  type MdfLine,
  readSetting,
  splitMdf,
  utf8AsLatin1,
  withoutEndBlanks,
} from './mdf-text.js';
import { activeSettings, inFreeSlot, isBridgeCommand, rivalKeys } from './patch-mdf.js';

/** What is wrong with an .mdf for a link. */
export interface MdfFinding {
  readonly code:
    | 'missing'
    | 'wrong-value'
    | 'rival-key'
    | 'retry-count'
    | 'http-server-open'
    | 'hidden-key'
    | 'plugin-disabled';
  /** An error keeps the link from working; a warning is unsafe or fragile. */
  readonly severity: 'error' | 'warning';
  readonly key: string;
  /** One sentence: what is there, what it does, what to write. */
  readonly message: string;
}

/** From this many tries on (14 hours) a RetryCount counts as large enough. */
const ENOUGH_RETRIES = RETRY_COUNT / 10;

/**
 * Looks for what would keep MMDAgent-EX with this .mdf from working with a link.
 *
 * Sees one file only: MMDAgent-EX also reads the .mdf beside its program, and this one wins over that.
 *
 * @returns Findings, errors first; empty when the file fits.
 * @throws as `patchMdf`.
 */
export function checkMdf(bytes: Uint8Array, link: LinkSpec, options: MdfOptions = {}): MdfFinding[] {
  const { lines } = splitMdf(bytes);
  const active = activeSettings(lines);
  const settings = inFreeSlot(lines, mdfSettings(link, options));
  const findings = [
    ...settings.flatMap((setting) => checkSetting(setting, active.get(setting.key)) ?? []),
    ...rivalKeys(link).flatMap((key) => checkRival(key, active.get(key)) ?? []),
    ...checkHidden(lines, settings),
    ...checkPlugin(link, active),
  ];
  return [
    ...findings.filter((f) => f.severity === 'error'),
    ...findings.filter((f) => f.severity === 'warning'),
  ];
}

function checkSetting({ key, value }: MdfSetting, found: string | undefined): MdfFinding | undefined {
  const line = `${key}=${value}`;
  if (key === 'http_server') {
    if (found === value) return undefined;
    const message = `MMDAgent-EX's own HTTP server takes commands from anyone who reaches the machine: add ${line}.`;
    return { code: 'http-server-open', severity: 'warning', key, message };
  }
  if (key === 'Plugin_Remote_RetryCount') {
    if (found !== undefined && Number.parseInt(found, 10) >= ENOUGH_RETRIES) return undefined;
    const state = found === undefined ? 'is missing' : `is ${shown(found)}`;
    const message = `${key} ${state}: MMDAgent-EX gives up on the bridge after a while and stays silent; write ${line}.`;
    return { code: 'retry-count', severity: 'warning', key, message };
  }
  if (found === undefined) {
    return { code: 'missing', severity: 'error', key, message: `${key} is missing: add ${line}.` };
  }
  if (isSame(key, found, value)) return undefined;
  return {
    code: 'wrong-value',
    severity: 'error',
    key,
    message: `${key} is ${shown(found)}: write ${line}.`,
  };
}

/** Whether MMDAgent-EX takes both values for the same thing. */
function isSame(key: string, found: string, wanted: string): boolean {
  if (key.includes('_Enable')) return found !== 'false';
  if (key.endsWith('Port')) return Number.parseInt(found, 10) === Number(wanted);
  if (key.endsWith('Hostname') || key.endsWith('_Host')) {
    return found === wanted || (canonicalHost(found) ?? found) === canonicalHost(wanted);
  }
  if (key.startsWith(COMMAND_KEY) && isBridgeCommand(found)) return true;
  return found === utf8AsLatin1(wanted);
}

/** Only keys that choose a mode do harm; a stray port or path of another mode is not looked at by MMDAgent-EX. */
function checkRival(key: string, found: string | undefined): MdfFinding | undefined {
  const isHost = key === 'Plugin_Remote_Websocket_Host';
  const choosesMode = isHost || /_(?:Enable|ServerMode|ClientMode)/.test(key);
  if (!choosesMode || found === undefined || (isHost ? found === '' : found === 'false')) return undefined;
  const message = `${key}=${shown(found)} switches MMDAgent-EX to another kind of link: remove the line or put # before it.`;
  return { code: 'rival-key', severity: 'error', key, message };
}

/** Keys that look right to people and are another key to MMDAgent-EX: blanks around them, or a byte order mark before. */
function checkHidden(lines: readonly MdfLine[], settings: readonly MdfSetting[]): MdfFinding[] {
  const known = new Set<string>([...settings.map(({ key }) => key), ...Object.values(REMOTE_KEYS).flat()]);
  return lines.flatMap((line) => {
    const written = readSetting(line)?.key;
    if (written === undefined || known.has(written)) return [];
    const key = withoutEndBlanks(written.replace(/^\u00ef\u00bb\u00bf/, '').replace(/^[ \t]+/, ''));
    if (!known.has(key)) return [];
    const cause = written.startsWith('\u00ef') ? 'a byte order mark' : 'blanks';
    const message = `MMDAgent-EX does not see ${key}, because of ${cause} beside it: write it in the first column of a line, with no blank before =.`;
    return [{ code: 'hidden-key', severity: 'warning', key, message } as const];
  });
}

function checkPlugin(link: LinkSpec, active: ReadonlyMap<string, string>): MdfFinding[] {
  const plugin = link.kind === 'stdio' ? 'AnyScript' : 'Remote';
  const disabled = words(active.get('disablePlugin'));
  if (!disabled.includes('ALL') && !disabled.includes(plugin)) return [];
  const enabled = words(active.get('enablePlugin'));
  if (enabled.includes('ALL') || enabled.includes(plugin)) return [];
  const message = `disablePlugin switches Plugin_${plugin} off: add ${plugin} to enablePlugin.`;
  return [{ code: 'plugin-disabled', severity: 'error', key: 'disablePlugin', message }];
}

function words(value: string | undefined): string[] {
  return (value ?? '').split(',').map((word) => word.trim());
}

function shown(found: string): string {
  return JSON.stringify(latin1AsUtf8(found).slice(0, 80));
}
