import { isLoopbackHost, MIN_KEY_CHARS, parseListenAddress } from '../../config/index.js';
import type { Check } from '../check.js';
import type { DoctorContext, PeerLink } from '../context.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';
import type { FindingId } from '../texts/finding-texts.js';

/** From this prefix down a range holds more than the largest private network. */
const WIDEST_PREFIX = { ipv4: 8, ipv6: 7 } as const;
const MIN_DISTINCT_CHARS = 8;
const COMMON_WORDS = /^(?:password|secret|mmdagent|bridge|changeme|letmein|qwerty|admin|key|test|12345)/i;

/** Who else can reach what the settings open. */
export const addressesCheck: Check = {
  id: 'exposure.addresses',
  area: 'exposure',
  timeoutMs: 1000,
  run: async (context) => {
    const findings = [
      ...linkFindings(context, await context.peerLinks()),
      ...pageFindings(context),
      ...controlFindings(context),
      ...daemonFindings(context),
    ];
    return findings.length > 0 ? findings : [finding('exposure.loopbackOnly', 'ok', {})];
  },
};

/** From where avatars are connected. */
export const remotePeersCheck: Check = {
  id: 'exposure.remotePeers',
  area: 'exposure',
  timeoutMs: 5000,
  run: async (context) => {
    // That the daemon does not answer is told by its own check.
    const status = await context.daemonStatus().catch(() => undefined);
    return (status?.lanes ?? []).flatMap(({ lane, remoteAddress, state, isSimulator }) => {
      if (isSimulator) return [];
      const address = (remoteAddress ?? '127.0.0.1').replace(/^::ffff:(?=\d+\.)/i, '');
      if (isLoopbackHost(address) || state === 'disconnected' || state === 'closed') return [];
      return [finding('exposure.remotePeer', 'info', { lane, address })];
    });
  },
};

/** Whether the key could be guessed. */
export const keyCheck: Check = {
  id: 'exposure.key',
  area: 'exposure',
  timeoutMs: 1000,
  run: async ({ resolved }) => {
    const { key } = resolved.config;
    const weakness = key === undefined ? undefined : keyWeakness(key);
    return weakness === undefined ? [] : [finding(weakness.id, 'warning', weakness.values)];
  },
};

/** @returns Which finding says why a key is easy to guess, without a part of it; undefined when it is not. */
export function keyWeakness(
  key: string,
): { readonly id: FindingId; readonly values: Readonly<Record<string, number>> } | undefined {
  if (key.length < MIN_KEY_CHARS) return { id: 'exposure.keyShort', values: { least: MIN_KEY_CHARS } };
  const distinct = new Set(key).size;
  if (distinct < MIN_DISTINCT_CHARS) return { id: 'exposure.keyPoor', values: { distinct } };
  if (COMMON_WORDS.test(key)) return { id: 'exposure.keyCommon', values: {} };
  const steps = [...key]
    .slice(1)
    .map((char, index) => (char.codePointAt(0) ?? 0) - (key.codePointAt(index) ?? 0));
  const isRow = steps.filter((step) => step === 1).length > key.length / 2;
  return isRow ? { id: 'exposure.keyRow', values: {} } : undefined;
}

function linkFindings({ resolved }: DoctorContext, peerLinks: readonly PeerLink[]): Finding[] {
  const { allow, linkTlsCert } = resolved.config;
  const open = peerLinks.flatMap((link) =>
    (link.kind === 'ws-listen' || link.kind === 'tcp-listen') && !isLoopbackHost(link.host) ? [link] : [],
  );
  const wide = open.length === 0 ? [] : allow.filter(isWide);
  return [
    ...open.map(({ kind, name, host }) => {
      const values = { link: name, host, allowed: allow.join(', ') };
      return kind === 'ws-listen' && linkTlsCert !== undefined
        ? finding('exposure.linkTls', 'info', values)
        : finding('exposure.link', allow.every(isOwn) ? 'info' : 'warning', values);
    }),
    ...wide.map((range) => finding('exposure.allowAll', 'error', { range })),
  ];
}

function pageFindings({ resolved }: DoctorContext): Finding[] {
  const host = resolved.config.pageHost.replace(/^\[|\]$/g, '');
  return isLoopbackHost(host) ? [] : [finding('exposure.page', 'warning', { host })];
}

function controlFindings({ resolved }: DoctorContext): Finding[] {
  const { controlListen, controlTlsCert } = resolved.config;
  const address = controlListen === undefined ? undefined : parseListenAddress(controlListen);
  if (address === undefined || isLoopbackHost(address.host) || controlTlsCert !== undefined) return [];
  return [finding('exposure.controlPlain', 'error', { host: address.host, port: address.port })];
}

function daemonFindings({ resolved }: DoctorContext): Finding[] {
  const { daemon } = resolved.config;
  if (!/^ws:\/\//i.test(daemon)) return [];
  const host = new URL(daemon).hostname.replace(/^\[|\]$/g, '');
  return isLoopbackHost(host) ? [] : [finding('exposure.daemonPlain', 'warning', { host })];
}

function isWide(range: string): boolean {
  const prefix = range.split('/')[1];
  return prefix !== undefined && Number(prefix) < WIDEST_PREFIX[range.includes(':') ? 'ipv6' : 'ipv4'];
}

function isOwn(range: string): boolean {
  return isLoopbackHost(range.split('/')[0] ?? '');
}
