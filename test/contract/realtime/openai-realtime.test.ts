import { afterEach, describe, expect, it } from 'vitest';
import { openRealtime, type RealtimePart, type RealtimeSession } from '../../../src/realtime/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import { listen, RealtimeServer, ramp } from '../../support/realtime-server.js';

const KEY = 'sk-right-key-123';

/** The same server as in the unit tests, behind a real WebSocket on loopback. */
describe('openai-realtime over a real WebSocket', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function connected(server: RealtimeServer, apiKey = KEY): Promise<RealtimeSession> {
    const door = await listen(server, KEY);
    closing.push(door.close);
    const model = await openRealtime(
      { engines: { rt: { type: 'openai-realtime', apiKey, baseUrl: door.baseUrl } } },
      { clock: new SystemClock(), env: {} },
    );
    closing.push(() => model.close());
    return model.connect({ instructions: 'You are Gene.' });
  }

  async function* second(): AsyncGenerator<Uint8Array> {
    for (let frame = 0; frame < 50; frame++) yield new Uint8Array(640).fill(frame);
  }

  async function all(parts: AsyncIterable<RealtimePart>): Promise<readonly RealtimePart[]> {
    const read: RealtimePart[] = [];
    for await (const part of parts) read.push(part);
    return read;
  }

  it('carries a spoken turn both ways', async () => {
    const server = new RealtimeServer();
    server.answers = [{ says: [{ soundMs: 700 }, { text: 'Hello.' }], userText: 'Good day' }];
    const session = await connected(server);
    const turn = session.turn({ sound: second() });
    const parts = await all(turn.parts);
    const pcm = Buffer.concat(parts.flatMap((part) => (part.type === 'sound' ? [part.pcm] : [])));
    expect(pcm).toEqual(ramp(700));
    expect(await turn.userText).toBe('Good day');
    expect(server.last.items[0]?.item).toEqual({ soundMs: 1000 });
    expect(server.opened[0]?.url.href).toBe('ws://server/v1/realtime?model=gpt-realtime');
  });

  it('cuts an interrupted answer to what was heard', async () => {
    const server = new RealtimeServer();
    server.answers = [{ says: [{ soundMs: 2000 }, 'wait', { soundMs: 2000 }] }, { says: [{ text: 'Yes?' }] }];
    const session = await connected(server);
    const turn = session.turn({ text: 'Tell me a story' });
    let heardMs = 0;
    for await (const part of turn.parts) {
      if (part.type === 'sound') heardMs += part.pcm.byteLength / 48;
      if (heardMs >= 2000) await turn.truncate(777);
    }
    await all(session.turn({ text: 'Stop' }).parts);
    expect(server.last.items[1]?.soundMs).toBe(777);
  });

  it('tells that the key was refused, without the key', async () => {
    const server = new RealtimeServer();
    const error = await connected(server, 'sk-wrong-key-456').then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_LLM_KEY', retryable: false, status: 401 });
    expect(error?.message).not.toMatch(/wrong-key|wro\*/);
  });

  it('says a turn once more when the connection breaks before the answer', async () => {
    const server = new RealtimeServer();
    server.answers = [{ says: ['drop'] }, { says: [{ text: 'Here.' }] }];
    const session = await connected(server);
    const parts = await all(session.turn({ sound: second() }).parts);
    expect(parts).toContainEqual({ type: 'text', text: 'Here.' });
    expect(server.sessions).toHaveLength(2);
  });

  it('tells a connection that breaks in the middle, and goes on', async () => {
    const server = new RealtimeServer();
    server.answers = [{ says: [{ soundMs: 100 }, 'drop'] }, { says: [{ text: 'Here.' }] }];
    const session = await connected(server);
    await expect(all(session.turn({ text: 'One' }).parts)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LLM_TRUNCATED',
    });
    expect(await all(session.turn({ text: 'Two' }).parts)).toContainEqual({ type: 'text', text: 'Here.' });
  });
});
