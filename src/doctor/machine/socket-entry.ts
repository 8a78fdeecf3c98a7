/** One line of the system's table of TCP sockets. */
export interface SocketEntry {
  readonly state: 'listen' | 'established' | 'other';
  /** Canonical: IPv4 in dots, also when seen through IPv6; IPv6 compressed, without brackets. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  /** 0 for one that listens. */
  readonly remotePort: number;
  /** Undefined: another user's process, which the system does not tell. */
  readonly pid: number | undefined;
}

/** A running program. */
export interface ProcessEntry {
  readonly pid: number;
  /** File name of the program, without folder; `.exe` kept. */
  readonly name: string;
  /** Arguments, program first; undefined where the system does not tell them. */
  readonly args: readonly string[] | undefined;
  /** Full path of the program. */
  readonly executable: string | undefined;
  /** Working directory. */
  readonly folder: string | undefined;
}

/** Splits `HOST:PORT`, `[HOST]:PORT` and `*:PORT` as socket tables write them. */
export function splitEndpoint(text: string): { readonly address: string; readonly port: number } | undefined {
  const match = /^(?:\[([^\]]*)\]|(.*)):(\d+|\*)$/.exec(text);
  if (match === null) return undefined;
  const address = (match[1] ?? match[2] ?? '').replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return { address: address === '*' ? '0.0.0.0' : address, port: match[3] === '*' ? 0 : Number(match[3]) };
}
