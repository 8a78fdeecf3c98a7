import type { CaptureBackend } from './capture-backend.js';
import { listPipewireInputs, MONITOR_SUFFIX } from './input-pipewire.js';

const HELP_TIMEOUT_MS = 2000;
/**
 * Keeps the session manager from giving us another microphone when the one that was named is not there, at first or
 * later; the recorder then waits without a sound.
 */
const STAY = 'node.dont-reconnect=true node.dont-fallback=true';

/** PipeWire's own recorder. */
export const PW_RECORD: CaptureBackend = {
  name: 'pw-record',
  program: 'pw-record',
  leadMs: 128,
  unbufferedLeadMs: 22,
  args: (device) => [
    '--rate=16000',
    '--channels=1',
    '--format=s16',
    '--latency=20ms',
    ...target(device),
    '-',
  ],
  // From 1.2 on standard output gets a file format unless raw sound is asked for; before, it got raw sound and the option
  // was not known.
  firstArgs: async (host, path) => {
    const { stdout, stderr } = await host.run(path, ['--help'], { timeoutMs: HELP_TIMEOUT_MS });
    return /(^|\s)--raw\b/.test(stdout + stderr) ? ['--raw'] : [];
  },
  faults: [
    { pattern: /unknown resource|no target node/i, code: 'BRIDGE_ERR_DEVICE_UNKNOWN' },
    { pattern: /Device or resource busy/i, code: 'BRIDGE_ERR_DEVICE_BUSY' },
  ],
  alarms: [
    { pattern: /unknown resource|no target node/i, code: 'BRIDGE_ERR_DEVICE_LOST', isNamedOnly: true },
  ],
  list: (host) => listPipewireInputs(host, 'pw-record'),
};

function target(device: string | undefined): string[] {
  if (device === undefined) return [];
  if (!device.endsWith(MONITOR_SUFFIX)) return [`--properties={ ${STAY} }`, `--target=${device}`];
  const sink = device.slice(0, -MONITOR_SUFFIX.length);
  return [`--properties={ ${STAY} stream.capture.sink=true }`, `--target=${sink}`];
}
