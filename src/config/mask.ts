import { isLoopbackHost } from './host.js';
import { LINK_DEFAULTS, TOKEN_SEGMENT_CHARS } from './link-spec.js';

/** What stands in place of anything that must not be seen. */
export const MASK = '***';

/**
 * A path fit for logs: on a loopback host only segments long enough to be a token are hidden, on any other host all of it.
 *
 * @param path - begins with `/`.
 */
export function maskPath(path: string, host: string): string {
  if (path === '/') return path;
  if (!isLoopbackHost(host)) return `/${MASK}`;
  return path
    .split('/')
    .map((segment) => (segment.length >= TOKEN_SEGMENT_CHARS ? MASK : segment))
    .join('/');
}

/** Hides what could be secret in URL-like text that nobody could parse: user and password, long path, query. */
export function maskUrlText(text: string): string {
  const [, scheme = '', authority = '', path = '', rest = ''] =
    /^([^/?#]*\/\/)?([^/?#]*)([^?#]*)(.*)$/s.exec(text.trim()) ?? [];
  const shownAuthority = authority.replace(/^.*@/s, `${MASK}@`);
  const shownPath = path === '' || path === '/' || path === LINK_DEFAULTS.wsPath ? path : `/${MASK}`;
  return `${scheme}${shownAuthority}${shownPath}${rest === '' ? '' : `${rest.slice(0, 1)}${MASK}`}`.slice(
    0,
    120,
  );
}
