import { afterEach, describe, expect, it } from 'vitest';
import {
  type DaemonRig,
  type DialledPeer,
  dialIn,
  freePort,
  sound,
  startDaemon,
  untilReady,
  wait,
} from './rig.js';

describe('Lanes of a daemon', () => {
  let rig: DaemonRig | undefined;
  const peers: DialledPeer[] = [];
  afterEach(async () => {
    for (const peer of peers.splice(0)) peer.close();
    await rig?.stop();
    rig = undefined;
  });

  it('speaks to the simulator only while no MMDAgent-EX is there', async () => {
    const port = await freePort();
    rig = await startDaemon({ links: [`real=tcp-listen://127.0.0.1:${port}`, 'simulator:'] });
    const { client } = await rig.client();
    await untilReady(client, 'simulator');
    expect(await client.request('send', { message: 'WHERE|1' })).toMatchObject({ lane: 'simulator' });
    peers.push(dialIn(port));
    await untilReady(client, 'real');
    expect(await client.request('send', { message: 'WHERE|2' })).toMatchObject({ lane: 'real' });
    const handle = await client.open({ kind: 'recorded' });
    expect(handle.lane).toBe('real');
    await handle.interrupt();
    const { lanes, isInUse } = await client.request('status', {});
    expect(isInUse).toBe(true);
    expect(lanes.map(({ lane, isSimulator }) => [lane, isSimulator])).toEqual([
      ['real', false],
      ['simulator', true],
    ]);
  });

  it('guesses between two avatars never', async () => {
    const ports = [await freePort(), await freePort()];
    rig = await startDaemon({ links: ports.map((port, n) => `peer${n}=tcp-listen://127.0.0.1:${port}`) });
    const { client } = await rig.client();
    for (const port of ports) peers.push(dialIn(port));
    await untilReady(client, 'peer0');
    await untilReady(client, 'peer1');
    await expect(client.request('send', { message: 'WHICH|1' })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_UNKNOWN',
      message: expect.stringContaining('peer0 (ready), peer1 (ready)'),
    });
    expect(await client.request('send', { message: 'WHICH|1', lane: 'peer1' })).toMatchObject({
      lane: 'peer1',
    });
    await expect(client.open({ kind: 'recorded', lane: 'peer2' })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_UNKNOWN',
    });
    await wait(100);
    expect(peers[0]?.messages).not.toContain('WHICH|1');
    expect(peers[1]?.messages).toContain('WHICH|1');
  });

  it('adds a link once, whoever asks how often', async () => {
    const port = await freePort();
    rig = await startDaemon({ links: [] });
    const { client } = await rig.client();
    const other = await rig.client();
    const url = `tcp-listen://127.0.0.1:${port}`;
    const answers = await Promise.all([
      client.request('ensureLinks', { links: [`one=${url}`] }),
      other.client.request('ensureLinks', { links: [`one=${url}`] }),
      client.request('ensureLinks', { links: [url] }),
    ]);
    expect(answers).toEqual(Array(3).fill({ lanes: ['one'] }));
    expect((await client.request('status', {})).links).toHaveLength(1);
    await expect(client.request('ensureLinks', { links: ['one=simulator:'] })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_CONFIG_LINK',
    });
    await expect(
      client.request('ensureLinks', { links: [`two=ws-listen://127.0.0.1:${port}/chat`] }),
    ).rejects.toMatchObject({ code: 'BRIDGE_ERR_LINK_LISTEN' });
    // Who asks while another's attempt fails is told so too.
    const taken = { links: [`three=ws-listen://127.0.0.1:${port}/again`] };
    const tries = await Promise.allSettled([
      client.request('ensureLinks', taken),
      other.client.request('ensureLinks', taken),
    ]);
    expect(tries.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await client.request('status', {})).links).toHaveLength(1);
  });

  it('ends neither a link nor itself under an MMDAgent-EX, except by force', async () => {
    const port = await freePort();
    rig = await startDaemon({ links: [`real=tcp-listen://127.0.0.1:${port}`] });
    const { client, events } = await rig.client();
    const peer = dialIn(port);
    peers.push(peer);
    await untilReady(client, 'real');
    const inUse = { code: 'BRIDGE_ERR_DAEMON_IN_USE' };
    await expect(client.request('stop', {})).rejects.toMatchObject(inUse);
    await expect(client.request('closeLink', { link: 'real' })).rejects.toMatchObject(inUse);
    await expect(client.request('closeLink', { link: 'nobody' })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_UNKNOWN',
    });
    expect(peer.peer.status).toBe('running');
    const handle = await client.open({ kind: 'recorded' });
    await handle.write(sound(400));
    await handle.end();
    expect(await client.request('closeLink', { link: 'real', force: true })).toEqual({});
    // What was being said was heard first.
    expect(await handle.ended).toMatchObject({ reason: 'completed', heardMs: 400 });
    expect((await client.request('status', {})).links).toEqual([]);
    await client.request('stop', {});
    await rig.running.stopped;
    expect(events.some(({ name }) => name === 'stopping')).toBe(true);
  });
});
