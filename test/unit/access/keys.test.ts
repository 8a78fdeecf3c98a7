import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hintOf, isKeyName, isKeyOf, isKeyShaped, keyEntry, newKey } from '../../../src/access/access-key.js';
import { readKeyFile, writeKeyFile } from '../../../src/access/index.js';
import { bearer, KEYS, lookalike, openGateRig, request } from './gate-rig.js';

const ABOUT = { name: 'phone', role: 'client', createdAt: '2026-11-22T00:00:00.000Z' } as const;

describe('A key', () => {
  it('is mab_ and 264 random bits, in base64 without padding: browsers send it as a subprotocol', () => {
    const key = newKey();
    expect(isKeyShaped(key)).toBe(true);
    expect(Buffer.from(key.slice(4), 'base64url')).toHaveLength(33);
    expect(Buffer.from(key).toString('base64')).not.toContain('=');
    expect(newKey()).not.toBe(key);
  });

  it('is told by its entry, which does not hold it', async () => {
    const key = newKey();
    const entry = await keyEntry(key, ABOUT);
    expect(await isKeyOf(key, entry)).toBe(true);
    expect(await isKeyOf(lookalike(key), entry)).toBe(false);
    expect(JSON.stringify(entry)).not.toContain(key.slice(4 + hintOf(key).length, 30));
    const again = await keyEntry(key, ABOUT);
    expect(again.hash).not.toBe(entry.hash);
  });

  it.each(['phone', 'a', 'A.b_c-9', 'x'.repeat(63)])('may be named %j', (name) =>
    expect(isKeyName(name)).toBe(true),
  );

  it.each(['', '-a', '.a', 'a b', 'a/b', 'x'.repeat(64), 'é', 'a\n', KEYS.client])(
    'may not be named %j',
    (name) => expect(isKeyName(name)).toBe(false),
  );
});

describe('The file of keys', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bridge-keys-'));
    file = join(folder, 'deep', 'keys.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('need not be there', async () => {
    expect(await readKeyFile(file)).toEqual({ entries: [], stamp: undefined });
  });

  it("keeps entries, for its owner's eyes alone, and leaves nothing else behind", async () => {
    const entries = [
      await keyEntry(newKey(), ABOUT),
      await keyEntry(newKey(), { ...ABOUT, name: 'b', note: 'ベッド' }),
    ];
    await writeKeyFile(file, entries);
    expect((await readKeyFile(file)).entries).toEqual(entries);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'deep'))).mode & 0o777).toBe(0o700);
    await writeKeyFile(file, []);
    expect((await readKeyFile(file)).entries).toEqual([]);
  });

  it.each([0o640, 0o604, 0o660, 0o666, 0o620])('is refused with mode %o, saying what to do', async (mode) => {
    await writeKeyFile(file, []);
    await chmod(file, mode);
    await expect(readKeyFile(file, 'linux')).rejects.toMatchObject({
      code: 'BRIDGE_ERR_KEYS',
      message: expect.stringContaining(`(mode ${mode.toString(8)}): chmod 600 '${file}'`),
    });
    expect((await readKeyFile(file, 'win32')).entries).toEqual([]);
  });

  it.each([
    ['no JSON', 'mab_secret'],
    ['another JSON', '{"secret": "mab_secret"}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['another version', '{"version": 2, "keys": []}'],
    ['no list of keys', '{"version": 1, "keys": {}}'],
    ['an entry without a hash', '{"version": 1, "keys": [{"name": "a", "role": "client"}]}'],
    ['an unknown role', JSON.stringify({ version: 1, keys: [{ ...FILLED(), role: 'root' }] })],
    ['a salt that is none', JSON.stringify({ version: 1, keys: [{ ...FILLED(), salt: 'x' }] })],
    ['the same name twice', JSON.stringify({ version: 1, keys: [FILLED(), FILLED()] })],
  ])('is refused with %s, of which nothing is told', async (_what, text) => {
    await writeKeyFile(file, []);
    await writeFile(file, text);
    const failure = await readKeyFile(file).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'BRIDGE_ERR_KEYS',
      message: expect.stringMatching(/^Expected .* in the file of keys/),
    });
    expect(String(failure)).not.toContain('secret');
  });

  it('is refused when it is a folder', async () => {
    await expect(readKeyFile(folder, 'win32')).rejects.toMatchObject({ code: 'BRIDGE_ERR_KEYS' });
  });

  it('tells who cannot write it', async () => {
    await writeFile(join(folder, 'deep'), 'a file where a folder should be');
    await expect(writeKeyFile(file, [])).rejects.toMatchObject({ code: 'BRIDGE_ERR_KEYS' });
  });
});

describe('Keys at the gate', () => {
  it('are checked with scrypt once, also when many connections open with one at the same moment', async () => {
    await using rig = await openGateRig({}, ['client', 'operator']);
    await Promise.all(
      Array.from({ length: 20 }, () => rig.gate.admit(request(bearer(KEYS.client)), 'client')),
    );
    expect(rig.checks.count).toBe(1);
    await rig.gate.admit(request(bearer(KEYS.client)), 'client');
    expect(rig.checks.count).toBe(1);
  });

  it('are not checked with scrypt when none begins so', async () => {
    await using rig = await openGateRig({}, ['client']);
    for (const key of [newKey(), 'mab_', 'x', `${KEYS.client}x`])
      await expect(rig.gate.admit(request(bearer(key)), 'client')).rejects.toMatchObject({ status: 401 });
    expect(rig.checks.count).toBe(0);
  });

  it('are refused when only their beginning is right', async () => {
    await using rig = await openGateRig({}, ['client']);
    const asking = request(bearer(lookalike(KEYS.client)));
    await expect(rig.gate.admit(asking, 'client')).rejects.toMatchObject({ status: 401 });
    expect(rig.checks.count).toBe(1);
  });

  it('count when they are added, and no more when they are removed, within two seconds', async () => {
    await using rig = await openGateRig({}, ['client']);
    const operator = request(bearer(KEYS.operator), { remoteAddress: '127.0.0.2' });
    await expect(rig.gate.admit(operator, 'operator')).rejects.toMatchObject({ status: 401 });
    await rig.setKeys('operator');
    await rig.gate.admit(request(bearer(KEYS.client)), 'client');
    rig.clock.advance(2000);
    expect((await rig.gate.admit(operator, 'operator')).caller.id).toBe('key:operator');
    await expect(rig.gate.admit(request(bearer(KEYS.client)), 'client')).rejects.toMatchObject({
      status: 401,
    });
  });

  it('stay as they were while their file cannot be read, which is told once', async () => {
    await using rig = await openGateRig({}, ['client']);
    const text = await readFile(rig.keyFile, 'utf8');
    await writeFile(rig.keyFile, text.slice(0, -20));
    for (let turn = 0; turn < 3; turn++) {
      rig.clock.advance(2000);
      await rig.gate.admit(request(bearer(KEYS.client)), 'client');
    }
    expect(rig.lines.filter((line) => line.startsWith('Keys could not be read again'))).toHaveLength(1);
    await rig.setKeys('client', 'operator');
    rig.clock.advance(2000);
    expect((await rig.gate.admit(request(bearer(KEYS.operator)), 'operator')).caller.role).toBe('operator');
  });

  it('keep the gate shut at the start when others may read their file', async () => {
    const rig = await openGateRig({}, ['client']);
    await chmod(rig.keyFile, 0o644);
    const { openGate } = await import('../../../src/access/index.js');
    const opened = openGate({
      settings: { host: '127.0.0.1' },
      keyFile: rig.keyFile,
      clock: rig.clock,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    });
    await expect(opened).rejects.toThrow(/chmod 600/);
    await rig[Symbol.asyncDispose]();
  });
});

describe('Guessing', () => {
  const guess = (remoteAddress: string) => request(bearer('mab_guess'), { remoteAddress });

  it('is answered 401 five times, then waits longer and longer, up to five minutes', async () => {
    await using rig = await openGateRig({}, ['client']);
    const waits: (number | undefined)[] = [];
    for (let turn = 0; turn < 16; turn++) {
      await expect(rig.gate.admit(guess('203.0.113.5'), 'client')).rejects.toMatchObject({ status: 401 });
      const again = await rig.gate.admit(guess('203.0.113.5'), 'client').catch((error: unknown) => error);
      const { status, retryAfterS } = again as { status: number; retryAfterS?: number };
      if (status === 401) continue;
      waits.push(retryAfterS);
      rig.clock.advance((retryAfterS ?? 0) * 1000);
    }
    expect(waits.slice(0, 4)).toEqual([1, 2, 4, 8]);
    expect(waits.at(-1)).toBe(300);
  });

  it('does not pass in a crowd', async () => {
    await using rig = await openGateRig({}, ['client']);
    const tries = Array.from({ length: 50 }, (_, number) =>
      rig.gate
        .admit(request(bearer(lookalike(KEYS.client, number))), 'client')
        .catch((error: { status: number }) => error.status),
    );
    const statuses = await Promise.all(tries);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(45);
    expect(rig.checks.count).toBeLessThanOrEqual(5);
  });

  it('locks out neither another address nor who is known already, of the same one', async () => {
    await using rig = await openGateRig({}, ['client', 'operator']);
    const mine = request(bearer(KEYS.client), { remoteAddress: '203.0.113.5' });
    await rig.gate.admit(mine, 'client');
    for (let turn = 0; turn < 9; turn++) await rig.gate.admit(guess('203.0.113.5'), 'client').catch(() => {});
    expect((await rig.gate.admit(mine, 'client')).caller.id).toBe('key:client');
    const other = request(bearer(KEYS.operator), { remoteAddress: '203.0.113.6' });
    expect((await rig.gate.admit(other, 'client')).caller.id).toBe('key:operator');
    const new_ = request(bearer(KEYS.operator), { remoteAddress: '203.0.113.5' });
    expect((await rig.gate.admit(new_, 'client')).caller.id).toBe('key:operator');
  });

  it('cannot be told from by a right key that is not known yet: it waits as well', async () => {
    await using rig = await openGateRig({}, ['client']);
    for (let turn = 0; turn < 6; turn++) await rig.gate.admit(guess('203.0.113.5'), 'client').catch(() => {});
    const right = request(bearer(KEYS.client), { remoteAddress: '203.0.113.5' });
    await expect(rig.gate.admit(right, 'client')).rejects.toMatchObject({
      status: 429,
      code: 'BRIDGE_ERR_RATE',
    });
    rig.clock.advance(1000);
    expect((await rig.gate.admit(right, 'client')).caller.id).toBe('key:client');
  });

  it('counts the same over all addresses of an IPv6 household', async () => {
    await using rig = await openGateRig({}, ['client']);
    const statuses: number[] = [];
    for (let turn = 1; turn <= 7; turn++)
      await rig.gate
        .admit(guess(`2001:db8:1:2::${turn}`), 'client')
        .catch((error: { status: number }) => statuses.push(error.status));
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    await expect(rig.gate.admit(guess('2001:db8:1:3::1'), 'client')).rejects.toMatchObject({ status: 401 });
  });

  it('is forgotten after a quarter of an hour', async () => {
    await using rig = await openGateRig({}, ['client']);
    for (let turn = 0; turn < 5; turn++) await rig.gate.admit(guess('203.0.113.5'), 'client').catch(() => {});
    rig.clock.advance(900_000);
    for (let turn = 0; turn < 5; turn++)
      await expect(rig.gate.admit(guess('203.0.113.5'), 'client')).rejects.toMatchObject({ status: 401 });
  });
});

function FILLED(): object {
  return { ...ABOUT, hint: 'abcdef', salt: 'A'.repeat(22), hash: 'A'.repeat(43) };
}
