import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  CLIENT_FRAMES,
  encodeFrame,
  SERVER_FRAMES,
  type ServerFrameName,
} from '../../../../src/popup/frames.js';
import { FakeClock } from '../../../../src/runtime/index.js';
import { RequestTransport } from '../../../../src/web/widget/request-transport.js';
import { SocketTransport } from '../../../../src/web/widget/socket-transport.js';
import type { Transport } from '../../../../src/web/widget/transport.js';

const FACTS = { protocol: 1, voice: true, welcome: 'Hi', maxAudioSeconds: 90 };
const NAMES = new Map<number, string>(Object.entries(CLIENT_FRAMES).map(([name, type]) => [type, name]));

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  binaryType = '';
  onopen: (() => void) | undefined;
  onmessage: ((event: { data: unknown }) => void) | undefined;
  onclose: (() => void) | undefined;
  readonly sent: string[] = [];
  readonly url: string;
  readonly protocols: string[];

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
    FakeSocket.all.push(this);
  }

  send(frame: Uint8Array): void {
    const text = new TextDecoder().decode(frame.subarray(1));
    this.sent.push(`${NAMES.get(frame[0] ?? 0)} ${text}`.trim());
  }

  close(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.();
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  give(name: ServerFrameName, payload: string | Uint8Array = ''): void {
    this.onmessage?.({ data: encodeFrame(SERVER_FRAMES[name], payload).buffer });
  }

  /** What was sent since the last call. */
  came(): string[] {
    return this.sent.splice(0);
  }
}

let clock: FakeClock;
let told: string[];
let isServerThere: boolean;
let token: string | undefined;
const asked: { url: string; headers: Record<string, string> }[] = [];

beforeEach(() => {
  clock = new FakeClock();
  told = [];
  isServerThere = true;
  token = undefined;
  asked.length = 0;
  FakeSocket.all = [];
  vi.stubGlobal('WebSocket', FakeSocket);
});

afterEach(() => vi.unstubAllGlobals());

function listen<T extends Transport>(transport: T): T {
  transport.events.on('state', (state) => told.push(state));
  transport.events.on('message', ({ type, text }) => told.push(`${type} ${text}`.trim()));
  transport.events.on('facts', ({ welcome }) => told.push(`facts: ${welcome}`));
  transport.events.on('sent', () => told.push('sent'));
  transport.events.on('lost', () => told.push('lost'));
  transport.start();
  return transport;
}

const came = (): string[] => told.splice(0);
const parts = () => ({ server: 'https://bridge.example', id: 'aB3dE6gH9j', clock, random: () => 0.5 });
const settle = (): Promise<void> => clock.advanceAsync(0);

describe('SocketTransport', () => {
  beforeEach(() => {
    vi.stubGlobal('fetch', async (url: string, init: { headers: Record<string, string> }) => {
      asked.push({ url, headers: init.headers });
      if (!isServerThere) throw new TypeError('Failed to fetch');
      return new Response(JSON.stringify(FACTS), {
        headers: token === undefined ? {} : { 'X-Bridge-Visitor': token },
      });
    });
  });

  async function online(transport: SocketTransport): Promise<FakeSocket> {
    await settle();
    const socket = FakeSocket.all.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    socket.open();
    socket.give('ok');
    expect(transport.state).toBe('online');
    return socket;
  }

  it('W22: sends the id first, then its options, and nothing else before the server said OK', async () => {
    const transport = listen(new SocketTransport(parts(), { voice: true }));
    expect(transport.sendText('early')).toBe(false);
    await settle();
    const [socket] = FakeSocket.all;
    expect(socket?.url).toBe('wss://bridge.example/popup/ws');
    socket?.open();
    expect(socket?.came()).toEqual(['setClientId aB3dE6gH9j', 'options {"voice":true}']);
    socket?.give('ok');
    expect(socket?.came()).toEqual(['userText early']);
    expect(came()).toEqual(['facts: Hi', 'online', 'sent', 'ok']);
    transport.close();
    await settle();
    expect(clock.pendingCount).toBe(0);
  });

  it('is known to the server by what it gave, where no cookie is kept, in memory only', async () => {
    token = 'abc.1.def';
    const transport = listen(new SocketTransport(parts(), {}));
    const socket = await online(transport);
    expect(socket.protocols).toEqual(['Visitor.abc.1.def']);
    socket.close();
    await clock.advanceAsync(2000);
    expect(asked.map(({ headers }) => headers)).toEqual([{}, { 'X-Bridge-Visitor': 'abc.1.def' }]);
    transport.close();
  });

  it('W26: sends stretches of a recording as they come, and the end behind all of them', async () => {
    const transport = listen(new SocketTransport(parts(), {}));
    const socket = await online(transport);
    socket.came();
    transport.pushRecording(new TextEncoder().encode('one'));
    expect(socket.came()).toEqual(['userAudioChunk one']);
    transport.pushRecording(new TextEncoder().encode('two'));
    expect(transport.endRecording()).toBe(true);
    expect(socket.came()).toEqual(['userAudioChunk two', 'userAudioEnd']);
    transport.close();
  });

  it('W-t10: sends all of a recording again where the connection was lost while it was made, and once', async () => {
    const transport = listen(new SocketTransport(parts(), {}));
    const first = await online(transport);
    transport.pushRecording(new TextEncoder().encode('one'));
    first.close();
    transport.pushRecording(new TextEncoder().encode('two'));
    expect(transport.endRecording()).toBe(false);
    await clock.advanceAsync(2000);
    const second = await online(transport);
    expect(second.came().slice(2)).toEqual(['userAudioChunk one', 'userAudioChunk two', 'userAudioEnd']);
    second.give('textEnd');
    second.close();
    await clock.advanceAsync(2000);
    expect((await online(transport)).came()).toHaveLength(2);
    expect(came()).not.toContain('lost');
    transport.close();
  });

  it('W-t10: does not send again what was on its way when the connection was lost, and says so', async () => {
    const transport = listen(new SocketTransport(parts(), {}));
    const first = await online(transport);
    expect(transport.sendText('Hello')).toBe(true);
    first.give('textChunk', 'Half');
    came();
    first.close();
    expect(came()).toEqual(['away', 'lost']);
    await clock.advanceAsync(2000);
    expect((await online(transport)).came()).toEqual(['setClientId aB3dE6gH9j', 'options {}']);
    transport.close();
  });

  it('W-t10: tries again after 1 to 30 s, for as long as it takes', async () => {
    isServerThere = false;
    const transport = listen(new SocketTransport(parts(), {}));
    await settle();
    const times: number[] = [0];
    for (let ms = 0; ms < 120_000; ms += 250) {
      await clock.advanceAsync(250);
      while (times.length < asked.length) times.push(clock.nowMs());
    }
    const waits = times.slice(1).map((at, index) => (at - (times[index] ?? 0)) / 1000);
    expect(waits).toEqual([1.5, 3, 6, 12, 22.5, 22.5, 22.5, 22.5]);
    isServerThere = true;
    while (FakeSocket.all.length === 0) await clock.advanceAsync(250);
    await online(transport);
    expect(came()).toEqual(['away', 'facts: Hi', 'online', 'ok']);
    transport.close();
    await settle();
    expect(clock.pendingCount).toBe(0);
  });

  it('gives a handshake up that does not come, and begins anew', async () => {
    const transport = listen(new SocketTransport(parts(), {}));
    await settle();
    await clock.advanceAsync(15_000);
    expect(FakeSocket.all[0]?.readyState).toBe(3);
    await clock.advanceAsync(2000);
    expect(FakeSocket.all).toHaveLength(2);
    transport.close();
    await settle();
    expect(clock.pendingCount).toBe(0);
  });

  it('W-t9: stops what is answered; what still waits is never sent', async () => {
    const transport = listen(new SocketTransport(parts(), {}));
    transport.sendText('never');
    transport.stop();
    const socket = await online(transport);
    expect(socket.came()).toEqual(['setClientId aB3dE6gH9j', 'options {}']);
    transport.sendText('now');
    transport.stop();
    expect(socket.came()).toEqual(['userText now', 'stopAnswer']);
    transport.close();
  });

  it('makes the server forget a recording that is thrown away', async () => {
    const transport = listen(new SocketTransport(parts(), {}));
    const socket = await online(transport);
    socket.came();
    transport.dropRecording();
    expect(socket.came()).toEqual([]);
    transport.pushRecording(new TextEncoder().encode('one'));
    transport.dropRecording();
    expect(socket.came()).toEqual(['userAudioChunk one', 'setClientId aB3dE6gH9j']);
    transport.close();
  });

  it('tells types that it does not know, and hears nothing of a connection that it has left', async () => {
    const transport = listen(new SocketTransport(parts(), {}));
    const socket = await online(transport);
    came();
    socket.onmessage?.({ data: Uint8Array.of(0x77, 0x41).buffer });
    socket.onmessage?.({ data: 'text' });
    expect(came()).toEqual(['unknown A']);
    socket.close();
    socket.give('textChunk', 'late');
    expect(came()).toEqual(['away']);
    transport.close();
  });
});

describe('RequestTransport', () => {
  let answers: (() => Promise<Response> | Response)[];
  let bodies: Record<string, unknown>[];

  beforeEach(() => {
    answers = [];
    bodies = [];
    vi.stubGlobal('fetch', async (url: string, init: { body?: string; signal: AbortSignal }) => {
      if (!isServerThere) throw new TypeError('Failed to fetch');
      if (!url.endsWith('/api/message')) return new Response(JSON.stringify(FACTS));
      bodies.push(JSON.parse(init.body ?? ''));
      return Promise.race([
        answers.shift()?.() ?? new Promise<Response>(() => {}),
        new Promise<never>((_, reject) =>
          init.signal.addEventListener('abort', () => reject(init.signal.reason)),
        ),
      ]);
    });
  });

  async function started(): Promise<RequestTransport> {
    const transport = listen(new RequestTransport(parts(), { voice: true }));
    await settle();
    expect(came()).toEqual(['facts: Hi', 'online']);
    return transport;
  }

  it('W12: asks in one request, and tells the answer as a WebSocket would', async () => {
    const transport = await started();
    answers.push(() =>
      Response.json({ answer: 'Fine.', audio: btoa('RIFF'), user: 'typed', emotion: 'joy' }),
    );
    transport.sendText('Hello');
    await settle();
    expect(bodies).toEqual([{ id: 'aB3dE6gH9j', message: 'Hello', voice: true, details: true }]);
    expect(came()).toEqual(['emotion joy', 'audioChunk', 'textChunk Fine.', 'audioEnd', 'textEnd']);
  });

  it('W12: sends a recording in base64, and tells what was recognised', async () => {
    const transport = await started();
    answers.push(() => Response.json({ answer: '', user: '' }));
    transport.pushRecording(new TextEncoder().encode('one'));
    transport.pushRecording(new TextEncoder().encode('two'));
    transport.endRecording();
    await settle();
    expect(bodies[0]).toMatchObject({ audio: btoa('onetwo') });
    expect(came()).toEqual(['userText', 'textEnd']);
  });

  it('W16: tells a refusal in its words, and a failure by its status', async () => {
    const transport = await started();
    answers.push(
      () => new Response('Missing "id"', { status: 400 }),
      () => new Response('', { status: 500 }),
    );
    transport.sendText('a');
    await settle();
    transport.sendText('b');
    await settle();
    expect(came()).toEqual(['error Missing "id"', 'textEnd', 'error HTTP 500', 'textEnd']);
  });

  it('W-t9: ends the request when it is stopped', async () => {
    const transport = await started();
    transport.sendText('Hello');
    await settle();
    transport.stop();
    await settle();
    expect(came()).toEqual(['stopped', 'textEnd']);
    expect(transport.state).toBe('online');
  });

  it('W-t10: does not send again what failed on its way; sends what waited once when the server is back', async () => {
    const transport = await started();
    isServerThere = false;
    transport.sendText('lost');
    await settle();
    expect(came()).toEqual(['away', 'lost']);
    expect(transport.sendText('waits')).toBe(false);
    await clock.advanceAsync(60_000);
    expect([bodies, came()]).toEqual([[], []]);
    isServerThere = true;
    answers.push(() => Response.json({ answer: 'Yes.' }));
    await clock.advanceAsync(30_000);
    expect(bodies.map(({ message }) => message)).toEqual(['waits']);
    expect(came()).toEqual(['facts: Hi', 'online', 'sent', 'textChunk Yes.', 'textEnd']);
    transport.close();
    await settle();
    expect(clock.pendingCount).toBe(0);
  });
});
