import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const MODULE = new URL('../../../dist/cli/heap-room.js', import.meta.url).href;
/** How far a heap that is written fast grows before all of it is collected: told by V8, which by itself lets it grow to 4.6 times what lives in it, and one that is written slowly to 1.3 times. */
const SCRIPT = `
const { giveHeapRoom } = await import('${MODULE}');
if (process.argv[1] === 'room') giveHeapRoom();
const kept = Array.from({ length: 300_000 }, (_, n) => ({ n, list: [n] }));
for (let round = 0; round < 3; round++) gc();
console.log('living ' + process.memoryUsage().heapUsed);
for (let n = 0; n < 3_000_000; n++) kept[n % kept.length] = { n, list: [n] };
`;

async function run(...args: string[]): Promise<{ readonly output: string; readonly complaints: string }> {
  const flags = ['--expose-gc', '--trace-gc', '--input-type=module', '-e', SCRIPT, '--'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, ...args]);
  return { output: stdout, complaints: stderr };
}

/** MB in the heap when the first whole collection after `living` began, against what lived. */
function grownTo(output: string): number {
  const [before = '', after = ''] = output.split('living ');
  expect(before).toContain('Mark-Compact');
  const living = Number.parseInt(after, 10) / 2 ** 20;
  const first = /Mark-Compact[^\d]*([\d.]+) \(/.exec(after)?.[1];
  return Number(first) / living;
}

describe('giveHeapRoom', () => {
  it('lets the heap grow to about twice what lives in it, and V8 knows how', async () => {
    const { output, complaints } = await run('room');
    expect(complaints).toBe('');
    const grown = grownTo(output);
    expect(grown).toBeGreaterThan(1.7);
    expect(grown).toBeLessThan(3.3);
  }, 30_000);
});
