import { chooseDevice, type DeviceList } from '../../devices/index.js';
import { BridgeError } from '../../runtime/index.js';
import type { Check } from '../check.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';

export const inputsCheck: Check = {
  id: 'devices.inputs',
  area: 'devices',
  timeoutMs: 2500,
  run: async ({ sound, resolved }) => {
    if (sound === undefined) return [];
    const lists = await sound.listInputs();
    const devices = lists.flatMap((list) => list.devices);
    const first = lists.find((list) => list.devices.length > 0);
    const standard = first?.devices.find(({ isDefault }) => isDefault);
    const { inputDevice, inputBackend } = resolved.config;
    const findings: Finding[] = listed(lists, 'devices.inputs');
    if (devices.length === 0) findings.push(finding('devices.noInput', 'warning', {}));
    else if (devices.every(({ isMonitor }) => isMonitor)) {
      findings.push(finding('devices.onlyMonitors', 'warning', { count: first?.devices.length ?? 0 }));
    } else if (inputDevice === undefined && standard?.isMonitor === true) {
      findings.push(finding('devices.defaultIsMonitor', 'warning', { device: standard.name }));
    }
    return [...findings, ...chosenUnknown(lists, '--input-device', inputDevice, inputBackend)];
  },
};

export const outputsCheck: Check = {
  id: 'devices.outputs',
  area: 'devices',
  timeoutMs: 2500,
  run: async ({ sound, resolved }) => {
    if (sound === undefined) return [];
    const lists = await sound.listOutputs();
    const { outputDevice, outputBackend } = resolved.config;
    const findings = listed(lists, 'devices.outputs');
    if (lists.every(({ devices }) => devices.length === 0)) {
      findings.push(finding('devices.noOutput', 'warning', {}));
    }
    return [...findings, ...chosenUnknown(lists, '--output-device', outputDevice, outputBackend)];
  },
};

/** The first program that knows devices, which is the one taken; where none does, why those installed do not. */
function listed(lists: readonly DeviceList[], id: 'devices.inputs' | 'devices.outputs'): Finding[] {
  const first = lists.find(({ devices }) => devices.length > 0);
  if (first !== undefined) {
    const { backend, devices } = first;
    const standard = devices.find(({ isDefault }) => isDefault)?.name ?? '–';
    return [finding(id, 'ok', { backend, count: devices.length, default: standard })];
  }
  // What is not installed is told by the check of the programs; the rest mostly fail for one and the same cause.
  const failed = lists.find(({ reason }) => reason !== undefined && !/ is not installed/.test(reason));
  if (failed?.reason === undefined) return [];
  return [finding('devices.listFailed', 'warning', { backend: failed.backend, reason: failed.reason })];
}

function chosenUnknown(
  lists: readonly DeviceList[],
  setting: string,
  device: string | undefined,
  backend: string,
): Finding[] {
  const asked = lists.filter((list) => backend === 'auto' || list.backend === backend);
  if (device === undefined || asked.every(({ devices }) => devices.length === 0)) return [];
  if (asked.some((list) => isIn(list, device))) return [];
  return [finding('devices.notListed', 'error', { setting, device })];
}

function isIn({ devices }: DeviceList, wanted: string): boolean {
  try {
    return chooseDevice(devices, wanted) !== undefined;
  } catch (error) {
    if (error instanceof BridgeError) return false;
    throw error;
  }
}
