import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Capture,
  type CaptureState,
  type DeviceHost,
  listInputs,
  openCapture,
  systemHost,
} from '../../../src/devices/index.js';
import { SystemClock, seededRandom } from '../../../src/runtime/index.js';
import { isThere } from '../../support/optional-tools.js';
import { isAlive, MICROPHONE, type SoundServer, startSoundServer, until } from './capture-sound-server.js';

const SERVER = ['pulseaudio', 'pulseaudio-utils'] as const;
const ALSA = ['alsa-utils', 'libasound2-plugins'] as const;
const BACKENDS = [
  { backend: 'parec', needs: [] },
  { backend: 'arecord', needs: ALSA },
  { backend: 'rec', needs: [...ALSA, 'sox', 'libsox-fmt-alsa'] },
  { backend: 'ffmpeg', needs: ['ffmpeg'] },
  { backend: 'mic', needs: ALSA },
] as const;
const CHILD = fileURLToPath(new URL('./capture-child.js', import.meta.url));

let server: SoundServer;
const captures: Capture[] = [];
const children: ChildProcess[] = [];

/** Loud noise that repeats nowhere. */
function noise(seconds: number): Buffer {
  const random = seededRandom(20_260_101);
  const pcm = Buffer.alloc(seconds * 32_000);
  for (let at = 0; at < pcm.byteLength; at += 2) pcm.writeInt16LE(Math.round((random() - 0.5) * 40_000), at);
  return pcm;
}

interface Recording {
  readonly capture: Capture;
  readonly states: CaptureState[];
  readonly pids: number[];
  frames: number;
  heard(): Buffer;
}

async function record(backend: string, device?: string): Promise<Recording> {
  const host = systemHost(server.env);
  const heard: Buffer[] = [];
  const pids: number[] = [];
  const watched: DeviceHost = {
    ...host,
    spawn: (...args) => {
      const program = host.spawn(...args);
      if (program.pid !== undefined) pids.push(program.pid);
      return program;
    },
  };
  const made = { frames: 0 };
  const capture = await openCapture({
    backend,
    device,
    clock: new SystemClock(),
    host: watched,
    onFrame: (frame) => {
      made.frames++;
      heard.push(Buffer.from(frame));
    },
  });
  captures.push(capture);
  const states: CaptureState[] = [];
  capture.events.on('stateChange', (state) => states.push(state));
  return Object.assign(made, { capture, states, pids, heard: () => Buffer.concat(heard) });
}

/** Processes whose parent is `pid`. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return new RegExp(`^PPid:\\s+${pid}$`, 'm').test(readFileSync(`/proc/${name}/status`, 'utf8'));
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe.skipIf(!isThere(...SERVER))('openCapture with a real sound server', () => {
  beforeAll(async () => {
    server = await startSoundServer();
  });

  afterEach(async () => {
    delete process.env['PULSE_SERVER'];
    await Promise.all(captures.splice(0).map((capture) => capture.close()));
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  afterAll(async () => {
    await server?.stop();
  });

  for (const { backend, needs } of BACKENDS) {
    describe.skipIf(!isThere(...needs))(backend, () => {
      it('hears what is played, sample for sample, and leaves nothing running', async () => {
        // The package gives its program the environment of this process, whatever the host has.
        if (backend === 'mic') Object.assign(process.env, { PULSE_SERVER: server.env['PULSE_SERVER'] });
        const device = backend === 'parec' || backend === 'ffmpeg' ? MICROPHONE : undefined;
        const before = childrenOf(process.pid);
        const recording = await record(backend, device);
        expect(childrenOf(process.pid).length).toBeGreaterThan(before.length);
        const played = noise(1);
        await server.play(played);
        await until(() => recording.heard().includes(played), 'the sound that was played', 5000);
        await recording.capture.close();
        const frames = recording.frames;
        // A guard beside the recorder needs a moment to be gone.
        await until(
          () => childrenOf(process.pid).every((pid) => before.includes(pid)),
          'the end of all',
          1000,
        );
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect(recording.frames).toBe(frames);
      });

      it('ends with this program even when that is killed', async () => {
        const child = spawn(process.execPath, [CHILD, backend], {
          env: server.env,
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        children.push(child);
        let said = '';
        child.stdout.on('data', (text: Buffer) => (said += text));
        await until(() => said.includes('open') || said.includes('BRIDGE'), 'an open microphone', 15_000);
        expect(said).toContain('open');
        const started = childrenOf(child.pid ?? 0);
        expect(started.length).toBeGreaterThan(0);
        child.kill('SIGKILL');
        await until(() => !started.some(isAlive), `the end of ${started.join(', ')}`, 3000);
      });
    });
  }

  it.each([
    ['by the kernel', true],
    ['by a guard, where setpriv is missing', false],
  ])('ends a recorder that hangs and ignores signals with this program, %s', async (_, hasSetpriv) => {
    const folder = mkdtempSync(join(tmpdir(), 'capture-hang-'));
    const fake = join(folder, 'parec');
    writeFileSync(fake, "#!/bin/sh\ntrap '' TERM INT HUP PIPE\nwhile :; do sleep 1; done\n");
    chmodSync(fake, 0o755);
    for (const name of ['sh', 'sleep']) symlinkSync(`/bin/${name}`, join(folder, name));
    const PATH = hasSetpriv ? `${folder}:${server.env['PATH'] ?? ''}` : folder;
    const child = spawn(process.execPath, [CHILD, 'parec'], {
      env: { ...server.env, PATH },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      said += text;
    });
    const started = (): number[] => said.trim().split('\n').filter(Boolean).map(Number);
    await until(() => started().length === (hasSetpriv ? 1 : 2), 'a recorder, and its guard');
    const [pid = 0] = started();
    await until(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(fake), 'the recorder itself');
    child.kill('SIGKILL');
    await until(() => !started().some(isAlive), 'the end of the recorder', 3000);
    rmSync(folder, { recursive: true, force: true });
  });

  it('goes on when its recorder is killed', async () => {
    const recording = await record('parec', MICROPHONE);
    const [pid] = recording.pids;
    if (pid === undefined) throw new Error('no recorder');
    process.kill(pid, 'SIGKILL');
    await until(() => recording.capture.state.status === 'restarting', 'the loss of the recorder');
    expect(recording.states).toMatchObject([
      { status: 'restarting', error: { code: 'BRIDGE_ERR_DEVICE_ENDED' }, attempt: 1 },
    ]);
    const { frames } = recording;
    await until(() => recording.frames > frames + 10, 'frames of the next recorder');
    expect(recording.capture.state.status).toBe('running');
  });

  it('bears that its microphone is unplugged, does not listen to another one, and goes on when it is back', async () => {
    const recording = await record('parec', MICROPHONE);
    await server.unplug();
    await until(() => recording.capture.state.status !== 'running', 'the loss of the microphone');
    expect(recording.states[0]).toMatchObject({
      status: 'restarting',
      error: { code: 'BRIDGE_ERR_DEVICE_LOST' },
    });
    const { frames } = recording;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(recording.frames).toBe(frames);
    for (const state of recording.states) {
      if (state.status === 'restarting') expect(state.error.code).toBe('BRIDGE_ERR_DEVICE_LOST');
    }
    await server.plug();
    await until(() => recording.capture.state.status === 'running', 'the microphone', 15_000);
    const played = noise(1);
    await server.play(played);
    await until(() => recording.heard().includes(played), 'the sound that was played', 5000);
  });

  it('says that a microphone is unknown, with those there are', async () => {
    await expect(record('auto', 'no such thing')).rejects.toMatchObject({
      code: 'BRIDGE_ERR_DEVICE_UNKNOWN',
    });
    await expect(record('auto', 'no such thing')).rejects.toThrow(/mic\.monitor/);
  });

  it('lists what the server has', async () => {
    const lists = await listInputs(systemHost(server.env));
    const parec = lists.find(({ backend }) => backend === 'parec');
    expect(parec?.devices.map(({ id, channels, sampleRatesHz }) => [id, channels, sampleRatesHz])).toEqual([
      ['other.monitor', 2, [48_000]],
      [MICROPHONE, 1, [16_000]],
    ]);
    expect(parec?.devices.find(({ isDefault }) => isDefault)?.id).toBe(MICROPHONE);
  });
});
