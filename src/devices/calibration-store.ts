import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorText, RequestError } from '../runtime/index.js';

/** What is kept of one loudspeaker. */
export interface OutputCalibration {
  readonly backend: string;
  /** Id as the backend names it; undefined: the default, where the backend cannot tell which that is. */
  readonly device: string | undefined;
  readonly sampleRateHz: number;
  /** Later than the playback's clock says, milliseconds. */
  readonly offsetMs: number;
  /** Undefined for a value that was set by hand. */
  readonly spreadMs: number | undefined;
  readonly via: 'monitor' | 'microphone' | 'hand';
  /** ISO 8601. */
  readonly measuredAt: string;
}

export type CalibratedOutput = Pick<OutputCalibration, 'backend' | 'device' | 'sampleRateHz'>;

const VERSION = 1;
/** Beyond this it is no calibration but a mistake. */
export const MAX_OFFSET_MS = 5000;

/**
 * Calibrations of this user's loudspeakers, in one JSON file.
 *
 * A file that is missing, broken or of another version reads as empty, and so does each entry of it that is no calibration: sound
 * without one is better than none. Changes replace the file at once (written beside it, then renamed).
 */
export class CalibrationStore {
  readonly #path: string;
  #entries: readonly OutputCalibration[];

  /** @param path - JSON file; its folder is made with the first change. */
  static async open(path: string): Promise<CalibrationStore> {
    return new CalibrationStore(path, parseCalibrations(await readFile(path, 'utf8').catch(() => '')));
  }

  private constructor(path: string, entries: readonly OutputCalibration[]) {
    this.#path = path;
    this.#entries = entries;
  }

  get path(): string {
    return this.#path;
  }

  get entries(): readonly OutputCalibration[] {
    return this.#entries;
  }

  /** The same loudspeaker at this rate, or at the rate measured last: its delay is nearly the same. */
  find(output: CalibratedOutput): OutputCalibration | undefined {
    const own = this.#entries.filter((entry) => isSameDevice(entry, output));
    return own.find(({ sampleRateHz }) => sampleRateHz === output.sampleRateHz) ?? own.at(-1);
  }

  /** For `openPlayback`: 0 for a loudspeaker that was not calibrated. */
  offsetMs(output: CalibratedOutput): number {
    return this.find(output)?.offsetMs ?? 0;
  }

  /** @throws {RequestError} BRIDGE_ERR_FILE_WRITE */
  async keep(entry: OutputCalibration): Promise<void> {
    const others = this.#entries.filter(
      (other) => !(isSameDevice(other, entry) && other.sampleRateHz === entry.sampleRateHz),
    );
    await this.#write([...others, entry]);
  }

  /** @returns how many were forgotten, of all rates. @throws {RequestError} BRIDGE_ERR_FILE_WRITE */
  async forget(output: Pick<CalibratedOutput, 'backend' | 'device'>): Promise<number> {
    const left = this.#entries.filter((entry) => !isSameDevice(entry, output));
    const forgotten = this.#entries.length - left.length;
    if (forgotten > 0) await this.#write(left);
    return forgotten;
  }

  async #write(entries: readonly OutputCalibration[]): Promise<void> {
    const temporary = `${this.#path}.${randomUUID()}.tmp`;
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      const text = JSON.stringify({ version: VERSION, outputs: entries }, undefined, 2);
      await writeFile(temporary, `${text}\n`, { mode: 0o600 });
      await rename(temporary, this.#path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw new RequestError(
        'BRIDGE_ERR_FILE_WRITE',
        `Calibrations could not be kept in ${this.#path}: ${errorText(error)}`,
        { cause: error },
      );
    }
    this.#entries = entries;
  }
}

/** @internal */
export function parseCalibrations(text: string): OutputCalibration[] {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return [];
  }
  if (!isObject(file) || file['version'] !== VERSION || !Array.isArray(file['outputs'])) return [];
  return file['outputs'].flatMap((entry) => {
    const read = isObject(entry) ? calibrationOf(entry) : undefined;
    return read === undefined ? [] : [read];
  });
}

function calibrationOf(entry: Readonly<Record<string, unknown>>): OutputCalibration | undefined {
  const { backend, device, sampleRateHz, offsetMs, spreadMs, via, measuredAt } = entry;
  if (typeof backend !== 'string' || (device !== undefined && typeof device !== 'string')) return undefined;
  if (typeof sampleRateHz !== 'number' || typeof offsetMs !== 'number') return undefined;
  if (!(Math.abs(offsetMs) <= MAX_OFFSET_MS)) return undefined;
  return {
    backend,
    device,
    sampleRateHz,
    offsetMs,
    spreadMs: typeof spreadMs === 'number' ? spreadMs : undefined,
    via: via === 'monitor' || via === 'microphone' ? via : 'hand',
    measuredAt: typeof measuredAt === 'string' ? measuredAt : '',
  };
}

function isSameDevice(
  a: Pick<CalibratedOutput, 'backend' | 'device'>,
  b: Pick<CalibratedOutput, 'backend' | 'device'>,
): boolean {
  return a.backend === b.backend && a.device === b.device;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
