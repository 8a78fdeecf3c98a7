import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../src/api/client/backoff.js';
import { connect } from '../../../src/api/client/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { ANN, ApiRig, ClientRig, settle } from '../../support/api/api-rig.js';

async function opened(client = new ClientRig()) {
  const session = await client.api.open({ name: 'one', voice: { to: 'client' } });
  return { client, session, fake: client.rig.sessions.last };
}

describe('backoffMs', () => {
  it('doubles from one second to thirty, and spreads by half', () => {
    const least = Array.from({ length: 8 }, (_, failures) => backoffMs(failures, () => 0));
    expect(least).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(backoffMs(0, () => 1)).toBe(1500);
    expect(backoffMs(1000, () => 1)).toBe(30_000);
  });
});

describe('A client without a server', () => {
  it('tries for ever, rejects what waits too long, and does later what still waits', async () => {
    const client = new ClientRig();
    client.isReachable = false;
    const first = client.api.open({ name: 'a' }).catch((error: unknown) => error);
    await client.rig.clock.advanceAsync(120_000);
    expect(await first).toMatchObject({ code: 'BRIDGE_ERR_DAEMON_UNREACHABLE', retryable: true });
    expect(client.pipes.length).toBeGreaterThan(6);
    expect(client.api.status).toBe('connecting');
    const second = client.api.open({ name: 'b' });
    client.isReachable = true;
    await client.rig.clock.advanceAsync(30_000);
    expect((await second).name).toBe('b');
    expect(client.rig.sessions.all.map(({ wish }) => wish.name)).toEqual(['b']);
  });

  it('tries at once when it is told that the network is back', async () => {
    const client = new ClientRig();
    client.isReachable = false;
    await settle();
    client.isReachable = true;
    client.api.retryNow();
    await client.api.whenOpen();
    expect(client.pipes).toHaveLength(2);
  });

  it('ends when its key is refused, and says why to everybody', async () => {
    const client = new ClientRig();
    client.isReachable = false;
    client.status = 403;
    const asked = client.api.personas().catch((error: unknown) => error);
    await expect(client.api.whenOpen()).rejects.toMatchObject({ code: 'BRIDGE_ERR_ACCESS', status: 403 });
    expect(await asked).toMatchObject({ code: 'BRIDGE_ERR_ACCESS' });
    expect(client.rig.clock.pendingCount).toBe(0);
  });

  it('ends where its version is not spoken', async () => {
    const client = new ClientRig();
    await client.api.whenOpen();
    client.pipe.server.close(4406, 'Expected mmdagent-bridge.v2');
    await settle();
    expect(client.api.status).toBe('closed');
    expect(client.api.fault).toMatchObject({ code: 'BRIDGE_ERR_CONTROL_VERSION', retryable: false });
  });
});

describe('A client with a server', () => {
  it('gives up a request that is not answered in time, and is not confused by the late answer', async () => {
    const { client, session, fake } = await opened();
    let begin: () => void = () => {};
    fake.gate = new Promise((resolve) => {
      begin = resolve;
    });
    const late = session.ask('hello').catch((error: unknown) => error);
    await client.rig.clock.advanceAsync(30_000);
    expect(await late).toMatchObject({ code: 'BRIDGE_ERR_DAEMON_UNREACHABLE' });
    begin();
    await settle();
    expect((await session.ask('again')).turn).toBe(2);
  });

  it('asks a silent server, and goes to another connection when there is no answer', async () => {
    const { client } = await opened();
    await client.rig.clock.advanceAsync(25_000);
    expect(client.pipes).toHaveLength(1);
    client.pipe.server.onFrame = () => {};
    await client.rig.clock.advanceAsync(60_000);
    expect(client.pipes).toHaveLength(2);
    expect(client.api.status).toBe('open');
    expect(client.rig.connections.size).toBe(1);
  });

  it('takes no frame twice, whatever a server does', async () => {
    const { client, session, fake } = await opened();
    const words: string[] = [];
    session.events.on('partial', ({ text }) => words.push(text));
    const { server } = client.pipe;
    const deliver = server.onFrame;
    server.onFrame = (data) => {
      deliver(data);
      deliver(data);
    };
    fake.events.emit('partial', 'one');
    fake.events.emit('partial', 'two');
    expect(words).toEqual(['one', 'two']);
  });

  it('acknowledges what came after 64 KiB, and once a second', async () => {
    const { client, fake } = await opened();
    const acknowledged: number[] = [];
    const { life } = client.pipe.server;
    const receive = life.receivedText.bind(life);
    life.receivedText = (text) => {
      const frame = JSON.parse(text) as { readonly type: string; readonly seq: number };
      if (frame.type === 'ack') acknowledged.push(frame.seq);
      receive(text);
    };
    const sound = { turn: 1, fromMs: 0, pcm: new Uint8Array(30_000), sampleRateHz: 24_000 };
    for (let index = 0; index < 7; index++) fake.events.emit('sound', sound);
    expect(acknowledged).toEqual([4, 7]);
    await client.rig.clock.advanceAsync(1000);
    expect(acknowledged).toEqual([4, 7, 8]);
    await client.rig.clock.advanceAsync(10_000);
    expect(acknowledged).toEqual([4, 7, 8]);
  });

  it('keeps the last five seconds of the microphone while the connection is lost', async () => {
    const { client, session, fake } = await opened();
    client.pipe.cut();
    for (let second = 0; second < 10; second++) session.hear(new Uint8Array(32_000).fill(second));
    await client.rig.clock.advanceAsync(1000);
    const seconds = fake.done.map(([, pcm]) => (pcm as number[])[0]);
    expect(seconds.at(-1)).toBe(9);
    expect(seconds.length).toBeLessThanOrEqual(5);
    expect(seconds).toEqual(seconds.toSorted());
  });

  it('sends sound again only where the server does not have it', async () => {
    const { client, session, fake } = await opened();
    for (let index = 1; index <= 5; index++) session.hear(new Uint8Array([index, 0]));
    client.pipe.cut();
    session.hear(new Uint8Array([6, 0]));
    client.isReachable = false;
    client.api.retryNow();
    await settle();
    client.isReachable = true;
    client.api.retryNow();
    const { life } = client.pipe.server;
    const receive = life.receivedBytes.bind(life);
    let sounds = 0;
    life.receivedBytes = (bytes) => {
      sounds++;
      receive(bytes);
    };
    await settle();
    expect(sounds).toBe(1);
    expect(fake.done.map(([, pcm]) => (pcm as number[])[0])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('says farewell, so that nothing of it goes on', async () => {
    const { client, fake } = await opened();
    fake.isBusy = true;
    client.api.close();
    expect(client.rig.connections.size).toBe(0);
    expect(fake.done).toEqual([['interrupt']]);
    await expect(client.api.personas()).rejects.toMatchObject({ code: 'BRIDGE_ERR_STATE' });
  });

  it('learns from a gap how things stand, and which turns have ended', async () => {
    const { client, session, fake } = await opened();
    const told: unknown[] = [];
    session.events.on('gap', ({ phase, messages }) => told.push([phase, messages.length]));
    const first = await session.ask('one');
    const second = await session.ask('two');
    client.isReachable = false;
    client.pipe.cut();
    fake.lines = [
      { turn: 1, role: 'user', text: 'one', outcome: 'completed' },
      { turn: 1, role: 'assistant', text: 'The first.', outcome: 'completed' },
      { turn: 2, role: 'user', text: 'two', outcome: 'open' },
    ];
    fake.phase = 'speaking';
    for (let index = 0; index < 200; index++)
      fake.events.emit('sound', { turn: 1, fromMs: 0, pcm: new Uint8Array(10_000), sampleRateHz: 24_000 });
    client.isReachable = true;
    await client.rig.clock.advanceAsync(3000);
    expect(told).toEqual([['speaking', 3]]);
    expect(session.phase).toBe('speaking');
    expect(await first.ended).toMatchObject({ outcome: 'completed', user: 'one', heard: 'The first.' });
    fake.end(2, 'completed', 'Second.');
    expect(await second.ended).toMatchObject({ outcome: 'completed', reply: 'Second.' });
  });

  it('gets the answers that were lost in a gap, and nothing is done for them again', async () => {
    const { client, session, fake } = await opened();
    let begin: () => void = () => {};
    fake.gate = new Promise((resolve) => {
      begin = resolve;
    });
    const asked = session.ask('hello');
    await settle();
    client.pipe.cut();
    begin();
    await settle();
    for (let index = 0; index < 200; index++)
      fake.events.emit('sound', { turn: 1, fromMs: 0, pcm: new Uint8Array(10_000), sampleRateHz: 24_000 });
    await client.rig.clock.advanceAsync(3000);
    expect((await asked).turn).toBe(1);
    expect(fake.done).toHaveLength(1);
  });

  it('ends a session that another server does not open again', async () => {
    const { client, session } = await opened();
    const why: string[] = [];
    session.events.on('closed', (event) => why.push(event.why));
    const turn = await session.ask('hello');
    client.pipe.cut();
    client.rig.connections.close();
    client.rig.sessions.all.length = 0;
    client.rig.sessions.max = 0;
    await client.rig.clock.advanceAsync(5000);
    expect(why).toEqual(['idle']);
    expect(await turn.ended).toMatchObject({ outcome: 'dropped' });
    await expect(session.ask('again')).rejects.toMatchObject({ code: 'BRIDGE_ERR_STATE' });
    expect(client.api.status).toBe('open');
  });

  it('opens everything again when it is lost while it opens everything again', async () => {
    let frames = 0;
    let isFaulty = false;
    const rig = new ApiRig();
    const client = new ClientRig(rig, ANN, (direction) => isFaulty && direction === 'down' && ++frames === 2);
    const { session } = await opened(client);
    const other = await client.api.open({ name: 'two' });
    client.pipe.cut();
    rig.connections.close();
    rig.sessions.all.length = 0;
    isFaulty = true;
    await client.rig.clock.advanceAsync(1500);
    rig.connections.close();
    await client.rig.clock.advanceAsync(5000);
    await session.ask('hello');
    await other.ask('hello');
    expect(rig.sessions.all.map(({ wish, done }) => [wish.name, done.length])).toEqual([
      ['one', 1],
      ['two', 1],
    ]);
  });

  it('plays on a lane as fast as there is room, and is told of the end', async () => {
    const client = new ClientRig(new ApiRig(), { id: 'local', role: 'operator', label: 'local' });
    const speech = await client.api.lanePlay({ lane: 'main', kind: 'live' });
    const fake = client.rig.avatars.last;
    let isWritten = false;
    let room: () => void = () => {};
    fake.gate = new Promise((resolve) => {
      room = resolve;
    });
    const heard: number[] = [];
    speech.events.on('heard', (heardMs) => heard.push(heardMs));
    const writing = speech.write(new Uint8Array(300_000)).then(() => {
      isWritten = true;
    });
    await settle();
    expect(isWritten).toBe(false);
    room();
    await writing;
    const ended = speech.end();
    await settle();
    expect(fake.written.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(300_000);
    expect(fake.isComplete).toBe(true);
    fake.events.emit('heard', 40);
    fake.finish({ reason: 'completed', heardMs: 9375 });
    expect(await ended).toEqual({ reason: 'completed', heardMs: 9375 });
    expect(heard).toEqual([40]);
  });
});

describe('connect', () => {
  const asked = (url: string, options: object = {}) => {
    const dialled: { url: string; protocols: readonly string[] }[] = [];
    const clock = new FakeClock();
    const api = connect({
      ...{ url, clock },
      openSocket: (address, protocols) => {
        dialled.push({ url: address, protocols });
        return new ClientRig().pipe;
      },
      ...options,
    });
    api.close();
    return dialled[0];
  };

  it.each([
    ['http://localhost:1234', 'ws://localhost:1234/api/v1/ws'],
    ['https://host.test/', 'wss://host.test/api/v1/ws'],
    ['https://host.test/under/path?a=1#b', 'wss://host.test/under/path/api/v1/ws'],
    ['ws://host.test', 'ws://host.test/api/v1/ws'],
  ])('finds the WebSocket of %s', (url, expected) => {
    expect(asked(url)?.url).toBe(expected);
  });

  it('says who asks by a subprotocol, in characters that a browser allows', () => {
    expect(asked('http://h', { key: 'mab_?>~ÿ'.slice(0, 7) })?.protocols).toEqual([
      'mmdagent-bridge.v1',
      'Authorization.bWFiXz8-fg',
    ]);
    expect(asked('http://h', { visitor: 'token.1-a_b' })?.protocols).toEqual([
      'mmdagent-bridge.v1',
      'Visitor.token.1-a_b',
    ]);
    expect(asked('http://h')?.protocols).toEqual(['mmdagent-bridge.v1']);
  });
});
