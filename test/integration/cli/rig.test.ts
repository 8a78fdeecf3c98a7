import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { processesOf } from '../../support/processes-of.js';
import { until } from '../daemon/rig.js';
import { cliRig } from './rig.js';

// Elsewhere nobody tells what was started with which environment.
describe.runIf(process.platform === 'linux')('The rig of commands', () => {
  it('leaves no daemon behind whose command was killed while it opened, and none of its own, but those of others', async () => {
    const [rig, other] = [cliRig(), cliRig()];
    try {
      expect((await other.run('daemon', 'start', '--link', 'simulator:')).code).toBe(0);
      expect((await rig.run('daemon', 'start', '--daemon', 'whole', '--link', 'simulator:')).code).toBe(0);
      const before = new Set(processesOf(rig.directory));
      expect(before.size).toBe(1);
      const { child, ended } = rig.start('daemon', 'start', '--link', 'simulator:');
      const opening = (): readonly number[] =>
        processesOf(rig.directory).filter((pid) => !before.has(pid) && pid !== child.pid);
      await until(() => opening().length > 0);
      child.kill('SIGKILL');
      await ended;
      expect(existsSync(join(rig.directory, 'mmdagent-bridge', 'daemon.sock'))).toBe(false);
      expect(opening()).toHaveLength(1);
      await rig.close();
      expect(processesOf(rig.directory)).toEqual([]);
      expect(existsSync(rig.directory)).toBe(false);
      expect((await other.run('daemon', 'status')).code).toBe(0);
    } finally {
      await rig.close();
      await other.close();
    }
    expect(processesOf(other.directory)).toEqual([]);
  }, 60_000);
});
