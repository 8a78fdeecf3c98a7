import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ApiSession, BridgeApi } from '../../../src/api/client/index.js';
import { connect } from '../../../src/api/client/node-entry.js';
import { type SessionRig, sessionRig } from '../../support/sessions/session-rig.js';
import { type Cable, type ServerRig, startCable, startServer } from './server-rig.js';

const opened: (AsyncDisposable | BridgeApi | SessionRig)[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) {
    if ('sessions' in one && 'model' in one) await one.sessions.close();
    else if (Symbol.asyncDispose in one) await one[Symbol.asyncDispose]();
    else one.close();
  }
});

async function start(): Promise<{ rig: SessionRig; server: ServerRig; cable: Cable }> {
  const rig = sessionRig();
  opened.push(rig);
  const server = await startServer(rig.sessions);
  opened.push(server);
  const cable = await startCable(server.url);
  opened.push(cable);
  return { rig, server, cable };
}

function client(url: string, key: string): BridgeApi {
  const api = connect({ url, key, random: () => 0 });
  opened.push(api);
  return api;
}

/** All sound of each turn, by its place. */
function listenTo(session: ApiSession): Map<number, { readonly bytes: number; readonly isWhole: boolean }> {
  const heard = new Map<number, { bytes: number; isWhole: boolean }>();
  session.events.on('sound', ({ turn, fromSample, pcm }) => {
    const before = heard.get(turn) ?? { bytes: 0, isWhole: true };
    const isNext = fromSample * 2 === before.bytes;
    heard.set(turn, { bytes: before.bytes + pcm.byteLength, isWhole: before.isWhole && isNext });
    session.played(turn, ((fromSample + pcm.byteLength / 2) / 24_000) * 1000);
  });
  return heard;
}

describe('The client in Node, over a real server and real sessions', () => {
  it('has a whole turn with its words, its sound and its trace', async () => {
    const { server } = await start();
    const session = await client(server.url, server.keys.ann).open({ name: 'one', voice: { to: 'client' } });
    const heard = listenTo(session);
    const pieces: string[] = [];
    session.events.on('piece', ({ text }) => pieces.push(text));
    const turn = await session.ask('hello');
    const end = await turn.ended;
    expect(end).toMatchObject({ outcome: 'completed', user: 'hello' });
    expect(pieces.join('')).toContain('You said hello');
    expect(Object.keys(end.trace).length).toBeGreaterThan(0);
    expect(heard.get(turn.turn)?.isWhole).toBe(true);
    expect(heard.get(turn.turn)?.bytes).toBeGreaterThan(10_000);
    expect((await session.messages()).map(({ role }) => role)).toEqual(['user', 'assistant']);
  });

  it('loses nothing of a turn when the network breaks in the middle', async () => {
    const { server, cable } = await start();
    const session = await client(cable.url, server.keys.ann).open({ name: 'one', voice: { to: 'client' } });
    const heard = listenTo(session);
    const gaps: unknown[] = [];
    session.events.on('gap', (state) => gaps.push(state));
    const first = new Promise<void>((resolve) => session.events.once('sound', () => resolve()));
    const turn = await session.ask('slowly now');
    await first;
    cable.cut();
    const end = await turn.ended;
    expect(end).toMatchObject({ outcome: 'completed', user: 'slowly now' });
    expect(heard.get(turn.turn)?.isWhole).toBe(true);
    expect(gaps).toEqual([]);
    expect((await session.messages()).filter(({ role }) => role === 'user')).toHaveLength(1);
  });

  it('asks once, however often the network breaks', async () => {
    const { rig, server, cable } = await start();
    const session = await client(cable.url, server.keys.ann).open({ name: 'one', voice: { to: 'nobody' } });
    const asked = session.ask('only once');
    cable.cut();
    expect((await (await asked).ended).outcome).toBe('completed');
    expect(rig.model.requests).toHaveLength(1);
  });

  it('interrupts, and is told that what was on its way is void', async () => {
    const { server } = await start();
    const session = await client(server.url, server.keys.ann).open({ voice: { to: 'client' } });
    const first = new Promise<void>((resolve) => session.events.once('sound', () => resolve()));
    const turn = await session.ask('slowly');
    await first;
    await session.interrupt();
    expect((await turn.ended).outcome).toBe('interrupted');
  });

  it('is told for good that its key is wrong', async () => {
    const { server } = await start();
    const api = client(server.url, `mab_${'x'.repeat(43)}`);
    await expect(api.whenOpen()).rejects.toMatchObject({ code: 'BRIDGE_ERR_ACCESS', status: 401 });
    expect(api.status).toBe('closed');
    await expect(api.open()).rejects.toMatchObject({ code: 'BRIDGE_ERR_ACCESS' });
  });

  it('shows nothing of one caller to another', async () => {
    const { server } = await start();
    const ann = await client(server.url, server.keys.ann).open({ name: 'same', voice: { to: 'nobody' } });
    const bobs = client(server.url, server.keys.bob);
    const bob = await bobs.open({ name: 'same', voice: { to: 'nobody' } });
    await (await ann.ask('secret of ann')).ended;
    expect(bob.id).not.toBe(ann.id);
    expect(await bob.messages()).toEqual([]);
    expect((await bobs.sessions()).map(({ session }) => session)).toEqual([bob.id]);
    await expect(bobs.attach(ann.id)).rejects.toMatchObject({ code: 'BRIDGE_ERR_TALK_UNKNOWN' });
  });

  it('synthesizes and transcribes without a session', async () => {
    const { server } = await start();
    const { rest } = client(server.url, server.keys.ann);
    const sound = await rest.synthesize({ text: 'Hello there.', sampleRateHz: 16_000 });
    expect(sound.sampleRateHz).toBe(16_000);
    expect(sound.pcm.byteLength).toBeGreaterThan(3_000);
    const response = await server.ask('/synthesize', {
      method: 'POST',
      body: JSON.stringify({ text: 'Hello there.' }),
    });
    const wav = new Uint8Array(await response.arrayBuffer());
    expect(await rest.transcribe(wav)).toMatch(/^about \d+ seconds$/);
  });

  it.each([
    [['mmdagent-bridge.v9'], 4406, 'Expected mmdagent-bridge.v1'],
    [['something.else'], 4406, 'Expected mmdagent-bridge.v1'],
  ])('is told the versions that are spoken when it offers %j', async (offered, code, reason) => {
    const { server } = await start();
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}api/v1/ws`, offered, {
      headers: { Authorization: `Bearer ${server.keys.ann}` },
    });
    const closed = await new Promise((resolve) =>
      socket.on('close', (by, why) => resolve([by, String(why)])),
    );
    expect(closed).toEqual([code, reason]);
  });

  it('comes back to a server that was started again, and its session goes on with it', async () => {
    const { server, cable } = await start();
    const api = client(cable.url, server.keys.ann);
    const session = await api.open({ name: 'one', voice: { to: 'nobody' } });
    const states: string[] = [];
    session.events.on('gap', ({ session: id }) => states.push(id));
    const closed = new Promise((resolve) => api.events.once('stateChange', (_, to) => resolve(to)));
    server.restart();
    expect(await closed).toBe('lost');
    await api.whenOpen();
    const turn = await session.ask('again');
    expect((await turn.ended).outcome).toBe('completed');
    expect(states).toHaveLength(1);
  });
});
