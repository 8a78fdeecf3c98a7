import type { DeviceHost } from '../../devices/index.js';
import { type ProcessEntry, type SocketEntry, splitEndpoint } from './socket-entry.js';

const RUN_MS = 8000;
const LSOF_ARGS = ['-nP', '-iTCP', '-sTCP:LISTEN,ESTABLISHED', '-F', 'pnTt'];

/**
 * Reads what `lsof -F pnTt` prints: one field a line, `p` process, `f` file, `t` IPv4 or IPv6, `n` LOCAL or LOCAL->REMOTE,
 * `TST=` state.
 */
export function parseLsof(text: string): SocketEntry[] {
  const sockets: SocketEntry[] = [];
  let pid: number | undefined;
  let name = '';
  let isIpv6 = false;
  for (const line of text.split(/\r?\n/)) {
    const value = line.slice(1);
    if (line.startsWith('p')) pid = Number(value);
    else if (line.startsWith('t')) isIpv6 = value === 'IPv6';
    else if (line.startsWith('n')) name = value;
    else if (line.startsWith('TST=')) sockets.push(...entryOf(name, line.slice(4), pid, isIpv6));
  }
  return sockets;
}

/**
 * Joins `ps -axww -o pid=,comm=`, whose name is the whole path on macOS, with `ps -axww -o pid=,args=`, which cannot tell the
 * blanks between arguments from those in them.
 */
export function parsePs(names: string, commands: string): ProcessEntry[] {
  const args = new Map(numbered(commands));
  return numbered(names).map(([pid, path]) => {
    const command = args.get(pid);
    return {
      pid,
      name: path.replace(/^.*\//, ''),
      args:
        command === undefined
          ? undefined
          : [
              path,
              ...command
                .slice(path.length)
                .split(/\s+/)
                .filter((word) => word !== ''),
            ],
      executable: path.startsWith('/') ? path : undefined,
      folder: undefined,
    };
  });
}

export async function macSockets(host: DeviceHost): Promise<readonly SocketEntry[] | undefined> {
  const program = (await host.find('lsof')) ?? '/usr/sbin/lsof';
  const answer = await host.run(program, LSOF_ARGS, { timeoutMs: RUN_MS });
  // It ends with 1 when there is nothing to list, or when it could not look at everything.
  return answer.code === undefined ? undefined : parseLsof(answer.stdout);
}

export async function macProcesses(host: DeviceHost): Promise<readonly ProcessEntry[] | undefined> {
  const program = (await host.find('ps')) ?? '/bin/ps';
  const [names, commands] = await Promise.all(
    ['pid=,comm=', 'pid=,args='].map((columns) =>
      host.run(program, ['-axww', '-o', columns], { timeoutMs: RUN_MS }),
    ),
  );
  return names?.code === 0 ? parsePs(names.stdout, commands?.stdout ?? '') : undefined;
}

function entryOf(name: string, state: string, pid: number | undefined, isIpv6: boolean): SocketEntry[] {
  const [localText = '', remoteText] = name.split('->');
  const local = splitEndpoint(localText);
  const remote = remoteText === undefined ? { address: '', port: 0 } : splitEndpoint(remoteText);
  if (local === undefined || remote === undefined) return [];
  const isAny = localText.startsWith('*:');
  return [
    {
      state: state === 'LISTEN' ? 'listen' : state === 'ESTABLISHED' ? 'established' : 'other',
      localAddress: isAny && isIpv6 ? '::' : local.address,
      localPort: local.port,
      remoteAddress: remote.address,
      remotePort: remote.port,
      pid,
    },
  ];
}

function numbered(text: string): [number, string][] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*?)\s*$/.exec(line);
    return match === null ? [] : [[Number(match[1]), match[2] ?? ''] as [number, string]];
  });
}
