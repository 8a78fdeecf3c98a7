import { describe, expect, it } from 'vitest';
import { LocalPlayer, type LocalPlayerOptions } from '../../../src/cli/local-player.js';
import { DeviceError, FakeClock, InvalidStateError } from '../../../src/runtime/index.js';
import { FakePlayback } from '../../support/fake-playback.js';

const RATE_HZ = 1000;

/** A sound whose sample n is n + 1, one for each millisecond. */
function counting(ms: number, blockMs = 70) {
  const closed = { count: 0 };
  return {
    closed,
    frames: async function* () {
      for (let from = 0; from < ms; from += blockMs) {
        const length = Math.min(blockMs, ms - from);
        yield new Uint8Array(Int16Array.from({ length }, (_, n) => from + n + 1).buffer);
      }
    },
    close: async () => {
      closed.count++;
    },
  };
}

function rig(ms: number, options: Partial<LocalPlayerOptions> = {}) {
  const clock = new FakeClock();
  const playback = new FakePlayback(clock, { sampleRateHz: RATE_HZ });
  const opened: ReturnType<typeof counting>[] = [];
  const player = new LocalPlayer({
    playback,
    clock,
    durationMs: ms,
    open: async () => {
      const sound = counting(ms);
      opened.push(sound);
      return sound;
    },
    ...options,
  });
  const events: string[] = [];
  player.events.on('moving', (positionMs) => events.push(`moving ${positionMs}`));
  player.events.on('standing', (atMs) => events.push(`standing ${atMs}`));
  const run = (fromMs?: number) => {
    const state: { end?: string; error?: unknown } = {};
    player.run(fromMs).then(
      (end) => {
        state.end = end;
      },
      (error) => {
        state.error = error;
      },
    );
    return state;
  };
  return { clock, playback, player, opened, events, run };
}

/** Where sample values go on from one to the next. */
const steps = (heard: readonly number[]) =>
  heard.filter((value, at) => at > 0 && value !== (heard[at - 1] ?? 0) + 1);

describe('LocalPlayer', () => {
  it('plays all of a sound unchanged and ends when it was heard', async () => {
    const { clock, playback, opened, events, run } = rig(1000);
    const state = run();
    await clock.advanceAsync(1000);
    expect(state.end).toBeUndefined();
    await clock.advanceAsync(100);
    expect(state.end).toBe('completed');
    expect(playback.heard).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1));
    expect(events).toEqual(['moving 0']);
    expect(opened[0]?.closed.count).toBeGreaterThan(0);
    expect(clock.pendingCount).toBe(0);
  });

  it('begins with silence in which its clock becomes known, and does not count it', async () => {
    const { clock, playback, player, events, run } = rig(1000, { preRollMs: 410 });
    const state = run();
    await clock.advanceAsync(100);
    expect(events).toEqual(['moving 0']);
    expect(player.heardAtMs(0)).toBe(30 + 410);
    expect(player.positionMs(300)).toBe(0);
    await clock.advanceAsync(1500);
    expect(playback.heard.findIndex((value) => value !== 0)).toBe(410);
    expect(state.end).toBe('completed');
  });

  it('stands still for a pause, within what is not heard yet, and goes on where it stopped', async () => {
    const { clock, playback, player, events, run } = rig(1000);
    const state = run();
    await clock.advanceAsync(300);
    player.pause();
    await clock.advanceAsync(2000);
    const standsMs = player.positionMs(clock.nowMs());
    expect(standsMs).toBeGreaterThan(300 - 30);
    expect(standsMs).toBeLessThanOrEqual(300 - 30 + 100 + 40);
    // It is told when it stops being heard.
    expect(events[1]).toBe(`standing ${30 + standsMs}`);
    await clock.advanceAsync(1000);
    expect(player.positionMs(clock.nowMs())).toBe(standsMs);
    player.resume();
    await clock.advanceAsync(500);
    expect(events[2]).toBe(`moving ${standsMs}`);
    const atMs = player.heardAtMs(standsMs + 100);
    expect(player.positionMs(atMs ?? 0)).toBeCloseTo(standsMs + 100, 6);
    await clock.advanceAsync(2000);
    expect(state.end).toBe('completed');
    // Nothing was lost but for the ramps.
    const loud = playback.heard.filter((value) => value !== 0);
    expect(loud.length).toBeGreaterThan(1000 - 5);
    expect(loud.at(-1)).toBe(1000);
  });

  it('fades out and in around a pause, without a jump', async () => {
    const { clock, playback, player, run } = rig(2000);
    run();
    await clock.advanceAsync(1000);
    player.pause();
    await clock.advanceAsync(500);
    player.resume();
    await clock.advanceAsync(300);
    const jumps = playback.heard.map((value, at) => Math.abs(value - (playback.heard[at - 1] ?? 0)));
    expect(Math.max(...jumps)).toBeLessThan(300);
    void player.stop();
    await clock.advanceAsync(100);
  });

  it('goes forth and back', async () => {
    const { clock, playback, player, opened, events, run } = rig(3000);
    run();
    await clock.advanceAsync(200);
    player.seek(2000);
    await clock.advanceAsync(300);
    expect(events[2]).toBe('moving 2000');
    expect(playback.heard.at(-1)).toBeGreaterThan(2100);
    expect(opened).toHaveLength(1);
    player.seek(player.targetMs(clock.nowMs()) - 1500);
    const backMs = player.targetMs(clock.nowMs());
    await clock.advanceAsync(300);
    expect(opened).toHaveLength(2);
    expect(events[4]).toBe(`moving ${Math.round(backMs)}`);
    expect(player.positionMs(clock.nowMs())).toBeGreaterThan(backMs);
    expect(player.positionMs(clock.nowMs())).toBeLessThan(backMs + 300);
    void player.stop();
    await clock.advanceAsync(100);
  });

  it('seeks while it is paused, and goes on from there', async () => {
    const { clock, player, events, run } = rig(3000);
    run();
    await clock.advanceAsync(200);
    player.pause();
    await clock.advanceAsync(300);
    player.seek(1234);
    await clock.advanceAsync(300);
    expect(events.filter((event) => event.startsWith('moving'))).toEqual(['moving 0']);
    player.resume();
    await clock.advanceAsync(200);
    expect(events.at(-1)).toBe('moving 1234');
    void player.stop();
    await clock.advanceAsync(100);
  });

  it('begins at a position', async () => {
    const { clock, playback, events, run } = rig(1000);
    const state = run(900);
    await clock.advanceAsync(500);
    expect(events.at(-1)).toBe('moving 900');
    expect(state.end).toBe('completed');
    expect(playback.heard.at(-1)).toBe(1000);
  });

  it('ends when it is sought to its end', async () => {
    const { clock, player, run } = rig(3000);
    const state = run();
    await clock.advanceAsync(200);
    player.seek(99_000);
    expect(player.targetMs(clock.nowMs())).toBe(3000);
    await clock.advanceAsync(500);
    expect(state.end).toBe('completed');
  });

  it('goes back while the last of it is written but not heard', async () => {
    for (const atMs of [900, 940, 960, 985]) {
      const { clock, playback, player, events, run } = rig(1000);
      const state = run();
      await clock.advanceAsync(atMs);
      player.seek(500);
      await clock.advanceAsync(300);
      expect(state.end).toBeUndefined();
      expect(events).toContain('moving 500');
      expect(player.positionMs(clock.nowMs())).toBeGreaterThan(600);
      await clock.advanceAsync(600);
      expect(state.end).toBe('completed');
      expect(playback.heard.at(-1)).toBe(1000);
      expect(clock.pendingCount).toBe(0);
    }
  });

  it('is paused while the last of it is written but not heard, and ends after that goes on', async () => {
    for (const atMs of [900, 940, 960, 985]) {
      const { clock, player, events, run } = rig(1000);
      const state = run();
      await clock.advanceAsync(atMs);
      player.pause();
      await clock.advanceAsync(2000);
      expect(state.end).toBeUndefined();
      expect(events.at(-1)).toMatch(/^standing /);
      player.seek(700);
      await clock.advanceAsync(200);
      expect(state.end).toBeUndefined();
      player.resume();
      await clock.advanceAsync(600);
      expect(events.at(-1)).toBe('moving 700');
      expect(state.end).toBe('completed');
    }
  });

  it('is stopped while the last of it is heard', async () => {
    const { clock, player, run } = rig(1000);
    const state = run();
    await clock.advanceAsync(960);
    void player.stop();
    await clock.advanceAsync(0);
    expect(state.end).toBe('stopped');
    expect(clock.pendingCount).toBe(0);
  });

  it('falls silent once when a pause comes while a stream is waited for', async () => {
    let give = (): void => {};
    const slow = {
      frames: async function* () {
        yield new Uint8Array(Int16Array.from({ length: 20 }, () => 1000).buffer);
        await new Promise<void>((resolve) => {
          give = resolve;
        });
        yield new Uint8Array(Int16Array.from({ length: 200 }, () => 1000).buffer);
      },
      close: async () => {},
    };
    const { clock, playback, player, run } = rig(1000, { first: slow, canSeek: false });
    run();
    await clock.advanceAsync(40);
    player.pause();
    give();
    await clock.advanceAsync(200);
    const after = playback.heard.slice(20);
    // One fall from the full volume to nothing, and no sound after that.
    expect(after.filter((value, at) => value > (after[at - 1] ?? 1000))).toEqual([]);
    expect(after.at(-1)).toBe(0);
    void player.stop();
    await clock.advanceAsync(100);
  });

  it('stops at once, also while a stream says nothing', async () => {
    let wake = (): void => {};
    const silent = {
      frames: async function* () {
        yield new Uint8Array(40);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      },
      close: async () => wake(),
    };
    const { clock, player, run } = rig(1000, { first: silent, canSeek: false });
    const state = run();
    await clock.advanceAsync(200);
    expect(() => player.seek(0)).toThrow(InvalidStateError);
    const heardMs = player.stop();
    await clock.advanceAsync(0);
    expect(await heardMs).toBe(20);
    expect(state.end).toBe('stopped');
    expect(clock.pendingCount).toBe(0);
  });

  it('waits until so much is read before the first of it is heard', async () => {
    let give = (): void => {};
    const slow = {
      frames: async function* () {
        for (let n = 0; n < 4; n++) {
          yield new Uint8Array(2 * 100);
          await new Promise<void>((resolve) => {
            give = resolve;
          });
        }
      },
      close: async () => {},
    };
    const { clock, playback, run } = rig(400, { first: slow, fillMs: 250, aheadMs: 1000 });
    run();
    await clock.advanceAsync(1000);
    give();
    await clock.advanceAsync(1000);
    expect(playback.heard).toEqual([]);
    give();
    await clock.advanceAsync(20);
    expect(playback.heard.length).toBeGreaterThan(0);
  });

  it('ends with the error of the loudspeaker, and of the sound', async () => {
    const unplugged = rig(3000);
    const state = unplugged.run();
    await unplugged.clock.advanceAsync(200);
    unplugged.playback.break(new DeviceError('BRIDGE_ERR_DEVICE_LOST', 'gone'));
    await unplugged.clock.advanceAsync(200);
    expect(state.error).toMatchObject({ code: 'BRIDGE_ERR_DEVICE_LOST' });
    const broken = rig(1000, {
      first: {
        // biome-ignore lint/correctness/useYield: it fails before.
        frames: async function* () {
          throw new Error('unreadable');
        },
        close: async () => {},
      },
    });
    const read = broken.run();
    await broken.clock.advanceAsync(200);
    expect(read.error).toMatchObject({ message: 'unreadable' });
  });

  it('writes an unbroken sound at usual rates: no piece is lost or doubled', async () => {
    const { clock, playback, run } = rig(9999);
    run();
    await clock.advanceAsync(11_000);
    expect(steps(playback.heard)).toEqual([]);
  });
});
