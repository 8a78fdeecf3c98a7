import type { DeviceHost } from '../../devices/index.js';
import type { DoctorFiles } from '../files.js';
import { linuxProcesses, linuxSockets } from './linux-sockets.js';
import { macProcesses, macSockets } from './mac-sockets.js';
import type { ProcessEntry, SocketEntry } from './socket-entry.js';
import { windowsProcesses, windowsSockets } from './windows-sockets.js';

/** Sockets and programs of this machine, from the system's tables only: nothing is ever connected to. */
export interface MachineView {
  /** Undefined: this system does not tell. */
  sockets(): Promise<readonly SocketEntry[] | undefined>;
  processes(): Promise<readonly ProcessEntry[] | undefined>;
}

/** Looks once, when first asked. */
export function machineView(host: DeviceHost, files: DoctorFiles): MachineView {
  const sockets = once(() => {
    if (host.platform === 'win32') return windowsSockets(host);
    return host.platform === 'darwin' ? macSockets(host) : linuxSockets(files);
  });
  const processes = once(() => {
    if (host.platform === 'win32') return windowsProcesses(host);
    return host.platform === 'darwin' ? macProcesses(host) : linuxProcesses(files);
  });
  return { sockets, processes };
}

/** The running MMDAgent-EX programs. */
export function peersAmong(processes: readonly ProcessEntry[]): readonly ProcessEntry[] {
  return processes.filter(({ name }) => /^mmdagent-ex(?:\.exe)?$/i.test(name));
}

/** @internal Asks at most once. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask();
    return asked;
  };
}
