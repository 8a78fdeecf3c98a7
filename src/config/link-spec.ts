import { assertNever } from '../runtime/index.js';
import { hostInUrl } from './host.js';

/** The bridge dials MMDAgent-EX, which listens (`Plugin_Remote_EnableServer`). */
export interface TcpLink {
  readonly kind: 'tcp';
  readonly name: string;
  /** IPv4 address or host name. */
  readonly host: string;
  readonly port: number;
}

/** The bridge listens and MMDAgent-EX dials plain TCP (`Plugin_Remote_EnableClient`). */
export interface TcpListenLink {
  readonly kind: 'tcp-listen';
  readonly name: string;
  readonly host: string;
  /** 0 = any free port, which only makes sense in tests. */
  readonly port: number;
}

/** The bridge listens and MMDAgent-EX dials as a WebSocket client (`Plugin_Remote_Websocket_Host`). */
export interface WsListenLink {
  readonly kind: 'ws-listen';
  readonly name: string;
  readonly host: string;
  /** 0 = any free port, which only makes sense in tests. */
  readonly port: number;
  /** Begins with `/`; the only thing that tells one MMDAgent-EX from another, so it may be a token. */
  readonly path: string;
}

/** MMDAgent-EX starts the bridge as a submodule (`Plugin_AnyScript_Command`); messages only, no sound. */
export interface StdioLink {
  readonly kind: 'stdio';
  readonly name: string;
}

/** The built-in stand-in for MMDAgent-EX. */
export interface SimulatorLink {
  readonly kind: 'simulator';
  readonly name: string;
  readonly fps: number;
  readonly model: string;
}

/** One way to reach an MMDAgent-EX, as `parseLinkUrl` gives it: host canonical, defaults filled in. */
export type LinkSpec = TcpLink | TcpListenLink | WsListenLink | StdioLink | SimulatorLink;

/** Ports and path of a link URL that names none. MMDAgent-EX's own HTTP server has 50000, so TCP starts beside it. */
export const LINK_DEFAULTS = {
  host: '127.0.0.1',
  tcpPort: 50_001,
  tcpListenPort: 50_002,
  wsPort: 9001,
  wsPath: '/chat',
  simulatorFps: 60,
  simulatorModel: '0',
} as const;

/** A path segment this long is taken for a token and never shown. */
export const TOKEN_SEGMENT_CHARS = 16;

/** What a link may be called. */
export const LINK_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$/;

/** The URL without the name: equal for two spellings of one link. Shows the whole path; for people, use `maskLink`. */
export function linkUrl(spec: LinkSpec): string {
  switch (spec.kind) {
    case 'tcp':
    case 'tcp-listen':
      return `${spec.kind}://${hostInUrl(spec.host)}:${spec.port}`;
    case 'ws-listen':
      return `ws-listen://${hostInUrl(spec.host)}:${spec.port}${spec.path}`;
    case 'stdio':
      return 'stdio:';
    case 'simulator': {
      const options: string[] = [];
      if (spec.fps !== LINK_DEFAULTS.simulatorFps) options.push(`fps=${spec.fps}`);
      if (spec.model !== LINK_DEFAULTS.simulatorModel)
        options.push(`model=${encodeURIComponent(spec.model)}`);
      return options.length === 0 ? 'simulator:' : `simulator:?${options.join('&')}`;
    }
    default:
      return assertNever(spec);
  }
}

/** A link without its name, for `defaultLinkName`. */
export type UnnamedLink =
  | Omit<TcpLink, 'name'>
  | Omit<TcpListenLink, 'name'>
  | Omit<WsListenLink, 'name'>
  | Omit<StdioLink, 'name'>
  | Omit<SimulatorLink, 'name'>;

/**
 * The name of a link that was given none.
 *
 * Names go to logs, metrics and every client, so a path that may be a token becomes `private`.
 *
 * @param isPathPrivate - whether the path must not be shown; of no meaning without a path.
 */
export function defaultLinkName(link: UnnamedLink, isPathPrivate: boolean): string {
  switch (link.kind) {
    case 'tcp':
      return `tcp-${link.host}-${link.port}`.slice(0, 64);
    case 'tcp-listen':
      return `tcp-listen-${link.port}`;
    case 'ws-listen': {
      const slug = isPathPrivate
        ? 'private'
        : link.path.replace(/[^a-zA-Z0-9_.]+/g, '-').replace(/^-|-$/g, '');
      return (slug === '' ? `ws-${link.port}` : `ws-${link.port}-${slug}`).slice(0, 64);
    }
    case 'stdio':
    case 'simulator':
      return link.kind;
    default:
      return assertNever(link);
  }
}
