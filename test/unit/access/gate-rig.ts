import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isKeyOf, type KeyEntry, keyEntry, newKey } from '../../../src/access/access-key.js';
import {
  type Gate,
  type GateRequest,
  type GateSettings,
  openGate,
  writeKeyFile,
} from '../../../src/access/index.js';
import { FakeClock, type Logger, seededRandom } from '../../../src/runtime/index.js';

/** A request as a program or browser on this machine makes it, unless told otherwise. */
export function request(
  headers: Readonly<Record<string, string | undefined>> = {},
  about: Partial<Omit<GateRequest, 'headers'>> = {},
): GateRequest {
  const all = { host: 'localhost:8080', ...headers };
  return {
    method: 'GET',
    url: '/',
    remoteAddress: '127.0.0.1',
    localPort: 8080,
    isTls: false,
    headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    ...about,
  };
}

/** A cookie of a Set-Cookie header, as the browser sends it back. */
export function cookieOf(setCookie: string | undefined): string {
  return (setCookie ?? '').split(';')[0] ?? '';
}

export function bearer(key: string): { authorization: string } {
  return { authorization: `Bearer ${key}` };
}

/** Whose key each role's is, made once: scrypt takes its time. */
export const KEYS = {
  visitor: keyOf(1),
  client: keyOf(2),
  operator: keyOf(3),
} as const;
const ENTRIES: Readonly<Record<keyof typeof KEYS, Promise<KeyEntry>>> = {
  visitor: entryOf('visitor'),
  client: entryOf('client'),
  operator: entryOf('operator'),
};

export interface GateRig extends AsyncDisposable {
  readonly gate: Gate;
  readonly clock: FakeClock;
  /** Everything that was logged. */
  readonly lines: string[];
  readonly keyFile: string;
  /** How often scrypt was asked. */
  readonly checks: { count: number };
  /** Writes the file of keys. */
  setKeys(...names: (keyof typeof KEYS)[]): Promise<void>;
}

/** @param names - keys that are set up, each of the role that it is named after. */
export async function openGateRig(
  settings: Partial<GateSettings> = {},
  names: readonly (keyof typeof KEYS)[] = [],
): Promise<GateRig> {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-gate-'));
  const keyFile = join(folder, 'keys.json');
  const clock = new FakeClock(1000);
  const lines: string[] = [];
  const checks = { count: 0 };
  const setKeys = async (...wanted: (keyof typeof KEYS)[]): Promise<void> =>
    await writeKeyFile(keyFile, await Promise.all(wanted.map((name) => ENTRIES[name])));
  if (names.length > 0) await setKeys(...names);
  try {
    const gate = await openGate({
      settings: { host: '127.0.0.1', ...settings },
      keyFile,
      clock,
      logger: loggerTo(lines),
      random: randomFrom(7),
      isKeyOf: (key, entry) => {
        checks.count++;
        return isKeyOf(key, entry);
      },
    });
    return {
      gate,
      clock,
      lines,
      keyFile,
      checks,
      setKeys,
      async [Symbol.asyncDispose]() {
        gate.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Another key that begins as the given one: only scrypt can tell them apart. */
export function lookalike(key: string, number = 0): string {
  return `${key.slice(0, -4)}z${String(number).padStart(3, '0')}`;
}

function loggerTo(lines: string[]): Logger {
  const write = (fields: object, text: string): void => {
    lines.push(`${text} ${JSON.stringify(fields)}`);
  };
  return { debug: write, info: write, warn: write, error: write };
}

function randomFrom(seed: number): (bytes: number) => Buffer {
  const random = seededRandom(seed);
  return (bytes) => Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)));
}

function keyOf(seed: number): string {
  return newKey(randomFrom(seed));
}

function entryOf(name: keyof typeof KEYS): Promise<KeyEntry> {
  return keyEntry(KEYS[name], { name, role: name, createdAt: '2026-11-22T00:00:00.000Z' });
}
