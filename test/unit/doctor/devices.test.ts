import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Check } from '../../../src/doctor/check.js';
import { calibrationCheck } from '../../../src/doctor/checks/calibration.js';
import { inputsCheck, outputsCheck } from '../../../src/doctor/checks/device-lists.js';
import { microphoneCheck } from '../../../src/doctor/checks/microphone.js';
import { toneCheck } from '../../../src/doctor/checks/tone.js';
import { nodeCheck, OLDEST_NODE, programsCheck } from '../../../src/doctor/checks/tools.js';
import type { Finding } from '../../../src/doctor/finding.js';
import { createContext } from '../../../src/doctor/run-doctor.js';
import { TONE_HZ, ToneListener, toneBytes, toneShare } from '../../../src/doctor/tone.js';
import { DeviceError, FakeClock } from '../../../src/runtime/index.js';
import {
  device,
  deviceList,
  doctorOptions,
  type FakeMachine,
  type FakeSoundOptions,
  fakeSound,
  findingsOf,
  levelsAndIds,
} from './rig.js';

const FRAME = 320;
const MIC = device();
const MONITOR = device({
  id: 'out.monitor',
  name: 'Monitor of out',
  isMonitor: true,
  isDefault: false,
  index: 1,
});
const OUT = device({ kind: 'output', backend: 'pacat', id: 'out', name: 'Speaker' });
const OUTPUTS = [deviceList([OUT], { kind: 'output', backend: 'pacat' })];

/** Runs a check with devices on its clock, and sees that nothing is left open. */
async function withSound(
  check: Check,
  sound: Omit<FakeSoundOptions, 'clock'>,
  machine: FakeMachine = {},
): Promise<readonly Finding[]> {
  const options = doctorOptions(machine);
  const devices = fakeSound({ ...sound, clock: options.clock });
  const running = check.run(createContext({ ...options, sound: devices }), new AbortController().signal);
  let isDone = false;
  const onDone = (): void => {
    isDone = true;
  };
  running.then(onDone, onDone);
  while (!isDone) await options.clock.advanceAsync(20);
  expect([...devices.open]).toEqual([]);
  expect(options.clock.pendingCount).toBe(0);
  return running;
}

const constant = (value: number) => () => new Int16Array(FRAME).fill(value);

describe('Programs', () => {
  it('need the Node.js that package.json says', () => {
    expect(packageJson.engines.node).toBe(`>=${OLDEST_NODE.replace(/\.0$/, '')}`);
  });

  it.each([
    ['20.19.0', 'ok tools.node'],
    ['22.0.0', 'ok tools.node'],
    ['20.18.9', 'error tools.nodeOld'],
    ['18.20.0', 'error tools.nodeOld'],
  ])('judge Node.js %s', async (nodeVersion, expected) => {
    expect(levelsAndIds(await findingsOf(nodeCheck, { options: { nodeVersion } }))).toEqual([expected]);
  });

  it('are told when there, and what to install when not', async () => {
    const some = await findingsOf(programsCheck, { programs: { arecord: '', parec: '', play: '' } });
    expect(some.map(({ id, values }) => [id, values['programs']])).toEqual([
      ['tools.recorders', 'parec, arecord'],
      ['tools.players', 'play'],
    ]);
    const none = await findingsOf(programsCheck, { platform: 'darwin' });
    expect(levelsAndIds(none)).toEqual(['warning tools.noRecorder', 'warning tools.noPlayer']);
    expect(none[0]?.values['install']).toBe('brew install sox');
    const windows = await findingsOf(programsCheck, { platform: 'win32', programs: { ffmpeg: '' } });
    expect(levelsAndIds(windows)).toEqual(['ok tools.recorders', 'warning tools.noPlayer']);
  });

  it('must be there when chosen', async () => {
    const machine: FakeMachine = {
      programs: { parec: '', pacat: '' },
      config: { inputBackend: 'arecord', outputBackend: 'pacat' },
    };
    expect((await findingsOf(programsCheck, machine)).at(-1)).toMatchObject({
      id: 'tools.chosenMissing',
      level: 'error',
      values: { setting: '--input-backend', program: 'arecord' },
    });
  });
});

describe('Lists of devices', () => {
  const inputs = (devices: Parameters<typeof deviceList>[0], machine: FakeMachine = {}) =>
    withSound(inputsCheck, { inputs: [deviceList(devices)] }, machine);

  it('tell how many there are and which is the default', async () => {
    expect(await inputs([MIC, MONITOR])).toMatchObject([
      { id: 'devices.inputs', values: { backend: 'parec', count: 2, default: 'Headset' } },
    ]);
    expect(levelsAndIds(await withSound(outputsCheck, { outputs: OUTPUTS }))).toEqual(['ok devices.outputs']);
  });

  it('tell when there is none, and why the program could not say', async () => {
    const failing = deviceList([], { reason: 'pactl: connection refused' });
    const missing = deviceList([], {
      backend: 'arecord',
      reason: 'arecord is not installed; apt install it',
    });
    expect(levelsAndIds(await withSound(inputsCheck, { inputs: [missing, failing, failing] }))).toEqual([
      'warning devices.listFailed',
      'warning devices.noInput',
    ]);
    expect(levelsAndIds(await withSound(outputsCheck, {}))).toEqual(['warning devices.noOutput']);
  });

  it('tell when only outputs are heard, or one of them by default', async () => {
    expect(levelsAndIds(await inputs([MONITOR]))).toEqual([
      'ok devices.inputs',
      'warning devices.onlyMonitors',
    ]);
    const both = [
      { ...MIC, isDefault: false },
      { ...MONITOR, isDefault: true },
    ];
    expect(levelsAndIds(await inputs(both))).toEqual([
      'ok devices.inputs',
      'warning devices.defaultIsMonitor',
    ]);
    expect(levelsAndIds(await inputs(both, { config: { inputDevice: '0' } }))).toEqual(['ok devices.inputs']);
  });

  it.each([
    ['0', []],
    ['alsa_input.usb', []],
    ['head', []],
    ['7', ['error devices.notListed']],
    ['Webcam', ['error devices.notListed']],
  ])('know the chosen device %s or say so', async (inputDevice, expected) => {
    expect(levelsAndIds(await inputs([MIC, MONITOR], { config: { inputDevice } })).slice(1)).toEqual(
      expected,
    );
  });

  it('are not asked where no sound is to be tried', async () => {
    expect(await findingsOf(inputsCheck)).toEqual([]);
    expect(await findingsOf(toneCheck)).toEqual([]);
  });
});

describe('The microphone', () => {
  const inputs = [deviceList([MIC, MONITOR])];

  it('gives sound; the loudest is told', async () => {
    expect(await withSound(microphoneCheck, { inputs, microphone: constant(3277) })).toMatchObject([
      { id: 'devices.inputHeard', values: { device: 'Headset', peakDbfs: -20, seconds: 1.5 } },
    ]);
  });

  it('gives digital silence: it is muted, unless it is the loopback of a silent output', async () => {
    expect(levelsAndIds(await withSound(microphoneCheck, { inputs, microphone: constant(0) }))).toEqual([
      'warning devices.silent',
    ]);
    const onlyMonitor = [deviceList([{ ...MONITOR, isDefault: true }])];
    expect(await withSound(microphoneCheck, { inputs: onlyMonitor, microphone: constant(0) })).toEqual([]);
  });

  it('gives the least sound there is: that is no silence', async () => {
    const found = await withSound(microphoneCheck, { inputs, microphone: constant(-1) });
    expect(levelsAndIds(found)).toEqual(['ok devices.inputHeard']);
  });

  it('gives nothing at all, or too much', async () => {
    expect(levelsAndIds(await withSound(microphoneCheck, { inputs }))).toEqual(['warning devices.noFrames']);
    expect(levelsAndIds(await withSound(microphoneCheck, { inputs, microphone: constant(-32_768) }))).toEqual(
      ['ok devices.inputHeard', 'warning devices.clipped'],
    );
  });

  it('cannot be opened: the reason is told, except a missing program, which is told elsewhere', async () => {
    const busy = new DeviceError('BRIDGE_ERR_DEVICE_BUSY', 'in use');
    expect(await withSound(microphoneCheck, { fails: { capture: busy } })).toMatchObject([
      { id: 'devices.inputFailed', values: { code: 'BRIDGE_ERR_DEVICE_BUSY', reason: 'in use' } },
    ]);
    const missing = new DeviceError('BRIDGE_ERR_DEVICE_TOOL', 'no parec');
    expect(await withSound(microphoneCheck, { fails: { capture: missing } })).toEqual([]);
  });

  it('is closed when time is up', async () => {
    const options = doctorOptions();
    const sound = fakeSound({ clock: options.clock, inputs, microphone: constant(1) });
    const stop = new AbortController();
    const running = microphoneCheck.run(createContext({ ...options, sound }), stop.signal);
    await options.clock.advanceAsync(100);
    expect([...sound.open]).toEqual(['capture']);
    stop.abort();
    await expect(running).rejects.toThrow();
    expect([...sound.open]).toEqual([]);
    expect(options.clock.pendingCount).toBe(0);
  });
});

describe('The tone', () => {
  /** What is played comes back `delayFrames` later, at `gain`. */
  const loopback = (gain: number, delayFrames = 5): NonNullable<FakeSoundOptions['microphone']> => {
    let first: number | undefined;
    return (frame, played) => {
      const heard = new Int16Array(FRAME);
      if (played === undefined) return heard;
      first ??= frame + delayFrames;
      const pcm = new Int16Array(played.buffer);
      const from = (frame - first) * FRAME;
      for (let index = 0; index < FRAME; index++) heard[index] = Math.round((pcm[from + index] ?? 0) * gain);
      return heard;
    };
  };
  const both = { inputs: [deviceList([MIC, MONITOR])], outputs: OUTPUTS };
  const micOnly = { inputs: [deviceList([MIC])], outputs: OUTPUTS };

  it.each([1, 0.1])('is found at the loopback of the output, at %f of its loudness', async (gain) => {
    const found = await withSound(toneCheck, { ...both, microphone: loopback(gain) });
    expect(found).toMatchObject([
      { id: 'devices.toneOnMonitor', level: 'ok', values: { output: 'Speaker', input: 'Monitor of out' } },
    ]);
  });

  it('is found at the microphone where there is no loopback', async () => {
    const found = await withSound(toneCheck, { ...micOnly, microphone: loopback(0.3) });
    expect(levelsAndIds(found)).toEqual(['ok devices.toneOnMicrophone']);
  });

  it('is missed', async () => {
    const silent = { microphone: loopback(0) };
    expect(levelsAndIds(await withSound(toneCheck, { ...both, ...silent }))).toEqual([
      'error devices.toneLost',
    ]);
    expect(levelsAndIds(await withSound(toneCheck, { ...micOnly, ...silent }))).toEqual([
      'warning devices.toneNotHeard',
    ]);
  });

  it('is not played with --no-tone, nor where nothing could hear it', async () => {
    expect(levelsAndIds(await withSound(toneCheck, both, { options: { tone: false } }))).toEqual([
      'info devices.toneSkipped',
    ]);
    expect(await withSound(toneCheck, { outputs: OUTPUTS })).toEqual([]);
  });

  it('tells why the loudspeaker cannot be opened', async () => {
    const busy = new DeviceError('BRIDGE_ERR_DEVICE_BUSY', 'in use');
    const found = await withSound(toneCheck, { ...both, microphone: loopback(1), fails: { playback: busy } });
    expect(found).toMatchObject([{ id: 'devices.outputFailed', values: { code: 'BRIDGE_ERR_DEVICE_BUSY' } }]);
  });

  it('says nothing when the microphone cannot be opened, which has its own check', async () => {
    const busy = new DeviceError('BRIDGE_ERR_DEVICE_BUSY', 'in use');
    expect(await withSound(toneCheck, { ...both, fails: { capture: busy } })).toEqual([]);
  });
});

describe('ToneListener', () => {
  const sine = (hz: number, amplitude: number): Uint8Array => {
    const samples = Int16Array.from(
      { length: FRAME },
      (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / 16_000),
    );
    return new Uint8Array(samples.buffer);
  };

  it('measures the share of the tone', () => {
    expect(toneShare(sine(TONE_HZ, 1000))).toBeCloseTo(1, 1);
    for (const hz of [50, 440, 1000, 1500, 3000]) expect(toneShare(sine(hz, 10_000))).toBeLessThan(0.1);
    expect(toneShare(new Uint8Array(640))).toBe(0);
  });

  it('does not take noise for the tone, however long', () => {
    fc.assert(
      fc.property(
        fc.array(fc.int16Array({ minLength: FRAME, maxLength: FRAME }), { minLength: 12, maxLength: 12 }),
        (frames) => {
          const listener = new ToneListener();
          for (const frame of frames) listener.push(new Uint8Array(frame.buffer));
          return !listener.isHeard;
        },
      ),
      { numRuns: 20 },
    );
  });

  it('needs 200 ms in a row', () => {
    const listener = new ToneListener();
    for (let count = 0; count < 9; count++) listener.push(sine(TONE_HZ, 300));
    listener.push(new Uint8Array(640));
    for (let count = 0; count < 9; count++) listener.push(sine(TONE_HZ, 300));
    expect(listener.isHeard).toBe(false);
    listener.push(sine(TONE_HZ, 300));
    expect(listener.isHeard).toBe(true);
  });

  it('hears what toneBytes makes: 700 ms at -30 dBFS between silences, without a click', () => {
    const bytes = toneBytes(16_000, 300, 700);
    expect(bytes.byteLength).toBe(1300 * 32);
    const samples = new Int16Array(bytes.buffer);
    expect(Math.max(...samples)).toBeCloseTo(32_768 * 10 ** (-30 / 20), -1);
    expect(
      Math.max(...samples.subarray(1, 200).map((value, index) => Math.abs(value - (samples[index] ?? 0)))),
    ).toBeLessThan(600);
    const listener = new ToneListener();
    for (let at = 0; at + 640 <= bytes.byteLength; at += 640) listener.push(bytes.subarray(at, at + 640));
    expect(listener.isHeard).toBe(true);
  });
});

describe('Calibration', () => {
  it('is kept or not', async () => {
    expect(levelsAndIds(await withSound(calibrationCheck, {}))).toEqual(['info devices.notCalibrated']);
    expect(await withSound(calibrationCheck, { calibrated: 2 })).toMatchObject([
      { id: 'devices.calibrated', values: { count: 2 } },
    ]);
    expect(new FakeClock().pendingCount).toBe(0);
  });
});
