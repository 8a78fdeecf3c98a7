import { isAnyHost, isLoopbackHost, type LinkSpec, PEER_TLS_PORT } from '../config/index.js';
import { ConfigError } from '../runtime/index.js';
import { commandLine } from './command-line.js';

/** What a link alone does not say about the machine MMDAgent-EX runs on. */
export interface MdfOptions {
  /**
   * Address under which MMDAgent-EX reaches the bridge; for listening links only.
   *
   * @default the host of the link, which must then be one that can be dialled
   */
  readonly host?: string;
  /**
   * Program and arguments with which MMDAgent-EX starts the bridge; for stdio only.
   *
   * @default DEFAULT_STDIO_COMMAND
   */
  readonly command?: readonly string[];
  /** The system MMDAgent-EX runs on, for the quoting of `command`. @default 'unix' */
  readonly system?: 'unix' | 'windows';
}

/** One KEY=VALUE line. */
export interface MdfSetting {
  readonly key: string;
  readonly value: string;
}

/** How MMDAgent-EX starts the bridge unless told otherwise. */
export const DEFAULT_STDIO_COMMAND = [
  'mmdagent-bridge',
  'daemon',
  'start',
  '--foreground',
  '--link',
  'stdio:',
] as const;

/** The .mdf keys of each way of Plugin_Remote; MMDAgent-EX takes one way at a time. Old names still work there. */
export const REMOTE_KEYS = {
  tcp: ['Plugin_Remote_EnableServer', 'Plugin_Remote_ServerMode', 'Plugin_Remote_ListenPort'],
  'tcp-listen': [
    'Plugin_Remote_EnableClient',
    'Plugin_Remote_ClientMode',
    'Plugin_Remote_Hostname',
    'Plugin_Remote_Port',
  ],
  'ws-listen': [
    'Plugin_Remote_Websocket_Host',
    'Plugin_Remote_Websocket_Port',
    'Plugin_Remote_Websocket_Directory',
  ],
} as const;

/** The base name of the keys under which MMDAgent-EX starts programs; with 1 to 9 behind it there are nine more. */
export const COMMAND_KEY = 'Plugin_AnyScript_Command';

/** MMDAgent-EX tries every 0.5 s and gives up for ever after this many; without the key after the first. */
export const RETRY_COUNT = 1_000_000;

/**
 * The settings MMDAgent-EX needs for a link, in order; for stdio the first slot stands for whichever is free.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID — the link needs no .mdf, has no fixed port, or listens on every
 *   address and `host` does not say which one to dial.
 * @source MMDAgent-EX Plugin_Remote.cpp extAppStart(), Plugin_AnyScript.cpp extAppStart(), Option.cpp
 */
export function mdfSettings(link: LinkSpec, options: MdfOptions = {}): readonly MdfSetting[] {
  const httpServerOff = { key: 'http_server', value: 'false' };
  const retry = { key: 'Plugin_Remote_RetryCount', value: String(RETRY_COUNT) };
  switch (link.kind) {
    case 'ws-listen':
      return [
        { key: 'Plugin_Remote_Websocket_Host', value: dialHost(link.host, options) },
        { key: 'Plugin_Remote_Websocket_Port', value: fixedPort(link.port) },
        { key: 'Plugin_Remote_Websocket_Directory', value: link.path },
        retry,
        httpServerOff,
      ];
    case 'tcp':
      return [
        { key: 'Plugin_Remote_EnableServer', value: 'true' },
        { key: 'Plugin_Remote_ListenPort', value: fixedPort(link.port) },
        httpServerOff,
      ];
    case 'tcp-listen':
      return [
        { key: 'Plugin_Remote_EnableClient', value: 'true' },
        { key: 'Plugin_Remote_Hostname', value: dialHost(link.host, options) },
        { key: 'Plugin_Remote_Port', value: fixedPort(link.port) },
        retry,
        httpServerOff,
      ];
    case 'stdio':
      return [
        {
          key: COMMAND_KEY,
          value: commandLine(options.command ?? DEFAULT_STDIO_COMMAND, options.system ?? 'unix'),
        },
        httpServerOff,
      ];
    case 'simulator':
      throw new ConfigError(
        'BRIDGE_ERR_CONFIG_INVALID',
        'The simulator is part of the bridge and needs no .mdf: name the link of a real MMDAgent-EX.',
      );
  }
}

/**
 * The lines MMDAgent-EX needs in its .mdf for a link: comments that say which side starts first, then the settings.
 *
 * @returns Lines without line ends, ASCII unless the command is not.
 * @throws {ConfigError} as `mdfSettings`.
 */
export function mdfFor(link: LinkSpec, options: MdfOptions = {}): string[] {
  const settings = mdfSettings(link, options);
  return [...mdfComments(link, options), ...settings.map(({ key, value }) => `${key}=${value}`)];
}

/** The comment lines above the settings of a link. */
export function mdfComments(link: LinkSpec, options: MdfOptions = {}): string[] {
  switch (link.kind) {
    case 'ws-listen':
      return [
        '# mmdagent-bridge: MMDAgent-EX connects to the bridge by WebSocket.',
        ...startOrderLines(),
        ...reachLines(link.host, options),
        ...(link.port === PEER_TLS_PORT
          ? [
              '# On port 443 MMDAgent-EX speaks TLS: start the bridge with --link-tls-cert and --link-tls-key.',
            ]
          : []),
      ];
    case 'tcp-listen':
      return [
        '# mmdagent-bridge: MMDAgent-EX connects to the bridge by TCP.',
        ...startOrderLines(),
        ...reachLines(link.host, options),
      ];
    case 'tcp':
      return [
        '# mmdagent-bridge: MMDAgent-EX listens and the bridge connects by TCP.',
        '# Start either side first: the bridge tries until MMDAgent-EX is there.',
        '# MMDAgent-EX listens on every interface of its machine, without a password.',
      ];
    case 'stdio':
      return [
        '# mmdagent-bridge: MMDAgent-EX starts the bridge itself. Messages only, no sound.',
        '# Start MMDAgent-EX only. No argument may be longer than 99 characters.',
        '# On Windows the program is called mmdagent-bridge.cmd.',
      ];
    case 'simulator':
      return [];
  }
}

function startOrderLines(): string[] {
  return [
    '# Start the bridge first. With this RetryCount MMDAgent-EX may also come first: it tries every 0.5 s;',
    '# without it, it gives up after one try until it is restarted.',
  ];
}

function reachLines(host: string, options: MdfOptions): string[] {
  if (options.host === undefined || isLoopbackHost(options.host) || !isLoopbackHost(host)) return [];
  return [
    `# The bridge listens on ${host} only, so something on ${options.host} must pass connections on to it.`,
  ];
}

function dialHost(host: string, options: MdfOptions): string {
  const dialled = options.host ?? host;
  if (isAnyHost(dialled)) {
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `${dialled} means every interface, which nobody can dial: say with --host under which address MMDAgent-EX reaches the bridge.`,
    );
  }
  if (!/^[A-Za-z0-9._:-]{1,253}$/.test(dialled)) {
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `host: expected a host name or address, got ${JSON.stringify(dialled.slice(0, 64))}. Change --host.`,
    );
  }
  return dialled;
}

function fixedPort(port: number): string {
  if (port !== 0) return String(port);
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    'Port 0 is a different port at every start: give the link a fixed port.',
  );
}
