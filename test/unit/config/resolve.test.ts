import { describe, expect, it } from 'vitest';
import { type ConfigSources, defaultConfig, resolveConfig, shownConfig } from '../../../src/config/index.js';
import { ConfigError } from '../../../src/runtime/index.js';

function withFile(content: string, name = '/etc/bridge.yaml'): ConfigSources {
  return { flags: { config: name }, env: {}, readText: async () => content };
}

async function problem(sources: ConfigSources): Promise<ConfigError> {
  const outcome = await resolveConfig(sources).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(ConfigError);
  return outcome as ConfigError;
}

const KEY = 'a-key-of-16-chars';

describe('resolveConfig', () => {
  it('gives the defaults when nothing is set', async () => {
    const { config, links, warnings, origins } = await resolveConfig({ env: {} });
    expect(config).toEqual(defaultConfig());
    expect(links).toHaveLength(1);
    expect(warnings).toEqual([]);
    expect(new Set(Object.values(origins))).toEqual(new Set(['default']));
  });

  it('lets a flag win over the environment, that over the file, that over the default', async () => {
    const { config, origins } = await resolveConfig({
      flags: { config: 'c.yaml', 'lead-ms': '1' },
      env: { BRIDGE_LEAD_MS: '2', BRIDGE_LATENCY_MS: '3' },
      readText: async () => 'leadMs: 4\nlatencyMs: 5\nresumeMs: 6\n',
    });
    expect([config.leadMs, config.latencyMs, config.resumeMs, config.aheadMs]).toEqual([1, 3, 6, 2000]);
    expect([origins.leadMs, origins.latencyMs, origins.resumeMs, origins.aheadMs]).toEqual([
      'flag',
      'env',
      'file',
      'default',
    ]);
  });

  it('reads a config file named in the environment', async () => {
    const { config } = await resolveConfig({
      env: { BRIDGE_CONFIG: 'c.yaml' },
      readText: async () => 'open: true',
    });
    expect(config.open).toBe(true);
  });

  it('takes an empty variable as unset', async () => {
    const { config } = await resolveConfig({
      env: { BRIDGE_LEAD_MS: ' ', BRIDGE_LANE: '', BRIDGE_LINK: '' },
    });
    expect(config).toEqual(defaultConfig());
  });

  it.each(['80x', '', 'NaN', '1e2', '0x10', '-1', '2001', '1.5'])(
    'refuses %j as milliseconds',
    async (value) => {
      const error = await problem({ flags: { 'lead-ms': value }, env: {} });
      expect(error.code).toBe('BRIDGE_ERR_CONFIG_INVALID');
      expect(error.message).toContain(
        `leadMs: expected a whole number from 0 to 2000 (ms), got "${value}" from --lead-ms`,
      );
    },
  );

  it('takes the last of a flag given twice but checks them all', async () => {
    const { config } = await resolveConfig({ flags: { 'lead-ms': ['5', '6'] }, env: {} });
    expect(config.leadMs).toBe(6);
    expect((await problem({ flags: { 'lead-ms': ['80x', '6'] }, env: {} })).message).toContain('80x');
  });

  it('refuses --no-lead-ms, which yargs turns into false', async () => {
    expect((await problem({ flags: { 'lead-ms': false }, env: {} })).message).toContain(
      'got false from --lead-ms',
    );
  });

  it('refuses --open=yes, which yargs turns into false without a word', async () => {
    const error = await problem({ flags: { open: false }, args: ['start', '--open=yes'], env: {} });
    expect(error.message).toContain('Write --open or --no-open');
    await resolveConfig({ flags: {}, args: ['--open=true', '--', '--open=yes'], env: {} });
  });

  it('reads links from repeated flags and from a comma-separated variable', async () => {
    const flags = await resolveConfig({ flags: { link: ['stdio:', 'a=tcp://h:1'] }, env: {} });
    expect(flags.links.map((link) => link.name)).toEqual(['stdio', 'a']);
    const single = await resolveConfig({ flags: { link: 'stdio:' }, env: {} });
    expect(single.config.links).toEqual(['stdio:']);
    const env = await resolveConfig({ env: { BRIDGE_LINK: 'stdio:, tcp://h:1,' } });
    expect(env.config.links).toEqual(['stdio:', 'tcp://h:1']);
  });

  it.each([
    ['true', true],
    ['0', false],
    ['OFF', false],
    ['yes', true],
  ])('reads %s as a boolean variable', async (text, value) => {
    expect((await resolveConfig({ env: { BRIDGE_OPEN: text } })).config.open).toBe(value);
  });

  it('reports every problem at once', async () => {
    const { message } = await problem({ flags: { 'lead-ms': 'a', mode: 'b' }, env: { BRIDGE_OPEN: 'c' } });
    expect(message.split('\n')).toHaveLength(3);
  });

  it('warns of unknown BRIDGE_ names and guesses the meant one', async () => {
    const { warnings } = await resolveConfig({ env: { BRIDGE_LEADMS: '1', BRIDGE_ZZZZZZ: '', OTHER: '' } });
    expect(warnings).toEqual([
      'BRIDGE_LEADMS is set, but is not a setting; did you mean BRIDGE_LEAD_MS?',
      'BRIDGE_ZZZZZZ is set, but is not a setting',
    ]);
  });

  it.each(['shorter than it should\u0001be', 'with blank x'])('never shows a bad key', async (key) => {
    const { message } = await problem({ env: { BRIDGE_KEY: key } });
    expect(message).toContain('from BRIDGE_KEY');
    expect(message).not.toContain(key);
  });

  it('never shows the token in a bad link', async () => {
    const error = await problem({ flags: { link: 'ws://h/abcdefghijklmnopqrst' }, env: {} });
    expect(error.code).toBe('BRIDGE_ERR_CONFIG_LINK');
    expect(error.message).not.toContain('abcdefghijklmnopqrst');
  });

  it.each([
    ['', true],
    ['studio-2', true],
    ['ws://10.0.0.2:9100', true],
    ['wss://host.example/x', true],
    ['Studio', false],
    ['http://h', false],
    ['ws://u:p@h:1', false],
    ['ws://h:1/?key=1', false],
  ])('judges the daemon address %j', async (daemon, isTaken) => {
    const sources = { flags: { daemon }, env: {} };
    if (isTaken) expect((await resolveConfig(sources)).config.daemon).toBe(daemon);
    else expect((await problem(sources)).message).toContain('daemon: expected empty, a name');
  });
});

describe('config file', () => {
  it('is YAML or, when called .json, JSON', async () => {
    expect((await resolveConfig(withFile('links: "stdio:"\nmodel: 0\n'))).config).toMatchObject({
      links: ['stdio:'],
      model: '0',
    });
    expect((await resolveConfig(withFile('\uFEFF{"leadMs": 7}', 'a.JSON'))).config.leadMs).toBe(7);
  });

  it.each(['', '# nothing', 'lane:\n'])('may set nothing (%j)', async (content) => {
    expect((await resolveConfig(withFile(content))).config.lane).toBeUndefined();
  });

  it('counts relative paths from its own folder', async () => {
    const { config } = await resolveConfig(withFile('logFile: x/y.txt\nrecord: /abs\n'));
    expect(config).toMatchObject({ logFile: '/etc/x/y.txt', record: '/abs' });
  });

  it.each([
    ['lead-ms: 1', 'Did you mean leadMs?'],
    ['ledMs: 1', 'Did you mean leadMs?'],
    ['whatever: 1', 'See `config show`'],
    ['__proto__: 1', 'is not a setting'],
  ])('refuses the unknown key in %j', async (content, hint) => {
    const error = await problem(withFile(content));
    expect(error.code).toBe('BRIDGE_ERR_CONFIG_INVALID');
    expect(error.message).toContain(hint);
  });

  it('refuses the key and does not show it', async () => {
    const { message } = await problem(withFile('key: hunter2hunter2hunter2'));
    expect(message).toContain('set BRIDGE_KEY instead');
    expect(message).not.toContain('hunter2');
  });

  it.each([
    ['a: [', 'a.yaml'],
    ['hunter2 not json', 'a.json'],
    ['- 1', 'a.yaml'],
    ['"text"', 'a.json'],
  ])('refuses %j as unreadable without quoting it', async (content, name) => {
    const error = await problem(withFile(content, name));
    expect(error.code).toBe('BRIDGE_ERR_CONFIG_UNREADABLE');
    expect(error.message).not.toContain('hunter2');
  });

  it('says so when it is not there', async () => {
    const error = await problem({ flags: { config: '/nowhere/at/all.yaml' }, env: {} });
    expect(error.code).toBe('BRIDGE_ERR_CONFIG_UNREADABLE');
    expect(error.message).toContain('no such file');
  });

  it('refuses a value of the wrong kind and names the file', async () => {
    const { message } = await problem(withFile('links: {a: 1}\nopen: 1\nleadMs: true\n'));
    expect(message).toContain('leadMs in bridge.yaml');
    expect(message.split('\n')).toHaveLength(3);
  });
});

describe('settings that must fit each other', () => {
  it.each([
    [{ flags: { 'link-tls-cert': 'c.pem' }, env: {} }, 'linkTlsKey is not'],
    [{ flags: { 'control-tls-key': 'k.pem' }, env: {} }, 'controlTlsCert is not'],
    [{ flags: { 'control-listen': '0.0.0.0:9100' }, env: {} }, 'BRIDGE_KEY is not set'],
    [{ flags: { 'control-listen': '0.0.0.0:9100' }, env: { BRIDGE_KEY: 'short' } }, 'BRIDGE_KEY is shorter'],
    [{ flags: { link: ['tcp://localhost:1', 'a=tcp://127.0.0.1:1'] }, env: {} }, 'are the same link'],
    [{ flags: { link: ['a=tcp://h:1', 'a=tcp://h:2'] }, env: {} }, 'two links are called "a"'],
    [{ flags: { link: ['tcp-listen://:1', 'ws-listen://:1'] }, env: {} }, 'both listen on port 1'],
    [{ flags: { link: ['tcp-listen://:1', 'b=tcp-listen://0.0.0.0:1'] }, env: {} }, 'both listen on port 1'],
  ] satisfies [ConfigSources, string][])('%j is refused', async (sources, reason) => {
    expect((await problem(sources)).message).toContain(reason);
  });

  it('lets WebSocket links share a port on different paths', async () => {
    const { links } = await resolveConfig({
      flags: { link: ['ws-listen://:1/a', 'ws-listen://:1/b'] },
      env: {},
    });
    expect(links).toHaveLength(2);
  });

  it.each([
    [{ flags: { link: 'ws-listen://0.0.0.0:1/a' }, env: {} }, 'add --allow'],
    [{ flags: { link: 'ws-listen://:443' }, env: {} }, 'has no TLS'],
    [{ flags: { 'link-tls-cert': 'c', 'link-tls-key': 'k' }, env: {} }, 'port 443 only'],
    [{ flags: { 'control-listen': '0.0.0.0:1' }, env: { BRIDGE_KEY: KEY } }, 'without TLS'],
  ] satisfies [ConfigSources, string][])('%j works with a warning', async (sources, text) => {
    expect((await resolveConfig(sources)).warnings.join()).toContain(text);
  });
});

describe('shownConfig', () => {
  it('gives every setting with its origin and hides key and link token', async () => {
    const shown = shownConfig(
      await resolveConfig({
        flags: { link: 'ws-listen://0.0.0.0:1/hunter2' },
        env: { BRIDGE_KEY: KEY },
      }),
    );
    expect(JSON.stringify(shown)).not.toMatch(/hunter2|a-key/);
    expect(shown.find((row) => row.key === 'key')).toMatchObject({
      value: '***',
      origin: 'env',
      env: 'BRIDGE_KEY',
    });
    expect(shown.find((row) => row.key === 'leadMs')).toMatchObject({ value: 100, origin: 'default' });
  });
});
