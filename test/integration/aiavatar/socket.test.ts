import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/runtime/index.js';
import { startRoom } from './room-rig.js';

describe('WebSocket /ws', () => {
  it('carries a typed turn and an interruption', async () => {
    await using room = await startRoom();
    const client = await room.dial('/ws');
    client.send({ type: 'start', session_id: 's', user_id: 'u', context_id: null });
    client.send({ type: 'invoke', session_id: 's', text: 'Tell me a story' });
    await expect.poll(() => client.types()).toEqual(['connected', 'accepted', 'stop', 'start']);
    const session = room.sessions.last;
    session.piece(1, { raw: 'Once upon a time' });
    client.send({ type: 'data', session_id: 's', audio_data: Buffer.alloc(1024, 7).toString('base64') });
    await expect.poll(() => session.heard.length).toBe(1);
    session.events.emit('cut', 1);
    session.end(1, { outcome: 'interrupted', heard: 'Once' });
    session.begin('Stop it', 'voice');
    await expect.poll(() => client.types().slice(4)).toEqual(['chunk', 'stop', 'final', 'accepted', 'start']);
    client.send({ type: 'stop', session_id: 's' });
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    await expect.poll(() => session.holds).toBe(0);
  });

  it('lets in with a key as header or as subprotocol, which it echoes', async () => {
    await using room = await startRoom({ isKeyed: true });
    const native = await room.dial('/ws', { headers: { Authorization: `Bearer ${room.key}` } });
    const name = `Authorization.${Buffer.from(room.key).toString('base64').replace(/=+$/, '')}`;
    const browser = await room.dial('/ws', { protocols: [name] });
    expect([native.socket.protocol, browser.socket.protocol]).toEqual(['', name]);
    for (const client of [native, browser]) {
      client.send({ type: 'start', session_id: 's', user_id: 'u' });
      await expect.poll(() => client.types()).toEqual(['connected']);
    }
    // One key: one caller, so it is one session, and the newer connection has it.
    expect(room.sessions.opened).toHaveLength(1);
    expect(await native.closed).toEqual({ code: 1000, reason: 'Another connection took this session over' });
  });

  it('closes with 1008 and the words of AIAvatarKit for who has no key', async () => {
    await using room = await startRoom({ isKeyed: true });
    const client = await room.dial('/ws');
    expect(await client.closed).toEqual({ code: 1008, reason: 'Invalid or missing API Key' });
    expect(room.sessions.opened).toEqual([]);
  });

  it('bears ten thousand frames that are none, each answered, and serves on', async () => {
    await using room = await startRoom();
    const client = await room.dial('/ws');
    client.send({ type: 'start', session_id: 's', user_id: 'u' });
    const hostile = [
      '{',
      '[]',
      'null',
      '{"type":{}}',
      '{"type":"x","session_id":"s"}',
      Buffer.from([1, 2, 3]),
    ];
    for (let frame = 0; frame < 10_000; frame++) client.send(hostile[frame % hostile.length] ?? '');
    client.send({ type: 'invoke', session_id: 's', text: 'Hello' });
    await expect.poll(() => room.sessions.last.asked.length, { timeout: 10_000 }).toBe(1);
    await expect.poll(() => client.types().filter((type) => type === 'error').length).toBe(10_000);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('ends a connection with a frame that is too large, and only that', async () => {
    await using room = await startRoom();
    const other = await room.dial('/ws');
    const client = await room.dial('/ws');
    client.send(`"${'x'.repeat(9 * 1024 * 1024)}"`);
    expect((await client.closed).code).toBe(1009);
    expect(other.socket.readyState).toBe(other.socket.OPEN);
  });

  it('sends PCM in parts where the address asks for it', async () => {
    await using room = await startRoom();
    const client = await room.dial('/ws?response_audio_chunk_size=1024');
    client.send({ type: 'start', session_id: 's', user_id: 'u' });
    await expect.poll(() => client.types()).toEqual(['connected']);
    const session = room.sessions.last;
    session.piece(session.begin('x', 'voice'), { raw: 'Hi', ms: 100 });
    await expect.poll(() => client.types().filter((type) => type === 'chunk').length).toBe(6);
    const [words, first] = client.frames.filter(({ type }) => type === 'chunk');
    expect(words).toMatchObject({ text: 'Hi', audio_data: null, metadata: { pcm_format: { channels: 1 } } });
    expect(Buffer.from(String(first?.['audio_data']), 'base64').byteLength).toBe(1024);
  });

  it('ends all connections when the server does', async () => {
    await using room = await startRoom();
    const client = await room.dial('/ws');
    const writer = await room.dial('/ws/stt');
    await room.endpoints().close();
    expect((await client.closed).code).toBe(1001);
    expect((await writer.closed).code).toBe(1001);
  });
});

describe('WebSocket /ws/stt', () => {
  it('writes down what is said', async () => {
    await using room = await startRoom();
    const client = await room.dial('/ws/stt');
    client.send({ type: 'start', session_id: 's' });
    client.send({ type: 'data', session_id: 's', audio_data: Buffer.alloc(1024).toString('base64') });
    await expect.poll(() => room.sessions.dictations[0]?.heard.length).toBe(1);
    const { events } = room.sessions.dictations[0] ?? { events: undefined };
    events?.emit('voice', true);
    events?.emit('partial', 'Hel');
    events?.emit('voice', false);
    events?.emit('final', 'Hello');
    await expect
      .poll(() => client.frames)
      .toEqual([
        { type: 'connected', session_id: 's', text: null, is_final: false, metadata: null },
        { type: 'voiced', session_id: 's', text: null, is_final: false, metadata: null },
        { type: 'partial', session_id: 's', text: 'Hel', is_final: false, metadata: null },
        { type: 'final', session_id: 's', text: 'Hello', is_final: true, metadata: {} },
      ]);
    client.send({ type: 'stop', session_id: 's' });
    expect((await client.closed).code).toBe(1000);
    await expect.poll(() => room.sessions.dictations[0]?.isClosed).toBe(true);
  });

  it('answers what is wrong with error and lives; without session_id it ends', async () => {
    await using room = await startRoom();
    const client = await room.dial('/ws/stt');
    client.send('x');
    client.send({ type: 'data', session_id: 's', audio_data: 'AAAAAA==' });
    client.send({ type: 'data', session_id: 's', audio_data: 'AAAAAA==' });
    client.send({ type: 'dance', session_id: 's' });
    await expect.poll(() => client.types()).toEqual(['error', 'error', 'error']);
    client.send({ type: 'start' });
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(client.frames.at(-1)).toMatchObject({
      type: 'error',
      metadata: { error: 'session_id is required' },
    });
  });

  it('tells that nothing hears, and ends', async () => {
    await using room = await startRoom();
    room.sessions.refusal = new RequestError('BRIDGE_ERR_SPEECH_ENGINE', 'No recogniser is set up');
    const client = await room.dial('/ws/stt');
    client.send({ type: 'start', session_id: 's' });
    expect((await client.closed).code).toBe(1011);
    expect(client.frames.at(-1)).toMatchObject({
      type: 'error',
      metadata: { error: 'No recogniser is set up' },
    });
  });
});
