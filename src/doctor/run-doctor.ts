import { BridgeError, errorText, type Timer } from '../runtime/index.js';
import { ALL_CHECKS } from './all-checks.js';
import type { Check } from './check.js';
import { findContent } from './content/find-content.js';
import type { DoctorContext, DoctorOptions, DoctorSound } from './context.js';
import { FINDING_AREAS, type Finding, type FindingArea } from './finding.js';
import { peerLinksOf } from './links.js';
import { machineView, once } from './machine/machine-view.js';
import { finding } from './make-finding.js';

/**
 * Looks at everything between a user and a speaking avatar and tells what it finds, as it finds it.
 *
 * Areas are looked at side by side, the checks of one area in turn. A check that throws or hangs becomes a finding. Nothing is
 * changed, no daemon is started, and MMDAgent-EX is never connected to: a second connection that goes away would end it.
 * All is over within 15 s, usually 5 s. Leaving the loop early closes what is open.
 */
export async function* runDoctor(
  options: DoctorOptions,
  checks: readonly Check[] = ALL_CHECKS,
): AsyncGenerator<Finding, void, undefined> {
  const context = createContext(options);
  const stop = new AbortController();
  const queue: (Finding | AreaEnd)[] = [];
  let wake = (): void => {};
  const onAbort = (): void => {
    stop.abort();
    wake();
  };
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted) onAbort();
  const runArea = async (area: FindingArea): Promise<void> => {
    for (const check of checks) {
      if (check.area !== area || stop.signal.aborted) continue;
      queue.push(...(await runCheck(check, context, stop.signal)));
      wake();
    }
    queue.push({ ended: area });
    wake();
  };
  for (const area of FINDING_AREAS) void runArea(area);
  try {
    let areasLeft: number = FINDING_AREAS.length;
    while (areasLeft > 0 && !stop.signal.aborted) {
      const next = queue.shift();
      if (next === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else if ('id' in next) yield next;
      else {
        areasLeft--;
        options.onAreaDone?.(next.ended);
      }
    }
    options.signal?.throwIfAborted();
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
    stop.abort();
  }
}

interface AreaEnd {
  readonly ended: FindingArea;
}

async function runCheck(
  check: Check,
  context: DoctorContext,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { id, area, timeoutMs } = check;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  signal.addEventListener('abort', onAbort, { once: true });
  let timer: Timer | undefined;
  const late = new Promise<readonly Finding[]>((resolve) => {
    timer = context.clock.after(timeoutMs, () => {
      resolve([finding('check.timedOut', 'warning', { check: id, seconds: timeoutMs / 1000 }, area)]);
      stop.abort();
    });
  });
  try {
    return await Promise.race([check.run(context, stop.signal), late]);
  } catch (error) {
    if (signal.aborted) return [];
    const code = error instanceof BridgeError ? ` (${error.code})` : '';
    return [finding('check.failed', 'warning', { check: id, reason: `${errorText(error)}${code}` }, area)];
  } finally {
    timer?.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}

/** @internal For tests of single checks. */
export function createContext(options: DoctorOptions): DoctorContext {
  const machine = machineView(options.host, options.files);
  const { daemon } = options;
  const context: DoctorContext = {
    ...options,
    sound: options.sound === undefined ? undefined : listingOnce(options.sound),
    tone: options.tone ?? true,
    machine,
    peerLinks: once(() => peerLinksOf(context)),
    findContent: once(() => findContent(options, machine)),
    daemonStatus: once(async () =>
      daemon === undefined || daemon instanceof BridgeError ? undefined : daemon.status(),
    ),
  };
  return context;
}

/** Listing asks several programs: once is enough. */
function listingOnce(sound: DoctorSound): DoctorSound {
  return {
    ...sound,
    listInputs: once(() => sound.listInputs()),
    listOutputs: once(() => sound.listOutputs()),
  };
}
