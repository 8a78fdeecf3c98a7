import { isAnyHost, parseListenAddress } from '../../config/index.js';
import type { Check } from '../check.js';
import type { DoctorContext, PeerLink } from '../context.js';
import type { Finding } from '../finding.js';
import type { ProcessEntry, SocketEntry } from '../machine/socket-entry.js';
import { finding } from '../make-finding.js';
import { isBridge, localDaemonPid, processName } from './own-processes.js';

/** An address that the bridge wants to listen on. */
interface WantedPort {
  readonly use: string;
  readonly host: string;
  readonly port: number;
  /** What to change to get another one. */
  readonly flag: string;
  /** Held by the daemon; the page is held by `start`, which may not run. */
  readonly isDaemons: boolean;
}

/** Whether the ports that the bridge listens on are free, or who has them. */
export const ownPortsCheck: Check = {
  id: 'ports.own',
  area: 'ports',
  timeoutMs: 10_000,
  run: async (context) => {
    const [sockets, processes] = await Promise.all([context.machine.sockets(), context.machine.processes()]);
    if (sockets === undefined) return [finding('ports.unreadable', 'info', {})];
    const daemonPid = await localDaemonPid(context);
    const links = await context.peerLinks();
    return wantedPorts(context, links).flatMap((wanted) =>
      portFinding(wanted, sockets, processes ?? [], daemonPid),
    );
  },
};

function wantedPorts({ resolved }: DoctorContext, peerLinks: readonly PeerLink[]): readonly WantedPort[] {
  const { pageHost, pagePort, controlListen } = resolved.config;
  const control = controlListen === undefined ? undefined : parseListenAddress(controlListen);
  const links = peerLinks.flatMap((link): WantedPort[] =>
    link.kind === 'ws-listen' || link.kind === 'tcp-listen'
      ? [{ use: link.name, host: link.host, port: link.port, flag: '--link', isDaemons: true }]
      : [],
  );
  const page = { use: 'page', host: pageHost, port: pagePort, flag: '--page-port', isDaemons: false };
  const wanted = [...links, page];
  if (control !== undefined) {
    wanted.push({ use: 'control', ...control, flag: '--control-listen', isDaemons: true });
  }
  return wanted.filter(({ port }) => port !== 0);
}

function portFinding(
  wanted: WantedPort,
  sockets: readonly SocketEntry[],
  processes: readonly ProcessEntry[],
  daemonPid: number | undefined,
): Finding[] {
  const { use, port, flag, isDaemons } = wanted;
  const holder = sockets.find(
    ({ state, localPort, localAddress }) =>
      state === 'listen' && localPort === port && canClash(localAddress, wanted.host),
  );
  if (holder === undefined) {
    if (daemonPid !== undefined && isDaemons) return [finding('ports.notOurs', 'warning', { port, use })];
    return [finding('ports.free', 'ok', { port, use })];
  }
  const { pid, localAddress: address } = holder;
  if (pid === undefined) return [finding('ports.takenUnknown', 'error', { port, use, address, flag })];
  const program = processes.find((entry) => entry.pid === pid);
  if (pid === daemonPid || (program !== undefined && isBridge(program))) {
    return [finding('ports.ours', 'ok', { port, use, pid })];
  }
  return [
    finding('ports.taken', 'error', { port, use, program: processName(processes, pid), pid, address, flag }),
  ];
}

/** Whether two programs cannot listen on both addresses with one port. */
function canClash(left: string, right: string): boolean {
  return isAnyHost(left) || isAnyHost(right) || left === right;
}
