import { type LinkSpec, parseLinkUrl } from '../config/index.js';
import { ConfigError } from '../runtime/index.js';
import type { DoctorContext, PeerLink } from './context.js';

/**
 * The links to look at. A user who names none means those that the daemon was started with, wherever that was said.
 *
 * Of a daemon's link the path may be masked; it is then of no use but for show.
 */
export async function peerLinksOf({
  resolved,
  daemonStatus,
}: Pick<DoctorContext, 'resolved' | 'daemonStatus'>): Promise<readonly PeerLink[]> {
  // That the daemon does not answer is told by its own check.
  const status =
    resolved.origins.links === 'default' ? await daemonStatus().catch(() => undefined) : undefined;
  const links = status?.links.flatMap(({ name, url }) => parsed(`${name}=${url}`)) ?? [];
  return realOnes(links.length > 0 ? links : resolved.links);
}

/** Without the simulator. */
export function realOnes(links: readonly LinkSpec[]): readonly PeerLink[] {
  return links.flatMap((link) => (link.kind === 'simulator' ? [] : [link]));
}

function parsed(text: string): LinkSpec[] {
  try {
    return [parseLinkUrl(text)];
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}
