import type { DaemonStatus, LaneStatus } from '../../control/index.js';
import { BridgeError } from '../../runtime/index.js';
import type { Check } from '../check.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';

/** An avatar on a screen answers within two frames, 60 to 150 ms; this is slower than 10 frames a second. */
const SLOW_ECHO_MS = 250;

/** What a running daemon knows of links and avatars. */
export const daemonCheck: Check = {
  id: 'peer.daemon',
  area: 'peer',
  timeoutMs: 5000,
  run: async (context) => {
    const { daemon } = context;
    if (daemon === undefined) return [finding('peer.noDaemon', 'info', {})];
    if (daemon instanceof BridgeError) {
      return [finding('peer.daemonRefused', 'error', { code: daemon.code, reason: daemon.message })];
    }
    const status = await context.daemonStatus();
    if (status === undefined) return [];
    const { version, pid, links } = status;
    const isEndingWithLink = status.isInUse && context.host.platform !== 'win32';
    return [
      finding('peer.daemon', 'ok', { version, pid, links: links.length }),
      ...(version === context.version
        ? []
        : [finding('peer.daemonVersion', 'warning', { daemon: version, own: context.version })]),
      ...linkFindings(status),
      ...status.lanes.flatMap(laneFindings),
      ...(isEndingWithLink ? [finding('peer.endsWithLink', 'info', {})] : []),
    ];
  },
};

function linkFindings({ links, lanes }: DaemonStatus): Finding[] {
  return links.flatMap(({ name, url, status, error }) => {
    if (error !== undefined)
      return [finding('peer.linkDown', 'error', { link: name, status, reason: error })];
    // A lane is called after its link, with a number behind it for a second avatar.
    const isUsed = lanes.some(({ lane, state }) => lane.startsWith(name) && state !== 'disconnected');
    const isWaiting = !isUsed && !url.startsWith('simulator:');
    return isWaiting ? [finding('peer.nobody', 'warning', { link: name })] : [];
  });
}

function laneFindings(status: LaneStatus): Finding[] {
  const { lane, model, state, isSimulator, carriesSound, echoMs } = status;
  const echo = echoMs === undefined ? undefined : Math.round(echoMs);
  const findings: Finding[] = [];
  // One that never connected is told by its link.
  if (state === 'disconnected' && status.connections > 0) {
    findings.push(finding('peer.disconnected', 'error', { lane }));
  }
  if (state === 'waiting') findings.push(finding('peer.waiting', 'warning', { lane }));
  if (state === 'modelMissing') findings.push(finding('peer.modelMissing', 'error', { lane, model }));
  if (state === 'ready') findings.push(finding('peer.ready', 'ok', { lane, model }));
  if (state === 'ready' && !carriesSound) findings.push(finding('peer.noSound', 'info', { lane }));
  if (echo !== undefined && !isSimulator) {
    findings.push(
      echo > SLOW_ECHO_MS
        ? finding('peer.slowEcho', 'warning', { lane, echoMs: echo })
        : finding('peer.echo', 'ok', { lane, echoMs: echo }),
    );
  }
  return findings;
}
