import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Events } from '../../../src/control/index.js';
import { type DaemonRig, samplesOf, sound, startDaemon, tapOf, until, wait } from './rig.js';

describe('A client whose carrier is lost', () => {
  let rig: DaemonRig;
  beforeAll(async () => {
    rig = await startDaemon({ resumeMs: 3000 });
  });
  afterAll(() => rig.stop());

  it('has every sample played once, however often the carrier is cut', async () => {
    const listener = await rig.client();
    const heard = await tapOf(listener.client);
    const { client, cut } = await rig.client();
    const pcm = sound(2500);
    const handle = await client.open({ kind: 'recorded', readyTimeoutMs: 10_000 });
    const cutter = setInterval(cut, 170);
    for (let at = 0; at < pcm.byteLength; at += 3200) await handle.write(pcm.subarray(at, at + 3200));
    await handle.end();
    const end = await handle.ended;
    clearInterval(cutter);
    expect(end).toMatchObject({ reason: 'completed', heardMs: 2500 });
    await wait(300);
    expect(heard.samples).toEqual(samplesOf(pcm));
    client.close();
    listener.client.close();
  });

  it('ends a stream only after the sound that was lost with the carrier', async () => {
    const listener = await rig.client();
    const heard = await tapOf(listener.client);
    const { client, cut, refuse } = await rig.client();
    const pcm = sound(600, 2);
    const handle = await client.open({ kind: 'recorded', readyTimeoutMs: 10_000 });
    await handle.write(pcm.subarray(0, 6400));
    await wait(50);
    refuse(true);
    cut();
    await handle.write(pcm.subarray(6400));
    const ended = handle.end();
    refuse(false);
    await ended;
    expect(await handle.ended).toMatchObject({ reason: 'completed', heardMs: 600 });
    await wait(300);
    expect(heard.samples).toEqual(samplesOf(pcm));
    client.close();
    listener.client.close();
  });

  it('loses and doubles no event', async () => {
    const { client, events, cut } = await rig.client();
    await client.request('subscribe', { topics: ['messages'] });
    const other = await rig.client();
    const cutter = setInterval(cut, 60);
    for (let n = 0; n < 60; n++) {
      await other.client.request('send', { message: `RESUME_TEST|${n}` });
      await wait(5);
    }
    await wait(300);
    clearInterval(cutter);
    await until(() => events.filter(({ name }) => name === 'sent').length >= 60);
    await wait(300);
    const sent = events
      .filter(({ name }) => name === 'sent')
      .map(({ fields }) => (fields as Events['sent']).text);
    expect(sent.filter((text) => text.startsWith('RESUME_TEST'))).toEqual(
      Array.from({ length: 60 }, (_, n) => `RESUME_TEST|${n}`),
    );
    client.close();
    other.client.close();
  });

  it('has each request carried out and answered once', async () => {
    const listener = await rig.client();
    await listener.client.request('subscribe', { topics: ['messages'] });
    const { client, cut } = await rig.client();
    const cutter = setInterval(cut, 25);
    const answers = await Promise.all(
      Array.from({ length: 120 }, async (_, n) => {
        await wait(n * 4);
        return client.request('send', { message: `ONCE_TEST|${n}` });
      }),
    );
    clearInterval(cutter);
    expect(answers).toHaveLength(120);
    await wait(200);
    const sent = listener.events
      .filter(({ name }) => name === 'sent')
      .map(({ fields }) => (fields as Events['sent']).text)
      .filter((text) => text.startsWith('ONCE_TEST'));
    expect(new Set(sent).size).toBe(120);
    expect(sent).toHaveLength(120);
    client.close();
    listener.client.close();
  });

  it('hears of its stream even when it ended meanwhile', async () => {
    const { client, cut, refuse } = await rig.client();
    const handle = await client.open({ kind: 'recorded', readyTimeoutMs: 10_000 });
    await handle.write(sound(300));
    await handle.end();
    refuse(true);
    cut();
    await wait(900);
    refuse(false);
    expect(await handle.ended).toMatchObject({ reason: 'completed', heardMs: 300 });
    client.close();
  });

  it('goes on with a live stream after an outage that is longer than what it keeps', async () => {
    const { client, cut, refuse } = await rig.client();
    const handle = await client.open({ kind: 'live', readyTimeoutMs: 10_000 });
    const speak = async (ms: number): Promise<void> => {
      for (let at = 0; at < ms; at += 20) {
        await handle.write(sound(20));
        await wait(2);
      }
    };
    await speak(400);
    refuse(true);
    cut();
    await speak(4000);
    await wait(300);
    refuse(false);
    await until(async () => (await client.request('status', {})).lanes.length > 0);
    const before = handle.sentBytes;
    await speak(400);
    expect(handle.sentBytes).toBe(before + 400 * 32);
    await handle.end();
    const end = await handle.ended;
    expect(end.reason).toBe('completed');
    client.close();
  });

  it('has its stream spoken to the end when it never comes back', async () => {
    const listener = await rig.client();
    const heard = await tapOf(listener.client);
    const pcm = sound(500, 3);
    const gone = await rig.client({ reconnectMs: 0 });
    const handle = await gone.client.open({ kind: 'recorded', readyTimeoutMs: 10_000 });
    await handle.write(pcm);
    await wait(30);
    gone.client.close();
    expect(await handle.ended).toMatchObject({
      reason: 'failed',
      error: { code: 'BRIDGE_ERR_DAEMON_UNREACHABLE' },
    });
    await until(() => heard.samples.length >= pcm.byteLength / 2);
    await wait(200);
    expect(heard.samples).toEqual(samplesOf(pcm));
    listener.client.close();
  });

  it('is told apart from a new one when the daemon forgot it', async () => {
    const other = await startDaemon({ resumeMs: 0 });
    const { client, cut, refuse } = await other.client();
    const resumed: boolean[] = [];
    client.events.on('reconnected', (isResumed) => resumed.push(isResumed));
    const handle = await client.open({ kind: 'recorded', readyTimeoutMs: 10_000 });
    await handle.write(sound(200));
    refuse(true);
    cut();
    await wait(100);
    refuse(false);
    expect(await handle.ended).toMatchObject({ reason: 'failed' });
    expect(resumed).toEqual([false]);
    expect((await client.request('status', {})).clients).toBe(1);
    await other.stop();
  });
});
