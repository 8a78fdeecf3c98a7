// The measured process of server.js: the command `serve --foreground` as it is, and what its parent asks for by messages. Pinned to one core.
//   fork(server-process.js, [core, ...arguments of the command], { execArgv: ['--expose-gc'] })
// Requests {id, do, …} → answers {id, …}: `state` - CPU time, memory, event loop delay since the last `state`; `collect` - memory behind the
// collector; `profile` {on, path} - CPU profile; `snapshot` {path} - heap snapshot; `heapSampling` {on, path}.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';
import { processIo } from '../../dist/cli/io.js';
import { main } from '../../dist/cli/main.js';

const [core, ...args] = process.argv.slice(2);
if (core !== 'any')
  execFileSync('taskset', ['-a', '-c', '-p', core, String(process.pid)], { stdio: 'ignore' });
const RESOLUTION_MS = 2;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
const inspector = new Session();

const ANSWERS = {
  state: () => {
    const delayMs = (part) => Math.max(0, delay.percentile(part) / 1e6 - RESOLUTION_MS);
    const [p50, p99, max] = [delayMs(50), delayMs(99), delayMs(100)];
    delay.reset();
    return { cpu: process.cpuUsage(), atMs: performance.now(), memory: memory(), delayMs: { p50, p99, max } };
  },
  collect: async () => {
    for (let round = 0; round < 4; round++) {
      globalThis.gc();
      await wait(50);
    }
    return { memory: memory() };
  },
  profile: async ({ on, path }) => {
    if (on) {
      inspector.connect();
      await inspector.post('Profiler.enable');
      await inspector.post('Profiler.setSamplingInterval', { interval: 500 });
      await inspector.post('Profiler.start');
      return {};
    }
    const { profile } = await inspector.post('Profiler.stop');
    inspector.disconnect();
    writeFileSync(path, JSON.stringify(profile));
    return { hot: hottest(profile) };
  },
  snapshot: ({ path }) => ({ path: writeHeapSnapshot(path) }),
};

process.on('message', async ({ id, do: what, ...parameters }) => {
  process.send({ id, ...(await ANSWERS[what](parameters)) });
});
process.on('disconnect', () => process.exit());
process.exitCode = await main(args, processIo());
process.disconnect();

/** Bytes. What lies outside the heap is counted once. */
function memory() {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, held: heapUsed + external, heapUsed, external };
}

/** The functions that took the most time themselves, shares of all samples. */
function hottest({ nodes, samples }) {
  const counts = new Map();
  for (const sample of samples) counts.set(sample, (counts.get(sample) ?? 0) + 1);
  const shares = new Map();
  for (const { id, callFrame } of nodes) {
    const { functionName, url, lineNumber } = callFrame;
    const key = `${functionName || '(anonymous)'} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;
    shares.set(key, (shares.get(key) ?? 0) + (counts.get(id) ?? 0) / samples.length);
  }
  return [...shares].sort(([, a], [, b]) => b - a).slice(0, 40);
}
