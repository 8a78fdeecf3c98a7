import type { Device, DeviceList } from '../../devices/index.js';
import { DeviceError, sleep } from '../../runtime/index.js';
import type { Check } from '../check.js';
import type { DoctorContext, DoctorSound } from '../context.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';
import { ToneListener, toneBytes } from '../tone.js';

const TONE_MS = 700;
/** Silence before it opens slow devices; what follows covers their delay. */
const SILENCE_BEFORE_MS = 300;
/** The longest that sound is on its way through devices. */
const WAIT_MS = 1200;
const LOOK_EVERY_MS = 50;

/** Whether what is played comes out: on the output's own loopback where there is one, else at the microphone. */
export const toneCheck: Check = {
  id: 'devices.tone',
  area: 'devices',
  timeoutMs: 6500,
  run: async (context, signal) => {
    const { sound } = context;
    if (sound === undefined) return [];
    if (!context.tone) return [finding('devices.toneSkipped', 'info', {})];
    const [inputs, outputs] = await Promise.all([sound.listInputs(), sound.listOutputs()]);
    const output = outputOf(context, outputs);
    const monitor = output === undefined ? undefined : monitorOf(output, inputs);
    const hasMicrophone = inputs.some(({ devices }) => devices.some(({ isMonitor }) => !isMonitor));
    if (monitor === undefined && !hasMicrophone) return [];
    return playAndListen({ context, sound, output, monitor, signal });
  },
};

interface Trial {
  readonly context: DoctorContext;
  readonly sound: DoctorSound;
  readonly output: Device | undefined;
  readonly monitor: Device | undefined;
  readonly signal: AbortSignal;
}

async function playAndListen(trial: Trial): Promise<readonly Finding[]> {
  const { sound, monitor, output } = trial;
  const listener = new ToneListener();
  let capture: Awaited<ReturnType<DoctorSound['openCapture']>>;
  try {
    capture = await sound.openCapture(monitor?.id, (frame) => listener.push(frame), trial.signal);
  } catch (error) {
    // Why the microphone cannot be opened is told by its own check.
    if (error instanceof DeviceError) return [];
    throw error;
  }
  try {
    const failed = await play(trial, listener);
    if (failed !== undefined) return [failed];
  } finally {
    await capture.close();
  }
  const values = {
    output: output?.name ?? '–',
    input: monitor?.name ?? capture.device ?? capture.backend,
  };
  if (monitor !== undefined) {
    return [
      listener.isHeard
        ? finding('devices.toneOnMonitor', 'ok', values)
        : finding('devices.toneLost', 'error', values),
    ];
  }
  return [
    listener.isHeard
      ? finding('devices.toneOnMicrophone', 'ok', values)
      : finding('devices.toneNotHeard', 'warning', values),
  ];
}

/** @returns Why the loudspeaker could not be opened. */
async function play({ context, sound, signal }: Trial, listener: ToneListener): Promise<Finding | undefined> {
  try {
    const playback = await sound.openPlayback(signal);
    const onAbort = (): void => void playback.stop().catch(() => {});
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await playback.write(toneBytes(playback.sampleRateHz, SILENCE_BEFORE_MS, TONE_MS), signal);
      await playback.end();
    } finally {
      signal.removeEventListener('abort', onAbort);
      await playback.stop().catch(() => {});
    }
    for (let waitedMs = 0; waitedMs < WAIT_MS && !listener.isHeard; waitedMs += LOOK_EVERY_MS) {
      await sleep(context.clock, LOOK_EVERY_MS, signal);
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    if (error.code === 'BRIDGE_ERR_DEVICE_TOOL') return undefined;
    return finding('devices.outputFailed', 'warning', { code: error.code, reason: error.message });
  }
}

function outputOf({ resolved }: DoctorContext, lists: readonly DeviceList[]): Device | undefined {
  const { outputDevice, outputBackend } = resolved.config;
  const devices = lists
    .filter(({ backend }) => outputBackend === 'auto' || backend === outputBackend)
    .flatMap((list) => list.devices);
  const named = devices.find(
    ({ id, name, index }) => id === outputDevice || name === outputDevice || String(index) === outputDevice,
  );
  return outputDevice === undefined ? devices.find(({ isDefault }) => isDefault) : named;
}

/** PulseAudio and PipeWire call an output's loopback by the output's name with `.monitor` behind it. */
function monitorOf(output: Device, inputs: readonly DeviceList[]): Device | undefined {
  return inputs
    .flatMap(({ devices }) => devices)
    .find(({ id, isMonitor }) => isMonitor && (id === `${output.id}.monitor` || id === output.id));
}
