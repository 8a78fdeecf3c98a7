import type { Capture, Device } from '../../devices/index.js';
import { DeviceError, sleep } from '../../runtime/index.js';
import type { Check } from '../check.js';
import type { DoctorContext, DoctorSound } from '../context.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';

const LISTEN_MS = 1500;
const FULL_SCALE = 32_768;
/** So many samples at full scale are no chance. */
const CLIPPED_SAMPLES = 8;

export const microphoneCheck: Check = {
  id: 'devices.microphone',
  area: 'devices',
  timeoutMs: 5000,
  run: async (context, signal) => {
    if (context.sound === undefined) return [];
    try {
      return await listen(context, context.sound, signal);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      // Told by the checks of tools and lists, with what to install.
      if (error.code === 'BRIDGE_ERR_DEVICE_TOOL') return [];
      return [finding('devices.inputFailed', 'warning', { code: error.code, reason: error.message })];
    }
  },
};

async function listen(
  { clock }: DoctorContext,
  sound: DoctorSound,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  let samples = 0;
  let peak = 0;
  let clipped = 0;
  const capture = await sound.openCapture(
    undefined,
    (frame) => {
      const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
      for (let at = 0; at + 1 < frame.byteLength; at += 2) {
        const level = Math.abs(view.getInt16(at, true));
        samples++;
        if (level > peak) peak = level;
        if (level >= FULL_SCALE - 1) clipped++;
      }
    },
    signal,
  );
  try {
    await sleep(clock, LISTEN_MS, signal);
  } finally {
    await capture.close();
  }
  const device = await usedDevice(sound, capture);
  const values = { device: device?.name ?? capture.device ?? capture.backend, seconds: LISTEN_MS / 1000 };
  if (samples === 0) return [finding('devices.noFrames', 'warning', values)];
  // An output that plays nothing is silent, and nothing is wrong with it.
  if (peak === 0) return device?.isMonitor === true ? [] : [finding('devices.silent', 'warning', values)];
  const peakDbfs = Math.round(20 * Math.log10(peak / FULL_SCALE));
  return [
    finding('devices.inputHeard', 'ok', { ...values, peakDbfs }),
    ...(clipped >= CLIPPED_SAMPLES ? [finding('devices.clipped', 'warning', { device: values.device })] : []),
  ];
}

/** The device that was recorded, as the lists have it. */
async function usedDevice(sound: DoctorSound, capture: Capture): Promise<Device | undefined> {
  const lists = await sound.listInputs();
  const devices = lists.find(({ backend }) => backend === capture.backend)?.devices ?? [];
  return devices.find(({ id, isDefault }) =>
    capture.device === undefined ? isDefault : id === capture.device,
  );
}
