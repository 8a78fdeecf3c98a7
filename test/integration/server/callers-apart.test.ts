import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { RecordingModel } from '../../support/server/recording-model.js';
import { startWholeServer, type WholeServer } from '../../support/server/whole-server.js';
import { type Answer, ask } from './ask.js';

type Headers = Readonly<Record<string, string>>;

/** A way to say something under an id that the client chooses. */
interface Protocol {
  readonly name: string;
  /** Only with a key. */
  readonly needsKey?: true;
  /** @returns what was answered, whole. */
  say(id: string, text: string, headers: Headers): Promise<string>;
  /** What the server calls the conversation, for whoever may know it. @default the id of the client */
  idOf?(answer: string): string;
}

const SECRET = 'the number is 4711';

describe('An id that a client chose names a conversation of this caller only', () => {
  let model: RecordingModel;
  let server: WholeServer;
  let count = 0;
  beforeAll(async () => {
    model = await RecordingModel.start();
    server = await startWholeServer({
      config: { llmEngines: { mine: { type: 'openai', baseUrl: model.baseUrl, model: 'm' } } },
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await model.close();
  });

  async function post(path: string, body: object, headers: Headers): Promise<Answer> {
    const answer = await ask(server.origin, path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: Buffer.from(JSON.stringify(body)),
    });
    expect(`${path} ${answer.status} ${answer.status < 300 ? '' : answer.text}`).toMatch(/ 20[01] $/);
    return answer;
  }

  /** All that comes until `isOver`. */
  async function talk(
    path: string,
    headers: Headers,
    say: (socket: WebSocket) => void,
    isOver: (frame: Buffer) => boolean,
  ): Promise<string> {
    const socket = new WebSocket(`${server.origin.replace('http', 'ws')}${path}`, {
      headers: { origin: server.origin, ...headers },
    });
    let all = '';
    const over = new Promise<void>((resolve, reject) => {
      socket.on('message', (data: Buffer) => {
        all += data.toString('utf8');
        if (isOver(data)) resolve();
      });
      socket.on('error', reject);
      socket.on('close', () => reject(new Error(`Closed: ${all}`)));
    });
    await once(socket, 'open');
    say(socket);
    await over;
    const closed = once(socket, 'close');
    socket.close();
    await closed;
    return all;
  }

  const frame = (type: number, text: string): Buffer =>
    Buffer.concat([Buffer.from([type]), Buffer.from(text)]);
  const TEXT_END = 0x12;
  const typeOf = (data: Buffer): unknown => (JSON.parse(data.toString('utf8')) as { type?: unknown }).type;

  const PROTOCOLS: readonly Protocol[] = [
    {
      name: 'id of POST /api/message',
      say: async (id, message, headers) => (await post('/api/message', { id, message }, headers)).text,
    },
    {
      name: 'SetClientID of the popup chat’s WebSocket',
      say: (id, text, headers) =>
        talk(
          '/popup/ws',
          headers,
          (socket) => {
            socket.send(frame(0x01, id));
            socket.send(frame(0x02, text));
          },
          ([type]) => type === TEXT_END,
        ),
    },
    {
      name: 'session_id and user_id of POST /chat',
      say: async (id, text, headers) =>
        (await post('/chat', { type: 'invoke', session_id: id, user_id: id, text }, headers)).text,
    },
    {
      name: 'context_id of POST /chat',
      say: async (id, text, headers) => {
        const session = { session_id: `of its own ${count++}`, user_id: 'same' };
        const context = id.startsWith('new') ? {} : { context_id: id };
        return (await post('/chat', { type: 'invoke', ...session, ...context, text }, headers)).text;
      },
      idOf: (answer) => /"context_id":\s*"([^"]+)"/.exec(answer)?.[1] ?? '',
    },
    {
      name: 'session_id and user_id of WebSocket /ws',
      say: (id, text, headers) =>
        talk(
          '/ws',
          headers,
          (socket) => {
            const ids = { session_id: id, user_id: id };
            socket.send(JSON.stringify({ type: 'start', ...ids }));
            socket.send(JSON.stringify({ type: 'invoke', ...ids, text }));
          },
          (data) => typeOf(data) === 'final',
        ),
    },
    {
      name: 'conversation_id of POST /chat-messages',
      needsKey: true,
      say: async (id, query, headers) => {
        const conversation = id.startsWith('new') ? {} : { conversation_id: id };
        return (await post('/chat-messages', { query, user: 'same', ...conversation }, headers)).text;
      },
      idOf: (answer) => /"conversation_id":\s*"([^"]+)"/.exec(answer)?.[1] ?? '',
    },
    {
      name: 'name of a session of our own protocol',
      say: async (id, text, headers) => {
        const { json } = await post('/api/v1/sessions', { name: id }, headers);
        return (await post(`/api/v1/sessions/${String(json['session'])}/ask`, { text }, headers)).text;
      },
    },
  ];

  function keys(): [Headers, Headers] {
    const { ann, bob } = server.keys;
    return [{ authorization: `Bearer ${ann}` }, { authorization: `Bearer ${bob}` }];
  }

  async function visitor(): Promise<Headers> {
    const { headers } = await ask(server.origin, '/api/popup', { headers: { origin: server.origin } });
    const cookie = String(headers['set-cookie']);
    expect(cookie).toMatch(/HttpOnly/);
    return { cookie: cookie.split(';')[0] ?? '' };
  }

  async function expectApart({ say, idOf }: Protocol, one: Headers, other: Headers): Promise<void> {
    const told = await say(`new ${count++}`, SECRET, one);
    const chosen = `new ${count - 1}`;
    const id = idOf?.(told) ?? chosen;
    expect(id).not.toBe('');
    // That the same caller goes on with it: else nothing would be shown by what follows.
    await say(id, 'again', one);
    expect(model.sent.at(-1)).toContain('again');
    expect(model.sent.at(-1)).toContain(SECRET);
    const answer = await say(id, 'hello', other);
    expect(model.sent.at(-1)).toContain('hello');
    expect(model.sent.at(-1)).not.toContain(SECRET);
    expect(answer).not.toContain(SECRET);
    // Nor was anything put into the conversation of the first.
    await say(id, 'once more', one);
    expect(model.sent.at(-1)).toContain(SECRET);
    expect(model.sent.at(-1)).not.toContain('hello');
  }

  it.each(PROTOCOLS)('W-t6: $name, of two keys', async (protocol) => {
    await expectApart(protocol, ...keys());
  });

  it.each(PROTOCOLS.filter(({ needsKey }) => needsKey !== true))(
    'W-t6: $name, of two visitors',
    async (protocol) => {
      await expectApart(protocol, await visitor(), await visitor());
    },
  );

  it.each(PROTOCOLS.filter(({ needsKey }) => needsKey !== true))(
    'W-t6: $name, of a visitor and a key',
    async (protocol) => {
      const [key] = keys();
      await expectApart(protocol, key, await visitor());
    },
  );

  it('and nothing at all with POST /v1/chat/completions, where the client sends all of it', async () => {
    const [one, other] = keys();
    const asked = (content: string) => ({ model: 'm', user: 'same', messages: [{ role: 'user', content }] });
    await post('/v1/chat/completions', asked(SECRET), one);
    for (const caller of [one, other]) {
      await post('/v1/chat/completions', asked('hello'), caller);
      expect(model.sent.at(-1)).toContain('hello');
      expect(model.sent.at(-1)).not.toContain(SECRET);
    }
  });

  it('G13: two tabs of one visitor have each its own conversation', async () => {
    const headers = await visitor();
    const open = async (name: string): Promise<string> =>
      String((await post('/api/v1/sessions', { name, voice: { to: 'client' } }, headers)).json['session']);
    const [one, other] = [await open('tab one'), await open('tab two')];
    expect(one).not.toBe(other);
    await post(`/api/v1/sessions/${one}/ask`, { text: SECRET }, headers);
    await post(`/api/v1/sessions/${other}/ask`, { text: 'hello' }, headers);
    expect(model.sent.at(-1)).not.toContain(SECRET);
    const { json } = await ask(server.origin, `/api/v1/sessions/${other}/messages`, { headers });
    expect(JSON.stringify(json)).toContain('hello');
    expect(JSON.stringify(json)).not.toContain(SECRET);
  });
});
