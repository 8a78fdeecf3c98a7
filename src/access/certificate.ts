import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { canonicalHost } from '../config/index.js';
import { BridgeError } from '../runtime/index.js';
import {
  derBits,
  derElement,
  derInteger,
  derOctets,
  derOid,
  derSequence,
  derTime,
  derTrue,
  derUtf8,
} from './der.js';

/** A certificate and its key, both PEM. */
export interface CertificatePair {
  readonly cert: string;
  /** PKCS #8. */
  readonly key: string;
}

export interface CertificateOptions {
  /** Names and addresses that it is good for, 1 to 100; a name may begin with `*.`. */
  readonly hosts: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const MAX_HOSTS = 100;
const SERIAL_BYTES = 16;
const ECDSA_WITH_SHA256 = derSequence(derOid('1.2.840.10045.4.3.2'));

/**
 * Makes a key (EC P-256) and a certificate that it signs itself.
 *
 * It may serve, and nothing else: were it one of an authority, whoever takes the key could vouch for every site on machines that
 * trust it.
 *
 * @throws {BridgeError} BRIDGE_ERR_TLS - a host that is no name or address.
 * @source RFC 5280 4.1 and 4.2; RFC 5758 3.2 (signature), RFC 9525 (names only in subjectAltName). Apple HT211025: serverAuth, no
 *   more than 398 days.
 */
export function makeCertificate({ hosts, notBeforeMs, notAfterMs }: CertificateOptions): CertificatePair {
  const names = [...new Set(hosts.map(certificateHost))];
  if (names.length === 0 || names.length > MAX_HOSTS)
    throw new BridgeError(
      'BRIDGE_ERR_TLS',
      `Expected 1 to ${MAX_HOSTS} hosts for the certificate, got ${names.length}`,
    );
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const name = commonName('mmdagent-bridge');
  const body = derSequence(
    derElement(0xa0, derInteger(Uint8Array.of(2))),
    // The first bit stays 0, and the number is never 0.
    derInteger(Buffer.concat([Uint8Array.of(0x40), randomBytes(SERIAL_BYTES - 1)])),
    ECDSA_WITH_SHA256,
    name,
    derSequence(derTime(notBeforeMs), derTime(notAfterMs)),
    name,
    spki,
    derElement(0xa3, derSequence(...extensions(names, spki))),
  );
  const signature = sign('sha256', body, privateKey);
  return {
    cert: pem('CERTIFICATE', derSequence(body, ECDSA_WITH_SHA256, derBits(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/**
 * A host as a certificate names it.
 *
 * @throws {BridgeError} BRIDGE_ERR_TLS
 */
export function certificateHost(text: string): string {
  const isWild = text.startsWith('*.');
  const bare = isWild ? text.slice(2) : text;
  if (bare.toLowerCase() === 'localhost') return 'localhost';
  const host = canonicalHost(bare.includes(':') && !bare.startsWith('[') ? `[${bare}]` : bare);
  const isName = host !== undefined && !isIPv4(host) && !host.includes(':');
  if (host !== undefined && (isName || !isWild)) return isWild ? `*.${host}` : host;
  throw new BridgeError(
    'BRIDGE_ERR_TLS',
    `Expected a name or address for the certificate, such as bridge.local or 192.168.1.5, got ${JSON.stringify(text.slice(0, 100))}; names with other letters go in their xn-- form`,
  );
}

function extensions(names: readonly string[], spki: Uint8Array): Buffer[] {
  const keyId = createHash('sha1').update(spki).digest();
  return [
    // Basic constraints: no authority.
    extension('2.5.29.19', true, derSequence()),
    // Key usage: digital signature.
    extension('2.5.29.15', true, derBits(Uint8Array.of(0x80), 7)),
    // Extended key usage: server authentication.
    extension('2.5.29.37', false, derSequence(derOid('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.14', false, derOctets(keyId)),
    extension('2.5.29.17', false, derSequence(...names.map(generalName))),
  ];
}

function extension(oid: string, isCritical: boolean, value: Uint8Array): Buffer {
  return derSequence(derOid(oid), ...(isCritical ? [derTrue()] : []), derOctets(value));
}

function generalName(host: string): Buffer {
  if (isIPv4(host)) return derElement(0x87, Buffer.from(host.split('.').map(Number)));
  if (host.includes(':')) return derElement(0x87, ipv6Bytes(host));
  return derElement(0x82, Buffer.from(host, 'latin1'));
}

/** @param address - canonical: groups without leading zeros, the longest run of zeros as `::`. */
function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): string[] =>
    (text ?? '').split(':').filter((group) => group !== '');
  const before = groups(head);
  const after = groups(tail);
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  const bytes = Buffer.alloc(16);
  for (const [at, group] of [...before, ...zeros, ...after].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), at * 2);
  return bytes;
}

function commonName(text: string): Buffer {
  return derSequence(derElement(0x31, derSequence(derOid('2.5.4.3'), derUtf8(text))));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
