import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERVICE_KINDS, serviceFile } from '../../../src/service/index.js';

const UNIX = { command: '/usr/bin/node', args: ['/opt/bridge.js', 'daemon', 'run'], env: {} };
const WINDOWS = { command: 'C:\\Program Files\\nodejs\\node.exe', args: ['C:\\bridge.js'], env: {} };
/** Printable text with more than its share of what systems treat specially. */
const word = fc.string({ unit: fc.constantFrom(...'ab \\"\'%$;&<>(){}=\u3042-'), maxLength: 12 });

/** What is left of a line of a file after a prefix. */
function lineAfter(text: string, prefix: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim().startsWith(prefix))
      ?.trim()
      .slice(prefix.length) ?? ''
  );
}

function xmlDecoded(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

describe('serviceFile', () => {
  it.each(SERVICE_KINDS)('refuses to write the key into a %s file', (kind) => {
    const service = { ...(kind === 'windows-task' ? WINDOWS : UNIX), env: { BRIDGE_KEY: 'hunter2hunter2' } };
    expect(() => serviceFile(kind, service)).toThrow(/^BRIDGE_KEY is a secret/);
  });

  it.each(SERVICE_KINDS)('refuses line ends in a %s file', (kind) => {
    const service = kind === 'windows-task' ? WINDOWS : UNIX;
    expect(() => serviceFile(kind, { ...service, args: ['a\nExecStartPre=/bin/evil'] })).toThrow(
      'no service file',
    );
    expect(() => serviceFile(kind, { ...service, args: ['\ud800'] })).toThrow('no service file');
  });

  it.each(SERVICE_KINDS)('refuses a relative program in a %s file', (kind) => {
    expect(() => serviceFile(kind, { ...UNIX, command: 'node' })).toThrow('absolute path');
  });

  it('refuses a name that is no variable', () => {
    expect(() => serviceFile('systemd', { ...UNIX, env: { 'A B': '1' } })).toThrow('name of a variable');
  });
});

describe('systemd unit', () => {
  it('restarts on failure but not on wrong settings, stops by SIGTERM and reads secrets from elsewhere', () => {
    const unit = serviceFile('systemd', UNIX);
    for (const line of [
      'ExecStart="/usr/bin/node" "/opt/bridge.js" "daemon" "run"',
      'Restart=on-failure',
      'RestartPreventExitStatus=2',
      'KillSignal=SIGTERM',
      'TimeoutStopSec=20',
      'EnvironmentFile=-%h/.config/mmdagent-bridge/environment',
      'WantedBy=default.target',
    ]) {
      expect(unit.split('\n')).toContain(line);
    }
  });

  it('quotes quotes, backslashes, percent signs and dollars', () => {
    const unit = serviceFile('systemd', {
      command: '/my $dir/50%/node',
      args: ['a b', '%h', '$HOME', '"; rm', '\\', ''],
      env: { A: '50% "x" $y' },
    });
    expect(lineAfter(unit, 'ExecStart=')).toBe(
      '"/my $dir/50%%/node" "a b" "%%h" "$$HOME" "\\"; rm" "\\\\" ""',
    );
    expect(lineAfter(unit, 'Environment=')).toBe('"A=50%% \\"x\\" $y"');
  });

  it.each(['/a"b', "/it's", '/a\\b'])('refuses the program %s, which systemd does not take', (command) => {
    expect(() => serviceFile('systemd', { ...UNIX, command })).toThrow('without quotes');
  });

  it('can be taken apart again into the same words', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (args) => {
        const line = lineAfter(serviceFile('systemd', { ...UNIX, args }), 'ExecStart=');
        const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"(?: |$)/g)].map((match) =>
          (match[1] ?? '').replace(/\\(.)/g, '$1').replaceAll('%%', '%').replaceAll('$$', '$'),
        );
        expect(words).toEqual([UNIX.command, ...args]);
      }),
    );
  });
});

describe('launchd agent', () => {
  it('escapes XML and gives variables', () => {
    const plist = serviceFile('launchd', { command: '/a&b', args: ['</string>'], env: { A: '<1>' } });
    expect(plist).toContain('<string>/a&amp;b</string>');
    expect(plist).toContain('<string>&lt;/string&gt;</string>');
    expect(plist).toMatch(/<key>A<\/key>\s*<string>&lt;1&gt;<\/string>/);
    expect(serviceFile('launchd', UNIX)).not.toContain('EnvironmentVariables');
  });
});

describe('Windows task', () => {
  it('starts at logon, without time limit, as UTF-16', () => {
    const task = serviceFile('windows-task', WINDOWS);
    expect(task.startsWith('<?xml version="1.0" encoding="UTF-16"?>')).toBe(true);
    expect(task).toContain('<LogonTrigger>');
    expect(task).toContain('<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>');
    expect(task).toContain('<Command>C:\\Program Files\\nodejs\\node.exe</Command>');
    expect(task).toContain('<Arguments>C:\\bridge.js</Arguments>');
  });

  it('has comments that XML allows', () => {
    for (const comment of serviceFile('windows-task', WINDOWS).matchAll(/<!--(.*?)-->/gs)) {
      expect(comment[1]).not.toContain('--');
    }
  });

  it.each([
    ['a b', '"a b"'],
    ['', '""'],
    ['a"b', '"a\\"b"'],
    ['a\\"b', '"a\\\\\\"b"'],
    ['a b\\', '"a b\\\\"'],
    ['a\\b', 'a\\b'],
    ['50%', '50%'],
  ])('writes the argument %j as %s', (argument, line) => {
    const task = serviceFile('windows-task', { ...WINDOWS, args: [argument] });
    expect(xmlDecoded(lineAfter(task, '<Arguments>'))).toBe(`${line}</Arguments>`);
  });

  it.each([['%PATH%'], ['$(Arg0)'], ['50%', 'of 60%']])(
    'refuses %j, which the scheduler would replace',
    (...args) => {
      expect(() => serviceFile('windows-task', { ...WINDOWS, args })).toThrow('has no way to write them');
    },
  );

  it('refuses variables, which a task cannot set', () => {
    expect(() => serviceFile('windows-task', { ...WINDOWS, env: { A: '1' } })).toThrow(
      'cannot set variables',
    );
  });

  it('never lets an argument close its element', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (args) => {
        fc.pre(!/%[^%]*%|\$\(/.test(args.join(' ')));
        const task = serviceFile('windows-task', { ...WINDOWS, args });
        expect(task.split('<').length).toBe(
          serviceFile('windows-task', { ...WINDOWS, args: args.length > 0 ? ['x'] : [] }).split('<').length,
        );
      }),
    );
  });
});
