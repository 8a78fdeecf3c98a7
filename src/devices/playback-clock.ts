/** What a player's own words about its position are worth. */
export interface PlaybackClockOptions {
  /** Reports this old count; long enough to outlive a stalled event loop, short enough to follow drift. @default 3000 */
  readonly windowMs?: number | undefined;
  /** How fast the mapping may move once it is settled, milliseconds per second. @default 5 */
  readonly maxSlewMsPerS?: number | undefined;
  /** An advance below this between two reports means that the device stands still. @default 10 */
  readonly minAdvanceMs?: number | undefined;
}

/** A stretch of sound that was heard without a break: position + offset = time. */
interface Stretch {
  readonly fromPositionMs: number;
  offsetMs: number;
}

interface Report {
  readonly atMs: number;
  readonly offsetMs: number;
}

/** Share of reports that may be punctual: all others came late, because a report is never read early. */
const PUNCTUAL_SHARE = 0.25;
/** A mapping of fewer reports follows them at once. */
const SETTLED_REPORTS = 8;
/** A difference beyond this that lasts is no drift: the device skipped without a word. */
const SKIP_MS = 15;
const SKIP_LASTS_MS = 500;
/** An announced start that no report has shown after so long was none. */
const ASSUMED_LASTS_MS = 1500;
/** Stretches kept for looking back. */
const MAX_STRETCHES = 64;

/**
 * When positions of the sound are heard, from a player's reports of its own position.
 *
 * A report (time read, position) gives time - position = offset. Reports are read late, never early, by as much as this process
 * was busy; so the mapping follows a low quantile of the last seconds, which nine late ones of thirteen do not move, and
 * follows it slowly. Over the few seconds of the window a device that is 200 ppm off moves the offset by less than 1 ms, so
 * no rate is estimated. When the device stands still (before the start, after an underrun) the mapping ends there and a new one
 * begins with the next advance; positions before it keep theirs.
 */
export class PlaybackClock {
  readonly #windowMs: number;
  readonly #maxSlewMsPerS: number;
  readonly #minAdvanceMs: number;
  readonly #stretches: Stretch[] = [];
  #reports: Report[] = [];
  #last: { readonly atMs: number; readonly positionMs: number } | undefined;
  #isMoving = false;
  /** When it announced to move; undefined once a report has shown it. */
  #assumedAtMs: number | undefined;
  /** What was written when it stopped: all of it was heard. */
  #haltedMs = 0;

  constructor(options: PlaybackClockOptions = {}) {
    this.#windowMs = options.windowMs ?? 3000;
    this.#maxSlewMsPerS = options.maxSlewMsPerS ?? 5;
    this.#minAdvanceMs = options.minAdvanceMs ?? 10;
  }

  /** True while the device plays; false before the first sample, in an underrun and when it hangs. */
  get isMoving(): boolean {
    return this.#isMoving;
  }

  /** False until the first sample. */
  get hasMoved(): boolean {
    return this.#stretches.length > 0;
  }

  /** @param positionMs - Sound heard so far as the player has it; not before the one reported last. */
  report(atMs: number, positionMs: number): void {
    const last = this.#last;
    this.#last = { atMs, positionMs };
    const advanceMs = positionMs - (last?.positionMs ?? 0);
    // Several reports read at once stand at one time: they moved, whatever the time between them says.
    const isMoving =
      advanceMs >= this.#minAdvanceMs || (last !== undefined && atMs - last.atMs < 5 && this.#isMoving);
    if (!isMoving) {
      this.#isMoving = this.#assumedAtMs !== undefined && atMs - this.#assumedAtMs < ASSUMED_LASTS_MS;
      return;
    }
    this.#assumedAtMs = undefined;
    const offsetMs = atMs - positionMs;
    if (!this.#isMoving) this.#begin(Math.max(this.#haltedMs, last?.positionMs ?? 0), offsetMs);
    this.#isMoving = true;
    this.#follow({ atMs, offsetMs });
  }

  /**
   * The device announces that it begins, or goes on, where it stood.
   *
   * @param afterMs - until the first sample is heard.
   */
  start(atMs: number, afterMs = 0): void {
    if (this.#isMoving) return;
    const fromMs = this.#standingMs;
    this.#begin(fromMs, atMs + afterMs - fromMs);
    this.#isMoving = true;
    this.#assumedAtMs = atMs;
  }

  /**
   * The device stands still, or has gone on to another: what comes is heard with a new offset.
   *
   * @param positionMs - up to which everything is heard; left out: up to the last report.
   */
  interrupt(positionMs = this.#last?.positionMs ?? 0): void {
    this.#isMoving = false;
    this.#assumedAtMs = undefined;
    this.#haltedMs = positionMs;
  }

  /** Undefined for what lies beyond a device that stands still. */
  heardAtMs(positionMs: number): number | undefined {
    if (!this.#isMoving && positionMs > this.#standingMs) return undefined;
    const stretch = this.#stretchOf(({ fromPositionMs }) => fromPositionMs <= positionMs);
    return stretch === undefined ? undefined : positionMs + stretch.offsetMs;
  }

  /** 0 before the first sample. May run past what was written: the owner knows how much that is. */
  positionMs(nowMs: number): number {
    const stretch = this.#stretchOf(({ fromPositionMs, offsetMs }) => fromPositionMs + offsetMs <= nowMs);
    if (stretch === undefined) return 0;
    const nextMs = this.#stretches[this.#stretches.indexOf(stretch) + 1]?.fromPositionMs;
    const endMs = nextMs ?? (this.#isMoving ? Number.POSITIVE_INFINITY : this.#standingMs);
    return Math.max(0, Math.min(endMs, nowMs - stretch.offsetMs));
  }

  get #standingMs(): number {
    return Math.max(this.#haltedMs, this.#last?.positionMs ?? 0);
  }

  #stretchOf(fits: (stretch: Stretch) => boolean): Stretch | undefined {
    return this.#stretches.findLast(fits) ?? this.#stretches[0];
  }

  #begin(fromPositionMs: number, offsetMs: number): void {
    this.#stretches.push({ fromPositionMs, offsetMs });
    if (this.#stretches.length > MAX_STRETCHES) this.#stretches.shift();
    this.#reports = [];
  }

  #follow(report: Report): void {
    const before = this.#reports.at(-1);
    this.#reports.push(report);
    const sinceMs = report.atMs - this.#windowMs;
    while ((this.#reports[0]?.atMs ?? sinceMs) < sinceMs) this.#reports.shift();
    const stretch = this.#stretches.at(-1);
    if (stretch === undefined) return;
    const targetMs = punctual(this.#reports);
    if (this.#reports.length <= SETTLED_REPORTS) {
      stretch.offsetMs = targetMs;
      return;
    }
    if (this.#skipped(stretch, report)) return;
    const slewMs = (this.#maxSlewMsPerS * (report.atMs - (before?.atMs ?? report.atMs))) / 1000;
    stretch.offsetMs += Math.max(-slewMs, Math.min(slewMs, targetMs - stretch.offsetMs));
  }

  /** All reports of the last half second agree that the mapping is far off: a new one begins. */
  #skipped(stretch: Stretch, { atMs }: Report): boolean {
    const recent = this.#reports.filter((report) => report.atMs >= atMs - SKIP_LASTS_MS);
    const early = recent.every(({ offsetMs }) => offsetMs < stretch.offsetMs - SKIP_MS);
    const late = recent.every(({ offsetMs }) => offsetMs > stretch.offsetMs + SKIP_MS);
    const isLong = atMs - (recent[0]?.atMs ?? atMs) > SKIP_LASTS_MS * 0.8;
    if (!isLong || recent.length < SETTLED_REPORTS || !(early || late)) return false;
    const offsetMs = punctual(recent);
    this.#begin((recent[0]?.atMs ?? atMs) - stretch.offsetMs, offsetMs);
    this.#reports = recent;
    return true;
  }
}

function punctual(reports: readonly Report[]): number {
  const offsets = reports.map(({ offsetMs }) => offsetMs).sort((a, b) => a - b);
  return offsets[Math.floor((offsets.length - 1) * PUNCTUAL_SHARE)] ?? 0;
}
