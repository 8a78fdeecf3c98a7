import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { ConfigError } from '../runtime/index.js';

/** Where the timings of a sound go. */
export interface TimingsPlace {
  /** Everything that is known. */
  readonly json: string;
  /** Phonemes alone, HTK. */
  readonly lab: string;
}

/** Beside the sound, of the same name. */
export function timingsPlace(wav: string): TimingsPlace {
  const stem = wav.slice(0, wav.length - extname(wav).length);
  return { json: `${stem}.json`, lab: `${stem}.lab` };
}

/**
 * Files that nobody named must not take the place of the user's: `--out package.wav` leaves package.json alone.
 *
 * @throws {ConfigError} BRIDGE_ERR_USAGE - one is there that `say` did not write.
 */
export async function assertTimingsPlace({ json, lab }: TimingsPlace): Promise<void> {
  const isOurs = await isTimings(json);
  if (isOurs === true) return;
  const taken = isOurs === false ? json : (await isThere(lab)) ? lab : undefined;
  if (taken === undefined) return;
  throw new ConfigError(
    'BRIDGE_ERR_USAGE',
    `Expected ${taken} not to be there yet, since timings go there, and \`say\` did not write it. Move it, or take another name for --out`,
  );
}

/** @returns undefined: there is no such file. */
async function isTimings(path: string): Promise<boolean | undefined> {
  if (!(await isThere(path))) return undefined;
  try {
    const found: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof found !== 'object' || found === null) return false;
    const { unit, sentences, phonemes } = found as Partial<Record<string, unknown>>;
    return unit === 'ms' && Array.isArray(sentences) && Array.isArray(phonemes);
  } catch {
    return false;
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
