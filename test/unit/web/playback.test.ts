import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DaemonClock } from '../../../src/client/daemon-clock.js';
import { Emitter, FakeClock } from '../../../src/runtime/index.js';
import { LipsDrive, type LipsDriveParts, type LipsTarget } from '../../../src/web/lips-drive.js';
import { LipsSession } from '../../../src/web/lips-session.js';
import { SoundPlayer } from '../../../src/web/sound-player.js';

interface Held {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Sounds that were let out, as positions in seconds. */
let started: number[];
/** Contexts that wait for the user's leave to sound. */
let waking: Held[];

function gain(): object {
  const set = (): void => {};
  const methods = { setValueAtTime: set, linearRampToValueAtTime: set, cancelScheduledValues: set };
  return { gain: { value: 1, ...methods, setTargetAtTime: set }, connect: (next: unknown) => next };
}

/** Of the browser's, what a player uses; sound is let out when a test says so. */
class FakeContext {
  readonly currentTime = 0;
  readonly state = 'suspended';
  readonly destination = {};
  createGain = gain;
  createBufferSource() {
    return {
      connect: (next: unknown) => next,
      start: (_atS: number, fromS: number) => started.push(fromS),
      stop: () => {},
      addEventListener: () => {},
    };
  }
  addEventListener(): void {}
  resume(): Promise<void> {
    return new Promise((resolve, reject) => waking.push({ resolve, reject }));
  }
  async decodeAudioData(): Promise<AudioBuffer> {
    return SOUND;
  }
  async close(): Promise<void> {}
}

const SOUND = { duration: 5 } as AudioBuffer;
const SOUND_FILE = new File(['x'], 'a.wav');
const TIMINGS_FILE = new File(['0 10000000 a\n'], 'a.lab');
const AVATAR: LipsTarget = { lane: 'a', model: '0' };

async function settle(): Promise<void> {
  for (let n = 0; n < 30; n++) await Promise.resolve();
}

function parts() {
  const clock = new FakeClock();
  const outputs = {
    events: new Emitter<{ changed: [] }>(),
    offsetMs: 0,
    apply: async () => {},
  } as unknown as LipsDriveParts['outputs'];
  const player = new SoundPlayer(clock, outputs);
  const measuring: Held[] = [];
  const sent: string[] = [];
  const bridge = {
    events: new Emitter(),
    measureClock: () =>
      new Promise<DaemonClock>((resolve, reject) => {
        const known = { daemonMs: (ms: number) => ms } as DaemonClock;
        measuring.push({ resolve: () => resolve(known), reject });
      }),
    request: async (_name: string, { message }: { message: string }) => void sent.push(message),
  } as unknown as LipsDriveParts['bridge'];
  let target: LipsTarget | undefined = AVATAR;
  const targetNow = (): LipsTarget | undefined => target;
  const leave = (): void => {
    target = undefined;
  };
  return { clock, outputs, player, bridge, targetNow, measuring, sent, leave };
}

beforeEach(() => {
  started = [];
  waking = [];
  vi.stubGlobal('AudioContext', FakeContext);
});
afterEach(() => vi.unstubAllGlobals());

describe('SoundPlayer while the browser holds sound back', () => {
  let player: SoundPlayer;
  beforeEach(() => {
    ({ player } = parts());
    player.load(SOUND);
  });
  const wake = async (): Promise<void> => {
    for (const held of waking) held.resolve();
    await settle();
  };

  it('plays as soon as sound is let out, once however often it was asked', async () => {
    void player.play();
    void player.play();
    await settle();
    expect(started).toEqual([]);
    await wake();
    expect([player.status, started]).toEqual(['playing', [0]]);
  });

  it.each([
    ['stop', 'stopped'],
    ['pause', 'stopped'],
    ['close', 'stopped'],
  ] as const)('starts nothing after %s', async (ending, status) => {
    void player.play();
    player[ending]();
    await wake();
    expect([player.status, started]).toEqual([status, []]);
  });

  it('starts nothing when the same sound was loaded anew', async () => {
    void player.play();
    player.load(SOUND);
    await wake();
    expect([player.status, started]).toEqual(['stopped', []]);
  });

  it('plays from where it was sought meanwhile', async () => {
    void player.play();
    player.seek(2000);
    await wake();
    expect([player.status, started]).toEqual(['playing', [2]]);
  });

  it('plays once when it was stopped and asked again', async () => {
    void player.play();
    player.stop();
    void player.play();
    await wake();
    expect([player.status, started]).toEqual(['playing', [0]]);
  });

  it('tells that the browser refuses, unless nobody wants it any more', async () => {
    const wanted = player.play();
    waking[0]?.reject(new Error('no'));
    await expect(wanted).rejects.toThrow('no');
    const unwanted = player.play();
    player.stop();
    waking[1]?.reject(new Error('no'));
    await expect(unwanted).resolves.toBeUndefined();
  });
});

describe('LipsDrive', () => {
  it('moves no lips when it was stopped while it made ready', async () => {
    const { measuring, sent, ...rest } = parts();
    const drive = new LipsDrive(rest);
    drive.phonemes = [{ phoneme: 'a', startMs: 0, endMs: 1000 }];
    const ready = drive.ready();
    await settle();
    await drive.stop();
    measuring[0]?.resolve();
    await ready;
    vi.spyOn(rest.player, 'heardAtMs').mockReturnValue(300);
    drive.start(0);
    await settle();
    rest.clock.advance(1000);
    await settle();
    expect(sent).toEqual([]);
  });
});

describe('LipsSession', () => {
  async function loaded() {
    const all = parts();
    const session = new LipsSession(all);
    const failed: string[] = [];
    session.events.on('failed', ({ code }) => failed.push(code));
    await session.take([SOUND_FILE, TIMINGS_FILE]);
    expect([session.state.status, failed]).toEqual(['loaded', []]);
    const go = async (): Promise<void> => {
      for (const held of [...waking, ...all.measuring]) held.resolve();
      await settle();
      for (const held of all.measuring) held.resolve();
      await settle();
    };
    return { ...all, session, failed, go };
  }

  it('plays with lips when browser and avatar are ready', async () => {
    const { session, player, sent, clock, go } = await loaded();
    void session.play();
    await settle();
    expect([session.isOn, player.status]).toEqual([true, 'stopped']);
    vi.spyOn(player, 'heardAtMs').mockImplementation((positionMs) => 300 + positionMs);
    await go();
    clock.advance(400);
    await settle();
    expect([player.status, started]).toEqual(['playing', [0]]);
    expect(sent[0]).toMatch(/LIP/);
  });

  it('stays silent when nobody fits, also when the browser lets sound out afterwards', async () => {
    const { session, player, failed, leave, go } = await loaded();
    leave();
    void session.play();
    await settle();
    await go();
    expect([player.status, started, failed]).toEqual(['stopped', [], ['BRIDGE_ERR_LANE_UNKNOWN']]);
    expect(session.isOn).toBe(false);
  });

  it.each(['pause', 'stop'] as const)('stays silent after %s while it waits', async (ending) => {
    const { session, player, failed, sent, clock, go } = await loaded();
    void session.play();
    await settle();
    void session[ending]();
    expect(session.isOn).toBe(false);
    await go();
    clock.advance(1000);
    await settle();
    expect([player.status, started, sent, failed]).toEqual(['stopped', [], [], []]);
  });

  it('says nothing of an avatar that fails after it was stopped, and stops nothing that plays then', async () => {
    const { session, player, measuring, failed, go } = await loaded();
    const first = session.play();
    await settle();
    await session.stop();
    void session.play();
    await settle();
    measuring[0]?.reject(new Error('gone'));
    await first;
    await go();
    expect([player.status, started, failed]).toEqual(['playing', [0], []]);
  });

  it('tells once that both browser and avatar refuse, and leaves no refusal unheard', async () => {
    const { session, measuring, failed } = await loaded();
    const unheard = vi.fn();
    process.on('unhandledRejection', unheard);
    const playing = session.play();
    await settle();
    waking[0]?.reject(new Error('not allowed'));
    await new Promise((resolve) => setImmediate(resolve));
    measuring[0]?.reject(new Error('gone'));
    await playing;
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unheard);
    expect(unheard).not.toHaveBeenCalled();
    expect(failed.length).toBe(1);
  });
});
