import { describe, expect, it } from 'vitest';
import { readToolSettings } from '../../../src/tools/index.js';

const ENV = { TOKEN: 'abc', HOME: '/home/ann' };

/** How settings name a variable of the environment. */
function named(variable: string): string {
  return `\${${variable}}`;
}

async function problems(section: unknown): Promise<string> {
  return readToolSettings(section, ENV).then(
    () => 'none',
    (error: Error) => error.message,
  );
}

describe('readToolSettings', () => {
  it.each([[undefined], [null], [{}]])('reads %j as no servers, no memory, no guards', async (section) => {
    expect(await readToolSettings(section, ENV)).toEqual({
      mcp: {},
      memory: undefined,
      vision: {},
      guards: [],
    });
  });

  it('reads all there is, with the environment in its place', async () => {
    const read = await readToolSettings(
      {
        timeoutMs: 1000,
        maxResultChars: 2000,
        mcp: {
          files: {
            command: 'npx',
            args: ['-y', 'server', `${named('HOME')}/notes`],
            env: { KEY: named('TOKEN') },
            only: ['read'],
            dynamic: true,
          },
          far: {
            url: 'https://example.com/mcp',
            headers: { authorization: `Bearer ${named('TOKEN')}` },
            backgroundAfterMs: 0,
          },
        },
        memory: { type: 'file', maxTurns: 100 },
        vision: { camera: '/dev/video2', commands: { phone: ['phone-photo', '-'] } },
        guards: [{ words: ['x'], action: 'block' }],
      },
      ENV,
    );
    expect(read).toEqual({
      timeoutMs: 1000,
      maxResultChars: 2000,
      mcp: {
        files: {
          command: 'npx',
          args: ['-y', 'server', '/home/ann/notes'],
          env: { KEY: 'abc' },
          only: ['read'],
          dynamic: true,
          startTimeoutMs: 60_000,
        },
        far: {
          url: 'https://example.com/mcp',
          headers: { authorization: 'Bearer abc' },
          dynamic: false,
          backgroundAfterMs: 0,
          startTimeoutMs: 60_000,
        },
      },
      memory: { type: 'file', maxTurns: 100 },
      vision: { camera: '/dev/video2', commands: { phone: ['phone-photo', '-'] } },
      guards: [{ on: 'both', words: ['x'], action: 'block', onFault: 'block' }],
    });
  });

  it('leaves a server whose variable is not set to be told about', async () => {
    const { mcp } = await readToolSettings(
      { mcp: { hub: { command: 'hub', env: { T: named('HUB_TOKEN') } } } },
      ENV,
    );
    expect(mcp['hub']?.missing).toBe('set HUB_TOKEN in the environment: tools.mcp.hub names it');
  });

  it.each([
    [{ vison: {} }, 'tools.vison: there is no such setting. Did you mean vision?'],
    [{ mcp: [] }, /^tools\.mcp: expected names/],
    [{ mcp: { 'a b': { command: 'x' } } }, /^tools\.mcp\.a b: expected a name of/],
    [{ mcp: { a: { arg: [] } } }, /^tools\.mcp\.a: expected a command or a url/],
    [
      { mcp: { a: { command: 'x', argz: [] } } },
      'tools.mcp.a.argz: there is no such setting. Did you mean args?',
    ],
    [{ mcp: { a: { url: 'ftp://x' } } }, /^tools\.mcp\.a\.url: /],
    [{ mcp: { a: { command: 'x', url: 'http://x' } } }, /^tools\.mcp\.a\.url: there is no such setting/],
    [{ mcp: { a: 5 } }, /^tools\.mcp\.a: /],
    [{ memory: 'file' }, /^tools\.memory\.type: expected file or chatmemory/],
    [{ memory: { type: 'chatmemory' } }, /^tools\.memory\.url: /],
    [{ memory: { type: 'chatmemory', url: 'http://x', headers: { k: named('NOPE') } } }, /NOPE is not set/],
    [{ vision: { maxSize: 5 } }, 'tools.vision.maxSize: there is no such setting. Did you mean maxSide?'],
    [{ guards: {} }, /^tools\.guards: expected a list/],
    [{ guards: [{ words: ['x'], action: 'blok' }] }, /^tools\.guards\.0\.action: /],
    [{ timeoutMs: 0 }, /^tools\.timeoutMs: /],
    ['text', /^tools: /],
  ])('refuses %j', async (section, expected) => {
    const told = await problems(section);
    if (typeof expected === 'string') expect(told).toBe(expected);
    else expect(told).toMatch(expected);
  });

  it('tells all faults at once, each on its line', async () => {
    expect((await problems({ timeoutMs: -1, mcp: { a: {} }, guards: 3 })).split('\n')).toHaveLength(3);
  });
});
