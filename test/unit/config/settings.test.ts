import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import yargs from 'yargs';
import {
  addressMatcher,
  type Config,
  configDocsRows,
  parseSharedDir,
  resolveConfig,
  SETTING_KEYS,
  settingOf,
  yargsOptionsFor,
} from '../../../src/config/index.js';

describe('settings table', () => {
  it('gives every setting a BRIDGE_ name, a one-line description and no two the same flag', () => {
    const flags = SETTING_KEYS.map((key) => settingOf(key).flag).filter((flag) => flag !== undefined);
    expect(new Set(flags).size).toBe(flags.length);
    expect(new Set(SETTING_KEYS.map((key) => settingOf(key).env)).size).toBe(SETTING_KEYS.length);
    for (const key of SETTING_KEYS) {
      expect(settingOf(key).env).toMatch(/^BRIDGE_[A-Z_]+$/);
      expect(settingOf(key).describe).not.toMatch(/\n|\.$/);
    }
  });

  it('has a default that passes its own check', async () => {
    const env = Object.fromEntries(
      configDocsRows()
        .filter((row) => row.default !== '')
        .map((row) => [row.env, row.default]),
    );
    const { config } = await resolveConfig({ env });
    const standard: Config = (await resolveConfig({ env: {} })).config;
    expect(config).toEqual(standard);
  });

  it('keeps the secret out of flags and files', () => {
    const secrets = SETTING_KEYS.filter((key) => settingOf(key).isSecret === true);
    expect(secrets).toEqual(['key']);
    for (const key of secrets) expect(settingOf(key)).toMatchObject({ flag: undefined, fileAllowed: false });
  });

  it('yields one README row per setting', () => {
    expect(configDocsRows().map((row) => row.setting)).toEqual(SETTING_KEYS);
    expect(configDocsRows()).toContainEqual(
      expect.objectContaining({ flag: '--lead-ms', env: 'BRIDGE_LEAD_MS', default: '100' }),
    );
  });

  it('says in the help of leadMs that it is the price of interruption', () => {
    expect(yargsOptionsFor(['leadMs'])['lead-ms']?.describe).toMatch(/price of interruption.*200.*network/);
  });
});

describe('yargsOptionsFor', () => {
  async function resolveArgs(...args: string[]): ReturnType<typeof resolveConfig> {
    const flags = await yargs(args)
      .options(yargsOptionsFor(SETTING_KEYS))
      .strict()
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new Error(message);
      })
      .parse();
    return resolveConfig({ flags, args, env: {} });
  }

  it('lets values pass through yargs unharmed', async () => {
    const { config, origins } = await resolveArgs(
      '--link',
      'stdio:',
      '--link=tcp://h:1',
      '--model',
      '007',
      '--no-simulator',
    );
    expect(config).toMatchObject({ links: ['stdio:', 'tcp://h:1'], model: '007', simulator: false });
    expect(origins.leadMs).toBe('default');
  });

  it('refuses 80x even when a good value follows', async () => {
    await expect(resolveArgs('--page-port', '80x', '--page-port', '5')).rejects.toThrow('80x');
  });

  it('needs no static import of zod or yaml, so that help is quick', () => {
    const folder = new URL('../../../src/config/', import.meta.url);
    for (const name of readdirSync(folder)) {
      const source = readFileSync(new URL(name, folder), 'utf8');
      expect(source, name).not.toMatch(/^import (?!type\b).*'(?:zod|yaml)'/m);
    }
  });
});

describe('addressMatcher', () => {
  const isAllowed = addressMatcher(['127.0.0.1', '::1', '192.168.1.0/24', 'fd00::/8']);

  it.each(['127.0.0.1', '::ffff:127.0.0.1', '::1', '192.168.1.77', '::ffff:192.168.1.77', 'fd12::1'])(
    'lets %s in',
    (address) => expect(isAllowed(address)).toBe(true),
  );

  it.each(['127.0.0.2', '192.168.2.1', '::2', 'fe80::1%eth0', '', 'localhost', undefined])(
    'keeps %s out',
    (address) => expect(isAllowed(address)).toBe(false),
  );
});

describe('allow', () => {
  it.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'])('takes %s', async (range) => {
    expect((await resolveConfig({ flags: { allow: range }, env: {} })).config.allow).toEqual([range]);
  });

  it.each(['localhost', '10.0.0', '10.0.0.0/33', '::/129', '10.0.0.0/', 'fe80::1%eth0'])(
    'refuses %s',
    async (range) => {
      await expect(resolveConfig({ flags: { allow: range }, env: {} })).rejects.toThrow('allow: expected');
    },
  );
});

describe('parseSharedDir', () => {
  it('splits at the first =', () => {
    expect(parseSharedDir('/a=C:\\b=c')).toEqual({ local: '/a', remote: 'C:\\b=c' });
    expect(parseSharedDir('/a')).toBeUndefined();
    expect(parseSharedDir('=x')).toBeUndefined();
  });
});
