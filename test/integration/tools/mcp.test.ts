import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { systemHost } from '../../../src/programs/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import { type CallResult, createToolBox, type ToolBox } from '../../../src/tools/index.js';
import type { McpServerSettings } from '../../../src/tools/mcp/mcp-settings.js';
import { callOf, outcomesOf, resultOf, TURN } from '../../unit/tools/support.js';

const SERVER = fileURLToPath(new URL('../../support/mcp/server.js', import.meta.url));
const HEAD = {
  only: undefined,
  dynamic: false,
  timeoutMs: undefined,
  backgroundAfterMs: undefined,
  startTimeoutMs: 20_000,
};
const boxes: ToolBox[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  await Promise.all(boxes.splice(0).map((box) => box.close()));
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function program(...modes: string[]): McpServerSettings {
  return {
    ...HEAD,
    command: process.execPath,
    args: [SERVER, ...modes],
    env: { MINE: 'yes' },
    cwd: undefined,
  };
}

function address(url: string, headers: Readonly<Record<string, string>> = {}): McpServerSettings {
  return { ...HEAD, url, headers };
}

async function opened(mcp: Readonly<Record<string, McpServerSettings>>): Promise<ToolBox> {
  const host = systemHost({ ...process.env, OPENAI_API_KEY: 'sk-secret', BRIDGE_TOKEN: 'secret' });
  const box = await createToolBox(
    { mcp, timeoutMs: 15_000 },
    { clock: new SystemClock(), random: () => 0.5, host },
  );
  boxes.push(box);
  await box.settled();
  return box;
}

async function httpServer(
  mode: '--http' | '--sse',
  port = 0,
): Promise<{ readonly port: number; readonly child: ChildProcess; told(): string }> {
  const child = spawn(process.execPath, [SERVER, mode, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let told = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  while (!/port \d+/.test(told)) await once(child.stdout ?? child, 'data');
  return { port: Number(/port (\d+)/.exec(told)?.[1]), child, told: () => told };
}

async function call(box: ToolBox, name: string, args: unknown = {}): Promise<CallResult> {
  return resultOf(box.call(callOf(name, args), TURN));
}

/** Looks again and again, since a process ends when it ends. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let time = 0; time < 400; time++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come to that within 20 s');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('An MCP server as a child process', () => {
  it('gives its tools, answers calls in words, structure and pictures, and its errors are errors', async () => {
    const box = await opened({ sums: program() });
    expect(box.sources).toMatchObject([{ name: 'sums', isConnected: true }]);
    expect((await box.offered([], TURN)).instructions).toEqual(['## Tools of sums\nAdd with add.']);
    expect(await call(box, 'add', { a: 2, b: 3 })).toMatchObject({ text: '5', isError: false });
    expect((await call(box, 'add', { a: 'two', b: 3 })).text).toMatch(/a: Invalid input: expected number/);
    expect((await call(box, 'structured')).text).toBe('{"sum":5}');
    expect(await call(box, 'fails')).toMatchObject({ text: 'no such city', isError: true });
    const picture = await call(box, 'picture');
    expect(picture.text).toBe('Here.\n\n[picture 1]');
    expect(picture.images[0]).toMatch(/^data:image\/png;base64,iVBOR/);
    expect((await call(box, 'long')).text.length).toBeLessThan(16_100);
    const steps = await outcomesOf(box.call(callOf('steps'), TURN));
    expect(steps.map(({ value }) => (value as { message?: string }).message ?? value)).toEqual([
      'step 1',
      'step 2',
      'step 3',
      'done',
    ]);
  });

  it('sees nothing of our environment but what it needs and is given, and runs where it is told', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'mcp-')));
    const box = await opened({ sums: { ...program(), cwd: folder } });
    const { names, cwd, mine } = JSON.parse((await call(box, 'environment')).text) as {
      names: string[];
      cwd: string;
      mine: string;
    };
    expect([cwd, mine]).toEqual([folder, 'yes']);
    expect(names).toContain('PATH');
    expect(names.filter((name) => /KEY|TOKEN|BRIDGE|VITEST|npm_/.test(name))).toEqual([]);
  });

  it('offers a tool that it learnt later', async () => {
    const box = await opened({ sums: program() });
    await call(box, 'grow');
    await until(() => box.tools.some(({ name }) => name === 'shout'));
    expect((await call(box, 'shout', { text: 'hey' })).text).toBe('hey!');
  });

  it('is told that a call is not wanted any more', async () => {
    const box = await opened({ sums: program() });
    const turn = new AbortController();
    const hanging = resultOf(box.call(callOf('hang'), TURN, turn.signal));
    await call(box, 'add', { a: 1, b: 1 });
    turn.abort(new Error('interrupted'));
    await expect(hanging).rejects.toThrow('interrupted');
    await until(async () => (await call(box, 'cancelled')).text === '["hang"]');
  });

  it('is started again after it crashed in a call, and the model is told what it said last', async () => {
    const box = await opened({ sums: program() });
    const before = (await call(box, 'pid')).text;
    const crash = await call(box, 'crash');
    expect(crash.isError).toBe(true);
    expect(crash.text).toMatch(/it ended with code 3; it said last: something broke inside/);
    await until(() => box.sources[0]?.isConnected === true);
    expect((await call(box, 'pid')).text).not.toBe(before);
  });

  it.each([
    ['floods us with messages', 'flood', /sends more than can be of use/],
    ['begins a message that never ends', 'endless', /a message is longer than/],
  ])('is ended when it %s, and comes back', async (_, tool, reason) => {
    const box = await opened({ sums: program() });
    const pid = Number((await call(box, 'pid')).text);
    expect((await call(box, tool)).text).toMatch(reason);
    await until(() => !isAlive(pid));
    await until(() => box.sources[0]?.isConnected === true);
    expect((await call(box, 'add', { a: 1, b: 1 })).text).toBe('2');
  });

  it.each([['garbage'], ['chatty']])('works although it is %s', async (mode) => {
    const box = await opened({ sums: program(mode) });
    expect((await call(box, 'add', { a: 1, b: 2 })).text).toBe('3');
  });

  it('that cannot start says why, and does not keep the others from working', async () => {
    const box = await opened({
      broken: program('crash'),
      mute: { ...program('mute'), startTimeoutMs: 500 },
      missing: { ...program(), command: 'no-such-program-anywhere' } as McpServerSettings,
      lost: { ...program(), cwd: '/no/such/folder' } as McpServerSettings,
      good: program(),
    });
    expect(box.sources.map(({ isConnected }) => isConnected)).toEqual([false, false, false, false, true]);
    const reasons = box.sources.map(({ reason }) => reason ?? '');
    expect(reasons[0]).toMatch(/it ended with code 7; it said last: cannot find my database/);
    expect(reasons[1]).toMatch(/within 0.5 s/);
    expect(reasons[2]).toMatch(/no program no-such-program-anywhere on PATH\. Install it/);
    expect(reasons[3]).toMatch(/could not be started/);
    expect((await call(box, 'add', { a: 1, b: 2 })).text).toBe('3');
  });

  it.each([[''], ['deaf']])('is gone after close, in whatever mood: %j', async (mode) => {
    const box = await opened({ sums: program(...(mode === '' ? [] : [mode])) });
    const pid = Number((await call(box, 'pid')).text);
    expect(isAlive(pid)).toBe(true);
    await box.close();
    await until(() => !isAlive(pid));
  });
});

describe('An MCP server by HTTP', () => {
  const KEY = { authorization: 'Bearer let-me-in' };

  it('gives its tools and answers, and hears that we leave', async () => {
    const { port, told } = await httpServer('--http');
    const box = await opened({ far: address(`http://127.0.0.1:${port}/mcp`, KEY) });
    expect((await call(box, 'add', { a: 2, b: 3 })).text).toBe('5');
    const steps = await outcomesOf(box.call(callOf('steps'), TURN));
    expect(steps).toHaveLength(4);
    await call(box, 'grow');
    await until(() => box.tools.some(({ name }) => name === 'shout'));
    await box.close();
    await until(() => /closed /.test(told()));
  });

  it('is connected again after it was started anew', async () => {
    const { port, child } = await httpServer('--http');
    const box = await opened({ far: address(`http://127.0.0.1:${port}/mcp`, KEY) });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lost = await call(box, 'add', { a: 2, b: 3 });
    expect(lost.isError).toBe(true);
    await httpServer('--http', port);
    await until(() => box.sources[0]?.isConnected === true);
    expect((await call(box, 'add', { a: 2, b: 3 })).text).toBe('5');
  });

  it('that knows only server-sent events is asked that way', async () => {
    const { port } = await httpServer('--sse');
    const box = await opened({ old: address(`http://127.0.0.1:${port}/sse`) });
    expect(box.sources[0]).toMatchObject({ isConnected: true });
    expect((await call(box, 'add', { a: 2, b: 3 })).text).toBe('5');
  });

  it('that refuses or is not there says so, without the key', async () => {
    const { port } = await httpServer('--http');
    const box = await opened({
      closed: address(`http://127.0.0.1:${port}/mcp?secret=abc`, { authorization: 'Bearer wrong-key' }),
      away: address('http://127.0.0.1:9/mcp', KEY),
    });
    const [refused = '', away = ''] = box.sources.map(({ reason }) => reason);
    expect(refused).toMatch(/refused \(401\)\. Check the key/);
    expect(away).toMatch(/does not answer/);
    expect(refused + away).not.toMatch(/abc|wrong-key|let-me-in/);
  });
});
