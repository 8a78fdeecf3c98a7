import type { VoiceMeter } from '../audio/index.js';

export interface LevelLineParts {
  readonly meter: VoiceMeter;
  /** Behind the level, in this order. */
  readonly notes: readonly string[];
  /** Width of the terminal; the line stays one shorter, so that it never wraps. */
  readonly columns: number;
}

const LOWEST_DBFS = -72;
const CELLS = 24;
/** Within this of full scale it is too loud. */
const LOUD_DBFS = -3;

/** One line that shows how loud the microphone is: `[#####----|---] -38 dBFS  open  lag 150 ms`. */
export function levelLine({ meter, notes, columns }: LevelLineParts): string {
  const loud = meter.peakDbfs > LOUD_DBFS ? '!' : ' ';
  const level = `${Math.max(LOWEST_DBFS, Math.round(meter.levelDbfs))} dBFS${loud}`.padStart(10);
  const line = [`[${bar(meter)}]${level}`, ...notes].join('  ');
  return line.slice(0, Math.max(10, columns - 1));
}

/** `#` up to the level, `|` where the gate opens. */
function bar(meter: VoiceMeter): string {
  const filled = cellAt(meter.levelDbfs);
  const cells: string[] = Array.from({ length: CELLS }, (_, at) => (at < filled ? '#' : '-'));
  if (meter.thresholdDbfs !== undefined) cells[Math.min(CELLS - 1, cellAt(meter.thresholdDbfs))] = '|';
  return cells.join('');
}

function cellAt(dbfs: number): number {
  const part = (dbfs - LOWEST_DBFS) / -LOWEST_DBFS;
  return Math.round(Math.max(0, Math.min(1, part)) * CELLS);
}
