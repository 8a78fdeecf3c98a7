import { describe, expect, it } from 'vitest';
import { fitRequest } from '../../../src/llm/around/fit-request.js';
import { FakeClock, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { wordGuards } from '../../../src/tools/guards/word-guard.js';
import { createToolBox } from '../../../src/tools/index.js';
import type { McpTool } from '../../../src/tools/mcp/mcp-session.js';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.js';
import { END, ScriptedModel } from '../../support/llm/scripted-model.js';
import { callOf, cityTool, resultOf, TURN } from './support.js';

/** As vendors take them. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** A tool box with a server that tells `tools` and answers every call with `answer`. */
async function told(tools: readonly Partial<McpTool>[], answer = 'ok', instructions = '') {
  const called: string[] = [];
  const warned: string[] = [];
  const clock = new FakeClock();
  const box = await createToolBox(
    {
      mcp: {
        'My server!': { command: 'x', args: [], env: {}, cwd: undefined, only: undefined, dynamic: false },
      },
    } as never,
    {
      clock,
      tools: [cityTool(() => 'own')],
      random: () => 0,
      log: {
        ...SILENT_LOGGER,
        warn: (fields, text) => void warned.push(`${text} ${JSON.stringify(fields)}`),
      },
      host: undefined as never,
      openMcpSession: async () => ({
        instructions,
        listTools: async () =>
          tools.map((tool) => ({ name: 'look', description: '', parameters: { type: 'object' }, ...tool })),
        callTool: async (name) => {
          called.push(name);
          return { value: answer, isError: false, images: [] };
        },
        ping: async () => {},
        close: async () => {},
      }),
    },
  );
  await clock.advanceAsync(0);
  return { box, called, warned };
}

const model = new ScriptedModel('one', [[END]]);

describe('Tools of a hostile server', () => {
  const nested = (depth: number): Record<string, unknown> => {
    let schema: Record<string, unknown> = { type: 'string' };
    for (let at = 0; at < depth; at++) schema = { type: 'object', properties: { a: schema } };
    return schema;
  };

  it('have names that vendors take, each its own, and calls reach the tool that is meant', async () => {
    const names = [
      ...Object.values(HOSTILE_TEXTS),
      'get_weather',
      'look',
      'look!',
      'look?',
      'ルック',
      '',
      'x'.repeat(100_000),
      `${'x'.repeat(100)}1`,
      `${'x'.repeat(100)}2`,
      '__proto__',
      'constructor',
    ];
    const { box, called } = await told(names.map((name) => ({ name })));
    const given = (await box.offered([], TURN)).specs.map(({ name }) => name);
    expect(given).toHaveLength(names.length + 1);
    expect(new Set(given).size).toBe(given.length);
    for (const name of given) expect(name).toMatch(NAME);
    for (const name of given)
      await resultOf(box.call(callOf(name, name === 'get_weather' ? { city: 'a' } : {}), TURN));
    expect(called).toEqual(names);
    await box.close();
  });

  it.each(Object.entries(HOSTILE_TEXTS))(
    'describe themselves in bounds, of whole letters (%s)',
    async (_, text) => {
      const long = text.repeat(Math.ceil(100_000 / text.length));
      const { box } = await told([{ description: long }], 'ok', long);
      const { specs: tools, instructions } = (await box.offered([], TURN)) as {
        specs: never[];
        instructions?: unknown;
      };
      const sent = fitRequest(
        { name: 'one', model },
        { messages: [{ role: 'user', text: 'a' }], tools },
        () => {},
      );
      expect(JSON.stringify(sent)).not.toMatch(/\\ud[89a-f]/i);
      expect(JSON.stringify(sent.tools).length).toBeLessThan(20_000);
      expect(JSON.stringify(instructions ?? '').length).toBeLessThan(40_000);
      await box.close();
    },
  );

  it.each(Object.entries(HOSTILE_TEXTS))('answer in bounds (%s)', async (_, text) => {
    const { box } = await told([{}], text.repeat(Math.ceil(1_000_000 / text.length)));
    const result = await resultOf(box.call(callOf('look'), TURN));
    expect(result.isError).toBe(false);
    expect(result.text.length).toBeLessThan(100_000);
    await box.close();
  });

  it('with schemas that no request can carry are left out, and told of once', async () => {
    const { box, warned } = await told([
      { name: 'deep', parameters: nested(20_000) },
      { name: 'long', parameters: { type: 'object', description: 'x'.repeat(200_000) } },
      { name: 'wide', parameters: { type: 'object', required: Array.from({ length: 5000 }, String) } },
    ]);
    expect((await box.offered([], TURN)).specs.map(({ name }) => name)).toEqual(['get_weather', 'wide']);
    expect(warned).toEqual([expect.stringMatching(/too long or deep.*"deep","long"/)]);
    await box.close();
  });

  it('are called with arguments nested without end, as far as a program can read them', async () => {
    const { box } = await told(
      [{ parameters: { type: 'object', properties: { a: { $ref: '#' } } } }],
      'seen',
    );
    for (const depth of [100, 5000, 30_000]) {
      const result = await resultOf(
        box.call(callOf('look', `${'{"a":'.repeat(depth)}{}${'}'.repeat(depth)}`), TURN),
      );
      expect(typeof result.text).toBe('string');
    }
    await box.close();
  });

  it.each<[string, Record<string, unknown>]>([
    ['itself', { $ref: '#' }],
    ['itself in a list of all', { type: 'object', allOf: [{ $ref: '#' }] }],
    ['itself in a list of any', { type: 'object', anyOf: [{ $ref: '#' }, { $ref: '#' }] }],
    [
      'two that mean each other',
      {
        type: 'object',
        properties: { a: { $ref: '#/$defs/a' } },
        $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } },
      },
    ],
    ['itself below', { type: 'object', properties: { a: { $ref: '#' } } }],
    ['what is not there', { type: 'object', properties: { a: { $ref: '#/$defs/none' } } }],
    ['another machine', { type: 'object', properties: { a: { $ref: 'https://example.invalid/x.json' } } }],
    ['a file', { type: 'object', properties: { a: { $ref: 'file:///etc/passwd' } } }],
    [
      'a prototype',
      { type: 'object', properties: JSON.parse('{"__proto__":{"type":"string"},"a":{"type":"string"}}') },
    ],
    ['no type', { type: 'nonsense', required: 'a', properties: 7 }],
    ['many levels', nested(40)],
  ])(
    'with a schema that means %s are called or refused, and nothing else is harmed',
    async (_, parameters) => {
      const { box } = await told([{ parameters }, { name: 'see' }], 'seen');
      const args = parameters['properties'] !== undefined && _ !== 'many levels' ? { a: 'x' } : {};
      const result = await resultOf(box.call(callOf('look', args), TURN));
      expect(typeof result.text).toBe('string');
      expect((await resultOf(box.call(callOf('see'), TURN))).text).toBe('seen');
      const { specs: tools } = await box.offered([], TURN);
      const sent = fitRequest({ name: 'one', model }, { messages: [], tools }, () => {});
      expect(() => JSON.stringify(sent)).not.toThrow();
      await box.close();
    },
  );
});

describe('Words of a guard', () => {
  it.each(['(a+)+$', '[a-z', '.*', '\\', 'a|b', '^$', '$&', '{3}', '(?<x>y)', 'C#', '*', '\\p{L}'])(
    'are letters, not an expression: %s',
    async (words) => {
      const [guard] = wordGuards([
        {
          name: 'w',
          on: 'request',
          words: [words],
          pattern: undefined,
          action: 'replace',
          text: '$&-',
          onFault: 'block',
        },
      ]);
      const ask = (text: string) =>
        guard?.check(text, TURN, new AbortController().signal, { part: 'whole', before: '' });
      expect(await ask(`say ${words} now`)).toEqual({ action: 'replace', text: 'say $&- now' });
      expect(await ask(`${'a'.repeat(5000)}!`)).toEqual({ action: 'pass' });
    },
  );
});
