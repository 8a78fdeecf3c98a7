import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Role } from './caller.js';

/** A key as the file keeps it: enough to tell the key, not enough to know it. */
export interface KeyEntry {
  /** Letters, digits, `.`, `_`, `-`; 1 to 63 characters. */
  readonly name: string;
  readonly role: Role;
  /** The first characters behind `mab_`: to tell keys apart, and to compute scrypt only for a key that may be right. No secret. */
  readonly hint: string;
  /** Base64url, 16 bytes. */
  readonly salt: string;
  /** Base64url, 32 bytes of scrypt (N 16384, r 8, p 1) of the whole key. */
  readonly hash: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly note?: string;
}

const PREFIX = 'mab_';
/** With `mab_` before it a multiple of three letters: its base64 ends without `=`, which no WebSocket subprotocol may hold. */
const KEY_BYTES = 33;
/** 36 of 256 bits. */
const HINT_CHARS = 6;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const COST = { N: 16_384, r: 8, p: 1 } as const;

const scryptOf = promisify<string, Uint8Array, number, typeof COST, Buffer>(scrypt);

/** `mab_` and 33 random bytes in base64url: 48 characters. */
export function newKey(random: (bytes: number) => Buffer = randomBytes): string {
  return PREFIX + random(KEY_BYTES).toString('base64url');
}

/** Whether the text has the form of our keys; others need not be looked up. */
export function isKeyShaped(text: string): boolean {
  return /^mab_[A-Za-z0-9_-]{44}$/.test(text);
}

/** Nothing that begins as a key does: somebody would have given the key itself for its name, and it would be kept. */
export function isKeyName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(text) && !text.startsWith(PREFIX);
}

export function hintOf(key: string): string {
  return key.slice(PREFIX.length, PREFIX.length + HINT_CHARS);
}

/** Takes tens of milliseconds, beside the event loop. */
export async function keyEntry(
  key: string,
  about: Pick<KeyEntry, 'name' | 'role' | 'createdAt' | 'note'>,
  random: (bytes: number) => Buffer = randomBytes,
): Promise<KeyEntry> {
  const salt = random(SALT_BYTES);
  const hash = await scryptOf(key, salt, HASH_BYTES, COST);
  return { ...about, hint: hintOf(key), salt: salt.toString('base64url'), hash: hash.toString('base64url') };
}

/** Whether the key is that of the entry; constant in time but for scrypt's own. */
export async function isKeyOf(key: string, entry: KeyEntry): Promise<boolean> {
  const hash = await scryptOf(key, Buffer.from(entry.salt, 'base64url'), HASH_BYTES, COST);
  return timingSafeEqual(hash, Buffer.from(entry.hash, 'base64url'));
}

/** Names an entry without its name: another key of the same name has another. */
export function fingerprintOf({ name, role, salt, hash }: KeyEntry): string {
  return createHash('sha256').update([name, role, salt, hash].join('\0')).digest('base64url').slice(0, 22);
}
