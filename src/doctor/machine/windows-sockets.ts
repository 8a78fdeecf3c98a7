import type { DeviceHost } from '../../devices/index.js';
import { type ProcessEntry, type SocketEntry, splitEndpoint } from './socket-entry.js';

const RUN_MS = 5000;
/** Asks for one name only: the whole table takes seconds. Windows' own tasklist tells neither folder nor arguments. */
const PEER_QUERY =
  'Get-CimInstance Win32_Process -Filter "Name=\'MMDAgent-EX.exe\'" | Select-Object ProcessId,ExecutablePath,CommandLine | ConvertTo-Csv -NoTypeInformation';

/**
 * Reads what `netstat -ano` prints. Words of states depend on Windows' language, so one that listens is known by its remote
 * port 0; every other line with a remote port is taken as established unless it says that it is ending.
 */
export function parseNetstat(text: string): SocketEntry[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    if (fields[0]?.toUpperCase() !== 'TCP' || fields.length < 4) return [];
    const local = splitEndpoint(fields[1] ?? '');
    const remote = splitEndpoint(fields[2] ?? '');
    const pid = Number(fields.at(-1));
    if (local === undefined || remote === undefined || !Number.isInteger(pid)) return [];
    const isEnding = /WAIT|SYN|CLOS|ACK/i.test(fields.slice(3, -1).join(' '));
    return [
      {
        state: remote.port === 0 ? 'listen' : isEnding ? 'other' : 'established',
        localAddress: local.address,
        localPort: local.port,
        remoteAddress: remote.address,
        remotePort: remote.port,
        // 0 is the idle process, which owns what has no owner any more.
        pid: pid === 0 ? undefined : pid,
      },
    ];
  });
}

/** Reads `tasklist /fo csv /nh`: name and process id. */
export function parseTasklist(text: string): ProcessEntry[] {
  return parseCsv(text).flatMap(([name, id]) => {
    const pid = Number(id);
    if (name === undefined || id === undefined || !Number.isInteger(pid)) return [];
    return [{ pid, name, args: undefined, executable: undefined, folder: undefined }];
  });
}

/** Reads the answer to PEER_QUERY: process id, path and command line, with a line of titles. */
export function parsePeerProcesses(text: string): ProcessEntry[] {
  return parseCsv(text)
    .slice(1)
    .flatMap(([id, path, command]) => {
      const pid = Number(id);
      if (id === undefined || !Number.isInteger(pid)) return [];
      const executable = path === '' ? undefined : path;
      const args = command === undefined || command === '' ? undefined : windowsArguments(command);
      return [{ pid, name: 'MMDAgent-EX.exe', args, executable, folder: undefined }];
    });
}

export async function windowsSockets(host: DeviceHost): Promise<readonly SocketEntry[] | undefined> {
  const answer = await host.run((await host.find('netstat')) ?? 'netstat', ['-ano'], { timeoutMs: RUN_MS });
  return answer.code === 0 ? parseNetstat(answer.stdout) : undefined;
}

export async function windowsProcesses(host: DeviceHost): Promise<readonly ProcessEntry[] | undefined> {
  const program = (await host.find('tasklist')) ?? 'tasklist';
  const answer = await host.run(program, ['/fo', 'csv', '/nh'], { timeoutMs: RUN_MS });
  if (answer.code !== 0) return undefined;
  const all = parseTasklist(answer.stdout);
  if (!all.some(({ name }) => /^mmdagent-ex\.exe$/i.test(name))) return all;
  const powershell = (await host.find('powershell')) ?? 'powershell';
  const args = ['-NoProfile', '-NonInteractive', '-Command', PEER_QUERY];
  const more = parsePeerProcesses((await host.run(powershell, args, { timeoutMs: RUN_MS })).stdout);
  return all.map((entry) => more.find(({ pid }) => pid === entry.pid) ?? entry);
}

function parseCsv(text: string): string[][] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.startsWith('"'))
    .map((line) =>
      [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map((match) => (match[1] ?? '').replaceAll('""', '"')),
    );
}

function windowsArguments(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}
