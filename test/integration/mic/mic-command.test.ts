import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliRig, cliRig } from '../cli/rig.js';
import { freePort, until } from '../daemon/rig.js';
import { type FakeParec, fakeParec, isAlive } from './fake-parec.js';
import { speech, wavSamples } from './heard.js';

/** Loud enough to pass any gate, never silent, different everywhere. */
function noise(ms: number): Buffer {
  const samples = Int16Array.from({ length: ms * 16 }, (_, n) => 3000 + ((n * 7919) % 9000));
  return Buffer.from(samples.buffer);
}

const withoutSilence = (samples: Int16Array): Int16Array => samples.filter((value) => value !== 0);

describe('mic and listen with a recorder of our own', () => {
  let rig: CliRig;
  let parec: FakeParec;
  beforeEach(() => {
    rig = cliRig();
    // Where nothing starts a daemon the rig still looks for sockets.
    mkdirSync(join(rig.directory, 'mmdagent-bridge'), { mode: 0o700 });
    writeFileSync(join(rig.directory, 'noise.pcm'), noise(1000));
    parec = fakeParec(rig.directory, { pcmFile: join(rig.directory, 'noise.pcm') });
    rig.env['PATH'] = parec.path;
    rig.env['BRIDGE_INPUT_BACKEND'] = 'parec';
  });
  afterEach(async () => {
    await rig.close();
    for (const pid of parec.pids().filter(isAlive)) process.kill(pid, 'SIGKILL');
  });

  it('passes every sample on, tells how it was, and leaves nothing running but the daemon', async () => {
    const port = await freePort();
    const link = `tcp://127.0.0.1:${port}`;
    const simulator = rig.start('simulate', '--link', link, '--wav', 'heard.wav', '--load-ms', '0');
    await simulator.says(/listening/);
    // Ready before, so that nothing is spoken to nobody.
    await rig.run('daemon', 'start', '--link', link);
    await until(async () => (await rig.run('daemon', 'status')).stdout.includes('ready'));
    const ended = await rig.run('mic', '--no-gate', '--seconds', '2', '--json');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const report = JSON.parse(ended.stdout) as { frames: number; lane: string };
    expect(report).toMatchObject({
      droppedMs: 0,
      restarts: 0,
      reopened: 0,
      clippedSamples: 0,
      gateOpenPercent: 100,
    });
    expect(report.frames).toBeGreaterThan(85);
    expect(parec.pids().filter(isAlive)).toEqual([]);
    simulator.child.kill('SIGINT');
    await simulator.ended;
    const heard = withoutSilence(wavSamples(join(rig.directory, 'heard.wav')));
    expect(heard.length).toBe(report.frames * 320);
    // The recorder's second again and again, from wherever it was when the stream opened.
    const source = new Int16Array(noise(1000).buffer.slice(0));
    const start = source.indexOf(heard[0] ?? 0);
    const wrong = heard.findIndex((value, n) => value !== source[(start + n) % source.length]);
    expect(wrong).toBe(-1);
  });

  it('says why when the microphone cannot be opened, and leaves the link open', async () => {
    await rig.run('daemon', 'start', '--link', 'simulator:');
    parec.set({ complaint: 'Stream error: No such entity' });
    const { code, stderr } = await rig.run('mic');
    expect(code).toBe(1);
    expect(stderr).toMatch(/found no microphone.*\(BRIDGE_ERR_DEVICE_UNKNOWN\)/s);
    const { stdout } = await rig.run('daemon', 'status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ lanes: [{ lane: 'simulator', connections: 1 }] });
  });

  it('goes on through a recorder that is killed and one that will not start, told once each time', async () => {
    const mic = rig.start('mic', '--no-gate', '--link', 'simulator:');
    await mic.says(/Passing the default microphone \(parec\) on to lane simulator/);
    const kill = async (): Promise<void> => {
      await until(() => parec.pids().some(isAlive));
      for (const pid of parec.pids().filter(isAlive)) process.kill(pid, 'SIGKILL');
    };
    await kill();
    await mic.says(/Sound comes from the default microphone \(parec\) again/);
    parec.set({ complaint: 'Device or resource busy' });
    const before = parec.pids().length;
    await kill();
    // Several attempts, one complaint.
    await until(() => parec.pids().length >= before + 3);
    parec.set({});
    await mic.says(/Sound comes[\s\S]*Sound comes/);
    mic.child.kill('SIGINT');
    const { code, stderr } = await mic.ended;
    expect(code).toBe(0);
    const told = stderr
      .split('\n')
      .map((line) => line.replace(/^(parec was ended|Sound comes|Passed|Passing|Started).*/, '$1'));
    expect(told.filter((line) => line !== '')).toEqual([
      'Started',
      'Passing',
      'parec was ended',
      'Sound comes',
      'parec was ended',
      'Sound comes',
      'Passed',
    ]);
    expect(parec.pids().filter(isAlive)).toEqual([]);
    expect((await rig.run('daemon', 'status')).stdout).toContain('lane simulator');
  });

  it('leaves no recorder behind when it is killed, not even one that ignores everything', async () => {
    parec.set({ isStubborn: true, pcmFile: join(rig.directory, 'noise.pcm') });
    const mic = rig.start('mic', '--link', 'simulator:');
    await mic.says(/Passing/);
    const pids = parec.pids();
    expect(pids.map(isAlive)).toEqual([true]);
    mic.child.kill('SIGKILL');
    await mic.ended;
    await until(() => !pids.some(isAlive), 3000);
    expect((await rig.run('daemon', 'status')).stdout).toContain('lane simulator');
  });

  it('opens the stream again when MMDAgent-EX comes back', async () => {
    const link = `tcp://127.0.0.1:${await freePort()}`;
    const first = rig.start('simulate', '--link', link, '--load-ms', '0');
    await first.says(/listening/);
    const mic = rig.start('mic', '--no-gate', '--link', link, '--json');
    const { stdout } = await readyStatus(rig);
    expect(stdout).toContain('"isSpeaking":true');
    await new Promise((resolve) => setTimeout(resolve, 300));
    first.child.kill('SIGKILL');
    await first.ended;
    const second = rig.start('simulate', '--link', link, '--load-ms', '0', '--json');
    // Sound from the microphone is played by the second one, without anybody's help.
    await second.says(/"kind":"sound"/);
    mic.child.kill('SIGINT');
    const ended = await mic.ended;
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ reopened: 1, restarts: 0 });
  });

  it('gives up when there is no MMDAgent-EX, with the code for that', async () => {
    const args = ['--link', `tcp://127.0.0.1:${await freePort()}`, '--ready-timeout-ms', '300'];
    const { code, stderr } = await rig.run('mic', ...args);
    expect(code).toBe(3);
    expect(stderr).toContain('BRIDGE_ERR_LANE_NOT_READY');
    expect(parec.pids().filter(isAlive)).toEqual([]);
  });

  it('takes raw sound on standard input instead, to its end', async () => {
    await rig.run('daemon', 'start', '--link', 'simulator:');
    await until(async () => (await rig.run('daemon', 'status')).stdout.includes('ready'));
    const mic = rig.start('mic', '-', '--no-gate', '--json');
    mic.child.stdin?.end(noise(200));
    const ended = await mic.ended;
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({ frames: 10, droppedMs: 0 });
    expect(parec.pids()).toEqual([]);
  });

  it('says that a sound on standard input was not spoken when it ended before any avatar was there', async () => {
    const args = ['--link', `tcp://127.0.0.1:${await freePort()}`, '--ready-timeout-ms', '500'];
    const mic = rig.start('mic', '-', ...args);
    mic.child.stdin?.end(noise(200));
    const { code, stderr } = await mic.ended;
    expect(code).toBe(3);
    expect(stderr).toContain('BRIDGE_ERR_LANE_NOT_READY');
  });

  it('listen: records so many seconds to a file', async () => {
    writeFileSync(join(rig.directory, 'speech.pcm'), Buffer.from(speech().buffer));
    parec.set({ pcmFile: join(rig.directory, 'speech.pcm') });
    const { code, stdout, stderr } = await rig.run('listen', 'out.wav', '--seconds', '1', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      file: 'out.wav',
      seconds: 1,
      frames: 50,
      droppedMs: 0,
      restarts: 0,
    });
    const heard = wavSamples(join(rig.directory, 'out.wav'));
    expect(heard.length).toBe(16_000);
    const all = speech();
    const starts = Array.from({ length: 50 }, (_, frame) => frame * 320);
    const fits = starts.some((start) => heard.every((value, n) => value === all[start + n]));
    expect(fits).toBe(true);
  });

  it('listen: leaves an older recording alone when there is no sound', async () => {
    rig.file('old.wav', 'precious');
    parec.set({ complaint: 'Connection failure: Connection refused' });
    const { code } = await rig.run('listen', 'old.wav');
    expect(code).toBe(1);
    expect(readFileSync(join(rig.directory, 'old.wav'), 'utf8')).toBe('precious');
  });

  it('listen: ends in order when it is told to and when its reader goes away', async () => {
    const toFile = rig.start('listen', 'out.wav');
    await toFile.says(/Recording/);
    await until(() => statSync(join(rig.directory, 'out.wav')).size > 10_000);
    toFile.child.kill('SIGINT');
    expect(await toFile.ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/Recorded \d/) });
    expect(wavSamples(join(rig.directory, 'out.wav')).length % 320).toBe(0);
    const piped = rig.start('listen');
    await new Promise((resolve) => piped.child.stdout?.once('data', resolve));
    piped.child.stdout?.destroy();
    const ended = await piped.ended;
    expect(ended.code).toBe(0);
    expect(ended.stderr).not.toMatch(/EPIPE|Unexpected/);
    expect(parec.pids().filter(isAlive)).toEqual([]);
  });
});

async function readyStatus(rig: CliRig): Promise<{ stdout: string }> {
  let status = { stdout: '' };
  await until(async () => {
    status = await rig.run('daemon', 'status', '--json');
    return status.stdout.includes('"state":"ready"') && status.stdout.includes('"isSpeaking":true');
  });
  return status;
}
