import { isAnyHost, isLoopbackHost, parseListenAddress } from './host.js';
import { type LinkSpec, linkUrl, type TcpListenLink, type WsListenLink } from './link-spec.js';
import type { Config } from './settings.js';

/** The shortest key that may guard a daemon reachable from other machines. */
export const MIN_KEY_CHARS = 16;

/** The one port on which MMDAgent-EX speaks TLS. */
export const PEER_TLS_PORT = 443;

/** What is wrong with settings that are each fine alone; nothing starts when there is any. */
export function combinationProblems(config: Config, links: readonly LinkSpec[]): string[] {
  return [
    ...pairProblems('linkTlsCert', config.linkTlsCert, 'linkTlsKey', config.linkTlsKey),
    ...pairProblems('controlTlsCert', config.controlTlsCert, 'controlTlsKey', config.controlTlsKey),
    ...keyProblems(config),
    ...promptProblems(config),
    ...linkProblems(links),
  ];
}

function pairProblems(
  certKey: string,
  cert: string | undefined,
  keyKey: string,
  key: string | undefined,
): string[] {
  if ((cert === undefined) === (key === undefined)) return [];
  const [given, missing] = cert === undefined ? [keyKey, certKey] : [certKey, keyKey];
  return [`${given} is set, but ${missing} is not: TLS needs both, set both or none.`];
}

function promptProblems({ systemPrompt, systemPromptFile }: Config): string[] {
  if (systemPrompt === undefined || systemPromptFile === undefined) return [];
  return ['systemPrompt and systemPromptFile are both set: keep one of them.'];
}

function keyProblems(config: Config): string[] {
  if (config.controlListen === undefined || (config.key?.length ?? 0) >= MIN_KEY_CHARS) return [];
  const state = config.key === undefined ? 'is not set' : 'is shorter';
  return [
    `controlListen needs a key of at least ${MIN_KEY_CHARS} characters, and BRIDGE_KEY ${state}: set it.`,
  ];
}

function linkProblems(links: readonly LinkSpec[]): string[] {
  const problems: string[] = [];
  const byUrl = new Map<string, string>();
  const names = new Set<string>();
  for (const link of links) {
    const url = linkUrl(link);
    const twin = byUrl.get(url);
    if (twin !== undefined)
      problems.push(`links: "${twin}" and "${link.name}" are the same link: remove one.`);
    else if (names.has(link.name)) {
      problems.push(`links: two links are called "${link.name}": give each a name of its own, NAME=URL.`);
    }
    byUrl.set(url, link.name);
    names.add(link.name);
  }
  const listening = links.filter(isListening);
  for (const [index, link] of listening.entries()) {
    const rival = listening.slice(0, index).find((other) => doCollide(link, other));
    if (rival !== undefined) {
      problems.push(
        `links: "${rival.name}" and "${link.name}" both listen on port ${link.port}: change one port.`,
      );
    }
  }
  return problems;
}

function isListening(link: LinkSpec): link is TcpListenLink | WsListenLink {
  return link.kind === 'tcp-listen' || link.kind === 'ws-listen';
}

/** WebSocket links that differ only in their path share one server; nothing else shares a port. */
function doCollide(a: TcpListenLink | WsListenLink, b: TcpListenLink | WsListenLink): boolean {
  if (a.port === 0 || a.port !== b.port) return false;
  if (a.host === b.host) return a.kind !== b.kind;
  return isAnyHost(a.host) || isAnyHost(b.host);
}

/** What works, but hardly as meant. */
export function combinationWarnings(config: Config, links: readonly LinkSpec[]): string[] {
  const warnings: string[] = [];
  const listening = links.filter(isListening);
  const isOpen = listening.some((link) => !isLoopbackHost(link.host));
  if (isOpen && config.allow.every((range) => isLoopbackHost(range.split('/')[0] ?? ''))) {
    warnings.push(
      'A link listens beyond this machine, but allow holds only this machine: add --allow with the address of MMDAgent-EX',
    );
  }
  for (const link of listening) {
    if (link.kind !== 'ws-listen') continue;
    const hasTls = config.linkTlsCert !== undefined;
    if (hasTls && link.port !== PEER_TLS_PORT) {
      warnings.push(`Link "${link.name}" has TLS, but MMDAgent-EX speaks TLS on port ${PEER_TLS_PORT} only`);
    } else if (!hasTls && link.port === PEER_TLS_PORT) {
      warnings.push(
        `Link "${link.name}" has no TLS, but MMDAgent-EX always speaks TLS on port ${PEER_TLS_PORT}`,
      );
    }
  }
  const control = config.controlListen === undefined ? undefined : parseListenAddress(config.controlListen);
  if (control !== undefined && !isLoopbackHost(control.host) && config.controlTlsCert === undefined) {
    warnings.push(
      'controlListen is open to other machines without TLS: the key and all sound travel readable',
    );
  }
  return warnings;
}
