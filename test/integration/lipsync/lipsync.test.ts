import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceError } from '../../../src/runtime/index.js';
import { speechBeats, speechWav } from '../../support/speech-beats.js';
import { wav } from '../cli/rig.js';
import { until, wait } from '../daemon/rig.js';
import { lipsRig } from './rig.js';

/** Silence that the command plays before the sound. */
const PRE_ROLL_MS = 400;
/** Half a second open, half a second closed. */
const SWITCHING = Array.from({ length: 12 }, () => 'a,500,sil,500').join(',');

describe('lipsync', () => {
  let rig: Awaited<ReturnType<typeof lipsRig>>;
  beforeEach(async () => {
    rig = await lipsRig();
  });
  afterEach(() => rig.close());

  /** Borders of the mouth after a time, where it crosses half of what `a` opens. */
  const borders = () =>
    rig.mouth
      .map(({ atMs, opening }, index) => ({
        atMs,
        isOpen: opening > 0.25,
        wasOpen: (rig.mouth[index - 1]?.opening ?? 0) > 0.25,
      }))
      .filter(({ isOpen, wasOpen }) => isOpen !== wasOpen);

  it('moves the mouth with the sound: each border when its position is heard', async () => {
    const file = rig.file('switching.wav', wav(5000));
    rig.file(
      'switching.json',
      JSON.stringify(
        SWITCHING.split(',').flatMap((name, at, all) =>
          at % 2 === 0 ? [{ phoneme: name, durationMs: Number(all[at + 1]) }] : [],
        ),
      ),
    );
    const run = await rig.start({ file, json: true });
    const { code, error } = await run.ended;
    expect(error).toBeUndefined();
    expect(code).toBe(0);
    expect(JSON.parse(run.stdout())).toMatchObject({
      file,
      model: '0',
      heardMs: 5000,
      lateParts: 0,
      failedParts: 0,
      underruns: 0,
      unknownPhonemes: {},
      reason: 'completed',
    });
    const playback = await run.playback;
    const startMs = playback.heardAtMs(PRE_ROLL_MS) ?? Number.NaN;
    const errors = borders()
      .filter(({ atMs }) => atMs > startMs + 400)
      .map(({ atMs }) => atMs - startMs - 500 * Math.round((atMs - startMs) / 500));
    expect(errors.length).toBeGreaterThanOrEqual(8);
    const sorted = [...errors].sort((a, b) => a - b);
    // A frame of the display and one of the motion either way.
    expect(Math.abs(sorted[sorted.length >> 1] ?? Number.NaN)).toBeLessThan(34);
    expect(rig.openingNow()).toBe(0);
    expect(rig.dialled.messages.every((line) => !line.startsWith('LIPSYNC_STOP'))).toBe(true);
    // With --foreground the link ends with the command; nothing else happened to it.
    expect(rig.dialled.incidents).toEqual(['died connection-lost']);
  });

  it('pauses, resumes, goes back and ends by keys, with the mouth closed each time', async () => {
    const file = rig.file('keys.wav', wav(20_000));
    const run = await rig.start({ file, phonemes: 'a,20000' }, true);
    const playback = await run.playback;
    await until(() => rig.openingNow() > 0.3);
    run.press(' ');
    await until(() => rig.openingNow() === 0);
    await wait(500);
    expect(rig.openingNow()).toBe(0);
    expect(run.stderr()).toContain('paused');
    run.press(' ');
    await until(() => rig.openingNow() > 0.3);
    run.press('\u001b[C');
    await until(() => /: [56]\.\d s heard/.test(run.stderr()));
    await until(() => rig.openingNow() > 0.3);
    run.press('\u001b[D');
    await until(() => /: [0-2]\.\d s heard/.test(run.stderr().slice(-60)));
    await until(() => rig.openingNow() > 0.3);
    run.press('q');
    expect((await run.ended).code).toBe(0);
    expect(rig.openingNow()).toBe(0);
    expect(playback.isEnded).toBe(true);
    expect(run.stderr()).toMatch(/keys\.wav: stopped, \d\.\d s/);
  });

  it('ends at Ctrl-C with the mouth closed', async () => {
    const file = rig.file('stop.wav', wav(20_000));
    const run = await rig.start({ file, phonemes: 'a,20000', json: true });
    await until(() => rig.openingNow() > 0.3);
    run.drain();
    expect((await run.ended).code).toBe(130);
    expect(rig.openingNow()).toBeLessThan(0.01);
    expect(JSON.parse(run.stdout())).toMatchObject({ reason: 'interrupted' });
  });

  it('ends at Ctrl-C while it waits for the avatar', async () => {
    rig.dialled.close();
    for (const how of ['drain', 'quit'] as const) {
      const run = await rig.start({
        file: rig.file('early.wav', wav(1000)),
        phonemes: 'a,1000',
        'ready-timeout-ms': '60000',
      });
      await wait(500);
      run[how]();
      expect((await run.ended).code).toBe(130);
    }
  });

  it('ends with the error of a loudspeaker that goes away, the mouth closed', async () => {
    const file = rig.file('device.wav', wav(20_000));
    const run = await rig.start({ file, phonemes: 'a,20000' });
    const playback = await run.playback;
    await until(() => rig.openingNow() > 0.3);
    playback.break(new DeviceError('BRIDGE_ERR_DEVICE_LOST', 'The loudspeaker went away'));
    expect(await run.ended).toMatchObject({ code: 1, error: { code: 'BRIDGE_ERR_DEVICE_LOST' } });
    expect(rig.openingNow()).toBe(0);
  });

  it('ends when MMDAgent-EX stays away', async () => {
    const file = rig.file('away.wav', wav(20_000));
    const run = await rig.start({ file, phonemes: 'a,20000', 'ready-timeout-ms': '2500' });
    await until(() => rig.openingNow() > 0.3);
    rig.dialled.close();
    expect(await run.ended).toMatchObject({ code: 3, error: { code: 'BRIDGE_ERR_LINK_LOST' } });
    // Once an outage, not with every try.
    expect(run.stderr().match(/the sound goes on without lips/g)).toHaveLength(1);
    expect((await run.playback).isEnded).toBe(true);
  });

  it('follows what is heard in a file without timings', async () => {
    const file = rig.file('spoken.wav', speechWav(speechBeats({ beats: 3, everyMs: 1000, opensMs: 600 })));
    const run = await rig.start({ file, json: true });
    expect((await run.ended).code).toBe(0);
    expect(JSON.parse(run.stdout())).toMatchObject({ lateParts: 0, heardMs: 3000 });
    expect(borders().length).toBeGreaterThanOrEqual(5);
    expect(rig.openingNow()).toBe(0);
  });

  it('plays a stream as it arrives', async () => {
    const run = await rig.start({ file: '-', json: true });
    const bytes = speechWav(speechBeats({ beats: 5, everyMs: 500, opensMs: 100 }));
    for (let at = 0; at < bytes.length; at += 3200) {
      run.stdin.write(bytes.subarray(at, at + 3200));
      await wait(100);
    }
    run.stdin.end();
    expect((await run.ended).code).toBe(0);
    expect(JSON.parse(run.stdout())).toMatchObject({
      file: '-',
      heardMs: 2500,
      reason: 'completed',
      lateParts: 0,
    });
    expect(borders().length).toBeGreaterThanOrEqual(4);
    expect(rig.openingNow()).toBe(0);
  });
});
