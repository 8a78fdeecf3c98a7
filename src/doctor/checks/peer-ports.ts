import { isAnyHost, isLoopbackHost } from '../../config/index.js';
import type { Check } from '../check.js';
import { readSettings } from '../content/find-content.js';
import type { DoctorContext, PeerLink } from '../context.js';
import type { Finding } from '../finding.js';
import { peersAmong } from '../machine/machine-view.js';
import type { ProcessEntry, SocketEntry } from '../machine/socket-entry.js';
import { finding } from '../make-finding.js';
import { isBridge, localDaemonPid, processName } from './own-processes.js';

const HTTP_PORT = 50_000;

interface Tables {
  readonly sockets: readonly SocketEntry[];
  readonly processes: readonly ProcessEntry[];
  readonly peers: readonly ProcessEntry[];
  readonly daemonPid: number | undefined;
  readonly hasDaemon: boolean;
}

/**
 * What the socket table says of MMDAgent-EX on this machine. It is never connected to: a second connection that goes away
 * would end it.
 */
export const peerPortsCheck: Check = {
  id: 'ports.peer',
  area: 'ports',
  timeoutMs: 10_000,
  run: async (context) => {
    const [sockets, processes] = await Promise.all([context.machine.sockets(), context.machine.processes()]);
    if (sockets === undefined || processes === undefined) return [];
    const daemonPid = await localDaemonPid(context);
    const links = await context.peerLinks();
    const tables = {
      sockets,
      processes,
      peers: peersAmong(processes),
      daemonPid,
      hasDaemon: context.daemon !== undefined,
    };
    const served = links.flatMap((link) => (link.kind === 'tcp' ? serverFindings(link, tables) : []));
    const running = tables.peers.flatMap((peer) => connectionFindings(links, peer, tables));
    const http = await httpFindings(context, tables);
    if (tables.peers.length > 0) return [...served, ...running, ...http];
    const isExpectedHere = links.some((link) => !('host' in link) || isHere(link.host));
    return [...served, ...(isExpectedHere ? [finding('ports.peerNotRunning', 'info', {})] : []), ...http];
  },
};

/** The bridge dials: who listens there, and who else is connected. */
function serverFindings(
  { host, port }: { readonly host: string; readonly port: number },
  tables: Tables,
): Finding[] {
  const { sockets, processes, peers } = tables;
  if (!isHere(host)) return [finding('ports.peerElsewhere', 'info', { host })];
  const listener = sockets.find(({ state, localPort }) => state === 'listen' && localPort === port);
  if (listener === undefined) return [finding('ports.peerSilent', 'warning', { port })];
  const pid = listener.pid ?? 0;
  if (listener.pid !== undefined && !peers.some((peer) => peer.pid === pid)) {
    return [finding('ports.notPeer', 'error', { port, program: processName(processes, pid), pid })];
  }
  return [
    finding('ports.peerListens', 'ok', { pid, port }),
    ...sockets
      .filter(
        (socket) =>
          socket.state === 'established' && socket.localPort === port && socket.pid === listener.pid,
      )
      .flatMap((side) => clientFinding(side, tables)),
  ];
}

/** Who is at the other end of a connection to MMDAgent-EX, if it is not the bridge. */
function clientFinding(side: SocketEntry, { sockets, processes, daemonPid }: Tables): Finding[] {
  const { localPort: port, remoteAddress, remotePort } = side;
  const other = sockets.find((socket) => socket.localPort === remotePort && socket.remotePort === port);
  if (other === undefined && !isHere(remoteAddress)) {
    const values = { port, program: `${remoteAddress}:${remotePort}`, pid: '?' };
    return [finding('ports.secondClient', 'error', values)];
  }
  // Another user's program is not told; the bridge may be one.
  if (other?.pid === undefined || other.pid === daemonPid) return [];
  const owner = processes.find((entry) => entry.pid === other.pid);
  if (owner !== undefined && isBridge(owner)) return [];
  return [finding('ports.secondClient', 'error', { port, program: owner?.name ?? '?', pid: other.pid })];
}

/** Whether a running MMDAgent-EX and the bridge are connected. */
function connectionFindings(
  links: readonly PeerLink[],
  peer: ProcessEntry,
  { sockets, hasDaemon }: Tables,
): Finding[] {
  const own = sockets.filter(({ state, pid }) => state === 'established' && pid === peer.pid);
  const port = links
    .flatMap((link) => {
      if (link.kind === 'stdio') return [];
      const side = link.kind === 'tcp' ? 'localPort' : 'remotePort';
      return own.some((socket) => socket[side] === link.port) ? [link.port] : [];
    })
    .at(0);
  if (port !== undefined) return [finding('ports.peerConnected', 'ok', { pid: peer.pid, port })];
  if (links.some(({ kind }) => kind === 'stdio')) return [];
  return [
    hasDaemon
      ? finding('ports.peerApart', 'warning', { pid: peer.pid })
      : finding('ports.peerAlone', 'info', { pid: peer.pid }),
  ];
}

async function httpFindings(context: DoctorContext, { sockets, peers }: Tables): Promise<Finding[]> {
  const { mdf } = await context.findContent();
  const written = mdf === undefined ? undefined : readSettings(mdf.bytes)?.get('http_server_port');
  const port = written === undefined ? HTTP_PORT : Number.parseInt(written, 10);
  return sockets
    .filter(
      ({ state, localPort, localAddress, pid }) =>
        state === 'listen' &&
        localPort === port &&
        isAnyHost(localAddress) &&
        peers.some((peer) => peer.pid === pid),
    )
    .map(({ localAddress }) => finding('ports.httpOpen', 'warning', { address: localAddress, port }));
}

function isHere(host: string): boolean {
  return isLoopbackHost(host) || isAnyHost(host);
}
