// How each backend of this machine gives its frames: time to the first one, distance between them, time to close.
// Needs `npm run build`. Frames that came out of one block stand 0 ms apart.
import { parseArgs } from 'node:util';
import { listInputs, openCapture, systemHost } from '../../dist/devices/index.js';
import { SystemClock } from '../../dist/runtime/index.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    device: { type: 'string' },
    backends: { type: 'string' },
  },
});
const clock = new SystemClock();
const host = systemHost(process.env);
const lists = await listInputs(host);
const wanted = values.backends?.split(',') ?? lists.map(({ backend }) => backend);

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const ms = (value) => value.toFixed(1).padStart(8);

console.log(
  'backend      start-up   gap p50      p95      p99      max   block p50   frames/s    close    lead  (ms)',
);
for (const backend of wanted) {
  const stamps = [];
  const startedMs = clock.nowMs();
  let capture;
  try {
    const onFrame = (_, capturedAtMs) => stamps.push(capturedAtMs);
    capture = await openCapture({ backend, device: values.device, clock, host, onFrame });
  } catch (error) {
    console.log(`${backend.padEnd(11)}  ${error.message.split('\n')[0]}`);
    continue;
  }
  const openMs = clock.nowMs() - startedMs;
  await new Promise((resolve) => setTimeout(resolve, Number(values.seconds) * 1000));
  const closeAtMs = clock.nowMs();
  await capture.close();
  const closeMs = clock.nowMs() - closeAtMs;
  // The first second is what the recorder and an idle device held back.
  const steady = stamps.filter((stamp) => stamp > stamps[0] + 1000);
  const gaps = steady
    .slice(1)
    .map((stamp, n) => stamp - steady[n])
    .sort((a, b) => a - b);
  const blocks = gaps.filter((gap) => gap > 1);
  const perSecond = ((steady.length - 1) * 1000) / (steady.at(-1) - steady[0]);
  console.log(
    `${backend.padEnd(11)}${ms(openMs)}  ${ms(at(gaps, 0.5))} ${ms(at(gaps, 0.95))} ${ms(at(gaps, 0.99))} ${ms(gaps.at(-1) ?? 0)}    ${ms(at(blocks, 0.5))}  ${perSecond.toFixed(2).padStart(9)} ${ms(closeMs)}  ${String(capture.leadMs).padStart(6)}`,
  );
}
