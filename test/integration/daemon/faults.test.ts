import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const RUN = fileURLToPath(new URL('../../faults/run.js', import.meta.url));
const run = promisify(execFile);

describe('A daemon under faults of its clients', () => {
  it.each([
    ['ws', '60', '11'],
    ['tcp-listen', '40', '12'],
  ])('keeps its MMDAgent-EX and its sound whole (%s, %s faults, seed %s)', async (link, count, seed) => {
    const args = [RUN, '--quick', '--link', link, '--count', count, '--seed', seed];
    const { stdout } = await run(process.execPath, args).catch((error: { stdout: string }) => error);
    expect(JSON.parse(stdout)).toMatchObject({
      failures: [],
      isOk: true,
      simulator: { deaths: 0, wedges: 0 },
    });
  });
});
