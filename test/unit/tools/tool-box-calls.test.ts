import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FinishedTask, type ToolOutcome, tool } from '../../../src/tools/index.js';
import { boxOf, callOf, cityTool, outcomesOf, resultOf, TURN } from './support.js';

const CITY = { city: 'Nagoya' };
const never = (): Promise<never> => new Promise(() => {});

describe('ToolBox call', () => {
  it('gives the tool its arguments and the turn it belongs to, and the model its value as JSON', async () => {
    const seen: unknown[] = [];
    const { box } = boxOf([
      cityTool((args, { metadata }) => {
        seen.push(args, metadata.user);
        return { weather: '晴れ', temperature: 23.4 };
      }),
    ]);
    const result = await resultOf(box.call(callOf('get_weather', CITY), TURN));
    expect(seen).toEqual([CITY, 'ann']);
    expect(result).toMatchObject({
      isError: false,
      text: '{"weather":"晴れ","temperature":23.4}',
      images: [],
    });
  });

  it('names the nearest tools when there is none of this name', async () => {
    const { box } = boxOf([cityTool(() => 1), cityTool(() => 1, { name: 'get_weathers' })]);
    const result = await resultOf(box.call(callOf('getWeather'), TURN));
    expect(result.isError).toBe(true);
    expect(result.text).toBe(
      'There is no tool called "getWeather". Did you mean get_weather or get_weathers?',
    );
  });

  it.each([
    ['not JSON', '{"city": "Nago', /not JSON .*JSON Schema/],
    ['a list', '["Nagoya"]', /a list, not an object/],
    ['a wrong type', '{"city": 5}', /city: Invalid input: expected string, received number/],
    ['too little', '', /city: Invalid input/],
    ['too long', `{"city": "${'x'.repeat(200_001)}"}`, /longer than 200000/],
  ])(
    'tells the model what is wrong with arguments that are %s, and does not run the tool',
    async (_, json, expected) => {
      let runs = 0;
      const { box } = boxOf([cityTool(() => runs++)]);
      const result = await resultOf(box.call(callOf('get_weather', json), TURN));
      expect(result.isError).toBe(true);
      expect(result.text).toMatch(expected);
      expect(result.text.length).toBeLessThan(2500);
      expect(runs).toBe(0);
    },
  );

  it('takes null and an empty text as no arguments', async () => {
    const { box } = boxOf([
      { name: 'now', description: '', parameters: { type: 'object' }, run: (args) => args },
    ]);
    for (const json of ['', ' ', 'null', '{}'])
      expect((await resultOf(box.call(callOf('now', json), TURN))).text).toBe('{}');
  });

  it('asks for what a schema requires even where the schema holds what cannot be checked here', async () => {
    const odd = { type: 'object', required: ['city'], not: { required: ['town'] } };
    const { box } = boxOf([cityTool(() => 'ran', { parameters: odd })]);
    expect((await resultOf(box.call(callOf('get_weather', {}), TURN))).text).toMatch(/Missing: city/);
    expect((await resultOf(box.call(callOf('get_weather', CITY), TURN))).text).toBe('ran');
  });

  it('tells what a tool threw in one line without its stack', async () => {
    const { box } = boxOf([
      cityTool(() => {
        throw new Error('The station is closed.\nsecond line');
      }),
    ]);
    const result = await resultOf(box.call(callOf('get_weather', CITY), TURN));
    expect(result).toMatchObject({ isError: true, text: 'The tool failed: The station is closed.' });
  });

  it('ends a tool that takes too long, even one that hears no signal', async () => {
    const signals: AbortSignal[] = [];
    const slow = cityTool(
      (_, { signal }) => {
        signals.push(signal);
        return never();
      },
      { timeoutMs: 5000 },
    );
    const { box, clock } = boxOf([slow]);
    const result = resultOf(box.call(callOf('get_weather', CITY), TURN));
    await clock.advanceAsync(4999);
    expect(signals[0]?.aborted).toBe(false);
    await clock.advanceAsync(1);
    expect(await result).toMatchObject({
      isError: true,
      text: 'The tool took too long and was ended after 5 s.',
    });
    expect(signals[0]?.aborted).toBe(true);
    expect(clock.pendingCount).toBe(0);
  });

  it('throws the reason of the signal when the turn is interrupted, and tells the tool', async () => {
    const turn = new AbortController();
    const signals: AbortSignal[] = [];
    const { box, clock } = boxOf([
      cityTool((_, { signal }) => {
        signals.push(signal);
        return never();
      }),
    ]);
    const result = resultOf(box.call(callOf('get_weather', CITY), TURN, turn.signal));
    await clock.advanceAsync(10);
    turn.abort(new DOMException('the user spoke', 'AbortError'));
    await expect(result).rejects.toThrow('the user spoke');
    expect(signals[0]?.aborted).toBe(true);
    expect(clock.pendingCount).toBe(0);
    await expect(resultOf(box.call(callOf('get_weather', CITY), TURN, turn.signal))).rejects.toThrow(
      'the user spoke',
    );
    expect(signals).toHaveLength(1);
  });

  it('does not fire the signal of a tool that ended by itself', async () => {
    const signals: AbortSignal[] = [];
    const { box } = boxOf([cityTool((_, { signal }) => void signals.push(signal))]);
    const result = await resultOf(box.call(callOf('get_weather', CITY), TURN));
    expect(result.text).toBe('Done. The tool gave no result.');
    expect(signals[0]?.aborted).toBe(false);
  });

  it('streams progress before the result', async () => {
    const { box, clock } = boxOf([
      cityTool(async function* () {
        yield { type: 'progress', value: 'looking' };
        yield { type: 'progress', value: 50 };
        yield { type: 'result', value: 'sunny', images: ['data:image/png;base64,AA=='] };
      }),
    ]);
    const outcomes = await outcomesOf(box.call(callOf('get_weather', CITY), TURN));
    expect(outcomes).toEqual([
      { type: 'progress', value: 'looking' },
      { type: 'progress', value: 50 },
      {
        type: 'result',
        value: 'sunny',
        text: 'sunny',
        isError: false,
        images: ['data:image/png;base64,AA=='],
      },
    ]);
    await clock.advanceAsync(0);
    expect(clock.pendingCount).toBe(0);
  });

  it.each([
    ['nothing', async function* () {}, 'The tool ended without a result.'],
    [
      'something else',
      async function* () {
        yield 'text' as never;
      },
      "The tool failed: it gave something else than {type: 'progress' | 'result', value}",
    ],
    ['a value that holds itself', () => selfHolding(), /cannot be written as JSON/],
  ])('says so when a tool gives %s', async (_, run, text) => {
    const { box } = boxOf([cityTool(run)]);
    const result = await resultOf(box.call(callOf('get_weather', CITY), TURN));
    expect(result.isError).toBe(true);
    expect(result.text).toMatch(text);
  });

  it('bounds what the model is given', async () => {
    const { box } = boxOf(
      [cityTool(() => ({ rows: Array.from({ length: 1e5 }, (_, row) => ({ row, text: '晴れ😀' })) }))],
      {
        options: { maxResultChars: 1000 },
      },
    );
    const { text } = await resultOf(box.call(callOf('get_weather', CITY), TURN));
    expect(text.length).toBeLessThan(1100);
    expect(text).toMatch(/cut: /);
  });

  it('runs several calls at once and gives outcomes as they come', async () => {
    const { box, clock } = boxOf([
      cityTool(async (args) => {
        await new Promise<void>((resolve) => void clock.after(args['city'] === 'slow' ? 200 : 100, resolve));
        return args['city'];
      }),
    ]);
    const order: string[] = [];
    const all = (async () => {
      const calls = ['slow', 'fast'].map((city) => ({ ...callOf('get_weather', { city }), id: city }));
      for await (const { call, outcome } of box.callAll(calls, TURN)) {
        if (outcome.type === 'result') order.push(`${call.id}=${outcome.text}@${clock.nowMs()}`);
      }
    })();
    await clock.advanceAsync(300);
    await all;
    expect(order).toEqual(['fast=fast@100', 'slow=slow@200']);
  });

  it('refuses more than 16 calls of one message with a result for each', async () => {
    let runs = 0;
    const { box } = boxOf([cityTool(() => ++runs)]);
    const calls = Array.from({ length: 20 }, () => callOf('get_weather', CITY));
    const errors: boolean[] = [];
    for await (const { outcome } of box.callAll(calls, TURN))
      if (outcome.type === 'result') errors.push(outcome.isError);
    expect([runs, errors.length, errors.filter(Boolean).length]).toEqual([16, 20, 4]);
  });

  it('throws the reason of the signal for several as for one, and ends them all', async () => {
    const signals: AbortSignal[] = [];
    const { box, clock } = boxOf([
      cityTool((_, { signal }) => {
        signals.push(signal);
        return never();
      }),
    ]);
    const turn = new AbortController();
    const all = (async () => {
      for await (const _ of box.callAll(
        [callOf('get_weather', CITY), callOf('get_weather', CITY)],
        TURN,
        turn.signal,
      ));
    })();
    await clock.advanceAsync(10);
    turn.abort(new Error('interrupted'));
    await expect(all).rejects.toThrow('interrupted');
    expect([signals.map(({ aborted }) => aborted), clock.pendingCount]).toEqual([[true, true], 0]);
  });

  it('ends the other calls when who asked stops listening', async () => {
    const signals: AbortSignal[] = [];
    const { box, clock } = boxOf([
      cityTool((args, { signal }) => {
        signals.push(signal);
        return args['city'] === 'fast' ? 1 : never();
      }),
    ]);
    const calls = ['slow', 'fast'].map((city) => callOf('get_weather', { city }));
    for await (const _ of box.callAll(calls, TURN)) break;
    await clock.advanceAsync(0);
    expect(signals[0]?.aborted).toBe(true);
    expect(clock.pendingCount).toBe(0);
  });
});

describe('ToolBox closed', () => {
  it('ends what runs with a result, and runs nothing any more', async () => {
    const { box, clock } = boxOf([cityTool(never)]);
    const running = resultOf(box.call(callOf('get_weather', CITY), TURN));
    await clock.advanceAsync(10);
    await box.close();
    expect(await running).toMatchObject({ isError: true, text: 'The tool was ended.' });
    expect((await resultOf(box.call(callOf('get_weather', CITY), TURN))).isError).toBe(true);
    expect(clock.pendingCount).toBe(0);
  });
});

describe('ToolBox with tools of every mood', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 3000 }) }),
    fc.record({ do: fc.constantFrom('progress', 'result', 'throw', 'hang', 'nonsense') }),
  );
  const scene = fc.record({
    steps: fc.array(step, { maxLength: 6 }),
    abortAtMs: fc.option(fc.integer({ min: 0, max: 6000 }), { nil: undefined }),
    backgroundAfterMs: fc.option(fc.integer({ min: 0, max: 4000 }), { nil: undefined }),
    isGenerator: fc.boolean(),
  });

  it('ends every call once: with one result, or with the reason of the turn', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ steps, abortAtMs, backgroundAfterMs, isGenerator }) => {
        const { box, clock } = boxOf([]);
        const acted = async function* (): AsyncGenerator<ToolOutcome> {
          for (const each of steps) {
            if (each.do === 'wait' && 'ms' in each)
              await new Promise<void>((resolve) => void clock.after(each.ms, resolve));
            else if (each.do === 'progress') yield { type: 'progress', value: 1 };
            else if (each.do === 'result') yield { type: 'result', value: 'ok' };
            else if (each.do === 'throw') throw new Error('thrown');
            else if (each.do === 'nonsense') yield 5 as never;
            else await never();
          }
        };
        const plain = async (): Promise<unknown> => {
          for await (const outcome of acted()) if (outcome.type === 'result') return outcome.value;
          return undefined;
        };
        const background = backgroundAfterMs === undefined ? {} : { backgroundAfterMs };
        box.add(cityTool(isGenerator ? acted : plain, { timeoutMs: 5000, ...background }));
        let finished = 0;
        box.events.on('finished', () => finished++);
        const turn = new AbortController();
        const reason = new Error('interrupted');
        if (abortAtMs !== undefined) clock.after(abortAtMs, () => turn.abort(reason));
        let results = 0;
        let owed = false;
        const call = (async () => {
          for await (const outcome of box.call(callOf('get_weather', CITY), TURN, turn.signal)) {
            if (outcome.type !== 'result') continue;
            results += 1;
            owed = outcome.taskId !== undefined;
          }
        })();
        const end = call.then(
          () => 'result',
          (error: unknown) => error,
        );
        await clock.advanceAsync(30_000);
        expect(await end).toBe(results === 1 ? 'result' : reason);
        expect(results).toBeLessThanOrEqual(1);
        if (owed) expect(finished).toBe(1);
        expect(finished).toBeLessThanOrEqual(1);
        expect(clock.pendingCount).toBe(0);
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});

describe('ToolBox in the background', () => {
  const work = (clock: { after(ms: number, run: () => void): unknown }, ms: number) => () =>
    new Promise<string>((resolve) => void clock.after(ms, () => resolve('found it')));

  it('tells the model that the tool runs on, and gives the result later', async () => {
    const { box, clock } = boxOf([]);
    box.add(cityTool(work(clock, 60_000), { backgroundAfterMs: 2000 }));
    const finished: FinishedTask[] = [];
    box.events.on('finished', (task) => finished.push(task));
    const turn = new AbortController();
    const first = resultOf(box.call(callOf('get_weather', CITY), TURN, turn.signal));
    await clock.advanceAsync(2000);
    expect(await first).toMatchObject({
      isError: false,
      taskId: 'task-1',
      text: expect.stringMatching(/^Still running/),
    });
    turn.abort();
    await clock.advanceAsync(58_000);
    expect(finished).toMatchObject([
      {
        taskId: 'task-1',
        metadata: TURN,
        call: { name: 'get_weather' },
        result: { text: 'found it', isError: false },
      },
    ]);
    expect(clock.pendingCount).toBe(0);
  });

  it('gives a fast result at once', async () => {
    const { box, clock } = boxOf([]);
    box.add(cityTool(work(clock, 1000), { backgroundAfterMs: 2000 }));
    const first = resultOf(box.call(callOf('get_weather', CITY), TURN));
    await clock.advanceAsync(1000);
    expect(await first).toMatchObject({ text: 'found it' });
    expect(clock.pendingCount).toBe(0);
  });

  it('tells of a failure in the background, and of one that takes too long', async () => {
    const { box, clock } = boxOf([]);
    const fails = () =>
      new Promise((_, reject) => void clock.after(5000, () => reject(new Error('no line'))));
    box.add(cityTool(fails, { name: 'fails', backgroundAfterMs: 0 }));
    box.add(cityTool(never, { name: 'hangs', backgroundAfterMs: 0 }));
    const finished: string[] = [];
    box.events.on('finished', ({ result }) => finished.push(result.text));
    const both = ['fails', 'hangs'].map((name) => resultOf(box.call(callOf(name, CITY), TURN)));
    await clock.advanceAsync(1);
    await Promise.all(both);
    await clock.advanceAsync(600_000);
    expect(finished).toEqual(['The tool failed: no line', 'The tool took too long and was ended.']);
    expect(clock.pendingCount).toBe(0);
  });

  it('gives the second result of a streaming tool as a task of its own, with progress between', async () => {
    const { box, clock } = boxOf([]);
    box.add(
      cityTool(async function* () {
        yield { type: 'result', value: 'started' };
        await work(clock, 1000)();
        yield { type: 'progress', value: 'half' };
        yield { type: 'result', value: 'real' };
      }),
    );
    const seen: unknown[] = [];
    box.events.on('progress', ({ value }) => seen.push(value));
    box.events.on('finished', ({ result }) => seen.push(result.text));
    expect((await resultOf(box.call(callOf('get_weather', CITY), TURN))).text).toBe('started');
    await clock.advanceAsync(1000);
    expect(seen).toEqual(['half', 'real']);
    expect(clock.pendingCount).toBe(0);
  });

  it('ends the tasks of a session without a word', async () => {
    const { box, clock } = boxOf([]);
    box.add(cityTool(work(clock, 5000), { backgroundAfterMs: 0 }));
    const finished: string[] = [];
    box.events.on('finished', ({ metadata }) => finished.push(metadata.session));
    const calls = ['s1', 's2'].map((session) =>
      resultOf(box.call(callOf('get_weather', CITY), { ...TURN, session })),
    );
    await clock.advanceAsync(1);
    await Promise.all(calls);
    box.stopTasks('s1');
    await clock.advanceAsync(5000);
    expect(finished).toEqual(['s2']);
    await box.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('lets no more than 16 run on', async () => {
    const { box, clock } = boxOf([cityTool(never, { backgroundAfterMs: 0 })]);
    const results = Array.from({ length: 18 }, () => resultOf(box.call(callOf('get_weather', CITY), TURN)));
    await clock.advanceAsync(1);
    const all = await Promise.all(results);
    expect(all.filter(({ isError }) => isError).map(({ text }) => text.slice(0, 19))).toEqual(
      Array(2).fill('The tool was ended:'),
    );
    await box.close();
    expect(clock.pendingCount).toBe(0);
  });
});

describe('tool', () => {
  it('tells the model the JSON Schema of a zod object, and gives the tool what zod makes of the arguments', async () => {
    const seen: unknown[] = [];
    const weather = tool({
      name: 'get_weather',
      description: 'Weather',
      parameters: z.object({
        city: z
          .string()
          .describe('Name')
          .transform((city) => city.toUpperCase()),
        days: z.number().int().default(1),
      }),
      run: ({ city, days }) => void seen.push(city, days),
    });
    expect(weather.parameters).toEqual({
      type: 'object',
      properties: {
        city: { type: 'string', description: 'Name' },
        days: { type: 'integer', default: 1, maximum: 9007199254740991, minimum: -9007199254740991 },
      },
      required: ['city'],
    });
    const { box } = boxOf([weather]);
    await resultOf(box.call(callOf('get_weather', { city: 'Kyoto' }), TURN));
    expect(seen).toEqual(['KYOTO', 1]);
  });

  it('holds to what a zod object asks beyond JSON Schema', async () => {
    const { box } = boxOf([
      tool({
        name: 'even',
        description: '',
        parameters: z.object({ n: z.number().refine((n) => n % 2 === 0, 'must be even') }),
        run: () => 'ran',
      }),
    ]);
    expect(await resultOf(box.call(callOf('even', { n: 3 }), TURN))).toMatchObject({
      isError: true,
      text: 'The tool failed: The arguments do not fit. n: must be even.',
    });
  });

  it.each([['has spaces'], [''], ['x'.repeat(65)], ['天気']])('refuses the name %j', (name) => {
    expect(() => tool({ ...cityTool(() => 1), name })).toThrow(/letters, digits/);
  });

  it('refuses parameters that are no object', () => {
    expect(() => tool({ ...cityTool(() => 1), parameters: { type: 'string' } })).toThrow(/type: 'object'/);
  });

  it('refuses a name twice, until the other is removed', () => {
    const { box } = boxOf([cityTool(() => 1)]);
    expect(() => box.add(cityTool(() => 2))).toThrow(/already/);
    expect([box.remove('get_weather'), box.remove('get_weather')]).toEqual([true, false]);
    box.add(cityTool(() => 2));
    expect(box.tools).toHaveLength(1);
  });
});

function selfHolding(): unknown {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}
