import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/runtime/index.js';
import {
  type LongTermMemory,
  memoryTool,
  openMemory,
  type RememberedTurn,
} from '../../../src/tools/index.js';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.js';
import { boxOf, callOf, resultOf, TURN } from './support.js';

let folder: string;
let clock: FakeClock;
const DAY_MS = 86_400_000;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'memory-')), 'sub');
  clock = new FakeClock();
});
afterEach(async () => rm(join(folder, '..'), { recursive: true }));

function open(maxTurns = 5000): LongTermMemory {
  return openMemory({ type: 'file', maxTurns }, { clock, folder });
}

function turn(userText: string, reply = 'はい', more: Partial<RememberedTurn> = {}): RememberedTurn {
  return { user: 'ann', session: 's1', userText, reply, ...more };
}

async function onlyFile(): Promise<string> {
  const [name = ''] = await readdir(folder);
  return join(folder, name);
}

describe('Memory in files', () => {
  it('finds what the user said by words in Japanese and English, the best first, with its date', async () => {
    const memory = open();
    for (const text of [
      '私の犬の名前はポチです',
      '昨日ラーメンを食べた',
      'My sister lives in Osaka',
      '猫が好きです',
      '仕事は看護師です',
    ])
      memory.remember(turn(text));
    expect((await memory.search('ann', '犬の名前は何？'))[0]).toEqual({
      text: 'User: 私の犬の名前はポチです\nYou: はい',
      at: '2023-11-14T22:13:20.000Z',
    });
    expect((await memory.search('ann', 'where does my sister live?'))[0]?.text).toMatch(/Osaka/);
    expect((await memory.search('ann', '私の仕事'))[0]?.text).toMatch(/看護師/);
    expect(await memory.search('ann', 'xyzzy')).toEqual([]);
    await memory.close();
  });

  it.each(Object.entries(HOSTILE_TEXTS))(
    'is read back as it was said, one line a turn, in bounds (%s)',
    async (_, text) => {
      const memory = open();
      memory.remember(turn(`pineapple ${text}`, text));
      memory.remember(turn('pineapple again'));
      const tool = memoryTool(memory);
      const { box } = boxOf([tool]);
      const { text: given } = await resultOf(box.call(callOf('search_memory', { query: 'pineapple' }), TURN));
      await memory.close();
      // A passage cannot end the list that it stands in: the model reads JSON.
      const passages: { text: string }[] = JSON.parse(given);
      expect(passages).toHaveLength(2);
      const words = `User: pineapple ${text}`.slice(0, 1900);
      expect(passages.some((passage) => passage.text.startsWith(words))).toBe(true);
      expect((await readFile(await onlyFile(), 'utf8')).trimEnd().split('\n')).toHaveLength(2);
      const again = open();
      expect((await again.search('ann', 'pineapple')).map((found) => found.text).sort()).toEqual(
        passages.map((passage) => passage.text).sort(),
      );
      await again.close();
    },
  );

  it('keeps users apart', async () => {
    const memory = open();
    memory.remember(turn('the password of ann'));
    memory.remember(turn('nothing', 'ok', { user: 'bob' }));
    expect(await memory.search('bob', 'password')).toEqual([]);
    expect(await memory.search('../ann', 'password')).toEqual([]);
    expect((await memory.search('ann', 'password')).length).toBe(1);
  });

  it('remembers over a restart, and what another program adds meanwhile', async () => {
    const first = open();
    first.remember(turn('I like penguins'));
    await first.close();
    const [one, two] = [open(), open()];
    expect(await one.search('ann', 'penguin')).toHaveLength(1);
    two.remember(turn('I like penguins and owls'));
    await two.close();
    expect(await one.search('ann', 'penguin')).toHaveLength(2);
  });

  it('leaves out lines that a crash broke, and goes on after one', async () => {
    const memory = open();
    memory.remember(turn('one whale'));
    await memory.close();
    await appendFile(await onlyFile(), 'null\n{"at": 5}\n{"at":"2023-11-1');
    const again = open();
    again.remember(turn('two whales'));
    expect(await again.search('ann', 'whale')).toHaveLength(2);
    await again.close();
    expect(await open().search('ann', 'whale')).toHaveLength(2);
  });

  it('forgets the oldest beyond its limit, in the file as well', async () => {
    const memory = open(10);
    for (let count = 0; count < 25; count++) memory.remember(turn(`fact number${count} about trees`));
    const found = await memory.search('ann', 'trees', { limit: 50 });
    expect(found.length).toBeLessThanOrEqual(11);
    expect(found.some(({ text }) => text.includes('number24'))).toBe(true);
    await memory.close();
    expect((await readFile(await onlyFile(), 'utf8')).split('\n').length).toBeLessThanOrEqual(12);
  });

  it('prefers the younger of two that fit as well', async () => {
    const memory = open();
    memory.remember(turn('my favourite colour is green'));
    await memory.search('ann', 'x');
    clock.advance(90 * DAY_MS);
    memory.remember(turn('my favourite colour is white'));
    expect((await memory.search('ann', 'favourite colour'))[0]?.text).toMatch(/white/);
  });

  it('forgets a session, or a user with the file', async () => {
    const memory = open();
    memory.remember(turn('blue in session one'));
    memory.remember(turn('blue in session two', 'ok', { session: 's2' }));
    await memory.forget('ann', 's1');
    expect((await memory.search('ann', 'blue')).map(({ text }) => text)).toEqual([
      'User: blue in session two\nYou: ok',
    ]);
    expect(await readFile(await onlyFile(), 'utf8')).not.toMatch(/session one/);
    await memory.forget('ann');
    expect([await memory.search('ann', 'blue'), await readdir(folder)]).toEqual([[], []]);
  });

  it('is readable by its owner alone and tells no names', async () => {
    const memory = open();
    memory.remember(turn('hello'));
    await memory.close();
    const file = await onlyFile();
    expect([(await stat(file)).mode & 0o777, (await stat(folder)).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(file).not.toMatch(/ann/);
  });

  it('cuts what is long, and leaves out turns without words', async () => {
    const memory = open();
    memory.remember(turn(' '));
    memory.remember(turn('long '.repeat(5000), 'x'.repeat(9000)));
    await memory.close();
    expect((await stat(await onlyFile())).size).toBeLessThan(4200);
  });

  it('does not write just anywhere when there is no place', () => {
    expect(() => openMemory({ type: 'file' }, { clock, folder: '' })).toThrow(
      /tools\.memory\.folder: expected a folder/,
    );
  });

  it('says what is wrong when the place cannot be used', async () => {
    await writeFile(folder, 'a file');
    const memory = open();
    memory.remember(turn('hello'));
    await expect(memory.forget('ann', 's1')).rejects.toMatchObject({
      code: 'BRIDGE_ERR_MEMORY',
      message: expect.stringMatching(/Expected to write .*Check the folder/),
    });
  });
});

describe('search_memory', () => {
  it('searches what the user of the turn said, and gives dates', async () => {
    const memory = open();
    memory.remember(turn('私の犬の名前はポチです'));
    const { box } = boxOf([memoryTool(memory)]);
    expect((await resultOf(box.call(callOf('search_memory', { query: '犬の名前' }), TURN))).text).toBe(
      '[{"date":"2023-11-14","text":"User: 私の犬の名前はポチです\\nYou: はい"}]',
    );
    expect(
      (await resultOf(box.call(callOf('search_memory', { query: '犬の名前' }), { ...TURN, user: 'bob' })))
        .text,
    ).toBe('Nothing was found.');
    expect((await resultOf(box.call(callOf('search_memory', {}), TURN))).isError).toBe(true);
  });

  it('remembers who names no user as the one at this machine', async () => {
    const memory = open();
    memory.remember(turn('my cat is Tama', 'ok', { user: 'local' }));
    const { box } = boxOf([memoryTool(memory)]);
    const { text } = await resultOf(
      box.call(callOf('search_memory', { query: 'cat' }), { ...TURN, user: undefined }),
    );
    expect(text).toMatch(/Tama/);
  });
});

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown> | undefined;
  readonly headers: Headers;
}

/** The service as far as its interface goes. */
class ActedService {
  readonly asked: Asked[] = [];
  answer: () => Response | Promise<Response> = () => Response.json({ status: 'ok' });

  readonly fetch = (async (url: string, init: RequestInit = {}) => {
    const { pathname, search } = new URL(url);
    const body =
      typeof init.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : undefined;
    this.asked.push({
      method: init.method ?? 'GET',
      path: pathname + search,
      body,
      headers: new Headers(init.headers),
    });
    const { signal } = init;
    return await new Promise<Response>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
      Promise.resolve().then(this.answer).then(resolve, reject);
    });
  }) as typeof globalThis.fetch;
}

describe('ChatMemory', () => {
  const service = (): { service: ActedService; memory: LongTermMemory } => {
    const acted = new ActedService();
    const options = {
      type: 'chatmemory',
      url: 'http://memory.test/api/',
      headers: { 'x-key': 'k' },
    } as const;
    return { service: acted, memory: openMemory(options, { clock, folder, fetch: acted.fetch }) };
  };

  it('is given each turn as two messages of its session', async () => {
    const { service: acted, memory } = service();
    memory.remember(turn('hello', 'hi there'));
    await memory.close();
    expect(acted.asked).toMatchObject([
      {
        method: 'POST',
        path: '/api/history',
        body: {
          user_id: 'ann',
          session_id: 's1',
          channel: 'mmdagent-bridge',
          messages: [
            { role: 'user', content: 'hello', created_at: '2023-11-14T22:13:20.000Z' },
            { role: 'assistant', content: 'hi there', created_at: '2023-11-14T22:13:20.000Z' },
          ],
        },
      },
    ]);
    expect(acted.asked[0]?.headers.get('x-key')).toBe('k');
  });

  it('answers a search in its own words', async () => {
    const { service: acted, memory } = service();
    acted.answer = () => Response.json({ result: { answer: ' Soba. ', retrieved_data: null } });
    expect(await memory.search('ann', 'favourite food?', { limit: 3 })).toEqual([
      { text: 'Soba.', at: undefined },
    ]);
    expect(acted.asked[0]).toMatchObject({
      path: '/api/search',
      body: { user_id: 'ann', query: 'favourite food?', top_k: 3 },
    });
  });

  it('gets turns in order after it was away', async () => {
    const { service: acted, memory } = service();
    acted.answer = () => Promise.reject(new TypeError('fetch failed'));
    memory.remember(turn('one'));
    memory.remember(turn('two'));
    await clock.advanceAsync(900);
    expect(acted.asked).toHaveLength(1);
    acted.answer = () => Response.json({ status: 'ok' });
    await clock.advanceAsync(100);
    const words = acted.asked.map(
      ({ body }) => (body?.['messages'] as { content: string }[] | undefined)?.[0]?.content,
    );
    expect(words).toEqual(['one', 'one', 'two']);
    await memory.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('is not given again what it refused, and holds only so many', async () => {
    const { service: acted, memory } = service();
    acted.answer = () => new Response('no', { status: 422 });
    memory.remember(turn('refused'));
    await clock.advanceAsync(60_000);
    expect(acted.asked).toHaveLength(1);
    acted.answer = () => new Response('', { status: 503 });
    for (let count = 0; count < 150; count++) memory.remember(turn(`turn ${count}`));
    await clock.advanceAsync(500);
    acted.answer = () => Response.json({ status: 'ok' });
    await clock.advanceAsync(60_000);
    // The refused one, the first of the others when it was away, and the hundred that were held.
    expect(acted.asked.length).toBeLessThanOrEqual(103);
    await memory.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('deletes what is of one user or session, and never of everybody', async () => {
    const { service: acted, memory } = service();
    await memory.forget('ann & co', 's1');
    await memory.forget('ann');
    expect(acted.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE /api/history?user_id=ann%20%26%20co&session_id=s1',
      'DELETE /api/summary?user_id=ann%20%26%20co&session_id=s1',
      'DELETE /api/history?user_id=ann',
      'DELETE /api/summary?user_id=ann',
      'DELETE /api/knowledge?user_id=ann',
      'DELETE /api/diary?user_id=ann',
    ]);
    await expect(memory.forget(' ')).rejects.toMatchObject({ code: 'BRIDGE_ERR_MEMORY' });
    await expect(memory.forget('ann', '')).rejects.toMatchObject({ code: 'BRIDGE_ERR_MEMORY' });
    expect(acted.asked).toHaveLength(6);
  });

  it.each([
    [
      'is away',
      () => Promise.reject(new TypeError('fetch failed')),
      /does not answer at memory.test: fetch failed\. Start it/,
    ],
    ['fails', () => new Response('', { status: 500 }), /refused with status 500/],
    ['says something else', () => new Response('<html>'), /Expected JSON/],
    ['says less', () => Response.json({}), /Expected \{result: \{answer\}\}/],
    ['says too much', () => new Response('x'.repeat(1_100_000)), /at most 1048576 bytes/],
    ['is mute', () => new Promise<Response>(() => {}), /within 20 s/],
  ])('that %s is an error of memory', async (_, answer, message) => {
    const { service: acted, memory } = service();
    acted.answer = answer;
    const found = memory.search('ann', 'x');
    found.catch(() => {});
    await clock.advanceAsync(20_000);
    await expect(found).rejects.toMatchObject({
      code: 'BRIDGE_ERR_MEMORY',
      message: expect.stringMatching(message),
    });
    expect(clock.pendingCount).toBe(0);
  });

  it('is left when the turn is interrupted', async () => {
    const { service: acted, memory } = service();
    acted.answer = () => new Promise<Response>(() => {});
    const end = new AbortController();
    const found = memory.search('ann', 'x', { signal: end.signal });
    end.abort(new Error('interrupted'));
    await expect(found).rejects.toThrow('interrupted');
    expect(clock.pendingCount).toBe(0);
  });
});
