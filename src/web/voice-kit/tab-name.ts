/**
 * A name for the conversation of this tab: the same after a reload, another in another tab. Unguessable is not what it must be, since
 * names count only within their caller.
 *
 * @param about - of what makes it another conversation.
 */
export function tabName(page: string, about = ''): string {
  const key = `mmdagent-bridge.${page}-name`;
  try {
    const known = sessionStorage.getItem(key);
    if (known !== null && known !== '') return `${known}${about === '' ? '' : `-${about}`}`.slice(0, 128);
  } catch {
    // Without storage a reload begins anew.
  }
  // `crypto.randomUUID` is not there on pages without https.
  const random = [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(36)).join('');
  const name = `${page}-${random}`;
  try {
    sessionStorage.setItem(key, name);
  } catch {
    // As above.
  }
  return `${name}${about === '' ? '' : `-${about}`}`.slice(0, 128);
}
