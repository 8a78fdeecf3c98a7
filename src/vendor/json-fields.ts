import { Buffer } from 'node:buffer';

/** An object out of JSON, whose fields may be anything. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The elements that are objects, of what should be a list of them. */
export function fieldsIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function finiteOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** @returns undefined where the pointer leads nowhere. @source RFC 6901 */
export function atPointer(value: unknown, pointer: string): unknown {
  let at = value;
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = /^\d+$/.test(key) ? at[Number(key)] : undefined;
    else at = isFields(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

/** Standard base64, also without its filling; undefined when there are other letters in it. */
export function fromBase64(text: string): Uint8Array | undefined {
  const dense = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(dense)) return undefined;
  return Buffer.from(dense, 'base64');
}
