import { describe, expect, it } from 'vitest';
import { parseLinkUrl } from '../../../src/config/index.js';
import { commandLine, mdfFor, mdfSettings } from '../../../src/mdf/index.js';

function settingsOf(url: string, host?: string): string[] {
  return mdfSettings(parseLinkUrl(url), host === undefined ? {} : { host }).map(
    ({ key, value }) => `${key}=${value}`,
  );
}

describe('mdfFor', () => {
  it('makes MMDAgent-EX a WebSocket client that never gives up', () => {
    expect(settingsOf('ws-listen://:9002/room')).toEqual([
      'Plugin_Remote_Websocket_Host=127.0.0.1',
      'Plugin_Remote_Websocket_Port=9002',
      'Plugin_Remote_Websocket_Directory=/room',
      'Plugin_Remote_RetryCount=1000000',
      'http_server=false',
    ]);
  });

  it('makes MMDAgent-EX a TCP server for a dialled link', () => {
    expect(settingsOf('tcp://10.0.0.5:6000')).toEqual([
      'Plugin_Remote_EnableServer=true',
      'Plugin_Remote_ListenPort=6000',
      'http_server=false',
    ]);
  });

  it('makes MMDAgent-EX a TCP client for a listening link', () => {
    expect(settingsOf('tcp-listen://:6000', '10.0.0.1')).toEqual([
      'Plugin_Remote_EnableClient=true',
      'Plugin_Remote_Hostname=10.0.0.1',
      'Plugin_Remote_Port=6000',
      'Plugin_Remote_RetryCount=1000000',
      'http_server=false',
    ]);
  });

  it('asks for --host when the link listens on every interface', () => {
    expect(() => settingsOf('ws-listen://0.0.0.0:1')).toThrow('--host');
    expect(settingsOf('ws-listen://0.0.0.0:1', '10.0.0.1')[0]).toBe('Plugin_Remote_Websocket_Host=10.0.0.1');
  });

  it.each(['a b', 'a\nb=c', ''])('refuses %j as a host', (host) => {
    expect(() => settingsOf('ws-listen://', host)).toThrow('host: expected');
  });

  it('refuses a port that changes and a link that needs no .mdf', () => {
    expect(() => settingsOf('ws-listen://:0')).toThrow('fixed port');
    expect(() => settingsOf('simulator:')).toThrow('needs no .mdf');
  });

  it('warns in a comment when another machine is to reach a link that only this one can', () => {
    const lines = mdfFor(parseLinkUrl('ws-listen://'), { host: '10.0.0.1' });
    expect(lines.join()).toContain('listens on 127.0.0.1 only');
  });

  it.each(['ws-listen://', 'ws-listen://:443', 'tcp://h', 'tcp-listen://', 'stdio:'])(
    'gives %s only comments and settings',
    (url) => {
      for (const line of mdfFor(parseLinkUrl(url)))
        expect(line).toMatch(/^(?:# [\x20-\x7e]+|[A-Za-z_]+=[\x20-\x7e]+)$/);
    },
  );
});

describe('commandLine', () => {
  it.each([
    [['a', '-b'], 'a -b'],
    [['/my dir/a', ''], '"/my dir/a" ""'],
    [["it's"], '"it\'s"'],
    [['say "x"'], '\'say "x"\''],
  ])('writes %j as %s on unix', (command, line) => {
    expect(commandLine(command, 'unix')).toBe(line);
  });

  it('doubles backslashes before a closing quote on Windows', () => {
    expect(commandLine(['C:\\my dir\\'], 'windows')).toBe('"C:\\my dir\\\\"');
  });

  it.each([
    [['x'.repeat(100)], '99 bytes'],
    [['\u3042'.repeat(34)], '99 bytes'],
    [[`"'`], 'both kinds'],
    [['a\nPlugin_Remote_EnableServer=true'], 'control character'],
    [['%ENV{HOME}'], '%ENV{'],
    [[], 'no program'],
    [[''], 'no program'],
    [Array.from({ length: 99 }, () => 'a'), '98 words'],
  ])('refuses %j', (command, reason) => {
    expect(() => commandLine(command, 'unix')).toThrow(reason);
  });

  it('takes a long argument on Windows, where MMDAgent-EX does not split', () => {
    expect(commandLine(['x'.repeat(100)], 'windows')).toHaveLength(100);
    expect(() => commandLine(['a"b'], 'windows')).toThrow('double quote');
  });
});
