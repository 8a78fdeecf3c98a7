import { describe, expect, it } from 'vitest';
import { SoundCheck } from '../../../src/devices/capture-sound-check.js';
import type { DeviceError } from '../../../src/runtime/index.js';

const LOUD = new Uint8Array(640).fill(3);
const ZERO = new Uint8Array(640);

function check(): { sound: SoundCheck; warnings: DeviceError[] } {
  const warnings: DeviceError[] = [];
  return { sound: new SoundCheck((error) => warnings.push(error)), warnings };
}

/** Blocks of `byteLength` every `everyMs`, for `forMs`; returns where it ends. */
function feed(sound: SoundCheck, fromMs: number, forMs: number, byteLength: number, everyMs: number): number {
  let atMs = fromMs;
  for (; atMs < fromMs + forMs; atMs += everyMs) sound.bytes(byteLength, atMs);
  return atMs;
}

describe('SoundCheck', () => {
  it('warns of digital silence after 5 s, once, and again only after some seconds of sound', () => {
    const { sound, warnings } = check();
    let atMs = 0;
    const run = (frame: Uint8Array, forMs: number): void => {
      for (const untilMs = atMs + forMs; atMs < untilMs; atMs += 20) sound.frame(frame, atMs);
    };
    run(ZERO, 5000);
    expect(warnings).toEqual([]);
    run(ZERO, 20);
    expect(warnings.map(({ code }) => code)).toEqual(['BRIDGE_ERR_DEVICE_SILENT']);
    run(ZERO, 60_000);
    expect(warnings.length).toBe(1);
    run(LOUD, 5020);
    run(ZERO, 5020);
    expect(warnings.length).toBe(2);
  });

  it('does not warn again and again of a device that is silent between words', () => {
    const { sound, warnings } = check();
    let atMs = 0;
    for (let time = 0; time < 5; time++)
      for (const [frame, forMs] of [
        [ZERO, 6000],
        [LOUD, 2000],
        [ZERO, 1000],
        [LOUD, 3500],
      ] as const)
        for (const untilMs = atMs + forMs; atMs < untilMs; atMs += 20) sound.frame(frame, atMs);
    expect(warnings.length).toBe(1);
  });

  it('knows a very quiet microphone, some frames of which are zeros, for one that sounds again', () => {
    const { sound, warnings } = check();
    for (let atMs = 0; atMs < 20_000; atMs += 20) {
      const isSound = atMs >= 6000 && atMs < 12_000 && atMs % 400 === 0;
      sound.frame(isSound ? LOUD : ZERO, atMs);
    }
    expect(warnings.length).toBe(2);
  });

  it('takes a single loud sample for sound', () => {
    const { sound, warnings } = check();
    const nearly = new Uint8Array(640);
    nearly[639] = 1;
    for (let atMs = 0; atMs < 20_000; atMs += 20) {
      sound.frame(atMs % 4000 === 0 ? nearly : ZERO, atMs);
    }
    expect(warnings).toEqual([]);
  });

  it.each([
    ['blocks of 20 ms', 640, 20],
    ['blocks of 125 ms', 4000, 125],
    ['a clock 0.1 % fast', 640, 20 / 1.001],
    ['a clock 0.1 % slow', 640, 20 * 1.001],
  ])('is content with the right rate in %s', (_, byteLength, everyMs) => {
    const { sound, warnings } = check();
    feed(sound, 0, 60_000, byteLength, everyMs);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['44100 Hz instead', (640 * 44_100) / 16_000, 44_100],
    ['15000 Hz instead', 600, 15_000],
    ['8000 Hz instead', 320, 8000],
  ])('warns once of %s, with what it got', (_, byteLength, rateHz) => {
    const { sound, warnings } = check();
    feed(sound, 0, 60_000, byteLength, 20);
    expect(warnings.map(({ code }) => code)).toEqual(['BRIDGE_ERR_DEVICE_RATE']);
    expect(warnings[0]?.message).toContain(`got ${rateHz}`);
  });

  it('warns again when a wrong rate comes back', () => {
    const { sound, warnings } = check();
    let atMs = feed(sound, 0, 15_000, 1280, 20);
    atMs = feed(sound, atMs, 15_000, 640, 20);
    feed(sound, atMs, 15_000, 1280, 20);
    expect(warnings.length).toBe(2);
  });

  it('does not take what piled up while this machine stood still for a wrong rate', () => {
    const { sound, warnings } = check();
    let atMs = feed(sound, 0, 20_000, 640, 20);
    // 3 s of nothing, then all of it at once, twice.
    for (let time = 0; time < 2; time++) {
      atMs += 3000;
      sound.bytes(64_000, atMs);
      sound.bytes(32_000, atMs + 1);
      atMs = feed(sound, atMs + 20, 12_000, 640, 20);
    }
    expect(warnings).toEqual([]);
  });

  it('does not take what a recorder held back at its start for a wrong rate', () => {
    const { sound, warnings } = check();
    sound.bytes(64_000, 0);
    feed(sound, 1, 20_000, 640, 20);
    expect(warnings).toEqual([]);
  });
});
