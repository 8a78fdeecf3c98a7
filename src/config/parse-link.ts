import { ConfigError } from '../runtime/index.js';
import { canonicalHost, isAnyHost, parsePort, splitAuthority } from './host.js';
import { defaultLinkName, LINK_DEFAULTS, LINK_NAME, type LinkSpec, type UnnamedLink } from './link-spec.js';
import { maskPath, maskUrlText } from './mask.js';

const FORMS =
  'tcp://HOST:PORT (MMDAgent-EX listens), tcp-listen://HOST:PORT or ws-listen://HOST:PORT/PATH (MMDAgent-EX dials), stdio: or simulator:';

/** Why schemes people try are not links, and what they want instead. */
const OTHER_SCHEMES: Readonly<Record<string, string>> = {
  ws: 'MMDAgent-EX is the WebSocket client, so the bridge listens: write ws-listen://127.0.0.1:9001/chat',
  wss: 'MMDAgent-EX is the WebSocket client, so the bridge listens: write ws-listen://HOST:443/PATH and set --link-tls-cert and --link-tls-key',
  'wss-listen': 'write ws-listen://HOST:443/PATH and set --link-tls-cert and --link-tls-key',
  http: 'MMDAgent-EX is not reached over HTTP: write ws-listen://127.0.0.1:9001/chat',
  https: 'MMDAgent-EX is not reached over HTTP: write ws-listen://127.0.0.1:9001/chat',
  udp: 'MMDAgent-EX has no UDP: write tcp://HOST:PORT or ws-listen://HOST:PORT/PATH',
};

/** A message about one link text; thrown with the text masked. */
class LinkProblem extends Error {}

/**
 * Reads `[name=]URL` into a link.
 *
 * Forms: `tcp://host[:50001]`, `tcp-listen://[127.0.0.1][:50002]`, `ws-listen://[127.0.0.1][:9001][/chat]`, `stdio:`,
 * `simulator:[?fps=60&model=0]`. A missing host is 127.0.0.1, never every interface. Port 0 is allowed for listening
 * links (any free port; for tests). Without a name one is derived: `tcp-HOST-PORT`, `tcp-listen-PORT`, `ws-PORT-PATH`,
 * `stdio`, `simulator`.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_LINK — says what is wrong and what to write; credentials and paths masked.
 */
export function parseLinkUrl(text: string): LinkSpec {
  try {
    return parse(text.trim());
  } catch (error) {
    if (!(error instanceof LinkProblem)) throw error;
    const message = `"${maskUrlText(text)}" is not a link: ${error.message}.`;
    throw new ConfigError('BRIDGE_ERR_CONFIG_LINK', message.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?'));
  }
}

function parse(text: string): LinkSpec {
  if (text === '') throw new LinkProblem(`it is empty; expected ${FORMS}`);
  const named = /^([^:/?=]*)=(.*)$/s.exec(text);
  const url = named?.[2]?.trim() ?? text;
  const link = parseUrl(url);
  const isPathPrivate = link.kind === 'ws-listen' && isPrivatePath(link.path, link.host);
  const name = named?.[1] ?? defaultLinkName(link, isPathPrivate);
  if (!LINK_NAME.test(name)) {
    throw new LinkProblem(
      `its name "${name.slice(0, 64)}" must be 1 to 64 of a-z A-Z 0-9 _ . - and begin with a letter or digit`,
    );
  }
  return { ...link, name };
}

function isPrivatePath(path: string, host: string): boolean {
  return path !== LINK_DEFAULTS.wsPath && maskPath(path, host) !== path;
}

function parseUrl(url: string): UnnamedLink {
  const [, schemeText, rest] = /^([a-z][a-z0-9+.-]*)(?::(.*))?$/is.exec(url) ?? [];
  if (schemeText === undefined) throw new LinkProblem(`expected ${FORMS}`);
  const scheme = schemeText.toLowerCase();
  switch (scheme) {
    case 'stdio':
      if (!/^(?:\/\/)?$/.test(rest ?? '')) throw new LinkProblem('write just stdio: with nothing after it');
      return { kind: 'stdio' };
    case 'simulator':
      return parseSimulator(rest ?? '');
    case 'tcp':
    case 'tcp-listen':
    case 'ws-listen':
      if (rest === undefined) throw new LinkProblem(`write ${scheme}://HOST:PORT`);
      return parseNetwork(scheme, rest);
    default:
      throw new LinkProblem(
        Object.hasOwn(OTHER_SCHEMES, scheme) ? `${OTHER_SCHEMES[scheme]}` : `expected ${FORMS}`,
      );
  }
}

function parseNetwork(kind: 'tcp' | 'tcp-listen' | 'ws-listen', rest: string): UnnamedLink {
  const match = /^\/\/([^/?#]*)([^?#]*)(.*)$/s.exec(rest);
  if (match === null) throw new LinkProblem(`write ${kind}://HOST:PORT`);
  const [, authorityText = '', path = '', extra = ''] = match;
  if (authorityText.includes('@')) {
    throw new LinkProblem('MMDAgent-EX has no user and password: remove what stands before the @');
  }
  if (extra !== '')
    throw new LinkProblem('a query or fragment has no meaning here: remove what follows ? or #');
  if (kind !== 'ws-listen' && path !== '' && path !== '/') {
    throw new LinkProblem('plain TCP has no path: remove what follows the port');
  }
  const host = parseHost(kind, authorityText);
  switch (kind) {
    case 'tcp':
      return { kind, host, port: portOf(authorityText, LINK_DEFAULTS.tcpPort, 1) };
    case 'tcp-listen':
      return { kind, host, port: portOf(authorityText, LINK_DEFAULTS.tcpListenPort, 0) };
    case 'ws-listen':
      return { kind, host, port: portOf(authorityText, LINK_DEFAULTS.wsPort, 0), path: parsePath(path) };
  }
}

function parseHost(kind: string, authorityText: string): string {
  const authority = splitAuthority(authorityText);
  if (authority === undefined) throw new LinkProblem('expected HOST:PORT, an IPv6 host in [ ]');
  const host = canonicalHost(authority.host === '' ? LINK_DEFAULTS.host : authority.host);
  if (host === undefined)
    throw new LinkProblem(`"${authority.host.slice(0, 64)}" is not a host name or address`);
  if (kind === 'tcp' && host.includes(':')) {
    throw new LinkProblem('MMDAgent-EX listens on IPv4 only: give an IPv4 address or a host name');
  }
  if (kind === 'tcp' && isAnyHost(host))
    throw new LinkProblem(`${host} is not an address to dial: give the machine's own`);
  return host;
}

function portOf(authorityText: string, defaultPort: number, minPort: number): number {
  const text = splitAuthority(authorityText)?.port;
  if (text === undefined) return defaultPort;
  if (text === '') throw new LinkProblem(`the port after the colon is missing, for example ${defaultPort}`);
  const port = parsePort(text, minPort);
  if (port === undefined) throw new LinkProblem(`the port must be a whole number from ${minPort} to 65535`);
  return port;
}

function parsePath(path: string): string {
  if (path === '') return LINK_DEFAULTS.wsPath;
  if (path.length > 256) throw new LinkProblem('the path is longer than 256 characters');
  // MMDAgent-EX puts the text into its request line as it stands, so nothing that needs encoding may be in it.
  if (!/^(?:\/[A-Za-z0-9._~!$&'()*+,;:@%=-]*)+$/.test(path)) {
    throw new LinkProblem("the path may hold only letters, digits and ._~!$&'()*+,;:@%=-/");
  }
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new LinkProblem('the path must not hold . or .. segments');
  }
  return path;
}

function parseSimulator(rest: string): UnnamedLink {
  const match = /^(?:\/\/)?(?:\?([^#]*))?$/.exec(rest);
  if (match === null) throw new LinkProblem('write simulator: or simulator:?fps=60&model=0');
  let fps: number = LINK_DEFAULTS.simulatorFps;
  let model: string = LINK_DEFAULTS.simulatorModel;
  for (const [key, value] of new URLSearchParams(match[1] ?? '')) {
    if (key === 'fps') {
      if (!/^\d{1,3}$/.test(value) || Number(value) < 1 || Number(value) > 240) {
        throw new LinkProblem('fps must be a whole number from 1 to 240');
      }
      fps = Number(value);
    } else if (key === 'model') {
      if (!isModelAlias(value))
        throw new LinkProblem('model must be 1 to 64 characters without blanks, | and commas');
      model = value;
    } else {
      throw new LinkProblem('the simulator knows only the options fps and model');
    }
  }
  return { kind: 'simulator', fps, model };
}

/** Whether the text can be a model alias: 1 to 64 characters, nothing that ends or splits a message. */
export function isModelAlias(text: string): boolean {
  return /^[^\s|,"\u0000-\u001f\u007f]{1,64}$/u.test(text);
}
