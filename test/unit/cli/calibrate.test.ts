import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { type CalibrateParts, runCalibrate } from '../../../src/cli/commands/calibrate.js';
import { type Arguments, createContext } from '../../../src/cli/context.js';
import { resolveConfig } from '../../../src/config/index.js';
import type { MeasureOptions, OutputOffset } from '../../../src/devices/index.js';
import { FakeClock, RequestError } from '../../../src/runtime/index.js';
import { actedHost } from '../devices/capture-acting.js';

const folder = mkdtempSync(join(tmpdir(), 'bridge-calibrate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SINKS = `Sink #0\n\tName: speakers\n\tDescription: Speakers\nSink #1\n\tName: headset\n\tDescription: USB Headset\n`;

const OFFSET: OutputOffset = {
  output: { backend: 'pacat', device: 'headset', sampleRateHz: 48_000 },
  offsetMs: 181.234,
  spreadMs: 0.42,
  found: 9,
  played: 9,
  confidence: 0.9,
  via: 'microphone',
  input: { backend: 'parec', device: 'webcam' },
  boundMs: 20,
  underruns: 0,
};

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly asked: readonly MeasureOptions[];
}

async function run(
  name: string,
  args: Arguments,
  env: Record<string, string> = {},
  measured: Partial<OutputOffset> | Error = {},
): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const never = new AbortController().signal;
  const io = {
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: { XDG_CONFIG_HOME: join(folder, name) },
    drain: never,
    quit: never,
    isTerminal: false,
  };
  const asked: MeasureOptions[] = [];
  const parts: CalibrateParts = {
    clock: new FakeClock(),
    host: actedHost({
      programs: ['pacat', 'pactl'],
      answers: {
        'pactl list sinks': { stdout: SINKS },
        'pactl info': { stdout: 'Default Sink: speakers\n' },
      },
    }),
    measure: async (options) => {
      asked.push(options);
      if (measured instanceof Error) throw measured;
      return { ...OFFSET, ...measured };
    },
  };
  const resolved = await resolveConfig({ flags: {}, args: [], env });
  const context = createContext({ io, args, resolved, version: 'test', reload: async () => resolved });
  const code = await runCalibrate(context, parts);
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? ''), asked };
}

describe('calibrate', () => {
  it('measures, keeps and shows', async () => {
    const { code, out, err, asked } = await run(
      'a',
      {},
      { BRIDGE_OUTPUT_DEVICE: 'usb', BRIDGE_VOLUME_PERCENT: '50' },
    );
    expect(code).toBe(0);
    expect(out).toContain('pacat headset, 48000 Hz: 181.2 ms (by microphone, spread 0.4 ms');
    expect(err).toContain('9 of 9 chirps');
    expect(asked[0]).toMatchObject({ output: { backend: 'auto', device: 'usb' }, amplitude: 0.25 });
    // Without an input of the user's, the loopback is looked for.
    expect(asked[0]?.input).toBeUndefined();
    expect((await run('a', { show: true })).out).toContain('181.2 ms');
    const { outputs } = JSON.parse((await run('a', { show: true, json: true })).out);
    expect(outputs).toMatchObject([{ device: 'headset', offsetMs: 181.2, via: 'microphone' }]);
  });

  it('listens with the microphone that the user names', async () => {
    const { asked } = await run('b', {}, { BRIDGE_INPUT_DEVICE: 'webcam' });
    expect(asked[0]?.input).toEqual({ backend: 'auto', device: 'webcam' });
  });

  it('gives everything that was measured as JSON', async () => {
    const { out, err } = await run('c', { json: true });
    expect(JSON.parse(out)).toMatchObject({
      offsetMs: 181.2,
      found: 9,
      played: 9,
      confidence: 0.9,
      boundMs: 20,
    });
    expect(err).toBe('');
  });

  it('warns of a loopback, of underruns and of chirps that were hard to hear', async () => {
    const { err } = await run('d', {}, {}, { via: 'monitor', underruns: 2, confidence: 0.3 });
    expect(err).toMatch(/Bluetooth[\s\S]*2 underruns[\s\S]*hard to hear/);
  });

  it('keeps nothing when nothing was heard', async () => {
    const error = new RequestError('BRIDGE_ERR_CALIBRATION', 'It recorded silence');
    await expect(run('e', {}, {}, error)).rejects.toBe(error);
    expect((await run('e', { show: true })).err).toContain('No loudspeaker is calibrated');
  });

  it('keeps a value set by hand for the loudspeaker that is meant, and forgets that one only', async () => {
    const { out, asked } = await run('f', { 'set-ms': '-12.5' });
    expect(out).toContain('pacat speakers, 48000 Hz: -12.5 ms (set by hand');
    expect(asked).toEqual([]);
    await run('f', { 'set-ms': '90' }, { BRIDGE_OUTPUT_DEVICE: '1' });
    expect((await run('f', { forget: true })).err).toContain('Forgotten: pacat speakers');
    expect((await run('f', { show: true })).out).toMatch(/^pacat headset, 48000 Hz: 90 ms/);
    expect((await run('f', { forget: true })).err).toContain('Nothing was kept');
  });

  it.each([
    [{ 'set-ms': '9999' }, /--set-ms: expected a number from -5000 to 5000/],
    [{ show: true, forget: true }, /exclude each other/],
    [{ show: true, 'set-ms': '1' }, /exclude each other/],
  ])('refuses %j', async (args, message) => {
    await expect(run('g', args)).rejects.toThrow(message);
    await expect(run('g', args)).rejects.toMatchObject({ code: 'BRIDGE_ERR_USAGE' });
  });
});
