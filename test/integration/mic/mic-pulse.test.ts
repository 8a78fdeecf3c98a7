import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isThere } from '../../support/optional-tools.js';
import { type CliRig, cliRig } from '../cli/rig.js';
import { freePort, until } from '../daemon/rig.js';
import { findPhrase, type PhraseHeard, phrases, speech, wavSamples } from './heard.js';
import { MICROPHONE, type PrivatePulse, startPulse } from './private-pulse.js';

const SECONDS = 10;

describe.skipIf(!isThere('pulseaudio', 'pulseaudio-utils'))('mic with a null sink as microphone', () => {
  let rig: CliRig;
  let pulse: PrivatePulse;
  beforeEach(async () => {
    rig = cliRig();
    pulse = await startPulse(rig.directory);
    Object.assign(rig.env, pulse.env, { BRIDGE_INPUT_BACKEND: 'parec', BRIDGE_INPUT_DEVICE: MICROPHONE });
  });
  afterEach(async () => {
    await rig.close();
    pulse.close();
  });

  /** Plays speech into the sink while `mic` passes its monitor on; what a simulator at the other end of the link heard. */
  async function heardThrough(samples: Int16Array, ...args: string[]): Promise<Int16Array> {
    const link = `tcp://127.0.0.1:${await freePort()}`;
    const simulator = rig.start('simulate', '--link', link, '--wav', 'heard.wav', '--load-ms', '0');
    await simulator.says(/listening/);
    await rig.run('daemon', 'start', '--link', link);
    await until(async () => (await rig.run('daemon', 'status')).stdout.includes('ready'));
    // A machine that is busy with other tests may stand still for longer than the usual lead.
    const mic = rig.start('mic', '--seconds', String(SECONDS), '--lead-ms', '400', '--json', ...args);
    await until(async () =>
      (await rig.run('daemon', 'status', '--json')).stdout.includes('"isSpeaking":true'),
    );
    await pulse.play(samples);
    const ended = await mic.ended;
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({
      droppedMs: 0,
      restarts: 0,
      reopened: 0,
      clippedSamples: 0,
    });
    simulator.child.kill('SIGINT');
    await simulator.ended;
    return wavSamples(join(rig.directory, 'heard.wav'));
  }

  /** Every phrase in turn: the silence between may be shortened where the bridge starts afresh. */
  function compared(samples: Int16Array, heard: Int16Array): PhraseHeard[] {
    let searchFrom = 0;
    return phrases(samples).map((phrase) => {
      const found = findPhrase(samples, phrase, heard, searchFrom);
      searchFrom = found.at;
      return found;
    });
  }

  it('passes speech on as it is, without a gap', async () => {
    const samples = speech();
    const found = compared(samples, await heardThrough(samples, '--no-gate'));
    expect(found.length).toBeGreaterThanOrEqual(3);
    for (const { snrDb, gapMs } of found) {
      expect(snrDb).toBeGreaterThan(40);
      expect(gapMs).toBeLessThan(1);
    }
  });

  it('makes no gap inside phrases with the gate on', async () => {
    const samples = speech();
    const found = compared(samples, await heardThrough(samples));
    expect(found.length).toBeGreaterThanOrEqual(3);
    for (const { snrDb, gapMs } of found) {
      expect(snrDb).toBeGreaterThan(30);
      expect(gapMs).toBeLessThan(5);
    }
  });
});
