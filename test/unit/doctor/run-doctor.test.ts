import { describe, expect, it } from 'vitest';
import type { Check } from '../../../src/doctor/check.js';
import { runDoctor } from '../../../src/doctor/index.js';
import { finding } from '../../../src/doctor/make-finding.js';
import { DeviceError } from '../../../src/runtime/index.js';
import { doctorOptions, runAll } from './rig.js';

const calibrated = (count: number) => finding('devices.calibrated', 'ok', { count });
const check = (id: string, run: Check['run'], area: Check['area'] = 'devices'): Check => ({
  id,
  area,
  timeoutMs: 1000,
  run,
});

describe('runDoctor', () => {
  it('gives findings as they come, the checks of one area in turn', async () => {
    const options = doctorOptions();
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const checks = [
      check('first', async () => [calibrated(1)]),
      check('second', async () => {
        await gate;
        return [calibrated(2)];
      }),
      check('third', async () => [calibrated(3)]),
    ];
    const running = runDoctor(options, checks);
    expect((await running.next()).value).toEqual(calibrated(1));
    open();
    expect((await running.next()).value).toEqual(calibrated(2));
    expect((await running.next()).value).toEqual(calibrated(3));
    expect((await running.next()).done).toBe(true);
    expect(options.clock.pendingCount).toBe(0);
  });

  it('does not let one area wait for another', async () => {
    const checks = [
      check('hangs', () => new Promise(() => {})),
      check('quick', async () => [finding('peer.noDaemon', 'info', {})], 'peer'),
    ];
    const running = runDoctor(doctorOptions(), checks);
    expect((await running.next()).value?.id).toBe('peer.noDaemon');
    await running.return();
  });

  it('turns what a check throws into a finding with its code, and goes on', async () => {
    const found = await runAll(doctorOptions(), [
      check('throws', async () => {
        throw new DeviceError('BRIDGE_ERR_DEVICE_BUSY', 'in use');
      }),
      check('next', async () => [calibrated(1)]),
    ]);
    expect(found).toEqual([
      {
        id: 'check.failed',
        level: 'warning',
        area: 'devices',
        values: { check: 'throws', reason: 'in use (BRIDGE_ERR_DEVICE_BUSY)' },
      },
      calibrated(1),
    ]);
  });

  it('gives up on a check that hangs, tells it to close, and goes on', async () => {
    const options = doctorOptions();
    let isTold = false;
    const all = runAll(options, [
      check('hangs', (_context, signal) => {
        signal.addEventListener('abort', () => {
          isTold = true;
        });
        return new Promise(() => {});
      }),
      check('next', async () => [calibrated(1)]),
    ]);
    await options.clock.advanceAsync(999);
    expect(isTold).toBe(false);
    await options.clock.advanceAsync(1);
    const found = await all;
    expect(found.map(({ id, values }) => [id, values['seconds']])).toEqual([
      ['check.timedOut', 1],
      ['devices.calibrated', undefined],
    ]);
    expect(isTold).toBe(true);
    expect(options.clock.pendingCount).toBe(0);
  });

  it('tells an area is done behind its last finding', async () => {
    const told: string[] = [];
    const options = { ...doctorOptions(), onAreaDone: (area: string) => told.push(`done ${area}`) };
    for await (const { id } of runDoctor(options, [check('one', async () => [calibrated(1)])])) told.push(id);
    expect(told.indexOf('devices.calibrated')).toBeLessThan(told.indexOf('done devices'));
    expect(told.filter((line) => line.startsWith('done'))).toHaveLength(8);
  });

  it('closes what is open when the reader leaves', async () => {
    const options = doctorOptions();
    let isTold = false;
    const running = runDoctor(options, [
      check('one', async () => [calibrated(1)]),
      check('long', (_context, signal) => {
        signal.addEventListener('abort', () => {
          isTold = true;
        });
        return new Promise(() => {});
      }),
    ]);
    for await (const _ of running) break;
    expect(isTold).toBe(true);
  });

  it('rejects with the reason of its signal', async () => {
    const stop = new AbortController();
    const options = { ...doctorOptions(), signal: stop.signal };
    const all = runAll(options, [check('hangs', () => new Promise(() => {}))]);
    stop.abort(new Error('enough'));
    await expect(all).rejects.toThrow('enough');
  });
});
