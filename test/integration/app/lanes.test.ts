import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { AvatarPort, AvatarSpeech } from '../../../src/api/index.js';
import { createLanes } from '../../../src/app/lanes.js';
import { createSpeaker } from '../../../src/app/speaker.js';
import type { BridgeClient } from '../../../src/client/index.js';
import { resolveConfig } from '../../../src/config/index.js';
import { RequestError, SILENT_LOGGER } from '../../../src/runtime/index.js';
import type { SayEnd, SayListener, SayRequest, SpeakerPort } from '../../../src/server/index.js';
import { ScriptedEngines } from '../../support/server/scripted-engines.js';
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
} from '../daemon/rig.js';

const NO_SPEAKER: SpeakerPort = {
  engines: async () => [],
  say: () => Promise.reject(new Error('Nobody shall be asked to speak')),
};

const SAY = { text: 'Hello', lane: undefined, engine: undefined, voice: undefined, ifBusy: undefined };

/** What happened to something spoken, as it was told. */
function told(speech: AvatarSpeech): { starts: number; heardMs: number[] } {
  const seen = { starts: 0, heardMs: [] as number[] };
  speech.events.on('started', () => seen.starts++);
  speech.events.on('heard', (heardMs) => seen.heardMs.push(heardMs));
  return seen;
}

describe('Avatars for programs', () => {
  let rig: DaemonRig | undefined;
  const peers: DialledPeer[] = [];
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    for (const peer of peers.splice(0)) peer.close();
    await rig?.stop();
    rig = undefined;
  });

  /** A daemon with an avatar each. */
  async function stage(
    names: readonly string[] = ['main'],
    speaker: SpeakerPort = NO_SPEAKER,
  ): Promise<{ lanes: AvatarPort; client: BridgeClient; peers: DialledPeer[] }> {
    const ports = await Promise.all(names.map(() => freePort()));
    rig = await startDaemon({ links: names.map((name, n) => `${name}=tcp-listen://127.0.0.1:${ports[n]}`) });
    const { client } = await rig.client();
    for (const port of ports) peers.push(dialIn(port));
    for (const name of names) await untilReady(client, name);
    return { lanes: createLanes({ client, clock, speaker, readyTimeoutMs: 3000 }), client, peers };
  }

  it('are told with what they are and do, and nothing else of the daemon', async () => {
    const { lanes } = await stage(['main', 'second']);
    const idle = { model: '0', state: 'ready', isSimulator: false, isSpeaking: false };
    expect(await lanes.lanes()).toEqual([
      { lane: 'main', ...idle },
      { lane: 'second', ...idle },
    ]);
    const speech = await lanes.play({ lane: 'second', kind: 'recorded', ifBusy: undefined });
    await speech.write(sound(800));
    await until(async () => (await lanes.lanes())[1]?.isSpeaking === true);
    expect((await lanes.lanes())[0]?.isSpeaking).toBe(false);
    speech.stop();
    await speech.ended;
  });

  it('play sound as it is given, tell what of it is heard, and that it was all', async () => {
    const { lanes, peers } = await stage();
    const speech = await lanes.play({ lane: undefined, kind: 'recorded', ifBusy: undefined });
    const seen = told(speech);
    expect(speech.lane).toBe('main');
    const [first, second] = [sound(300, 1), sound(300, 2)];
    await speech.write(first);
    await speech.write(second);
    speech.end();
    speech.end();
    expect(await speech.ended).toEqual({ reason: 'completed', heardMs: 600 });
    expect(peers[0]?.heard.samples).toEqual(samplesOf(first, second));
    expect(seen.starts).toBe(1);
    expect(seen.heardMs.length).toBeGreaterThan(1);
    expect(seen.heardMs).toEqual([...seen.heardMs].sort((one, other) => one - other));
    expect(peers[0]?.incidents).toEqual([]);
  });

  it('are silent at once for who stops, and take nothing any more', async () => {
    const { lanes, peers } = await stage();
    const speech = await lanes.play({ lane: 'main', kind: 'recorded', ifBusy: undefined });
    void speech.write(sound(5000)).catch(() => {});
    await until(() => (peers[0]?.heard.samples.length ?? 0) > 0);
    speech.stop();
    speech.stop();
    const end = await speech.ended;
    expect(end.reason).toBe('interrupted');
    expect(end.heardMs).toBeLessThan(4000);
    await wait(300);
    const heard = peers[0]?.heard.samples.length;
    await speech.write(sound(200));
    speech.end();
    await wait(300);
    expect(peers[0]?.heard.samples.length).toBe(heard);
  });

  it('are interrupted whoever speaks, the one that is meant and no other', async () => {
    const { lanes } = await stage(['main', 'second']);
    const open = (lane: string) => lanes.play({ lane, kind: 'recorded', ifBusy: undefined });
    const [one, other] = [await open('main'), await open('second')];
    await Promise.all([one.write(sound(400)), other.write(sound(400))]);
    other.end();
    await lanes.interrupt('main');
    expect((await one.ended).reason).toBe('interrupted');
    expect(await other.ended).toEqual({ reason: 'completed', heardMs: 400 });
    await lanes.interrupt('main');
    await expect(lanes.interrupt('nobody')).rejects.toMatchObject({ code: 'BRIDGE_ERR_LANE_UNKNOWN' });
  });

  it('refuse or interrupt while they speak, as is wished', async () => {
    const { lanes } = await stage();
    const open = (ifBusy: 'queue' | 'fail' | 'interrupt') =>
      lanes.play({ lane: 'main', kind: 'recorded', ifBusy });
    const one = await open('queue');
    await one.write(sound(2000));
    await expect(open('fail')).rejects.toMatchObject({ code: 'BRIDGE_ERR_LANE_BUSY' });
    const two = await open('interrupt');
    expect((await one.ended).reason).toBe('interrupted');
    two.stop();
    await two.ended;
  });

  it('get messages; a name that is none and a line that is none are refused', async () => {
    const { lanes, peers } = await stage(['main', 'second']);
    expect(await lanes.send('MOTION_ADD|0|greet|wave.vmd', 'second')).toBe('second');
    await until(() => peers[1]?.messages.includes('MOTION_ADD|0|greet|wave.vmd') === true);
    expect(peers[0]?.messages.join()).not.toContain('MOTION_ADD');
    await expect(lanes.send('MOTION_ADD|0', 'nobody')).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_UNKNOWN',
    });
    await expect(lanes.send('MOTION_ADD|0', undefined)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_UNKNOWN',
    });
    await expect(lanes.send('ONE|1\nTWO|2', 'main')).rejects.toBeInstanceOf(Error);
    await wait(100);
    expect(peers[0]?.messages.join()).not.toMatch(/ONE|TWO/);
  });

  it('move the mouth for a sound that is heard elsewhere, and close it behind', async () => {
    const { lanes, peers } = await stage();
    const phonemes = [
      { phoneme: 'k', startMs: 0, endMs: 60 },
      { phoneme: 'a', startMs: 60, endMs: 300 },
      { phoneme: 'o', startMs: 300, endMs: 500 },
    ];
    expect(await lanes.lips({ phonemes, lane: undefined, startsInMs: 300 })).toBe('main');
    const lists = (): string[] =>
      (peers[0]?.messages ?? []).filter((line) => line.startsWith('LIPSYNC_START|0|'));
    await until(() => lists().some((line) => line.includes('k,60,a,')));
    expect(lists().at(-1)).toMatch(/^LIPSYNC_START\|0\|sil,\d+,k,60,a,240,o,200,sil,\d+$/);
    expect(peers[0]?.incidents).toEqual([]);
    expect(peers[0]?.heard.samples).toHaveLength(0);
    await expect(lanes.lips({ phonemes, lane: 'nobody', startsInMs: 0 })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_UNKNOWN',
    });
  });

  it('have no lips to move when no MMDAgent-EX comes in time', async () => {
    rig = await startDaemon({ links: [`away=tcp-listen://127.0.0.1:${await freePort()}`] });
    const { client } = await rig.client();
    const lanes = createLanes({ client, clock, speaker: NO_SPEAKER, readyTimeoutMs: 300 });
    const phonemes = [{ phoneme: 'a', startMs: 0, endMs: 100 }];
    await expect(lanes.lips({ phonemes, lane: 'away', startsInMs: 0 })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_NOT_READY',
    });
  });

  it('are watched until nobody wants to know any more: whether they are there, and what they say of themselves', async () => {
    const { lanes, peers } = await stage(['main', 'second']);
    const states: string[] = [];
    const messages: string[] = [];
    const end = lanes.watch({
      onLane: ({ lane, state }) => states.push(`${lane} ${state}`),
      onMessage: ({ lane, type, args }) => messages.push([lane, type, ...args].join('|')),
    });
    await lanes.send('MODEL_ADD|1|second.pmd', 'main');
    await until(() => messages.includes('main|MODEL_EVENT_ADD|1'));
    // What the bridge sent is not what the avatar says, though it comes back from there.
    expect(messages).not.toContain('main|MODEL_ADD|1|second.pmd');
    expect(peers[0]?.messages).toContain('MODEL_ADD|1|second.pmd');
    peers[1]?.close();
    await until(() => states.includes('second disconnected'));
    expect(states.join()).not.toContain('main');
    end();
    end();
    const before = [states.length, messages.length];
    await lanes.send('MODEL_ADD|2|third.pmd', 'main');
    await until(() => peers[0]?.messages.includes('MODEL_EVENT_ADD|2') === true);
    await wait(100);
    expect([states.length, messages.length]).toEqual(before);
  });

  it('speak a text with the voice of the settings, tell how it goes, and stop at once', async () => {
    const engines = await ScriptedEngines.start();
    const home = mkdtempSync(join(tmpdir(), 'bridge-lanes-'));
    closing.push(
      () => engines.close(),
      () => rmSync(home, { recursive: true, force: true }),
    );
    const env = { HOME: home, PATH: process.env['PATH'] };
    const resolved = await resolveConfig({ env, flags: {} });
    const vendor = { type: 'openai', baseUrl: engines.baseUrl, firstByteMs: 3000, idleMs: 3000 };
    const config = { ...resolved.config, ttsEngine: 'mine', engines: { mine: vendor } };
    const { client, peers } = await stage();
    const speaker = createSpeaker({
      ...{ resolved: { ...resolved, config }, client, clock, env, logger: SILENT_LOGGER },
    });
    closing.push(() => speaker.close());
    const lanes = createLanes({ client, clock, speaker, readyTimeoutMs: 3000 });
    const speech = await lanes.say({ ...SAY, text: 'Hello there.' });
    const seen = told(speech);
    expect(speech.lane).toBe('main');
    // Sixty milliseconds for each letter.
    const end = await speech.ended;
    expect(end.reason).toBe('completed');
    expect(end.heardMs).toBeGreaterThan(600);
    expect(seen.starts).toBe(1);
    expect(seen.heardMs.at(-1)).toBeGreaterThan(300);
    expect(peers[0]?.heard.samples.length).toBeGreaterThan(600 * 15);
    const long = await lanes.say({ ...SAY, text: `${'This is a long sentence. '.repeat(8)}` });
    await new Promise<void>((resolve) => void long.events.on('started', resolve));
    long.stop();
    long.stop();
    expect((await long.ended).reason).toBe('interrupted');
    await expect(lanes.say({ ...SAY, lane: 'nobody' })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LANE_UNKNOWN',
    });
    await expect(lanes.say({ ...SAY, engine: 'nobody' })).rejects.toBeInstanceOf(Error);
  }, 30_000);

  describe('that speak a text', () => {
    /** A voice that does what the test says. */
    function scripted(
      run: (listener: SayListener, request: SayRequest) => Promise<SayEnd>,
    ): Promise<AvatarSpeech> {
      const speaker: SpeakerPort = { engines: async () => [], say: (wish, to) => run(to, wish) };
      const client = {} as BridgeClient;
      return createLanes({ client, clock, speaker, readyTimeoutMs: 10 }).say(SAY);
    }

    it('refuse it as the voice did, where nothing was on its way', async () => {
      const error = new RequestError('BRIDGE_ERR_SPEECH_ENGINE', 'No engine is ready');
      await expect(scripted(() => Promise.reject(error))).rejects.toBe(error);
    });

    it('tell a voice that fails on the way as its end, which never rejects', async () => {
      const error = new RequestError('BRIDGE_ERR_SPEECH_ENGINE', 'It broke');
      const known = await scripted(async (listener) => {
        await wait(1);
        listener.onOpened('main');
        throw error;
      });
      expect(await known.ended).toEqual({ reason: 'failed', heardMs: 0, error });
      const unknown = await scripted(async (listener) => {
        await wait(1);
        listener.onOpened('main');
        throw new TypeError('undefined is not a function');
      });
      expect(await unknown.ended).toMatchObject({ reason: 'failed', error: { code: 'BRIDGE_ERR_STATE' } });
    });

    it('are on their way also where the voice is there at once', async () => {
      const speech = await scripted((listener) => {
        listener.onOpened('main');
        return Promise.resolve({ reason: 'completed', heardMs: 5 });
      });
      expect(await speech.ended).toEqual({ reason: 'completed', heardMs: 5 });
    });

    it('end as interrupted for who stops before anything was heard', async () => {
      const speech = await scripted(
        (listener, { signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
            setTimeout(() => listener.onOpened('main'), 1);
          }),
      );
      speech.stop();
      expect(await speech.ended).toEqual({ reason: 'interrupted', heardMs: 0 });
    });
  });
});
