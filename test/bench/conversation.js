// One conversation with scripted engines: its own part of a voice turn, interruptions at random moments, and its memory over hours.
//   node --expose-gc test/bench/conversation.js [--turns 40] [--interruptions 4000] [--hours 8]
// Engines: STT 150 ms, LLM 30 ms a character, TTS 100 ms; texts whose first clause has 6 characters, as AIAvatarKit was measured.
// Turns run on the machine's own clock; interruptions and hours on one that moves when told.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '40' },
    interruptions: { type: 'string', default: '4000' },
    hours: { type: 'string', default: '8' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'bridge-bench-'));
const outfile = join(folder, 'bench.mjs');
await build({
  entryPoints: [fileURLToPath(new URL('../support/dialogue/bench-conversation.ts', import.meta.url))],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  outfile,
  logLevel: 'error',
  // Packages are found from here, not from the folder of the bundle.
  plugins: [
    {
      name: 'packages-from-here',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
          kind === 'entry-point' || path.startsWith('node:')
            ? undefined
            : { path: import.meta.resolve(path), external: true },
        ),
    },
  ],
});
const bench = await import(pathToFileURL(outfile).href);
rmSync(folder, { recursive: true });

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
function spread(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return `median ${at(sorted, 0.5).toFixed(1)}, p95 ${at(sorted, 0.95).toFixed(1)} ms`;
}
let isGood = true;
function check(isMet, text) {
  isGood &&= isMet;
  console.log(`${isMet ? 'ok  ' : 'FAIL'} ${text}`);
}

const turns = Number(values.turns);
const [dynamic, fixed, timers] = await Promise.all([
  bench.voiceTurns(turns, 300),
  bench.voiceTurns(turns, 500),
  bench.timersAlone(turns),
]);
const inOrder = (list) => [...list].sort((a, b) => a - b);
const share = (list, part) => at(inOrder(list), part);
console.log(`engines alone ${bench.ENGINES_MS} ms; with the timers of this machine: ${spread(timers)}`);
// A busy machine wakes every timer late, also those of scripted engines.
const lateMs = share(timers, 0.5) - bench.ENGINES_MS;
check(
  share(dynamic, 0.5) - lateMs <= 600,
  `end of speech to first audio on the wire: ${spread(dynamic)}, of it ${lateMs.toFixed(1)} ms late timers (0.60 s)`,
);
console.log(`     the same with 0.5 s of fixed pause: ${spread(fixed)}`);
// A busy machine wakes both late: what the conversation adds is the distance between the two at the same share.
const own = [0.5, 0.95].map((part) => share(dynamic, part) - share(timers, part));
check(
  own[1] <= 10,
  `own part of a voice turn: median ${own[0].toFixed(1)}, p95 ${own[1].toFixed(1)} ms (10 ms)`,
);

let [count, seeds, problems, left, simulatedMs] = [0, 0, 0, 0, 0];
for await (const result of bench.interruptions(Number(values.interruptions))) {
  count += result.interruptions;
  seeds++;
  left += result.timersLeft;
  simulatedMs += result.simulatedMs;
  problems += result.problems.length;
  for (const problem of result.problems) console.log(`     seed ${result.seed}: ${problem}`);
}
check(
  problems === 0 && left === 0,
  `${count} interruptions at random moments (${seeds} seeds, ${(simulatedMs / 3_600_000).toFixed(1)} h): ${problems} problems, ${left} timers left`,
);

const gc = globalThis.gc ?? (() => {});
const heaps = [];
for await (const heap of bench.hours(Number(values.hours), gc)) heaps.push(heap / 1_048_576);
const growth = (heaps.at(-1) ?? 0) - (heaps[0] ?? 0);
check(growth < 5, `heap after each simulated hour: ${heaps.map((mib) => mib.toFixed(1)).join(', ')} MiB`);
process.exitCode = isGood ? 0 : 1;
