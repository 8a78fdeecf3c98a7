import { describe, expect, it } from 'vitest';
import { FakeClock, SILENT_LOGGER, TransportError } from '../../../src/runtime/index.js';
import { createToolBox } from '../../../src/tools/index.js';
import type { McpSession, McpSessionEvents, McpTool } from '../../../src/tools/mcp/mcp-session.js';
import type { McpServerSettings } from '../../../src/tools/mcp/mcp-settings.js';
import { callOf, cityTool, resultOf, TURN } from './support.js';

const STANDARD: McpServerSettings = {
  command: 'server',
  args: [],
  env: {},
  cwd: undefined,
  only: undefined,
  dynamic: false,
  timeoutMs: undefined,
  backgroundAfterMs: undefined,
  startTimeoutMs: 60_000,
};

/** A server of which the test says how it behaves. */
class ActedServer {
  tools: McpTool[] = [described('look')];
  opened = 0;
  closed = 0;
  listed = 0;
  answersPing = true;
  refuses: Error | undefined;
  isMute = false;
  instructions: string | undefined;
  lists: (() => Promise<McpTool[]>) | undefined;
  call: McpSession['callTool'] = async (name, args) => ({
    value: `${name} ${JSON.stringify(args)}`,
    isError: false,
    images: [],
  });
  events: McpSessionEvents | undefined;

  readonly open = async (events: McpSessionEvents, signal: AbortSignal): Promise<McpSession> => {
    this.opened += 1;
    this.events = events;
    if (this.refuses !== undefined) throw this.refuses;
    if (this.isMute)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    return {
      instructions: this.instructions,
      listTools: async () => {
        this.listed += 1;
        return this.lists?.() ?? this.tools;
      },
      callTool: (name, args, options) => this.call(name, args, options),
      ping: () => (this.answersPing ? Promise.resolve() : new Promise(() => {})),
      close: async () => {
        this.closed += 1;
      },
    };
  };
}

function described(name: string): McpTool {
  return { name, description: `Does ${name}`, parameters: { type: 'object' } };
}

async function connected(
  servers: Readonly<Record<string, ActedServer>>,
  settings: Partial<McpServerSettings> = {},
  tools = [cityTool(() => 1)],
) {
  const clock = new FakeClock();
  const logged: string[] = [];
  const box = await createToolBox(
    {
      mcp: Object.fromEntries(
        Object.keys(servers).map((name) => [name, { ...STANDARD, ...settings } as McpServerSettings]),
      ),
    },
    {
      clock,
      tools,
      random: () => 0,
      log: {
        ...SILENT_LOGGER,
        warn: (fields, text) => void logged.push(`${text} ${JSON.stringify(fields)}`),
      },
      host: undefined as never,
      openMcpSession: (name, _settings, events, signal) => {
        const acted = servers[name];
        if (acted === undefined) throw new Error(name);
        return acted.open(events, signal);
      },
    },
  );
  await clock.advanceAsync(0);
  return { box, clock, logged };
}

describe('MCP servers', () => {
  it('add their tools, and calls reach them by their own names', async () => {
    const server = new ActedServer();
    const { box, clock } = await connected({ eyes: server });
    expect(box.tools.map(({ name }) => name)).toEqual(['get_weather', 'look']);
    expect(box.sources).toEqual([{ name: 'eyes', isConnected: true, reason: undefined, tools: 1 }]);
    expect((await resultOf(box.call(callOf('look', { at: 'sky' }), TURN))).text).toBe('look {"at":"sky"}');
    await box.close();
    expect([server.closed, clock.pendingCount]).toEqual([1, 0]);
  });

  it('put their name before tools that others have too, whoever answered first', async () => {
    const [first, second] = [new ActedServer(), new ActedServer()];
    first.tools = ['look', 'get_weather', 'only mine'].map(described);
    second.tools = ['look'].map(described);
    const { box } = await connected({ one: first, two: second });
    expect(box.tools.map(({ name }) => name)).toEqual([
      'get_weather',
      'one_look',
      'one_get_weather',
      'only_mine',
      'two_look',
    ]);
    expect((await resultOf(box.call(callOf('two_look'), TURN))).text).toBe('look {}');
    expect((await resultOf(box.call(callOf('only_mine'), TURN))).text).toBe('only mine {}');
    const { text } = await resultOf(box.call(callOf('look'), TURN));
    expect(text).toMatch(/no tool called "look".*one_look|two_look/);
  });

  it('give their instructions once, and only the tools that are wanted', async () => {
    const server = new ActedServer();
    server.instructions = 'Look twice.';
    server.tools = ['look', 'see', 'burn'].map(described);
    const { box, logged } = await connected({ eyes: server }, { only: ['look', 'see', 'sea'] });
    expect(logged).toEqual([expect.stringMatching(/no such tools.*"missing":\["sea"\]/)]);
    const { specs, instructions } = await box.offered([], TURN);
    expect(specs.map(({ name }) => name)).toEqual(['get_weather', 'look', 'see']);
    expect(instructions).toEqual(['## Tools of eyes\nLook twice.']);
  });

  it('take a new list when a server says that it changed, asking once at a time', async () => {
    const server = new ActedServer();
    const { box, clock } = await connected({ eyes: server });
    let changes = 0;
    box.events.on('changed', () => changes++);
    server.tools = ['look', 'see'].map(described);
    for (let time = 0; time < 50; time++) server.events?.onToolsChanged();
    await clock.advanceAsync(0);
    expect(box.tools.map(({ name }) => name)).toEqual(['get_weather', 'look', 'see']);
    expect([server.listed, changes]).toEqual([3, 2]);
  });

  it('connect again after they ended, with longer and longer waits, and tell of it once', async () => {
    const server = new ActedServer();
    const { box, clock, logged } = await connected({ eyes: server });
    server.refuses = new TransportError('BRIDGE_ERR_TOOL_SERVER', 'MCP server eyes: no answer');
    server.events?.onEnded('it ended with code 3');
    await clock.advanceAsync(0);
    expect(box.sources[0]).toMatchObject({ isConnected: false, reason: 'it ended with code 3', tools: 0 });
    const times: number[] = [];
    for (let second = 0; second < 130; second++) {
      const before = server.opened;
      await clock.advanceAsync(1000);
      if (server.opened > before) times.push(clock.nowMs() / 1000);
    }
    expect(times).toEqual([1, 3, 7, 15, 31, 63, 123]);
    expect(logged).toHaveLength(1);
    server.refuses = undefined;
    await clock.advanceAsync(60_000);
    expect(box.sources[0]).toMatchObject({ isConnected: true });
    await box.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('are not offered while they are away, and a call says so to the model', async () => {
    const server = new ActedServer();
    const { box, clock } = await connected({ eyes: server });
    server.events?.onEnded('it ended');
    await clock.advanceAsync(0);
    expect((await box.offered([], TURN)).specs.map(({ name }) => name)).toEqual(['get_weather']);
    expect(await resultOf(box.call(callOf('look'), TURN))).toMatchObject({
      isError: true,
      text: expect.stringMatching(/server eyes of this tool is not connected/),
    });
    await clock.advanceAsync(1000);
    expect((await resultOf(box.call(callOf('look'), TURN))).text).toBe('look {}');
    await box.close();
  });

  it('are given up for now when they do not tell their tools in time', async () => {
    const server = new ActedServer();
    server.isMute = true;
    const { box, clock } = await connected({ eyes: server }, { startTimeoutMs: 5000 });
    let isSettled = false;
    void box.settled().then(() => {
      isSettled = true;
    });
    await clock.advanceAsync(4999);
    expect(isSettled).toBe(false);
    await clock.advanceAsync(1);
    expect(isSettled).toBe(true);
    expect(box.sources[0]?.reason).toMatch(/within 5 s; set startTimeoutMs higher/);
    await box.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('are left and connected anew when they do not answer any more', async () => {
    const server = new ActedServer();
    const { box, clock } = await connected({ eyes: server });
    await clock.advanceAsync(180_000);
    expect([server.opened, server.closed]).toEqual([1, 0]);
    server.answersPing = false;
    await clock.advanceAsync(60_000 + 10_000);
    expect([server.closed, box.sources[0]?.reason]).toEqual([1, 'it does not answer any more']);
    server.answersPing = true;
    await clock.advanceAsync(1000);
    expect([server.opened, box.sources[0]?.isConnected]).toEqual([2, true]);
    await box.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('are connected anew after a call that broke the connection, and the model is told', async () => {
    const server = new ActedServer();
    server.call = async () => {
      throw new TransportError('BRIDGE_ERR_TOOL_SERVER', 'MCP server eyes: fetch failed');
    };
    const { box, clock } = await connected({ eyes: server });
    expect(await resultOf(box.call(callOf('look'), TURN))).toMatchObject({
      isError: true,
      text: 'The tool failed: MCP server eyes: fetch failed',
    });
    await clock.advanceAsync(1000);
    expect(server.opened).toBe(2);
    await box.close();
  });

  it('that hear nothing of an old connection any more', async () => {
    const server = new ActedServer();
    const { box, clock } = await connected({ eyes: server });
    const old = server.events;
    old?.onEnded('it ended');
    await clock.advanceAsync(1000);
    old?.onEnded('again');
    old?.onToolsChanged();
    await clock.advanceAsync(0);
    expect([server.opened, server.listed, box.sources[0]?.isConnected]).toEqual([2, 2, true]);
    await box.close();
  });

  it('wait longer each time they end at once, and start over after they held', async () => {
    const server = new ActedServer();
    const { box, clock } = await connected({ eyes: server });
    const waits: number[] = [];
    for (const heldMs of [0, 0, 0, 30_000, 0]) {
      await clock.advanceAsync(heldMs);
      const [before, endedMs] = [server.opened, clock.nowMs()];
      server.events?.onEnded('it ended');
      while (server.opened === before) await clock.advanceAsync(1000);
      waits.push(clock.nowMs() - endedMs);
    }
    expect(waits).toEqual([1000, 2000, 4000, 1000, 2000]);
    await box.close();
  });

  it('do not take a list that an old connection told late', async () => {
    const server = new ActedServer();
    const { box, clock } = await connected({ eyes: server });
    let tell: (tools: McpTool[]) => void = () => {};
    server.lists = () =>
      new Promise((resolve) => {
        tell = resolve;
      });
    server.events?.onToolsChanged();
    await clock.advanceAsync(0);
    const tellLate = tell;
    server.lists = undefined;
    server.events?.onEnded('it ended');
    await clock.advanceAsync(1000);
    tellLate([described('old')]);
    await clock.advanceAsync(0);
    expect(box.tools.map(({ name }) => name)).toEqual(['get_weather', 'look']);
    await box.close();
  });

  it('check patterns of arguments themselves, since one of theirs could hold us up', async () => {
    const server = new ActedServer();
    const text = { type: 'string', pattern: '^(a+)+$' };
    const properties = { text, pattern: { type: 'number' } };
    server.tools = [
      { ...described('look'), parameters: { type: 'object', properties, required: ['pattern'] } },
    ];
    const { box } = await connected({ eyes: server });
    const args = { text: `${'a'.repeat(60)}!`, pattern: 1 };
    expect((await resultOf(box.call(callOf('look', args), TURN))).text).toBe(`look ${JSON.stringify(args)}`);
    expect((await resultOf(box.call(callOf('look', { pattern: 'x' }), TURN))).text).toMatch(
      /pattern: Invalid input/,
    );
    expect((await box.offered([], TURN)).specs[1]?.parameters['properties']).toEqual(properties);
    await box.close();
  });

  it('stream progress, the newest when nobody looks', async () => {
    const server = new ActedServer();
    server.call = async (_name, _args, { onProgress }) => {
      for (let step = 0; step < 100; step++) onProgress(step);
      return { value: 'done', isError: false, images: [] };
    };
    const { box } = await connected({ eyes: server });
    const seen: unknown[] = [];
    for await (const outcome of box.call(callOf('look'), TURN)) seen.push(outcome.value);
    expect(seen).toEqual([...Array.from({ length: 32 }, (_, step) => 68 + step), 'done']);
    await box.close();
  });

  it('end a connection that came too late', async () => {
    const server = new ActedServer();
    let connect: () => void = () => {};
    const open = server.open;
    const late = Object.assign(server, {
      open: async (...call: Parameters<typeof open>) => {
        await new Promise<void>((resolve) => {
          connect = resolve;
        });
        return open(...call);
      },
    });
    const { box, clock } = await connected({ eyes: late }, { startTimeoutMs: 1000 });
    await clock.advanceAsync(1000);
    expect(box.sources[0]?.isConnected).toBe(false);
    connect();
    await clock.advanceAsync(0);
    expect([server.opened, server.closed]).toEqual([1, 1]);
    await box.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('that miss a variable are not tried', async () => {
    const server = new ActedServer();
    const { box, clock, logged } = await connected(
      { eyes: server },
      { missing: 'set TOKEN in the environment' },
    );
    await box.settled();
    await clock.advanceAsync(100_000);
    expect([server.opened, logged.length, box.sources[0]]).toEqual([
      0,
      1,
      { name: 'eyes', isConnected: false, reason: 'set TOKEN in the environment', tools: 0 },
    ]);
    await box.close();
    expect(clock.pendingCount).toBe(0);
  });

  it.each(['connecting', 'waiting'])('end at once when closed while %s', async (when) => {
    const server = new ActedServer();
    if (when === 'connecting') server.isMute = true;
    else server.refuses = new Error('no');
    const { box, clock } = await connected({ eyes: server });
    await box.close();
    await box.close();
    await box.settled();
    await clock.advanceAsync(100_000);
    expect([server.opened, clock.pendingCount]).toEqual([1, 0]);
  });
});
