import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { levelDbfs } from '../../../src/audio/index.js';
import type { Events } from '../../../src/control/index.js';
import {
  clock,
  type DaemonRig,
  type DialledPeer,
  dialIn,
  freePort,
  sound,
  startDaemon,
  until,
  untilReady,
} from './rig.js';

describe('Levels of what is streamed to a real avatar', () => {
  let rig: DaemonRig;
  let peer: DialledPeer;
  beforeAll(async () => {
    const port = await freePort();
    rig = await startDaemon({ links: [`real=tcp-listen://127.0.0.1:${port}`] });
    peer = dialIn(port);
    await untilReady((await rig.client()).client, 'real');
  });
  afterAll(async () => {
    peer.close();
    await rig.stop();
  });

  it('are told to who listens to them, one for every 40 ms, and to nobody else', async () => {
    const [listener, other] = [await rig.client(), await rig.client()];
    await listener.client.request('subscribe', { topics: ['levels'] });
    await other.client.request('subscribe', { topics: ['lanes'] });
    const pcm = sound(1000);
    const told: { readonly heardAtMs: number; readonly level: Events['laneLevel'] }[] = [];
    listener.client.events.on('laneLevel', (level) =>
      told.push({ heardAtMs: clock.nowMs() + level.startsInMs, level }),
    );
    const handle = await other.client.open({ kind: 'recorded', lane: 'real' });
    await handle.write(pcm);
    await handle.end();
    expect((await handle.ended).reason).toBe('completed');
    // Silence goes around it.
    const levels = told.flatMap(({ level }) => level.levelsDbfs).filter((level) => level > -119);
    // Some units end in a shorter step.
    expect(levels.length).toBeGreaterThanOrEqual(25);
    expect(levels.length).toBeLessThanOrEqual(60);
    const off = levels.filter((level) => Math.abs(level - levelDbfs(pcm)) > 2);
    // Those at its ends are partly silence.
    expect(off.length).toBeLessThanOrEqual(2);
    expect(new Set(told.map(({ level }) => `${level.lane} ${level.stepMs}`))).toEqual(new Set(['real 40']));
    // They follow each other as they are heard.
    const first = told[0]?.heardAtMs ?? 0;
    const last = told.at(-1)?.heardAtMs ?? 0;
    expect(last - first).toBeGreaterThan(500);
    expect(last - first).toBeLessThan(1500);
    expect(other.events.filter(({ name }) => name === 'laneLevel')).toEqual([]);
  });

  it('come with the news that the avatar begins and ends speaking', async () => {
    const { client, events } = await rig.client();
    await client.request('subscribe', { topics: ['lanes'] });
    const handle = await client.open({ kind: 'recorded', lane: 'real' });
    await handle.write(sound(200));
    await handle.end();
    await handle.ended;
    const states = (): boolean[] =>
      events.flatMap(({ name, fields }) =>
        name === 'laneState' ? [(fields as Events['laneState']).isSpeaking] : [],
      );
    await until(() => states().at(-1) === false);
    expect(states()[0]).toBe(true);
  });
});
