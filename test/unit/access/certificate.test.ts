import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateHost, makeCertificate } from '../../../src/access/certificate.js';
import { derInteger, derOid, derSequence, derTime } from '../../../src/access/der.js';
import { createSelfSigned, followTls, readTls, type TlsPair } from '../../../src/access/index.js';
import { machineNames } from '../../../src/access/self-signed.js';
import { FakeClock } from '../../../src/runtime/index.js';

const DAY_MS = 86_400_000;

describe('DER', () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

  it.each([
    // X.690 8.3 and 8.19.5; RFC 5280 4.1.2.5.
    [derInteger(Uint8Array.of(0)), '020100'],
    [derInteger(Uint8Array.of(0x7f)), '02017f'],
    [derInteger(Uint8Array.of(0x80)), '02020080'],
    [derInteger(Uint8Array.of(0, 0, 1)), '020101'],
    [derOid('2.5.29.17'), '0603551d11'],
    [derOid('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    [derOid('2.999.3'), '0603883703'],
    [derTime(Date.UTC(2049, 11, 31, 23, 59, 59)), `170d${hex(Buffer.from('491231235959Z'))}`],
    [derTime(Date.UTC(2050, 0, 1)), `180f${hex(Buffer.from('20500101000000Z'))}`],
  ])('writes %j as %s', (bytes, expected) => expect(hex(bytes)).toBe(expected));

  it.each([
    [127, '307f'],
    [128, '308180'],
    [255, '3081ff'],
    [256, '30820100'],
    [70_000, '3083011170'],
  ])('writes a length of %i as %s', (length, expected) => {
    const bytes = derSequence(new Uint8Array(length));
    expect(hex(bytes).slice(0, expected.length)).toBe(expected);
    expect(bytes).toHaveLength(expected.length / 2 + length);
  });
});

describe('makeCertificate', () => {
  const span = { notBeforeMs: Date.UTC(2026, 0, 1), notAfterMs: Date.UTC(2027, 0, 1) };

  it('makes what says who it is for, until when, and that it may serve only', () => {
    const { cert } = makeCertificate({
      hosts: ['localhost', '192.168.1.5', 'fd00::1', '*.example.org'],
      ...span,
    });
    const read = new X509Certificate(cert);
    expect(read.subjectAltName).toBe(
      'DNS:localhost, IP Address:192.168.1.5, IP Address:FD00:0:0:0:0:0:0:1, DNS:*.example.org',
    );
    expect([Date.parse(read.validFrom), Date.parse(read.validTo)]).toEqual([
      span.notBeforeMs,
      span.notAfterMs,
    ]);
    expect(read.ca).toBe(false);
    expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(read.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkHost('localhost')).toBe('localhost');
    expect(read.checkHost('a.example.org')).toBe('*.example.org');
    expect(read.checkHost('evil.example')).toBeUndefined();
    expect(read.checkIP('192.168.1.5')).toBe('192.168.1.5');
  });

  it('has another number and key each time: browsers refuse two of one number', () => {
    const [one, two] = [0, 1].map(() => new X509Certificate(makeCertificate({ hosts: ['a'], ...span }).cert));
    expect(one?.serialNumber).not.toBe(two?.serialNumber);
    expect(one?.serialNumber).toHaveLength(32);
    expect(one?.checkPrivateKey).toBeDefined();
    expect(one?.publicKey.equals(two?.publicKey as never)).toBe(false);
  });

  it('is good for every address there is', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { minLength: 1, maxLength: 4 }), (hosts) => {
        const { cert } = makeCertificate({ hosts, ...span });
        const read = new X509Certificate(cert);
        for (const host of hosts) expect(read.checkIP(host)).toBeDefined();
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['LOCALHOST', 'localhost'],
    ['Bridge.Local', 'bridge.local'],
    ['[FD00::1]', 'fd00::1'],
    ['fd00:0:0::1', 'fd00::1'],
    ['*.Example.org', '*.example.org'],
  ])('takes %j as %j', (text, expected) => expect(certificateHost(text)).toBe(expected));

  it.each([
    '',
    '*',
    '*.1.2.3.4',
    'a b',
    'https://a',
    'a:80',
    'é.example',
    'fe80::1%eth0',
    '*.*.a',
    'a/b',
    'a\nb',
  ])('refuses %j', (text) =>
    expect(() => certificateHost(text)).toThrow(/a name or address for the certificate/),
  );

  it('refuses none, and too many', () => {
    expect(() => makeCertificate({ hosts: [], ...span })).toThrow(/1 to 100 hosts/);
    const hosts = Array.from({ length: 101 }, (_, number) => `h${number}.example`);
    expect(() => makeCertificate({ hosts, ...span })).toThrow(/1 to 100 hosts/);
  });
});

describe('Certificate files', () => {
  let folder: string;
  let clock: FakeClock;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bridge-tls-'));
    clock = new FakeClock();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const make = (more: object = {}) =>
    createSelfSigned({
      hosts: ['bridge.local'],
      folder: join(folder, 'tls'),
      clock,
      machine: ['pc', 'pc.local'],
      ...more,
    });

  it('are written for this machine and more, the key for its owner alone, and read again', async () => {
    const made = await make();
    expect(made.hosts).toEqual(['localhost', '127.0.0.1', '::1', 'pc', 'pc.local', 'bridge.local']);
    expect((await stat(made.keyFile)).mode & 0o777).toBe(0o600);
    expect((await readdir(join(folder, 'tls'))).sort()).toEqual(['cert.pem', 'key.pem']);
    const pair = await readTls(made, clock);
    expect(pair).toMatchObject({ isSelfSigned: true, names: expect.stringContaining('DNS:bridge.local') });
    expect(Math.abs(pair.notAfterMs - made.notAfterMs)).toBeLessThan(1000);
    expect(new X509Certificate(pair.cert).fingerprint256).toBe(made.fingerprint);
  });

  it('are good for no more than 397 days, counted from their begin', async () => {
    const { cert } = await readTls(await make(), clock);
    const { validFrom, validTo } = new X509Certificate(cert);
    expect((Date.parse(validTo) - Date.parse(validFrom)) / DAY_MS).toBe(397);
    expect(Date.parse(validFrom)).toBeLessThan(clock.wallMs());
    for (const days of [0, 398, 1.5, Number.NaN])
      await expect(make({ days, replaces: true })).rejects.toThrow(/1 to 397 days/);
  });

  it('are not replaced unless that is said', async () => {
    const { fingerprint } = await make();
    await expect(make()).rejects.toThrow(/--replace/);
    expect((await make({ replaces: true })).fingerprint).not.toBe(fingerprint);
  });

  it('need names of the machine that a certificate can bear', () => {
    for (const name of machineNames()) expect(certificateHost(name)).toBe(name);
  });

  it('say that they are over, and that they are not good yet', async () => {
    const made = await make({ days: 10 });
    clock.advance(9 * DAY_MS);
    await readTls(made, clock);
    clock.advance(DAY_MS);
    await expect(readTls(made, clock)).rejects.toThrow(
      /still good; that in .* ended on 2023-11-24\. Renew it/,
    );
    await expect(readTls(made, new FakeClock(-DAY_MS))).rejects.toThrow(/begins on 2023-11-14.*clock right/);
  });

  it('say what is wrong with them, with nothing of the key', async () => {
    const made = await make();
    const other = await createSelfSigned({ hosts: [], folder: join(folder, 'other'), clock, machine: [] });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const locked = join(folder, 'locked.pem');
    await writeFile(
      locked,
      privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
    );
    const damaged = join(folder, 'damaged.pem');
    const key = await readFile(made.keyFile, 'utf8');
    await writeFile(damaged, key.slice(0, 90));
    const { certFile, keyFile } = made;
    const missing = join(folder, 'missing.pem');
    const table: [object, RegExp][] = [
      [{ certFile: missing }, /to read the certificate in .*ENOENT/],
      [{ keyFile: missing }, /to read the key in .*ENOENT/],
      [{ certFile: keyFile }, /a certificate in PEM in .*key\.pem/],
      [{ keyFile: certFile }, /a private key in PEM without a password in .*cert\.pem/],
      [{ keyFile: locked }, /a private key in PEM without a password/],
      [{ keyFile: damaged }, /a private key in PEM/],
      [{ keyFile: other.keyFile }, /to be that of the certificate in .*belongs to another/],
      [{ certFile: folder }, /to read the certificate in .*EISDIR/],
    ];
    for (const [paths, expected] of table) {
      const failure = await readTls({ certFile, keyFile, ...paths }, clock).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'BRIDGE_ERR_TLS', message: expect.stringMatching(expected) });
      expect(String(failure)).not.toContain(key.split('\n')[1]);
    }
  });

  it('tell who cannot write them', async () => {
    await writeFile(join(folder, 'tls'), 'a file where a folder should be');
    await expect(make({ replaces: true })).rejects.toMatchObject({ code: 'BRIDGE_ERR_TLS' });
  });

  describe('that are followed', () => {
    const follow = async (made: { certFile: string; keyFile: string }) => {
      const told: TlsPair[] = [];
      const lines: string[] = [];
      const write = (_fields: object, text: string): void => void lines.push(text);
      const stop = followTls(made, await readTls(made, clock), {
        clock,
        logger: { debug: write, info: write, warn: write, error: write },
        onChange: (pair) => told.push(pair),
      });
      // Files are read beside the clock.
      const look = async (): Promise<void> => {
        clock.advance(30_000);
        await expect.poll(() => clock.pendingCount).toBe(1);
      };
      return { told, lines, stop, look };
    };

    it('count anew when they are others, and leave no timer', async () => {
      const made = await make();
      const { told, lines, stop, look } = await follow(made);
      await look();
      expect(told).toEqual([]);
      const { fingerprint } = await make({ replaces: true });
      await look();
      expect(told.map(({ cert }) => new X509Certificate(cert).fingerprint256)).toEqual([fingerprint]);
      await look();
      expect(told).toHaveLength(1);
      expect(lines).toEqual(['Certificate read again']);
      stop();
      stop();
      expect(clock.pendingCount).toBe(0);
    });

    it('stay in use while the new ones do not fit, which is told once, and change when they do', async () => {
      const made = await make();
      const { told, lines, stop, look } = await follow(made);
      const other = await createSelfSigned({ hosts: [], folder: join(folder, 'other'), clock, machine: [] });
      await writeFile(made.certFile, await readFile(other.certFile));
      await look();
      await look();
      expect(told).toEqual([]);
      expect(lines).toEqual(['The certificate could not be read again; the one in use stays']);
      await writeFile(made.keyFile, await readFile(other.keyFile));
      await chmod(made.keyFile, 0o600);
      await look();
      expect(told.map(({ cert }) => new X509Certificate(cert).fingerprint256)).toEqual([other.fingerprint]);
      stop();
    });
  });
});
