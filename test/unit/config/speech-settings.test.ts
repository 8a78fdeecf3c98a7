import { describe, expect, it } from 'vitest';
import { resolveConfig, shownConfig, userCacheFolder } from '../../../src/config/index.js';

const variable = (name: string): string => `\${${name}}`;

async function fromFile(text: string, env: Record<string, string> = {}) {
  return resolveConfig({ env: { BRIDGE_CONFIG: 'bridge.yaml', ...env }, readText: async () => text });
}

describe('speech settings', () => {
  it('takes engines and routes as they stand in the file', async () => {
    const { config, origins } = await fromFile(
      'engines:\n  voicevox: {speaker: 3}\n  mine:\n    type: http\n    url: http://127.0.0.1:9/\nspeechRoutes: {ja: voicevox}\n',
    );
    expect(config.engines).toEqual({
      voicevox: { speaker: 3 },
      mine: { type: 'http', url: 'http://127.0.0.1:9/' },
    });
    expect(config.speechRoutes).toEqual({ ja: 'voicevox' });
    expect(origins.engines).toBe('file');
  });

  it('takes them from the environment as JSON, which wins over the file', async () => {
    const { config } = await fromFile('engines: {voicevox: {speaker: 3}}', {
      BRIDGE_ENGINES: '{"openai": {"voice": "coral"}}',
    });
    expect(config.engines).toEqual({ openai: { voice: 'coral' } });
  });

  it.each(['[1]', 'openai', '{', '7'])('refuses %j in the environment and shows none of it', async (text) => {
    const resolving = resolveConfig({ env: { BRIDGE_ENGINES: text } });
    await expect(resolving).rejects.toMatchObject({ code: 'BRIDGE_ERR_CONFIG_INVALID' });
    await expect(resolving).rejects.toThrow('engines: expected names of engines with their options');
  });

  it.each([
    ['openai: {apiKey: sk-123}', 'engines.openai.apiKey'],
    ['mine: {headers: {X-Auth: abc}}', 'engines.mine.headers.X-Auth'],
    ['mine: {body: {access_token: abc}}', 'engines.mine.body.access_token'],
    ['mine: {headers: {Authorization: Bearer abc}}', 'engines.mine.headers.Authorization'],
  ])('refuses a secret in the file and does not repeat it: %s', async (engine, where) => {
    const resolving = fromFile(`engines:\n  ${engine}`);
    await expect(resolving).rejects.toThrow(`${where} must not stand in bridge.yaml`);
    await expect(resolving).rejects.not.toThrow(/sk-123|abc/);
  });

  it('takes the name of a variable instead, and headers that are no secret', async () => {
    const { config } = await fromFile(
      `engines:\n  a: {apiKey: "${variable('KEY')}", headers: {Authorization: "Bearer ${variable('KEY')}", Content-Type: text/plain}}`,
    );
    expect(config.engines).toMatchObject({ a: { apiKey: variable('KEY') } });
  });

  it('shows engines without what may be secret', async () => {
    const resolved = await resolveConfig({
      env: {
        BRIDGE_ENGINES: JSON.stringify({
          a: { apiKey: 'sk-123', voice: 'coral', headers: { 'X-A': 'abc', Accept: 'audio/wav' } },
          b: {
            apiKey: variable('KEY'),
            baseUrl: 'https://user:pass@host/path?key=abc',
            nested: [{ token: 7 }],
          },
        }),
      },
    });
    const shown = shownConfig(resolved).find(({ key }) => key === 'engines');
    expect(JSON.stringify(shown)).not.toMatch(/sk-123|abc|pass|7/);
    expect(shown?.value).toMatchObject({
      a: { apiKey: '***', voice: 'coral', headers: { 'X-A': '***', Accept: 'audio/wav' } },
      b: { apiKey: variable('KEY') },
    });
  });

  it.each([
    ['off', true],
    ['-20', true],
    ['-16.5', true],
    ['-9', false],
    ['-41', false],
    ['20', false],
    ['-40', true],
  ])('takes %j for the loudness: %s', async (value, isFine) => {
    const resolving = resolveConfig({ env: {}, flags: { 'speech-loudness': value } });
    if (isFine) await expect(resolving).resolves.toMatchObject({ config: { speechLoudness: value } });
    else await expect(resolving).rejects.toThrow('expected off, or LUFS from -40 to -10');
  });

  it('takes a speed with decimals', async () => {
    expect((await resolveConfig({ env: { BRIDGE_SPEED: '1.25' } })).config.speed).toBe(1.25);
    await expect(resolveConfig({ env: { BRIDGE_SPEED: '5' } })).rejects.toThrow('a number from 0.25 to 4');
  });
});

describe('userCacheFolder', () => {
  it.each<[NodeJS.Platform, Record<string, string>, string | undefined]>([
    ['linux', { HOME: '/home/a' }, '/home/a/.cache/mmdagent-bridge'],
    ['linux', { HOME: '/home/a', XDG_CACHE_HOME: '/x' }, '/x/mmdagent-bridge'],
    ['linux', { XDG_CACHE_HOME: 'x' }, undefined],
    ['darwin', { HOME: '/Users/a' }, '/Users/a/Library/Caches/mmdagent-bridge'],
    ['win32', { LOCALAPPDATA: 'C:\\l' }, 'C:\\l\\mmdagent-bridge\\Cache'],
    ['win32', { USERPROFILE: 'C:\\u' }, 'C:\\u\\AppData\\Local\\mmdagent-bridge\\Cache'],
    ['win32', {}, undefined],
  ])('on %s with %j is %j', (platform, env, expected) => {
    expect(userCacheFolder(env, platform)).toBe(expected);
  });
});
