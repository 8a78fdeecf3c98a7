import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/api/client/index.js';
import { ApiRig, BOB, ClientRig, settle } from '../../support/api/api-rig.js';

async function opened(client = new ClientRig()) {
  const session = await client.api.open({ name: 'one', voice: { to: 'client' } });
  return { client, session, fake: client.rig.sessions.last };
}

describe('ApiSession', () => {
  it('is opened with what was wished', async () => {
    const { session, fake } = await opened();
    expect(fake.wish).toMatchObject({ name: 'one', by: 'api', voice: { to: 'client' } });
    expect(session.state).toMatchObject({ name: 'one', session: 's1', sampleRateHz: 24_000 });
    expect(fake.holds).toBe(1);
  });

  it('asks, hears events and sound in order, and learns how the turn ended', async () => {
    const { session, fake } = await opened();
    const told: unknown[] = [];
    session.events.on('turn', ({ turn, text }) => told.push(['turn', turn, text]));
    session.events.on('piece', ({ text }) => told.push(['piece', text]));
    session.events.on('sound', ({ fromMs, pcm }) => told.push(['sound', fromMs, [...pcm]]));
    session.events.on('ended', ({ outcome }) => told.push(['ended', outcome]));
    const turn = await session.ask('hello');
    fake.events.emit('piece', {
      ...{ turn: 1, index: 0, raw: '[face:joy]Hi.', text: 'Hi.', language: 'en', pcm: undefined },
      cues: [{ name: 'face', value: 'joy', durationMs: undefined, attributes: {} }],
      span: { startMs: 0, endMs: 100 },
    });
    fake.events.emit('sound', {
      turn: 1,
      fromMs: 20,
      pcm: new Uint8Array([1, 2, 3, 4]),
      sampleRateHz: 24_000,
    });
    fake.end(1, 'completed', 'Hi.');
    expect(await turn.ended).toMatchObject({
      outcome: 'completed',
      reply: 'Hi.',
      trace: { firstToken: 12.5 },
    });
    expect(told).toEqual([
      ['turn', 1, 'asked'],
      ['piece', 'Hi.'],
      ['sound', 20, [1, 2, 3, 4]],
      ['ended', 'completed'],
    ]);
    expect(fake.done).toEqual([['ask', { text: 'hello' }]]);
  });

  it('gives what it hears to its session, and everything else it is asked to', async () => {
    const { session, fake } = await opened();
    session.hear(new Uint8Array([1, 0, 2, 0]));
    await session.press();
    await session.release();
    await session.endOfSpeech();
    session.played(1, 250);
    await session.tune({ bargeIn: false });
    await session.give('p1', { refused: 'no camera' });
    await session.interrupt();
    await session.forget();
    expect(fake.done).toEqual([
      ['hear', [1, 0, 2, 0]],
      ['press'],
      ['release'],
      ['endOfSpeech'],
      ['played', 1, 250],
      ['tune', { bargeIn: false }],
      ['give', 'p1', { refused: 'no camera' }],
      ['interrupt'],
      ['forget'],
    ]);
  });

  it('rejects with what the server refused', async () => {
    const { session, fake } = await opened();
    fake.refusal = new Error('inside');
    const refused = await session.ask('hello').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiError);
    expect(refused).toMatchObject({
      code: 'BRIDGE_ERR_STATE',
      message: 'Something went wrong in the server',
    });
  });

  it('goes on after a lost connection as if nothing had happened', async () => {
    const { client, session, fake } = await opened();
    const pieces: number[] = [];
    session.events.on('sound', ({ turn }) => pieces.push(turn));
    await session.ask('hello');
    client.pipe.cut();
    expect(client.api.status).toBe('lost');
    for (let index = 0; index < 5; index++)
      fake.events.emit('sound', { turn: index, fromMs: 0, pcm: new Uint8Array(2), sampleRateHz: 24_000 });
    const again = session.say('behind');
    session.hear(new Uint8Array([9, 0]));
    await client.rig.clock.advanceAsync(1000);
    expect((await again).turn).toBe(2);
    expect(pieces).toEqual([0, 1, 2, 3, 4]);
    expect(fake.done).toEqual([
      ['ask', { text: 'hello' }],
      ['say', 'behind', { ifBusy: undefined }],
      ['hear', [9, 0]],
    ]);
    expect(client.rig.connections.size).toBe(1);
  });

  it('is opened again at a server that knows nothing of it, before anything else is asked', async () => {
    const { client, session } = await opened();
    const states: string[] = [];
    session.events.on('gap', ({ session: id }) => states.push(id));
    await session.ask('hello');
    client.pipe.cut();
    client.rig.connections.close();
    client.rig.sessions.all.length = 0;
    const asked = session.ask('again');
    await client.rig.clock.advanceAsync(1000);
    expect((await asked).turn).toBe(1);
    expect(states).toEqual(['s1']);
    expect(client.rig.sessions.last.wish.name).toBe('one');
    expect(client.rig.sessions.last.done).toEqual([['ask', { text: 'again' }]]);
  });

  it('is another one for another caller, by the same name', async () => {
    const rig = new ApiRig();
    await opened(new ClientRig(rig));
    await opened(new ClientRig(rig, BOB));
    expect(rig.sessions.all.map(({ wish }) => wish.caller.id)).toEqual(['key:ann', 'key:bob']);
  });
});

describe('BridgeApi', () => {
  it('leaves no timer behind when it is closed', async () => {
    const { client, session } = await opened();
    client.api.close();
    await settle();
    client.rig.connections.close();
    expect(session.isClosed).toBe(true);
    expect(client.rig.clock.pendingCount).toBe(0);
  });
});
