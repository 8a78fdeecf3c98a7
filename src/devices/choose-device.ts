import { DeviceError } from '../runtime/index.js';
import type { Device } from './device.js';

const MAX_LISTED = 20;

/**
 * The device that a user means: by index, exact id, exact name, or a part of name or id that fits one only (letters'
 * case aside).
 *
 * @param devices - of one kind and backend.
 * @returns undefined when none fits.
 * @throws {DeviceError} BRIDGE_ERR_DEVICE_UNKNOWN - several fit; the message lists them.
 */
export function chooseDevice(devices: readonly Device[], wanted: string): Device | undefined {
  const exact = devices.find(({ id }) => id === wanted);
  if (exact !== undefined) return exact;
  if (/^\d+$/.test(wanted)) return devices.find(({ index }) => index === Number(wanted));
  const part = wanted.toLowerCase();
  const named = devices.filter(({ name }) => name.toLowerCase() === part);
  const fitting =
    named.length > 0
      ? named
      : devices.filter(
          ({ id, name }) => id.toLowerCase().includes(part) || name.toLowerCase().includes(part),
        );
  if (fitting.length < 2) return fitting[0];
  throw new DeviceError(
    'BRIDGE_ERR_DEVICE_UNKNOWN',
    `'${wanted}' fits several devices; name one of them by its index or id: ${deviceNames(fitting)}`,
  );
}

/** For messages: `0 (alsa_input.usb…, Headset), 1 …`. */
export function deviceNames(devices: readonly Device[]): string {
  if (devices.length === 0) return 'none';
  const shown = devices.slice(0, MAX_LISTED).map(({ index, id, name }) => `${index} (${id}, ${name})`);
  return devices.length > MAX_LISTED
    ? `${shown.join(', ')} and ${devices.length - MAX_LISTED} more`
    : shown.join(', ');
}
