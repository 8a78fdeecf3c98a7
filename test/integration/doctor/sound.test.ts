import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../src/config/index.js';
import { systemHost } from '../../../src/devices/index.js';
import { ALL_CHECKS } from '../../../src/doctor/all-checks.js';
import { runDoctor, SYSTEM_FILES, systemSound } from '../../../src/doctor/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import { isThere } from '../../support/optional-tools.js';
import { doctorOptions } from '../../unit/doctor/rig.js';
import { MICROPHONE, type SoundServer, startSoundServer } from '../devices/capture-sound-server.js';

const CHECKS = ALL_CHECKS.filter(({ area }) => area === 'devices');

describe.runIf(isThere('pulseaudio', 'pulseaudio-utils'))('doctor with a real sound server', () => {
  let server: SoundServer;
  beforeAll(async () => {
    server = await startSoundServer();
  });
  afterAll(() => server.stop());

  async function look(inputDevice?: string): Promise<string[]> {
    const clock = new SystemClock();
    const host = systemHost(server.env);
    const config = defaultConfig({
      inputBackend: 'parec',
      outputBackend: 'pacat',
      ...(inputDevice === undefined ? {} : { inputDevice }),
    });
    const options = {
      ...doctorOptions(),
      clock,
      host,
      files: SYSTEM_FILES,
      sound: systemSound({ host, clock, config }),
    };
    const found: string[] = [];
    for await (const { level, id } of runDoctor(
      { ...options, resolved: { ...options.resolved, config } },
      CHECKS,
    )) {
      found.push(`${level} ${id}`);
    }
    return found;
  }

  it('hears its tone at the loopback of the loudspeaker', async () => {
    expect(await look()).toEqual(
      expect.arrayContaining(['ok devices.inputs', 'ok devices.outputs', 'ok devices.toneOnMonitor']),
    );
  });

  it('does not hear it when the loudspeaker is muted', async () => {
    const sink = execFileSync('pactl', ['get-default-sink'], { env: server.env, encoding: 'utf8' }).trim();
    execFileSync('pactl', ['set-sink-mute', sink, '1'], { env: server.env });
    expect(await look()).toContain('error devices.toneLost');
    execFileSync('pactl', ['set-sink-mute', sink, '0'], { env: server.env });
  });

  it('hears the microphone', async () => {
    const loud = new Uint8Array(
      Int16Array.from({ length: 16_000 * 5 }, (_, n) => 3000 * Math.sin(n / 5)).buffer,
    );
    const playing = server.play(loud);
    expect(await look(MICROPHONE)).toContain('ok devices.inputHeard');
    await playing;
  });
});
