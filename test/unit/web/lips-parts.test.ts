import { describe, expect, it } from 'vitest';
import { isTimings, sortFiles } from '../../../src/web/lips-material.js';
import { OutputClock } from '../../../src/web/output-clock.js';

function file(name: string, type = ''): File {
  return { name, type } as File;
}

describe('sortFiles', () => {
  it.each(['a.json', 'a.lab', 'A.TextGrid', 'a.label', 'labels.txt'])('takes %s for timings', (name) => {
    expect(isTimings(file(name))).toBe(true);
  });

  it.each(['a.wav', 'a.json.mp3', 'lab.ogg', 'a'])('takes %s for sound', (name) => {
    expect(isTimings(file(name))).toBe(false);
  });

  it('tells sound and timings that come together apart, in either order', () => {
    const [sound, timings] = [file('a.wav', 'audio/wav'), file('a.lab')];
    expect(sortFiles([timings, sound])).toEqual({ sound, timings });
    expect(sortFiles([sound, timings])).toEqual({ sound, timings });
    expect(sortFiles([timings])).toEqual({ sound: undefined, timings });
    expect(sortFiles([])).toEqual({ sound: undefined, timings: undefined });
  });
});

describe('OutputClock', () => {
  it('knows nothing at first', () => {
    expect(new OutputClock().heardAtMs(1)).toBeUndefined();
  });

  it('tells when a context time is heard, past and to come, and back', () => {
    const clock = new OutputClock();
    clock.add({ contextS: 2, heardAtMs: 5000 });
    expect(clock.heardAtMs(2)).toBe(5000);
    expect(clock.heardAtMs(3.5)).toBe(6500);
    expect(clock.contextS(6500)).toBe(3.5);
  });

  it('does not jump with single answers that are off', () => {
    const clock = new OutputClock();
    for (let n = 0; n < 40; n++)
      clock.add({ contextS: n / 20, heardAtMs: 1000 + 50 * n + (n % 8 === 7 ? 30 : 0) });
    expect(clock.heardAtMs(3)).toBe(4000);
  });

  it('follows a device of another speed within a second and a half', () => {
    const clock = new OutputClock();
    for (let n = 0; n < 400; n++) clock.add({ contextS: n / 20, heardAtMs: 1000 + 50.05 * n });
    expect(Math.abs((clock.heardAtMs(399 / 20) ?? 0) - (1000 + 50.05 * 399))).toBeLessThan(1);
  });

  it('begins anew when the device was changed', () => {
    const clock = new OutputClock();
    for (let n = 0; n < 40; n++) clock.add({ contextS: n / 20, heardAtMs: 1000 + 50 * n });
    clock.add({ contextS: 2, heardAtMs: 3250 });
    expect(clock.heardAtMs(2)).toBe(3250);
  });
});
