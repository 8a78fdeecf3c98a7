import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SystemClock } from '../../../src/runtime/index.js';
import { fixturePath } from '../../support/audio-fixtures.js';
import { type PopupServer, startPopupServer } from '../../support/popup/popup-server.js';
import { type Script, ScriptedSessions } from '../../support/popup/scripted-sessions.js';
import { TutorialClient } from '../../support/popup/tutorial-client.js';

describe('the WebSocket of the popup chat', () => {
  let server: PopupServer;
  let sessions: ScriptedSessions;
  let reply: ((text: string) => Script) | undefined;
  const open: WebSocket[] = [];

  beforeEach(async () => {
    const clock = new SystemClock();
    reply = undefined;
    sessions = new ScriptedSessions({
      clock,
      reply: ({ text }) => reply?.(text) ?? { pieces: [{ text: 'You said: ' }, { text: `${text}.` }] },
      transcribe: () => 'spoken words',
    });
    server = await startPopupServer({ sessions, clock });
  });

  afterEach(async () => {
    for (const socket of open.splice(0)) socket.terminate();
    await server.close();
  });

  async function connect(path = '/popup/ws'): Promise<WebSocket> {
    const socket = new WebSocket(`${server.origin.replace('http', 'ws')}${path}`);
    socket.binaryType = 'arraybuffer';
    open.push(socket);
    await once(socket, 'open');
    return socket;
  }

  it.each(['/popup/ws', '/', ''])('W21 to W27: talks with a client of the tutorial at %j', async (path) => {
    const client = new TutorialClient(await connect(path), 'aB3dE6gH9j');
    await client.until(() => client.isAllGood);
    client.ask('Hello');
    await client.until(() => client.isIdle);
    const sound = readFileSync(fixturePath('speech-opus.opus'));
    for (let at = 0; at < sound.length; at += 4000) client.sendChunk(sound.subarray(at, at + 4000));
    client.endRecording();
    await client.until(() => client.isIdle);
    expect(client.bubbles).toEqual(['You said: Hello.', 'You said: spoken words.']);
    expect(client.logged).toEqual([]);
  });

  it('W30: shows the next answer in its own bubble after one that failed', async () => {
    reply = (text) =>
      text === 'fail'
        ? { pieces: [], failure: { code: 'BRIDGE_ERR_LLM_FAILED', message: '' } }
        : { pieces: [{ text }] };
    const client = new TutorialClient(await connect(), 'abc');
    await client.until(() => client.isAllGood);
    client.ask('fail');
    await client.until(() => client.isIdle);
    client.ask('works');
    await client.until(() => client.isIdle);
    expect(client.bubbles).toEqual(['', 'works']);
    expect(client.logged).toEqual([
      'Unhandled error received from server: The message could not be answered',
    ]);
  });

  it('W-t7: keeps answers apart for a client that asks three at once', async () => {
    reply = (text) => ({ gapMs: 5, pieces: [{ text: `${text}1` }, { text: `${text}2` }] });
    const client = new TutorialClient(await connect(), 'abc');
    await client.until(() => client.isAllGood);
    for (const text of ['a', 'b', 'c']) client.ask(text);
    await client.until(() => client.isIdle);
    expect(client.bubbles).toEqual(['a1a2', 'b1b2', '']);
    client.ask('d');
    await client.until(() => client.isIdle);
    expect(client.bubbles.at(-1)).toBe('d1d2');
  });

  it('W24: closes with 1003 on a text frame before the id', async () => {
    const socket = await connect();
    socket.send('hello');
    const [[frame], [code, reason]] = await Promise.all([once(socket, 'message'), once(socket, 'close')]);
    expect(Buffer.from(frame as ArrayBuffer).toString('latin1')).toBe(
      '\x99Only binary messages are supported.',
    );
    expect([code, String(reason)]).toEqual([1003, 'Only binary messages are supported.']);
  });

  it('ends the answer of a page that was killed', async () => {
    reply = () => ({ gapMs: 20_000, pieces: [{ text: 'never' }] });
    const socket = await connect();
    const client = new TutorialClient(socket, 'abc');
    await client.until(() => client.isAllGood);
    client.ask('Hello');
    await expect.poll(() => sessions.all[0]?.asked.length).toBe(1);
    socket.terminate();
    await expect.poll(() => sessions.all[0]?.cancelled).toBe(1);
    expect(sessions.all[0]?.holds).toBe(0);
  });

  it('closes with 1001 when the server ends, and ends what it answers', async () => {
    reply = () => ({ gapMs: 20_000, pieces: [{ text: 'never' }] });
    const socket = await connect();
    const client = new TutorialClient(socket, 'abc');
    await client.until(() => client.isAllGood);
    client.ask('Hello');
    await expect.poll(() => sessions.all[0]?.asked.length).toBe(1);
    const closed = once(socket, 'close');
    await server.endpoints.close();
    expect((await closed)[0]).toBe(1001);
    await expect.poll(() => sessions.all[0]?.cancelled).toBe(1);
  });
});
