import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startWholeServer, type WholeServer } from '../../support/server/whole-server.js';
import { type Answer, ask } from './ask.js';

/** What is heard at once, and a little more. */
const TOO_LONG_S = 123;
const RATE_HZ = 8000;
/** A picture may have 4 MiB. */
const TOO_LARGE_LETTERS = 4 * Math.ceil((4 * 1024 * 1024 + 3) / 3);
const PNG = 'data:image/png;base64,iVBORw0KGgo';

/** A voice that never ends, in a file that is half as long as what it is unpacked to. */
const LONG_SOUND = wavOf(TOO_LONG_S);
const LARGE_PICTURE = PNG + 'A'.repeat(TOO_LARGE_LETTERS);
const NO_PICTURE = 'data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+';

describe('Uploads are decoded in bounds', () => {
  let server: WholeServer;
  beforeAll(async () => {
    server = await startWholeServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const key = (): { authorization: string } => ({ authorization: `Bearer ${server.keys.ann}` });

  function post(path: string, body: Uint8Array | object, headers: Record<string, string> = {}) {
    const isBytes = body instanceof Uint8Array;
    return ask(server.origin, path, {
      method: 'POST',
      headers: { ...key(), ...(isBytes ? {} : { 'content-type': 'application/json' }), ...headers },
      body: isBytes ? body : Buffer.from(JSON.stringify(body)),
    });
  }

  /** The first text or frame for which `isAnswer`, of what `say` is answered. */
  async function answered(
    path: string,
    say: (socket: WebSocket) => void,
    isAnswer: (data: Buffer) => boolean,
  ): Promise<Buffer> {
    const socket = new WebSocket(`${server.origin.replace('http', 'ws')}${path}`, {
      headers: { origin: server.origin, ...key() },
    });
    const answer = new Promise<Buffer>((resolve, reject) => {
      socket.on('message', (data: Buffer) => {
        if (isAnswer(data)) resolve(data);
      });
      socket.on('error', reject);
      socket.on('close', (code) => reject(new Error(`Closed with ${code}`)));
    });
    try {
      await once(socket, 'open');
      say(socket);
      return await answer;
    } finally {
      socket.terminate();
    }
  }

  function refused({ status, text }: Answer, path: string): void {
    expect(`${path} ${status} ${text}`).toMatch(/ (?:400|413|422) .*(?:120 s|too long)/s);
  }

  const audio = LONG_SOUND.toString('base64');

  it.each([
    ['/api/message', { id: 'long', audio }],
    ['/chat', { type: 'invoke', session_id: 'long', audio_data: audio }],
    ['/start', { type: 'start', session_id: 'long', audio_data: 'é'.repeat(30) }],
  ])('a sound in JSON, at %s', async (path, body) => {
    const answer = await post(path, body);
    // What begins a session has no sound to hear.
    if (path === '/start') expect(answer.status).toBe(200);
    else refused(answer, path);
    expect(server.engines.open).toBe(0);
  });

  it.each(['/transcribe', '/stt'])('a sound in a form, at %s', async (path) => {
    const form = new FormData();
    form.set('audio', new Blob([new Uint8Array(LONG_SOUND)]), 'voice.wav');
    const body = new Response(form);
    const type = body.headers.get('content-type') ?? '';
    refused(await post(path, new Uint8Array(await body.arrayBuffer()), { 'content-type': type }), path);
    expect(server.engines.open).toBe(0);
  });

  it('a sound as it is, at /api/v1/transcribe', async () => {
    refused(
      await post('/api/v1/transcribe', LONG_SOUND, { 'content-type': 'audio/wav' }),
      '/api/v1/transcribe',
    );
    expect(server.engines.open).toBe(0);
  });

  it('a recording in pieces, of the popup chat', async () => {
    const [ERROR, CHUNK, END] = [0x99, 0x03, 0x04];
    const frame = (type: number, payload: Uint8Array): Buffer =>
      Buffer.concat([Buffer.from([type]), payload]);
    const answer = await answered(
      '/popup/ws',
      (socket) => {
        socket.send(frame(0x01, Buffer.from('long')));
        for (let at = 0; at < LONG_SOUND.byteLength; at += 60_000)
          socket.send(frame(CHUNK, LONG_SOUND.subarray(at, at + 60_000)));
        socket.send(frame(END, new Uint8Array(0)));
      },
      ([type]) => type === ERROR,
    );
    expect(answer.subarray(1).toString()).toMatch(/120 s|too long/);
    expect(server.engines.open).toBe(0);
  });

  it('a sound of invoke, over WebSocket /ws', async () => {
    const answer = await answered(
      '/ws',
      (socket) => {
        socket.send(JSON.stringify({ type: 'start', session_id: 'long-ws', user_id: 'u' }));
        socket.send(
          JSON.stringify({ type: 'invoke', session_id: 'long-ws', user_id: 'u', audio_data: audio }),
        );
      },
      (data) => (JSON.parse(data.toString()) as { type: string }).type === 'error',
    );
    expect(answer.toString()).toContain('120 s');
    expect(server.engines.open).toBe(0);
  });

  it.each([
    ['a picture that is too large', LARGE_PICTURE, 'at most 4 MiB'],
    ['what is no picture', NO_PICTURE, 'PNG, JPEG, WebP or GIF'],
  ])('%s, at every place that takes one', async (_, url, why) => {
    const { json } = await post('/api/v1/sessions', { name: 'pictures' });
    const session = `/api/v1/sessions/${String(json['session'])}`;
    const file = { type: 'image', transfer_method: 'remote_url', url };
    const content = [
      { type: 'text', text: 'look' },
      { type: 'image_url', image_url: { url } },
    ];
    const bodies: [string, object][] = [
      ['/chat', { type: 'invoke', session_id: 'pictures', text: 'look', files: [file] }],
      ['/chat-messages', { query: 'look', user: 'u', files: [file] }],
      ['/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content }] }],
      [`${session}/ask`, { text: 'look', images: [url] }],
      [`${session}/picture`, { picture: 'p1', image: url }],
    ];
    const asked = server.engines.asked.length;
    for (const [path, body] of bodies) {
      const { status, text } = await post(path, body);
      expect(`${path} ${status} ${text.slice(0, 300)}`).toMatch(new RegExp(`^\\S+ 400 .*${why}`, 's'));
    }
    expect(server.engines.asked).toHaveLength(asked);
  });

  it('and what is within them is taken: that it is not all refused', async () => {
    const short = wavOf(1).toString('base64');
    expect((await post('/api/message', { id: 'short', audio: short })).status).toBe(200);
    const heard = await post('/api/v1/transcribe', wavOf(1), { 'content-type': 'audio/wav' });
    expect(heard.json['text']).toBe('spoken words');
  });
});

/** A loud tone: s16le mono 8000 Hz. */
function wavOf(seconds: number): Buffer {
  const bytes = Buffer.alloc(44 + seconds * RATE_HZ * 2);
  bytes.write('RIFF');
  bytes.writeUInt32LE(bytes.byteLength - 8, 4);
  bytes.write('WAVEfmt ', 8);
  for (const [at, value] of [16, 0x1_0001, RATE_HZ, RATE_HZ * 2, 0x10_0002].entries())
    bytes.writeUInt32LE(value, 16 + 4 * at);
  bytes.write('data', 36);
  bytes.writeUInt32LE(bytes.byteLength - 44, 40);
  for (let at = 44; at < bytes.byteLength; at += 2) bytes.writeInt16LE(at % 64 < 32 ? 8000 : -8000, at);
  return bytes;
}
