import { DeviceError } from '../runtime/index.js';
import type { DeviceHost } from './host.js';
import { installHint } from './sound-tools.js';

/** What every `auto` is called. */
export const AUTO = 'auto';

/**
 * Tries backends one after the other: each that refuses makes room for the next.
 *
 * @param summary - one error for all refusals, in the order they came.
 * @throws {DeviceError} the summary; at once whatever is no DeviceError, and the reason of the signal.
 */
export async function openFirst<Backend, Opened>(
  backends: readonly Backend[],
  signal: AbortSignal | undefined,
  open: (backend: Backend) => Promise<Opened>,
  summary: (refusals: readonly DeviceError[]) => DeviceError,
): Promise<Opened> {
  const refusals: DeviceError[] = [];
  for (const backend of backends) {
    signal?.throwIfAborted();
    try {
      return await open(backend);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      refusals.push(error);
    }
  }
  throw summary(refusals);
}

/** @returns The full path. @throws {DeviceError} BRIDGE_ERR_DEVICE_TOOL with how to get it. */
export async function installed(program: string, host: DeviceHost): Promise<string> {
  const path = await host.find(program);
  if (path !== undefined) return path;
  throw new DeviceError(
    'BRIDGE_ERR_DEVICE_TOOL',
    `${program} is not installed; ${installHint(program, host.platform)}`,
  );
}
