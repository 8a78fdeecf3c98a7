import { describe, expect, it } from 'vitest';
import type { PlaybackEvents } from '../../../src/devices/index.js';
import { PACAT } from '../../../src/devices/playback-pulse.js';
import { ProgramPlayback } from '../../../src/devices/program-playback.js';
import { type DeviceError, FakeClock } from '../../../src/runtime/index.js';
import { settle } from './capture-acting.js';
import { ActedPacat, type ActedPacatOptions } from './playback-acting.js';

const RATE = 48_000;
const PRE_ROLL_MS = 20;
const FADE_SAMPLES = (RATE * 12) / 1000;

interface Setup extends ActedPacatOptions {
  readonly leadMs?: number;
  readonly volume?: number;
  readonly offsetMs?: number;
}

function open({ leadMs = 100, volume = 1, offsetMs = 0, ...acted }: Setup = {}) {
  const clock = new FakeClock(1000);
  const player = new ActedPacat(clock, acted);
  const playback = new ProgramPlayback({
    backend: PACAT,
    device: 'speaker',
    sampleRateHz: acted.sampleRateHz ?? RATE,
    clock,
    leadMs,
    volume,
    offsetMs,
    program: player,
  });
  const closed: PlaybackEvents['closed'][] = [];
  playback.events.on('closed', (...args) => closed.push(args));
  return { clock, player, playback, closed };
}

/** s16le of a tone; `ms` a whole number of samples. */
function tone(ms: number, amplitude = 16_000): Uint8Array {
  const samples = Int16Array.from({ length: (RATE * ms) / 1000 }, (_, index) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * 440 * index) / RATE)),
  );
  return new Uint8Array(samples.buffer);
}

function largestStep(samples: Int16Array): number {
  let largest = 0;
  for (let at = 1; at < samples.length; at++) {
    largest = Math.max(largest, Math.abs((samples[at] ?? 0) - (samples[at - 1] ?? 0)));
  }
  return largest;
}

/** Steps that a tone of 440 Hz makes, and what a fade of it adds. */
const TONE_STEP = 16_000 * ((2 * Math.PI * 440) / RATE);
const FADE_STEP = TONE_STEP + (16_000 * Math.PI) / 2 / FADE_SAMPLES + 1;

/** Writes without end; resolves to what ended it. */
async function keepWriting(playback: ProgramPlayback, pcm = tone(50)): Promise<unknown> {
  try {
    for (;;) await playback.write(pcm);
  } catch (error) {
    return error;
  }
}

describe('ProgramPlayback', () => {
  it.each([-200, 200])('keeps its lead before a device that is %i ppm off, for ten minutes', async (ppm) => {
    const { clock, player, playback } = open({ ppm, lateMs: 8, sampleRateHz: 8000 });
    await settle();
    const writing = playback.write(new Uint8Array(2 * 8000 * 700)).catch((error: unknown) => error);
    clock.advance(1000);
    let worstMs = 0;
    for (let second = 0; second < 600; second++) {
      clock.advance(1000);
      const leadMs = player.writtenMs - player.devicePositionMs;
      expect(leadMs).toBeGreaterThan(75);
      expect(leadMs).toBeLessThan(115);
      const positionMs = player.devicePositionMs - 10;
      const foretoldMs = playback.heardAtMs(positionMs - PRE_ROLL_MS) ?? 0;
      worstMs = Math.max(worstMs, Math.abs(foretoldMs - player.trulyHeardAtMs(positionMs)));
    }
    // 5 ms of it are the tick of the acted device.
    expect(worstMs).toBeLessThan(7);
    expect(playback.underruns).toBe(0);
    // The device's time and not the clock's, which are 120 ms apart by now.
    const aheadMs = playback.positionMs(clock.nowMs()) - 601_000;
    expect(Math.abs(aheadMs - ppm * 0.6)).toBeLessThan(40);
    const stopped = playback.stop();
    await clock.advanceAsync(1000);
    await stopped;
    expect(await writing).toMatchObject({ name: 'AbortError' });
    expect(clock.pendingCount).toBe(0);
  });

  it('hands nothing over beyond its lead while the device sleeps', async () => {
    const { clock, player, playback } = open({ isStuck: true, leadMs: 100 });
    const writing = keepWriting(playback);
    await clock.advanceAsync(3000);
    expect(player.writtenMs).toBe(100);
    expect(playback.heardAtMs(0)).toBeUndefined();
    expect(playback.positionMs(clock.nowMs())).toBe(0);
    await clock.advanceAsync(10_000);
    expect(await writing).toMatchObject({ code: 'BRIDGE_ERR_DEVICE_STALLED' });
  });

  it('counts positions from the sound, not from the silence before it', async () => {
    const { clock, player, playback } = open();
    void keepWriting(playback);
    await clock.advanceAsync(500);
    expect(player.samples.subarray(0, (RATE * PRE_ROLL_MS) / 1000).every((sample) => sample === 0)).toBe(
      true,
    );
    expect(playback.heardAtMs(200)).toBeCloseTo(player.trulyHeardAtMs(220), 0);
  });

  it('adds the calibrated offset to when sound is heard, and to nothing else', async () => {
    const plain = open();
    const late = open({ offsetMs: 150 });
    for (const { clock, playback } of [plain, late]) {
      void keepWriting(playback);
      await clock.advanceAsync(2000);
    }
    expect((late.playback.heardAtMs(1000) ?? 0) - (plain.playback.heardAtMs(1000) ?? 0)).toBeCloseTo(150, 6);
    expect(plain.playback.positionMs(2500) - late.playback.positionMs(2500)).toBeCloseTo(150, 6);
    expect(late.player.writtenMs).toBe(plain.player.writtenMs);
  });

  it('counts an underrun, is right again after it, and keeps more ahead from then on', async () => {
    const { clock, player, playback } = open();
    const counts: number[] = [];
    playback.events.on('underrun', (count) => counts.push(count));
    const first = playback.write(tone(500));
    await clock.advanceAsync(1500);
    await first;
    expect(counts).toEqual([1]);
    expect(playback.positionMs(clock.nowMs())).toBe(500);
    expect(playback.heardAtMs(600)).toBeUndefined();
    void keepWriting(playback);
    await clock.advanceAsync(1000);
    expect(playback.heardAtMs(300)).toBeCloseTo(player.trulyHeardAtMs(320), -0.7);
    expect(playback.heardAtMs(900)).toBeCloseTo(player.trulyHeardAtMs(920), -0.7);
    expect(player.writtenMs - player.devicePositionMs).toBeGreaterThan(130);
    expect(playback.underruns).toBe(player.underruns);
  });

  it('stops within its lead and a fade, without a step that the fade does not make', async () => {
    const { clock, player, playback, closed } = open();
    const writing = keepWriting(playback);
    await clock.advanceAsync(1003);
    const writtenBefore = player.writtenMs;
    const askedMs = clock.nowMs();
    const stopped = playback.stop().then((heardMs) => ({ heardMs, afterMs: clock.nowMs() - askedMs }));
    await clock.advanceAsync(500);
    const { heardMs, afterMs } = await stopped;
    expect(afterMs).toBeLessThan(100 + 12 + 25);
    expect(heardMs).toBeCloseTo(writtenBefore - PRE_ROLL_MS + 12, 6);
    expect(player.writtenMs).toBe(writtenBefore + 12 + 40);
    expect(player.samples.subarray(-(RATE * 40) / 1000).every((sample) => sample === 0)).toBe(true);
    expect(largestStep(player.samples)).toBeLessThan(FADE_STEP);
    expect(await writing).toMatchObject({ name: 'AbortError' });
    expect(player.signals).toEqual(['SIGTERM']);
    expect(closed).toEqual([[undefined]]);
    expect(clock.pendingCount).toBe(0);
    expect(await playback.stop()).toBe(heardMs);
  });

  it('fades what it has when nothing comes next', async () => {
    const { clock, player, playback } = open();
    const writing = playback.write(tone(503));
    await clock.advanceAsync(450);
    await writing;
    const stopped = playback.stop();
    await clock.advanceAsync(500);
    await stopped;
    expect(largestStep(player.samples)).toBeLessThan(FADE_STEP);
  });

  it('stops at once when nothing was heard yet', async () => {
    const { clock, player, playback } = open({ isStuck: true });
    const writing = keepWriting(playback);
    await clock.advanceAsync(100);
    const stopped = playback.stop();
    await settle();
    expect(player.isGone).toBe(true);
    expect(await stopped).toBe(0);
    expect(await writing).toMatchObject({ name: 'AbortError' });
  });

  it('ramps a change of volume', async () => {
    const { clock, player, playback } = open();
    void keepWriting(playback);
    await clock.advanceAsync(500);
    playback.setVolume(0.25);
    await clock.advanceAsync(500);
    playback.setVolume(1);
    await clock.advanceAsync(500);
    expect(largestStep(player.samples)).toBeLessThan(FADE_STEP);
    const quiet = player.samples.subarray((RATE * 800) / 1000, (RATE * 900) / 1000);
    expect(Math.max(...quiet)).toBeCloseTo(4000, -2);
    expect(() => playback.setVolume(1.5)).toThrow('0 to 1');
  });

  it('ends when the last sample was heard, and not before', async () => {
    const { clock, player, playback, closed } = open();
    const writing = playback.write(tone(300));
    await clock.advanceAsync(250);
    await writing;
    const ended = playback.end().then(() => clock.nowMs());
    await clock.advanceAsync(1000);
    expect(await ended).toBeGreaterThanOrEqual(player.trulyHeardAtMs(320));
    expect(await ended).toBeLessThan(player.trulyHeardAtMs(320) + 60);
    expect(player.signals).toEqual([]);
    expect(closed).toEqual([[undefined]]);
    expect(clock.pendingCount).toBe(0);
  });

  it('ends a player that does not end by itself after the last sample', async () => {
    const { clock, player, playback, closed } = open();
    const writing = playback.write(tone(300));
    await clock.advanceAsync(250);
    await writing;
    // It never sees the end of its input.
    player.stdin.end = (() => player.stdin) as typeof player.stdin.end;
    player.endsOn = undefined;
    const ended = playback.end();
    await clock.advanceAsync(2000);
    await ended;
    expect(player.signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect(closed).toEqual([[undefined]]);
  });

  it('lets a player go that not even SIGKILL ends', async () => {
    const { clock, player, playback, closed } = open({ isStuck: true });
    player.isStuckInKernel = true;
    let isStopped = false;
    const stopped = playback.stop().then(() => {
      isStopped = true;
    });
    await clock.advanceAsync(1499);
    expect([isStopped, closed, player.isUnreferenced]).toEqual([false, [], false]);
    await clock.advanceAsync(1);
    await stopped;
    expect(player.signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect([closed, player.isUnreferenced, player.err.isDestroyed]).toEqual([[[undefined]], true, true]);
    player.end(null, 'SIGKILL');
    expect(closed).toEqual([[undefined]]);
  });

  it('tells of a player that takes no sound although not even SIGKILL ends it', async () => {
    const { clock, player, playback, closed } = open({ isStuck: true });
    player.isStuckInKernel = true;
    const writing = keepWriting(playback);
    await clock.advanceAsync(5000 + 1500);
    expect(await writing).toMatchObject({ code: 'BRIDGE_ERR_DEVICE_STALLED' });
    expect(closed).toMatchObject([[{ code: 'BRIDGE_ERR_DEVICE_STALLED' }]]);
  });

  it('takes one write at a time, of whole samples, and takes it back when aborted', async () => {
    const { clock, player, playback } = open();
    const abort = new AbortController();
    const writing = playback.write(tone(1000), abort.signal).catch((error: unknown) => error);
    await clock.advanceAsync(200);
    await expect(playback.write(tone(10))).rejects.toMatchObject({ code: 'BRIDGE_ERR_STATE' });
    abort.abort();
    expect(await writing).toMatchObject({ name: 'AbortError' });
    const before = player.writtenMs;
    await expect(playback.write(new Uint8Array(3))).rejects.toMatchObject({ code: 'BRIDGE_ERR_STATE' });
    expect(player.writtenMs).toBe(before);
    const next = playback.write(tone(10));
    await clock.advanceAsync(50);
    await next;
    expect(player.writtenMs).toBe(before + 10);
  });

  const faults: [string, (player: ActedPacat) => void, Partial<DeviceError>][] = [
    ['is killed', (player) => player.end(null, 'SIGKILL'), { code: 'BRIDGE_ERR_DEVICE_ENDED' }],
    ['ends by itself', (player) => player.end(0), { code: 'BRIDGE_ERR_DEVICE_ENDED' }],
    [
      'lost its device',
      (player) => {
        player.say('Stream error: Entity killed\n');
        player.end(1);
      },
      { code: 'BRIDGE_ERR_DEVICE_LOST' },
    ],
    [
      'lost its server',
      (player) => {
        player.say('Connection failure: Connection terminated\n');
        player.end(1);
      },
      { code: 'BRIDGE_ERR_DEVICE_LOST' },
    ],
    [
      'fails with words of its own',
      (player) => {
        player.say('Something new\n');
        player.end(1);
      },
      { code: 'BRIDGE_ERR_DEVICE_FAILED', message: expect.stringContaining('Something new') },
    ],
    [
      'writes errors without end',
      (player) => player.say('x'.repeat(300_000)),
      { code: 'BRIDGE_ERR_DEVICE_FLOOD' },
    ],
    [
      'takes no more sound',
      (player) => {
        player.isRunning = false;
      },
      { code: 'BRIDGE_ERR_DEVICE_STALLED' },
    ],
  ];

  it.each(faults)('tells when the player %s, and leaves nothing', async (_, happen, expected) => {
    const { clock, player, playback, closed } = open();
    const writing = keepWriting(playback);
    await clock.advanceAsync(1000);
    happen(player);
    await clock.advanceAsync(4000);
    expect(await writing).toMatchObject(expected);
    expect(closed).toMatchObject([[expected]]);
    expect(player.isGone).toBe(true);
    await expect(playback.write(tone(10))).rejects.toMatchObject(expected);
    await playback.stop();
    await clock.advanceAsync(10_000);
    expect(clock.pendingCount).toBe(0);
  });

  it('gives up a player that never gets through to its server', async () => {
    const { clock, player, playback } = open({ isReady: false });
    const ready = playback.ready.catch((error: unknown) => error);
    await clock.advanceAsync(6000);
    expect(await ready).toMatchObject({ code: 'BRIDGE_ERR_DEVICE_STALLED' });
    expect(player.isGone).toBe(true);
    expect(clock.pendingCount).toBe(0);
  });

  it('tells a program that could not be started', async () => {
    const { player, playback, closed } = open({ isReady: false });
    player.failToStart('ENOENT');
    await expect(playback.ready).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_TOOL' });
    expect(closed).toHaveLength(1);
  });
});
