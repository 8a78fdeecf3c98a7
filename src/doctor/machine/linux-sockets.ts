import type { DoctorFiles } from '../files.js';
import type { ProcessEntry, SocketEntry } from './socket-entry.js';

const MAX_TABLE_BYTES = 8 * 1024 * 1024;
const MAX_ARGUMENTS_BYTES = 64 * 1024;
const STATES: Readonly<Record<string, SocketEntry['state']>> = { '01': 'established', '0A': 'listen' };

/** A socket of /proc/net/tcp, whose owner is known by its inode only. */
export interface InodeSocket extends Omit<SocketEntry, 'pid'> {
  readonly inode: string;
}

/**
 * Reads the text of /proc/net/tcp or /proc/net/tcp6 of a little-endian machine.
 *
 * @source proc(5): addresses are hexadecimal 32-bit words in the machine's order; state 0A listens, 01 is established.
 */
export function parseProcNetTcp(text: string): InodeSocket[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const local = parseHexEndpoint(fields[1] ?? '');
    const remote = parseHexEndpoint(fields[2] ?? '');
    const inode = fields[9];
    if (local === undefined || remote === undefined || inode === undefined) return [];
    return [
      {
        state: STATES[fields[3] ?? ''] ?? 'other',
        localAddress: local.address,
        localPort: local.port,
        remoteAddress: remote.address,
        remotePort: remote.port,
        inode,
      },
    ];
  });
}

/** All TCP sockets of this network namespace; undefined when the table cannot be read. */
export async function linuxSockets(files: DoctorFiles): Promise<readonly SocketEntry[] | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => files.read(path, MAX_TABLE_BYTES)),
  );
  if (tables.every((table) => table === undefined)) return undefined;
  const sockets = tables.flatMap((table) => parseProcNetTcp(Buffer.from(table ?? []).toString('latin1')));
  const owners = await socketOwners(files);
  return sockets.map(({ inode, ...socket }) => ({ ...socket, pid: owners.get(inode) }));
}

/** Running programs of all users, as far as the system tells. */
export async function linuxProcesses(files: DoctorFiles): Promise<readonly ProcessEntry[] | undefined> {
  const pids = await processIds(files);
  if (pids.length === 0) return undefined;
  const found = await Promise.all(pids.map((pid) => linuxProcess(files, pid)));
  return found.flatMap((entry) => entry ?? []);
}

async function linuxProcess(files: DoctorFiles, pid: string): Promise<ProcessEntry | undefined> {
  const [command, name, executable, folder] = await Promise.all([
    files.read(`/proc/${pid}/cmdline`, MAX_ARGUMENTS_BYTES),
    files.read(`/proc/${pid}/comm`, 256),
    files.linkTarget(`/proc/${pid}/exe`),
    files.linkTarget(`/proc/${pid}/cwd`),
  ]);
  if (name === undefined) return undefined;
  const args = Buffer.from(command ?? [])
    .toString('utf8')
    .replace(/\0$/, '')
    .split('\0');
  return {
    pid: Number(pid),
    name:
      executable?.replace(/ \(deleted\)$/, '').replace(/^.*\//, '') ??
      Buffer.from(name).toString('utf8').trim(),
    args: command === undefined ? undefined : args,
    executable,
    folder,
  };
}

async function socketOwners(files: DoctorFiles): Promise<ReadonlyMap<string, number>> {
  const owners = new Map<string, number>();
  await Promise.all(
    (await processIds(files)).map(async (pid) => {
      for (const fd of (await files.list(`/proc/${pid}/fd`)) ?? []) {
        const target = await files.linkTarget(`/proc/${pid}/fd/${fd}`);
        const inode = /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1];
        // Children inherit sockets: the oldest process is the one that opened it.
        if (inode !== undefined) owners.set(inode, Math.min(Number(pid), owners.get(inode) ?? Number(pid)));
      }
    }),
  );
  return owners;
}

async function processIds(files: DoctorFiles): Promise<readonly string[]> {
  return ((await files.list('/proc')) ?? []).filter((name) => /^\d+$/.test(name));
}

function parseHexEndpoint(text: string): { readonly address: string; readonly port: number } | undefined {
  const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/i.exec(text);
  if (match === null) return undefined;
  const [, hex = '', port = ''] = match;
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).reverse(),
  );
  return { address: bytes.length === 4 ? bytes.join('.') : ipv6Text(bytes), port: Number.parseInt(port, 16) };
}

function ipv6Text(bytes: readonly number[]): string {
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}
