/** What a local daemon may be called. */
export const DAEMON_NAME = /^[a-z0-9-]{1,32}$/;

export interface EndpointHost {
  readonly platform: NodeJS.Platform;
  /** Numeric user id, undefined on Windows. */
  readonly uid: number | undefined;
  readonly userName: string;
  readonly tmpDir: string;
  /** XDG_RUNTIME_DIR, where there is one. */
  readonly runtimeDir: string | undefined;
}

/**
 * Where this user's daemon of that name listens: a socket in a folder of mode 0700 that only this user can open, or on Windows a
 * named pipe whose name holds the user's.
 *
 * @param name - '' for the default daemon.
 */
export function controlSocketPath(name: string, host: EndpointHost): string {
  const file = name === '' ? 'daemon' : name;
  if (host.platform === 'win32') {
    return `\\\\.\\pipe\\mmdagent-bridge-${host.userName.replace(/[^a-zA-Z0-9]/g, '_')}-${file}`;
  }
  if (host.runtimeDir !== undefined) return `${host.runtimeDir}/mmdagent-bridge/${file}.sock`;
  return `${host.tmpDir}/mmdagent-bridge-${host.uid ?? host.userName}/${file}.sock`;
}
