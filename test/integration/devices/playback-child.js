// Plays silence until it is killed: prints the process ids of what it starts, and `open` when it plays.
import { openPlayback, systemHost } from '../../../dist/devices/index.js';
import { SystemClock } from '../../../dist/runtime/index.js';

const [backend] = process.argv.slice(2);
const host = systemHost(process.env);
const spawn = (...args) => {
  const program = host.spawn(...args);
  process.stdout.write(`${program.pid}\n`);
  return program;
};
const clock = new SystemClock();
try {
  const playback = await openPlayback({ backend, sampleRateHz: 48_000, clock, host: { ...host, spawn } });
  const silence = new Uint8Array(96_000);
  await playback.write(silence);
  process.stdout.write('open\n');
  for (;;) await playback.write(silence);
} catch (error) {
  process.stdout.write(`${error.code}\n`);
}
