import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { BridgeError, type Clock, errorText, type Logger } from '../runtime/index.js';

/** Where a certificate and its key lie, both PEM. */
export interface TlsPaths {
  /** The server's certificate first, then those in between. */
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate and its key that fit: for `https.createServer` and `setSecureContext`. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly notAfterMs: number;
  /** As the certificate writes them: `DNS:localhost, IP Address:127.0.0.1`. */
  readonly names: string;
  readonly isSelfSigned: boolean;
}

/** @throws {BridgeError} BRIDGE_ERR_TLS - unreadable, no PEM, not of this key, not yet or no longer good. */
export async function readTls(paths: TlsPaths, clock: Clock): Promise<TlsPair> {
  const { certFile, keyFile } = paths;
  const [cert, key] = [await readPem(certFile, 'certificate'), await readPem(keyFile, 'key')];
  const certificate = parsed(() => new X509Certificate(cert), `a certificate in PEM in ${certFile}`);
  const privateKey = parsed<KeyObject>(
    () => createPrivateKey(key),
    `a private key in PEM without a password in ${keyFile}`,
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw wrong(`the key in ${keyFile} to be that of the certificate in ${certFile}; it belongs to another`);
  const notAfterMs = Date.parse(certificate.validTo);
  const nowMs = clock.wallMs();
  if (nowMs >= notAfterMs)
    throw wrong(
      `a certificate that is still good; that in ${certFile} ended on ${dayOf(notAfterMs)}. Renew it, or make one with \`mmdagent-bridge cert --replace\``,
    );
  const notBeforeMs = Date.parse(certificate.validFrom);
  if (nowMs < notBeforeMs)
    throw wrong(
      `a certificate that is good already; that in ${certFile} begins on ${dayOf(notBeforeMs)}. Is this machine's clock right?`,
    );
  return {
    cert,
    key,
    notAfterMs,
    names: certificate.subjectAltName ?? '',
    // checkIssued says no of one that is no authority's.
    isSelfSigned: certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey),
  };
}

export interface FollowTlsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of a pair that fits, and is another than before: give it to `server.setSecureContext`. */
  readonly onChange: (pair: TlsPair) => void;
  /** How often the files are looked at, milliseconds. @default 30000 */
  readonly everyMs?: number;
}

const USUAL_EVERY_MS = 30_000;

/**
 * Watches the files of a certificate: renewed ones count without a restart. Files that cannot be used, such as while only one of them
 * is new, are warned of once and looked at again; the server goes on with what it has.
 *
 * @param current - the pair that is in use.
 * @returns Ends it; idempotent, and no timer is left.
 */
export function followTls(paths: TlsPaths, current: TlsPair, options: FollowTlsOptions): () => void {
  const { clock, logger, onChange, everyMs = USUAL_EVERY_MS } = options;
  let pair = current;
  let seen: string | undefined;
  let fault: string | undefined;
  let isOver = false;
  const look = async (): Promise<void> => {
    try {
      const stamp = await stampOf(paths);
      if (stamp === seen && fault === undefined) return;
      const next = await readTls(paths, clock);
      if (isOver) return;
      seen = stamp;
      fault = undefined;
      if (next.cert === pair.cert && next.key === pair.key) return;
      pair = next;
      onChange(next);
      logger.info({ until: dayOf(next.notAfterMs) }, 'Certificate read again');
    } catch (error) {
      const reason = errorText(error);
      if (reason !== fault && !isOver)
        logger.warn({ reason }, 'The certificate could not be read again; the one in use stays');
      fault = reason;
    }
  };
  const again = (): void => {
    void look().finally(() => {
      if (!isOver) timer = clock.after(everyMs, again);
    });
  };
  let timer = clock.after(everyMs, again);
  return () => {
    isOver = true;
    timer.cancel();
  };
}

async function stampOf({ certFile, keyFile }: TlsPaths): Promise<string> {
  const found = await Promise.all([stat(certFile), stat(keyFile)]);
  return found.map(({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`).join(', ');
}

async function readPem(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw wrong(`to read the ${what} in ${path}: ${errorText(error)}`, error);
  }
}

/** What OpenSSL says of a key it cannot read is left out: nothing of a key goes into a text. */
function parsed<T>(parse: () => T, expected: string): T {
  try {
    return parse();
  } catch {
    throw wrong(`${expected}; it is damaged or of another kind`);
  }
}

function wrong(expected: string, cause?: unknown): BridgeError {
  return new BridgeError('BRIDGE_ERR_TLS', `Expected ${expected}`, { cause });
}

function dayOf(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 10);
}
