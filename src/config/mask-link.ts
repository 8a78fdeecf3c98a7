import { ConfigError } from '../runtime/index.js';
import { hostInUrl } from './host.js';
import { maskPath, maskUrlText } from './mask.js';
import { parseLinkUrl } from './parse-link.js';

/**
 * A link as it may be shown, with its name if it was given one; also takes text that is no link.
 *
 * @param text - `[name=]URL`.
 */
export function maskLink(text: string): string {
  try {
    const spec = parseLinkUrl(text);
    if (spec.kind !== 'ws-listen') return text.trim();
    const name = text.trim().startsWith(`${spec.name}=`) ? `${spec.name}=` : '';
    return `${name}ws-listen://${hostInUrl(spec.host)}:${spec.port}${maskPath(spec.path, spec.host)}`;
  } catch (error) {
    if (error instanceof ConfigError) return maskUrlText(text);
    throw error;
  }
}
