import { randomUUID, X509Certificate } from 'node:crypto';
import { mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { BridgeError, type Clock, errorText } from '../runtime/index.js';
import { certificateHost, makeCertificate } from './certificate.js';

export interface SelfSignedOptions {
  /** More names and addresses, beside those of this machine. */
  readonly hosts: readonly string[];
  /** 1 to 397; browsers take no longer ones. @default 397 */
  readonly days?: number;
  /** Made when missing. */
  readonly folder: string;
  readonly clock: Clock;
  /** Whether files that are there are replaced. @default false */
  readonly replaces?: boolean;
  /** @default the machine's */
  readonly machine?: readonly string[];
}

export interface SelfSigned {
  readonly certFile: string;
  readonly keyFile: string;
  /** All that it is good for. */
  readonly hosts: readonly string[];
  /** Milliseconds since 1970. */
  readonly notAfterMs: number;
  /** SHA-256 in hexadecimal with colons, as browsers show it beside their warning. */
  readonly fingerprint: string;
}

export const MAX_CERTIFICATE_DAYS = 397;
const DAY_MS = 86_400_000;
/** Clocks of other machines may be behind. */
const BEFORE_MS = 3_600_000;

/**
 * Writes `cert.pem` and `key.pem` (mode 0600) for this machine: browsers give microphones to pages off localhost only over https.
 *
 * Browsers warn once of a certificate that nobody vouches for; it then encrypts, but proves nothing to who does not compare it.
 *
 * @throws {BridgeError} BRIDGE_ERR_TLS - a wrong host, wrong days, files that are there, or that cannot be written.
 */
export async function createSelfSigned(options: SelfSignedOptions): Promise<SelfSigned> {
  const { folder, clock, days = MAX_CERTIFICATE_DAYS, replaces = false } = options;
  if (!Number.isInteger(days) || days < 1 || days > MAX_CERTIFICATE_DAYS)
    throw new BridgeError('BRIDGE_ERR_TLS', `Expected 1 to ${MAX_CERTIFICATE_DAYS} days, got ${days}`);
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  if (!replaces) await mustBeNew([certFile, keyFile]);
  const own = ['localhost', '127.0.0.1', '::1', ...(options.machine ?? machineNames())];
  const hosts = [...new Set([...own, ...options.hosts].map(certificateHost))];
  const notBeforeMs = clock.wallMs() - BEFORE_MS;
  const notAfterMs = notBeforeMs + days * DAY_MS;
  const { cert, key } = makeCertificate({ hosts, notBeforeMs, notAfterMs });
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Whoever reads between the two finds that they do not fit, and reads again.
    await replaceFile(keyFile, key, 0o600);
    await replaceFile(certFile, cert, 0o644);
  } catch (error) {
    throw new BridgeError(
      'BRIDGE_ERR_TLS',
      `Expected to write the certificate to ${folder}: ${errorText(error)}`,
      {
        cause: error,
      },
    );
  }
  return { certFile, keyFile, hosts, notAfterMs, fingerprint: new X509Certificate(cert).fingerprint256 };
}

/** Names and addresses under which other machines of the network find this one; without those that no certificate can bear. */
export function machineNames(): string[] {
  const name = hostname().toLowerCase();
  const names = name.includes('.') ? [name] : [name, `${name}.local`];
  const addresses = Object.values(networkInterfaces())
    .flatMap((of) => of ?? [])
    .filter(({ internal, address }) => !internal && !/^(?:fe[89ab]|169\.254\.)/i.test(address))
    .map(({ address }) => address);
  return [...names, ...addresses].filter((host) => {
    try {
      certificateHost(host);
      return true;
    } catch {
      return false;
    }
  });
}

async function mustBeNew(files: readonly string[]): Promise<void> {
  for (const file of files)
    if ((await stat(file).catch(() => undefined)) !== undefined)
      throw new BridgeError(
        'BRIDGE_ERR_TLS',
        `There is a certificate already (${file}); replacing it makes browsers warn again: say so with --replace`,
      );
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(part, 'wx', mode);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await unlink(part).catch(() => {});
    throw error;
  }
}
