import { canonicalHost } from './host.js';

/** At least one character, none of them a control character. */
export function isAnyText(value: string): boolean {
  return value !== '' && !/[\u0000-\u001f\u007f]/.test(value);
}

/** Text of several lines. */
export function isAnyLines(value: string): boolean {
  return value.trim() !== '' && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value);
}

/** Lane names are made by the daemon from link names; here only what would break a message or a table is refused. */
export function isLaneName(value: string): boolean {
  return /^[^\s|\u0000-\u001f\u007f]{1,80}$/u.test(value);
}

/** A host name or address to listen on, IPv6 with or without brackets. */
export function isBindHost(value: string): boolean {
  return canonicalHost(value.includes(':') && !value.startsWith('[') ? `[${value}]` : value) !== undefined;
}

/** '' (this user's own), a name, or the URL of another machine's daemon. */
export function isDaemonAddress(value: string): boolean {
  if (value === '' || /^[a-z0-9-]{1,32}$/.test(value)) return true;
  if (!/^wss?:\/\/[^\s@?#]+$/i.test(value)) return false;
  try {
    return new URL(value).hostname !== '';
  } catch {
    return false;
  }
}

/** A folder under two names. */
export interface SharedDir {
  readonly local: string;
  readonly remote: string;
}

/** Reads `LOCAL=REMOTE` at the first `=`; undefined when a half is missing. */
export function parseSharedDir(value: string): SharedDir | undefined {
  const [, local, remote] = /^([^=]+)=(.+)$/s.exec(value) ?? [];
  return local === undefined || remote === undefined ? undefined : { local, remote };
}

/** Whether `parseSharedDir` takes the text. */
export function isSharedDir(value: string): boolean {
  return isAnyText(value) && parseSharedDir(value) !== undefined;
}
