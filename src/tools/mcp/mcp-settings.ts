/** One MCP server as the settings describe it, checked. */
export type McpServerSettings = McpProgram | McpAddress;

interface McpServerHead {
  /** Only these of its tools, by its own names. @default all */
  readonly only?: readonly string[] | undefined;
  /** Whether its tools are dynamic: offered when they fit. @default false */
  readonly dynamic?: boolean | undefined;
  /** Of one call. @default the tool box's */
  readonly timeoutMs?: number | undefined;
  /** After so long a call goes on in the background. @default never */
  readonly backgroundAfterMs?: number | undefined;
  /** Until it has told its tools: one that is installed first may need long. @default 60000 */
  readonly startTimeoutMs?: number | undefined;
  /** What must be set before it can be started: then it is not tried. @default nothing */
  readonly missing?: string | undefined;
}

/** A program on this machine that is talked to through its standard input and output. */
export interface McpProgram extends McpServerHead {
  readonly command: string;
  /** @default none */
  readonly args?: readonly string[] | undefined;
  /** All it gets beside a few harmless variables such as PATH and HOME. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** @default ours */
  readonly cwd?: string | undefined;
}

/** A server elsewhere, by streamable HTTP or, when it knows only that, by HTTP with server-sent events. */
export interface McpAddress extends McpServerHead {
  readonly url: string;
  /** May hold keys. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Variables that programs need and that tell nothing. Keys, tokens and the bridge's own settings stay out. */
const HARMLESS = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'],
  ...['XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR', 'DISPLAY', 'WAYLAND_DISPLAY'],
  ...[
    'APPDATA',
    'HOMEDRIVE',
    'HOMEPATH',
    'LOCALAPPDATA',
    'PATHEXT',
    'PROCESSOR_ARCHITECTURE',
    'PROGRAMFILES',
  ],
  ...['SYSTEMDRIVE', 'SYSTEMROOT', 'COMSPEC', 'TEMP', 'TMP', 'USERNAME', 'USERPROFILE'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'],
];

/** The environment of a server's program: harmless variables of ours, and what its settings say. */
export function serverEnvironment(
  ours: Readonly<Record<string, string | undefined>>,
  given: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const wanted = new Set(HARMLESS);
  const kept = Object.entries(ours).filter(
    // Windows' names come in any case. A shell's function that was exported would be run.
    ([name, value]) => wanted.has(name.toUpperCase()) && value !== undefined && !value.startsWith('()'),
  );
  return { ...Object.fromEntries(kept.map(([name, value]) => [name, value ?? ''])), ...given };
}
