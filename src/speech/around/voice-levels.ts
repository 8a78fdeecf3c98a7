import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VoiceLevel } from './level-ride.js';

const FILE = 'voice-levels.json';
/** Older sound counts less and less against new. */
const MEMORY_S = 60;
const MAX_VOICES = 500;

/**
 * Remembers how loud each voice is, from run to run.
 *
 * Kept as JSON, replaced as a whole; of two processes that end together one may lose what it learned, which is learned again. A
 * file that is missing, damaged or not writable is nothing to complain about.
 */
export class VoiceLevels {
  readonly #folder: string | undefined;
  #levels: Promise<Map<string, VoiceLevel>> | undefined;
  readonly #learned = new Set<string>();

  /** @param folder - undefined: kept in memory. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  async of(voice: string): Promise<VoiceLevel | undefined> {
    return (await this.#load()).get(voice);
  }

  /** Adds what one sentence of this voice measured. */
  async learn(voice: string, heard: VoiceLevel): Promise<void> {
    const levels = await this.#load();
    const known = levels.get(voice);
    levels.delete(voice);
    levels.set(voice, known === undefined ? heard : blended(known, heard));
    this.#learned.add(voice);
  }

  /** Writes what was learned since the last time. Never rejects. */
  async save(): Promise<void> {
    if (this.#folder === undefined || this.#learned.size === 0) return;
    const mine = await this.#load();
    const all = await readLevels(join(this.#folder, FILE));
    for (const voice of this.#learned) {
      all.delete(voice);
      const level = mine.get(voice);
      if (level !== undefined) all.set(voice, level);
    }
    this.#learned.clear();
    const part = join(this.#folder, `${FILE}.${randomUUID()}.part`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(part, JSON.stringify(Object.fromEntries([...all].slice(-MAX_VOICES))), { mode: 0o600 });
      await rename(part, join(this.#folder, FILE));
    } catch {
      await unlink(part).catch(() => {});
    }
  }

  #load(): Promise<Map<string, VoiceLevel>> {
    this.#levels ??=
      this.#folder === undefined ? Promise.resolve(new Map()) : readLevels(join(this.#folder, FILE));
    return this.#levels;
  }
}

/** The mean of both by power, each weighing as much as it has seconds. */
function blended(known: VoiceLevel, heard: VoiceLevel): VoiceLevel {
  const weight = Math.min(known.seconds, MEMORY_S);
  const power =
    (weight * 10 ** (known.lufs / 10) + heard.seconds * 10 ** (heard.lufs / 10)) / (weight + heard.seconds);
  return { lufs: 10 * Math.log10(power), seconds: Math.min(weight + heard.seconds, MEMORY_S) };
}

async function readLevels(path: string): Promise<Map<string, VoiceLevel>> {
  const levels = new Map<string, VoiceLevel>();
  try {
    for (const [voice, level] of Object.entries(JSON.parse(await readFile(path, 'utf8')) as object)) {
      if (isLevel(level)) levels.set(voice, level);
    }
  } catch {
    // As if nothing had been learned.
  }
  return levels;
}

function isLevel(value: unknown): value is VoiceLevel {
  if (typeof value !== 'object' || value === null) return false;
  const { lufs, seconds } = value as Partial<Record<string, unknown>>;
  return typeof lufs === 'number' && lufs > -70 && lufs < 10 && typeof seconds === 'number' && seconds > 0;
}
