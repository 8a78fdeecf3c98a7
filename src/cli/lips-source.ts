import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import {
  alphabetOf,
  DEFAULT_LIP_TABLE,
  ESTIMATED_PHONEMES,
  type LipTable,
  lipStandIns,
  PhonemeNames,
  readPhonemeList,
  readTimings,
  type TimedPhoneme,
} from '../lipsync/index.js';
import { BridgeError, ConfigError, errorText, RequestError } from '../runtime/index.js';
import { type CommandContext, textArg } from './context.js';
import { lipTableOf } from './lip-table-setting.js';

/** Where the mouth's shapes come from. */
export interface LipsSource {
  /** In the names of the file; undefined: the mouth follows what is heard. */
  readonly phonemes: readonly TimedPhoneme[] | undefined;
  /** For people: the file's name, or what else it is. */
  readonly label: string;
  readonly names: PhonemeNames;
}

const BESIDE = ['.json', '.lab', '.TextGrid', '.textgrid'];
/** `readTimings` refuses more; so much need not be read to know. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/**
 * Finds the phonemes for a sound: --phonemes, --timings, a file of the same name beside it, else none.
 *
 * @param file - of the sound; `-`: standard input.
 * @throws {ConfigError} BRIDGE_ERR_USAGE, BRIDGE_ERR_LIP_TABLE; {RequestError} BRIDGE_ERR_TIMING_FILE
 */
export async function lipsSource(context: CommandContext, file: string): Promise<LipsSource> {
  const { lipTxt } = context.resolved.config;
  const table = lipTxt === undefined ? DEFAULT_LIP_TABLE : await lipTableOf(context, lipTxt);
  const list = textArg(context.args, 'phonemes');
  const path = textArg(context.args, 'timings');
  if (list !== undefined && path !== undefined)
    throw new ConfigError('BRIDGE_ERR_USAGE', 'Expected --timings or --phonemes, got both');
  if (list !== undefined) return sourceOf(readPhonemeList(list, '--phonemes'), '--phonemes', table);
  if (path !== undefined) return sourceOf(await timingsOf(path), path, table);
  const beside = file === '-' ? undefined : await besideOf(context, file);
  if (beside !== undefined) return sourceOf(beside.phonemes, beside.path, table);
  tellStandIns(context, table);
  return { phonemes: undefined, label: 'what is heard in the sound', names: new PhonemeNames(table) };
}

/** Estimates use few names; a table without one of them shows what is most alike. */
function tellStandIns(context: CommandContext, table: LipTable): void {
  const standIns = [...lipStandIns(table, ESTIMATED_PHONEMES)];
  if (standIns.length === 0) return;
  const list = standIns.map(([name, shown]) => `${shown} for ${name}`).join(', ');
  context.say(`warning: phonemes that --lip-txt does not have are shown as the most alike: ${list}`);
}

function sourceOf(phonemes: readonly TimedPhoneme[], label: string, table: LipTable): LipsSource {
  const alphabet = alphabetOf(phonemes.map(({ phoneme }) => phoneme));
  return { phonemes, label, names: new PhonemeNames(table, alphabet) };
}

async function timingsOf(path: string): Promise<readonly TimedPhoneme[]> {
  return readTimings(await bytesOf(path), path).phonemes;
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes`);
    return await readFile(path);
  } catch (error) {
    throw new RequestError('BRIDGE_ERR_TIMING_FILE', `${path} could not be read: ${errorText(error)}`);
  }
}

async function besideOf(
  context: CommandContext,
  file: string,
): Promise<{ readonly path: string; readonly phonemes: readonly TimedPhoneme[] } | undefined> {
  const stem = file.slice(0, file.length - extname(file).length);
  for (const ending of BESIDE) {
    const path = `${stem}${ending}`;
    const isThere = path !== file && (await stat(path).catch(() => undefined))?.isFile() === true;
    if (!isThere) continue;
    try {
      return { path, phonemes: await timingsOf(path) };
    } catch (error) {
      // A file of that name may hold something else; a file that was asked for may not.
      if (!(error instanceof BridgeError)) throw error;
      context.say(`warning: ${error.message}. Left out; --timings names a file of timings`);
    }
  }
  return undefined;
}
