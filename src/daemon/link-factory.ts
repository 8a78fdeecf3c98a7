import type { Readable, Writable } from 'node:stream';
import { type LinkSpec, linkUrl } from '../config/index.js';
import { encodeHello } from '../protocol/index.js';
import { assertNever, type Clock, ConfigError, type Logger, type Random } from '../runtime/index.js';
import {
  type Link,
  MemoryLink,
  StdioLink,
  TcpDialLink,
  TcpListenLink,
  WsListenLink,
} from '../transport/index.js';
import { readPemFile } from './pem-file.js';
import type { DaemonSettings } from './settings.js';
import type { SimulatorTaps } from './simulator-taps.js';

export interface LinkFactory {
  /** @throws {ConfigError} BRIDGE_ERR_CONFIG_UNREADABLE - a certificate file; BRIDGE_ERR_CONFIG_LINK - stdio where it cannot be. */
  create(spec: LinkSpec): Link;
}

export interface LinkFactoryOptions {
  readonly settings: DaemonSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly taps: SimulatorTaps;
  /** Ours as a submodule of MMDAgent-EX; undefined where stdin and stdout are not free. */
  readonly stdio?: { readonly stdin: Readable; readonly stdout: Writable; readonly onEnd: () => void };
}

/** Makes the transport for each kind of link: the one place that knows them all. */
export function createLinkFactory(options: LinkFactoryOptions): LinkFactory {
  const { settings, clock, random, logger } = options;
  const parts = { clock, random, logger };
  return {
    create(spec) {
      const url = linkUrl(spec);
      switch (spec.kind) {
        case 'tcp':
          return new TcpDialLink({ ...parts, url, host: spec.host, port: spec.port });
        case 'tcp-listen':
          return new TcpListenLink({
            ...parts,
            ...listening(settings),
            url,
            host: spec.host,
            port: spec.port,
            livenessFrame: encodeHello('ping'),
          });
        case 'ws-listen': {
          const tls = tlsFiles(settings);
          return new WsListenLink({
            ...parts,
            ...listening(settings),
            url,
            host: spec.host,
            port: spec.port,
            path: spec.path,
            ...(tls === undefined ? {} : { tls }),
          });
        }
        case 'stdio':
          if (options.stdio === undefined) {
            throw new ConfigError(
              'BRIDGE_ERR_CONFIG_LINK',
              'Expected stdio: only in a process that MMDAgent-EX starts itself: Plugin_AnyScript_Command=mmdagent-bridge daemon start --foreground --link stdio:',
            );
          }
          return new StdioLink({ ...parts, url, ...options.stdio });
        case 'simulator':
          return new MemoryLink({ ...parts, url, open: () => options.taps.openPeer(spec) });
        default:
          return assertNever(spec);
      }
    },
  };
}

function listening(settings: DaemonSettings) {
  return { allow: [...settings.allow], secondPeer: settings.secondPeer };
}

function tlsFiles(settings: DaemonSettings): { cert: Buffer; key: Buffer } | undefined {
  const { linkTlsCert, linkTlsKey } = settings;
  if (linkTlsCert === undefined || linkTlsKey === undefined) return undefined;
  return { cert: readPemFile(linkTlsCert), key: readPemFile(linkTlsKey) };
}
