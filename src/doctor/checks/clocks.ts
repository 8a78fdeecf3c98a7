import { type Clock, sleep } from '../../runtime/index.js';
import type { Check } from '../check.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';

const SAMPLES = 100;
const EVERY_MS = 20;
/** Slewing by NTP moves the clock by 0.5 ms a second at most. */
const STEP_MS = 20;
/** A lead of 100 ms bears this and no more. */
const LATE_MS = 30;
const SKEW_MS = 100;

/** Whether timers come in time and the wall clock runs as the monotonic one does. */
export const steadyCheck: Check = {
  id: 'clock.steady',
  area: 'clock',
  timeoutMs: 10_000,
  run: async ({ clock }, signal) => {
    const { lateMs, stepMs, seconds } = await watch(clock, signal);
    const findings: Finding[] = [];
    if (Math.abs(stepMs) > STEP_MS) findings.push(finding('clock.stepped', 'warning', { stepMs, seconds }));
    if (lateMs > LATE_MS) findings.push(finding('clock.coarse', 'warning', { lateMs }));
    return findings.length > 0 ? findings : [finding('clock.steady', 'ok', { lateMs })];
  },
};

/** Our wall clock against that of a daemon on another machine; on one machine it is the same clock. */
export const skewCheck: Check = {
  id: 'clock.skew',
  area: 'clock',
  timeoutMs: 5000,
  run: async ({ daemon }) => {
    if (daemon === undefined || !('isRemote' in daemon) || !daemon.isRemote) return [];
    const measured = await daemon.wallSkew();
    const errorMs = Math.max(1, Math.round(measured.errorMs));
    const skewMs = Math.round(measured.skewMs);
    return [
      Math.abs(skewMs) > SKEW_MS + errorMs
        ? finding('clock.skew', 'warning', { skewMs, errorMs })
        : finding('clock.inStep', 'ok', { errorMs: Math.max(errorMs, Math.abs(skewMs)) }),
    ];
  },
};

interface Watched {
  /** One timer in twenty was later than this. */
  readonly lateMs: number;
  /** The largest move of the wall clock against the monotonic one between two looks. */
  readonly stepMs: number;
  readonly seconds: number;
}

async function watch(clock: Clock, signal: AbortSignal): Promise<Watched> {
  const startedMs = clock.nowMs();
  const late: number[] = [];
  let stepMs = 0;
  let difference = clock.wallMs() - startedMs;
  for (let index = 0; index < SAMPLES; index++) {
    const dueMs = clock.nowMs() + EVERY_MS;
    await sleep(clock, EVERY_MS, signal);
    const nowMs = clock.nowMs();
    late.push(nowMs - dueMs);
    const now = clock.wallMs() - nowMs;
    if (Math.abs(now - difference) > Math.abs(stepMs)) stepMs = now - difference;
    difference = now;
  }
  late.sort((left, right) => left - right);
  return {
    lateMs: Math.round(late[Math.floor(late.length * 0.95)] ?? 0),
    stepMs: Math.round(stepMs),
    seconds: Math.round((clock.nowMs() - startedMs) / 1000),
  };
}
