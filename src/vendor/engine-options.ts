import type { z } from 'zod';

/** The zod namespace, handed to the schemas so that nothing imports zod before a value must be checked. */
export type Zod = typeof z;

/** One row of a table of engines: what config, help and messages know of a type. */
export interface EngineRow<S extends (zod: Zod) => z.ZodType = (zod: Zod) => z.ZodType> {
  /** One line for help and README; no full stop at the end. */
  readonly description: string;
  /** Of the options with their defaults; strict: an unknown option is an error. */
  readonly schema: S;
  /** Environment variable that holds the key, when the options give none; undefined: it takes no key. */
  readonly keyEnv: string | undefined;
  /** Hosts of the vendor: nowhere else the key of the environment goes by itself. */
  readonly keyHosts?: RegExp | undefined;
  /** Whether a server at another address may want no key. @default false */
  readonly isOpenElsewhere?: boolean;
  /** Other options that an environment variable gives: option to variable. */
  readonly optionEnv?: Readonly<Record<string, string>>;
  /** Whether it can speak without a key at its default address. */
  readonly needsKey: boolean;
}

export const FIRST_BYTE_MS = 15_000;
export const IDLE_MS = 10_000;

/** How long an engine is waited for; part of every schema. */
export function waitShape(zod: Zod, firstByteMs = FIRST_BYTE_MS, idleMs = IDLE_MS) {
  const wait = zod.number().int().min(100).max(600_000);
  return {
    /** Milliseconds from the request to the first byte of its answer. */
    firstByteMs: wait.default(firstByteMs),
    /** Milliseconds between two pieces of an answer. */
    idleMs: wait.default(idleMs),
  };
}

/** An address without user, query and fragment: keys belong into `apiKey`, which is never shown. */
export function addressShape(zod: Zod, standard: string, protocols = /^https?:$/) {
  return zod
    .string()
    .refine((text) => isAddress(text, protocols), {
      message: 'expected an address such as https://host:port/path, without user, ? and #',
    })
    .default(standard);
}

function isAddress(text: string, protocols: RegExp): boolean {
  try {
    const url = new URL(text);
    return protocols.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
  } catch {
    return false;
  }
}

/** A whole address, query and all; without a user, which messages of the system would show. */
export function urlShape(zod: Zod) {
  return zod.url({ protocol: /^https?$/ }).refine((text) => !hasUser(text), {
    message: 'expected an address without user and password: put them into headers',
  });
}

function hasUser(text: string): boolean {
  return URL.canParse(text) && `${new URL(text).username}${new URL(text).password}` !== '';
}

/** Whether what is sent to an address reaches the vendor and nobody else. @param address - undefined: the vendor's own. */
export function isVendors(address: unknown, { keyHosts }: Pick<EngineRow, 'keyHosts'>): boolean {
  if (address === undefined) return true;
  if (typeof address !== 'string' || keyHosts === undefined || !URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return /^(https|wss):$/.test(protocol) && keyHosts.test(hostname);
}

/** Where the key of an engine comes from, for messages. */
export function keyHelp(
  row: Pick<EngineRow, 'keyEnv' | 'keyHosts'>,
  address: unknown,
  what = 'apiKey',
): string {
  const name = row.keyEnv ?? 'KEY';
  return isVendors(address, row)
    ? `set ${what} of the engine, or ${name}`
    : `set ${what} of the engine, for example to "\${${name}}"; by itself ${name} goes to the vendor only`;
}

export function keyShape(zod: Zod) {
  // A key goes into a header: what cannot stand there is a slip of copy and paste.
  return zod
    .string()
    .regex(/^[\x21-\x7e]+$/, { message: 'expected a key of letters, digits and signs without blanks' })
    .optional();
}

/** Joins a path to an address that may or may not end with a slash. */
export function joinUrl(base: string, path: string, query: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(`${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

/** Host and port of an address, for messages. */
export function placeOf(address: string): string {
  return new URL(address).host;
}
