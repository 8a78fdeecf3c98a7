// One stream for long: does it drift, how late is it, and what follows a stall of half a second.
//   node test/bench/pacing.js [--minutes 10]
// Needs `npm run build`. All in one process: the peer is a socket that keeps the time of what comes.
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { AvatarLane } from '../../dist/avatar/index.js';
import { PaceScheduler } from '../../dist/pacing/index.js';
import { SILENT_LOGGER, SystemClock } from '../../dist/runtime/index.js';
import { TcpDialLink } from '../../dist/transport/index.js';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
const LEAD_MS = 200;
const STALL_MS = 500;

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.resume();
  socket.write('MODEL_EVENT_ADD|0\n');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address();

const clock = new SystemClock();
/** When each unit left, and how many bytes then had. */
const sent = [];
const late = [];
let bytes = 0;
let underruns = 0;
const lane = new AvatarLane({
  name: 'bench',
  model: '0',
  carriesSound: true,
  latencyMs: 45,
  queueMessages: 10,
  queuePolicy: 'fail',
  clock,
  scheduler: new PaceScheduler(clock),
  observer: {
    unitSent: (payload, nowMs, lateMs) => {
      bytes += payload.byteLength;
      sent.push({ atMs: nowMs, bytes });
      if (lateMs !== undefined) late.push(lateMs);
    },
    underrunExpected: () => underruns++,
    soundDropped: () => {},
  },
});
const link = new TcpDialLink({
  url: '',
  host: '127.0.0.1',
  port,
  clock,
  random: Math.random,
  logger: SILENT_LOGGER,
});
link.events.on('connection', (connection) => lane.attach(connection));
await link.start();
while (lane.state.status !== 'ready') await wait(50);
const stream = lane.openStream(1, {
  kind: 'recorded',
  mode: 'file',
  leadMs: LEAD_MS,
  aheadMs: 2000,
  readyTimeoutMs: 10_000,
});
const sound = Buffer.alloc(64_000, 1);
const fill = (acceptedBytes) =>
  stream.push(sound.subarray(0, Math.min(acceptedBytes - stream.receivedBytes, sound.length)));
stream.events.on('credit', fill);
fill(stream.acceptedBytes);

await wait(minutes * 60_000);
const last = sent.at(-1);
// After the burst that makes the lead.
const first = sent.find(({ bytes: at }) => at >= 20 * 640);
const drift = (last.bytes - first.bytes) / 32 - (last.atMs - first.atMs);
const latest = Float64Array.from(late).sort();
const at = (part) => latest[Math.floor((latest.length - 1) * part)].toFixed(2);
console.log(`${minutes} minutes, ${sent.length} units: drift ${drift.toFixed(2)} ms, underruns ${underruns}`);
console.log(`lateness p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)} ms`);

const beforeStall = sent.length;
const underrunsBefore = underruns;
for (const untilMs = performance.now() + STALL_MS; performance.now() < untilMs; );
await wait(2000);
const after = sent.slice(beforeStall);
const gaps = after.slice(1).map(({ atMs }, n) => atMs - after[n].atMs);
console.log(
  `after a stall of ${STALL_MS} ms (lead ${LEAD_MS} ms): ${underruns - underrunsBefore} underrun, ` +
    `first gaps ${gaps
      .slice(0, 12)
      .map((gap) => gap.toFixed(0))
      .join(' ')} ms, ` +
    `smallest behind the first burst ${Math.min(...gaps.slice(6)).toFixed(1)} ms, ` +
    `lead back at ${Math.round(stream.expectedEndMs === undefined ? 0 : lane.playout.bufferedMs(clock.nowMs()))} ms`,
);
process.exit(0);
