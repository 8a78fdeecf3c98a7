import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../src/runtime/index.js';
import { type LongTermMemory, openMemory } from '../../../src/tools/index.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}

/** A service that keeps what it is given and answers with it, by the paths and fields of ChatMemory. */
async function served(redirectTo?: string): Promise<{ memory: LongTermMemory; kept: Map<string, string[]> }> {
  const kept = new Map<string, string[]>();
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    if (redirectTo !== undefined) {
      response.writeHead(307, { location: redirectTo }).end();
      return;
    }
    const text = await textOf(request);
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    let answer: unknown = { status: 'ok' };
    if (request.method === 'POST' && url.pathname === '/history') {
      const said = (body['messages'] as { content: string }[]).map(({ content }) => content);
      kept.set(String(body['user_id']), [...(kept.get(String(body['user_id'])) ?? []), ...said]);
    } else if (request.method === 'POST' && url.pathname === '/search') {
      answer = {
        result: { answer: (kept.get(String(body['user_id'])) ?? []).join(' / '), retrieved_data: null },
      };
    } else if (request.method === 'DELETE') kept.delete(url.searchParams.get('user_id') ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const options = {
    type: 'chatmemory',
    url: `http://127.0.0.1:${port}`,
    headers: { 'x-key': 'secret' },
  } as const;
  return { memory: openMemory(options, { clock: new SystemClock(), folder: '' }), kept };
}

describe('ChatMemory over HTTP', () => {
  it('is given turns before it is closed', async () => {
    const { memory, kept } = await served();
    memory.remember({ user: 'あん', session: 's1', userText: '犬はポチ', reply: 'そうですか' });
    await memory.close();
    expect([...kept]).toEqual([['あん', ['犬はポチ', 'そうですか']]]);
  });

  it('answers a search and forgets a user', async () => {
    const { memory, kept } = await served();
    kept.set('ann & co', ['likes soba']);
    expect(await memory.search('ann & co', 'food')).toEqual([{ text: 'likes soba', at: undefined }]);
    await memory.forget('ann & co');
    expect(await memory.search('ann & co', 'food')).toEqual([]);
    await memory.close();
  });

  it('is not followed elsewhere with our headers', async () => {
    const { memory } = await served('http://127.0.0.1:9/');
    await expect(memory.search('ann', 'x')).rejects.toMatchObject({ code: 'BRIDGE_ERR_MEMORY' });
    await memory.close();
  });
});
