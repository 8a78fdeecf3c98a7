import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { supportBundle } from '../../../src/doctor/index.js';
import { createRedactor } from '../../../src/doctor/redact.js';
import { device, deviceList, doctorOptions, fakeSound } from './rig.js';

const KEY = 'k3y-Of-The-Bridge-0123456789';
const TOKEN = 'roomtokenABC123def456';
const CLOUD = 'sk-proj-abcdefghijkl0123456789';
const OTHER = 'hunter2hunter2';

/** Everything that must not be seen, wherever it was planted. */
const PLANTED = [
  KEY,
  encodeURIComponent(KEY),
  TOKEN,
  CLOUD,
  OTHER,
  'tarou',
  'yamada-pc',
  '203.0.113.7',
  '2001:4860:4860::8888',
  'tarou@example.jp',
  'AA:BB:CC:DD:EE:FF',
];

function planted() {
  const base = doctorOptions({
    env: {
      HOME: '/home/tarou',
      USER: 'tarou',
      BRIDGE_KEY: KEY,
      OPENAI_API_KEY: CLOUD,
      DB_PASSWORD: OTHER,
      PATH: '/home/tarou/bin:/usr/bin',
    },
    config: {
      key: KEY,
      links: [`ws-listen://192.168.1.20:9001/secret/${TOKEN}`, `ws-listen://127.0.0.1:9002/${TOKEN}`],
      logFile: '/home/tarou/bridge.log',
      configFile: '/home/tarou/bridge.yaml',
      controlListen: '203.0.113.7:7000',
    },
    files: {
      '/home/tarou/bridge.log': [
        'old line',
        `{"msg":"Peer turned away","remoteAddress":"203.0.113.7","path":"/secret/${TOKEN}"}`,
        `{"url":"wss://user:${OTHER}@example.com/x?token=${OTHER}"}`,
        `Authorization: Bearer ${CLOUD}`,
        `from [2001:4860:4860::8888]:4000 and ::ffff:203.0.113.7, mail tarou@example.jp on YAMADA-PC`,
        '/home/tarou/content C:\\Users\\tarou\\content C:\\\\Users\\\\tarou\\\\x /Users/tarou/x',
        'connected from 192.168.1.30 over 127.0.0.1:9001',
      ].join('\n'),
    },
  });
  const sound = fakeSound({
    clock: base.clock,
    inputs: [deviceList([device({ name: "Tarou's AirPods", id: 'bluez_input.AA_BB_CC_DD_EE_FF.0' })])],
    outputs: [deviceList([device({ kind: 'output', name: 'AA:BB:CC:DD:EE:FF' })])],
  });
  return {
    options: { ...base, sound },
    findings: [
      { id: 'mdf.notFound', level: 'error', area: 'mdf', values: { path: `/home/tarou/${TOKEN}/main.mdf` } },
      {
        id: 'check.failed',
        level: 'warning',
        area: 'peer',
        values: { check: 'x', reason: `${KEY} at 203.0.113.7` },
      },
    ],
    userName: 'tarou',
    hostName: 'yamada-pc',
  } as const;
}

describe('supportBundle', () => {
  it('holds none of the secrets, names and public addresses that were planted everywhere', async () => {
    const text = await supportBundle(planted());
    for (const secret of PLANTED) expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
    expect(text).not.toContain('AA_BB_CC_DD_EE_FF');
  });

  it('holds what helps: findings with texts, settings with origins, devices, versions, the end of the log', async () => {
    const report = JSON.parse(await supportBundle(planted()));
    expect(report).toMatchObject({
      report: 'mmdagent-bridge doctor',
      versions: { bridge: '1.2.3', node: '20.20.0', platform: 'linux' },
      findings: [
        { id: 'mdf.notFound', level: 'error', text: 'There is no .mdf at ~/***/main.mdf' },
        { id: 'check.failed', values: { check: 'x' } },
      ],
      inputs: [{ backend: 'parec', devices: [{ name: "<user>'s AirPods" }] }],
    });
    const byKey = new Map(report.settings.map((setting: { key: string }) => [setting.key, setting]));
    expect(byKey.get('key')).toMatchObject({ value: '***' });
    expect(byKey.get('leadMs')).toEqual({ key: 'leadMs', value: 100, origin: 'default' });
    expect(report.log.at(-1)).toBe('connected from 192.168.1.30 over 127.0.0.1:9001');
    expect(report.log[0]).toBe('old line');
  });

  it('keeps its own ids, whatever the user is called', async () => {
    const report = JSON.parse(await supportBundle({ ...planted(), userName: 'mdf', hostName: 'check' }));
    expect(report.findings.map(({ id }: { id: string }) => id)).toEqual(['mdf.notFound', 'check.failed']);
  });

  it('keeps its own keys, whatever a token of a link is', async () => {
    const options = doctorOptions({ config: { links: ['ws-listen://0.0.0.0:9001/log'] } });
    const report = JSON.parse(await supportBundle({ ...planted(), options, userName: 'inputs' }));
    expect(report).toMatchObject({ log: [], inputs: [] });
  });

  it('begins with a whole line of a log that is longer, since half a secret would not be found', async () => {
    const path = '/home/tarou/bridge.log';
    const log = `${'x'.repeat(70_000)}-${TOKEN.slice(9)}\nwhole\nlast`;
    const { options, ...rest } = planted();
    const files = { ...options.files, readEnd: async () => new TextEncoder().encode(log).slice(-65_536) };
    const report = JSON.parse(await supportBundle({ ...rest, options: { ...options, files } }));
    expect(options.resolved.config.logFile).toBe(path);
    expect(report.log).toEqual(['whole', 'last']);
  });

  it('hides short keys and tokens of links as words, and no short variable that may be anything', async () => {
    const base = doctorOptions({
      env: { XDG_SESSION_ID: 'c2' },
      config: { key: 'abcd5', links: ['ws-listen://0.0.0.0:9001/qx7', 'ws-listen://0.0.0.0:9002/chat'] },
      files: {},
    });
    const findings = [
      {
        id: 'check.failed',
        level: 'warning',
        area: 'peer',
        values: { check: 'x', reason: 'abcd5 at /qx7/y, not qx77; /chat c2' },
      },
    ] as const;
    const text = await supportBundle({ options: base, findings, userName: 'u1', hostName: 'h1' });
    expect(JSON.parse(text).findings[0].values.reason).toBe('*** at /***/y, not qx77; /chat c2');
  });

  it('says why there is no list of devices, and takes a log that is not there for empty', async () => {
    const { options, ...rest } = planted();
    const sound = {
      ...options.sound,
      listInputs: async () => {
        throw new Error(`no server for ${KEY}`);
      },
    };
    const files = { ...options.files, readEnd: async () => undefined };
    const report = JSON.parse(await supportBundle({ ...rest, options: { ...options, sound, files } }));
    expect(report.inputs).toBe('Error: no server for ***');
    expect(report.log).toEqual([]);
  });
});

describe('createRedactor', () => {
  const redact = createRedactor({ secrets: ['abc"def/gh'], homeFolders: ['/home/u', ''], names: ['jo', ''] });

  it.each([
    ['abc"def/gh', '***'],
    ['{"a":"abc\\"def/gh"}', '{"a":"***"}'],
    ['?x=abc%22def%2Fgh', '?x=***'],
    ['/home/u/x', '~/x'],
    ['Jo, jo-pc and job', '<user>, <user>-pc and job'],
    ['//me:pw@host/', '//***@host/'],
    ['api_key=12345, next', 'api_key=***, next'],
    ['"password": "x y"', '"password": "*** y"'],
    ['Bearer abcdef.ghi', 'Bearer ***'],
    ['0123456789abcdef0123456789abcdef', '***'],
    ['8.8.8.8:53', '<address>:53'],
    [
      '172.15.0.1 172.16.0.1 10.1.1.1 169.254.1.1 0.0.0.0',
      '<address> 172.16.0.1 10.1.1.1 169.254.1.1 0.0.0.0',
    ],
    ['2a00:1450::1 and fe80::1 and ::1', '<address> and fe80::1 and ::1'],
  ])('makes of %s: %s', (text, expected) => expect(redact(text)).toBe(expected));

  it.each([
    'BRIDGE_ERR_DEVICE_UNKNOWN',
    'Plugin_Remote_Websocket_Directory=/chat',
    'alsa_output.pci-0000_00_1f.3.analog-stereo',
    '2026-11-21T13:18:04.123Z',
    'version 1.2.3 at 12:34:56',
    'ws-listen://127.0.0.1:9001/chat',
  ])('leaves %s', (text) => expect(redact(text)).toBe(text));

  const strict = createRedactor({
    secrets: ['abcd5', 'a.b'],
    homeFolders: ['/home/jo'],
    names: ['Johns-MacBook-Pro.local', 'localhost'],
  });

  it.each([
    ['Johns-MacBook-Pro.local and johns-macbook-pro', '<user> and <user>'],
    ['"Johns-MacBook-Pro Microphone", John’s MacBook Pro', '"<user> Microphone", <user>'],
    ['http://localhost:8080/', 'http://localhost:8080/'],
    ['bluez_input_AA_BB_CC_DD_EE_FF', 'bluez_input_<mac>'],
    ['bluez_output.a0_bb_cc_dd_ee_ff.1', 'bluez_output.<mac>.1'],
    ['bluez_card_A1_BB_CC_DD_EE_FF_headset', 'bluez_card_<mac>_headset'],
    ['dev_AA:BB:CC:DD:EE:FF_x', 'dev_<mac>_x'],
    ['/Users/John Smith/x', '/Users/<user>/x'],
    ["/Users/Ann O'Brien/x", '/Users/<user>/x'],
    ['C:\\Users\\John Smith\\x', 'C:\\Users\\<user>\\x'],
    ['"C:\\\\Users\\\\John Smith\\\\x"', '"C:\\\\Users\\\\<user>\\\\x"'],
    ['c:/users/John Smith/x', 'c:/users/<user>/x'],
    ['\\\\server\\Users\\taro2', '\\\\server\\Users\\<user>'],
    ['/home/john smith/a/b', '/home/<user>/a/b'],
    ['{"cwd":"/home/john smith"}', '{"cwd":"/home/<user>"}'],
    ['/home/john: no such folder', '/home/<user>: no such folder'],
    ['/home/jo/x and /home/johnny/x', '~/x and /home/<user>/x'],
    ['ws://0.0.0.0:9001/abcd5/x', 'ws://0.0.0.0:9001/***/x'],
    ['abcd5, abcd56, xabcd5, a.b', '***, abcd56, xabcd5, ***'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE', '***'],
  ])('makes of %s: %s', (text, expected) => expect(strict(text)).toBe(expected));

  const SIZE = 256 * 1024;
  it.each([
    'a',
    'a.b-',
    'a@',
    'a@b.',
    'eyJ-',
    '-----BEGIN A-----',
    '//',
    '//b',
    ':',
    'a:',
    '1.',
    'key ',
    'bearer ',
    '/home/',
    '/home/a ',
    'AA_',
  ])('takes no longer for %j without end than for text many times as long', (unit) => {
    const of = (text: string): number => {
      const whole = text.repeat(Math.ceil(SIZE / text.length));
      const begunMs = performance.now();
      strict(whole);
      return performance.now() - begunMs;
    };
    const usual = 'Link sim lost: connect ECONNREFUSED 127.0.0.1:9001, trying again in 500 ms\n';
    of(usual);
    const usualMs = Math.max(of(usual), of(usual));
    // Patterns that try a run from each of its characters needed thousands of times as long.
    expect(of(unit) / usualMs).toBeLessThan(50);
  });

  it('leaves no secret behind, wherever it stands', () => {
    const secret = fc
      .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 })
      .filter((text) => !text.includes('*') && text.trim().length >= 8);
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (hidden, before, after) => {
        const shown = createRedactor({ secrets: [hidden], homeFolders: [], names: [] })(
          before + hidden + after,
        );
        return !shown.includes(hidden);
      }),
    );
  });
});
