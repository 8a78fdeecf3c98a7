// All measurements in a short form; each can be run longer by itself (README.md).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const RUNS = [
  ['fuzz-decoder.js'],
  ['fuzz-control.js', '--frames', '100000'],
  ['cli-latency.js', '--sends', '20', '--helps', '10'],
  ['idle.js', '--seconds', '10'],
  ['pacing.js', '--minutes', '0.5'],
  ['hearing.js', '--minutes', '2', '--mixes', '4'],
  ['lips-speed.js'],
  ['mic-hour.js'],
  ['mic-latency.js', '--minutes', '0.5'],
  ['say-latency.js', '--sentences', '100'],
  ['say-to-link.js', '--sentences', '50'],
  ['reply.js', '--runs', '15'],
  ['conversation.js', '--turns', '10', '--check'],
  ['interruption.js', '--runs', '6', '--check'],
  ['conversation-seeds.js', '--interruptions', '1000', '--check'],
  ['conversation-soak.js', '--hours', '3', '--check'],
  ['server.js', '--seconds', '20'],
  ['scale.js', '--counts', '1,100,1000', '--seconds', '5'],
];
let failed = 0;
for (const [name, ...args] of RUNS) {
  console.log(`\n${name} ${args.join(' ')}`);
  const path = fileURLToPath(new URL(name, import.meta.url));
  const { status } = spawnSync(process.execPath, ['--expose-gc', path, ...args], { stdio: 'inherit' });
  if (status !== 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
