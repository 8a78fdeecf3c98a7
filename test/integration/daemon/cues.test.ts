import { afterEach, describe, expect, it } from 'vitest';
import { DaemonClock } from '../../../src/client/index.js';
import { clock, type DaemonRig, startDaemon, until, untilReady } from './rig.js';

describe('send with actAtMs', () => {
  let rig: DaemonRig | undefined;
  afterEach(async () => {
    await rig?.stop();
    rig = undefined;
  });

  it('moves the mouth of the avatar at that time of the daemon', async () => {
    rig = await startDaemon();
    const { client, events } = await rig.client();
    await untilReady(client, 'simulator');
    await client.request('subscribe', { topics: ['messages'] });
    const daemonClock = await DaemonClock.measure(client, clock);
    expect(daemonClock.errorMs).toBeLessThan(50);
    const askedMs = clock.nowMs();
    const { lane, sentAtMs } = await client.request('send', {
      message: 'LIPSYNC_START|0|a,300,sil,100',
      actAtMs: daemonClock.daemonMs(askedMs + 200),
    });
    expect(lane).toBe('simulator');
    // Not at once: a lip border acts up to some frames after or before it is sent.
    expect(clock.nowMs() - askedMs).toBeGreaterThan(100);
    expect(sentAtMs).toBeGreaterThan(daemonClock.daemonMs(askedMs + 100));
    await until(() =>
      events.some(
        ({ name, fields }) => name === 'message' && 'type' in fields && fields.type === 'LIPSYNC_EVENT_START',
      ),
    );
  });

  it('refuses a time that can only be of another clock', async () => {
    rig = await startDaemon();
    const { client } = await rig.client();
    await untilReady(client, 'simulator');
    await expect(
      client.request('send', { message: 'A|1', actAtMs: Date.now() + 3_600_000 }),
    ).rejects.toMatchObject({ code: 'BRIDGE_ERR_USAGE' });
    await expect(client.request('send', { message: 'A|1', actAtMs: Number.NaN })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_CONTROL_PROTOCOL',
    });
  });
});

describe('DaemonClock', () => {
  let rig: DaemonRig | undefined;
  afterEach(async () => {
    await rig?.stop();
    rig = undefined;
  });

  it('knows the time of a daemon whose clock is its own', async () => {
    rig = await startDaemon();
    const { client } = await rig.client();
    const shifted = {
      nowMs: () => clock.nowMs() + 5_000_000,
      wallMs: () => 0,
      after: clock.after.bind(clock),
    };
    const daemonClock = await DaemonClock.measure(client, shifted);
    expect(Math.abs(daemonClock.daemonMs(shifted.nowMs()) - Date.now())).toBeLessThan(50);
  });
});
