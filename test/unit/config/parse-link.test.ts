import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkUrl, maskLink, parseLinkUrl } from '../../../src/config/index.js';
import { ConfigError } from '../../../src/runtime/index.js';

function problem(text: string): string {
  try {
    parseLinkUrl(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).code).toBe('BRIDGE_ERR_CONFIG_LINK');
    return (error as ConfigError).message;
  }
  throw new Error(`${text} was taken`);
}

describe('parseLinkUrl', () => {
  it.each([
    ['tcp://10.0.0.5:50001', { kind: 'tcp', name: 'tcp-10.0.0.5-50001', host: '10.0.0.5', port: 50001 }],
    [
      'tcp://avatar.local',
      { kind: 'tcp', name: 'tcp-avatar.local-50001', host: 'avatar.local', port: 50001 },
    ],
    ['tcp-listen://', { kind: 'tcp-listen', name: 'tcp-listen-50002', host: '127.0.0.1', port: 50002 }],
    ['tcp-listen://:6000', { kind: 'tcp-listen', name: 'tcp-listen-6000', host: '127.0.0.1', port: 6000 }],
    [
      'ws-listen://127.0.0.1:9001/chat',
      { kind: 'ws-listen', name: 'ws-9001-chat', host: '127.0.0.1', port: 9001, path: '/chat' },
    ],
    [
      'ws-listen://',
      { kind: 'ws-listen', name: 'ws-9001-chat', host: '127.0.0.1', port: 9001, path: '/chat' },
    ],
    ['ws-listen://:80/', { kind: 'ws-listen', name: 'ws-80', host: '127.0.0.1', port: 80, path: '/' }],
    [
      'ws-listen://:80/a/b-1',
      { kind: 'ws-listen', name: 'ws-80-a-b-1', host: '127.0.0.1', port: 80, path: '/a/b-1' },
    ],
    ['desk=tcp://h:1', { kind: 'tcp', name: 'desk', host: 'h', port: 1 }],
    ['stdio:', { kind: 'stdio', name: 'stdio' }],
    ['simulator:', { kind: 'simulator', name: 'simulator', fps: 60, model: '0' }],
    ['simulator:?fps=30&model=mei', { kind: 'simulator', name: 'simulator', fps: 30, model: 'mei' }],
    ['s2=simulator:?fps=15', { kind: 'simulator', name: 's2', fps: 15, model: '0' }],
  ])('reads %s', (text, spec) => {
    expect(parseLinkUrl(text)).toEqual(spec);
  });

  it.each([
    ['TCP://LOCALHOST:50001', 'tcp://127.0.0.1'],
    ['ws-listen://localhost:09001', 'ws-listen://127.0.0.1:9001/chat'],
    ['a=ws-listen://[::1]:1/x', 'ws-listen://[0:0:0:0:0:0:0:1]:1/x'],
    ['stdio', ' stdio:// '],
    ['simulator', 'simulator:?model=0&fps=60'],
  ])('gives %s and %s one URL', (a, b) => {
    expect(linkUrl(parseLinkUrl(a))).toBe(linkUrl(parseLinkUrl(b)));
  });

  it.each([
    ['', 'expected tcp://'],
    ['9001', 'expected tcp://'],
    ['ftp://h:1', 'expected tcp://'],
    ['constructor:', 'expected tcp://'],
    ['ws://127.0.0.1:9001/chat', 'MMDAgent-EX is the WebSocket client'],
    ['wss://h/chat', '--link-tls-cert'],
    ['http://127.0.0.1:50000', 'not reached over HTTP'],
    ['tcp', 'write tcp://HOST:PORT'],
    ['tcp:h:1', 'write tcp://HOST:PORT'],
    ['tcp://h:', 'port after the colon is missing'],
    ['tcp://h:0', 'from 1 to 65535'],
    ['tcp://h:65536', 'from 1 to 65535'],
    ['tcp://h:80x', 'whole number'],
    ['tcp://h:1:2', 'expected HOST:PORT'],
    ['tcp://[::1]:50001', 'IPv4 only'],
    ['tcp://0.0.0.0:50001', 'not an address to dial'],
    ['tcp://h:1/chat', 'no path'],
    ['tcp://u:p@h:1', 'no user and password'],
    ['ws-listen://h:1/chat?x=1', 'no meaning'],
    ['ws-listen://h:1/chat#x', 'no meaning'],
    ['ws-listen://h:1/a b', 'only letters'],
    ['ws-listen://h:1/../x', '. or ..'],
    ['ws-listen://127.1:1/x', 'not a host'],
    ['ws-listen://[fe80::1%25eth0]:1/x', 'not a host'],
    ['tcp://0x7f000001:1', 'not a host'],
    ['stdio:x', 'nothing after it'],
    ['simulator:?fps=0', '1 to 240'],
    ['simulator:?speed=2', 'only the options fps and model'],
    ['simulator:?model=a|b', 'model must be'],
    ['=tcp://h:1', 'must be 1 to 64'],
    ['my desk=tcp://h:1', 'must be 1 to 64'],
  ])('refuses %s and says why', (text, reason) => {
    expect(problem(text)).toContain(reason);
  });

  it('shows neither password nor path nor query nor control characters of a refused text', () => {
    expect(problem('tcp://user:hunter2@h:1/token-123?q=abc')).not.toMatch(/hunter2|token-123|abc/);
    expect(problem('tcp://h\u001b[31m:1')).not.toContain('\u001b');
  });

  it('keeps a path that may be a token out of the derived name', () => {
    expect(parseLinkUrl('ws-listen://127.0.0.1:1/abcdefghijklmnop').name).toBe('ws-1-private');
    expect(parseLinkUrl('ws-listen://0.0.0.0:1/hunter2').name).toBe('ws-1-private');
    expect(parseLinkUrl('ws-listen://0.0.0.0:1/chat').name).toBe('ws-1-chat');
  });

  it('either reads any text or throws a ConfigError', () => {
    const schemes = fc.constantFrom(
      'tcp://',
      'tcp-listen://',
      'ws-listen://',
      'stdio:',
      'simulator:?',
      '',
      'n=tcp://',
    );
    const anyText = fc
      .array(fc.integer({ min: 0, max: 0x24f }), { maxLength: 40 })
      .map((c) => String.fromCharCode(...c));
    fc.assert(
      fc.property(schemes, anyText, (scheme, rest) => {
        try {
          parseLinkUrl(scheme + rest);
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
        }
      }),
    );
  });

  it('reads the URL it gives back to the same link', () => {
    const host = fc.oneof(fc.ipV4(), fc.constantFrom('localhost', 'Avatar.Example', 'a_b'));
    const port = fc.integer({ min: 1, max: 65535 });
    const path = fc
      .array(fc.stringMatching(/^[A-Za-z0-9_~-]{0,8}$/), { maxLength: 4 })
      .map((p) => `/${p.join('/')}`);
    const url = fc.oneof(
      fc.tuple(host, port).map(([h, p]) => `tcp-listen://${h}:${p}`),
      fc
        .tuple(
          fc.oneof(
            host,
            fc.ipV6().map((h) => `[${h}]`),
          ),
          port,
          path,
        )
        .map(([h, p, d]) => `ws-listen://${h}:${p}${d}`),
      fc.integer({ min: 1, max: 240 }).map((fps) => `simulator:?fps=${fps}&model=%E5%88%9D`),
    );
    fc.assert(
      fc.property(url, (text) => {
        const spec = parseLinkUrl(text);
        expect(parseLinkUrl(linkUrl(spec))).toEqual(spec);
        expect(parseLinkUrl(`n=${text}`)).toEqual({ ...spec, name: 'n' });
      }),
    );
  });
});

describe('maskLink', () => {
  it.each([
    ['ws-listen://127.0.0.1:9001/chat', 'ws-listen://127.0.0.1:9001/chat'],
    ['x=ws-listen://:9001/room/abcdefghijklmnop', 'x=ws-listen://127.0.0.1:9001/room/***'],
    ['ws-listen://127.0.0.1:9001/abcdefghijklmno', 'ws-listen://127.0.0.1:9001/abcdefghijklmno'],
    ['ws-listen://0.0.0.0:9001/pw', 'ws-listen://0.0.0.0:9001/***'],
    ['ws-listen://[::]:9001/', 'ws-listen://[::]:9001/'],
    ['tcp://10.0.0.1:5', 'tcp://10.0.0.1:5'],
    ['ws://u:p@h/secret?token=1', 'ws://***@h/***?***'],
  ])('shows %s as %s', (text, shown) => {
    expect(maskLink(text)).toBe(shown);
  });
});
