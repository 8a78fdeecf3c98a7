import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Capture,
  type OpenCaptureOptions,
  openCapture,
  systemHost,
} from '../../../src/devices/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import { isAlive, until } from './capture-sound-server.js';

/** A header as arecord writes it, then 4000-byte blocks of ones every 125 ms. */
const SOUNDING = `
process.stdout.write(Buffer.from('524946462480ffff57415645666d74201000000001000100803e0000007d0000020010006461746100800000', 'hex'));
setInterval(() => process.stdout.write(Buffer.alloc(4000, 1)), 125);
`;

let folder: string;
const captures: Capture[] = [];
const path = process.env['PATH'];

/** Puts a program named arecord on the path of this process, where the package looks. */
function fakeArecord(script: string): void {
  const file = join(folder, 'arecord');
  const first = "require('node:fs').writeFileSync(__dirname + '/pid', String(process.pid));";
  writeFileSync(file, `#!${process.execPath}\n${first}\n${script}`);
  chmodSync(file, 0o755);
}

function pid(): number {
  return Number(readFileSync(join(folder, 'pid'), 'utf8'));
}

async function open(options: Partial<OpenCaptureOptions> = {}): Promise<Capture> {
  const capture = await openCapture({
    backend: 'mic',
    clock: new SystemClock(),
    host: systemHost(process.env),
    onFrame: () => {},
    ...options,
  });
  captures.push(capture);
  return capture;
}

describe.skipIf(process.platform === 'win32')('the package mic as a backend', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'capture-mic-'));
    process.env['PATH'] = `${folder}${delimiter}${path}`;
  });

  afterEach(async () => {
    await Promise.all(captures.splice(0).map((capture) => capture.close()));
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives sound without the header, in frames of 20 ms, and states its lead', async () => {
    fakeArecord(SOUNDING);
    const frames: Buffer[] = [];
    const capture = await open({ onFrame: (frame) => frames.push(Buffer.from(frame)) });
    await until(() => frames.length >= 12, 'frames');
    expect(capture.leadMs).toBe(125);
    expect(frames.every((frame) => frame.equals(Buffer.alloc(640, 1)))).toBe(true);
  });

  it('tells that it could not be started instead of ending this process', async () => {
    // It was found, and is gone when the package looks.
    const host = systemHost(process.env);
    const found = { ...host, find: async (program: string) => join(folder, program) };
    process.env['PATH'] = folder;
    await expect(open({ host: found })).rejects.toMatchObject({ code: 'BRIDGE_ERR_DEVICE_TOOL' });
  });

  it('tells how its program ended, which the package does not', async () => {
    fakeArecord('process.exit(3)');
    await expect(open()).rejects.toThrow(/mic ended by itself with code 3/);
  });

  it('is given a device always, since its own default is one that few machines have', async () => {
    fakeArecord(
      `require('node:fs').writeFileSync(__dirname + '/args', process.argv.slice(2).join(' '));${SOUNDING}`,
    );
    await open();
    expect(readFileSync(join(folder, 'args'), 'utf8')).toContain('-D default');
  });

  it('goes on when its program is killed, and leaves none', async () => {
    fakeArecord(SOUNDING);
    const capture = await open();
    const first = pid();
    process.kill(first, 'SIGKILL');
    await until(() => capture.state.status === 'restarting', 'the end of the first');
    await until(() => capture.state.status === 'running', 'the second');
    const second = pid();
    expect(second).not.toBe(first);
    await capture.close();
    expect([isAlive(first), isAlive(second)]).toEqual([false, false]);
  });

  it('ends a program that ignores being told to, or was stopped', async () => {
    fakeArecord(`process.on('SIGTERM', () => {});${SOUNDING}`);
    const stubborn = await open();
    const first = pid();
    await stubborn.close();
    expect(isAlive(first)).toBe(false);
    fakeArecord(SOUNDING);
    const stopped = await open();
    const second = pid();
    process.kill(second, 'SIGSTOP');
    await stopped.close();
    expect(isAlive(second)).toBe(false);
  });
});
