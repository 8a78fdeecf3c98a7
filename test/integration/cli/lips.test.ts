import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixturePath } from '../../support/audio-fixtures.js';
import { type CliRig, cliRig, wav } from './rig.js';

const WAV_HEADER_BYTES = 44;

describe('Commands that move the mouth themselves', () => {
  let rig: CliRig;
  beforeAll(async () => {
    rig = cliRig();
    rig.file('one.wav', wav(600));
    await rig.run('daemon', 'start', '--link', 'simulator:');
  });
  afterAll(() => rig.close());

  /** What a monitor shows of a mouth while `run` goes on. */
  async function lipsOf(run: () => Promise<unknown>): Promise<readonly string[]> {
    const monitor = rig.start('monitor', '--filter', 'LIPSYNC_START', '--echo');
    await monitor.says(/lane simulator: ready/);
    await run();
    monitor.child.kill('SIGTERM');
    const { stdout } = await monitor.ended;
    return [...new Set([...stdout.matchAll(/LIPSYNC_START\|0\|(\S+)/g)].map(([, list = '']) => list))];
  }

  it('play: streams a file with exactly these lips', async () => {
    const lists = await lipsOf(async () => {
      const { code, stdout } = await rig.run(
        'play',
        'one.wav',
        '--phonemes',
        'sil,100,a,300,sil,200',
        '--json',
      );
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        reason: 'completed',
        lips: 'own',
        mouth: 'exact',
        parts: 1,
        lateParts: 0,
      });
    });
    expect(lists).toContain('sil,100,a,300,sil,200');
  });

  it('play: listens to a file that tells nothing, when told to', async () => {
    const speech = fixturePath('speech-sample.wav');
    const { stdout } = await rig.run('play', speech, '--lips', 'own', '--json');
    const { parts, ...report } = JSON.parse(stdout) as { parts: number };
    expect(report).toMatchObject({ reason: 'completed', lips: 'own', mouth: 'estimated', lateParts: 0 });
    expect(parts).toBeGreaterThan(1);
    expect(JSON.parse((await rig.run('play', 'one.wav', '--json')).stdout)).not.toHaveProperty('lips');
  });

  it.each([
    ['with its sound', ['--lips', 'own'], { lips: 'own' }],
    [
      'without its sound',
      ['--lips-only', '--lips-latency-ms', '250'],
      { lips: 'only', latencyMs: 250, failedParts: 0 },
    ],
  ])('mic: the mouth follows a live voice %s', async (_, flags, told) => {
    const speech = readFileSync(fixturePath('speech-sample.wav')).subarray(WAV_HEADER_BYTES);
    const lists = await lipsOf(async () => {
      const running = rig.start('mic', '-', '--no-gate', '--json', ...flags);
      running.child.stdin?.end(speech);
      const { code, stdout } = await running.ended;
      expect(code).toBe(0);
      const { parts, ...report } = JSON.parse(stdout) as { parts: number };
      expect(report).toMatchObject(told);
      expect(parts).toBeGreaterThan(20);
    });
    expect(lists.length).toBeGreaterThan(20);
    const names = new Set(
      lists
        .join(',')
        .split(',')
        .filter((_name, n) => n % 2 === 0),
    );
    for (const vowel of ['a', 'i', 'o']) expect(names).toContain(vowel);
  });

  it('mic: says what does not go together', async () => {
    const both = await rig.run('mic', '-', '--lips-only', '--lips', 'own');
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('--lips-only');
    expect((await rig.run('mic', '-', '--lips-only', '--lips-latency-ms', '5')).code).toBe(2);
  });
});
