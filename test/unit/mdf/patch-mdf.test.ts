import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LinkSpec, parseLinkUrl } from '../../../src/config/index.js';
import { checkMdf, type MdfOptions, patchMdf } from '../../../src/mdf/index.js';

const WS = parseLinkUrl('ws-listen://');
const TCP = parseLinkUrl('tcp://127.0.0.1');
const STDIO = parseLinkUrl('stdio:');
const LINKS = [WS, TCP, parseLinkUrl('tcp-listen://'), STDIO, parseLinkUrl('ws-listen://:443/x')];

function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function patched(text: string, link: LinkSpec, options?: MdfOptions): string {
  return Buffer.from(patchMdf(latin1(text), link, options).bytes).toString('latin1');
}

const WS_KEYS =
  'Plugin_Remote_Websocket_Host=127.0.0.1\nPlugin_Remote_Websocket_Port=9001\nPlugin_Remote_Websocket_Directory=/chat\nPlugin_Remote_RetryCount=1000000\nhttp_server=false\n';

describe('patchMdf', () => {
  it('adds what is missing at the end, under a comment', () => {
    expect(patched('a=1\n', WS)).toMatch(/^a=1\n(?:#.*\n)+Plugin_Remote_Websocket_Host=/);
    expect(patched('a=1\n', WS).endsWith(WS_KEYS)).toBe(true);
  });

  it('changes nothing in a file that fits', () => {
    const { bytes, changes } = patchMdf(latin1(WS_KEYS), WS);
    expect(bytes).toEqual(latin1(WS_KEYS));
    expect(changes).toEqual([]);
  });

  it('replaces the line that counts, the last, in place', () => {
    const text = `Plugin_Remote_Websocket_Port=1\n${WS_KEYS}Plugin_Remote_Websocket_Port=2\nz=1\n`;
    const result = patchMdf(latin1(text), WS);
    expect(Buffer.from(result.bytes).toString()).toBe(text.replace('Port=2', 'Port=9001'));
    expect(result.changes).toEqual([
      {
        kind: 'replaced',
        line: 7,
        key: 'Plugin_Remote_Websocket_Port',
        before: 'Plugin_Remote_Websocket_Port=2',
        after: 'Plugin_Remote_Websocket_Port=9001',
      },
    ]);
  });

  it('turns the keys of other kinds into comments, old names too', () => {
    const text =
      'Plugin_Remote_EnableServer=true\r\nPlugin_Remote_ServerMode=true\r\nPlugin_Remote_ClientMode=x\r\n';
    const result = patched(text, WS);
    for (const line of text.trim().split('\r\n')) expect(result).toContain(`#${line}\r\n`);
  });

  it('leaves network links alone for stdio, which goes beside them', () => {
    expect(patched(WS_KEYS, STDIO).startsWith(WS_KEYS)).toBe(true);
  });

  it('keeps CRLF, also for added lines, and ends an unended last line', () => {
    const result = patched('a=1\r\nb=2', TCP);
    expect(result.startsWith('a=1\r\nb=2\r\n#')).toBe(true);
    expect(result).not.toMatch(/[^\r]\n/);
  });

  it('keeps Shift_JIS and byte order marks', () => {
    const shiftJis = '# \x83\x81\x83\x5c=\x82\xa0\n';
    expect(patched(shiftJis, WS).startsWith(shiftJis)).toBe(true);
    const marked = '\xef\xbb\xbf# \xe3\x81\x82\n';
    expect(patched(marked, WS).startsWith(marked)).toBe(true);
  });

  it('does not take a key after a byte order mark for one, because MMDAgent-EX does not', () => {
    expect(patched('\xef\xbb\xbfhttp_server=false\n', TCP)).toMatch(/\nhttp_server=false\n$/);
  });

  it('uses a commented-out line again, so that going back and forth does not grow the file', () => {
    const once = patched(patched('', WS), TCP);
    const back = patched(once, WS);
    expect(patched(patched(back, TCP), WS)).toBe(back);
  });

  it('puts the command into the first free slot', () => {
    const result = patched('Plugin_AnyScript_Command=python a.py\nPlugin_AnyScript_Command1=b\n', STDIO);
    expect(result).toContain(
      '\nPlugin_AnyScript_Command2=mmdagent-bridge daemon start --foreground --link stdio:\n',
    );
  });

  it('replaces its own old command instead of adding a second', () => {
    const result = patched('Plugin_AnyScript_Command3=node mmdagent-bridge.js start --link stdio:\n', STDIO);
    expect(result).toMatch(/^Plugin_AnyScript_Command3=mmdagent-bridge daemon start/);
    expect(result.match(/AnyScript/g)).toHaveLength(1);
  });

  it('says so when all ten slots are taken', () => {
    const slots = ['', 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `Plugin_AnyScript_Command${n}=x\n`).join('');
    expect(() => patched(slots, STDIO)).toThrow('All ten');
  });

  it('writes a command beyond ASCII as UTF-8, and not into a file of another encoding', () => {
    const options = { command: ['/\u3042/mmdagent-bridge', 'stdio:'] };
    expect(patched('', STDIO, options)).toContain('=/\xe3\x81\x82/mmdagent-bridge');
    expect(() => patched('# \x82\xa0\n', STDIO, options)).toThrow('not UTF-8');
  });

  it('refuses UTF-16 and other files with zero bytes', () => {
    expect(() => patched('a\0=\x001\0', WS)).toThrow('save it as UTF-8');
  });

  it('is idempotent, satisfies checkMdf and keeps every other byte, whatever the file', () => {
    const known = fc.constantFrom(
      'Plugin_Remote_EnableServer=true',
      '#Plugin_Remote_EnableServer=true',
      'Plugin_Remote_EnableClient=true ',
      'Plugin_Remote_Websocket_Host=',
      'Plugin_Remote_Websocket_Host=h',
      'Plugin_Remote_RetryCount=5',
      'Plugin_AnyScript_Command=x',
      'http_server=true',
      'enablePlugin=ALL',
    );
    const byte = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 255 }) },
      fc.constantFrom(10, 13, 35, 61),
    );
    const junk = fc.array(byte, { maxLength: 12 }).map((codes) => String.fromCharCode(...codes));
    const file = fc
      .array(fc.tuple(fc.oneof(known, junk), fc.constantFrom('\n', '\r\n')), { maxLength: 12 })
      .map((lines) => lines.map((line) => line.join('')).join(''));
    fc.assert(
      fc.property(file, fc.constantFrom(...LINKS), fc.constantFrom(...LINKS), (text, first, second) => {
        const once = patched(text, first);
        if (patched(once, first) !== once) throw new Error('not idempotent');
        const errors = checkMdf(latin1(once), first).filter((finding) => finding.severity === 'error');
        if (errors.length > 0) throw new Error(errors[0]?.message);
        const other = (content: string): string[] =>
          content.split('\n').filter((line) => !/Plugin_|http_server|^# /.test(line));
        const after = other(once);
        const isKept = other(text).every(
          (line, index) =>
            after[index] === line || (line === '' && index > 0) || after[index] === `${line}\r`,
        );
        if (!isKept) throw new Error('a foreign line changed');
        const twice = patched(patched(once, second), first);
        if (patched(patched(twice, second), first).length !== twice.length) throw new Error('grows');
      }),
    );
  });
});
