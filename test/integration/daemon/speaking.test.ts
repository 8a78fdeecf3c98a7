import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Events } from '../../../src/control/index.js';
import {
  clock,
  type DaemonRig,
  type DialledPeer,
  dialIn,
  freePort,
  samplesOf,
  sound,
  startDaemon,
  until,
  untilReady,
  wait,
} from './rig.js';

const AHEAD_MS = 1000;

describe('Speaking through a daemon', () => {
  let rig: DaemonRig;
  let peer: DialledPeer;
  beforeAll(async () => {
    const port = await freePort();
    rig = await startDaemon({
      links: [`real=tcp-listen://127.0.0.1:${port}`],
      aheadMs: AHEAD_MS,
      leadMs: 100,
    });
    peer = dialIn(port);
    await untilReady((await rig.client()).client, 'real');
  });
  afterAll(async () => {
    peer.close();
    await rig.stop();
  });

  it('gives credit for no more than the ahead setting beyond what has left', async () => {
    const { client, events } = await rig.client();
    const handle = await client.open({ kind: 'recorded' });
    const startMs = clock.nowMs();
    const credits: { acceptedMs: number; passedMs: number }[] = [];
    client.events.on('streamCredit', ({ acceptedBytes }) =>
      credits.push({ acceptedMs: acceptedBytes / 32, passedMs: clock.nowMs() - startMs }),
    );
    await handle.write(sound(2500));
    await handle.end();
    expect((await handle.ended).heardMs).toBe(2500);
    expect(events.some(({ name }) => name === 'streamCredit')).toBe(true);
    // Lead, latency and a burst of five units are what may have left before their time.
    for (const { acceptedMs, passedMs } of credits)
      expect(acceptedMs - passedMs).toBeLessThan(AHEAD_MS + 350);
    client.close();
  });

  it('refuses sound beyond the credit and goes on with what it has', async () => {
    const { client } = await rig.client({ reconnectMs: 0 });
    const { stream, acceptedBytes } = await client.request('open', { kind: 'recorded' });
    expect(acceptedBytes).toBe(AHEAD_MS * 32);
    const metrics = async (): Promise<string> => (await client.request('metrics', {})).text;
    const handle = await client.open({ kind: 'recorded' });
    expect(handle.stream).not.toBe(stream);
    // A handle that believes in more credit than there is.
    handle.received('streamCredit', { stream: handle.stream, acceptedBytes: 10_000_000 });
    await handle.write(sound(5000));
    expect(await metrics()).toMatch(
      /bridge_requests_refused_total\{code="BRIDGE_ERR_STREAM_OVERRUN"\} [1-9]/,
    );
    await client.request('interrupt', { lane: 'real' });
    expect((await handle.ended).reason).toBe('interrupted');
    client.close();
  });

  it('sends nothing after an interruption, of any utterance that waits', async () => {
    const { client, events } = await rig.client();
    const handles = await Promise.all([1, 2, 3].map(() => client.open({ kind: 'recorded' })));
    await Promise.all(handles.map((handle, index) => handle.write(sound(800, index))));
    await until(() => handles[0]?.startedAtMs !== undefined);
    await wait(150);
    await client.request('interrupt', { lane: 'real' });
    const ends = await Promise.all(handles.map(({ ended }) => ended));
    expect(ends.map(({ reason }) => reason)).toEqual(['interrupted', 'interrupted', 'interrupted']);
    expect(ends[0]?.heardMs).toBeLessThan(600);
    expect(ends.slice(1).map(({ heardMs }) => heardMs)).toEqual([0, 0]);
    const { text } = await client.request('metrics', {});
    const units = /bridge_sound_units_total\{lane="real"\} \d+/.exec(text)?.[0];
    await wait(400);
    expect((await client.request('metrics', {})).text).toContain(units);
    expect(events.filter(({ name }) => name === 'streamEnded')).toHaveLength(3);
    expect((await client.request('status', {})).lanes[0]?.isSpeaking).toBe(false);
    client.close();
  });

  it('plays queued utterances one after another, sample for sample', async () => {
    await wait(300);
    const before = peer.heard.samples.length;
    const { client } = await rig.client();
    const parts = [sound(300, 4), sound(210, 5), sound(137, 6)];
    const handles = await Promise.all(parts.map(() => client.open({ kind: 'recorded', mode: 'file' })));
    for (const [index, handle] of handles.entries()) {
      await handle.write(parts[index] ?? new Uint8Array());
      await handle.end();
    }
    for (const handle of handles) expect((await handle.ended).reason).toBe('completed');
    await wait(200);
    expect(peer.heard.samples.slice(before)).toEqual(samplesOf(...parts));
    client.close();
  });

  it('tells when each tied message left, at its position', async () => {
    const { client } = await rig.client();
    const handle = await client.open({ kind: 'recorded' });
    const told: { tie: number; atMs: number }[] = [];
    handle.events.on('tied', (tie, atMs) => told.push({ tie, atMs }));
    const ties = [
      await handle.tie({ atMs: 400, message: 'TIE_TEST|b' }),
      await handle.tie({ atMs: 100, message: 'TIE_TEST|a' }),
      await handle.tie({ atMs: 700, exMorph: { あ: 0.5 } }),
    ];
    await handle.write(sound(900));
    await handle.end();
    await handle.ended;
    expect(told.map(({ tie }) => tie)).toEqual([ties[1], ties[0], ties[2]]);
    const startedAtMs = handle.startedAtMs ?? 0;
    // A message leaves ahead of its position by what the peer needs to act.
    for (const [index, atMs] of [100, 400, 700].entries())
      expect(Math.abs((told[index]?.atMs ?? 0) - startedAtMs - atMs)).toBeLessThan(150);
    expect(peer.messages.filter((text) => text.startsWith('TIE_TEST'))).toEqual(['TIE_TEST|a', 'TIE_TEST|b']);
    await expect(handle.tie({ atMs: 1, message: 'LATE|1' })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_STREAM_UNKNOWN',
    });
    client.close();
  });

  it('tells positions ten times a second and whose stream begins to those who listen', async () => {
    const listener = await rig.client();
    await listener.client.request('subscribe', { topics: ['streams'] });
    const { client, events } = await rig.client();
    const handle = await client.open({ kind: 'recorded' });
    await handle.write(sound(1000));
    await handle.end();
    await handle.ended;
    const positions = events
      .filter(({ name }) => name === 'streamPosition')
      .map(({ fields }) => (fields as Events['streamPosition']).heardMs);
    expect(positions.length).toBeGreaterThan(6);
    expect([...positions].sort((a, b) => a - b)).toEqual(positions);
    const seen = listener.events.filter(({ name }) => name === 'streamStarted');
    expect(seen).toMatchObject([{ fields: { stream: handle.stream, lane: 'real' } }]);
    listener.client.close();
    client.close();
  });

  it('tells positions only of what is heard, also while another stream is', async () => {
    const { client } = await rig.client();
    const told: { stream: number; heardMs: number }[] = [];
    client.events.on('streamPosition', ({ stream, heardMs }) => told.push({ stream, heardMs }));
    const first = await client.open({ kind: 'recorded' });
    await first.write(sound(400));
    await first.end();
    // It is its turn, and there is no sound of it yet.
    const second = await client.open({ kind: 'recorded', ifBusy: 'queue' });
    await first.ended;
    await wait(250);
    await second.write(sound(400));
    await second.end();
    await second.ended;
    const { stream } = second;
    expect(told.filter((one) => one.stream === stream).length).toBeGreaterThan(1);
    for (const { heardMs } of told) expect(heardMs).toBeGreaterThan(0);
    client.close();
  });

  it('has hurt nobody', async () => {
    const { client } = await rig.client();
    expect(peer.incidents.filter((incident) => incident !== 'violation partial-block')).toEqual([]);
    expect((await client.request('status', {})).lanes[0]).toMatchObject({ connections: 1, state: 'ready' });
    expect((await client.request('metrics', {})).text).toMatch(/^bridge_uncaught_errors_total 0$/m);
    client.close();
  });
});
