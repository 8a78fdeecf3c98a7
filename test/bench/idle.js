// What a daemon costs that only waits: memory and CPU with the default link. Linux only.
//   node test/bench/idle.js [--seconds 60]
// Needs `npm run build`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    link: { type: 'string', default: 'ws-listen://127.0.0.1:28917/chat' },
  },
});
const seconds = Number(values.seconds);
const bin = fileURLToPath(new URL('../../bin/mmdagent-bridge.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'bridge-bench-'));
// The default link on a port of its own: the usual one may be in use.
const daemon = spawn(process.execPath, [bin, 'daemon', 'start', '--foreground', '--link', values.link], {
  env: { ...process.env, XDG_RUNTIME_DIR: directory },
  stdio: 'ignore',
});
try {
  await wait(4000);
  const before = ticks();
  await wait(seconds * 1000);
  // A tick of /proc is 10 ms.
  const cpu = ((ticks() - before) * 10) / (seconds * 1000);
  const rssKb = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))[1]);
  console.log(
    `idle daemon over ${seconds} s: RSS ${(rssKb / 1024).toFixed(1)} MB, CPU ${(cpu * 100).toFixed(2)} %`,
  );
} finally {
  daemon.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}

function ticks() {
  const fields = readFileSync(`/proc/${daemon.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
