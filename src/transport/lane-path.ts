import { createHash, timingSafeEqual } from 'node:crypto';

/** A peer appends one `-N` each time it is moved on; more than this many is nobody we know. */
const MAX_SUFFIXES = 32;
const SUFFIX = /-\d{1,4}$/;

/**
 * Whether a request target is ours. The path may be a secret, so it is compared in constant time.
 *
 * @param path - as configured, e.g. `/chat` or `/chat?key=…`: what MMDAgent-EX has as Directory, compared as written.
 * @param target - the request target of the HTTP request line.
 * @returns `first` for the path itself, `lane` for the path with suffixes (`/chat-1`, `/chat-1-2`), else undefined.
 */
export function matchPath(path: string, target: string): 'first' | 'lane' | undefined {
  const wanted = digest(path);
  let match: 'first' | 'lane' | undefined;
  let base = target;
  for (let suffixes = 0; suffixes <= MAX_SUFFIXES; suffixes++) {
    if (timingSafeEqual(wanted, digest(base))) match ??= suffixes === 0 ? 'first' : 'lane';
    const shorter = base.replace(SUFFIX, '');
    if (shorter === base) break;
    base = shorter;
  }
  return match;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
