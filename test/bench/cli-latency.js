// What a user waits for: `send` through a daemon, and `--help`, from the shell.
//   node test/bench/cli-latency.js [--sends 100] [--helps 20]
// Needs `npm run build`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { sends: { type: 'string', default: '100' }, helps: { type: 'string', default: '20' } },
});
const bin = fileURLToPath(new URL('../../bin/mmdagent-bridge.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'bridge-bench-'));
const env = { ...process.env, XDG_RUNTIME_DIR: directory };
const daemon = spawn(process.execPath, [bin, 'daemon', 'start', '--foreground', '--link', 'simulator:'], {
  env,
  stdio: 'ignore',
});
try {
  while (run('daemon', 'status').status !== 0);
  measure('send through a daemon', Number(values.sends), ['send', 'BENCH|1']);
  measure('--help', Number(values.helps), ['--help']);
  const bare = timesOf(10, () => spawnSync(process.execPath, ['-e', '0']));
  console.log(`node itself: p50 ${bare[5].toFixed(0)} ms`);
} finally {
  daemon.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}

function measure(what, count, args) {
  const times = timesOf(count, () => {
    const { status, stderr } = run(...args);
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  });
  const at = (part) => times[Math.min(count - 1, Math.floor(count * part))].toFixed(0);
  console.log(`${what}, ${count} times: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`);
}

function timesOf(count, call) {
  const times = Array.from({ length: count }, () => {
    const startMs = performance.now();
    call();
    return performance.now() - startMs;
  });
  return times.sort((a, b) => a - b);
}

function run(...args) {
  return spawnSync(process.execPath, [bin, ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
