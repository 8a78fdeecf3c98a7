import { describe, expect, it } from 'vitest';
import { parseLinkUrl } from '../../../src/config/index.js';
import { checkMdf, mdfFor } from '../../../src/mdf/index.js';

function codes(text: string, url = 'ws-listen://'): string[] {
  return checkMdf(Buffer.from(text), parseLinkUrl(url)).map((finding) => `${finding.code} ${finding.key}`);
}

const GOOD = `${mdfFor(parseLinkUrl('ws-listen://')).join('\r\n')}\r\n`;

describe('checkMdf', () => {
  it('finds nothing in a file that fits', () => {
    expect(codes(GOOD)).toEqual([]);
  });

  it('finds everything missing in an empty file, errors first', () => {
    expect(codes('')).toEqual([
      'missing Plugin_Remote_Websocket_Host',
      'missing Plugin_Remote_Websocket_Port',
      'missing Plugin_Remote_Websocket_Directory',
      'retry-count Plugin_Remote_RetryCount',
      'http-server-open http_server',
    ]);
  });

  it.each([
    ['/chat', '/Chat', 'wrong-value Plugin_Remote_Websocket_Directory'],
    ['=9001', '=9002', 'wrong-value Plugin_Remote_Websocket_Port'],
    ['=127.0.0.1', '=10.0.0.1', 'wrong-value Plugin_Remote_Websocket_Host'],
    ['=1000000', '=5', 'retry-count Plugin_Remote_RetryCount'],
    ['=false', '=true', 'http-server-open http_server'],
  ])('finds %s written as %s', (good, bad, code) => {
    expect(codes(GOOD.replace(good, bad))).toEqual([code]);
  });

  it('takes localhost for 127.0.0.1', () => {
    expect(codes(GOOD.replace('=127.0.0.1', '=localhost'))).toEqual([]);
  });

  it.each([
    'Plugin_Remote_EnableServer=true',
    'Plugin_Remote_ClientMode=0',
    'Plugin_Remote_EnableClient=yes',
  ])('finds that %s switches to another kind of link', (line) =>
    expect(codes(`${GOOD}${line}\n`)).toEqual([`rival-key ${line.split('=')[0]}`]),
  );

  it.each(['Plugin_Remote_EnableServer=false', 'Plugin_Remote_Port=1', '#Plugin_Remote_EnableServer=true'])(
    'does not mind %s',
    (line) => expect(codes(`${GOOD}${line}\n`)).toEqual([]),
  );

  it.each([
    ['\uFEFFhttp_server=false\n', 'a byte order mark'],
    [' http_server=false\n', 'blanks'],
    ['http_server =false\n', 'blanks'],
  ])('finds that %j is not seen by MMDAgent-EX', (text, cause) => {
    const findings = checkMdf(Buffer.from(text), parseLinkUrl('tcp://h'));
    expect(findings.find((finding) => finding.code === 'hidden-key')?.message).toContain(cause);
  });

  it('finds the plugin switched off', () => {
    expect(codes(`${GOOD}disablePlugin=ALL\n`)).toEqual(['plugin-disabled disablePlugin']);
    expect(codes(`${GOOD}disablePlugin=ALL\nenablePlugin=Audio,Remote\n`)).toEqual([]);
    expect(codes(`disablePlugin=AnyScript\n`, 'stdio:')).toContain('plugin-disabled disablePlugin');
  });

  it('takes any command that starts the bridge', () => {
    const text = 'Plugin_AnyScript_Command4=node mmdagent-bridge.js start --link stdio:\nhttp_server=false\n';
    expect(codes(text, 'stdio:')).toEqual([]);
  });
});
