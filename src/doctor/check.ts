import type { DoctorContext } from './context.js';
import type { Finding, FindingArea } from './finding.js';

/** One thing to look at. */
export interface Check {
  readonly id: string;
  readonly area: FindingArea;
  /** After this it counts as hanging, and the next one begins. */
  readonly timeoutMs: number;
  /**
   * Looks, changing nothing. What it throws becomes a finding.
   *
   * @param signal - aborts when time is up: whatever is open must then be closed.
   */
  run(context: DoctorContext, signal: AbortSignal): Promise<readonly Finding[]>;
}
